"""The reliability diagram and the risk-coverage curve as one SVG, written by hand: a row a data set."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from benchmarks.classify.collected import Cell
from benchmarks.classify.metrics import LEVELS
from benchmarks.classify.reliability import diagram, risk_coverage
from numpy.typing import NDArray

SIZE, GAP, LEFT, TOP = 220, 110, 60, 60
COLOURS = {"category": "#1f6f8b", "leaf": "#c8553d"}
STYLE = (
    "text{font:12px sans-serif;fill:#222}.t{font-weight:bold;font-size:13px}.s{font-size:11px;fill:#555}"
    ".f{fill:none;stroke:#999}.d{stroke:#999;stroke-dasharray:4 3}"
)


def draw(system: str, cells: Sequence[Cell]) -> str:
    """An SVG document; cells without confidences are left out."""
    shown = [cell for cell in cells if cell.outcomes[0].confidence is not None]
    height = TOP + len(shown) * (SIZE + GAP)
    width = 2 * (LEFT + SIZE) + 140
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{escape(system)}: reliability, and risk against coverage</title><style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *_legend(width),
    ]
    for row, cell in enumerate(shown):
        top = TOP + row * (SIZE + GAP)
        parts.append(
            f'<text class="t" x="{LEFT}" y="{top - 14}">{escape(system)}, {escape(cell.dataset)}, '
            f"{cell.documents} documents</text>"
        )
        parts += _reliability(cell, LEFT, top)
        parts += _risk(cell, 2 * LEFT + SIZE + 60, top)
    return "\n".join([*parts, "</svg>\n"])


def _legend(width: int) -> list[str]:
    parts = []
    for i, level in enumerate(LEVELS):
        x = width - 190 + 90 * i
        parts.append(f'<rect x="{x}" y="12" width="12" height="12" fill="{COLOURS[level]}"/>')
        parts.append(f'<text x="{x + 18}" y="22">{level}</text>')
    return parts


def _reliability(cell: Cell, left: float, top: float) -> list[str]:
    """Accuracy against mean confidence, with 95% intervals; on the diagonal stated and true agree."""
    parts = _frame(left, top, "confidence", "accuracy", 1.0)
    parts.append(f'<line class="d" x1="{left}" y1="{top + SIZE}" x2="{left + SIZE}" y2="{top}"/>')
    for level in LEVELS:
        pairs = [(confidence[level], right[level]) for confidence, right in _confident(cell)]
        for b in diagram([c for c, _ in pairs], [r for _, r in pairs]):
            x, y, low, high = left + SIZE * b.confidence, *(top + SIZE * (1 - v) for v in (b.accuracy, b.low, b.high))
            # The area of a point shows how many documents it stands for.
            radius = 2 + 7 * float(np.sqrt(b.documents / cell.documents))
            colour = COLOURS[level]
            parts.append(f'<line x1="{x:.1f}" y1="{low:.1f}" x2="{x:.1f}" y2="{high:.1f}" stroke="{colour}" opacity="0.6"/>')
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity="0.75">'
                f"<title>{level}: {b.documents:.0f} documents, confidence {b.confidence:.3f}, accuracy {b.accuracy:.3f}"
                f" ({b.low:.3f} to {b.high:.3f})</title></circle>"
            )
    return parts


def _risk(cell: Cell, left: float, top: float) -> list[str]:
    """The share of answers that is wrong against the share of documents that are answered, a line a seed."""
    errors = [1 - right["leaf"].mean() for _, right in _confident(cell)]
    most = max(0.1, float(np.ceil(10 * max(errors)) / 10))
    parts = _frame(left, top, "coverage", "risk", most)
    for level in LEVELS:
        for confidence, right in _confident(cell):
            coverage, risk = risk_coverage(confidence[level], right[level])
            steps = np.unique(np.linspace(0, len(coverage) - 1, min(len(coverage), 150)).astype(int))
            points = [(left + SIZE * coverage[i], top + SIZE * (1 - min(risk[i], most) / most)) for i in steps]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[level]}" opacity="0.8"/>')
    return parts


def _confident(cell: Cell) -> list[tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.bool_]]]]:
    """For each seed, by level: the confidences, and whether what is named is right."""
    return [(o.confidence, o.right) for o in cell.outcomes if o.confidence is not None]


def _frame(left: float, top: float, across: str, up: str, most: float) -> list[str]:
    parts = [f'<rect class="f" x="{left}" y="{top}" width="{SIZE}" height="{SIZE}"/>']
    for at in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = left + SIZE * at, top + SIZE * (1 - at)
        parts.append(f'<text class="s" x="{x}" y="{top + SIZE + 15}" text-anchor="middle">{at:g}</text>')
        parts.append(f'<text class="s" x="{left - 6}" y="{y + 4}" text-anchor="end">{at * most:.3g}</text>')
    parts.append(f'<text x="{left + SIZE / 2}" y="{top + SIZE + 32}" text-anchor="middle">{across}</text>')
    middle = top + SIZE / 2
    parts.append(
        f'<text x="{left - 42}" y="{middle}" text-anchor="middle" transform="rotate(-90 {left - 42} {middle})">{up}</text>'
    )
    return parts
