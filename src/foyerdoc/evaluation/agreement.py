"""How far people agree with each other, and how a system stands beside them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from foyerdoc.evaluation.gold import FieldsAnnotation, Gold, LabelAnnotation, QuestionAnnotation
from foyerdoc.evaluation.metrics.fields import parted

Ratings = Mapping[str, Mapping[Hashable, Hashable]]
"""By annotator, by unit, what the annotator says of it."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far annotators agree, before anything was adjudicated; 1 is always, 0 is as by chance, NaN where nothing can be said.

    Attributes:
        what: what was judged: "label", "category", "fields", or "answerable".
        annotators: how many.
        units: how many were judged by two annotators at least: documents, fields of documents, or questions.
        share: of pairs of judgements of one unit, those that are the same.
        alpha: Krippendorff's, nominal.
        kappa: Cohen's, of each two annotators who have a unit in common.
    """

    what: str
    annotators: int
    units: int
    share: float
    alpha: float
    kappa: Mapping[tuple[str, str], float]


def agreement(gold: Gold) -> list[Agreement]:
    """Agreement on all that two annotators have judged: labels, their categories, values, whether a question has an answer."""
    views: tuple[tuple[str, Any, Callable[[Any], dict[Hashable, Hashable]]], ...] = (
        ("label", LabelAnnotation, lambda one: {one.item: one.label}),
        ("category", LabelAnnotation, lambda one: {one.item: one.label and one.label[0]}),
        ("fields", FieldsAnnotation, _values),
        ("answerable", QuestionAnnotation, lambda one: {one.item: one.answerable}),
    )
    found = []
    for what, kind, units_of in views:
        ratings: dict[str, dict[Hashable, Hashable]] = {}
        for one in gold.annotations:
            if isinstance(one, kind) and not one.adjudicated:
                ratings.setdefault(one.annotator, {}).update(units_of(one))
        measured = of_ratings(what, ratings)
        if measured.units:
            found.append(measured)
    return found


def of_ratings(what: str, ratings: Ratings) -> Agreement:
    """Agreement of annotators on units that they judged; a unit of one annotator alone says nothing."""
    by_unit: dict[Hashable, list[Hashable]] = {}
    for judged in ratings.values():
        for unit, value in judged.items():
            by_unit.setdefault(unit, []).append(value)
    several = [values for values in by_unit.values() if len(values) > 1]
    number = {value: i for i, value in enumerate(dict.fromkeys(value for values in several for value in values))}
    counts = np.zeros((len(several), len(number)))
    for row, values in zip(counts, several, strict=True):
        np.add.at(row, [number[value] for value in values], 1)
    pairs = counts.sum(axis=1) * (counts.sum(axis=1) - 1)
    same = (counts * (counts - 1)).sum(axis=1)
    return Agreement(
        what,
        len(ratings),
        len(several),
        float(same.sum() / pairs.sum()) if several else float("nan"),
        krippendorff(counts),
        {
            (a, b): _cohen(ratings[a], ratings[b])
            for a, b in combinations(sorted(ratings), 2)
            if ratings[a].keys() & ratings[b].keys()
        },
    )


def krippendorff(counts: np.ndarray) -> float:
    """Krippendorff's alpha for values without an order: 1 minus the disagreement seen over that expected by chance.

    Written out, since the package of this name is under a licence that this library cannot pass on; the tests hold it to that
    package.

    Args:
        counts: (units, values) how many annotators gave each value; units of less than two are left out.

    Returns:
        NaN where all say the same of everything: then chance expects no disagreement.

    Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011.
    """
    counts = counts[counts.sum(axis=1) > 1]
    raters = counts.sum(axis=1)
    total, values = raters.sum(), counts.sum(axis=0)
    expected = total**2 - (values**2).sum()
    if not expected:
        return float("nan")
    seen = ((raters**2 - (counts**2).sum(axis=1)) / (raters - 1)).sum()
    return float(1 - (total - 1) * seen / expected)


def _cohen(first: Mapping[Hashable, Hashable], second: Mapping[Hashable, Hashable]) -> float:
    """Cohen's kappa on the units of both, by scikit-learn; NaN where both say one and the same of everything."""
    from sklearn.metrics import cohen_kappa_score

    units = [unit for unit in first if unit in second]
    number = {value: i for i, value in enumerate(dict.fromkeys([*(first[u] for u in units), *(second[u] for u in units)]))}
    if len(number) == 1:
        return float("nan")
    return float(cohen_kappa_score([number[first[u]] for u in units], [number[second[u]] for u in units]))


def _values(one: FieldsAnnotation) -> dict[Hashable, Hashable]:
    """Single values by field; a list as a whole, in any order."""
    plain, lists = parted(one.fields)
    found: dict[Hashable, Hashable] = {
        (one.item, path): None if truth is None else truth.meaning for path, truth in plain.items()
    }
    for path, rows in lists.items():
        entries = [tuple(sorted((inner, repr(truth and truth.meaning)) for inner, truth in row.items())) for row in rows]
        found[one.item, path] = tuple(sorted(entries))
    return found
