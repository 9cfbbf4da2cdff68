#!/usr/bin/env bash
# Builds the pages into web/dist, from which the binary embeds them. Does nothing where nothing changed.
set -euo pipefail
cd "$(dirname "$0")/../web"

stamp=node_modules/.installed
if [ ! -f "$stamp" ] || [ package-lock.json -nt "$stamp" ]; then
  echo "web: installing npm packages"
  npm ci --no-audit --no-fund
  touch "$stamp"
fi
if [ ! -f dist/index.html ] || [ -n "$(find src public index.html package-lock.json vite.config.ts -newer dist/index.html -print -quit)" ]; then
  echo "web: building the pages"
  npm run build
fi
