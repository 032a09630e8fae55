"""Which documents are learnt from and which are tested: the same on every machine, for every system.

    service_public_fr   tested: int(sha1(id), 16) % 5 == 0
    clinc150            its own train, val and test; `oos_test` are the tested documents out of scope
    cfpb_complaints     five folds, every leaf spread evenly over them, identical texts in the same fold
    cuad                the same, contract_group and contract_type

Folds do not depend on the seed; the choice of 50 or 200 training examples does.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.classify.predictions import Path_, Predictions, Run, over_all_leaves

SEEDS = (0, 1, 2)
SIZES: tuple[int | None, ...] = (50, 200, None)
SMALL_LEAF = 5
"""Leaves with fewer documents than this in the whole data set are reported apart."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """Where a data set lies, and how it is cut."""

    file: str
    category: str
    leaf: str
    language: str
    folds: int


DATASETS = {
    "service_public_fr": DataSet("classify/service_public_fr.jsonl.gz", "category", "subcategory", "fr", 1),
    "clinc150": DataSet("classify/clinc150.jsonl.gz", "category", "subcategory", "en", 1),
    "cfpb_complaints": DataSet("classify/cfpb_complaints.jsonl.gz", "category", "subcategory", "en", 5),
    "cuad": DataSet("extract/cuad/contracts.jsonl.gz", "contract_group", "contract_type", "en", 5),
}


@dataclass(frozen=True, slots=True)
class Item:
    """A labelled document; `path` is empty when it is out of scope."""

    id: str
    text: str
    path: Path_


@dataclass(frozen=True, slots=True)
class Split:
    """What a run learns from and is tested on.

    Attributes:
        leaves: every leaf of the data set, sorted.
        train: the examples.
        validation: labelled documents beside them, where the data set has its own part for it and all examples are used;
            else empty: a system that needs some keeps them from its examples.
        test: the tested documents in scope.
        out_of_scope: the tested documents that belong nowhere.
    """

    leaves: tuple[Path_, ...]
    train: tuple[Item, ...]
    validation: tuple[Item, ...]
    test: tuple[Item, ...]
    out_of_scope: tuple[Item, ...] = ()

    @property
    def tested(self) -> tuple[Item, ...]:
        """All tested documents: in scope, then out of scope."""
        return self.test + self.out_of_scope

    @property
    def true(self) -> list[int]:
        """The row of `leaves` of each tested document; -1: out of scope."""
        place = {leaf: i for i, leaf in enumerate(self.leaves)}
        return [place.get(item.path, -1) for item in self.tested]


def plan(system: str, datasets: Sequence[str] = (), sizes: Sequence[int | None] = SIZES) -> Iterator[Run]:
    """Every run of a system: all examples before the learning curves, the first seed before the others."""
    for size in sorted(sizes, key=lambda size: -(size or 10**9)):
        for seed in SEEDS:
            for name in datasets or DATASETS:
                for fold in range(DATASETS[name].folds):
                    yield Run(system, name, fold, seed, size)


def split(data: Path, run: Run) -> Split:
    """What the run learns from and is tested on. `data` is the folder of development data."""
    dataset = DATASETS[run.dataset]
    rows = _rows(data / dataset.file)
    if run.dataset == "clinc150":
        train, validation, test, beyond = (_items(rows, dataset, part) for part in ("train", "val", "test", "oos_test"))
        beyond = tuple(Item(item.id, item.text, ()) for item in beyond)
    else:
        items = _items(rows, dataset)
        folds = _five_folds(items) if dataset.folds > 1 else [int(_digest(item.id), 16) % 5 for item in items]
        train = tuple(item for item, fold in zip(items, folds, strict=True) if fold != run.fold)
        test = tuple(item for item, fold in zip(items, folds, strict=True) if fold == run.fold)
        validation, beyond = (), ()
    leaves = tuple(sorted({item.path for item in train + validation + test}))
    if run.size is not None and run.size < len(train):
        train, validation = subset(train, run.size, run.seed), ()
    return Split(leaves, train, validation, test, beyond)


def subset(items: Sequence[Item], size: int, seed: int) -> tuple[Item, ...]:
    """So many of the items that every leaf keeps its share; the smaller choice is part of the larger of the same seed.

    A leaf of n items in an order drawn by the seed lays them at (0 + u) / n, (1 + u) / n ... with u drawn once for the leaf;
    the items that lie lowest are taken.
    """
    leaves: dict[Path_, list[Item]] = defaultdict(list)
    for item in items:
        leaves[item.path].append(item)
    places: dict[str, float] = {}
    for path, members in leaves.items():
        offset = int(_digest(f"{seed} {' / '.join(path)}"), 16) / 2**160
        drawn = sorted(members, key=lambda item: _digest(f"{seed} {item.id}"))
        places.update({item.id: (i + offset) / len(drawn) for i, item in enumerate(drawn)})
    taken = set(sorted(places, key=lambda each: places[each])[:size])
    return tuple(item for item in items if item.id in taken)


def record(run: Run, split: Split, known: Sequence[Path_], scores: Any, *, probabilistic: bool, **more: Any) -> Predictions:
    """What a system said, from its scores.

    Args:
        run: which.
        split: what it was tested on; rows of `scores` are its `tested`, in their order.
        known: the leaves that the columns of `scores` stand for: those that the training examples had.
        scores: (documents, known), higher is likelier.
        probabilistic: whether they are probabilities.
        more: the other attributes of `Predictions`.
    """
    lowest = 0.0 if probabilistic else float(np.min(scores)) - 1
    wide = over_all_leaves(scores, known, split.leaves, lowest)
    ids = tuple(item.id for item in split.tested)
    return Predictions(run, split.leaves, ids, np.array(split.true, dtype=np.int32), wide, probabilistic, **more)


def glance(found: Predictions) -> str:
    """The share of documents whose best leaf is right, and what it took."""
    inside = found.true >= 0
    share = (found.scores.argmax(axis=1) == found.true)[inside].mean()
    return f"leaf {share:.3f}, " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in found.seconds.items())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every script that fills a folder of results."""

    def sizes(text: str) -> list[int | None]:
        return [None if each == "all" else int(each) for each in text.split(",")]

    parser.add_argument("results", type=Path, help="folder of predictions; what is there is left alone")
    parser.add_argument("--data", type=Path, required=True, help="folder of development data")
    parser.add_argument("--datasets", type=lambda text: text.split(","), default=list(DATASETS))
    parser.add_argument("--sizes", type=sizes, default=list(SIZES))
    parser.add_argument("--folds", type=lambda text: [int(each) for each in text.split(",")], help="of those that have folds")
    parser.add_argument("--seeds", type=lambda text: [int(each) for each in text.split(",")], default=list(SEEDS))


