#!/usr/bin/env bash
# Every test. Each step prints its name and how long the one before took; the first failure ends the run.
set -euo pipefail
cd "$(dirname "$0")/.."
begun=$SECONDS
step() { printf '\n== %s (%d s after the beginning)\n' "$*" $((SECONDS - begun)); }

step "pages: pure logic"
(cd web && npm test --silent)

step "Rust: unit, property and scenario tests, and end to end with ffmpeg, GStreamer and nginx"
cargo nextest run --workspace --locked

step "Rust: examples in the documentation"
cargo test --workspace --locked --doc --quiet

step "fuzzing: seconds for every parser"
scripts/fuzz.sh "${FUZZ_SECONDS:-3}"

step "browser: the real server in Chromium"
scripts/browser-test.sh

step "all is well"
