"""Tables of whether confidences can be believed: calibration, risk and coverage, and the target precision."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from benchmarks.classify import reliability
from benchmarks.classify.bootstrap import Estimate, estimate
from benchmarks.classify.collected import Cell, Cells
from benchmarks.classify.metrics import LEVELS, Outcome, Weights, share
from benchmarks.classify.quality import table

from foyerdoc.evaluation.metrics.confidence import wilson

TARGET = 0.95
POOLED = "all sets"
FOLDED = ("cfpb_complaints", "cuad")


def pooled(cells: Cells, system: str, datasets: Sequence[str], name: str) -> Cell | None:
    """Several data sets as one, for what does not ask which leaf it is; None unless all are there with the same seeds."""
    parts = [cell for dataset in datasets if (cell := cells.get((system, dataset, None)))]
    if len(parts) < len(datasets) or len({len(part.outcomes) for part in parts}) > 1:
        return None
    outcomes = tuple(_joined([part.outcomes[i] for part in parts]) for i in range(len(parts[0].outcomes)))
    return Cell(system, name, None, outcomes, (), (), {})


def _joined(parts: Sequence[Outcome]) -> Outcome:
    def each(name: str, level: str) -> list[np.ndarray]:
        return [getattr(part, name)[level] for part in parts]

    def levels(name: str) -> dict[str, np.ndarray] | None:
        if any(getattr(part, name) is None for part in parts):
            return None
        return {level: np.concatenate(each(name, level)) for level in LEVELS}

    right = levels("right")
    if right is None:
        raise ValueError("every outcome says what is right")
    ids, true, named = (np.concatenate([getattr(part, name) for part in parts]) for name in ("ids", "true", "named"))
    return Outcome(ids, (), true, named, right, levels("confidence"), levels("decided"), levels("decided_right"))


def calibration(cells: Sequence[Cell]) -> str:
    """ECE beside that of a perfectly calibrated classifier, and the area under the risk-coverage curve."""
    head = ["set", "system", "level", "documents", "accuracy", "mean confidence", "ECE", "ECE if perfect: mean, 95% below"]
    head += ["chance of such an ECE if perfect", "risk-coverage area", "least possible"]
    rows = []
    for cell in cells:
        for level in LEVELS:
            pairs = [(o.confidence[level], o.right[level]) for o in cell.outcomes if o.confidence is not None]
            if not pairs:
                continue
            found = over([partial(reliability.ece, *pair) for pair in pairs], cell)
            ideal = reliability.perfect([confidence for confidence, _ in pairs], found.value)
            accuracy = float(np.mean([right.mean() for _, right in pairs]))
            sure = float(np.mean([confidence.mean() for confidence, _ in pairs]))
            curve = over([partial(reliability.area, *pair) for pair in pairs], cell)
            least = float(np.mean([reliability.best_area(1 - right.mean()) for _, right in pairs]))
            row = [cell.dataset, cell.system, level, str(cell.documents), f"{accuracy:.3f}", f"{sure:.3f}", str(found)]
            row += [f"{ideal.mean:.3f}, {ideal.high:.3f}", f"{ideal.chance:.3f}", str(curve), f"{least:.3f}"]
            rows.append(row)
    return table(head, rows) if rows else ""


def over(measures: Sequence[partial[float]], cell: Cell) -> Estimate:
    """The mean over seeds with its interval over documents."""
    return estimate(list(measures), cell.documents)


def decisions(cells: Sequence[Cell]) -> str:
    """At the target: how many documents get a label of each level, and how often the labels down to it are right.

    The interval is the wider of two at either end: the bootstrap over documents, and Wilson's with as many answers as one
    seed has.
    """
    head = ["set", "system", "level", "answered", f"precision (target {TARGET})", "target in the interval"]
    head += ["out of scope answered"]
    rows = []
    for cell in cells:
        for level in LEVELS:
            known = [o for o in cell.outcomes if o.decided is not None and o.decided_right is not None]
            if not known:
                continue
            coverage = over([partial(_answered, o, level) for o in known], cell)
            precision = precise(cell, known, level)
            inside = "yes" if precision.low <= TARGET <= precision.high else ("above" if precision.low > TARGET else "no")
            outside = f"{np.mean([o[level] for o in cell.outside]):.3f}" if cell.outside else ""
            rows.append([cell.dataset, cell.system, level, str(coverage), str(precision), inside, outside])
    return table(head, rows) if rows else ""


def precise(cell: Cell, known: Sequence[Outcome], level: str) -> Estimate:
    """The precision of what is answered at a level, all seeds' answers together."""
    answered = np.sum([o.decided[level] for o in known if o.decided], axis=0).astype(float)
    hits = np.sum([o.decided_right[level] for o in known if o.decided_right], axis=0).astype(float)

    def measure(weights: Weights) -> float:
        total = weights @ answered
        return float(weights @ hits / total) if total else float("nan")

    found = over([partial(measure)], cell)
    low, high = wilson(hits.sum() / len(known), answered.sum() / len(known))
    if np.isnan(found.value):
        return Estimate(found.value, low, high)
    return Estimate(found.value, min(low, found.low), max(high, found.high))


def _answered(outcome: Outcome, level: str, weights: Weights) -> float:
    return share(outcome.decided[level], weights) if outcome.decided else float("nan")
