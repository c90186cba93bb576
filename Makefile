# make help lists what there is. Needs Python 3.11 or later (PYTHON=... to choose one); everything else goes into .venv.

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
PYTEST_ARGS ?=
BENCH ?=
FAULTS ?=
MUTANTS ?=
LOCK ?=
UV ?=

# pip, or uv where UV names one: $(call install,PYTHON) REQUIREMENTS
install = $(if $(UV),$(UV) pip install --quiet --python $(1),$(1) -m pip install --disable-pip-version-check --quiet)

# onnxruntime would report to its makers
export ORT_DISABLE_TELEMETRY := 1

.PHONY: help run models test test-all scripts messages check bench faults mutants lock sbom hooks clean
.DEFAULT_GOAL := run

help: ## this list
	@echo "make TARGET, where TARGET is one of"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' Makefile
	@echo "PYTHON=/path/to/python3 chooses the Python that .venv is made with, the first time."

run: $(VENV)/.installed models ## the service on http://127.0.0.1:8000; PORT=9000 for another port (this is what make alone does)
	@echo "== Serving on http://127.0.0.1:$(PORT) (Ctrl+C stops)"
	@exec env PORT=$(PORT) $(BIN)/python app.py

models: $(VENV)/.installed ## the demo models that are missing
	@echo "== Demo models: training those that are missing"
	@$(BIN)/python -m ml train --missing

TESTED := $(VENV)/.installed-dev node_modules/.installed $(VENV)/clients/.installed $(VENV)/parquet/.installed

test: $(TESTED) ## the tests of a push, slow ones in turns; PYTEST_ARGS="-k name" for a part
	@echo "== Tests"
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

test-all: $(TESTED) ## all tests, the long ones and every case too (ALL_CASES=1)
	@echo "== All tests"
	@ALL_CASES=1 $(BIN)/python -m pytest $(PYTEST_ARGS)

scripts: node_modules/.installed ## assets/bundle out of assets/ts, after a change there
	@.ci/npm run --silent build

messages: $(VENV)/.installed-dev ## ml/translation/messages.pot out of the code, after a change of a sentence
	@$(BIN)/python -m tests.messages

check: $(VENV)/.installed-dev node_modules/.installed ## lint, types, import rules, Dockerfile, scripts
	@echo "== Lint"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "== Types"
	@$(BIN)/mypy
	@echo "== Who imports whom"
	@$(BIN)/lint-imports --no-cache
	@echo "== Dockerfile"
	@$(BIN)/hadolint Dockerfile
	@echo "== Scripts: types, lint, bundles, tests"
	@.ci/npm run --silent check
	@echo "== All checks passed"

bench: $(VENV)/.installed-dev models ## figures: speed, memory, bytes; BENCH=all for those that take longer
	@echo "== Figures"
	@$(BIN)/python tests/bench/run.py $(BENCH)

faults: $(VENV)/.installed-dev models ## the fault matrix, a quarter of an hour, and a soak of 10,000 requests; FAULTS=Redis for some rows
	@echo "== Fault matrix"
	@$(BIN)/python -m tests.faults.matrix $(FAULTS)
	@echo "== Soak"
	@$(BIN)/python -m tests.faults.soak

mutants: $(VENV)/.installed-mutants ## changes the product in small steps and lists what no test notices; MUTANTS=jobs for a part, --continue after a stop
	@echo "== Mutation testing: hours for all; every night, not at every push"
	@$(BIN)/python -m tests.mutants.run $(MUTANTS)

# What development needs is resolved first, for it holds all of the service; the others are parts of it, in the same versions
lock: $(VENV)/.installed-dev ## requirements*.txt out of requirements/*.in; LOCK=--upgrade for newer versions of all
	@echo "== Locking requirements/*.in, with hashes"
	@$(BIN)/uv pip compile --quiet $(LOCK) --output-file requirements-dev.txt requirements/dev.in
	@$(BIN)/uv pip compile --quiet $(LOCK) --constraints requirements-dev.txt --output-file requirements.txt requirements/service.in
	@for part in dask libraries mutants s3 traces; do \
	  $(BIN)/uv pip compile --quiet $(LOCK) --constraints requirements-dev.txt --output-file requirements-$$part.txt requirements/$$part.in || exit 1; \
	done
	@for alone in parquet clients; do \
	  $(BIN)/uv pip compile --quiet $(LOCK) --output-file requirements-$$alone.txt requirements/$$alone.in || exit 1; \
	done

sbom: $(VENV)/.installed-dev ## var/sbom.cdx.json: a software bill of materials of requirements.txt, in CycloneDX
	@mkdir -p var
	@$(BIN)/cyclonedx-py requirements --output-reproducible --pyproject pyproject.toml --output-file var/sbom.cdx.json requirements.txt
	@echo "== var/sbom.cdx.json: $$(grep -c '"purl"' var/sbom.cdx.json) packages, with hashes"

hooks: $(VENV)/.installed-dev ## check each commit before it is made, by pre-commit
	@$(BIN)/pre-commit install --install-hooks

clean: ## remove .venv and var/; models/ stays
	rm -rf $(VENV) node_modules var

# The stamps are newer than the requirements once these are installed, so a second run skips this.
$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@echo "== Installing requirements.txt into $(VENV) (a minute, the first time)"
	@$(call install,$(BIN)/python) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements-dask.txt requirements-libraries.txt requirements-traces.txt $(VENV)/.installed
	@echo "== Installing requirements-dev.txt into $(VENV)"
	@$(call install,$(BIN)/python) -r requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json $(VENV)/.installed-dev
	@echo "== Installing package-lock.json into node_modules"
	@.ci/npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

$(VENV)/.installed-mutants: requirements-mutants.txt $(VENV)/.installed-dev
	@echo "== Installing requirements-mutants.txt into $(VENV)"
	@$(call install,$(BIN)/python) -r requirements-mutants.txt
	@touch $@

# Public clients need other versions of what the service needs too
$(VENV)/clients/.installed: requirements-clients.txt | $(VENV)/bin/python
	@echo "== Installing requirements-clients.txt into $(VENV)/clients"
	@$(BIN)/python -m venv $(VENV)/clients
	@$(call install,$(VENV)/clients/bin/python) -r requirements-clients.txt
	@touch $@

# What is optional for the service must not be in sight of the tests that go without it
$(VENV)/parquet/.installed: requirements-parquet.txt $(VENV)/.installed
	@echo "== Installing requirements-parquet.txt into $(VENV)/parquet"
	@$(call install,$(BIN)/python) --upgrade --no-deps --target $(VENV)/parquet -r requirements-parquet.txt
	@touch $@

$(VENV)/bin/python:
	@echo "== Making $(VENV)"
	@set -e; chosen=""; \
	for candidate in $(PYTHON) python3 python3.11 python3.12 python3.13 python; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    chosen="$$candidate"; break; \
	  fi; \
	done; \
	if [ -z "$$chosen" ]; then \
	  echo "Likely needs Python 3.11 or later; none was found as python3, python3.11, python3.12 or python3.13."; \
	  echo "Install one, or name it: make run PYTHON=/path/to/python3"; exit 1; \
	fi; \
	echo "   with $$("$$chosen" --version)"; \
	"$$chosen" -m venv $(VENV) || { \
	  echo "Could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; \
	  rm -rf $(VENV); exit 1; }
