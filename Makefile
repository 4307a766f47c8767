# The commands that people type. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# pip compiles 2,200 modules of the bindings that nobody imports, unless it is told not to.
INSTALL := -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes
# The package itself, in place: its two source roots are written into a .pth file.
INSTALL_HERE := -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

# What is proved is what the settings say now; the answer alone is on the output, which may be JSON.
SYNTH_ASIDE := $(BIN)/python main.py $(ENV) >&2

COMMITTED := ':(glob)environments/*/cdk.tf.json' ':(glob)environments/*/*.zip' ':(glob)bootstrap/*/cdk.tf.json'

# What is planned and applied is what the settings say now.
GENERATE = $(BIN)/python $(if $(filter bootstrap/%,$(ENV)),-m tealform bootstrap,main.py $(ENV))
# What the plan guard objects to and is wanted all the same, and the name that would have to be typed.
ANSWERS = $(foreach address,$(ALLOW),--allow '$(address)') $(if $(CONFIRM),--confirm '$(CONFIRM)')

# What a pull request is to be merged into. A branch may be called anything: make and the shell evaluate nothing of it.
BASE ?= origin/main
override BASE := $(value BASE)
export BASE

# A file's tests run in one process, so that what they share is made once; tests/conftest.py says which files come first.
TESTS := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
# make test COVERAGE=1 measures coverage; Python 3.12 and newer have a faster way of doing so.
MEASURED = $(if $(COVERAGE),COVERAGE_CORE=$$($(BIN)/python -c 'import sys; print("sysmon" if sys.version_info >= (3, 12) else "ctrace")'))

.PHONY: help synth drift test test-slow test-e2e policy policy-coverage mutate pr-check prove e2e plan-offline plan apply destroy speculative-plan output terraform bootstrap bench lock lock-python lock-providers docs artifacts inventory format clean named

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z0-9 -]+:.*## / { printf "make %-26s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

synth: $(VENV)/.run ## Generate environments/*/cdk.tf.json; ENV=dev for one
	@$(BIN)/python main.py $(ENV)

drift: $(VENV)/.run ## Fail unless what is committed is what the settings say
	@$(BIN)/python main.py
	@test ! -d bootstrap || $(BIN)/python -m tealform bootstrap
	@changed=$$(git status --porcelain -- $(COMMITTED)) && test -z "$$changed" || { \
		git --no-pager diff -- $(COMMITTED); echo "$$changed"; \
		echo "what is generated is not what is committed; commit it" >&2; exit 1; }

test: $(VENV)/.dev ## Prove it: format, lint, types, tests, policy; COVERAGE=1
	@echo "Checking format, lint and types"
	@$(BIN)/ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports > $(VENV)/.imports || { cat $(VENV)/.imports; exit 1; }
	@$(BIN)/mypy & types=$$!; $(BIN)/python -m tealform policy; policy=$$?; wait $$types && exit $$policy
	@echo "Running the tests"
	@$(MEASURED) $(TESTS) $(if $(COVERAGE),--cov) $(PYTEST)

test-slow: $(VENV)/.dev ## Run the tests that are too slow for make test
	@$(TESTS) -m slow $(PYTEST)

# Most of their time is the provider's own waiting.
test-e2e: $(VENV)/.dev ## Test the proofs that need the real provider
	@$(BIN)/python -m pytest -n 6 -m aws_provider $(PYTEST)

policy: $(VENV)/.run ## Judge the generated Terraform; ENV=dev for one, ARGS="--sarif FILE" for a report
	@$(BIN)/python -m tealform policy $(ENV) $(ARGS)

policy-coverage: $(VENV)/.run ## Learn which of checkov's checks must judge what, about a minute
	@$(BIN)/python -m tools policy-coverage

mutate: $(VENV)/.run ## Make good environments bad in single ways, and say what the gate sees of it
	@$(BIN)/python -m tools mutate $(ARGS)

