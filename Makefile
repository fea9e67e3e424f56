# make run    serve the map at http://127.0.0.1:8000 (HOST, PORT)
# make test   install what the tests need, then everything that CI runs
# make bench  the benchmarks beside their peers
# make lighthouse  what Lighthouse says of the main pages on a phone (needs Node.js)
PYTHON ?= python3
BIN := .venv/bin
TSC := .cache/js/node_modules/.bin/tsc
LIGHTHOUSE := .cache/lighthouse/node_modules/.bin/lighthouse
TYPESCRIPT := typescript@5.9.3 @types/leaflet@1.9.22 @types/leaflet.markercluster@1.5.6

.DEFAULT_GOAL := run
.PHONY: run test lint types js browser contract bench lighthouse format clean

run: .venv/.run
	$(BIN)/python server.py

test: .venv/.dev lint types js browser contract
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.dev
	$(BIN)/mypy

# Node.js is a tool of the checks only; without it everything else still runs. CI has it.
js:
	@if command -v npm >/dev/null; then \
		$(MAKE) --no-print-directory $(TSC) && $(TSC) --project tests/browser/jsconfig.json; \
	elif [ -n "$$CI" ]; then \
		echo "npm is missing: the type check of static/js cannot run."; exit 1; \
	else \
		echo "npm is missing: the type check of static/js is left out (CI runs it)."; \
	fi

$(TSC): Makefile
	npm install --prefix .cache/js --no-save --no-audit --no-fund --loglevel=error $(TYPESCRIPT)
	@touch $@

browser:
	@tests/browser/install

contract:
	@tests/contract/install

bench: .venv/.dev browser
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m geo bench

lighthouse: .venv/.dev browser $(LIGHTHOUSE)
	$(BIN)/python -m tests.benchmarks.lighthouse

$(LIGHTHOUSE): Makefile
	npm install --prefix .cache/lighthouse --no-save --no-audit --no-fund --loglevel=error lighthouse@13.5.0
	@touch $@

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.python requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.dev: .venv/.python requirements.txt requirements-scale.txt requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/.run
