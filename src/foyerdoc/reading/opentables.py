"""Tables of OpenDocument files: rows and cells repeat by counts, and merged cells leave covered ones behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from foyerdoc.reading.markup import elements, local, whole

if TYPE_CHECKING:
    from lxml.etree import _Element

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_GROUPS = {"table-header-rows", "table-rows", "table-row-group"}
_HIDDEN = {"collapse", "filter"}
# Empty rows and cells repeat to the sheet's far end; filled ones repeat this often at most.
_MOST_REPEATS = 1000


def table_rows(
    table: _Element, cell_text: Callable[[_Element], str], concealed: list[str], visibility: Mapping[str, str]
) -> Iterator[list[str]]:
    """The rows of cell texts, trailing empty cells left out; rows and columns that are hidden go to `concealed`."""
    columns = _hidden_columns(table)
    for row in _rows(table):
        texts = _cells(row, cell_text)
        if not any(texts):
            continue
        hidden = row.get(f"{TABLE}visibility") in _HIDDEN or visibility.get(row.get(f"{TABLE}style-name", "")) == "hidden"
        if hidden:
            concealed.append("\t".join(texts))
            continue
        if columns:
            concealed += [text for i, text in enumerate(texts) if text and any(a <= i < b for a, b in columns)]
            texts = [text for i, text in enumerate(texts) if not any(a <= i < b for a, b in columns)]
        for _ in range(_repeats(row, "rows")):
            yield texts


def _rows(parent: _Element) -> Iterator[_Element]:
    pending = list(reversed(parent))
    while pending:
        child = pending.pop()
        if local(child) == "table-row":
            yield child
        elif local(child) in _GROUPS:
            pending += reversed(child)


def _cells(row: _Element, cell_text: Callable[[_Element], str]) -> list[str]:
    texts: list[str] = []
    empty = 0
    for cell in elements(row):
        if local(cell) not in {"table-cell", "covered-table-cell"}:
            continue
        text = " ".join(cell_text(cell).split()) if local(cell) == "table-cell" else ""
        repeats = _repeats(cell, "columns")
        if not text:
            empty += repeats
            continue
        # Cells between filled ones keep their places; a gap of thousands is cut.
        texts += [""] * min(empty, _MOST_REPEATS) + [text] * repeats
        empty = 0
    return texts


def _hidden_columns(table: _Element) -> list[tuple[int, int]]:
    hidden, at = [], 0
    for column in table.iter(f"{TABLE}table-column"):
        end = at + whole(column.get(f"{TABLE}number-columns-repeated"), 1)
        if column.get(f"{TABLE}visibility") in _HIDDEN:
            hidden.append((at, end))
        at = end
    return hidden


def _repeats(element: _Element, what: str) -> int:
    return min(whole(element.get(f"{TABLE}number-{what}-repeated"), 1), _MOST_REPEATS)
