#!/usr/bin/env bash
# Runs every fuzz target for SECONDS each (default 10), or only those that are named, one on each processor at a time.
# Failing inputs are kept in fuzz/artifacts, the corpus in fuzz/corpus, which starts from what earlier runs found worth
# keeping (scripts/fuzz-keep.sh).
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
seconds=${1:-10}; shift || true

mapfile -t all < <(../scripts/fuzz-targets.sh)
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")

# Built like the tests: the same packages, so the same features, and their dependencies can be used here too.
RUSTC_WORKSPACE_WRAPPER=$PWD/../scripts/fuzz-rustc.sh cargo test --workspace --locked --no-run --message-format json-render-diagnostics "${all[@]/#/--test=}" |
  python3 -c '
import json, pathlib, sys
programs = pathlib.Path(sys.argv[1])
programs.mkdir(exist_ok=True)
for line in sys.stdin:
    built = json.loads(line)
    if built.get("executable") and "fuzz_targets" in built["target"]["src_path"]:
        link = programs / built["target"]["name"]
        link.unlink(missing_ok=True)
        link.symlink_to(built["executable"])
' programs

mkdir -p corpus artifacts
[ ! -f corpus.tar.gz ] || tar -xzf corpus.tar.gz -C corpus --skip-old-files

# fuzz TARGET: prints how many inputs were tried; if one fails, the fuzzer's report.
fuzz() {
  local target=$1 log
  mkdir -p "corpus/$target"
  log=$(mktemp)
  if ! "programs/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 \
      -artifact_prefix="artifacts/$target-" "corpus/$target" >"$log" 2>&1; then
    tail -n 40 "$log"; echo "fuzz: $target found something; the input is in fuzz/artifacts" >&2; rm -f "$log"; return 255
  fi
  echo "fuzz: $target, $seconds s, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
  rm -f "$log"
}
export -f fuzz; export seconds
# shellcheck disable=SC2016 # the inner shell is the one that expands it
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -c 'set -euo pipefail; fuzz "$1"' _ {}
