# Wangge 网格. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8000
# Cores for the tests; each gets its own database.
JOBS ?= 2
ARGS ?=

.PHONY: help demo dev test check lint format bench docs clean bootstrap bootstrap-dev

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1mmake %-8s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: bootstrap ## the whole system with a demo district; Ctrl-C stops it, the data stays
	@exec $(BIN)/wangge demo --host $(HOST) --port $(PORT) $(ARGS)

dev: bootstrap-dev ## migrate and serve with reload, for developing
	@$(BIN)/wangge migrate
	@exec $(BIN)/wangge serve --host $(HOST) --port $(PORT) --workers 1 --reload

test: bootstrap-dev ## lint, then every test, browser journeys included
	@scripts/browser.sh
	@$(MAKE) --no-print-directory check
	$(BIN)/pytest -n $(JOBS) --dist load $(ARGS)

lint: bootstrap-dev ## ruff, mypy, import layers, templates
	@$(MAKE) --no-print-directory check

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@scripts/templates.sh
	$(BIN)/python scripts/chinese_marks.py --check

format: bootstrap-dev ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@scripts/templates.sh --fix

bench: bootstrap-dev ## every benchmark at small scale (ARGS="--scale full --record" for the real thing)
	$(BIN)/python -m bench all $(ARGS)

clean: ## caches and the test database; never the demo data
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache var/test-postgres var/bench-postgres
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

bootstrap:
	@scripts/bootstrap.sh product

bootstrap-dev:
	@scripts/bootstrap.sh dev
