#!/usr/bin/env bash
# Keeps what the fuzzers found: the smallest subset of each target's corpus with the same coverage, in one file that is
# checked in. Run it after scripts/fuzz.sh, whose programs it uses.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
[ -d programs ] || { echo "fuzz: run scripts/fuzz.sh first" >&2; exit 1; }
kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT

for corpus in corpus/*/; do
  target=$(basename "$corpus")
  # That of a target which is no more is kept no longer.
  [ -e "programs/$target" ] || { echo "fuzz: there is no $target any more"; continue; }
  mkdir "$kept/$target"
  "programs/$target" -merge=1 -rss_limit_mb=2048 "$kept/$target" "$corpus" 2>/dev/null
  echo "fuzz: $target keeps $(find "$kept/$target" -type f | wc -l) of $(find "$corpus" -type f | wc -l) inputs"
done
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$kept" -cf - . | gzip -9n >corpus.tar.gz
ls -l corpus.tar.gz
