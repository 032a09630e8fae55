# Set-up is part of every target: it makes .venv once, installs what constraints.txt pins, and fetches the two embedded
# models. A second call installs nothing.

PYTHON ?= python3
DATA ?= ../shared/data
BIN := .venv/bin
INSTALLED := .venv/installed
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

.DEFAULT_GOAL := help
.PHONY: help demo test check format models bench-read bench-formats bench-quality bench-retrieval bench-answers bench-extract bench-classify bench-job

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

# --- benchmarks: DATA is a folder of real documents with ground truth (docs/benchmarks.md) -------------------------------

bench-read: $(INSTALLED) ## speed of read + clean + chunk against LlamaIndex, and memory over 1,000 files
	$(PIP) install --no-deps llama-index-readers-file==0.7.0
	$(BIN)/python benchmarks/read_speed.py $(DATA)/extract/cuad/pdf --reference $(DATA)/extract/cuad/contracts.jsonl.gz --memory 1000

bench-formats: $(INSTALLED) ## what becomes of every file
	$(BIN)/python benchmarks/read_everything.py $(DATA)/ingest $(DATA)/extract/cuad/pdf $(DATA)/extract/einvoice $(DATA)/extract/invoice2data

bench-quality: $(INSTALLED) ## text, order and duplicates against reviewed references
	$(BIN)/python benchmarks/read_quality.py $(DATA)

bench-retrieval: models ## the index against its parts
	$(BIN)/python benchmarks/retrieval.py $(DATA)

bench-answers: models ## quotes and refusals
	$(BIN)/python benchmarks/answers.py $(DATA)

bench-extract: models ## header fields of electronic invoices
	$(BIN)/python benchmarks/extract_einvoice.py $(DATA)/extract/einvoice

bench-classify: models ## labels without training
	$(BIN)/python benchmarks/classify_zero_shot.py $(DATA)

bench-job: models ## label, fields and a cited question over real invoices
	$(BIN)/python benchmarks/main_job.py $(DATA)/extract/einvoice
