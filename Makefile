# The front door. Bare `make` lists the verbs; whichever comes first builds the environment.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
# The certificates of the system, for networks with a proxy of their own.
UV := UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never $(BIN)/uv
PACKAGES := domain ledger projections services api migrations policies
UV_VERSION := $(shell sed -n '/^name = "uv"$$/{n;s/version = "\(.*\)"/\1/p;}' uv.lock)

.PHONY: help demo test check bench outside rebuild sbom docs clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit("Caseledger needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@echo "building the environment in .venv (once)"
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing: install your system's python3-venv package" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv==$(UV_VERSION)'
	@$(UV) sync --locked --quiet
	@touch $@

demo: $(READY) ## start the demonstration trust on http://127.0.0.1:8000 (ARGS=--no-showcase: the log alone)
	@exec $(BIN)/caseledger demo $(ARGS)

test: $(READY) ## run all the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(READY) ## format, lint, types, import contracts, lock, tests, wheel: what CI runs
	$(UV) lock --check --quiet
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test
	$(MAKE) wheel

.PHONY: wheel
wheel: $(READY)
	@rm -rf .cache/wheel && mkdir -p .cache/wheel
	$(UV) build --quiet --wheel --out-dir .cache/wheel
	$(UV) venv --quiet --python $(BIN)/python .cache/wheel/venv
	$(UV) export --quiet --locked --no-dev --no-emit-project --output-file .cache/wheel/requirements.txt
	$(UV) pip install --quiet --python .cache/wheel/venv/bin/python --requirement .cache/wheel/requirements.txt .cache/wheel/*.whl
	@# As root the embedded server runs as a user of its own, who must be able to enter the folder above its data.
	cd .cache/wheel && folder="$$(mktemp -d)" && chmod 755 "$$folder" \
	    && CASELEDGER_DATA_DIR="$$folder/data" venv/bin/caseledger check; status=$$?; rm -rf "$$folder"; exit $$status

bench: $(READY) ## measure against the peers, as ratios in one run
	$(BIN)/python -m bench
	$(BIN)/python -m bench.graphql

outside: $(READY) ## ask programs of others about the interfaces: audits, schemathesis as each role (needs npm and the network)
	$(BIN)/python -m tests.outside $(ARGS)

rebuild: $(READY) ## rebuild every read model beside the live one, compare and switch
	$(BIN)/caseledger rebuild --all --verify

sbom: $(READY) ## write the bill of materials of what is built in, from the lock (CycloneDX)
	@mkdir -p .cache
	$(UV) export --quiet --locked --no-dev --format cyclonedx1.5 > .cache/sbom.cdx.json

docs: $(READY) ## regenerate what is generated: event catalogue, settings, schema, OpenAPI, facts, obligations, rulings, states
	$(BIN)/python -m docs.generate

clean: ## remove the environment and caches (never data)
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache
