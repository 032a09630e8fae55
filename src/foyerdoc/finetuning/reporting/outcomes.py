"""What documents with known labels say about a classifier, as numbers: for the command line and the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from foyerdoc.classification.calibration import Calibration
from foyerdoc.evaluation.metrics.confidence import Stated
from foyerdoc.finetuning.data.examples import Example
from foyerdoc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from foyerdoc.classification import Classifier
    from foyerdoc.finetuning.classifier import TrainedClassifier

Label = tuple[str, ...]

_DRAWS: Final = 400


@dataclass(frozen=True, slots=True)
class Guess:
    """What is said of documents at one level of the taxonomy, of those alone whose label is known there.

    Attributes:
        labels: the most probable label of each document, below the most probable one of the level above.
        confidence: (documents,) float64, its probability.
        right: (documents,) bool.
    """

    labels: tuple[Label, ...]
    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]

    @property
    def stated(self) -> Stated:
        """The same as statements with a confidence, a document each."""
        return Stated(np.arange(len(self.labels)), self.confidence, self.right, len(self.labels))


@dataclass(frozen=True, slots=True)
class Predicted:
    """Documents with known labels and what a classifier says of them.

    Attributes:
        taxonomy: the labels.
        examples: the documents.
        probabilities: (documents, leaves) float64 that sum to 1 over leaves.
    """

    taxonomy: Taxonomy
    examples: tuple[Example, ...]
    probabilities: NDArray[np.float64]

    @property
    def depth(self) -> int:
        """Levels of the taxonomy."""
        return max(map(len, self.taxonomy.leaves()))

    def best(self, row: int) -> tuple[Label, float]:
        """The most probable leaf of a document, and its probability."""
        leaf = int(self.probabilities[row].argmax())
        return self.taxonomy.leaves()[leaf], float(self.probabilities[row, leaf])

    def whole(self) -> list[int]:
        """The documents whose label is a leaf."""
        leaves = set(self.taxonomy.leaves())
        return [row for row, example in enumerate(self.examples) if example.path in leaves]

    def at_level(self, depth: int) -> Guess:
        """What is said down to a level, counted from 1. A leaf that ends above it counts as a label of it."""
        leaves = self.taxonomy.leaves()
        everywhere = np.arange(len(self.examples))
        open_ = np.ones((len(self.examples), len(leaves)), dtype=bool)
        named: list[Label] = [()] * len(self.examples)
        confidence = np.ones(len(self.examples))
        for level in range(1, depth + 1):
            labels = list(dict.fromkeys(leaf[:level] for leaf in leaves))
            member = np.array([[leaf[:level] == label for label in labels] for leaf in leaves])
            sums = np.where(open_ @ member, (self.probabilities * open_) @ member, -1.0)
            best = sums.argmax(axis=1)
            confidence = np.minimum(sums[everywhere, best], 1.0)
            named = [labels[i] for i in best]
            open_ = member.T[best]
        ends = set(leaves)
        known = [row for row, example in enumerate(self.examples) if len(example.path) >= depth or example.path in ends]
        right = [named[row] == self.examples[row].path[:depth] for row in known]
        return Guess(tuple(named[row] for row in known), confidence[known], np.array(right, dtype=bool))


@dataclass(frozen=True, slots=True)
class Scored:
    """Of one label: precision, recall and F1, 0 to 1; 0 where nothing was said."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class LabelOutcome:
    """One label under the base and under the tuned classifier, over `documents` that have it."""

    label: Label
    documents: int
    base: Scored
    tuned: Scored


@dataclass(frozen=True, slots=True)
class Comparison:
    """One document under the base and under the tuned classifier: the most probable leaf of each, and its probability."""

    example: Example
    base: Label
    base_probability: float
    tuned: Label
    tuned_probability: float

    @property
    def changed(self) -> bool:
        """Whether they differ."""
        return self.base != self.tuned

    @property
    def gain(self) -> int:
        """1 where the tuned classifier is right and the base is not, -1 the other way round, 0 otherwise."""
        path = self.example.path
        return int(self.tuned[: len(path)] == path) - int(self.base[: len(path)] == path)


@dataclass(frozen=True, slots=True)
class Named:
    """What is named at one level under the thresholds.

    Attributes:
        documents: whose label is known at this level.
        named: of them, those with a label there.
        right: of these, those with the right one.
    """

    documents: int
    named: int
    right: int


