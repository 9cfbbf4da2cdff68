#!/usr/bin/env bash
# The centre, then nginx with its RTMP module writing HLS, under the same publisher of 1 Mbit/s: CPU and memory per
# camera.
# Usage: scripts/bench/peer.sh ASHKAR WORK_DIR COUNT [SECONDS] [simulated|ffmpeg]
# nginx keeps a few segments of each camera, promises no durability, and makes no low-latency HLS.
set -euo pipefail
ashkar=$1 work=$2 count=$3 seconds=${4:-30} publisher=${5:-simulated}
# shellcheck source=scripts/bench/common.sh
. "$(dirname "$0")/common.sh"
trap end_all EXIT
make_data peer
mkdir -p "$data/hls"

start_nginx_rtmp() {
  local port
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  cat >"$data/nginx.conf" <<CONF
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; user root; pid $data/nginx.pid; error_log $data/nginx.err;
worker_rlimit_nofile 20000;
events { worker_connections 4096; }
rtmp { server { listen 127.0.0.1:$port; chunk_size 4096; application ingest { live on; hls on; hls_path $data/hls; hls_fragment 2s; } } }
CONF
  nginx -c "$data/nginx.conf" &
  server=$!; started+=("$server"); rtmp=rtmp://127.0.0.1:$port
}

# publish KEY_FILE: COUNT publishers to $rtmp; returns when all of them publish.
publish() {
  if [ "$publisher" = simulated ]; then
    "$ashkar" simulate cameras --data "$data" --count "$count" --bitrate 1000000 --rtmp "${rtmp#rtmp://}" --log warn >"$data/sim" 2>&1 &
    started+=("$!")
  else
    while read -r key; do
      publish_clip "$work/camera.mp4" "$rtmp/ingest/$key"
    done <"$data/keys"
  fi
  for _ in $(seq 900); do
    [ "$(ss -Htn state established "sport = :${rtmp##*:}" | wc -l)" -ge "$count" ] && return
    sleep 0.2
  done
  echo "bench: not all cameras came on air" >&2; exit 1
}

if [ "$publisher" = ffmpeg ]; then
  make_clip "$work/camera.mp4"
  for n in $(seq "$count"); do
    "$ashkar" camera add "1/$n/1" --approved --json --data "$data" 2>/dev/null | sed -n 's/.*"stream_key": *"\([^"]*\)".*/\1/p'
  done >"$data/keys"
fi
for which in centre nginx; do
  if [ "$which" = centre ]; then start_centre "$ashkar" "$data"; server=$centre; else start_nginx_rtmp; fi
  publish
  sleep 20
  before=$(ticks "$server")
  sleep "$seconds"
  awk -v used=$(($(ticks "$server") - before)) -v hz="$hertz" -v s="$seconds" -v n="$count" -v rss="$(resident "$server")" -v which="$which" -v publisher="$publisher" 'BEGIN {
    printf "%s, %d %s cameras: %.1f %% of a core, %.4f %% and %.2f MB a camera\n", which, n, publisher, 100 * used / hz / s, 100 * used / hz / s / n, rss / 1024 / n }'
  end_all
done
rm -rf "$data"
