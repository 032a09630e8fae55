"""Tables of how often labels are right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from benchmarks.classify import bootstrap
from benchmarks.classify.bootstrap import Estimate, estimate
from benchmarks.classify.collected import Cell, Cells
from benchmarks.classify.metrics import Outcome, Weights, auroc, macro_f1, share
from benchmarks.classify.runs import DATASETS
from numpy.typing import NDArray

Measure = Callable[[Outcome, Weights], float]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, figures to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def measures(small: frozenset[tuple[str, ...]], leaves: Sequence[tuple[str, ...]]) -> dict[str, Measure]:
    """The figures of the tables; `small` are the leaves with fewer than five documents."""
    few: NDArray[np.bool_] = np.array([leaf in small for leaf in leaves])
    found: dict[str, Measure] = {
        "leaf accuracy": lambda o, w: share(o.right["leaf"], w),
        "leaf macro-F1": macro_f1,
    }
    if few.any():
        found["F1, leaves of 5 or more"] = partial(macro_f1, leaves=~few)
        found[f"F1, {few.sum()} smaller leaves"] = partial(macro_f1, leaves=few)
    found["category accuracy"] = lambda o, w: share(o.right["category"], w)
    found["both right"] = lambda o, w: share(o.right["leaf"] & o.right["category"], w)
    return found


def headline(dataset: str, small: frozenset[tuple[str, ...]], leaves: Sequence[tuple[str, ...]]) -> Measure:
    """The macro-F1 that systems are compared by: of the leaves with five documents or more where folds are made of the whole
    data set, of all leaves where there is one test part."""
    asked = measures(small, leaves)
    return asked.get("F1, leaves of 5 or more", macro_f1) if DATASETS[dataset].folds > 1 else macro_f1


def figure(cell: Cell, measure: Measure, against: Cell | None = None, draws: int | None = None) -> Estimate:
    """A figure of a system, mean of its seeds; with `against`, the paired difference to that system."""
    ours = [partial(measure, outcome) for outcome in cell.outcomes]
    theirs = [partial(measure, outcome) for outcome in against.outcomes] if against else []
    return estimate(ours, cell.documents, theirs, draws)


def scope(cell: Cell) -> Estimate | None:
    """AUROC of in scope against out of scope, mean of the seeds, documents of either kind drawn anew."""
    if not cell.scopes:
        return None
    generator = np.random.default_rng(0)
    inside, outside = (len(scores) for scores in cell.scopes[0])
    drawn = []
    for _ in range(bootstrap.DRAWS):
        a, b = generator.integers(inside, size=inside), generator.integers(outside, size=outside)
        drawn.append(np.mean([auroc(scores[0][a], scores[1][b]) for scores in cell.scopes]))
    seeds = [auroc(*scores) for scores in cell.scopes]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(float(np.mean(seeds)), float(low), float(high), float(np.std(seeds, ddof=1)) if len(seeds) > 1 else None)


def quality(cells: Cells, dataset: str, small: frozenset[tuple[str, ...]], systems: Sequence[str]) -> str:
    """All examples: every system's figures with intervals over documents, and the spread over seeds."""
    shown = [cell for s in systems if (cell := cells.get((s, dataset, None)))]
    if not shown:
        return ""
    asked = measures(small, shown[0].outcomes[0].leaves)
    beyond = any(cell.scopes for cell in shown)
    head = ["system", "seeds", *asked, *(["AUROC out of scope"] if beyond else []), "training, s"]
    rows = []
    for cell in shown:
        found = [figure(cell, measure) for measure in asked.values()]
        found += [each for each in [scope(cell)] if each]
        seconds = f"{cell.seconds.get('train', float('nan')):.0f}"
        rows.append([cell.system, str(len(cell.outcomes)), *map(str, found), seconds])
    return f"**{dataset}**, {shown[0].documents} documents tested\n\n{table(head, rows)}\n"


def differences(cells: Cells, dataset: str, small: frozenset[tuple[str, ...]], systems: Sequence[str], baseline: str) -> str:
    """Paired differences to the baseline in percentage points, all examples."""
    base = cells.get((baseline, dataset, None))
    shown = [cell for s in systems if s != baseline and (cell := cells.get((s, dataset, None)))]
    if base is None or not shown:
        return ""
    asked = measures(small, base.outcomes[0].leaves)
    rows = [[cell.system, *(figure(cell, measure, base).signed for measure in asked.values())] for cell in shown]
    return f"**{dataset}**, points more than {baseline}\n\n{table(['system', *asked], rows)}\n"


def curves(
    cells: Cells, dataset: str, small: frozenset[tuple[str, ...]], systems: Sequence[str], sizes: Sequence[int | None]
) -> str:
    """Accuracy and macro-F1 by the number of examples, with the standard deviation over seeds."""
    leaves = next((cell.outcomes[0].leaves for cell in cells.values() if cell.dataset == dataset), ())
    asked = {**measures(frozenset(), ()), "leaf macro-F1": headline(dataset, small, leaves)}
    chosen = ("leaf accuracy", "leaf macro-F1", "category accuracy")
    rows = []
    for system in systems:
        row = [system]
        for name in chosen:
            for size in sizes:
                cell = cells.get((system, dataset, size))
                row.append(_with_spread(figure(cell, asked[name], draws=1)) if cell else "")
        if any(row[1:]):
            rows.append(row)
    head = ["system", *(f"{name}, {size or 'all'}" for name in chosen for size in sizes)]
    return f"**{dataset}**\n\n{table(head, rows)}\n" if rows else ""


def _with_spread(found: Estimate) -> str:
    return f"{found.value:.3f}" + (f" ± {found.spread:.3f}" if found.spread is not None else "")
