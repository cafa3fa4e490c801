# make paper and make test work as the first command of a fresh clone: they need python3 >= 3.11, make and gcc.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip --quiet install
RUN_STAMP := .venv/run.stamp
DEV_STAMP := .venv/dev.stamp

.DELETE_ON_ERROR:
.PHONY: paper test lint types bench study faults verify-routes end-to-end matrix wire wire-faults docs lock clean

paper: $(RUN_STAMP)
	@$(BIN)/fathom paper $(ARGS)

test: $(DEV_STAMP)
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

lint: $(DEV_STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(DEV_STAMP)
	@$(BIN)/mypy

bench: $(DEV_STAMP)
	@$(BIN)/python -m benchmarks $(ARGS)

study: $(DEV_STAMP)
	@$(BIN)/python -m benchmarks.routing_study $(ARGS)

faults: $(DEV_STAMP)
	@$(BIN)/python -m tests.faults $(ARGS)

verify-routes: $(DEV_STAMP)
	@$(BIN)/python -m tests.routing_oracles $(ARGS)

end-to-end: $(DEV_STAMP)
	@$(BIN)/python -m tests.end_to_end $(ARGS)

matrix: $(DEV_STAMP)
	@$(BIN)/python -m tests.matrix

wire: $(DEV_STAMP)
	@$(BIN)/python -m tests.wire $(ARGS)

wire-faults: $(DEV_STAMP)
	@$(BIN)/python -m tests.wire.faulty $(ARGS)

docs: $(RUN_STAMP)
	@$(BIN)/python -m router.order_files.docs > docs/orders.md
	@$(BIN)/python -m router.order_files.docs --schema > docs/orders.schema.json

# Fresh locks: hashes only, no index and no registry named in them.
COMPILE := .venv/lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-annotate \
	--no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
lock: $(RUN_STAMP)
	@$(PYTHON) -m venv .venv/lock
	@.venv/lock/bin/python -m pip --quiet install pip-tools
	@$(COMPILE) --upgrade --output-file requirements/run.txt requirements/run.in
	@$(COMPILE) --upgrade --output-file requirements/dev.txt requirements/dev.in

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache

# A stamp is younger than what it was installed from, so nothing is installed twice.
$(RUN_STAMP): requirements/run.txt pyproject.toml setup.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "fathom needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@echo "Creating .venv (a minute or two, once) ..." >&2
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) --require-hashes --requirement requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@echo "Compiling the kernels (half a minute, once) ..." >&2
	@$(BIN)/python -c 'from router.app.warm import main; main()'
	@touch $@

$(DEV_STAMP): requirements/dev.txt $(RUN_STAMP)
	@$(PIP) --require-hashes --requirement requirements/dev.txt
	@touch $@
