#!/usr/bin/env bash
# Cargo calls this instead of the compiler for the project's own crates (RUSTC_WORKSPACE_WRAPPER): libFuzzer's instrumentation is
# asked of LLVM directly, which the stable toolchain can do too. What they depend on stays as the tests have built it.
case " $* " in *" --crate-name build_script_build "*) exec "$@" ;; esac
exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
  -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing
