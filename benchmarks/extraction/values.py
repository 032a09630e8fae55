"""Speed of finding typed values: seconds for a contract of 50,000 words, kind by kind, and whether time is linear.

    python benchmarks/extraction/values.py CONTRACTS.jsonl.gz [--words 50000] [--list KIND]

CONTRACTS has a text a line. Texts are joined until there are enough words, and cut there. Every kind is timed alone, over
a text that was not seen before, and a second time over twice the words: about 2.0 is linear. "All kinds" is what one document
costs: they share what they found.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import time
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.table import Table

from foyerdoc.extraction.values import Kind, conventions, find


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("contracts", type=Path)
    parser.add_argument("--words", type=int, default=50_000)
    parser.add_argument("--language", default="en")
    parser.add_argument("--list", choices=get_args(Kind), help="print what is found of this kind instead of timing")
    options = parser.parse_args()
    console = Console(width=130)

    text = _text(options.contracts, 2 * options.words)
    half = text[: len(text) // 2]
    habits = conventions(half, options.language)
    if options.list:
        for found in find(half, options.list, habits):
            console.print(repr(found.raw), found.value, found.unit or "", found.doubt or "", markup=False, highlight=False)
        return 0

    find("warm-up 1 January 2026 +352 27 12 34 56 LU28 0019 4006 4475 0000", "identifier", habits)
    table = Table("kind", "found", "seconds", "ratio to half the text", title=f"{len(half.split()):,} words")
    for kind in get_args(Kind):
        once = _seconds(half, kind, options.language)
        twice = _seconds(text, kind, options.language)
        table.add_row(kind, f"{len(find(half, kind, habits)):,}", f"{once:.3f}", f"{twice / once:.2f}")
    console.print(table)
    console.print(f"all kinds and the conventions {_seconds(half, None, options.language):.2f} s")
    return 0


def _text(path: Path, words: int) -> str:
    parts: list[str] = []
    count = 0
    with gzip.open(path, "rt") as file:
        for line in file:
            parts.append(json.loads(line)["text"])
            count += len(parts[-1].split())
            if count >= words:
                break
    return "\n\n".join(parts)


def _seconds(text: str, kind: Kind | None, language: str) -> float:
    """The median of three runs for one kind, or for the conventions and all kinds, each over a text that is a new one."""
    times = []
    for run in range(3):
        fresh = f"{text} {run} {kind}"
        habits = conventions(text, language)
        started = time.perf_counter()
        for wanted in [kind] if kind else get_args(Kind):
            find(fresh, wanted, habits)
        if kind is None:
            conventions(fresh, language)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


if __name__ == "__main__":
    raise SystemExit(main())
