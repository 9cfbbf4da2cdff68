#!/usr/bin/env bash
# Rules that no linter knows: long files, work left undone, places and hosts that only one machine has.
set -euo pipefail
cd "$(dirname "$0")/.."
bad=0
complain() { printf '%s\n%s\n' "$1" "$2"; bad=1; }

sources() { git ls-files -co --exclude-standard -- '*.rs' '*.ts' '*.svelte' | grep -v '/mock/' | while read -r file; do if [ -f "$file" ]; then echo "$file"; fi; done; }

long=$(sources | while read -r file; do n=$(wc -l <"$file"); if [ "$n" -gt 800 ]; then echo "$n $file"; fi; done)
[ -z "$long" ] || complain "files longer than 800 lines; split them by purpose:" "$long"

undone=$(git grep --untracked -nE '\b(todo|unimplemented)!\(|\b(FIXME|TODO|XXX)\b|test\.(fixme|skip)|#\[ignore' -- '*.rs' '*.ts' '*.svelte' 'Makefile' || true)
[ -z "$undone" ] || complain "work left undone:" "$undone"

hosts=$(git grep --untracked -nE 'resolved": "https?://' -- web/package-lock.json | grep -v 'https://registry.npmjs.org/' || true)
[ -z "$hosts" ] || complain "the lock file names a host that others do not have:" "$hosts"

exit "$bad"
