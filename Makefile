# Snapferry. `make` lists what there is; each target makes what it needs.

PYTHON ?= python3.13
BIN := .venv/bin
# What works on real accounts takes the profile's own Region, or REGION=...
ifeq ($(filter deploy-% delete-% transfer,$(MAKECMDGOALS)),)
export AWS_DEFAULT_REGION ?= eu-west-1
endif
export SAM_CLI_TELEMETRY := 0
export PATH := $(CURDIR)/$(BIN):$(PATH)

# One more than there are cores: a worker that waits for a container, or for another process, uses none.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
DEPLOYED = $(if $(STACK),--stack-name $(STACK)) $(if $(REGION),--region $(REGION))
STACK_AND_REGION = $(if $(STACK),--stack $(STACK)) $(if $(REGION),--region $(REGION))
STOP_AND_YES = $(if $(STOP),--stop) $(if $(YES),--yes)

.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*\#\# .*/\1/p' Makefile)

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

demo: .venv/.made node_modules/.made ## carry a database from one account to the other, on this machine (ENGINE=... SANITISE=1)
	@$(BIN)/python -m sandbox demo $(if $(ENGINE),--engine $(ENGINE)) $(if $(SANITISE),--sanitise)

sandbox: .venv/.made node_modules/.made ## keep the two accounts running (PORT=4566 SPEED=120 ENGINE=... LISTEN=... TRAIL=1)
	@$(BIN)/python -m sandbox serve $(if $(PORT),--port $(PORT)) $(if $(SPEED),--speed $(SPEED)) \
	  $(if $(ENGINE),--engine $(ENGINE)) $(if $(LISTEN),--listen $(LISTEN)) $(if $(TRAIL),--trail)

test: .venv/.made node_modules/.made ## run the tests (ARGS=...)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-long: .venv/.made node_modules/.made ## run the tests that take minutes: many transfers, large databases, generated policies (ARGS=...)
	$(BIN)/pytest -m long $(ARGS)
	HYPOTHESIS_PROFILE=long $(BIN)/pytest -n auto tests/unit/test_lease.py tests/unit/test_lease_properties.py \
	  tests/unit/test_policy_conditions.py

mutate-sandbox: .venv/.made node_modules/.made ## switch each of the sandbox's rules off: its test must go red (ARGS=rds.copy ...)
	@$(BIN)/python -m tests.sandbox.mutation $(ARGS)

check: .venv/.made node_modules/.made ## format, lint, types, templates, build: all that CI runs before the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy functions hooks/run_sql_scripts commands sandbox tests docs bench packing
	$(BIN)/sam validate --config-env source --lint
	$(BIN)/sam validate --config-env target --lint
	$(BIN)/sam validate --config-env hooks --lint
	$(MAKE) --no-print-directory build

