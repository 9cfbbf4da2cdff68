#!/usr/bin/env bash
# The whole centre under COUNT simulated cameras of 1 Mbit/s: CPU, memory, arrival to durable, gaps.
# Usage: scripts/bench/centre.sh ASHKAR WORK_DIR COUNT [SECONDS]
# A long run writes more than the disk may hold: with BENCH_FREE=1, journals that were sealed two minutes ago are
# emptied (their length stays) during the run.
set -euo pipefail
ashkar=$1 work=$2 count=$3 seconds=${4:-30}
# shellcheck source=scripts/bench/common.sh
. "$(dirname "$0")/common.sh"
trap end_all EXIT
make_data "centre-$count"

start_centre "$ashkar" "$data"
start_cameras "$ashkar" "$data" "$count" 1000000
# Connecting and first segments are not the steady state.
sleep 20
if [ "${BENCH_FREE:-0}" = 1 ]; then
  while sleep 10; do
    find "$data" -name '*.journal' -mmin +2 -size +1M -exec sh -c 'fallocate --punch-hole --offset 0 --length "$(stat -c %s "$1")" "$1"' _ {} \;
  done &
  started+=("$!")
fi
before=$(ticks "$centre"); before_sim=$(ticks "$simulator")
sleep "$seconds"
after=$(ticks "$centre"); after_sim=$(ticks "$simulator")
awk -v used=$((after - before)) -v sim=$((after_sim - before_sim)) -v hz="$hertz" -v s="$seconds" -v n="$count" -v rss="$(resident "$centre")" 'BEGIN {
  printf "%d cameras: %.1f %% of a core, %.4f %% and %.2f MB a camera; the simulator: %.1f %%\n",
    n, 100 * used / hz / s, 100 * used / hz / s / n, rss / 1024 / n, 100 * sim / hz / s }'
curl -s "$http/metrics" | grep -E '^ashkar_(archive_durable_delay_seconds|archive_refused|archive_state)' || true
echo "gaps: $(curl -s "$http/metrics" | awk '/^ashkar_camera_gaps_total/ { sum += $2 } END { print sum + 0 }')"
[ -d "$work/loops" ] || cp -r "$data/loops" "$work/loops"
end_all
rm -rf "$data"
