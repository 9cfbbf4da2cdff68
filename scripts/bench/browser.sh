#!/usr/bin/env bash
# Chromium on the station's page: how old a live picture is when it is shown, and how soon the first one comes after a
# click.
# Usage: scripts/bench/browser.sh ASHKAR WORK_DIR [SECONDS]
# BENCH_RUNS stations are watched for SECONDS each, BENCH_STARTS are opened; with BENCH_RTT_MS Chromium adds that to
# each response. Then home and a station are visited BENCH_VISITS times each, with nothing cached, a slow line and a
# slow processor.
set -euo pipefail
ashkar=$1 work=$2 seconds=${3:-60}
# shellcheck source=scripts/bench/common.sh
. "$(dirname "$0")/common.sh"
trap end_all EXIT
make_data browser

start_centre "$ashkar" "$data"
start_cameras "$ashkar" "$data" 12 1000000
# A full window of segments is the steady state.
sleep 30
measure() { npm run --silent bench -- "$1" | grep -vE '^(Running|  +.[^ ]* +[0-9]+ \[bench\]|  [0-9]+ passed|$)'; }
export BASE_URL=$http BENCH_SECONDS=$seconds BENCH_VISITS=${BENCH_VISITS:-2}
cd web
measure glass
measure first-visit
cd - >/dev/null
end_all
rm -rf "$data"