scan: .venv/.made .venv-scan/.made ## checkov and cfn-lint over the templates, as they are written and as SAM translates them
	@$(BIN)/python -m tests.templates.translated .aws-sam/scan
	$(BIN)/cfn-lint template*.yaml .aws-sam/scan/*.json
	.venv-scan/bin/checkov --config-file .checkov.yaml $(foreach each,$(wildcard template*.yaml),-f $(each))
	.venv-scan/bin/checkov --config-file .checkov.yaml -d .aws-sam/scan

format: .venv/.made ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

build: .venv/.made ## build what is deployed, for both accounts and the hooks (ARCHITECTURE=x86_64 for sam local there)
	$(BIN)/sam build --config-env source $(if $(ARCHITECTURE),--parameter-overrides Architecture=$(ARCHITECTURE))
	$(BIN)/sam build --config-env target $(if $(ARCHITECTURE),--parameter-overrides Architecture=$(ARCHITECTURE))
	$(BIN)/sam build --config-env hooks $(if $(ARCHITECTURE),--parameter-overrides Architecture=$(ARCHITECTURE))
	@$(BIN)/python -m packing .aws-sam/source .aws-sam/target .aws-sam/hooks

deploy-target: .venv/.made ## deploy the target account's stack, first (AWS_PROFILE=... REGION=... STACK=...)
	$(BIN)/sam build --config-env target
	@$(BIN)/python -m packing .aws-sam/target
	$(BIN)/sam deploy --config-env target --guided $(DEPLOYED)

deploy-hooks: .venv/.made ## deploy the hook that runs SQL scripts, in the target account (after the target's stack)
	$(BIN)/sam build --config-env hooks
	@$(BIN)/python -m packing .aws-sam/hooks
	$(BIN)/sam deploy --config-env hooks --guided $(DEPLOYED)

deploy-source: .venv/.made ## deploy the source account's stack (AWS_PROFILE=... REGION=... STACK=...)
	$(BIN)/sam build --config-env source
	@$(BIN)/python -m packing .aws-sam/source
	$(BIN)/sam deploy --config-env source --guided $(DEPLOYED)

delete-source: .venv/.made ## delete the source's stack once nothing is open (STACK=... STOP=1 KEPT=delete|leave YES=1)
	@$(BIN)/python -m commands delete source $(STACK_AND_REGION) $(if $(KEPT),--kept $(KEPT)) $(STOP_AND_YES)

delete-target: .venv/.made ## delete the target's stack once nothing is half done (STACK=... STOP=1 YES=1)
	@$(BIN)/python -m commands delete target $(STACK_AND_REGION) $(STOP_AND_YES)

transfer: .venv/.made ## carry a database across (DATABASE=... PLAN=1 SNAPSHOT=... PROFILE=... RESTORE=0, or FOLLOW=...)
	@$(BIN)/python -m commands transfer $(STACK_AND_REGION) $(if $(DATABASE),--database '$(DATABASE)') \
	  $(if $(FOLLOW),--follow '$(FOLLOW)') $(if $(SNAPSHOT),--snapshot '$(SNAPSHOT)') $(if $(PROFILE),--profile '$(PROFILE)') \
	  $(if $(PLAN),--plan) $(if $(filter 0,$(RESTORE)),--no-restore)

validate-profile: .venv/.made ## say all that is wrong with a restore profile (FILE=...)
	@$(BIN)/python -m docs.validate_profile $(FILE)

schemas: .venv/.made ## write docs/schemas anew from the models
	$(BIN)/python -m docs.generate_schemas

machines: .venv/.made ## draw the state machines anew: docs/machines.md
	@$(BIN)/python -m docs.draw_machines

parameters: .venv/.made ## list the templates' parameters anew: docs/parameters.md
	@$(BIN)/python -m docs.list_parameters

alarms: .venv/.made ## list the templates' alarms in docs/alarms.md
	$(BIN)/python -m docs.list_alarms

restore-settings: .venv/.made node_modules/.made ## carry databases with every setting and write docs/restore-settings.md anew
	@$(BIN)/python -m tests.end_to_end.settings.page

sources: .venv/.made node_modules/.made ## make each kind of source in the sandbox, carry it, and write docs/sources.md anew
	$(BIN)/python -m tests.end_to_end.sources.page

wrong-set-ups: .venv/.made node_modules/.made ## play each wrong set-up in the sandbox and write docs/wrong-set-ups.md anew
	@$(BIN)/python -m tests.end_to_end.wrong_setups.page

rules: .venv/.made ## write the sandbox's table of rules anew from its register
	$(BIN)/python -m sandbox.register.table

permissions: .venv/.made node_modules/.made ## play tests, and write docs/permissions.md anew from what they make use of (ARGS=--page: only the page)
	@$(BIN)/python -m tests.permissions $(ARGS)

closing: .venv/.made node_modules/.made ## write the tables of docs/closing.md anew: transfers die everywhere (ARGS=--new for what is not told)
	$(BIN)/python -m tests.end_to_end.closing.page $(ARGS)

faults: .venv/.made node_modules/.made ## let every call fail in every way, and judge both accounts afterwards (ARGS=--all --new --only "...")
	@PYTHONPATH=functions $(BIN)/python -m tests.faults.matrix $(ARGS)

soak: .venv/.made node_modules/.made ## everything at once, at random, with invariants checked after each step (MINUTES=5 SEED=... STEPS=... TELL=1)
	@$(BIN)/python -m tests.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(STEPS),--steps $(STEPS)) $(if $(TELL),--tell)

bench: .venv/.made ## measure what Snapferry costs and write bench/results.md anew (ARGS=--check: fail where a count has grown)
	@$(BIN)/python -m bench $(ARGS)

cost: .venv/.made ## work docs/cost.md out anew, from what the bench has counted and bench/prices.py
	@$(BIN)/python -m bench.cost

requirements: ## pin the requirements anew (needs uv)
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.13 \
	  functions/requirements.in -o functions/requirements.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.13 \
	  -c functions/requirements.txt hooks/run_sql_scripts/requirements.in -o hooks/run_sql_scripts/requirements.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.13 \
	  -c functions/requirements.txt -c hooks/run_sql_scripts/requirements.txt requirements-dev.in -o requirements-dev.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.13 \
	  requirements-scan.in -o requirements-scan.txt

clean: ## remove everything that was made
	rm -rf .venv .venv-scan node_modules .aws-sam .sandbox .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/.made: requirements-dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.13 is needed: install it, or say PYTHON=/path/to/it" >&2; exit 1; }
	@echo "Making .venv (a minute or so) ..." && $(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.venv-scan/.made: requirements-scan.txt # checkov pins an older boto3 than Snapferry's
	@echo "Making .venv-scan (half a minute) ..." && $(PYTHON) -m venv --clear .venv-scan
	@.venv-scan/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-scan.txt
	@touch $@

node_modules/.made: package-lock.json
	@if command -v npm >/dev/null; then npm ci --silent; \
	 else echo "Node 20 is not installed: the sandbox will not check permissions." >&2; mkdir -p node_modules; fi
	@touch $@
