"""Lists of objects out of tables: the columns by their headings, an object a row.

A list within each object of a list is told by several tables: their rows are the inner list, and what stands above each
of them is the outer object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from foyerdoc.documents import Block, Span
from foyerdoc.extraction.grounding import HEADS, Ground, Place, candidates, candidates_in, value_key
from foyerdoc.extraction.lines import is_heading
from foyerdoc.extraction.ranking import is_enough, rank
from foyerdoc.extraction.schemas import Leaf, Rows
from foyerdoc.extraction.vocabulary import concepts, plain

_MATCH = 0.5
_NEXT_TO_NOTHING, _SECOND_LINE = 0.34, 0.5
"""Shares of the values of the fullest row. Where no field is required, a row with no more than the first is none of the list's;
rows below the headings with no more than the second are their second line."""

Object = Mapping[Leaf, Sequence[Place]]
"""The places of an object's fields: one, or several of a field that is a list."""


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one table, or of one that goes on under the same words.

    Attributes:
        head: for a list within a list, the fields of the outer object; else empty.
        objects: the rows.
    """

    head: Object
    objects: Sequence[Object]


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows below headings that name a list's fields.

    Attributes:
        headings: the words over the columns that were recognised.
        start: where the row of headings begins.
        left_out: how many rows were no objects.
    """

    headings: tuple[str, ...]
    start: int
    objects: tuple[Object, ...]
    left_out: int

    @property
    def end(self) -> int:
        """Where the last value of the last object ends."""
        return max(place.span.end for places in self.objects[-1].values() for place in places)

    @property
    def size(self) -> int:
        return sum(map(len, self.objects))


def groups_of(ground: Ground, rows: Rows, issues: list[str]) -> list[Group]:
    """The objects of the table that fits best, and of all that have the same headings.

    A row without a value in any required column (a subtotal, a remark) is left out; `issues` counts them. A list without
    a list within it is one group. Empty when no table has headings for all required fields.
    """
    listed = rows.inner or rows
    fitting = [table for block in ground.document.blocks for table in _tables(ground, block, listed)]
    best = max(fitting, key=lambda table: table.size, default=None)
    tables = [table for table in fitting if best is not None and table.headings == best.headings]
    if left_out := sum(table.left_out for table in tables):
        issues.append(f"{listed.path}: {left_out} rows of its tables have too few of the fields and were left out")
    if rows.inner is None:
        return [Group({}, [item for table in tables for item in table.objects])] if tables else []
    groups: list[Group] = []
    starts = [0, *(table.end for table in tables)]
    for start, table in zip(starts, tables, strict=False):
        head = _head(ground, rows, Span(start, table.start))
        if groups and (not head or _said(head) == _said(groups[-1].head)):
            groups[-1] = Group(groups[-1].head, [*groups[-1].objects, *table.objects])
        else:
            groups.append(Group(head, table.objects))
    return groups


def _said(item: Object) -> Mapping[Leaf, object]:
    return {leaf: [value_key(place.value) for place in places] for leaf, places in item.items()}


def _head(ground: Ground, rows: Rows, above: Span) -> dict[Leaf, list[Place]]:
    """The outer object's fields, out of what stands above a table: by their labels, and its first text by the heading."""
    head: dict[Leaf, list[Place]] = {}
    for leaf in rows.leaves:
        within = [place for place in candidates(ground, leaf) if above.contains(place.span)]
        ranked = rank(ground, leaf, within)
        if ranked and is_enough(leaf, ranked[0]):
            head[leaf] = [ranked[0].place]
    titled = next((leaf for leaf in rows.leaves if leaf.kind in {"text", "name"}), None)
    if titled is not None and titled not in head:
        last = ground.line_at(above.end - 1) if above.end else 0
        for line in reversed(ground.lines[ground.line_at(above.start) : last + 1]):
            if above.contains(line.span) and is_heading(line) and (line.block is None or line.block.kind != "table"):
                head[titled] = candidates_in(ground, titled, line.span)
                break
    return head


