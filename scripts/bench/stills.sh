#!/usr/bin/env bash
# Stills of COUNT cameras of 1 Mbit/s that are recorded and live, each requested anew every 30 s: CPU of the decoders,
# and the additional needs of the centre.
# Usage: scripts/bench/stills.sh ASHKAR WORK_DIR COUNT [SECONDS]
set -euo pipefail
ashkar=$1 work=$2 count=$3 seconds=${4:-60}
# shellcheck source=scripts/bench/common.sh
. "$(dirname "$0")/common.sh"
trap end_all EXIT
make_data stills

start_centre "$ashkar" "$data"
start_cameras "$ashkar" "$data" "$count" 1000000
sleep 12
alone=$(ticks "$centre"); sleep 15; alone=$(($(ticks "$centre") - alone))

# Requests each camera's latest still, evenly over 30 s, and again; prints how many came, and the time of the slowest
# one.
ask() {
  python3 - "$http" "$count" "$1" <<'PY'
import http.client, json, sys, time
address, count, seconds = sys.argv[1].removeprefix('http://'), int(sys.argv[2]), float(sys.argv[3])
line = http.client.HTTPConnection(address)
def get(path):
    line.request('GET', path)
    answer = line.getresponse()
    return answer.status, answer.read()
stations = json.loads(get('/api/v1/stations?limit=10000')[1])['items']
cameras = [camera['id'] for station in stations for camera in station['cameras']]
assert len(cameras) == count, len(cameras)
start, came, size, slowest = time.monotonic(), 0, 0, 0.0
for turn in range(int(count * seconds / 30)):
    time.sleep(max(0.0, start + turn * 30 / count - time.monotonic()))
    begun = time.monotonic()
    status, picture = get(f'/still/{cameras[turn % count]}.jpg')
    slowest = max(slowest, time.monotonic() - begun)
    came += status == 200
    size += len(picture)
print(f'{came} stills of {size / max(came, 1) / 1000:.0f} kB in {time.monotonic() - start:.0f} s, the slowest after {slowest * 1000:.0f} ms')
PY
}
# CPU time of the decoders, in ticks: the one child of the centre, and that child's children, which end with each still.
decoding() { awk '{ print $14 + $15 + $16 + $17 }' "/proc/$(cat /proc/"$centre"/task/*/children | tr -d ' ')/stat"; }

ask 3 >"$data/first"
before=$(ticks "$centre"); decoded=$(decoding)
told=$(ask "$seconds")
after=$(ticks "$centre"); decoded=$(($(decoding) - decoded))
awk -v decoded="$decoded" -v more=$((after - before)) -v alone="$alone" -v hz="$hertz" -v s="$seconds" -v n="$count" -v told="$told" 'BEGIN {
  printf "%d cameras: %s\ndecoding %.3f of a core; the centre %.3f more than the %.3f that it needs without\n",
    n, told, decoded / hz / s, more / hz / s - alone / hz / 15, alone / hz / 15 }'
end_all
rm -rf "$data"
