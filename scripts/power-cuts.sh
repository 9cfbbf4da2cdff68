#!/usr/bin/env bash
# Cuts the power of a file system on which cameras are recorded, COUNT times (default 1000, about a second each), and
# verifies after each cut that nothing acknowledged is lost. Needs root and a loop device, like scripts/test-disk.py.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/tools.sh build faults
POWER_CUTS=${1:-1000} cargo test --locked -q -p ashkar-archive --test scenarios power_cuts_lose_nothing_acknowledged -- --nocapture
