# One-word commands. Each sets up what it needs in .venv and is quick when nothing changed.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: run test lint bench faults contract openapi audit
.DEFAULT_GOAL := run

# torch comes first and by its exact version: asked for by others it brings gigabytes of CUDA
.venv/run.stamp: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up .venv (a few minutes the first time)"
	@$(BIN)/pip install --quiet --disable-pip-version-check "$$(grep '^torch==' requirements.txt)"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: .venv/run.stamp  ## the whole product with the demo shop; options by ARGS="--port 9000"
	@$(BIN)/python manage.py up $(ARGS)

test: .venv/dev.stamp  ## every test; single ones by ARGS="tests/engines -k language"
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

faults: .venv/dev.stamp  ## kills workers, broker and database for minutes; some by ARGS="-k broker"
	@$(BIN)/python -m pytest -m faults tests/faults -s $(ARGS)

contract: .venv/dev.stamp  ## the API held against its description, and odd forms, for minutes
	@$(BIN)/python -m pytest -m faults tests/faults/test_contract.py -s $(ARGS)

openapi: .venv/run.stamp  ## writes docs/openapi.yaml; refuses what would break clients
	@$(BIN)/python manage.py openapi

lint: .venv/dev.stamp  ## style, types, architecture
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .venv/dev.stamp  ## speed and memory beside peers; some by ARGS="road web"
	@$(BIN)/python manage.py benchmark $(ARGS)


audit: .venv/dev.stamp  ## known weaknesses of what is installed, and the list of it (SBOM)
	@mkdir -p var && $(BIN)/python manage.py sbom > var/sbom.json && echo "var/sbom.json"
	@$(BIN)/pip-audit --requirement requirements.txt --no-deps --disable-pip
