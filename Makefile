# Everything a newcomer needs: `make run` to see it, `make test` to trust it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PORT ?= 8000
# The first Python on the path that is new enough; PYTHON=… chooses another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
BIN := .venv/bin
# Tests are few seconds each at most and share nothing: one process per core.
WORKERS ?= auto
TESTS ?=

.PHONY: help run test check bench assets golden migration

help: ## List what can be made
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 14

run: .venv/.installed ## Serve the demo on PORT (8000): sample news, four mailboxes
	@$(BIN)/newsletter demo --port $(PORT)

test: .venv/.installed-dev ## Run the tests, on SQLite and PostgreSQL and in a browser
	@$(BIN)/python -m pytest -q -n $(WORKERS) $(TESTS)

check: .venv/.installed-dev ## Format, lint, types, imports, locks, tests
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy newsletter subscribers tests $(wildcard benchmarks/*.py)
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q -n $(WORKERS)

# Short forms; benchmarks/README.md has the whole ones.
BENCHMARKS := "throughput 2000 --rounds 3" "latency --seconds 2 --readers 5000" \
	"scale 10000 100000 --messages 5000" "unsubscribing 5000" "dkim 100" \
	"importing 100000" "mailable 100000" "pages_people 100000" "slots 5" "rendering 20" \
	"signup_timing 100" "pages 20000" "crash 20" "workers 200"

bench: .venv/.installed-dev ## Measure: each benchmark prints a table
	@failed=0; for each in $(BENCHMARKS); do echo "== benchmarks.$$each"; \
	$(BIN)/python -m benchmarks.$$each || failed=1; done; exit $$failed

assets: ## Build the scripts of the staff pages again (needs Node)
	@cd newsletter/web/assets && npm ci --no-audit --no-fund && npm run build

golden: .venv/.installed-dev ## Renew the golden files; then look at the difference
	@$(BIN)/python -m tests.golden
	@git --no-pager diff --stat -- tests/golden

migration: .venv/.installed-dev ## Draft the next migration: make migration NAME="add x"
	@test -n "$(NAME)" || { echo 'Say what it does: make migration NAME="add x"'; exit 2; }
	@$(BIN)/python -m newsletter.migrations.draft "$(NAME)"

# Rebuilt only when a lock changed. What is installed is pinned by hash; the project
# itself goes in as it lies here, without fetching anything.
.venv/.installed: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing what requirements.lock pins (a minute, once) …"
	@$(call install,requirements.lock)
	@touch $@

.venv/.installed-dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "Installing what requirements-dev.lock pins (a few minutes, once) …"
	@$(call install,requirements-dev.lock)
	@touch .venv/.installed $@

define install
$(BIN)/python -m pip --disable-pip-version-check install -q --require-hashes -r $(1); \
$(BIN)/python -m pip --disable-pip-version-check install -q --no-deps --no-build-isolation -e .
endef

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
	echo "Python 3.11 or newer is needed; this machine has $$(python3 --version 2>&1 || echo none)." >&2; \
	exit 1; fi
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	echo "Python cannot make virtual environments here (on Debian: apt install python3-venv)." >&2; exit 1; }
