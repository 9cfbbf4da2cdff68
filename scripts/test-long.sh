#!/usr/bin/env bash
# What takes too long for every change: the same tests with more of everything. The last figures are in
# docs/design/figures.md.
set -euo pipefail
cd "$(dirname "$0")/.."
export TEST_LONG=1
begun=$SECONDS
step() { printf '\n== %s (%d s after the beginning)\n' "$*" $((SECONDS - begun)); }

step "days of the archive, drawn from thousands of seeds"
ASHKAR_SEEDS=${SEEDS:-2000} cargo nextest run --workspace --locked -E 'package(ashkar-archive) & test(/^simulation::/)' --no-capture

step "agents and a centre over bad lines, drawn from thousands of seeds"
ASHKAR_SEEDS=${SEEDS:-2000} cargo nextest run --workspace --locked -E 'package(ashkar-uplink) & test(/^simulation::/)' --no-capture

step "agents, lines and a centre as a whole, drawn from ten thousand seeds"
ASHKAR_SEEDS=${SEEDS:-10000} cargo nextest run --workspace --locked -E 'package(ashkar-centre) & test(/^agents::simulation::/)' --no-capture

step "programmes of a thousand stations, drawn from a hundred seeds"
ASHKAR_SEEDS=${SEEDS:-100} cargo nextest run --workspace --locked -E 'package(ashkar-election) & test(/^a_programme_of_a_thousand_stations/)' --no-capture

step "a thousand stations from an empty list to the published one, at the desk"
cargo nextest run --workspace --locked -E 'test(/^a_country_is_prepared_at_the_desk::/)' --no-capture

step "a station that goes over to another centre and back; twenty agents on bad lines"
cargo nextest run --workspace --locked --no-capture \
  -E 'test(/^(agents_go_over|agents_lose_nothing)/)'

step "twenty kills; each abuse in a phase of its own"
cargo nextest run --workspace --locked --no-capture \
  -E 'test(/^(every_port_bears_abuse|fifty_cameras_survive_kill_after_kill)::/)'

step "fuzzing: a minute for every parser"
scripts/fuzz.sh "${FUZZ_SECONDS:-60}"

step "browsers: every page in every language and width"
scripts/browser-test.sh

step "all is well"
