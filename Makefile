# `make run` and `make test` each work alone on a fresh clone; they need Python 3.11 or newer, and make.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Much of what the tests do is wait: three at a time, those of a file one after the other.
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run test check lint types imports format schema bench chaos screenshots requirements clean

help: ## Show this help
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

run: $(VENV)/run.stamp ## Start everything on this machine, in practice mode until .env says otherwise
	@TEMPLATES_WRITABLE=1 exec $(BIN)/python -m adapter run --setup

test: $(VENV)/dev.stamp ## Run the tests
	$(PYTEST)

check: lint types imports ## Lint, types, imports, and the tests with branch coverage
	$(PYTEST) --cov --cov-report=term:skip-covered

lint: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/dev.stamp
	$(BIN)/mypy

imports: $(VENV)/dev.stamp
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp ## Measure everything that docs/performance.md speaks of, in one run of some minutes
	$(BIN)/python -m bench

chaos: $(VENV)/dev.stamp ## Kill, freeze and starve everything under load, then compare the books; some minutes
	$(BIN)/python -m tests.chaos

format: $(VENV)/dev.stamp ## Put the code into its shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

screenshots: $(VENV)/dev.stamp ## Take the pictures in docs/screenshots anew; needs Chromium
	$(BIN)/python -m tests.browser.pictures

schema: $(VENV)/run.stamp ## Write docs/hook.schema.json, from which editors complete hook files
	$(BIN)/python -m adapter.mapping.schema > docs/hook.schema.json

requirements: ## Pin the newest versions of everything in requirements*.in
	rm -rf var/pin && $(PYTHON) -m venv var/pin && var/pin/bin/python -m pip install --quiet pip-tools
	var/pin/bin/pip-compile --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-find-links requirements.in
	var/pin/bin/pip-compile --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-find-links requirements-dev.in
	rm -rf var/pin

clean: ## Remove what was installed and built; .env and var/ stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; say which one with: make run PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/run.stamp
