"""Labels against labels: how many are right, at which level, of which class."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foyerdoc.evaluation.gold import LabelAnnotation
from foyerdoc.evaluation.metrics.confidence import Stated
from foyerdoc.evaluation.predictions import Pairs
from foyerdoc.evaluation.statistics import Array, Measure, Sums, share
from foyerdoc.results import Prediction

Label = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfClass:
    """One label: precision, recall and F1, 0 to 1 and 0 where nothing was said, over `items` that have it."""

    label: Label
    precision: float
    recall: float
    f1: float
    items: int


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """What was said of items, beside what is true. The empty label is "none applies", and what a system says that abstains.

    Attributes:
        true, said: of each item; a failed item has said the empty label.
        right: (items,) bool; a failed item never is.
        stated: the likeliest leaf of each item that has a confidence, abstained or not; by the confidence of the label
            that was named where no alternatives are.
    """

    true: tuple[Label, ...]
    said: tuple[Label, ...]
    right: NDArray[np.bool_]
    stated: Stated

    @classmethod
    def of(cls, pairs: Pairs[LabelAnnotation, Prediction]) -> Labels:
        """Measure pairs."""
        true = tuple(truth.label or () for truth in pairs.truths)
        said = tuple(() if one is None else one.path for one in pairs.results)
        right = np.array([r is not None and t == s for t, s, r in zip(true, said, pairs.results, strict=True)], dtype=np.bool_)
        stated = []
        for item, (label, result) in enumerate(zip(true, pairs.results, strict=True)):
            if result is not None and result.confidence is not None and (surest := _surest(result)):
                path, confidence = surest
                stated.append((item, confidence, label[: len(path)] == path))
        return cls(true, said, right, Stated.of(stated, len(true)))

    def measures(self) -> list[Measure]:
        """Every figure of labels."""
        named = np.array([len(path) > 0 for path in self.said], dtype=np.float64)
        return [
            share("accuracy", self.right),
            *([share("category_accuracy", self._right_category())] if any(len(path) > 1 for path in self.true) else []),
            self._macro_f1(),
            self._overlaps("micro_f1", [({t} - {()}, {s} - {()}) for t, s in zip(self.true, self.said, strict=True)]),
            self._overlaps("hierarchical_f1", [(_above(t), _above(s)) for t, s in zip(self.true, self.said, strict=True)]),
            share("named", named),
            share("accuracy_named", self.right * named, named),
            *self.stated.measures(),
        ]

    def classes(self) -> list[OfClass]:
        """Each label that an item has or was said to have, by scikit-learn, in order of name."""
        from sklearn.metrics import precision_recall_fscore_support

        labels = sorted({*self.true, *self.said} - {()})
        true, said, numbers = self._numbered(labels)
        scored = precision_recall_fscore_support(true, said, labels=numbers, zero_division=0.0)
        return [OfClass(label, float(p), float(r), float(f), int(n)) for label, p, r, f, n in zip(labels, *scored, strict=True)]

    def confusion(self, depth: int | None = None) -> tuple[list[Label], NDArray[np.int64]]:
        """The labels down to a depth (all of it by default), the empty one last; (true, said) how often."""
        cut = Labels(tuple(t[:depth] for t in self.true), tuple(s[:depth] for s in self.said), self.right, self.stated)
        labels = sorted({*cut.true, *cut.said}, key=lambda label: (not label, label))
        true, said, _ = cut._numbered(labels)
        matrix = np.zeros((len(labels), len(labels)), dtype=np.int64)
        np.add.at(matrix, (true, said), 1)
        return labels, matrix

    def confusions(self) -> list[tuple[Label, Label, int]]:
        """True label, label said and how often, the commonest first."""
        wrong = Counter((t, s) for t, s in zip(self.true, self.said, strict=True) if t != s)
        return [(true, said, n) for (true, said), n in wrong.most_common()]

    def _right_category(self) -> list[bool]:
        return [r or (len(t) > 0 and t[:1] == s[:1]) for t, s, r in zip(self.true, self.said, self.right, strict=True)]

    def _macro_f1(self) -> Sums:
        """The mean F1 of the labels that the items drawn have; what no item has is left out, what is never named has 0."""
        from scipy.sparse import csr_array, hstack

        labels = sorted(set(self.true) - {()})
        true, said, _ = self._numbered(labels)
        n, k = len(true), len(labels)

        def marked(which: NDArray[np.bool_], label: NDArray[np.intp]) -> object:
            rows = np.flatnonzero(which)
            return csr_array((np.ones(len(rows)), (rows, label[rows])), shape=(n, k))

        known = (true < k) & (true == said)
        sums = hstack([marked(true < k, true), marked(said < k, said), marked(known, true)], format="csr")

        def figure(totals: Array) -> Array:
            having, naming, hits = np.split(totals, 3, axis=1)
            f1 = np.where(having > 0, 2 * hits / (having + naming), 0.0)
            mean: Array = f1.sum(axis=1) / (having > 0).sum(axis=1)
            return mean

        return Sums("macro_f1", sums, figure)

    @staticmethod
    def _overlaps(name: str, sets: list[tuple[set[Label], set[Label]]]) -> Sums:
        """F1 over all items' sets.

        Of labels with those above them it is hierarchical F1: Kiritchenko et al., "Learning and Evaluation in the Presence of
        Class Hierarchies", 2006.
        """
        sums = np.array([(2.0 * len(t & s), len(t) + len(s)) for t, s in sets]).reshape(-1, 2)
        return Sums(name, sums, lambda totals: totals[:, 0] / totals[:, 1])

    def _numbered(self, labels: list[Label]) -> tuple[NDArray[np.intp], NDArray[np.intp], list[int]]:
        """True and said labels as numbers; any other one is the number after the last."""
        number = {label: i for i, label in enumerate(labels)}
        true, said = (np.array([number.get(one, len(labels)) for one in side], np.intp) for side in (self.true, self.said))
        return true, said, list(number.values())


def _above(label: Label) -> set[Label]:
    """A label and all above it."""
    return {label[:depth] for depth in range(1, len(label) + 1)}


def _surest(result: Prediction) -> tuple[Label, float] | None:
    """The likeliest leaf and its probability, so that what was held back can be ranked too."""
    if result.alternatives:
        surest = max(result.alternatives, key=lambda one: one.score)  # other systems may give them in any order
        return surest.path, surest.score
    return (result.path, result.confidence) if result.path and result.confidence is not None else None
