#!/usr/bin/env bash
# Chromium on the station's page: how old a live picture is when it is seen, and how soon the first one comes after a click.
# Usage: scripts/bench/browser.sh ASHKAR WORK_DIR [SECONDS]
# BENCH_RUNS stations are watched for SECONDS each, BENCH_STARTS are opened; with BENCH_RTT_MS Chromium adds that to each answer.
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
(cd web && BASE_URL=$http BENCH_SECONDS=$seconds npm run --silent bench) | grep -vE '^(Running|  +.[^ ]* +[0-9]+ \[bench\]|  [0-9]+ passed|$)'
end_all
rm -rf "$data"
