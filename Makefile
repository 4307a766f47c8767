# The commands that people type. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Without --no-compile, pip compiles 2,200 modules of the bindings that are never imported.
INSTALL := -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes
# The package itself, in place: its two source roots are written into a .pth file.
INSTALL_HERE := -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

TEALFORM := $(BIN)/tealform
# Each address that the plan guard blocks and that is to be applied all the same, and the name instead of typing it.
ANSWERS = $(foreach address,$(ALLOW),--allow '$(address)') $(if $(CONFIRM),--confirm '$(CONFIRM)')

# What a pull request is to be merged into. A branch may be called anything: make and the shell evaluate nothing of it.
BASE ?= origin/main
override BASE := $(value BASE)
export BASE

# A file's tests run in one process, so that what they share is made once; tests/conftest.py says which files come first.
TESTS := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
# make test COVERAGE=1 measures coverage; Python 3.12 and newer have a faster way of doing so.
MEASURED = $(if $(COVERAGE),COVERAGE_CORE=$$($(BIN)/python -c 'import sys; print("sysmon" if sys.version_info >= (3, 12) else "ctrace")'))

.PHONY: help synth drift test test-slow test-e2e policy policy-coverage mutate review pr-check verify prove e2e plan-offline plan apply destroy speculative-plan output terraform bootstrap bench lock lock-python lock-providers docs artifacts inventory format clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z0-9 -]+:.*## / { printf "make %-26s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

synth: $(VENV)/.run ## Generate environments/*/cdk.tf.json
	@$(TEALFORM) synth $(ENV) $(ARGS)

test: $(VENV)/.dev ## Check format, lint, types, policy and run the tests; COVERAGE=1
	@echo "Checking format, lint and types"
	@$(BIN)/ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports > $(VENV)/.imports || { cat $(VENV)/.imports; exit 1; }
	@$(BIN)/mypy & types=$$!; $(TEALFORM) policy --no-synth; policy=$$?; wait $$types && exit $$policy
	@echo "Running the tests"
	@$(MEASURED) $(TESTS) $(if $(COVERAGE),--cov) $(PYTEST)

test-slow: $(VENV)/.dev ## Run the tests that are too slow for make test
	@$(TESTS) -m slow $(PYTEST)

# Most of their time is the provider's own waiting.
test-e2e: $(VENV)/.dev ## Run the tests that need the real AWS provider
	@$(BIN)/python -m pytest -n 6 -m aws_provider $(PYTEST)

policy-coverage: $(VENV)/.run ## Record which of checkov's checks apply to which resources, about a minute
	@$(BIN)/python -m tools policy-coverage

mutate: $(VENV)/.run ## Change valid environments in single ways and report what the gate notices
	@$(BIN)/python -m tools mutate $(ARGS)

# Aliases of the commands of tealform, with their names before it was one. They go with the next release.
drift: $(VENV)/.run ## tealform synth --check
	@$(TEALFORM) synth --check $(ENV) $(ARGS)

policy: $(VENV)/.run ## tealform policy
	@$(TEALFORM) policy $(ENV) $(ARGS)

bootstrap: $(VENV)/.run ## tealform bootstrap
	@$(TEALFORM) bootstrap $(ARGS)

review pr-check: $(VENV)/.run ## tealform review --base BASE
	@$(TEALFORM) review --base="$$BASE" $(ARGS)

verify prove: $(VENV)/.verify ## tealform verify
	@$(TEALFORM) verify $(ENV) $(ARGS)

e2e: $(VENV)/.verify ## tealform verify --real-provider
	@$(TEALFORM) verify --real-provider $(ENV) $(ARGS)

plan output terraform: $(VENV)/.run ## tealform plan ENV, tealform output ENV, tealform terraform ENV ARGS
	@$(TEALFORM) $@ $(ENV) $(ARGS)

plan-offline: $(VENV)/.verify ## tealform plan --offline ENV
	@$(TEALFORM) plan --offline $(ENV) $(ARGS)

speculative-plan: $(VENV)/.run ## tealform plan --speculative ENV
	@$(TEALFORM) plan --speculative $(ENV) $(ARGS)

apply destroy: $(VENV)/.run ## tealform apply ENV, tealform destroy ENV; ALLOW=ADDRESS CONFIRM=ENV
	@$(TEALFORM) $@ $(ENV) $(ANSWERS) $(ARGS)

lock: lock-python lock-providers ## make lock-python, tealform lock

lock-providers: $(VENV)/.run ## tealform lock
	@$(TEALFORM) lock $(ARGS)

# For developers of Tealform.
bench: $(VENV)/.run ## Time the synthesis against the plain imports, and the policy gate, side by side
	@$(BIN)/python -m tools bench

docs: $(VENV)/.run ## Write the reference, the table of effects and that of permissions, about a minute
	@$(BIN)/python -m tools docs

artifacts: $(VENV)/.run ## Write artifacts/ from modules/tealform/templates
	@$(BIN)/python -m tools artifacts

inventory: $(VENV)/.dev ## Write tests/inventories from the generated Terraform
	@$(BIN)/python -m tools inventory

format: $(VENV)/.dev ## Format the code and fix what the linter can
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade

lock-python: $(VENV)/.dev ## Renew requirements/*.txt and checkov-requirements.txt
	@$(LOCK) pyproject.toml requirements/build.in --output-file requirements/run.txt
	@$(LOCK) pyproject.toml --extra verify --constraint requirements/run.txt --output-file requirements/verify.txt
	@$(LOCK) requirements/dev.in --output-file requirements/dev.txt
	@$(LOCK) requirements/checkov.in --output-file modules/tealform/policy/checkov-requirements.txt

clean: ## Remove what was installed and cached here; the user's cache stays
	rm -rf $(VENV) .cache .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .coverage

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; say which: make PYTHON=python3.12 …" >&2; exit 2; }
	@echo "Making $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "python3 lacks venv; on Debian: apt-get install python3-venv" >&2; exit 2; }
	@touch $@

$(VENV)/.run: requirements/run.txt pyproject.toml $(VENV)/.python
	@echo "Installing what synthesis and Terraform need (about a quarter of a minute)"
	@$(BIN)/python $(INSTALL) -r requirements/run.txt
	@$(BIN)/python $(INSTALL_HERE)
	@touch $@

$(VENV)/.verify: requirements/verify.txt $(VENV)/.run
	@echo "Installing what verification needs (about half a minute)"
	@$(BIN)/python $(INSTALL) -r requirements/verify.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.verify
	@echo "Installing what the tests need"
	@$(BIN)/python $(INSTALL) -r requirements/dev.txt
	@touch $@
