"""Labels without training: real documents, with nothing known but the labels' names.

    python benchmarks/classify_zero_shot.py DATA [--by meaning|probability|both] [--sample 150]

The samples are drawn with a fixed seed from what is not the test part (`int(sha1(id), 16) % 5 != 0`) of French official
information sheets, complaints to a bank regulator and commercial contracts.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from foyerdoc.classification import Classifier
from foyerdoc.documents import Document
from foyerdoc.models.protocol import Embedder, LanguageModel
from foyerdoc.results import Prediction
from foyerdoc.taxonomy import Node, Taxonomy


@dataclass(frozen=True, slots=True)
class Labelled:
    """A file of documents, and the keys of its two levels of labels."""

    file: str
    category: str
    leaf: str
    language: str


SETS = {
    "service_public_fr": Labelled("classify/service_public_fr.jsonl.gz", "category", "subcategory", "fr"),
    "cfpb_complaints": Labelled("classify/cfpb_complaints.jsonl.gz", "category", "subcategory", "en"),
    "cuad": Labelled("extract/cuad/contracts.jsonl.gz", "contract_group", "contract_type", "en"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--by", choices=("meaning", "probability", "both"), default="meaning")
    parser.add_argument("--sample", type=int, default=150)
    options = parser.parse_args()
    model, embedder = _models(options.by)
    for name, labelled in SETS.items():
        with gzip.open(options.data / labelled.file, "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        true = {row["id"]: (row[labelled.category], row[labelled.leaf]) for row in rows}
        known = [row for row in rows if int(hashlib.sha1(row["id"].encode(), usedforsecurity=False).hexdigest(), 16) % 5]
        sample = random.Random(0).sample(known, min(options.sample, len(known)))
        classifier = Classifier.zero_shot(_taxonomy(name, set(true.values())), model=model, embedder=embedder)
        started = time.perf_counter()
        predictions = list(classifier.classify_many(_document(row, labelled.language) for row in sample))
        seconds = (time.perf_counter() - started) / len(sample)
        report(f"{name}, by {options.by}", [true[row["id"]] for row in sample], predictions)
        Console().print(f"  {seconds:.2f} s a document")
    return 0


def report(title: str, true: Sequence[tuple[str, str]], predictions: Sequence[Prediction]) -> None:
    """Print how often the nearest label is right, and how much was decided and how often that is."""
    n = len(true)
    nearest = [prediction.alternatives[0].path for prediction in predictions]
    leaf = sum(path == wanted for path, wanted in zip(nearest, true, strict=True)) / n
    category = sum(path[0] == wanted[0] for path, wanted in zip(nearest, true, strict=True)) / n
    Console().print(f"{title}: {n} documents, nearest leaf {leaf:.3f}, nearest category {category:.3f}")
    for level, depth in (("category", 1), ("leaf", 2)):
        decided = [(p.path, wanted) for p, wanted in zip(predictions, true, strict=True) if len(p.path) >= depth]
        right = sum(path[:depth] == wanted[:depth] for path, wanted in decided)
        Console().print(f"  {level}: {len(decided) / n:.3f} decided, {right / max(1, len(decided)):.3f} of them right")


def _taxonomy(name: str, labels: set[tuple[str, str]]) -> Taxonomy:
    below: dict[str, list[str]] = defaultdict(list)
    for category, leaf in sorted(labels):
        below[category].append(leaf)
    return Taxonomy(
        name=name,
        categories=tuple(
            Node(name=category, description=category, children=tuple(Node(name=leaf, description=leaf) for leaf in leaves))
            for category, leaves in below.items()
        ),
    )


def _models(by: str) -> tuple[LanguageModel | None, Embedder | None]:
    from foyerdoc.embedding import SentenceEmbedder
    from foyerdoc.models.local import LocalModel

    return LocalModel() if by != "meaning" else None, SentenceEmbedder() if by != "probability" else None


def _document(row: dict[str, str], language: str) -> Document:
    return Document(id=row["id"], name=row["id"], media_type="text/plain", text=row["text"], language=language)


if __name__ == "__main__":
    raise SystemExit(main())