def held_out(trained: TrainedClassifier) -> tuple[Predicted, Predicted]:
    """The held-out documents under the base and under the tuned classifier.

    The base's scores are a linear probe's, whose softmax is taken as it is; the tuned ones are calibrated where they can be.
    """
    part = trained.held_out
    calibration = trained.calibration or _uncalibrated(trained.taxonomy)
    base = _uncalibrated(trained.taxonomy).probabilities(part.base)
    tuned = calibration.probabilities(part.scores)
    return Predicted(trained.taxonomy, part.examples, base), Predicted(trained.taxonomy, part.examples, tuned)


def predict(classifier: Classifier, examples: Sequence[Example]) -> Predicted:
    """What a classifier says of documents with known labels. One without text has every leaf with the same probability."""
    leaves = classifier.taxonomy.leaves()
    index = {leaf: number for number, leaf in enumerate(leaves)}
    shares = np.full((len(examples), len(leaves)), 1 / len(leaves))
    for row, prediction in enumerate(classifier.classify_many(example.document for example in examples)):
        for alternative in prediction.alternatives:
            shares[row, index[alternative.path]] = alternative.score
    return Predicted(classifier.taxonomy, tuple(examples), shares)


def compare(base: Predicted, tuned: Predicted) -> list[Comparison]:
    """Each document under both, in their order."""
    return [Comparison(e, *base.best(row), *tuned.best(row)) for row, e in enumerate(base.examples)]


def telling(comparisons: Sequence[Comparison], count: int) -> list[Comparison]:
    """The most telling documents: where the two disagree, gains and losses in turn, the surest first; then the first ones."""
    groups = [[c for c in comparisons if c.changed and c.gain == gain] for gain in (1, -1, 0)]
    for group in groups:
        group.sort(key=lambda c: -c.tuned_probability)
    turns = [group[i] for i in range(max(map(len, groups), default=0)) for group in groups if i < len(group)]
    return [*turns, *(c for c in comparisons if not c.changed)][:count]


def by_label(base: Predicted, tuned: Predicted) -> list[LabelOutcome]:
    """Every leaf that a document has, over the documents whose label is a leaf."""
    rows = base.whole()
    true = [base.examples[row].path for row in rows]
    before, after = ([part.best(row)[0] for row in rows] for part in (base, tuned))
    return [
        LabelOutcome(leaf, true.count(leaf), _scored(leaf, true, before), _scored(leaf, true, after))
        for leaf in base.taxonomy.leaves()
        if leaf in true
    ]


def confusions(tuned: Predicted) -> list[tuple[Label, Label, int]]:
    """True label, label said and how often, the commonest first."""
    rows = tuned.whole()
    wrong = Counter((tuned.examples[row].path, tuned.best(row)[0]) for row in rows)
    return [(true, said, n) for (true, said), n in wrong.most_common() if true != said]


def least_calibration_error(guess: Guess, seed: int = 0) -> tuple[float, float]:
    """What the error would be if every confidence were true: mean, and what it stays below in 95 of 100 draws.

    On few documents it is not 0, since their right and wrong ones come by chance.
    """
    random = np.random.default_rng(seed)
    draws = [random.random(len(guess.confidence)) < guess.confidence for _ in range(_DRAWS)]
    errors = [Guess(guess.labels, guess.confidence, right).stated.ece() for right in draws]
    return float(np.mean(errors)), float(np.quantile(errors, 0.95))


def named_at(part: Predicted, calibration: Calibration) -> list[Named]:
    """What the thresholds let be named, level by level."""
    paths = [calibration.decide(row, part.taxonomy)[0] for row in part.probabilities]
    leaves = set(part.taxonomy.leaves())
    found = []
    for depth in range(1, part.depth + 1):
        rows = [row for row, e in enumerate(part.examples) if len(e.path) >= depth or e.path in leaves]
        named = [row for row in rows if len(paths[row]) >= depth or paths[row] in leaves]
        right = sum(paths[row][:depth] == part.examples[row].path[:depth] for row in named)
        found.append(Named(len(rows), len(named), right))
    return found


def _scored(label: Label, true: Sequence[Label], said: Sequence[Label]) -> Scored:
    hits = sum(t == s == label for t, s in zip(true, said, strict=True))
    precision, recall = hits / max(said.count(label), 1), hits / max(true.count(label), 1)
    return Scored(precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0)


def _uncalibrated(taxonomy: Taxonomy) -> Calibration:
    return Calibration(1.0, (0.0,) * max(map(len, taxonomy.leaves())), 0.0, 0)
