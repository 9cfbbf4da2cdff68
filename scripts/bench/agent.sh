#!/usr/bin/env bash
# One agent that passes a camera of 2 Mbit/s through: how soon it is ready, its CPU and memory; and how much later its
# pictures can be had from the centre than those of the same encoder that publishes to the centre itself.
# Usage: scripts/bench/agent.sh ASHKAR WORK_DIR [SECONDS]
set -euo pipefail
ashkar=$1 work=$2 seconds=${3:-30}
# shellcheck source=scripts/bench/common.sh
. "$(dirname "$0")/common.sh"
trap end_all EXIT
make_data agent
make_clip "$work/camera-2m.mp4" 2M
start_centre "$ashkar" "$data" --agent-listen 127.0.0.1:0
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$data/agent.toml" <<CONF
time_zone = "Asia/Baku"
data = "$data/station"
centres = ["$agents"]
rtmp = "127.0.0.1:$port"
technician = { listen = "127.0.0.1:0" }
[[camera]]
id = "1/2/1"
source = "rtmp"
CONF
direct=$("$ashkar" camera add 1/1/1 --approved --json --data "$data" 2>/dev/null | sed -n 's/.*"stream_key": *"\([^"]*\)".*/\1/p')
"$ashkar" camera add 1/2/1 --approved --data "$data" >/dev/null 2>&1
code=$("$ashkar" camera enrol 1/2/1 --json --data "$data" | sed -n 's/.*"code": *"\([^"]*\)".*/\1/p')
"$ashkar" agent enrol "$code" --centre "$agents" --config "$data/agent.toml" >/dev/null
through=$("$ashkar" agent keys --config "$data/agent.toml" | sed 's/^[^ ]* *//')

began=$(date +%s%3N)
"$ashkar" agent run --config "$data/agent.toml" >"$data/status" 2>"$data/agent.log" &
agent=$!; started+=("$agent")
until grep -q ready "$data/status"; do sleep 0.01; done
echo "ready after $(($(date +%s%3N) - began)) ms"
ffmpeg -nostdin -hide_banner -loglevel error -re -stream_loop -1 -i "$work/camera-2m.mp4" -c copy -map 0 -tag:v 7 \
  -f tee "[f=flv]$rtmp/ingest/$direct|[f=flv]$through" >"$data/ffmpeg.log" 2>&1 &
started+=("$!")
sleep 15
before=$(ticks "$agent")
"$(dirname "$0")/agent-delay.py" "$http" 1/1/1 1/2/1 "$seconds"
awk -v used=$(($(ticks "$agent") - before)) -v hz="$hertz" -v s="$seconds" -v rss="$(resident "$agent")" 'BEGIN {
  printf "the agent: %.2f %% of a core, %.1f MB\n", 100 * used / hz / s, rss / 1024 }'
end_all
rm -rf "$data"