def _tables(ground: Ground, block: Block, rows: Rows) -> Iterator[_Table]:
    """A block's rows as objects, under each of its rows of headings; nothing when these do not name all required fields."""
    if block.kind != "table" or len(block.rows) < 2:
        return
    named = [_columns(ground, row, rows) for row in block.rows[: min(HEADS, len(block.rows) - 1)]]
    first = max(range(len(named)), key=lambda i: len(named[i]))
    columns = named[first]
    if not columns or any(leaf.required and leaf not in columns for leaf in rows.leaves):
        return
    words = [_words(ground, row, columns) for row in block.rows]
    heads = [i for i, said in enumerate(words) if said == words[first]]
    for at, end in pairwise([*heads, len(words)]):
        records = list(_records(ground, block.rows[at + 1 : end], columns))
        required = {leaf for leaf in rows.leaves if leaf.required}
        objects = [item for item in records if required <= item.keys()] if required else _full(records)
        if objects:
            yield _Table(words[at], block.rows[at][0].start, tuple(objects), len(records) - len(objects))


def _words(ground: Ground, row: Sequence[Span], columns: Mapping[Leaf, int]) -> tuple[str, ...]:
    """What a row says in some columns, without case and accents."""
    cells = [row[i] for i in sorted(columns.values()) if i < len(row)]
    return tuple(plain(ground.document.text[cell.start : cell.end]) for cell in cells)


def _full(records: Sequence[dict[Leaf, list[Place]]]) -> list[dict[Leaf, list[Place]]]:
    """The rows that say enough to be objects, where no field has to be there."""
    fullest = max(map(len, records), default=0)
    first = next((i for i, item in enumerate(records) if len(item) > _SECOND_LINE * fullest), 0)
    return [item for item in records[first:] if len(item) > _NEXT_TO_NOTHING * fullest]


def _records(ground: Ground, rows: Sequence[Sequence[Span]], columns: Mapping[Leaf, int]) -> Iterator[dict[Leaf, list[Place]]]:
    """What the rows say. A row that fills only columns which the one above leaves empty, and fewer, is its second line."""
    record: dict[Leaf, list[Place]] = {}
    for row in rows:
        found = {}
        for leaf, column in columns.items():
            if column < len(row) and len(row[column]) and (places := _values(ground, leaf, row[column])):
                found[leaf] = places
        if record and found.keys().isdisjoint(record) and len(found) < len(record):
            record |= found
            continue
        if record:
            yield record
        record = found
    if record:
        yield record


def _values(ground: Ground, leaf: Leaf, cell: Span) -> list[Place]:
    """A cell's value, or the values of a field that is a list."""
    places = candidates_in(ground, leaf, cell)
    if not leaf.many:
        return places[:1]
    apart = sorted(places, key=lambda place: (place.span.start, -place.span.end))
    return [
        place for before, place in pairwise([None, *apart]) if place and (before is None or place.span.start >= before.span.end)
    ]


def _columns(ground: Ground, header: Sequence[Span], rows: Rows) -> dict[Leaf, int]:
    """Which column holds which field: the best matches first, a column for one field only."""
    shared = Counter(leaf.name for leaf in rows.leaves)
    pairs = []
    for i, cell in enumerate(header):
        heading = ground.document.text[cell.start : cell.end]
        pairs += [(_fit(leaf, heading, alone=shared[leaf.name] == 1), -i, leaf) for leaf in rows.leaves]
    columns: dict[Leaf, int] = {}
    for fit, at, leaf in sorted(pairs, key=lambda p: p[:2], reverse=True):
        if fit >= _MATCH and leaf not in columns and -at not in columns.values():
            columns[leaf] = -at
    return columns


def _fit(leaf: Leaf, heading: str, *, alone: bool) -> float:
    """How well a heading names a field, in 0..1: an alias or the name itself, its initials, else the concepts they share.

    Args:
        leaf, heading: the two.
        alone: whether no other field of the list has the same last part: then that part stands for the whole.
    """
    text = plain(heading).strip()
    titles = [leaf.title, leaf.name] if alone else [leaf.title]
    names = {*map(plain, titles), *(plain(alias) for alias in leaf.aliases)}
    if text and text in names:
        return 1.0
    if any(name in text for name in names if len(name) > 3):
        return 0.9
    letters = "".join(filter(str.isalpha, heading))
    if len(letters) > 1 and letters.isupper() and any(plain(letters) == _initials(title) for title in titles):
        return 0.7
    shown = concepts(heading)
    if leaf.kind == "name" and shown == {"name"}:
        return 0.6
    return max((_shared(concepts(title), concepts(leaf.description), shown) for title in titles), default=0.0)


def _shared(wanted: frozenset[str], described: frozenset[str], shown: frozenset[str]) -> float:
    if not (wanted | shown):
        return 0.0
    return 0.8 * max(len(wanted & shown) / len(wanted | shown), 0.7 * bool(described & shown))


def _initials(title: str) -> str:
    return "".join(word[0] for word in plain(title).split())
