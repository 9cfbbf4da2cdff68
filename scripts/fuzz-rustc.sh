#!/usr/bin/env bash
# Cargo calls this instead of the compiler for the project's own crates (RUSTC_WORKSPACE_WRAPPER): it requests
# libFuzzer's instrumentation from LLVM directly, which the stable toolchain supports too. Dependencies stay as the
# tests have built them.
case " $* " in *" --crate-name build_script_build "*) exec "$@" ;; esac
exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
  -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing
