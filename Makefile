# Kehu: one entry for everything. `make` alone prints the targets.
#
# Everything made here lies in the checkout: .venv (packages), .cache (downloads), .kehu (data).

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?=
UV_VERSION := 0.13.9

BIN := .venv/bin
export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore

LOCKS := requirements/base.txt requirements/dev.txt requirements/demo.txt
PACKAGES := .venv/.packages-installed
PROJECT := .venv/.project-installed

# The first interpreter that runs, is new enough and can make a virtual environment.
define find_python
found=""; \
for candidate in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
  if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
    >/dev/null 2>&1; then found="$$candidate"; break; fi; \
done; \
if [ -z "$$found" ]; then \
  echo "Kehu needs Python 3.11 or newer with the venv module$(if $(PYTHON), and '$(PYTHON)' is not that)." >&2; \
  echo "Debian or Ubuntu: apt-get install python3 python3-venv. macOS: brew install python." >&2; \
  echo "Another interpreter can be named: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; \
  exit 1; \
fi
endef

# BUS=kafka without KEHU_KAFKA: a broker whose log lies beside the data, stopped afterwards.
LOG_BESIDE := --folder $(or $(KEHU_DATA),.kehu)/kafka
define with_kafka
$(if $(filter kafka,$(BUS)),$(if $(KEHU_KAFKA),,\
  trap '$(BIN)/python -m tests.support.kafka stop $(LOG_BESIDE)' EXIT; \
  told="$$($(BIN)/python -m tests.support.kafka start $(LOG_BESIDE))"; echo "$$told"; \
  export "$$(sed -n 's/^export //p' <<< "$$told")";))
endef

##@ Use

.PHONY: install
install: $(PROJECT) ## Make .venv with everything in it, from the hash-locked requirements

.PHONY: run
run: install ## Start the whole system on one port, on the data of the last time (BUS=kafka)
	$(with_kafka) $(BIN)/kehu up $(if $(BUS),--bus $(BUS))

.PHONY: demo
demo: install ## Start it, import real data, play one deal, show the figures (ONCE=1 stops after, BUS=kafka)
	$(with_kafka) $(BIN)/kehu demo $(if $(ONCE),--once) $(if $(BUS),--bus $(BUS))

##@ Develop

# Compiled first: they start Kehu hundreds of times, and an environment may forbid to keep that.
.PHONY: test
test: install ## Run all tests: unit, architecture, contract, integration, e2e, faults (ARGS=..., JOBS=2)
	$(BIN)/python -m compileall -q services shared tests
	$(BIN)/pytest $(if $(JOBS),-n $(JOBS)) $(ARGS)

.PHONY: check
check: install ## Lint, format, types, import contracts, golden files, migrations (fast; before each commit)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .cache/import-linter
	if ls -d tests/architecture tests/contract >/dev/null 2>&1; then \
	  $(BIN)/pytest -q $$(ls -d tests/architecture tests/contract 2>/dev/null); fi

.PHONY: format
format: install ## Mend what ruff can mend, and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: golden
golden: install ## Write event schemas, OpenAPI and AsyncAPI snapshots, docs/events.md after a change of them
	$(BIN)/python -m tests.contract.refresh $(ARGS)

.PHONY: fuzz
fuzz: install ## All bad input: the corpus and EXAMPLES=300 generated requests per operation (SEED=..., ARGS=...)
	echo "seed $(or $(SEED),20261121)"
	FUZZ_EXAMPLES=$(or $(EXAMPLES),300) FUZZ_SEED=$(or $(SEED),20261121) \
	  $(BIN)/pytest --timeout=0 --capture=no tests/integration/robustness $(ARGS)

.PHONY: kafka
kafka: install ## Start a real Apache Kafka on 127.0.0.1, or find it running (NODES=3: three brokers)
	$(BIN)/python -m tests.support.kafka start $(if $(NODES),--nodes $(NODES))

.PHONY: kafka-stop
kafka-stop: install ## Stop what `make kafka` started; its data stay
	$(BIN)/python -m tests.support.kafka stop

.PHONY: cluster
cluster: install ## Run every service as processes of its own, on Kafka, behind nginx (PORT=8000, NODES=1)
	$(BIN)/python -m tests.support.cluster run $(if $(PORT),--port $(PORT)) $(if $(NODES),--nodes $(NODES))

.PHONY: cluster-stop
cluster-stop: install ## Stop what `make cluster` started, from another terminal; its data stay
	$(BIN)/python -m tests.support.cluster stop

.PHONY: bench
bench: install ## Measure requests, events and imports beside their floors (figures, no verdicts)
	$(BIN)/python -m tests.bench $(ARGS)

.PHONY: faults
faults: install ## Kill, pause and cut off the cluster, and write docs/reliability.md (ARGS=F2: one of them)
	$(BIN)/python -m tests.faults.experiments $(ARGS)

.PHONY: soak
soak: install ## Everything that can be broken, mixed, for MINUTES=30 (SEED=..., ARGS=--one-process)
	$(BIN)/python -m tests.faults.soak --minutes $(or $(MINUTES),30) $(if $(SEED),--seed $(SEED)) $(ARGS)

.PHONY: mutants
mutants: install ## Put in one bug after the other, and see each of them caught (ARGS=name)
	$(BIN)/python -m tests.faults.mutants $(ARGS)

.PHONY: lock
lock: .cache/lock/bin/uv ## Write the locked requirements anew from requirements/*.in (UPGRADE=1: newest)
	lock() { "$(CURDIR)/.cache/lock/bin/uv" pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --cache-dir .cache/uv \
	  --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) "$$@"; }; \
	lock -o requirements/base.txt requirements/base.in; \
	lock -c requirements/base.txt -o requirements/dev.txt requirements/dev.in; \
	lock --no-deps -o requirements/demo.txt requirements/demo.in

.PHONY: clean
clean: ## Remove .venv and all caches (the data in .kehu stays)
	rm -rf .venv .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache *.egg-info build dist
	find . -name __pycache__ -type d -not -path './.kehu/*' -prune -exec rm -rf {} +

.PHONY: help
help: ## Print this
	@awk 'BEGIN { FS = ":.*## "; print "usage: make TARGET" } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The environment is filled anew only when a lock file changes, and made anew only when its
# interpreter no longer runs.
$(PACKAGES): $(LOCKS)
	@if ! $(BIN)/python -c '' 2>/dev/null; then $(find_python); \
	  echo "Making .venv with $$("$$found" --version)"; "$$found" -m venv --clear .venv; fi
	@echo "Installing the locked packages (a minute or two the first time)"
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/demo.txt
	@touch $@

$(PROJECT): $(PACKAGES) pyproject.toml requirements/base.in
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.cache/lock/bin/uv: Makefile
	@$(find_python); "$$found" -m venv --clear .cache/lock
	.cache/lock/bin/python -m pip install --quiet uv==$(UV_VERSION)
	@touch $@
