"""Pages a second for read + clean + chunk, against LlamaIndex's PDF reader and sentence splitter on the same files.

    python benchmarks/read_speed.py FOLDER_OF_PDFS [--reference contracts.jsonl.gz] [--rounds 5]

Needs `llama-index-readers-file` (`make bench-read` installs it). The variants take turns file by file; the figures are
medians over rounds. Text quality is the share of the reference text's words that each variant delivers; a speed counts
only at equal or better text. `--memory N` reads N files in a row and prints the memory of both processes on the way.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import logging
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

import foyerdoc as fd
from foyerdoc.documents import Document
from foyerdoc.reading import read_many, worker

CHUNK_TOKENS, OVERLAP = 256, 32
TWO = "foyerdoc, 2 processes"


def ours(path: Path, *, boxes: bool = False) -> tuple[str, int]:
    document = fd.read(path, boxes=boxes)
    fd.chunk(fd.clean(document), max_tokens=CHUNK_TOKENS, overlap=OVERLAP)
    # The text as read: cleaning takes running headers and page numbers out on purpose, the peer keeps them.
    return document.text, len(document.pages)


def llama_index() -> Callable[[Path], tuple[str, int]]:
    with contextlib.redirect_stderr(io.StringIO()):
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.readers.file import PDFReader

        reader, splitter = PDFReader(), SentenceSplitter(chunk_size=CHUNK_TOKENS, chunk_overlap=OVERLAP)
        splitter.split_text("Loads its sentence model now. Not while the clock runs.")

    def run(path: Path) -> tuple[str, int]:
        documents = reader.load_data(path)
        splitter.get_nodes_from_documents(documents)
        return "\n".join(document.text for document in documents), len(documents)

    return run


def words(text: str) -> Counter[str]:
    # Reference and variants break lines differently, and a hyphen at a line's end may be either kind: none counts.
    return Counter(re.findall(r"\w+", re.sub(r"-\s*", "", text.lower())))


def references(path: Path | None) -> dict[str, Counter[str]]:
    if path is None:
        return {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return {_key(row["id"]): words(row["text"]) for row in rows}


def _key(name: str) -> str:
    return re.sub(r"\W+", "", name.lower())


def recall(text: str, reference: Counter[str]) -> float:
    return (words(text) & reference).total() / max(reference.total(), 1)


def compare(paths: list[Path], reference: dict[str, Counter[str]], rounds: int, console: Console) -> None:
    variants: dict[str, Callable[[Path], tuple[str, int]]] = {
        "foyerdoc, 1 process": ours,
        "foyerdoc, 1 process, all boxes": lambda path: ours(path, boxes=True),
        "LlamaIndex PDFReader + SentenceSplitter": llama_index(),
    }
    texts: dict[str, dict[Path, str]] = {name: {} for name in variants}
    pages = 0
    for path in paths:  # warm-up, and the texts
        for name, run in variants.items():
            texts[name][path], n_pages = run(path)
        pages += n_pages
    seconds: dict[str, list[float]] = {name: [] for name in (*variants, TWO)}
    for round_number in range(rounds):
        spent = dict.fromkeys(variants, 0.0)
        for i, path in enumerate(paths):
            names = list(variants)
            turn = (i + round_number) % len(names)
            for name in names[turn:] + names[:turn]:
                started = time.perf_counter()
                variants[name](path)
                spent[name] += time.perf_counter() - started
        for name, value in spent.items():
            seconds[name].append(value)
        # Three times the files, so that one process waiting for the other's last file weighs little.
        started = time.perf_counter()
        for _, document in read_many(paths * 3, workers=2):
            if isinstance(document, Document):
                fd.chunk(fd.clean(document), max_tokens=CHUNK_TOKENS, overlap=OVERLAP)
        seconds[TWO].append((time.perf_counter() - started) / 3)
    texts[TWO] = texts["foyerdoc, 1 process"]

    peer = seconds["LlamaIndex PDFReader + SentenceSplitter"]
    title = f"{len(paths)} files, {pages} pages, {rounds} rounds, medians (min-max)"
    table = Table("", "pages/s", "ratio to peer, same round", "word recall, mean", "lowest", title=title)
    for name, spent in seconds.items():
        ratios = [b / a for a, b in zip(spent, peer, strict=True)]
        known = [recall(texts[name][p], reference[_key(p.stem)]) for p in paths if _key(p.stem) in reference]
        table.add_row(
            name,
            f"{pages / statistics.median(spent):.1f}",
            f"{statistics.median(ratios):.2f}x ({min(ratios):.2f}-{max(ratios):.2f})",
            f"{statistics.mean(known):.4f}" if known else "",
            f"{min(known):.4f}" if known else "",
        )
    console.print(table)


def memory(paths: list[Path], files: int, console: Console) -> None:
    def resident(pid: int | str) -> float:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    table = Table("files read", "this process, MB", "reading process, MB", title=f"memory over {files} files")
    for n in range(files):
        ours(paths[n % len(paths)])
        if n + 1 in (10, 50, 100, 200, 400, 600, 800, files):
            readers = [resident(process._popen.pid) for process in worker._POOL._idle]
            table.add_row(str(n + 1), f"{resident('self'):.0f}", ", ".join(f"{r:.0f}" for r in readers) or "replaced just now")
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--reference", type=Path, help="JSON lines with id and text")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", type=int, default=0, metavar="N")
    options = parser.parse_args()
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    console = Console(width=130)
    paths = sorted(options.folder.glob("*.pdf"))
    compare(paths, references(options.reference), options.rounds, console)
    if options.memory:
        memory(paths, options.memory, console)


if __name__ == "__main__":
    main()