def missing(options: argparse.Namespace, system: str, deterministic: bool = False) -> Iterator[Run]:
    """The runs asked for that have no file yet. A deterministic system learns the same from all examples, whatever the seed:
    once is enough."""
    for run in plan(system, options.datasets, options.sizes):
        again = deterministic and run.size is None and run.seed != SEEDS[0]
        asked = run.seed in options.seeds and (options.folds is None or run.fold in options.folds)
        if asked and not again and not (options.results / run.file).is_file():
            yield run


def small_leaves(data: Path, name: str) -> frozenset[Path_]:
    """The leaves with fewer than five documents in the whole data set."""
    items = _items(_rows(data / DATASETS[name].file), DATASETS[name])
    return frozenset(path for path, n in Counter(item.path for item in items).items() if n < SMALL_LEAF)


def _five_folds(items: Sequence[Item]) -> list[int]:
    """The fold of each item: the one with the fewest of its leaf so far, then with the fewest at all."""
    of_leaf: dict[Path_, Counter[int]] = defaultdict(Counter)
    of_all: Counter[int] = Counter()
    of_text: dict[str, int] = {}
    folds: dict[str, int] = {}
    for item in sorted(items, key=lambda item: (item.path, _digest(item.id))):
        text = " ".join(item.text.split())
        fold = of_text.get(text)
        if fold is None:
            counts = of_leaf[item.path]
            fold = min(range(5), key=lambda f: (counts[f], of_all[f], f))
            of_text[text] = fold
        of_leaf[item.path][fold] += 1
        of_all[fold] += 1
        folds[item.id] = fold
    return [folds[item.id] for item in items]


def _items(rows: Sequence[dict[str, str]], dataset: DataSet, part: str | None = None) -> tuple[Item, ...]:
    # The requests of clinc150 have no ids: their place in the file is one.
    return tuple(
        Item(row.get("id", str(i)), row["text"], (row[dataset.category], row[dataset.leaf]))
        for i, row in enumerate(rows)
        if part is None or row["split"] == part
    )


@lru_cache(maxsize=4)
def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _digest(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
