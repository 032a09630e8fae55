"""From lines on a page to paragraphs and tables in reading order. Pure geometry: no file format is known here.

All coordinates are points, origin at the page's top left, y downwards. The order of the incoming lines is the
producer's; it is used where geometry leaves a choice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from foyerdoc.reading.columns import columns_of
from foyerdoc.reading.pieces import Item, Line, Paragraph, Row, Table, middle

# A gutter between columns, or a gap between cells, is at least this many line heights wide.
_GAP = 0.9
_BULLET = re.compile(r"(?:[•▪◦‣●○■□–—*·➢✓-]|[(]?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])\s")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_NO_HEADING = re.compile(r"\d|^[\W_]*$")
_SENTENCE_END = (".", "!", "?", ":", ";", "»", "”")


def arrange(lines: Sequence[Line], width: float) -> list[Item]:
    """Put a page's lines into reading order and group them.

    Args:
        lines: the visible lines in the producer's order.
        width: the page's width in points.

    Returns:
        Paragraphs and tables from first to last; every line is in exactly one of them.
    """
    items: list[Item] = []
    for flow in columns_of(list(lines), width):
        items += _group(flow)
    return items


def _group(lines: list[Line]) -> list[Item]:
    rows = _rows(lines)
    items: list[Item] = []
    running: list[Row] = []
    at = 0
    while at < len(rows):
        end = _table_end(rows, at)
        if end == at:
            running.append(rows[at])
            at += 1
            continue
        items += _paragraphs(running)
        running = []
        items += _table_or_blocks(rows[at:end])
        at = end
    return items + _paragraphs(running)


def _rows(lines: list[Line]) -> list[Row]:
    """Lines that stand side by side, from top to bottom and left to right."""
    rows: list[Row] = []
    for line in sorted(lines, key=middle):
        # Rows may interleave where two blocks stand side by side: look a little further up than the last row.
        for row in rows[:-4:-1]:
            if _beside(row, line):
                row.append(line)
                break
        else:
            rows.append([line])
    for row in rows:
        if len(row) > 1:
            row.sort(key=_left, reverse=_RIGHT_TO_LEFT.search(row[0].text) is not None)
    return rows


def _beside(row: Row, line: Line) -> bool:
    first = row[0]
    shared = min(first.y1, line.y1) - max(first.y0, line.y0)
    if shared < 0.55 * min(first.height, line.height):
        return False
    return all(line.x0 >= other.x1 - 1.0 or line.x1 <= other.x0 + 1.0 for other in row)


def _table_end(rows: list[Row], at: int) -> int:
    """The row after the table that starts at a row; the row itself when none does."""
    if len(rows[at]) < 2:
        return at
    end, last = at + 1, at
    while end < len(rows):
        height = rows[end][0].height
        if min(line.y0 for line in rows[end]) - max(line.y1 for line in rows[end - 1]) > 3.5 * height:
            break
        if len(rows[end]) > 1:
            last = end
        elif end - last > 2 or _fills(rows[end][0], rows[at : last + 1]):
            break
        end += 1
    end = last + 1
    # A continuation line of the last row's cell stands close below it and is indented under a later column.
    while end < len(rows) and len(rows[end]) == 1 and _continues(rows[end][0], rows[end - 1]):
        end += 1
    multiple = sum(1 for row in rows[at:end] if len(row) > 1)
    return end if multiple >= 2 and _aligned(rows[at:end]) else at


def _fills(line: Line, rows: list[Row]) -> bool:
    """Whether a lone line runs across several of the table's columns, as a paragraph does."""
    left = min(row[0].x0 for row in rows)
    right = max(row[-1].x1 for row in rows)
    return line.x1 - line.x0 > 0.6 * (right - left) and line.x0 < left + 0.25 * (right - left)


def _continues(line: Line, above: Row) -> bool:
    close = line.y0 - max(other.y1 for other in above) < 0.4 * line.height
    return close and len(above) > 1 and line.x0 > above[0].x1


def _aligned(rows: list[Row]) -> bool:
    """Whether cells of different rows share an edge or a centre beyond the first column.

    A record may take two or three lines; then each aligns with its like in the record above.
    """
    multiple = [row for row in rows if len(row) > 1]
    for n_lines in (1, 2, 3):
        pairs = list(zip(multiple, multiple[n_lines:], strict=False))
        if n_lines > 1 and len(pairs) <= n_lines:
            break
        if sum(_share_an_edge(above, below) for above, below in pairs) >= (0.5 if n_lines == 1 else 0.7) * len(pairs):
            return True
    return False


def _share_an_edge(above: Row, below: Row) -> bool:
    return any(
        abs(a.x0 - b.x0) < 3.0 or abs(a.x1 - b.x1) < 3.0 or abs(a.x0 + a.x1 - b.x0 - b.x1) < 6.0
        for a in above[1:]
        for b in below[1:]
    )


def _table_or_blocks(rows: list[Row]) -> list[Item]:
    columns = _column_edges(rows)
    if len(columns) == 2 and _are_blocks(rows, columns):
        sides: list[list[Line]] = [[], []]
        for row in rows:
            for line in row:
                sides[_column_of(line, columns)].append(line)
        return [item for side in sides for item in _paragraphs(_rows(side))]
    columns = _parted(columns, rows)
    if len(columns) == 1:
        return _paragraphs(rows)
    if sum(_RIGHT_TO_LEFT.search(line.text) is not None for row in rows for line in row) > 0.5 * sum(map(len, rows)):
        columns.reverse()  # such a table is read from its right column on
    cells: list[list[list[Line]]] = []
    for row in rows:
        slots: list[list[Line]] = [[] for _ in columns]
        for line in row:
            slots[_column_of(line, columns)].append(line)
        cells.append(slots)
    return [Table(cells)]


