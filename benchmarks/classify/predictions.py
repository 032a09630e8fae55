"""What a system said of the documents that it was tested on: one `.npz` file a run, written by one machine, read by another.

NumPy and the standard library alone, no pickle:

    leaves         (leaves,) str           each a JSON list of labels from the root
    ids            (documents,) str
    true           (documents,) int32      the row of `leaves`; -1: out of scope
    scores         (documents, leaves) float32
    scope, confidence, decisions, paths    (documents,), or of length 0 when the system has none
    about          () str                  JSON: the run, whether scores are probabilities, seconds, config
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Path_ = tuple[str, ...]
VERSION = 1


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """One training and its test.

    Attributes:
        system: the row of the table: "tfidf", "nf4", "fused" ...
        dataset: a name of `runs.DATASETS`.
        fold: which part is tested; 0 where the data set has one test part.
        seed: of the training, and of the choice of its examples where `size` is given.
        size: training examples; None: all.
    """

    system: str
    dataset: str
    fold: int = 0
    seed: int = 0
    size: int | None = None

    @property
    def file(self) -> Path:
        """Where its predictions lie, below the folder of results."""
        return Path(self.system) / f"{self.dataset}-{self.size or 'all'}-fold{self.fold}-seed{self.seed}.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What a system said of a run's tested documents.

    Attributes:
        run: which.
        leaves: every leaf of the data set, also those that the training examples did not have.
        ids: the documents, in the order of all that follows.
        true: (documents,) int32, the row of `leaves`; -1 for a document that is out of scope.
        scores: (documents, leaves) float32, higher is likelier.
        probabilistic: the scores are calibrated probabilities: each row sums to 1. Otherwise only their order counts, and a
            category is that of the best leaf.
        scope: (documents,) float32, higher is likelier in scope; None: the largest score tells.
        confidence: (documents,) float32, the stated probability that the document's path is right.
        decisions: "accepted", "category_only" or "abstained", for each document.
        paths: the labels that were named; shorter when the deeper level is left open, empty when abstained.
        seconds: wall-clock, "train" and "predict" among them.
        config: what made it: settings, versions, machine; JSON values.
    """

    run: Run
    leaves: tuple[Path_, ...]
    ids: tuple[str, ...]
    true: NDArray[np.int32]
    scores: NDArray[np.float32]
    probabilistic: bool
    scope: NDArray[np.float32] | None = None
    confidence: NDArray[np.float32] | None = None
    decisions: tuple[str, ...] | None = None
    paths: tuple[Path_, ...] | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows, columns = len(self.ids), len(self.leaves)
        if self.scores.shape != (rows, columns) or not np.isfinite(self.scores).all():
            raise ValueError(f"{self.run}: scores are {self.scores.shape}, not finite numbers for {(rows, columns)}")
        if len(set(self.ids)) != rows or len(set(self.leaves)) != columns:
            raise ValueError(f"{self.run}: an id or a leaf stands twice")
        if self.true.shape != (rows,) or (rows and not (self.true.min() >= -1 and self.true.max() < columns)):
            raise ValueError(f"{self.run}: a true label is none of the leaves")
        for each in (self.scope, self.confidence, self.decisions, self.paths):
            if each is not None and len(each) != rows:
                raise ValueError(f"{self.run}: {len(each)} statements about {rows} documents")
        if self.probabilistic and np.abs(self.scores.sum(axis=1) - 1).max(initial=0.0) > 1e-3:
            raise ValueError(f"{self.run}: a row of probabilities does not sum to 1")


def over_all_leaves(
    scores: NDArray[np.floating[Any]], known: Sequence[Path_], leaves: Sequence[Path_], missing: float = 0.0
) -> NDArray[np.float32]:
    """(documents, known) to (documents, leaves) float32: leaves that the training examples did not have score `missing`."""
    place = {leaf: i for i, leaf in enumerate(leaves)}
    wide = np.full((len(scores), len(leaves)), missing, dtype=np.float32)
    wide[:, [place[tuple(leaf)] for leaf in known]] = scores
    return wide


def write(folder: Path, predictions: Predictions) -> Path:
    """Write `folder / run.file`, whole or not at all."""
    p, target = predictions, folder / predictions.run.file
    target.parent.mkdir(parents=True, exist_ok=True)
    run = {"system": p.run.system, "dataset": p.run.dataset, "fold": p.run.fold, "seed": p.run.seed, "size": p.run.size}
    about = {"version": VERSION, "run": run, "probabilistic": p.probabilistic, "seconds": p.seconds, "config": p.config}
    aside = target.with_suffix(".part")
    with aside.open("wb") as file:
        np.savez_compressed(
            file,
            leaves=_strings(json.dumps(leaf, ensure_ascii=False) for leaf in p.leaves),
            ids=_strings(p.ids),
            true=p.true.astype(np.int32),
            scores=p.scores.astype(np.float32),
            scope=np.asarray([] if p.scope is None else p.scope, dtype=np.float32),
            confidence=np.asarray([] if p.confidence is None else p.confidence, dtype=np.float32),
            decisions=_strings(p.decisions or ()),
            paths=_strings(json.dumps(path, ensure_ascii=False) for path in p.paths or ()),
            about=np.array(json.dumps(about, ensure_ascii=False)),
        )
    aside.replace(target)
    return target


def read(path: Path) -> Predictions:
    """Read one file."""
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        if about["version"] != VERSION:
            raise ValueError(f"{path} has version {about['version']}, not {VERSION}")
        return Predictions(
            run=Run(**about["run"]),
            leaves=tuple(tuple(json.loads(leaf)) for leaf in file["leaves"].tolist()),
            ids=tuple(file["ids"].tolist()),
            true=file["true"],
            scores=file["scores"],
            probabilistic=about["probabilistic"],
            scope=file["scope"] if file["scope"].size else None,
            confidence=file["confidence"] if file["confidence"].size else None,
            decisions=tuple(file["decisions"].tolist()) or None,
            paths=tuple(tuple(json.loads(path)) for path in file["paths"].tolist()) or None,
            seconds=about["seconds"],
            config=about["config"],
        )


def read_all(folders: Sequence[Path]) -> Iterator[Predictions]:
    """Every file of the folders of results, in the order of their names."""
    for folder in folders:
        for path in sorted(folder.glob("*/*.npz")):
            yield read(path)


def _strings(values: Any) -> NDArray[np.str_]:
    return np.array(list(values), dtype=np.str_)
