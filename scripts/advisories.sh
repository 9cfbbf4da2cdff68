#!/usr/bin/env bash
# Asks the public databases for known vulnerabilities in what we are built of: RustSec for crates, npm's for the pages.
# Needs the network. Exit 0: none are known; 1: some are; 2: a database could not be asked, which is not an all-clear.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
scripts/tools.sh advisories || exit 2
database=https://github.com/RustSec/advisory-db
worst=0
note() { if [ "$1" -gt "$worst" ]; then worst=$1; fi; }

echo "== crates: RustSec"
if GIT_TERMINAL_PROMPT=0 timeout 30 git ls-remote --quiet "$database" HEAD >/dev/null 2>&1; then
  cargo deny --log-level error check advisories || note 1
else
  echo "advisories: $database cannot be reached: the crates were NOT checked" >&2
  note 2
fi

echo "== pages: npm"
answer=$(cd web && timeout 60 npm audit --omit=dev --json 2>/dev/null)
if printf '%s' "$answer" | grep -q '"auditReportVersion"'; then
  (cd web && npm audit --omit=dev) || note 1
else
  echo "advisories: npm's database cannot be asked: the pages were NOT checked" >&2
  note 2
fi
exit "$worst"
