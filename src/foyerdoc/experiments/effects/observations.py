"""What a sweep left, as numbers: which level of each factor a row had, and what came out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from foyerdoc.errors import UsageError
from foyerdoc.experiments.table import Level, Results

_LARGEST: Final = 1e100


@dataclass(frozen=True, slots=True)
class Factor:
    """A knob that the sweep turned, and its levels; the first one is what the others are compared with."""

    name: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Observations:
    """One row for each item under each run.

    Attributes:
        factors: the knobs.
        settings: (rows, factors) int64, the place of each row's level among the factor's.
        measures: what was measured on the way, (rows,) float64 each; NaN where there is no value.
        outcomes: what is wanted, likewise; at least one.
        documents: (rows,) int64 from 0, the document that the row's item belongs to.
        items: (rows,) int64 from 0.
        order: (rows,) float64, the place of the row's run in the order in which runs were made.
    """

    factors: tuple[Factor, ...]
    settings: np.ndarray
    measures: Mapping[str, np.ndarray]
    outcomes: Mapping[str, np.ndarray]
    documents: np.ndarray
    items: np.ndarray
    order: np.ndarray

    def __len__(self) -> int:
        return len(self.documents)

    def take(self, kept: np.ndarray) -> Observations:
        """The rows where `kept`, (rows,) bool, is true; documents and items are numbered anew."""
        return replace(
            self,
            settings=self.settings[kept],
            measures={name: values[kept] for name, values in self.measures.items()},
            outcomes={name: values[kept] for name, values in self.outcomes.items()},
            documents=numbered(self.documents[kept]),
            items=numbered(self.items[kept]),
            order=self.order[kept],
        )

    def with_values(self, *names: str) -> Observations:
        """The rows that have a value for each of these measures and outcomes."""
        both = {**self.measures, **self.outcomes}
        kept = np.ones(len(self), dtype=bool)
        for name in names:
            kept &= np.isfinite(both[name])
        return self if kept.all() else self.take(kept)


def observe(results: Results) -> tuple[Observations, tuple[str, ...]]:
    """A sweep's results as numbers.

    Returns:
        The observations, and what was left out of them: factors and levels that the rows do not show.

    Raises:
        UsageError: no factor has two levels among the rows, there is no outcome, or fewer than two documents; or a value is so
            large that sums of squares would not fit into a float.
    """
    notes: list[str] = []
    factors, settings = [], []
    for name, levels in results.factors.items():
        values = results.column(name)
        seen = tuple(level for level in levels if level in set(values))
        unseen = [str(level) for level in levels if level not in seen]
        if unseen:
            notes.append(f"no row has {name} = {', '.join(unseen)}")
        if len(seen) < 2:
            notes.append(f"{name} has one level in all rows, so that it has no effect here")
            continue
        places = {level: place for place, level in enumerate(seen)}
        factors.append(Factor(name, seen))
        settings.append([places[value] for value in values])
    documents = numbered(np.array(results.column("document"), dtype=str))
    if not factors or not results.outcomes or not len(documents) or documents.max() < 1:
        raise UsageError(
            "effects need a factor with two levels, an outcome and two documents",
            hint="let the sweep finish, or plan more",
        )
    # Items are told apart within their documents, whatever they are called.
    items = numbered(np.array([f"{d}\t{i}" for d, i in zip(documents, results.column("item"), strict=True)]))
    measures, outcomes = (
        {name: np.array(results.column(name), dtype=np.float64) for name in names}
        for names in (results.measures, results.outcomes)
    )
    for name, column in {**measures, **outcomes}.items():
        if (np.abs(column[np.isfinite(column)]) > _LARGEST).any():
            raise UsageError(f"{name!r} has values beyond {_LARGEST:g}", hint="count it in a larger unit")
    order = np.array(results.column("order"), dtype=np.float64)
    found = Observations(tuple(factors), np.array(settings, dtype=np.int64).T, measures, outcomes, documents, items, order)
    return found, tuple(notes)


def numbered(names: np.ndarray) -> np.ndarray:
    """Names or numbers as whole numbers from 0, (rows,) int64."""
    numbers: np.ndarray = np.unique(names, return_inverse=True)[1].astype(np.int64)
    return numbers
