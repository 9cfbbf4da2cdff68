#!/usr/bin/env bash
# Runs every fuzz target for SECONDS each (default 10), or only those that are named. Stable toolchain: libFuzzer's
# own instrumentation is asked of LLVM directly. Found inputs are kept in fuzz/artifacts, the corpus in fuzz/corpus, which
# begins with what earlier runs found worth keeping (scripts/fuzz-keep.sh).
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
seconds=${1:-10}; shift || true

export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing"
host=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --locked --target "$host"
programs=${CARGO_TARGET_DIR:-target}/$host/release

mkdir -p corpus artifacts
[ ! -f corpus.tar.gz ] || tar -xzf corpus.tar.gz -C corpus --skip-old-files

targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(find fuzz_targets -name '*.rs' -printf '%f\n' | sed 's/\.rs$//' | sort)
for target in "${targets[@]}"; do
  mkdir -p "corpus/$target"
  echo "fuzz: $target, $seconds s"
  log=$(mktemp)
  if ! "$programs/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 \
      -artifact_prefix="artifacts/$target-" "corpus/$target" >"$log" 2>&1; then
    tail -n 40 "$log"; echo "fuzz: $target found something; the input is in fuzz/artifacts" >&2; exit 1
  fi
  grep -E 'stat::number_of_executed_units' "$log" || true
  rm -f "$log"
done
