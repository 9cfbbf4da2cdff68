#!/usr/bin/env bash
# Formatting, lints, types. Rules that no linter knows are tests: crates/tidy.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n== %s\n' "$*"; }

step "rustfmt"; cargo fmt --all --check
step "clippy"; cargo clippy --workspace --all-targets --locked -- -D warnings
# `--all-targets` does not include them (`test = false`).
mapfile -t fuzz < <(scripts/fuzz-targets.sh)
step "clippy: fuzz targets"; cargo clippy --workspace --locked "${fuzz[@]/#/--test=}" -- -D warnings
step "what it is made of: the SBOM can be written"; scripts/sbom.py /dev/null
step "pages: types and lint"; (cd web && npm run --silent check && npm run --silent lint)
step "shell"; shellcheck -x scripts/*.sh scripts/bench/*.sh .ci/run
