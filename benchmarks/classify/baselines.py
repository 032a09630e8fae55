"""TF-IDF + LinearSVC: words (1 to 2) and characters within words (3 to 5), as three rows.

    python -m benchmarks.classify.baselines RESULTS --data DATA

    tfidf             scikit-learn's own settings
    tfidf-sublinear   1 + log of counts, terms of at least two training documents
    tfidf-balanced    1 + log of counts, classes weighed for skew

Validation documents, where a data set has its own, are learnt from too: nothing here needs them for itself. A LinearSVC has
no probabilities; its margins are written as scores. Terms are counted once for a data set, then each run takes the terms of
its own training documents and their rarity among them: the same as fitting the vectoriser on them. A linear machine asks for
products of documents alone, so up to 2,000 training documents are turned into as many coordinates with the same products,
which is exact and far faster than half a million terms.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.classify import predictions, runs
from benchmarks.classify.predictions import Run
from benchmarks.classify.runs import Item, Split
from numpy.typing import NDArray
from rich.console import Console


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between the rows."""

    sublinear: bool = False
    least: int = 1
    balanced: bool = False


SYSTEMS = {
    "tfidf": Settings(),
    "tfidf-sublinear": Settings(sublinear=True, least=2),
    "tfidf-balanced": Settings(sublinear=True, balanced=True),
}


FEW = 2000


class Counts:
    """How often each term stands in each document of a data set."""

    def __init__(self, data: Path, dataset: str) -> None:
        from sklearn.feature_extraction.text import CountVectorizer

        split = runs.split(data, Run("", dataset))
        items = [*split.train, *split.validation, *split.tested]
        self._place = {item.id: i for i, item in enumerate(items)}
        texts = [item.text for item in items]
        kinds = (CountVectorizer(ngram_range=(1, 2)), CountVectorizer(analyzer="char_wb", ngram_range=(3, 5)))
        self._kinds = [kind.fit_transform(texts).astype(np.float32) for kind in kinds]

    def weighed(self, learnt: tuple[Item, ...], asked: tuple[Item, ...], settings: Settings) -> tuple[Any, Any]:
        """(learnt, terms) and (asked, terms) TF-IDF weights; words and characters each of unit length."""
        from scipy.sparse import hstack
        from sklearn.feature_extraction.text import TfidfTransformer

        ours, theirs = ([self._place[item.id] for item in items] for items in (learnt, asked))
        blocks = []
        for counts in self._kinds:
            seen = np.flatnonzero(np.bincount(counts[ours].indices, minlength=counts.shape[1]) >= settings.least)
            kind = TfidfTransformer(sublinear_tf=settings.sublinear).fit(counts[ours][:, seen])
            blocks.append([kind.transform(counts[rows][:, seen]) for rows in (ours, theirs)])
        learnt_weights, asked_weights = (hstack(block, format="csr") for block in zip(*blocks, strict=True))
        return learnt_weights, asked_weights


def coordinates(learnt: Any, asked: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(learnt, terms) and (asked, terms) to (learnt, rank) and (asked, rank): the products with training documents stay."""
    gram = (learnt @ learnt.T).toarray().astype(np.float64)
    values, vectors = np.linalg.eigh(gram)
    kept = values > 1e-7 * values[-1]
    scale = np.sqrt(values[kept])
    return vectors[:, kept] * scale, (asked @ learnt.T).toarray().astype(np.float64) @ (vectors[:, kept] / scale)


def fit_and_score(split: Split, counts: Counts, run: Run, settings: Settings) -> predictions.Predictions:
    """One run."""
    from sklearn.svm import LinearSVC

    examples = split.train + split.validation
    place = {leaf: i for i, leaf in enumerate(split.leaves)}
    started = time.perf_counter()
    learnt, asked = counts.weighed(examples, split.tested, settings)
    if len(examples) <= FEW:
        learnt, asked = coordinates(learnt, asked)
    model = LinearSVC(class_weight="balanced" if settings.balanced else None, random_state=run.seed)
    model.fit(learnt, [place[item.path] for item in examples])
    seconds = {"train": time.perf_counter() - started}
    started = time.perf_counter()
    margins = model.decision_function(asked)
    seconds["predict"] = time.perf_counter() - started
    known = [split.leaves[i] for i in model.classes_]
    config = {"sublinear": settings.sublinear, "least": settings.least, "balanced": settings.balanced}
    return runs.record(run, split, known, margins, probabilistic=False, seconds=seconds, config=config)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    runs.add_arguments(parser)
    options = parser.parse_args()
    for dataset in options.datasets:
        counts: Counts | None = None
        for system, settings in SYSTEMS.items():
            for run in runs.missing(options, system, deterministic=True):
                if run.dataset != dataset:
                    continue
                counts = counts or Counts(options.data, dataset)
                found = fit_and_score(runs.split(options.data, run), counts, run, settings)
                predictions.write(options.results, found)
                Console().print(f"{run}: {runs.glance(found)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
