#!/usr/bin/env bash
# LL-HLS viewers of one camera of 300 kbit/s, or of BENCH_WATCHED, without a cache: CPU and memory of the centre, stalls, latencies.
# Usage: scripts/bench/viewers.sh ASHKAR WORK_DIR COUNT [SECONDS] [OPTION of `simulate viewers` …]
set -euo pipefail
ashkar=$1 work=$2 count=$3 seconds=${4:-30}
shift $(($# > 4 ? 4 : $#))
# shellcheck source=scripts/bench/common.sh
. "$(dirname "$0")/common.sh"
trap end_all EXIT
make_data viewers

start_centre "$ashkar" "$data"
start_cameras "$ashkar" "$data" "${BENCH_WATCHED:-1}" 300000
sleep 12
alone=$(resident "$centre")
"$ashkar" simulate viewers --url "$http" --count "$count" --seconds "$seconds" --json "$@" >"$data/viewers.json" 2>/dev/null &
viewers=$!
sleep $((seconds / 2))
before=$(ticks "$centre"); before_viewers=$(ticks "$viewers")
sleep $((seconds / 3))
after=$(ticks "$centre"); after_viewers=$(ticks "$viewers"); full=$(resident "$centre")
wait "$viewers"
awk -v used=$((after - before)) -v theirs=$((after_viewers - before_viewers)) -v hz="$hertz" -v s=$((seconds / 3)) -v n="$count" -v kb=$((full - alone)) 'BEGIN {
  printf "%d viewers: centre %.1f %% of a core, %.4f %% and %.1f kB a viewer; the simulator: %.1f %%\n",
    n, 100 * used / hz / s, 100 * used / hz / s / n, kb / n, 100 * theirs / hz / s }'
tell_viewers "$data/viewers.json"
end_all
rm -rf "$data"
