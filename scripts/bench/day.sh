#!/usr/bin/env bash
# A day of 1000 cameras on disk: how long a start takes after kill -9, and any moment of the day until its first byte.
# Usage: scripts/bench/day.sh ASHKAR WORK_DIR [HOURS] [ENDS_IN_SECONDS]
# The day is 7.4 TB long and has true indexes; its journals are mostly holes, so it takes 25 GB. An existing one is used
# again. It ends ENDS_IN_SECONDS after its generation begins, so that the first start finds cameras that were cut off
# just now. Needs root, to drop the kernel's caches.
set -euo pipefail
ashkar=$1 work=$2 hours=${3:-16.5} ends_in=${4:-600}
# shellcheck source=scripts/bench/common.sh
. "$(dirname "$0")/common.sh"
trap end_all EXIT
data=$work/day list=$work/day/moments
mkdir -p "$data"

example() { cargo run --release --locked -q -p ashkar-archive --example "$@"; }
drop_caches() { sync -f "$data"; echo 3 >/proc/sys/vm/drop_caches; }

# start_cold: starts the centre with cold caches; prints how long it took until ready.
start_cold() {
  drop_caches
  local began=${EPOCHREALTIME/./}
  "$ashkar" serve --data "$data" --listen 127.0.0.1:0 --rtmp 127.0.0.1:0 --log warn >"$data/ready" 2>>"$data/log" &
  centre=$!; started+=("$centre")
  until grep -q '^ready' "$data/ready"; do
    kill -0 "$centre" || { cat "$data/log"; echo "bench: the centre did not start" >&2; exit 1; }
    sleep 0.01
  done
  printf '%s: ready after %d ms, %d MB of memory\n' "$1" $(((${EPOCHREALTIME/./} - began) / 1000)) $(($(resident "$centre") / 1024))
  # shellcheck disable=SC2034
  read -r _ http rtmp <"$data/ready"
}

kill_centre() { kill -KILL "$centre"; wait "$centre" 2>/dev/null || true; }

# ask NAME READERS PATH…: requests each path once, READERS at once; prints how long the first byte took.
ask() {
  local name=$1 readers=$2; shift 2
  for path in "$@"; do printf 'url = "%s%s"\noutput = "/dev/null"\n' "$http" "$path"; done |
    curl -s -Z --no-progress-meter --parallel-max "$readers" -K - -w '%{http_code} %{time_starttransfer}\n' |
    awk -v name="$name" -v readers="$readers" '
      $1 != 200 { refused++ } { printf "%s\n", $2 | "sort -n >'"$data"'/times" }
      END { close("sort -n >'"$data"'/times"); while ((getline line < "'"$data"'/times") > 0) time[n++] = line * 1000
        printf "%s, %d at once: p50 %.1f, p99 %.1f, max %.1f ms, %d answers, %d refused\n", name, readers,
          time[int((n - 1) * 0.5)], time[int((n - 1) * 0.99)], time[n - 1], n, refused }'
}

if [ ! -s "$list" ]; then
  awk -F, 'NR > 1 { print $1 "/" $2 "/1" }' data/stations-synthetic.csv |
    example day -- "$data/archive" "$list" "$hours" "$ends_in" >"$data/made"
fi
if [ ! -e "$data/imported" ]; then
  for file in constituencies stations-synthetic; do
    "$ashkar" stations import --publish --data "$data" "data/$file.csv" --log warn >"$data/imported"
  done
fi
cat "$data/made"
du -sh --apparent-size "$data/archive"; du -sh "$data/archive"
end=$(sed -n 's/.* up to \([0-9]*\):.*/\1/p' "$data/made")
[ "$(date +%s)" -ge "$end" ] || sleep $((end - $(date +%s)))

start_cold "the day as kill -9 left it, $(($(date +%s) - end)) s ago"
start_cameras "$ashkar" "$data" 20 1000000
sleep 20
kill_centre
# shellcheck disable=SC2154
kill -TERM "$simulator"
start_cold "kill -9 with 20 cameras on air"

archive=$(sed -n 's/^id //p' "$data/archive/ARCHIVE")
mapfile -t parts < <(shuf -n 3000 --random-source=<(yes) "$list" | awk -v id="$archive" '{ print "/media/" id "/" $1 "/" $2 ".m4s" }')
mapfile -t spans < <(shuf -n 3000 --random-source=<(yes 1) "$list" | python3 -c '
import datetime
import sys
for line in sys.stdin:
    camera, _, start = line.split()
    at = datetime.datetime.fromtimestamp(int(start) / 1e6, datetime.timezone.utc)
    write = lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")
    print(f"/dvr/{camera}/index.m3u8?from={write(at)}&to={write(at + datetime.timedelta(seconds=30))}")')
at=0
for readers in 1 8 32; do
  drop_caches
  ask "HTTP, cold: playlist of half a minute" "$readers" "${spans[@]:at:1000}"
  ask "HTTP, warm: the same" "$readers" "${spans[@]:at:1000}"
  drop_caches
  ask "HTTP, cold: segment of any moment" "$readers" "${parts[@]:at:1000}"
  at=$((at + 1000))
done
camera=$(awk 'NR == 1 { print $1 }' "$list") from=$(date -u -d "@$((end - 60000))" +%FT%TZ)
# shellcheck disable=SC2046
ask "timeline of a camera's day" 1 $(yes "/api/v1/cameras/$camera/timeline?from=$from" | head -n 200)
for path in "/api/v1/stations/${camera%/*}" /api/v1/constituencies /api/v1/stations /api/v1/election; do
  # shellcheck disable=SC2046
  ask "$path" 1 $(yes "$path" | head -n 50)
done
printf 'after all of it: %d MB of memory\n' $(($(resident "$centre") / 1024))
kill_centre

example day_bench -- "$data/archive" "$list"
end_all
