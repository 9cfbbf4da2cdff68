#!/usr/bin/env bash
# Measures what docs/design/figures.md says. Ratios within one run mean something; absolute numbers are this machine's.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n== %s\n' "$*"; }

ashkar=${CARGO_TARGET_DIR:-target}/release/ashkar
step "packager: one access unit, parts, CMAF, SHA-256"
cargo run --release --locked -q -p ashkar-media --example packager_bench

step "archive: 1000 streams of 1 Mbit/s, arrival to durable"
work=$(mktemp -d)
centre=; simulator=
finish() {
  for pid in $simulator $centre; do kill -TERM "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
cargo run --release --locked -q -p ashkar-archive --example journal_bench -- "$work/journal"
rm -rf "$work/journal"

step "live: publishing a part, rendering a playlist, waking those who wait"
cargo run --release --locked -q -p ashkar-live --example live_cost

step "RTMP port alone: 200 publishers of 1 Mbit/s"
cargo run --release --locked -q -p ashkar-ingest --example rtmp_bench -- 200 10

count=${BENCH_CAMERAS:-200} seconds=${BENCH_SECONDS:-30}
step "the whole centre: $count cameras of 1 Mbit/s for $seconds s, recorded and live"
"$ashkar" serve --data "$work/data" --listen 127.0.0.1:0 --rtmp 127.0.0.1:0 --log warn >"$work/ready" 2>"$work/log" &
centre=$!
for _ in $(seq 100); do grep -q '^ready' "$work/ready" && break; sleep 0.1; done
read -r _ http rtmp <"$work/ready"
"$ashkar" simulate cameras --data "$work/data" --count "$count" --bitrate 1000000 --rtmp "${rtmp#rtmp://}" --log warn >"$work/sim" 2>&1 &
simulator=$!
publishing() { curl -s "$http/metrics" | sed -n 's/^ashkar_rtmp_publishing \([0-9]*\).*/\1/p'; }
for _ in $(seq 600); do [ "$(publishing)" = "$count" ] && break; sleep 0.2; done
# Connecting, first segments and the drawing of further rooms are not the steady state.
sleep 20
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
hertz=$(getconf CLK_TCK)
before=$(ticks "$centre"); before_sim=$(ticks "$simulator")
sleep "$seconds"
after=$(ticks "$centre"); after_sim=$(ticks "$simulator")
rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$centre/status")
awk -v used=$((after - before)) -v sim=$((after_sim - before_sim)) -v hz="$hertz" -v s="$seconds" -v n="$count" -v rss="$rss" 'BEGIN {
  printf "centre: %.1f %% of a core, %.4f %% and %.2f MB a camera; the simulator: %.1f %%\n", 100 * used / hz / s, 100 * used / hz / s / n, rss / 1024 / n, 100 * sim / hz / s }'
curl -s "$http/metrics" | grep -E '^ashkar_(archive_durable_delay_seconds|archive_sync_seconds|archive_refused|rtmp_publishing|archive_state)' || true
echo "gaps: $(curl -s "$http/metrics" | awk '/^ashkar_camera_gaps_total/ { sum += $2 } END { print sum + 0 }')"