pr-check: $(VENV)/.run ## Check what a pull request changes: BASE=origin/main
	@$(BIN)/python -m tealform pr-check --base="$$BASE" $(ARGS)

prove: $(VENV)/.verify ## Prove the environments with all that this machine has; ENV=dev for one
	@$(SYNTH_ASIDE)
	@$(BIN)/python -m tealform prove $(ENV) $(ARGS)

e2e: $(VENV)/.verify ## Apply, release, update and destroy with the real provider on an emulated AWS
	@$(SYNTH_ASIDE)
	@$(BIN)/python -m tealform e2e $(ENV) $(ARGS)

plan-offline: named $(VENV)/.verify ## Show what a first apply would create, without an account; ARGS=--full
	@$(SYNTH_ASIDE)
	@$(BIN)/python -m tealform plan-offline $(ENV) $(ARGS)

plan: named $(VENV)/.run ## Plan one environment and say what it would do: ENV=dev; ARGS=--full
	@$(GENERATE) >&2
	@$(BIN)/python -m tealform plan $(ENV) $(ARGS)

apply: named $(VENV)/.run ## Apply exactly the plan that was made: ENV=dev
	@$(GENERATE) >&2
	@$(BIN)/python -m tealform apply $(ENV) $(ANSWERS) $(ARGS)

destroy: named $(VENV)/.run ## Remove everything, once its name has been typed: ENV=dev
	@$(GENERATE) >&2
	@$(BIN)/python -m tealform destroy $(ENV) $(ANSWERS) $(ARGS)

speculative-plan: named $(VENV)/.run ## Let HCP Terraform plan what nobody can apply, as in pull requests: ENV=dev
	@$(GENERATE) >&2
	@$(BIN)/python -m tealform speculative-plan $(ENV) $(ARGS)

output terraform: named $(VENV)/.run ## Print outputs, or run any command of Terraform: ENV=dev ARGS="state list"
	@$(BIN)/python -m tealform $@ $(ENV) $(ARGS)

bootstrap: $(VENV)/.run ## Generate what holds states and lets CI in: bootstrap/*/cdk.tf.json
	@$(BIN)/python -m tealform bootstrap

named:
	@test $(words $(ENV)) -eq 1 || { echo "say which environment, like: make plan ENV=dev" >&2; exit 2; }

bench: $(VENV)/.run ## Time the synthesis against the plain imports, and the policy gate, side by side
	@$(BIN)/python -m tools bench

docs: $(VENV)/.run ## Write the reference, the table of effects and that of permissions, about a minute
	@$(BIN)/python -m tools docs

artifacts: $(VENV)/.run ## Write artifacts/ from modules/tealform/templates
	@$(BIN)/python -m tools artifacts

inventory: $(VENV)/.dev ## Write tests/inventories from the generated Terraform
	@$(BIN)/python -m tools inventory

format: $(VENV)/.dev ## Format the code and mend what the linter can
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

lock: lock-python lock-providers ## Renew requirements/*.txt and the lock files of the providers

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade

lock-python: $(VENV)/.dev ## Renew requirements/*.txt and checkov-requirements.txt
	@$(LOCK) pyproject.toml requirements/build.in --output-file requirements/run.txt
	@$(LOCK) pyproject.toml --extra verify --constraint requirements/run.txt --output-file requirements/verify.txt
	@$(LOCK) requirements/dev.in --output-file requirements/dev.txt
	@$(LOCK) requirements/checkov.in --output-file modules/tealform/policy/checkov-requirements.txt

lock-providers: $(VENV)/.run ## Write environments/*/.terraform.lock.hcl for all platforms; needs the registry
	@$(BIN)/python -m tealform lock $(ARGS)

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
	@echo "Installing what the proofs need (about half a minute)"
	@$(BIN)/python $(INSTALL) -r requirements/verify.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.verify
	@echo "Installing what the tests need"
	@$(BIN)/python $(INSTALL) -r requirements/dev.txt
	@touch $@
