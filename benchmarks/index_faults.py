"""Kill the process that writes an index, again and again, and look at what is left.

    python -m benchmarks.index_faults [--rounds 1000] [--seed 0] [--folder FOLDER]

Each round a process opens the index and adds, replaces, deletes and compacts documents, and says so after each call. At a
random moment it gets SIGKILL. Then the index is opened again:

- every document that was reported is there, with every character, and every one reported as deleted is not;
- what was being done is done, or not begun;
- `verify` finds nothing wrong;
- of what was deleted before the last reported `compact`, no file of the folder has a word.

The embedder makes vectors of hashes. The index starts afresh every 50 rounds, so that its making is killed too. A kill is not a
power cut: that every commit is synced to the disk is SQLite's part (`synchronous = FULL`), and not tried here.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from foyerdoc.documents import Block, Document, Span
from foyerdoc.errors import FoyerdocError
from foyerdoc.index import Index, cache

NAMES = 12  # documents that come and go
FRESH = 50  # rounds that an index lives
SECONDS = 0.25  # within which the kill comes, counted from the start


class HashEmbedder:
    """Each text is a direction of its own."""

    name = "hash-32"
    dimensions = 32
    max_tokens = 512

    def embed_documents(self, texts):
        vectors = np.array([self._vector(text) for text in texts], np.float32).reshape(len(texts), self.dimensions)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    embed_queries = embed_documents

    def count_tokens(self, text):
        return len(self.offsets(text))

    def offsets(self, text):
        return [match.span() for match in re.finditer(r"\S+", text)]

    def close(self):
        pass

    def _vector(self, text):
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        return np.random.default_rng(seed).normal(size=self.dimensions)


@dataclass(slots=True)
class Known:
    """What the index must hold by what was reported, for one that lives some rounds."""

    held: dict[int, int] = field(default_factory=dict)  # version by number
    gone: set[str] = field(default_factory=set)  # words of documents that are not held
    erased: set[str] = field(default_factory=set)  # those of them that a compact came after


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--folder", type=Path, help="where the index is kept, on the disk to be tried; a temporary one by default"
    )
    options = parser.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        counts, problems = kill_again_and_again(Path(folder) / "an.index", options.rounds, options.seed, progress=True)
    table = Table(title=f"{options.rounds} kills in {time.perf_counter() - started:.0f} s")
    table.add_column("killed during")
    table.add_column("times", justify="right")
    table.add_column("of them done", justify="right")
    for what in sorted({key for key, _ in counts}):
        done = counts[what, "done"]
        table.add_row(what, str(done + counts[what, "not"]), str(done) if what in {"add", "replace", "delete"} else "")
    console = Console(width=120)
    console.print(table)
    for problem in problems:
        console.print(problem, markup=False)
    console.print(f"{counts.total()} kills, {len(problems)} with something wrong")
    sys.exit(bool(problems))


def kill_again_and_again(folder: Path, rounds: int, seed: int, *, progress: bool = False) -> tuple[Counter, list[str]]:
    """Count what was being done at each kill, by (call, "done" or "not"), and list what was wrong afterwards."""
    # Threads of OpenMP do not go well with many short processes on few cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["foyerdoc.index.vectors", "faiss", "numpy.random", "snowballstemmer"])
    chance = random.Random(seed)
    counts: Counter = Counter()
    problems: list[str] = []
    known = Known()
    for number in track(range(rounds), "killing", disable=not progress, transient=True):
        if number % FRESH == 0:
            shutil.rmtree(folder, ignore_errors=True)
            known = Known()
        doing: tuple = ("start",)
        try:
            doing = killed(context, folder, known, number, chance)
            counts[doing[0], settle(folder, known, doing)] += 1
        except (AssertionError, FoyerdocError) as error:
            counts[doing[0], "not"] += 1
            problems.append(f"round {number}, killed during {doing}: {error}")
            shutil.rmtree(folder, ignore_errors=True)
            known = Known()
    return counts, problems


def killed(context, folder: Path, known: Known, number: int, chance: random.Random) -> tuple:
    """Let a process work and kill it; take note of what it reported. The call that it was in."""
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(folder, dict(known.held), chance.random(), number, sending))
    process.start()
    sending.close()
    receiving.recv()  # it is up
    time.sleep(chance.random() * SECONDS)
    process.kill()
    process.join()
    doing = ("open",)
    while True:
        try:
            state, *call = receiving.recv()
        except (EOFError, OSError):
            return doing
        assert state != "error", f"the process failed: {call}"
        doing = tuple(call) if state == "begins" else ("between",)
        if state == "done":
            report(known, call)


def report(known: Known, call: list) -> None:
    """A call is done: what the index holds from now on."""
    what, *rest = call
    if what in {"add", "replace", "delete"}:
        number = rest[0]
        if number in known.held:
            known.gone.add(word(number, known.held.pop(number)))
        if what != "delete":
            known.held[number] = rest[1]
    elif what == "compact":
        known.erased = set(known.gone)


def settle(folder: Path, known: Known, doing: tuple) -> str:
    """Compare the index with what must be in it. Whether the call that was killed is done."""
    before = dict(known.held)
    after = Known(dict(known.held))
    report(after, list(doing))
    cache._FROM = 10**9  # looking leaves the files as they are
    # Before SQLite tidies up: the log is there as the kill left it.
    there = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file()) if folder.exists() else b""
    # The middle of the word: FTS5 leaves out how a term begins when the one before it begins alike, stemming cuts its end.
    back = [one for one in known.erased if one[6:18].encode() in there]
    assert not back, f"words that were deleted before a compact: {back}"
    with Index.open(folder, embedder=HashEmbedder(), max_tokens=40) as index:
        issues = index.verify()
        assert not issues, f"verify: {issues}"
        stored = {one.name: one for one in index.documents()}
        held = {int(name): int(index.document(one.id).metadata["version"]) for name, one in stored.items()}
        assert held in (before, after.held), f"it holds {held}, and should {before} or {after.held}"
        for number, its_version in held.items():
            expected = document(number, its_version)
            found = index.document(expected.id)
            assert found == expected, f"document {number} is not as it was added"
            assert stored[str(number)].metadata == {"version": str(its_version)}, f"document {number} has other labels"
            hits = index.search(word(number, its_version), 50, where={"name": str(number)})
            assert len(hits) == stored[str(number)].chunks, f"document {number} is not found whole"
            assert any(word(number, its_version) in hit.chunk.text for hit in hits), f"document {number} is not found"
    done = held != before
    if done:
        report(known, list(doing))
    return "done" if done else "not"


def work(folder: Path, held: dict[int, int], seed: float, number: int, sending) -> None:
    """What is killed: changes the index and says what it begins and what is done."""
    cache._FROM = 1  # so that the cache is written and killed too
    chance = random.Random(seed)
    newest = number * 1_000  # versions are never used again
    sending.send("up")
    try:
        while True:
            sending.send(("begins", "open"))
            with Index.open(folder, embedder=HashEmbedder(), max_tokens=40) as index:
                sending.send(("done", "open"))
                for _ in range(chance.randrange(1, 12)):
                    newest += 1
                    call = choose(chance, held, newest)
                    sending.send(("begins", *call))
                    carry_out(index, call)
                    report(Known(held), list(call))
                    sending.send(("done", *call))
                sending.send(("begins", "close"))
            sending.send(("done", "close"))
    except FoyerdocError as error:
        sending.send(("error", str(error)))


def choose(chance: random.Random, held: dict[int, int], newest: int) -> tuple:
    what = chance.choice(["add", "add", "add", "delete", "delete", "compact", "search"])
    if what == "delete" and held:
        return ("delete", chance.choice(sorted(held)))
    if what in {"add", "delete"}:
        number = chance.randrange(NAMES)
        return ("replace" if number in held else "add", number, newest)
    return (what,)


def carry_out(index: Index, call: tuple) -> None:
    what, *rest = call
    if what in {"add", "replace"}:
        index.add([document(*rest)], metadata={"version": str(rest[1])})
    elif what == "delete":
        index.delete(identity(rest[0]))
    elif what == "compact":
        index.compact()
    else:
        index.search("some words")


def document(number: int, its_version: int) -> Document:
    """A document of several chunks, with an attachment. The same number is the same file, read differently by version."""
    paragraphs = [
        f"{word(number, its_version)} is paragraph {i} of {number}, " + "and more of it " * (number + 1) for i in range(6)
    ]
    attached = made(identity(number, "attached"), f"{number}.txt", its_version, [f"Attached {word(number, its_version)}."])
    return made(identity(number), str(number), its_version, paragraphs, (attached,))


def made(its_id: str, name: str, its_version: int, paragraphs: list[str], attachments: tuple[Document, ...] = ()) -> Document:
    blocks, at = [], 0
    for paragraph in paragraphs:
        blocks.append(Block("paragraph", Span(at, at + len(paragraph)), path=f"body/p[{len(blocks) + 1}]", language="en"))
        at += len(paragraph) + 2
    about = {"version": str(its_version)}
    text = "\n\n".join(paragraphs)
    return Document(its_id, name, "text/plain", text, "en", blocks=tuple(blocks), metadata=about, attachments=attachments)


def identity(number: int, which: str = "") -> str:
    return hashlib.sha256(f"{number}{which}".encode()).hexdigest()


def word(number: int, its_version: int) -> str:
    """A word that this version of this document has alone."""
    return "q" + hashlib.sha256(f"{number} {its_version}".encode()).hexdigest()[:24]


if __name__ == "__main__":
    main()
