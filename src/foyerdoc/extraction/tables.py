"""Lists of objects out of tables: the columns by their headings, an object a row."""

from __future__ import annotations

from collections.abc import Iterator

from foyerdoc.documents import Block, Span
from foyerdoc.extraction.grounding import Ground, Place, candidates_in
from foyerdoc.extraction.schemas import Leaf, Rows
from foyerdoc.extraction.vocabulary import concepts, plain

_MATCH = 0.5


def rows_of(ground: Ground, rows: Rows) -> list[dict[Leaf, Place]]:
    """The objects of the table that fits best: for each row the places of the fields whose column was recognised.

    A row without a value in any required column (a subtotal, a remark) is left out. Empty when no table has
    headings for all required fields.
    """
    best: list[dict[Leaf, Place]] = []
    for block in ground.document.blocks:
        if block.kind == "table" and len(block.rows) > 1:
            found = list(_objects(ground, block, rows))
            if sum(map(len, found)) > sum(map(len, best)):
                best = found
    return best


def _objects(ground: Ground, block: Block, rows: Rows) -> Iterator[dict[Leaf, Place]]:
    columns = _columns(ground, block.rows[0], rows)
    if not columns or any(leaf.required and leaf not in columns for leaf in rows.leaves):
        return
    for row in block.rows[1:]:
        found: dict[Leaf, Place] = {}
        for leaf, column in columns.items():
            if column < len(row) and len(row[column]):
                places = candidates_in(ground, leaf, row[column])
                if places:
                    found[leaf] = places[0]
        if found and all(leaf in found for leaf in rows.leaves if leaf.required):
            yield found


def _columns(ground: Ground, header: tuple[Span, ...], rows: Rows) -> dict[Leaf, int]:
    """Which column holds which field: the best matches first, a column for one field only."""
    pairs = []
    for i, cell in enumerate(header):
        heading = ground.document.text[cell.start : cell.end]
        pairs += [(_fit(leaf, heading), -i, leaf) for leaf in rows.leaves]
    columns: dict[Leaf, int] = {}
    for fit, at, leaf in sorted(pairs, key=lambda p: p[:2], reverse=True):
        if fit >= _MATCH and leaf not in columns and -at not in columns.values():
            columns[leaf] = -at
    return columns


def _fit(leaf: Leaf, heading: str) -> float:
    """How well a heading names a field, in 0..1: an alias or the name itself, else the concepts they share."""
    text = plain(heading).strip()
    names = {plain(leaf.title), *(plain(alias) for alias in leaf.aliases)}
    if text and text in names:
        return 1.0
    if any(name in text for name in names if len(name) > 3):
        return 0.9
    wanted, shown = concepts(leaf.title), concepts(heading)
    if not (wanted | shown):
        return 0.0
    return 0.8 * max(len(wanted & shown) / len(wanted | shown), 0.7 * bool(concepts(leaf.description) & shown))
