#!/usr/bin/env bash
# LL-HLS viewers of one camera of 300 kbit/s through nginx with deploy/nginx/: what the centre sees, what viewers see.
# Usage: scripts/bench/cached.sh ASHKAR WORK_DIR COUNT [SECONDS]
set -euo pipefail
ashkar=$1 work=$2 count=$3 seconds=${4:-30}
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/bench/common.sh
. scripts/bench/common.sh
trap end_all EXIT
make_data cached

start_centre "$ashkar" "$data"
start_cameras "$ashkar" "$data" 1 300000
start_nginx_cache "$data/nginx"
sleep 12
# requests: number of requests that the centre has answered so far.
requests() { curl -s "$http/metrics" | awk '/^ashkar_http_request_seconds_count/ && !/metrics/ { sum += $2 } END { print sum + 0 }'; }
"$ashkar" simulate viewers --url "$cache" --count "$count" --seconds "$seconds" --json >"$data/viewers.json" 2>/dev/null &
viewers=$!
sleep $((seconds / 2))
before=$(ticks "$centre") before_nginx=$(ticks "$nginx") asked=$(requests)
sleep $((seconds / 3))
after=$(ticks "$centre") after_nginx=$(ticks "$nginx") asked=$(($(requests) - asked))
wait "$viewers"
awk -v centre=$((after - before)) -v nginx=$((after_nginx - before_nginx)) -v hz="$hertz" -v s=$((seconds / 3)) -v n="$count" -v asked="$asked" 'BEGIN {
  printf "%d viewers through nginx: %.1f requests a second at the centre; centre %.1f %%, nginx %.1f %% of a core\n",
    n, asked / s, 100 * centre / hz / s, 100 * nginx / hz / s }'
tell_viewers "$data/viewers.json"
end_all
rm -rf "$data"
