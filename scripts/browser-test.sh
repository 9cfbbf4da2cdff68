#!/usr/bin/env bash
# The pages in Chromium: layout, languages and accessibility on their own, then everything against a real demo; and
# beside that, since both mostly wait, independent players and browsers against a centre that goes away.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
demo=
players=
finish() {
  if [ -n "$players" ]; then kill -TERM "$players" 2>/dev/null || true; wait "$players" 2>/dev/null || true; fi
  if [ -n "$demo" ]; then kill -TERM "$demo" 2>/dev/null || true; wait "$demo" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT

(cd web && npm run --silent test:pages)

# Built like the tests: any other choice of packages has other features, and all dependencies would be built again for
# them.
cargo test --locked --workspace --bins --test scenarios --no-run
"${CARGO_TARGET_DIR:-target}/debug/ashkar" demo --data "$work/demo" --listen 127.0.0.1:0 --rtmp 127.0.0.1:0 --hours 1 --log warn >"$work/out" 2>"$work/err" &
demo=$!
for _ in $(seq 600); do
  grep -q 'Open ' "$work/out" && break
  kill -0 "$demo" 2>/dev/null || { cat "$work/out" "$work/err"; echo "browser: the demo ended before it was ready" >&2; exit 1; }
  sleep 0.2
done
url=$(sed -n 's/^ *Open *\(http:[^ ]*\)$/\1/p' "$work/out")
[ -n "$url" ] || { cat "$work/out" "$work/err"; echo "browser: the demo was not ready in time" >&2; exit 1; }
echo "browser: the demo answers at $url"
(cd web && exec npm run --silent test:players) >"$work/players" 2>&1 &
players=$!
if ! (cd web && BASE_URL="${url%/}" DESK_LOGINS="$work/demo/desk-logins.json" npm run --silent test:e2e); then
  echo "--- the demo's log"; tail -n 50 "$work/err"
  exit 1
fi
kill -TERM "$demo"; wait "$demo" || true
demo=
played=0
wait "$players" || played=$?
players=
cat "$work/players"
[ "$played" = 0 ]
