"""What a corpus needs, reckoned from measured rates.

    python -m benchmarks.scale [--pages 10000 10000000 1000000000] [--scans 0.1] [--pages-per-document 4] [--days 7]
    python -m benchmarks.scale --measure DATA

Each rate has the command that measured it. The sums are proportions: nothing of this size was run. What is not in them: copying
files to where they are read, networks, machines that fail, and people. `--measure` measures what the other benchmarks do not:
what a page of a contract holds, and what embedding costs a processor.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rate:
    value: float
    unit: str
    source: str


CONTRACTS = "`python -m benchmarks.scale --measure DATA`, 30 contracts, 468 pages, 29 November 2026"
READ = Rate(107.6, "pages a second and core, with all boxes", "`make bench-read`, 22 November 2026")
OCR = Rate(5.7, "core seconds a scanned page", "[scans](scans.md), median of five pages")
LABEL_GPU = Rate(
    458, "documents a second and GPU (H100), their first 512 tokens", "`make bench-finetuning-speed`, 27 November 2026"
)
LABEL_CPU = Rate(
    1.2, "documents a second and core", "`python -m benchmarks.classify.speed`, 2.4 on two cores, 27 November 2026"
)
FIELDS_GPU = Rate(
    3.66,
    "documents a second and GPU (H200), six fields each by the general extractor, eight processes",
    "`python -m benchmarks.extraction.forms --model general --device cuda --jobs 8`, 29 November 2026",
)
EMBED_GPU = Rate(1_490_000, "tokens a second and GPU (H200)", "`make bench-embedding`, 28 November 2026")
EMBED_CPU = Rate(2_535, "tokens a second and core", CONTRACTS)
TOKENS = Rate(706, "tokens a page", CONTRACTS)
CHUNKS = Rate(3.60, "chunks a page, of 256 tokens at most", CONTRACTS)
FILE = Rate(9_450, "bytes a page, as PDF", CONTRACTS)
WRITE = Rate(494, "chunks a second that one process adds to an index of 100,000", "`make bench-index-growth`, 29 November 2026")
DISK = Rate(3_510, "bytes of index file a chunk (352 MB for 100,339)", "`make bench-index-growth`, 29 November 2026")
VECTOR = Rate(768, "bytes a vector: 384 numbers of 16 bits", "the format")
SEARCH = Rate(
    100_339, "chunks is the largest whole index that was searched (79 ms)", "`make bench-index-growth`, 29 November 2026"
)
GPU_BYTES = Rate(120e9, "bytes of vectors on one GPU of 141 GB", "room for what searching takes besides")
RATES = (
    READ,
    OCR,
    LABEL_GPU,
    LABEL_CPU,
    FIELDS_GPU,
    EMBED_GPU,
    EMBED_CPU,
    TOKENS,
    CHUNKS,
    FILE,
    WRITE,
    DISK,
    VECTOR,
    SEARCH,
    GPU_BYTES,
)


@dataclass(frozen=True)
class Corpus:
    """A corpus and the wish to have it done in some days."""

    pages: int
    scans: float
    pages_per_document: float
    days: float

    def rows(self) -> list[tuple[str, str]]:
        seconds = self.days * 86_400
        documents, chunks = self.pages / self.pages_per_document, self.pages * CHUNKS.value
        tokens = self.pages * TOKENS.value
        reading, scanning = self.pages * (1 - self.scans) / READ.value, self.pages * self.scans * OCR.value
        models_cpu = documents / LABEL_CPU.value + tokens / EMBED_CPU.value
        models_gpu = documents / LABEL_GPU.value + tokens / EMBED_GPU.value
        return [
            ("documents", quantity(documents)),
            ("chunks", quantity(chunks)),
            ("files", size(self.pages * FILE.value)),
            ("index files", size(chunks * DISK.value)),
            ("vectors in memory", size(chunks * VECTOR.value)),
            ("reading, core hours", quantity(reading / 3600)),
            ("OCR, core hours", quantity(scanning / 3600)),
            ("labels and embeddings, GPU hours", quantity(models_gpu / 3600)),
            ("or core hours without a GPU", quantity(models_cpu / 3600)),
            ("fields by a model, GPU hours besides", quantity(documents / FIELDS_GPU.value / 3600)),
            ("one process writing the index, hours", quantity(chunks / WRITE.value / 3600)),
            (f"done in {self.days:g} days: cores", quantity(math.ceil((reading + scanning) / seconds))),
            (f"done in {self.days:g} days: GPUs", quantity(math.ceil(models_gpu / seconds))),
            (f"done in {self.days:g} days: indexes, each with its writer", quantity(math.ceil(chunks / WRITE.value / seconds))),
            ("GPUs that hold all vectors, to search exactly", quantity(math.ceil(chunks * VECTOR.value / GPU_BYTES.value))),
        ]


def quantity(number: float) -> str:
    """Two digits that count: the rates have no more."""
    if number < 10:
        return f"{number:.2g}" if number < 1 else f"{number:.1f}".removesuffix(".0")
    digits = len(str(int(number))) - 2
    return f"{round(number, -digits):,.0f}"


def size(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 1000 or unit == "TB":
            return f"{quantity(number)} {unit}"
        number /= 1000
    raise AssertionError


def tables(pages: list[int], scans: float, pages_per_document: float, days: float) -> str:
    corpora = [Corpus(one, scans, pages_per_document, days).rows() for one in pages]
    lines = ["| | " + " | ".join(f"{one:,} pages" for one in pages) + " |", "| --- |" + " ---: |" * len(pages)]
    lines += [f"| {cells[0][0]} | " + " | ".join(value for _, value in cells) + " |" for cells in zip(*corpora, strict=True)]
    lines += ["", "| rate | | measured by |", "| ---: | --- | --- |"]
    lines += [f"| {rate.value:,.10g} | {rate.unit} | {rate.source} |" for rate in RATES]
    return "\n".join(lines) + "\n"


def measure(data: Path) -> str:
    import foyerdoc as fd
    from foyerdoc.embedding import SentenceEmbedder
    from foyerdoc.index.members import embedded_texts, members_of
    from foyerdoc.reading import read_many

    embedder = SentenceEmbedder(device="cpu")
    limits = {"max_tokens": 256, "overlap": 0}
    pages = tokens = chunks = size_ = 0
    texts: list[str] = []
    for path, read in read_many(sorted((data / "extract" / "cuad" / "pdf").glob("*.pdf"))):
        document = fd.clean(read)
        [(_, pieces)] = members_of(document, embedder, **limits)
        pages, chunks, size_ = pages + len(document.pages), chunks + len(pieces), size_ + path.stat().st_size
        tokens += sum(piece.n_tokens for piece in pieces)
        texts += embedded_texts(document, embedder, **limits)
    embedder.embed_documents(["warm"])
    sample = texts[:: max(1, len(texts) // 100)]
    started = time.process_time()
    embedder.embed_documents(sample)
    spent = time.process_time() - started
    told = f"{tokens / pages:.0f} tokens, {chunks / pages:.2f} chunks, {size_ / pages:.0f} bytes a page"
    return f"{told}; {sum(map(embedder.count_tokens, sample)) / spent:.0f} tokens embedded a second and core\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, nargs="+", default=[10_000, 10_000_000, 1_000_000_000])
    parser.add_argument("--scans", type=float, default=0.1, help="share of pages that are scans")
    parser.add_argument("--pages-per-document", type=float, default=4)
    parser.add_argument("--days", type=float, default=7)
    parser.add_argument("--measure", type=Path)
    chosen = parser.parse_args()
    if chosen.measure:
        sys.stdout.write(measure(chosen.measure))
    else:
        sys.stdout.write(tables(chosen.pages, chosen.scans, chosen.pages_per_document, chosen.days))


if __name__ == "__main__":
    main()
