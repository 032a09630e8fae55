# Set-up is part of every target: it makes .venv once, installs what constraints.txt pins, and fetches the two embedded
# models. A second call installs nothing.

PYTHON ?= python3
DATA ?= ../shared/data
BIN := .venv/bin
INSTALLED := .venv/installed
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

.DEFAULT_GOAL := help
.PHONY: help demo test check format models bench-read bench-formats bench-quality bench-retrieval bench-answers bench-extract bench-classify

help:                ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

$(INSTALLED): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --upgrade pip
	$(PIP) install -c constraints.txt -e '.[cpu,ocr,dev]'
	touch $@

models: $(INSTALLED) ## fetch the two embedded models into the cache
	$(BIN)/foyerdoc models fetch

demo: models         ## the main job on the bundled documents
	$(BIN)/foyerdoc demo

test: models         ## the whole test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(INSTALLED)  ## lint, types, and which floor may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED) ## rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
