"""Tables in web pages: which of them hold data, and the cells of those that do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from foyerdoc.reading.markup import elements, local

if TYPE_CHECKING:
    from lxml.etree import _Element

_GROUPS = {"thead", "tbody", "tfoot"}
_CELLS = {"td", "th"}
_DROPPED = {"script", "style", "template"}
_ARRANGED = {"p", "div", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"}
# Text inside these runs on; all other elements set their text apart by a space.
_RUNNING = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "label", "mark", "q", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u",
    "var", "wbr", "o:p",
}  # fmt: skip
_SPARSE = 20


def is_layout(table: _Element) -> bool:
    """Whether a table arranges a page rather than holding data.

    It does when it says so, or when it has no header cells and nests tables, has a single column, or holds whole passages
    in a cell.
    """
    if table.get("role", "").lower() in {"presentation", "none"}:
        return True
    rows = _rows(table)
    cells = [cell for row in rows for cell in _row_cells(row)]
    if any(local(cell).lower() == "th" for cell in cells):
        return False
    if any(local(element).lower() == "table" for cell in cells for element in cell.iterdescendants()):
        return True
    if max((len(_row_cells(row)) for row in rows), default=0) <= 1:
        return True
    return any(sum(local(e).lower() in _ARRANGED for e in cell.iterdescendants()) >= 5 for cell in cells)


def cell_rows(table: _Element, is_hidden: Callable[[_Element], bool]) -> tuple[str, list[list[str]], list[str]]:
    """The caption, the rows of cell texts, and what is hidden.

    The text of a cell that spans columns or rows stands in its first place; the places that it covers are empty.
    """
    hidden: list[str] = []
    caption = " ".join(_text(e, is_hidden, hidden) for e in elements(table) if local(e).lower() == "caption")
    rows: list[list[str]] = []
    covered: dict[int, int] = {}  # column -> how many more rows it is covered
    places = filled = 0
    for row in _rows(table):
        if is_hidden(row):
            hidden.append(_text(row, lambda _: False, hidden))
            continue
        texts: list[str] = []
        for cell in _row_cells(row):
            _skip_covered(texts, covered)
            text = _text(cell, is_hidden, hidden)
            columns, down = _span(cell, "colspan"), _span(cell, "rowspan")
            filled, places = filled + 1, places + columns
            if places > _SPARSE * filled + 1000 or columns * down > 100_000:
                columns, down = 1, 1  # no honest table is mostly spans
            if down > 1:
                covered |= dict.fromkeys(range(len(texts), len(texts) + columns), down)
            texts += [text] + [""] * (columns - 1)
        _skip_covered(texts, covered)
        covered = {column: left - 1 for column, left in covered.items() if left > 1}
        rows.append(texts)
    return caption, rows, [text for text in hidden if text]


def _skip_covered(texts: list[str], covered: dict[int, int]) -> None:
    while covered.get(len(texts), 0) > 0 and len(texts) < 1000:
        # A cell of an earlier row reaches down to here; cells of this row in `covered` lie further left.
        texts.append("")


def _rows(table: _Element) -> list[_Element]:
    rows = []
    for child in elements(table):
        name = local(child).lower()
        if name == "tr":
            rows.append(child)
        elif name in _GROUPS:
            rows += [row for row in elements(child) if local(row).lower() == "tr"]
    return rows


def _row_cells(row: _Element) -> list[_Element]:
    return [cell for cell in elements(row) if local(cell).lower() in _CELLS]


def _text(cell: _Element, is_hidden: Callable[[_Element], bool], hidden: list[str]) -> str:
    pieces: list[str] = []
    pending: list[tuple[_Element, bool]] = [(cell, False)]
    while pending:
        element, closing = pending.pop()
        tag = local(element).lower()
        if closing:
            pieces.append((" " if tag not in _RUNNING else "") + (element.tail or ""))
            continue
        if element is not cell:
            pending.append((element, True))
            if tag not in _RUNNING:
                pieces.append(" ")
        if not tag or tag in _DROPPED:
            continue
        if element is not cell and is_hidden(element):
            hidden.append(_text(element, lambda _: False, hidden))
            continue
        if tag == "img":
            pieces.append(element.get("alt", ""))
        pieces.append(element.text or "")
        pending += [(child, False) for child in reversed(element)]
    return re.sub(r"[ \t\n\r\f]+", " ", "".join(pieces)).strip()


def _span(cell: _Element, name: str) -> int:
    value = (cell.get(name) or "").strip()
    return max(1, min(int(value), 1000)) if value.isdecimal() and len(value) < 7 else 1
