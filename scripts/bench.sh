#!/usr/bin/env bash
# Measures the figures of docs/design/figures.md. Ratios within one run are meaningful; absolute numbers depend on this
# machine.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n== %s\n' "$*"; }

ashkar=${CARGO_TARGET_DIR:-target}/release/ashkar
step "packager: one access unit, parts, CMAF, SHA-256"
cargo run --release --locked -q -p ashkar-media --example packager_bench

step "archive: 1000 streams of 1 Mbit/s, arrival to durable"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo run --release --locked -q -p ashkar-archive --example journal_bench -- "$work/journal"
rm -rf "$work/journal"

step "live: publishing a part, rendering a playlist, waking those who wait"
cargo run --release --locked -q -p ashkar-live --example live_cost

step "the day of 1000 cameras: a picture of it, the history of all stations"
cargo run --release --locked -q -p ashkar-centre --example day_cost -- "$work/cost"
rm -rf "$work/cost"

step "the programme: records of 1000 stations, and the board that follows from them"
cargo run --release --locked -q -p ashkar-election --example board_bench

step "RTMP port alone: 200 publishers of 1 Mbit/s"
cargo run --release --locked -q -p ashkar-ingest --example rtmp_bench -- 200 10

for count in ${BENCH_CAMERAS:-100 300 1000}; do
  step "the whole centre: $count cameras of 1 Mbit/s, recorded and live"
  scripts/bench/centre.sh "$ashkar" "$work" "$count" "${BENCH_SECONDS:-30}"
done

step "the centre and nginx with its RTMP module, under the same publishers"
scripts/bench/peer.sh "$ashkar" "$work" 300 30 simulated
scripts/bench/peer.sh "$ashkar" "$work" 80 30 ffmpeg

step "an agent: ready, CPU, memory, what it adds to live"
scripts/bench/agent.sh "$ashkar" "$work" 60
step "the centre under cameras over RTMP and through agents; an outage and its backlog"
scripts/bench/agents.sh "$ashkar" "$work" "${BENCH_AGENTS:-40}" 30 120

step "stills: one keyframe decoded, made small, written as JPEG, in a child process"
cargo run --release --locked -q -p ashkar-stills --example stills_bench
step "stills of 1000 cameras that are on air, each of them every 30 s"
scripts/bench/stills.sh "$ashkar" "$work" 1000

step "Chromium: how old a live picture is, how soon the first one comes"
scripts/bench/browser.sh "$ashkar" "$work"

step "CPU a request, beside nginx with the same bytes as static files"
scripts/bench/http.sh "$ashkar" "$work"

step "the floor: answers to all viewers at once that cost nothing but their system calls"
for count in ${BENCH_VIEWERS:-1000 2000} 4900; do
  cargo run --release --locked -q -p ashkar-load --example burst_floor -- "$count"
done
for count in ${BENCH_VIEWERS:-1000 2000}; do
  step "$count viewers of one camera, without a cache"
  scripts/bench/viewers.sh "$ashkar" "$work" "$count"
done
step "2000 viewers of 1000 cameras"
BENCH_WATCHED=1000 scripts/bench/viewers.sh "$ashkar" "$work" 2000 45
step "2000 viewers of one camera through nginx"
scripts/bench/cached.sh "$ashkar" "$work" 2000
step "15,000 viewers that only wait"
scripts/bench/viewers.sh "$ashkar" "$work" 15000 45 --wait-only

# The whole day takes 25 GB and a quarter of an hour to generate: BENCH_DAY_HOURS=16.5.
step "hours of 1000 cameras on disk: start after kill -9, any moment (root)"
scripts/bench/day.sh "$ashkar" "$work" "${BENCH_DAY_HOURS:-1}" 60
rm -rf "$work/day"
