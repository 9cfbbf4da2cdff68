#!/usr/bin/env bash
# Builds the pages into web/dist, from which the binary embeds them. Does nothing if nothing changed.
set -euo pipefail
cd "$(dirname "$0")/../web"

stamp=node_modules/.installed
if [ ! -f "$stamp" ] || [ package-lock.json -nt "$stamp" ]; then
  echo "web: installing npm packages"
  npm ci --no-audit --no-fund
  touch "$stamp"
fi
built=dist/shells/desk.html
if [ ! -f "$built" ] || [ -n "$(find src public scripts index.html desk.html package.json package-lock.json vite.config.ts -newer "$built" -print -quit)" ]; then
  echo "web: building the pages"
  npm run build
fi
