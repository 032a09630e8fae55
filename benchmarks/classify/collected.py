"""The folders of results as what the tables ask for: a system on a data set with so many examples, seed by seed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.classify import predictions, runs
from benchmarks.classify.metrics import Outcome, outcome, scope_scores
from numpy.typing import NDArray

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """A system on a data set, learnt from `size` examples (None: all).

    Attributes:
        outcomes: one for each seed, all of the same documents in the same order.
        scopes: for each seed, the scores of documents in scope and out of it; empty where the data set has no latter.
        outside: for each seed and level, the share of documents out of scope that got a label of that level; empty where there
            are none, or the system always decides.
        seconds: mean over runs, by name.
    """

    system: str
    dataset: str
    size: int | None
    outcomes: tuple[Outcome, ...]
    scopes: tuple[tuple[Scores, Scores], ...]
    outside: tuple[dict[str, float], ...]
    seconds: dict[str, float]

    @property
    def documents(self) -> int:
        """How many documents in scope were tested."""
        return len(self.outcomes[0].ids)


Cells = dict[tuple[str, str, int | None], Cell]


def collect(folders: Sequence[Path]) -> tuple[Cells, list[str]]:
    """All that is whole, and a sentence for each seed that lacks folds: it is left out.

    Raises:
        ValueError: two seeds or systems were tested on different documents.
    """
    found: dict[tuple[str, str, int | None], dict[int, list[predictions.Predictions]]] = defaultdict(lambda: defaultdict(list))
    for each in predictions.read_all(folders):
        found[each.run.system, each.run.dataset, each.run.size][each.run.seed].append(each)
    cells: Cells = {}
    notes: list[str] = []
    for (system, dataset, size), seeds in sorted(found.items(), key=lambda item: (*item[0][:2], -(item[0][2] or 10**9))):
        whole = []
        for seed, folds in sorted(seeds.items()):
            if sorted(fold.run.fold for fold in folds) == list(range(runs.DATASETS[dataset].folds)):
                whole.append(folds)
            else:
                notes.append(f"{system} on {dataset}, {size or 'all'} examples, seed {seed}: {len(folds)} folds, left out.")
        if whole:
            cells[system, dataset, size] = _cell(system, dataset, size, whole)
    _same_documents(cells)
    return cells, notes


def _cell(system: str, dataset: str, size: int | None, seeds: list[list[predictions.Predictions]]) -> Cell:
    names = sorted({name for folds in seeds for fold in folds for name in fold.seconds})
    seconds = {name: float(np.mean([f.seconds[name] for s in seeds for f in s if name in f.seconds])) for name in names}
    scopes = [scores for folds in seeds if (scores := scope_scores(folds[0])) is not None]
    outside = [named for folds in seeds if (named := _named_outside(folds[0]))]
    return Cell(system, dataset, size, tuple(outcome(folds) for folds in seeds), tuple(scopes), tuple(outside), seconds)


def _named_outside(p: predictions.Predictions) -> dict[str, float]:
    if p.paths is None or (p.true >= 0).all():
        return {}
    depths = np.array([len(path) for path, true in zip(p.paths, p.true, strict=True) if true < 0])
    return {"category": float((depths >= 1).mean()), "leaf": float((depths >= 2).mean())}


def _same_documents(cells: Cells) -> None:
    first: dict[str, Outcome] = {}
    for cell in cells.values():
        for each in cell.outcomes:
            known = first.setdefault(cell.dataset, each)
            same = each.leaves == known.leaves and np.array_equal(each.ids, known.ids) and np.array_equal(each.true, known.true)
            if not same:
                raise ValueError(
                    f"{cell.system} was tested on other documents of {cell.dataset}, or on other labels, than others"
                )