def _column_edges(rows: list[Row]) -> list[tuple[float, float]]:
    """The table's columns as ascending x intervals: the gaps that no cell of a multiple row crosses."""
    spans = sorted((line.x0, line.x1) for row in rows if len(row) > 1 for line in row)
    # A cell that spans columns (a caption, a total's label) must not weld them together: the widest tenth is left out
    # when that gives more columns.
    best = _merge(spans)
    narrow = sorted(spans, key=lambda span: span[1] - span[0])[: max(2, int(0.9 * len(spans)))]
    fewer = _merge(sorted(narrow))
    return fewer if len(fewer) > len(best) else best


def _parted(columns: list[tuple[float, float]], rows: list[Row]) -> list[tuple[float, float]]:
    """The columns, one that has several headings parted between them: long words under one heading reach below the next."""
    at = max(range(min(4, len(rows))), key=lambda i: len(rows[i]))
    headings = sorted(rows[at], key=_left)
    if len(headings) < 3 or any(_NO_HEADING.search(line.text) for line in headings):
        return columns
    # Words of running text have gaps too, but narrow ones.
    if any(after.x0 - before.x1 < _GAP * before.height for before, after in pairwise(headings)):
        return columns
    over = [[i for i, column in enumerate(columns) if line.x1 > column[0] and line.x0 < column[1]] for line in headings]
    below = [line for row in rows[at + 1 :] for line in row]
    parted: list[tuple[float, float]] = []
    for i, column in enumerate(columns):
        own = [line for line, touched in zip(headings, over, strict=True) if touched == [i]]
        starts, ends = [column[0], *(line.x0 for line in own[1:])], [*(line.x1 for line in own[:-1]), column[1]]
        parts = list(zip(starts, ends, strict=True))
        held = {_column_of(line, parts) for line in below if line.x1 > column[0] and line.x0 < column[1]}
        parted += parts if held > {0} else [column]
    return parted


def _merge(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for x0, x1 in spans:
        if merged and x0 < merged[-1][1] - 0.5:
            merged[-1] = (merged[-1][0], max(merged[-1][1], x1))
        else:
            merged.append((x0, x1))
    return merged


def _column_of(line: Line, columns: list[tuple[float, float]]) -> int:
    def shared(column: tuple[float, float]) -> float:
        return min(line.x1, column[1]) - max(line.x0, column[0])

    # A cell across several columns belongs to the first of them, so that reading order within the row holds.
    touched = [i for i, column in enumerate(columns) if shared(column) > 0.5]
    return touched[0] if touched else max(range(len(columns)), key=lambda i: shared(columns[i]))


def _are_blocks(rows: list[Row], columns: list[tuple[float, float]]) -> bool:
    """Whether two columns are separate blocks (an address beside a letterhead) rather than a table.

    Blocks were written one after the other, and their lines do not share baselines; a table's do.
    """
    pairs = [row for row in rows if len(row) > 1]
    level = sum(1 for row in pairs if abs(row[0].y1 - row[-1].y1) < 0.12 * row[0].height)
    if level >= 0.6 * len(pairs):
        left = [line.start for row in pairs for line in row if _column_of(line, columns) == 0]
        right = [line.start for row in pairs for line in row if _column_of(line, columns) == 1]
        one_after_the_other = max(left, default=0) < min(right, default=0) or max(right, default=0) < min(left, default=0)
        figures = sum(1 for row in pairs if any(c.isdigit() for c in row[-1].text) and len(row[-1].text) < 25)
        labels = sum(1 for row in pairs if row[0].text.endswith(":"))
        return one_after_the_other and figures < 0.5 * len(pairs) and labels < 0.3 * len(pairs)
    return True


def _paragraphs(rows: list[Row]) -> list[Item]:
    if not rows:
        return []
    pitches = [below[0].y0 - above[0].y0 for above, below in pairwise(rows)]
    # Lines within paragraphs are the closest ones; on a page of short paragraphs they are not the commonest.
    downwards = sorted(p for p in pitches if p > 0)
    usual = downwards[len(downwards) // 4] if downwards else 0.0
    left = min(row[0].x0 for row in rows)
    right = max(row[-1].x1 for row in rows)
    items: list[Item] = []
    current = [rows[0]]
    for above, below, pitch in zip(rows, rows[1:], pitches, strict=False):
        if _breaks(above, below, pitch, usual, left, right):
            items.append(Paragraph(current))
            current = []
        current.append(below)
    items.append(Paragraph(current))
    return items


def _breaks(above: Row, below: Row, pitch: float, usual: float, left: float, right: float) -> bool:
    """Whether a new paragraph starts between two rows."""
    a, b = above[0], below[0]
    height = max(a.height, b.height)
    if pitch > 1.25 * min(usual, 1.75 * height) + 0.1 * height and pitch > 1.3 * height:
        return True
    if max(a.height, b.height) > 1.15 * min(a.height, b.height) and len(b.text) > 3:
        return True
    if _BULLET.match(b.text):
        return True
    short = above[-1].x1 < right - 0.2 * (right - left)
    indented = b.x0 > left + 0.8 * height and a.x0 < left + 0.3 * height
    return (short or indented) and above[-1].text.endswith(_SENTENCE_END) and (indented or b.x0 <= a.x0 + 1.0)


def _left(line: Line) -> float:
    return line.x0
