#!/usr/bin/env bash
# CPU per request of the centre and of nginx, which serves the same bytes as static files: playlist, part, segment.
# Usage: scripts/bench/http.sh ASHKAR WORK_DIR [SECONDS]
set -euo pipefail
ashkar=$1 work=$2 seconds=${3:-6}
# shellcheck source=scripts/bench/common.sh
. "$(dirname "$0")/common.sh"
trap end_all EXIT
mkdir -p "$work/static"
make_data http
start_centre "$ashkar" "$data"
start_cameras "$ashkar" "$data" 1 300000

playlist_of() { curl -sf "$http/live/$1/index.m3u8"; }
camera=
for _ in $(seq 300); do
  camera=$(curl -sf "$http/metrics" | sed -n 's/^ashkar_camera_live{camera="\([^"]*\)"} 1.*/\1/p' | head -n 1)
  [ -n "$camera" ] && [ "$(playlist_of "$camera" | grep -c '^#EXTINF')" -ge 8 ] && break
  sleep 0.2
done
[ -n "$camera" ] || { cat "$data/log" "$data/sim"; echo "bench: no camera came on air" >&2; exit 1; }

playlist=/live/$camera/index.m3u8
part=$(playlist_of "$camera" | sed -n 's/^#EXT-X-PART:.*URI="\([^"]*\)".*/\1/p' | tail -n 1)
segment=$(playlist_of "$camera" | grep -v '^#' | grep '\.m4s$' | tail -n 1)
for path in "$playlist" "$part" "$segment"; do
  mkdir -p "$work/static$(dirname "$path")"
  curl -sf "$http$path" -o "$work/static$path"
done

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; pid $work/nginx.pid; error_log $work/nginx.err;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  types { application/vnd.apple.mpegurl m3u8; video/mp4 m4s; }
  client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  server { listen 127.0.0.1:$port; root $work/static; }
}
CONF
nginx -c "$work/nginx.conf" &
nginx=$!; started+=("$nginx")
for _ in $(seq 50); do curl -sf "http://127.0.0.1:$port$playlist" -o /dev/null && break; sleep 0.1; done

# The camera stays on air; its own cost is measured and subtracted.
idle_before=$(ticks "$centre"); sleep "$seconds"; idle=$(( $(ticks "$centre") - idle_before ))

# us_per_request PID URL IDLE_TICKS: microseconds of CPU per request.
us_per_request() {
  local before after requests
  before=$(ticks "$1")
  requests=$(wrk -t1 -c16 -d"${seconds}s" "$2" | awk '/requests in/ { print $1 }')
  after=$(ticks "$1")
  awk -v used=$((after - before - $3)) -v hz="$hertz" -v n="$requests" 'BEGIN { printf "%.1f", 1e6 * used / hz / n }'
}
for round in 1 2 3; do
  for what in playlist part segment; do
    path=${!what}
    bytes=$(stat -c %s "$work/static$path")
    ours=$(us_per_request "$centre" "$http$path" "$idle")
    theirs=$(us_per_request "$nginx" "http://127.0.0.1:$port$path" 0)
    awk -v what="$what" -v bytes="$bytes" -v ours="$ours" -v theirs="$theirs" -v round="$round" \
      'BEGIN { printf "round %d: %-8s %7d bytes: centre %6.1f us, nginx %6.1f us of CPU a request, ratio %.2f\n", round, what, bytes, ours, theirs, ours / theirs }'
  done
done
