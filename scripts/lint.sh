#!/usr/bin/env bash
# Formatting, lints, types, dependencies. Rules that no linter knows are tests: crates/tidy.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n== %s\n' "$*"; }

step "rustfmt"; cargo fmt --all --check
step "clippy"; cargo clippy --workspace --all-targets --locked -- -D warnings
# They are no targets that `--all-targets` takes (`test = false`).
mapfile -t fuzz < <(find fuzz/fuzz_targets -name '*.rs' -printf '%f\n' | sed 's/\.rs$//' | sort)
step "clippy: fuzz targets"; cargo clippy --workspace --locked "${fuzz[@]/#/--test=}" -- -D warnings
step "dependencies: licences, bans, sources"; cargo deny --log-level error check licenses bans sources
step "what it is made of: the SBOM can be written"; scripts/sbom.py /dev/null
step "pages: types and lint"; (cd web && npm run --silent check && npm run --silent lint)
step "shell"; shellcheck -x scripts/*.sh scripts/bench/*.sh .ci/run
