#!/usr/bin/env bash
# The centre under COUNT cameras of 1 Mbit/s that ffmpeg publishes, then under as many cameras through agents: CPU, memory.
# Then it is away for OUTAGE seconds: how long until nothing waits at the stations, and whether viewers of other cameras
# notice. Cameras of `simulate cameras` send at the same moments, which costs a centre half: they are not compared.
# Usage: scripts/bench/agents.sh ASHKAR WORK_DIR COUNT [SECONDS] [OUTAGE]
# Everything shares the machine: the agents' own recordings, their lines, the cameras and the viewers.
set -euo pipefail
ashkar=$1 work=$2 count=$3 seconds=${4:-30} outage=${5:-120}
rate=${BENCH_RATE:-1000000} watched=${BENCH_WATCHED:-20}
# shellcheck source=scripts/bench/common.sh
. "$(dirname "$0")/common.sh"
trap end_all EXIT

# measure NAME: what the centre uses for COUNT cameras, into $cost (per thousand of a core and camera).
measure() {
  local before
  sleep 20
  before=$(ticks "$centre")
  sleep "$seconds"
  cost=$(awk -v used=$(($(ticks "$centre") - before)) -v hz="$hertz" -v s="$seconds" -v n="$count" 'BEGIN { printf "%.4f", 100 * used / hz / s / n }')
  awk -v name="$1" -v cost="$cost" -v rss="$(resident "$centre")" -v n="$count" 'BEGIN {
    printf "%d cameras %s: %.4f %% of a core and %.2f MB each\n", n, name, cost, rss / 1024 / n }'
}

# start_agents: COUNT stations' agents with good lines; returns when the centre hears of all of them.
start_agents() {
  "$ashkar" simulate agents --data "$data" --count "$count" --skip "$watched" --lines good --bitrate "$rate" --centre "$agents" \
    --agents "$data/agents" --json --log warn >"$data/agents.json" 2>"$data/agents.log" &
  simulator=$!; started+=("$simulator")
  for _ in $(seq 1800); do
    [ "$(metric ashkar_agent_cameras_on_line)" = "$count" ] && return
    sleep 0.2
  done
  tail -3 "$data/agents.log"; cat "$data/log"; echo "bench: not all agents came on air" >&2; exit 1
}

# watch NAME SECONDS: what viewers of the WATCHED cameras, which come over RTMP, notice.
watch() {
  "$ashkar" simulate viewers --url "$http" --count 200 --cameras "$watched" --seconds "$2" --json >"$data/viewers.json" 2>/dev/null
  echo "viewers of $watched cameras over RTMP, $1:"
  tell_viewers "$data/viewers.json"
}

make_data agents
make_clip "$work/camera.mp4"
start_centre "$ashkar" "$data"
keys=()
for n in $(seq "$count"); do
  keys+=("$("$ashkar" camera add "1/$n/1" --approved --json --data "$data" 2>/dev/null | sed -n 's/.*"stream_key": *"\([^"]*\)".*/\1/p')")
done
# A moment passes until the centre knows the last of them.
for _ in $(seq 100); do curl -sf "$http/api/v1/cameras/1/$count/1/timeline" >/dev/null && break; sleep 0.1; done
for key in "${keys[@]}"; do publish_clip "$work/camera.mp4" "$rtmp/ingest/$key"; done
await_publishing "$count"
measure "over RTMP"; direct=$cost
end_all
rm -rf "$data"

make_data agents
start_centre "$ashkar" "$data" --agent-listen 127.0.0.1:0
start_agents
measure "through agents"
awk -v a="$cost" -v b="$direct" 'BEGIN { printf "ratio: %.2f\n", a / b }'
start_cameras "$ashkar" "$data" "$watched" 300000
sleep 15
watch "before the outage" 20

kill -TERM "$centre"; wait "$centre" || true
sleep "$outage"
start_centre "$ashkar" "$data" --listen "${http#http://}" --rtmp "${rtmp#rtmp://}" --agent-listen "${agents#http://}"
back=$(date +%s.%N)
await_publishing "$watched"
sleep 4
watch "while the backlog comes" 20 &
watching=$!
used=$(ticks "$centre"); most=0
while sleep 0.5; do
  waits=$(metric ashkar_agent_backlog_seconds); on=$(metric ashkar_agent_cameras_on_line)
  [ "${waits:-0}" -le "$most" ] || most=$waits
  [ "$on" = "$count" ] && [ "$waits" = 0 ] && break
done
awk -v from="$back" -v to="$(date +%s.%N)" -v used=$(($(ticks "$centre") - used)) -v hz="$hertz" -v outage="$outage" -v n="$count" -v most="$most" 'BEGIN {
  took = to - from
  printf "away for %d s, the backlog of %d cameras (%d s of media at most) was gone %.1f s after the start: %.1f × real time each, %.1f × together; the centre: %.1f %% of a core\n",
    outage, n, most, took, (outage + took) / took, n * outage / took, 100 * used / hz / took }'
wait "$watching"
echo "refused: $(curl -s "$http/metrics" | awk '/^ashkar_agent_refused_total/ { sum += $2 } END { print sum + 0 }')"
end_all
rm -rf "$data"
