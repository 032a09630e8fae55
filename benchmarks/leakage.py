"""Near-duplicates between the training and the test part of real sets, within them, and the time it takes to find them.

    python benchmarks/leakage.py DATA

Parts: clinc150's own (test and out-of-scope test against train); for the others the test part is
`int(sha1(id), 16) % 5 == 0`. Seconds are those of the search, reading and splitting left out.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import time
from pathlib import Path

from rich.console import Console

from foyerdoc.finetuning.data.duplicates import find_duplicates, find_leakage

SETS = ("clinc150", "service_public_fr", "cfpb_complaints")


def is_test(row: dict[str, str]) -> bool | None:
    """Whether a row is tested on; None for one that neither part has."""
    if "split" in row:
        return {"train": False, "test": True, "oos_test": True}.get(row["split"])
    return int(hashlib.sha1(row["id"].encode()).hexdigest(), 16) % 5 == 0


def label(row: dict[str, str]) -> tuple[str, str]:
    return row["category"], row["subcategory"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    folder = parser.parse_args().data / "classify"
    out = Console()
    out.print(
        f"{'set':18} {'train':>6} {'test':>6} {'in both':>8} {'same':>5} {'other label':>12} {'s':>5}   "
        "within train: groups, texts, conflicting"
    )
    for name in SETS:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        train, test = ([row for row in rows if is_test(row) is part] for part in (False, True))
        texts = [row["text"] for row in train]
        started = time.perf_counter()
        leaks = find_leakage(texts, [row["text"] for row in test])
        seconds = time.perf_counter() - started
        same = sum(leak.similarity == 1.0 for leak in leaks)
        other = sum(label(test[leak.test]) != label(train[leak.train]) for leak in leaks)
        groups = find_duplicates(texts, [label(row) for row in train])
        within = f"{len(groups)}, {sum(len(g.members) for g in groups)}, {sum(g.conflicting for g in groups)}"
        out.print(
            f"{name:18} {len(train):6} {len(test):6} {len(leaks):8} {same:5} {other:12} {seconds:5.1f}   {within}",
            highlight=False,
        )


if __name__ == "__main__":
    main()
