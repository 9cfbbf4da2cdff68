#!/usr/bin/env bash
# Prints the names of all fuzz targets, sorted, one on each line.
set -euo pipefail
cd "$(dirname "$0")/../fuzz/fuzz_targets"
printf '%s\n' *.rs | sed 's/\.rs$//' | LC_ALL=C sort
