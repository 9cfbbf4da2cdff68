# Four commands: demo, test, bench, lint. Each installs what it lacks and prints what it does.

CARGO ?= cargo
RELEASE = target/release/ashkar

.PHONY: demo test test-long bench lint

## Twelve polling stations on air, with some hours of history, in a browser.
demo: $(RELEASE)
	$(RELEASE) demo

## Every test: unit, property, scenario, fuzz seconds, end to end with real clients, browser.
test:
	scripts/tools.sh build media browser faults test
	scripts/web.sh
	scripts/test.sh

## What takes too long for every change: thousands of days of the archive, twenty kills, fuzzing by the minute.
test-long:
	scripts/tools.sh build media browser faults test
	scripts/web.sh
	scripts/test-long.sh

## The figures in docs/, measured on this machine.
bench: $(RELEASE)
	scripts/tools.sh build media browser bench
	scripts/bench.sh

## Formatting, lints, types.
lint:
	scripts/tools.sh build lint
	scripts/web.sh
	scripts/lint.sh

.PHONY: FORCE
$(RELEASE): FORCE
	scripts/tools.sh build
	scripts/web.sh
	$(CARGO) build --release --locked -p ashkar
