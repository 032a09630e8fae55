"""What the benchmarks of extraction count, and how they show it.

Each field of each document has outcomes:

    right      a value that the document has
    wrong      a value where the document has another; that other one is missing too
    invented   a value where the document has none: against precision, as a wrong one
    missing    a value of the document that is not shown
    all others are counted and weigh nothing: "absent" in both, "beyond" what the gold knows, "computed"
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from benchmarks.classify import reliability
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from foyerdoc.evaluation.metrics.confidence import wilson

ByField = Mapping[str, Mapping[str, Sequence[str]]]
"""For each field, for each document the outcomes."""


def scores(outcomes: Sequence[str]) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    right = outcomes.count("right")
    shown = right + outcomes.count("wrong") + outcomes.count("invented")
    precision, recall = right / max(1, shown), right / max(1, right + outcomes.count("missing"))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def interval(per_document: Sequence[Sequence[str]]) -> tuple[float, float]:
    """95% of F1 over documents drawn anew: the fields of one document are not independent."""
    draw = random.Random(0)
    found = sorted(
        scores([o for each in draw.choices(per_document, k=len(per_document)) for o in each])[2] for _ in range(1000)
    )
    return found[25], found[974]


def show_fields(
    console: Console, by_field: ByField, kinds: Sequence[str], title: str, languages: Mapping[str, str] | None = None
) -> None:
    """A line for each field, one for all, one for each of several languages of documents, and micro F1 with its interval."""
    whole: dict[str, list[str]] = defaultdict(list)
    for per in by_field.values():
        for identifier, found in per.items():
            whole[identifier] += found
    table = Table("field", *kinds, "precision", "recall", "F1", title=title)
    rows: list[tuple[str, Mapping[str, Sequence[str]]]] = [*by_field.items(), ("all", whole)]
    if languages and len(spoken := sorted(set(languages.values()))) > 1:
        rows += [(f"in {one}", {key: found for key, found in whole.items() if languages[key] == one}) for one in spoken]
    for name, per in rows:
        flat = [o for each in per.values() for o in each]
        table.add_row(name, *(str(flat.count(kind)) for kind in kinds), *(f"{x:.3f}" for x in scores(flat)))
    console.print(table)
    precision, recall, f1 = scores([o for each in whole.values() for o in each])
    low, high = interval(list(whole.values()))
    console.print(
        f"micro precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f} (95% by documents {low:.3f} to {high:.3f})"
    )


def share(hits: int, of: int) -> str:
    """A share and its 95% interval by Wilson; empty of nothing."""
    if not of:
        return ""
    low, high = wilson(hits, of)
    return f"{hits / of:.3f} ({low:.3f} to {high:.3f})"


def error(said: Sequence[tuple[float, bool]]) -> float:
    """ECE, the mean distance of confidence and share right over bins, of values' confidences and whether they are right."""
    confidence, right = _arrays(said)
    return reliability.ece(confidence, right, np.ones(len(said)))


def show_reliability(console: Console, said: Sequence[tuple[float, bool]], title: str) -> None:
    """Whether stated confidences can be believed.

    Args:
        console: to print on.
        said: of each value its confidence, and whether it is right.
        title: of the table.
    """
    if not said:
        console.print(f"{title}: no value has a confidence")
        return
    confidence, right = _arrays(said)
    table = Table("confidence", "values", "mean confidence", "share right (95%)", title=title)
    for at in reliability.diagram([confidence], [right]):
        low = min(int(at.confidence * reliability.BINS), reliability.BINS - 1) / reliability.BINS
        hits = round(at.accuracy * at.documents)
        stretch = f"{low:.1f} to {low + 1 / reliability.BINS:.1f}"
        table.add_row(stretch, f"{at.documents:.0f}", f"{at.confidence:.3f}", share(hits, round(at.documents)))
    console.print(table)
    measured = error(said)
    perfect = reliability.perfect([confidence], measured)
    console.print(
        f"ECE {measured:.3f} over {len(said)} values, mean confidence {confidence.mean():.3f}, right {right.mean():.3f}; "
        f"were every confidence true, ECE would be {perfect.mean:.3f} (95% below {perfect.high:.3f})"
    )


def _arrays(said: Sequence[tuple[float, bool]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.array([each for each, _ in said], dtype=np.float64), np.array([each for _, each in said], dtype=np.bool_)
