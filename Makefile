# Everything lives in this folder: Python packages in .venv, Node ones (tests only) in tests/node_modules.
PYTHON ?= python3.13
UV_VERSION := 0.13.9
BIN := .venv/bin
UV := UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 $(BIN)/uv
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help demo up test check format build deploy lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

# --- the environment -------------------------------------------------------------------------------------

.venv/dev: requirements/dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.13 is needed: install it, or name it with 'make PYTHON=/path/to/python3.13 …'"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(UV) pip sync --quiet --require-hashes requirements/dev.txt
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

lock: .venv/dev ## compile requirements/ and the layers' requirements.txt from pyproject.toml
	$(UV) pip compile --quiet --group pyproject.toml:dev --universal $(LOCK) -o requirements/dev.txt
	$(UV) pip compile --quiet --group pyproject.toml:sam --universal $(LOCK) -o requirements/sam.txt
	for layer in jwt jira; do $(UV) pip compile --quiet --group pyproject.toml:layer-$$layer \
		-c requirements/dev.txt --python-platform aarch64-manylinux_2_28 $(LOCK) --no-annotate \
		-o layers/$$layer/requirements.txt || exit; done

LOCK := --python-version 3.13 --generate-hashes --no-header --no-emit-index-url
# SAM pins older releases of what the rest uses: an environment of its own.
.venv/sam: .venv/dev requirements/sam.txt
	$(PYTHON) -m venv .venv/sam-cli
	$(UV) pip sync --quiet --require-hashes --python .venv/sam-cli/bin/python requirements/sam.txt
	ln -sf ../sam-cli/bin/sam $(BIN)/sam
	@touch $@

export SAM_CLI_TELEMETRY := 0

build: .venv/sam ## build what is deployed, into .aws-sam (no Docker)
	sam build

deploy: build ## deploy to AWS; asks for what it needs
	sam deploy --guided
