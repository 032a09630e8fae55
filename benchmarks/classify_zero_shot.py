"""Labels without training: official French information sheets, with nothing known but the labels' names.

    python benchmarks/classify_zero_shot.py SHEETS.jsonl.gz [--by meaning|probability|both] [--sample 150]

The sample is drawn with a fixed seed from the sheets that are not the test part (`int(sha1(id), 16) % 5 != 0`).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import time
from collections import Counter, defaultdict
from pathlib import Path

from rich.console import Console

from foyerdoc.classification import Classifier
from foyerdoc.documents import Document
from foyerdoc.taxonomy import Node, Taxonomy


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sheets", type=Path)
    parser.add_argument("--by", choices=("meaning", "probability", "both"), default="meaning")
    parser.add_argument("--sample", type=int, default=150)
    options = parser.parse_args()

    with gzip.open(options.sheets, "rt") as file:
        rows = [json.loads(line) for line in file]
    below: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        below[row["category"]].add(row["subcategory"])
    taxonomy = Taxonomy(
        name="service_public_fr",
        categories=tuple(
            Node(name=c, description=c, children=tuple(Node(name=s, description=s) for s in sorted(below[c])))
            for c in sorted(below)
        ),
    )
    known = [r for r in rows if int(hashlib.sha1(r["id"].encode(), usedforsecurity=False).hexdigest(), 16) % 5]
    sample = random.Random(0).sample(known, min(options.sample, len(known)))
    classifier = _classifier(taxonomy, options.by)
    started = time.perf_counter()
    leaf = category = 0
    decisions: Counter[tuple[str, bool]] = Counter()
    for row, prediction in zip(sample, classifier.classify_many(_document(r) for r in sample), strict=True):
        true = (row["category"], row["subcategory"])
        best = prediction.alternatives[0].path
        leaf += best == true
        category += best[0] == true[0]
        decisions[prediction.decision, prediction.path == true[: len(prediction.path)]] += 1
    seconds = (time.perf_counter() - started) / len(sample)
    n = len(sample)
    Console().print(f"{n} sheets, by {options.by}: leaf {leaf / n:.3f}, category {category / n:.3f}, {seconds:.2f} s a sheet")
    for (decision, right), count in sorted(decisions.items()):
        Console().print(f"  {decision:14s} {'right' if right else 'wrong'} {count}")
    return 0


def _classifier(taxonomy: Taxonomy, by: str) -> Classifier:
    from foyerdoc.embedding import SentenceEmbedder
    from foyerdoc.models.local import LocalModel

    return Classifier.zero_shot(
        taxonomy,
        model=LocalModel() if by != "meaning" else None,
        embedder=SentenceEmbedder() if by != "probability" else None,
    )


def _document(row: dict[str, str]) -> Document:
    return Document(id=row["id"], name=row["id"], media_type="text/plain", text=row["text"], language="fr")


if __name__ == "__main__":
    raise SystemExit(main())
