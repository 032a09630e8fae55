"""The columns of a page, each a run of lines to be read from top to bottom."""

from __future__ import annotations

from bisect import bisect_left
from statistics import median

from foyerdoc.reading.pieces import Line, middle


def columns_of(lines: list[Line], width: float, depth: int = 0) -> list[list[Line]]:
    """Split a page into stretches that are each read from top to bottom."""
    gutter = _find_gutter(lines) if depth < 3 and len(lines) >= 8 else None
    if gutter is None:
        return [lines] if lines else []
    left_edge, right_edge = gutter
    flows: list[list[Line]] = []
    left: list[Line] = []
    right: list[Line] = []
    across: list[Line] = []

    def close_band() -> None:
        for side in (left, right):
            flows.extend(columns_of(list(side), width, depth + 1))
            side.clear()

    for line in sorted(lines, key=middle):
        if line.x1 <= right_edge:
            side = left
        elif line.x0 >= left_edge:
            side = right
        else:
            if left or right:
                close_band()
            across.append(line)
            continue
        if across:
            flows.append(across)
            across = []
        side.append(line)
    if across:
        flows.append(across)
    close_band()
    return flows


def _find_gutter(lines: list[Line], columns: int = 4) -> tuple[float, float] | None:
    """The white strip between two columns of running text, as its left and right edge; None when there is none.

    One side of it may hold several columns; no more than `columns` in all are looked for.
    """
    x0 = min(line.x0 for line in lines)
    x1 = max(line.x1 for line in lines)
    middle_from, middle_to = x0 + 0.2 * (x1 - x0), x0 + 0.8 * (x1 - x0)
    starts = [line for line in lines if middle_from < line.x0 < middle_to]
    if len(starts) < 4:
        return None
    height = median(line.height for line in lines)
    # Columns start flush: the commonest left edge in the middle of the page is the right column's.
    counts: dict[int, int] = {}
    for line in starts:
        counts[round(line.x0 / 3)] = counts.get(round(line.x0 / 3), 0) + 1
    edges = sorted(counts, key=lambda edge: counts[edge] + counts.get(edge - 1, 0) + counts.get(edge + 1, 0), reverse=True)
    for edge in edges[:3]:
        right_edge = edge * 3.0 - 4.0
        right = [line for line in lines if line.x0 >= right_edge]
        left = [line for line in lines if line.x1 <= right_edge + 2.0]
        if len(right) < 4 or len(left) < 4 or len(left) + len(right) < 0.6 * len(lines):
            continue
        # The gutter's left edge: where nearly all of the left column's lines have ended.
        left_edge = sorted(line.x1 for line in left)[int(0.98 * (len(left) - 1))]
        if right_edge + 4.0 - left_edge < 0.5 * height or _overlap(left, right) < 0.3:
            continue
        if (_is_prose(left) and _is_prose(right)) or _are_independent(left, right) or _are_several(left, right, columns):
            return right_edge, right_edge + 2.0
    return None


def _are_several(left: list[Line], right: list[Line], columns: int) -> bool:
    """Whether each side is running text in one column or more, and the producer wrote one side after the other."""
    if columns < 3 or not _one_after_the_other(left, right):
        return False
    return all(_is_prose(side) or (len(side) >= 8 and _find_gutter(side, columns - 1) is not None) for side in (left, right))


def _are_independent(left: list[Line], right: list[Line]) -> bool:
    """Whether the producer wrote one side after the other and their lines keep their own baselines, unlike a table's."""
    if min(len(left), len(right)) < 6:
        return False
    if not _one_after_the_other(left, right):
        return False
    bottoms = sorted(line.y1 for line in left)
    level = 0
    for line in right:
        at = bisect_left(bottoms, line.y1 - 0.12 * line.height)
        level += at < len(bottoms) and bottoms[at] <= line.y1 + 0.12 * line.height
    return level < 0.5 * len(right)


def _one_after_the_other(left: list[Line], right: list[Line]) -> bool:
    """Whether the producer wrote nearly all of the right side after nearly all of the left one."""
    last_of_left = sorted(line.start for line in left)[int(0.95 * (len(left) - 1))]
    return sum(1 for line in right if line.start > last_of_left) >= 0.95 * len(right)


def _is_prose(lines: list[Line]) -> bool:
    """Whether lines fill a column as running text does, rather than the cells of a table."""
    width = max(line.x1 for line in lines) - min(line.x0 for line in lines)
    full = sum(1 for line in lines if line.x1 - line.x0 > 0.6 * width and len(line.text) >= 20)
    return full >= 0.5 * len(lines)


def _overlap(left: list[Line], right: list[Line]) -> float:
    """How much of the shorter side's vertical extent the other side shares, 0..1."""
    top = max(min(line.y0 for line in side) for side in (left, right))
    bottom = min(max(line.y1 for line in side) for side in (left, right))
    shortest = min(max(line.y1 for line in side) - min(line.y0 for line in side) for side in (left, right))
    return (bottom - top) / shortest if shortest > 0 else 0.0
