# Everything lives in this folder: Python packages in .venv, Node's (for tests and the site only) in node_modules.
PYTHON ?= python3.13
UV_VERSION := 0.13.9
BIN := .venv/bin
UV := UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 $(BIN)/uv
DIST := dist
DISTRIBUTIONS := $(wildcard distributions/*/pyproject.toml)
LOCK := --python-version 3.13 --generate-hashes --no-header --no-emit-index-url
export PATH := $(CURDIR)/$(BIN):$(PATH)
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help demo up test rehearse check format bench scale wheels build deploy lock design reference site clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

demo: .venv/dev ## the main job on this laptop, narrated: install, event, signed call
	@$(BIN)/connect demo

up: .venv/dev ## the stack on this laptop until Ctrl-C: the app on :3000, a Jira on :2990
	@$(BIN)/connect up --keep .connect

# Tests start hundreds of processes: without bytecode each compiles again what it imports.
test: .venv/sam tests/node_modules/.done site/node_modules/.done ## every test, on all processors; ONLY=unit or any folder or file in tests/
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -n auto $(if $(CI),--durations=10) $(addprefix tests/,$(ONLY))

rehearse: export FROM := $(FROM)
rehearse: .venv/sam .venv/rehearsal tests/node_modules/.done ## deploy to an emulator of AWS by sam, and use it; FROM=the version before
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest --no-header --timeout 600 --basetemp .rehearsal tests/rehearsal

check: export PYTHONPATH := layers/app
check: .venv/dev .venv/template-checked ## formatting, lint, spelling, types, template, and whether the app fits together
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/mypy --python-version 3.11 layers/jwt/connect_jwt tools/connect_cli tools/connect_doctor # as connect-jwt promises
	$(BIN)/lint-imports --no-cache
	$(BIN)/actionlint .github/workflows/*.yml
	$(BIN)/zizmor --offline --persona=pedantic --no-progress --quiet .github
	$(BIN)/python -m connect_local.check

format: .venv/dev ## format the code, and mend what can be mended
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

bench: .venv/sam bench/node_modules/.done ## measure, into .bench; ONLY=protocol|cold|warm|sdk|aws|size; WRITE=1 into docs
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(WRITE),--write)

scale: .venv/dev ## simulate 10,000 sites for docs/growth.md, into .bench (some minutes); WRITE=1 into docs
	@$(BIN)/python -m bench.scale $(if $(WRITE),--write)

wheels: .venv/dev ## build what others can install, a wheel of each folder in distributions, into dist
	@for distribution in $(dir $(DISTRIBUTIONS)); do \
		(cd $$distribution && $(CURDIR)/$(BIN)/python -m hatchling build -t wheel -d $(abspath $(DIST))) || exit; done

build: .venv/sam ## build the deployment, into .aws-sam (no Docker); BYTECODE=0 leaves bytecode out
	@$(BIN)/python -m connect_build.layer_requirements --check
	sam build
ifneq ($(BYTECODE),0)
	@$(BIN)/python -m connect_build.bytecode
endif
	@$(BIN)/python -m connect_build.commit

deploy: build ## deploy to AWS; STAGE=dev|prod
	sam deploy --config-env $(or $(STAGE),dev)

lock: .venv/dev ## compile all requirements from pyproject.toml
	$(UV) pip compile --quiet --group pyproject.toml:dev --universal $(LOCK) -o requirements/dev.txt
	$(UV) pip compile --quiet --group pyproject.toml:sam --universal $(LOCK) -o requirements/sam.txt
	$(UV) pip compile --quiet --group pyproject.toml:checkov --universal $(LOCK) -o requirements/checkov.txt
	$(UV) pip compile --quiet --group pyproject.toml:rehearsal --universal $(LOCK) -o requirements/rehearsal.txt
	@$(BIN)/python -m connect_build.layer_requirements

design: .venv/dev tests/node_modules/.done ## make the CSS that is Atlassian's own from its npm packages
	$(BIN)/python -m connect_build.design

reference: .venv/dev ## make docs/reference.md from the code
	$(BIN)/python -m connect_build.reference

site: .venv/dev site/node_modules/.done ## build the site, the doctor's page in it, into dist/site
	@$(BIN)/python -m connect_build.site

clean: ## remove everything that make has made
	rm -rf .venv .aws-sam .rehearsal .bench .connect dist tests/node_modules site/node_modules bench/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

# --- environments --------------------------------------------------------------------------------------------

# With bytecode: else each of the tests' first processes compiles what it imports.
.venv/dev: requirements/dev.txt pyproject.toml distributions/sources.py $(DISTRIBUTIONS)
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.13 is needed; if it is elsewhere: make PYTHON=/path/to/python3.13"; exit 1; }
	@echo "Setting up .venv …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes requirements/dev.txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation $(patsubst %/pyproject.toml,--editable %,$(DISTRIBUTIONS))
	@touch $@

# SAM pins older releases of what the rest uses, so it has an environment of its own.
.venv/sam: .venv/dev requirements/sam.txt
	@echo "Setting up the SAM CLI …"
	@$(PYTHON) -m venv .venv/sam-cli
	@$(UV) pip sync --quiet --require-hashes --python .venv/sam-cli/bin/python requirements/sam.txt
	@ln -sf ../sam-cli/bin/sam $(BIN)/sam
	@touch $@

# checkov, too, pins older releases. It sends nothing and downloads nothing: .checkov.yaml says so.
.venv/checkov: .venv/dev requirements/checkov.txt
	@echo "Setting up checkov …"
	@$(PYTHON) -m venv .venv/checkov-cli
	@$(UV) pip sync --quiet --require-hashes --python .venv/checkov-cli/bin/python requirements/checkov.txt
	@ln -sf ../checkov-cli/bin/checkov $(BIN)/checkov
	@touch $@

# An AWS in one process, on which a deployment is rehearsed. It pins a release of botocore.
.venv/rehearsal: .venv/dev requirements/rehearsal.txt
	@echo "Setting up MiniStack …"
	@$(PYTHON) -m venv $@
	@$(UV) pip sync --quiet --require-hashes --python $@/bin/python requirements/rehearsal.txt
	@touch $@

# Both take their time, so they look at the template again only when something of it has changed.
.venv/template-checked: template.yaml pipeline.yaml .checkov.yaml .venv/sam .venv/checkov
	sam validate --lint
	.venv/sam-cli/bin/cfn-lint pipeline.yaml
	checkov --config-file .checkov.yaml
	@touch $@

# The peers of the tests; without Node the tests that need them say so and are skipped. So do those that need a
# browser, which is not set up here: Chromium or Chrome where the system has it (apt-get install chromium).
tests/node_modules/.done: tests/package-lock.json
	@if command -v npm >/dev/null; then npm --prefix tests ci --silent && touch $@; \
	else echo "No npm here: tests against Atlassian's JavaScript and DynamoDB Local will be skipped."; fi

# Python for browsers, which the doctor's page runs on.
site/node_modules/.done: site/package-lock.json
	@if command -v npm >/dev/null; then npm --prefix site ci --silent && touch $@; \
	else echo "No npm here: the site cannot be built, and its tests will be skipped."; fi

# The peers of the measurements. Where npm cannot download sqlite3's binary it is compiled, in some two minutes; for that
# it takes a newer node-gyp than it asks for, since the old one does not work with Python 3.12 and later.
bench/node_modules/.done: bench/package-lock.json
	@echo "Setting up the peers …"
	@npm --prefix bench ci --loglevel=error && touch $@
