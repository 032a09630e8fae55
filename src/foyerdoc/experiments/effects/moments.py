"""What mediation and structure are computed from: sums of products for each document, free of what items differ in.

An easy question is found and answered better than a hard one whatever the settings are. Compared only with itself under other
settings, an item's own difficulty drops out, and with it the most obvious false cause between a measure and an outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from foyerdoc.experiments.effects.design import dummies
from foyerdoc.experiments.effects.observations import Observations

Within = Literal["item", "document", "nothing"]

_LEAST_SHARE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Moments:
    """Levels of knobs, measures and one outcome, side by side.

    Attributes:
        names: of the columns: a factor's name for each of its levels but the first, then measures, then the outcome.
        knobs, measures: how many columns are levels, and how many are measures.
        values: (rows, columns) float64, sorted by document; the means of `within` are taken off.
        products: (documents, columns, columns) float64, of the values of a document.
        starts: (documents,) int64, the first row of each document.
        within: what a row is compared with: the rows of the same item, of the same document, or all.
        notes: measures that were left out, and why.
    """

    names: tuple[str, ...]
    knobs: int
    measures: int
    values: np.ndarray
    products: np.ndarray
    starts: np.ndarray
    within: Within
    notes: tuple[str, ...]


def moments_of(seen: Observations, outcome: str) -> Moments | None:
    """Moments of the rows that have all measures and this outcome; None where no measure or outcome varies in them."""
    varied = [name for name, values in seen.measures.items() if np.isfinite(values).sum() > 1]
    notes = [f"the measure {name} has no values" for name in seen.measures if name not in varied]
    full = seen.with_values(outcome, *varied)
    if len(full) < 2 or full.documents.max() < 1:
        return None
    groups, within = _compared_with(full)
    places, levels = dummies(full.factors, full.settings)
    columns = _centred(np.column_stack([levels, *(full.measures[name] for name in varied), full.outcomes[outcome]]), groups)
    knobs = levels.shape[1]
    kept = list(range(knobs))
    for place, name in enumerate(varied, start=knobs):
        # A measure that follows from those before it, or never varies, cannot be told from them.
        left = columns[:, place] - columns[:, kept] @ np.linalg.lstsq(columns[:, kept], columns[:, place], rcond=None)[0]
        if left @ left <= _LEAST_SHARE * max(np.square(full.measures[name]).sum(), _LEAST_SHARE):
            notes.append(f"the measure {name} is left out beside the others: knobs and the measures before it say the same")
        else:
            kept.append(place)
    if len(kept) == knobs or np.ptp(columns[:, -1]) == 0:
        return None
    names = [full.factors[place].name for place in places] + [varied[place - knobs] for place in kept[knobs:]] + [outcome]
    order = np.argsort(full.documents, kind="stable")
    values = columns[order][:, [*kept, columns.shape[1] - 1]]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(full.documents[order])) + 1])
    products = np.stack([part.T @ part for part in np.split(values, starts[1:])])
    return Moments(tuple(names), knobs, len(kept) - knobs, values, products, starts, within, tuple(notes))


def resampled(documents: int, times: int, seed: int) -> np.ndarray:
    """How often each document is drawn: (times, documents) int64, each row adding up to `documents`."""
    return np.random.default_rng(seed).multinomial(documents, np.full(documents, 1 / documents), size=times)


def _compared_with(seen: Observations) -> tuple[np.ndarray, Within]:
    """Groups within which settings vary: items where they have two rows or more on average, else documents, else all."""
    if len(seen) >= 2 * (seen.items.max() + 1):
        return seen.items, "item"
    if len(seen) >= 2 * (seen.documents.max() + 1):
        return seen.documents, "document"
    return np.zeros(len(seen), dtype=np.int64), "nothing"


def _centred(columns: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Columns less the mean of their group."""
    sums = np.zeros((groups.max() + 1, columns.shape[1]))
    np.add.at(sums, groups, columns)
    centred: np.ndarray = columns - (sums / np.bincount(groups)[:, None])[groups]
    return centred
