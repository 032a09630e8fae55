"""Results into the tables and the figure of docs/benchmarks.md.

    python -m benchmarks.classify.tables RESULTS ... --data DATA --out FOLDER [--baseline tfidf-sublinear] [--show fused]

Writes FOLDER/classify.md and, for each system of `--show`, FOLDER/confidence-SYSTEM.svg. Every interval is of 95%: over
documents, by bootstrap, the mean over seeds being taken within each draw. What follows from other seeds is in the standard
deviations of the learning curves.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.classify import confidence, figures, quality, runs
from benchmarks.classify.collected import Cell, Cells, collect
from rich.console import Console

LEGEND = """\
Mean of the seeds; in brackets the 95% interval over tested documents (percentile bootstrap, paired for differences); after ±
the standard deviation over seeds. A system that learns the same whatever the seed has one seed on all examples. Folds of the
cross-validated sets (cfpb_complaints, cuad) are pooled before anything is counted. Macro-F1 is the mean over the leaves that
tested documents have; leaves with fewer than five documents in the whole set stand apart. A leaf is the best one of the best
category. ECE has ten bins of equal width and is never 0 on a sample: beside it stands what a classifier would get whose every
confidence is true. Precision at the target has the wider of the bootstrap's interval and Wilson's.
"""

Small = Mapping[str, frozenset[tuple[str, ...]]]

QUANTISED = ("nf4", "fp4", "int8", "none")


def order(cells: Cells, baseline: str) -> list[str]:
    """The systems, the baseline first, then by name."""
    names = {system for system, _, _ in cells}
    return sorted(names, key=lambda name: (name != baseline, name))


def verdict(cells: Cells, systems: Sequence[str], baseline: str, small: Small, margin: float = 0.01) -> str:
    """Leaf macro-F1 against a baseline: on how many sets a system is ahead, and whether it is far behind on another."""
    rows = []
    for system in systems:
        found = {
            name: quality.figure(ours, quality.headline(name, small[name], ours.outcomes[0].leaves), base)
            for name in runs.DATASETS
            if (ours := cells.get((system, name, None))) and (base := cells.get((baseline, name, None)))
        }
        if system == baseline or not found:
            continue
        ahead = sum(each.value > 0 for each in found.values())
        worst = min(each.value for each in found.values())
        met = "yes" if len(found) == len(runs.DATASETS) and ahead >= len(found) - 1 and worst >= -margin else "no"
        cols = [found[name].signed if name in found else "" for name in runs.DATASETS]
        rows.append([system, *cols, f"{ahead} of {len(found)}", met])
    head = [f"more than {baseline}", *runs.DATASETS, "ahead", "ahead on three, at most a point behind on the fourth"]
    return quality.table(head, rows) if rows else ""


def quantised(cells: Cells) -> str:
    """What rounding the base costs under the same LoRA: differences to the 16-bit base, paired."""
    asked = quality.measures(frozenset(), ())
    rows = []
    for dataset in runs.DATASETS:
        base = cells.get(("none", dataset, None))
        if base is None:
            continue
        for system in QUANTISED[:-1]:
            if cell := cells.get((system, dataset, None)):
                found = [quality.figure(cell, measure, base) for measure in asked.values()]
                rows.append([f"{dataset}, {system}", str(len(cell.outcomes)), *(each.signed for each in found)])
    return quality.table(["set and base", "seeds", *asked], rows) if rows else ""


def sections(cells: Cells, data: Path, baseline: str) -> list[tuple[str, list[str]]]:
    """Titles, and the blocks below them; those without any are left out by the caller."""
    systems = order(cells, baseline)
    small = {name: runs.small_leaves(data, name) for name in runs.DATASETS}
    apart = [cell for name in runs.DATASETS for s in systems if (cell := cells.get((s, name, None)))]
    joined = [cell for system in systems for cell in pools(cells, system)]
    curve = partial(quality.curves, systems=systems, sizes=runs.SIZES)
    return [
        ("Quality, all examples", [quality.quality(cells, name, small[name], systems) for name in runs.DATASETS]),
        (
            "Differences, paired by document",
            [quality.differences(cells, name, small[name], systems, baseline) for name in runs.DATASETS],
        ),
        (
            "Leaf macro-F1 in points, paired (cross-validated sets: of leaves with five documents or more)",
            [verdict(cells, systems, each, small) for each in systems if each.startswith("tfidf")],
        ),
        (
            "Learning curves, mean and standard deviation of the seeds",
            [curve(cells, name, small[name]) for name in runs.DATASETS],
        ),
        ("Calibration", [confidence.calibration([*apart, *joined])]),
        ("Decisions at the target precision", [confidence.decisions([*apart, *joined])]),
        ("Rounding of the base, points more than 16 bits", [quantised(cells)]),
    ]


def pools(cells: Cells, system: str) -> list[Cell]:
    """The cross-validated sets together, and all sets together, where they are there."""
    found = [
        confidence.pooled(cells, system, confidence.FOLDED, " + ".join(confidence.FOLDED)),
        confidence.pooled(cells, system, list(runs.DATASETS), confidence.POOLED),
    ]
    return [cell for cell in found if cell]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--baseline", default="tfidf-sublinear")
    parser.add_argument("--show", action="append", default=[], help="systems to draw a figure of")
    options = parser.parse_args()
    cells, notes = collect(options.results)
    options.out.mkdir(parents=True, exist_ok=True)
    lines = [LEGEND]
    for title, blocks in sections(cells, options.data, options.baseline):
        if filled := [block for block in blocks if block]:
            lines += [f"### {title}", "", *(line for block in filled for line in (block, ""))]
    lines += [f"- {note}" for note in notes]
    (options.out / "classify.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for system in options.show:
        shown = [cell for name in runs.DATASETS if (cell := cells.get((system, name, None)))] + pools(cells, system)
        (options.out / f"confidence-{system}.svg").write_text(figures.draw(system, shown), encoding="utf-8")
    Console().print(f"{options.out / 'classify.md'}: {len(cells)} cells, {len(notes)} left out")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
