# Starts and stops what is measured. Sourced by the other scripts of this folder.
# shellcheck shell=bash

# Used by the scripts that source this.
# shellcheck disable=SC2034
hertz=$(getconf CLK_TCK)
started=()

# end_all: stops what was started here, the last first.
end_all() {
  local at
  for ((at = ${#started[@]} - 1; at >= 0; at--)); do
    kill -TERM "${started[at]}" 2>/dev/null || true
    wait "${started[at]}" 2>/dev/null || true
  done
  started=()
}

# make_data NAME: sets data, a directory in $work. Rooms that were drawn and encoded once are reused.
make_data() {
  # shellcheck disable=SC2154
  data=$work/$1
  mkdir -p "$data"
  [ ! -d "$work/loops" ] || cp -r "$work/loops" "$data/loops"
}

# start_centre ASHKAR DATA [OPTION …]: sets centre (its process), http, rtmp and agents (its addresses).
start_centre() {
  local ashkar=$1 data=$2
  shift 2
  case " $* " in *" --listen "*) ;; *) set -- --listen 127.0.0.1:0 --rtmp 127.0.0.1:0 "$@" ;; esac
  mkdir -p "$data"
  "$ashkar" serve --data "$data" --max-connections 19000 --log warn "$@" >"$data/ready" 2>"$data/log" &
  centre=$!; started+=("$centre")
  for _ in $(seq 100); do grep -q '^ready' "$data/ready" && break; sleep 0.1; done
  read -r _ http rtmp _ agents <"$data/ready"
}

# start_cameras ASHKAR DATA COUNT BIT_RATE: sets simulator; returns when all of them publish.
start_cameras() {
  "$1" simulate cameras --data "$2" --count "$3" --bitrate "$4" --rtmp "${rtmp#rtmp://}" --log warn >"$2/sim" 2>&1 &
  simulator=$!; started+=("$simulator")
  await_publishing "$3"
}

# await_publishing COUNT: returns when so many cameras publish over RTMP.
await_publishing() {
  for _ in $(seq 900); do
    [ "$(metric ashkar_rtmp_publishing)" = "$1" ] && return
    sleep 0.2
  done
  # shellcheck disable=SC2154
  tail -5 "$data/log" "$data/sim"; echo "bench: not all cameras came on air" >&2; exit 1
}

# make_clip FILE [RATE]: a minute of RATE bits a second (1M), unless it is there.
make_clip() {
  local rate=${2:-1M}
  [ -f "$1" ] || ffmpeg -nostdin -hide_banner -loglevel error -f lavfi -i "testsrc2=size=1280x720:rate=25" -t 60 -c:v libx264 -preset veryfast \
    -g 50 -sc_threshold 0 -bf 0 -b:v "$rate" -minrate "$rate" -maxrate "$rate" -bufsize "$rate" -x264-params nal-hrd=cbr -pix_fmt yuv420p "$1"
}

# publish_clip FILE URL: ffmpeg publishes it in a loop.
publish_clip() {
  ffmpeg -nostdin -hide_banner -loglevel error -re -stream_loop -1 -i "$1" -c copy -f flv "$2" </dev/null >/dev/null 2>&1 &
  started+=("$!")
}

# metric NAME: the integer part of a metric without labels.
metric() { curl -s "$http/metrics" | sed -n "s/^$1 \([0-9]*\).*/\1/p"; }

# ticks PID: its CPU time, in ticks of the kernel's clock.
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

# resident PID: its memory, kB.
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

# start_nginx_cache DIR: nginx with deploy/nginx/ in front of the centre; sets nginx (its process) and cache (its address).
start_nginx_cache() {
  local dir=$1 port
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  mkdir -p "$dir"
  cp deploy/nginx/ashkar-cache.conf "$dir/"
  sed -e "s|server 127.0.0.1:8080;|server ${http#http://};|" -e "s|listen 80;|listen 127.0.0.1:$port;|" \
    -e "s|/var/cache/nginx/ashkar|$dir/cache|" deploy/nginx/ashkar.conf >"$dir/ashkar.conf"
  cat >"$dir/nginx.conf" <<CONF
daemon off; master_process off; pid $dir/nginx.pid; error_log $dir/nginx.err;
worker_rlimit_nofile 20000;
events { worker_connections 19000; }
http {
  client_body_temp_path $dir/b; proxy_temp_path $dir/p; fastcgi_temp_path $dir/f; uwsgi_temp_path $dir/u; scgi_temp_path $dir/s;
  include $dir/ashkar.conf;
}
CONF
  nginx -c "$dir/nginx.conf" 2>"$dir/nginx.out" &
  nginx=$!; started+=("$nginx")
  cache=http://127.0.0.1:$port
  for _ in $(seq 50); do curl -sf "$cache/healthz" -o /dev/null && return; sleep 0.1; done
  cat "$dir/nginx.err" "$dir/nginx.out"; echo "bench: nginx did not start" >&2; exit 1
}

# tell_viewers FILE: the output of `simulate viewers --json`, in three lines.
tell_viewers() {
  python3 - "$1" <<'PY'
import json
import sys

told = json.load(open(sys.argv[1]))
late = {name: told[name] for name in ("answer_late", "part_late")}
print("stalls:", told["stalls"], "errors:", told["errors_total"])
for name, times in late.items():
    print(f"{name}: p50 {times['p50_ms']:.0f}, p95 {times['p95_ms']:.0f}, p99 {times['p99_ms']:.0f}, max {times['max_ms']:.0f} ms")
PY
}
