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
from foyerdoc.extraction.lines import Line, is_heading
from foyerdoc.extraction.ranking import is_enough, rank
from foyerdoc.extraction.schemas import Leaf, Rows
from foyerdoc.extraction.vocabulary import concepts, plain

_MATCH, _BY_INITIALS = 0.5, 0.7
_ABBREVIATIONS = frozenset({"ST", "EP", "GP", "VK", "EK", "PE", "ME", "LE", "BE", "EUR", "CHF", "USD", "GBP", "KG"})
"""Headings in capitals that mean something of their own and are no field's initials, beside those that the vocabulary knows."""

_NAMED = 5
"""Places that an issue names."""

_NEXT_TO_NOTHING, _SECOND_LINE = 0.34, 0.5
"""Shares of the values of the fullest row. Where no field is required, a row with no more than the first is none of the list's;
rows below the headings with no more than the second are their second line."""

Object = Mapping[Leaf, Sequence[Place]]
"""The places of an object's fields: one, or several of a field that is a list."""


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one table, or of several under the same words.

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
        block: where they stand; it may hold several, each under headings of its own.
        fields: those whose columns were recognised.
        start: where the row of headings begins.
        objects: the rows.
        left_out: the rows that were no objects.
        second: how many rows were the second lines of those above them.
        beside: whether all its headings stand a second time beside it.
    """

    block: Block
    fields: frozenset[Leaf]
    start: int
    objects: tuple[Object, ...]
    left_out: tuple[Span, ...]
    second: int
    beside: bool

    @property
    def size(self) -> int:
        return sum(map(len, self.objects))

    @property
    def end(self) -> int:
        """Where the last value of the last object ends."""
        return max(place.span.end for places in self.objects[-1].values() for place in places)


def groups_of(ground: Ground, rows: Rows, issues: list[str]) -> list[Group]:
    """The objects of the table that fits best, and of all whose headings name the same fields.

    A row without a value in any required column (a subtotal, a remark) is left out. `issues` tells of these, and of tables that
    may belong to the list and were left out. A list without a list within it is one group. Empty when no table has headings
    for all required fields.
    """
    listed = rows.inner or rows
    fitting = [table for block in ground.document.blocks for table in _tables(ground, block, listed)]
    best = max(fitting, key=lambda table: table.size, default=None)
    if best is None:
        return []
    tables = [table for table in fitting if table.fields == best.fields]
    where = f"{rows.path}[].{listed.path}" if rows.inner else rows.path
    issues += [f"{where}: {said}" for said in _losses(ground, fitting, tables)]
    if rows.inner is None:
        return [Group({}, [item for table in tables for item in table.objects])]
    groups: list[Group] = []
    untitled = 0
    for table in tables:
        above = Span(max((_behind(other, table) for other in fitting if other.start < table.start), default=0), table.start)
        head = _head(ground, rows, above, first=not groups)
        if groups and (not head or _said(head) == _said(groups[-1].head)):
            groups[-1] = Group(groups[-1].head, [*groups[-1].objects, *table.objects])
            untitled += not head
        else:
            groups.append(Group(head, table.objects))
    if untitled:
        issues.append(f"{where}: {untitled} tables without a heading of their own were put to the one before")
    return groups


def _behind(other: _Table, table: _Table) -> int:
    """Where what may speak of a table begins, after one that stands before it."""
    return other.end if other.block == table.block else other.block.span.end


def _losses(ground: Ground, fitting: Sequence[_Table], used: Sequence[_Table]) -> Iterator[str]:
    """What of the tables did not become objects, a sentence each."""
    if left_out := [span for table in used for span in table.left_out]:
        yield f"{len(left_out)} rows of its tables have too few of the fields and were left out{_at(left_out)}"
    if second := sum(table.second for table in used):
        yield f"{second} rows of its tables were read as second lines of those above them"
    if others := [table.block.span for table in fitting if table.fields != used[0].fields and len(table.fields) > 1]:
        yield f"{len(others)} tables that name other fields of it were left out{_at(others)}"
    if beside := sum(table.beside for table in used):
        yield f"{beside} of its tables have the same headings once more beside them, which were left out"
    taken, known = {table.block.span for table in used}, {table.block.span for table in fitting}
    going_on: list[Span] = []
    for before, block in pairwise(block for block in ground.document.blocks if block.kind == "table"):
        if before.span in taken and block.span not in known and len(block.rows[0]) == len(before.rows[0]):
            taken.add(block.span)
            going_on.append(block.span)
    if going_on:
        yield f"{len(going_on)} tables without its headings may go on those before them and were left out{_at(going_on)}"


def _at(spans: Sequence[Span]) -> str:
    """Where stretches stand, the first few of many."""
    named = ", ".join(f"{span.start} to {span.end}" for span in spans[:_NAMED])
    return f" (characters {named}{', ...' if len(spans) > _NAMED else ''})"


def _said(item: Object) -> Mapping[Leaf, object]:
    return {leaf: [value_key(place.value) for place in places] for leaf, places in item.items()}


def _head(ground: Ground, rows: Rows, above: Span, *, first: bool) -> dict[Leaf, list[Place]]:
    """The outer object's fields, out of what stands above a table: by their labels, and its first text by the heading.

    What stands before the heading or the label of the first text is the end of the object before, unless there is none.
    """
    titled = next((leaf for leaf in rows.leaves if leaf.kind in {"text", "name"}), None)
    label = titled and _nearest(ground, titled, above)
    heading = None if label else _heading(ground, above)
    if not first and (begin := ground.lines[label.line] if label else heading):
        start = begin.block.span.start if begin.block else begin.span.start
        above = Span(max(above.start, start), above.end)
    head = {leaf: [place] for leaf in rows.leaves if (place := _nearest(ground, leaf, above))}
    if titled and heading and titled not in head:
        head[titled] = candidates_in(ground, titled, heading.span)
    return head


def _nearest(ground: Ground, leaf: Leaf, within: Span) -> Place | None:
    """Of the places of a field that its label names best, the last."""
    ranked = rank(ground, leaf, [place for place in candidates(ground, leaf) if within.contains(place.span)])
    if not ranked or not is_enough(leaf, ranked[0]):
        return None
    alike = [each for each in ranked if each.support >= ranked[0].support and is_enough(leaf, each)]
    return max(alike, key=lambda each: (each.place.line, each.score)).place


def _heading(ground: Ground, above: Span) -> Line | None:
    """The nearest heading that the reader marked, else the line right above the table if it reads like one."""
    lines = ground.lines[ground.line_at(above.start) : ground.line_at(above.end) + 1]
    over = [line for line in lines if above.contains(line.span) and (line.block is None or line.block.kind != "table")]
    marked = [line for line in over if line.block is not None and line.block.kind == "heading"]
    return marked[-1] if marked else over[-1] if over and is_heading(over[-1]) else None


def _tables(ground: Ground, block: Block, rows: Rows) -> Iterator[_Table]:
    """A block's rows as objects, under each of its rows of headings; nothing when these do not name all required fields."""
    if block.kind != "table" or len(block.rows) < 2:
        return
    named = [_columns(ground, block.rows[i:], rows) for i in range(min(HEADS, len(block.rows) - 1))]
    first = max(range(len(named)), key=lambda i: len(named[i]))
    columns = named[first]
    required = {leaf for leaf in rows.leaves if leaf.required}
    if not columns or not required <= columns.keys():
        return
    words = [_words(ground, row, columns) for row in block.rows]
    heads = [i for i, said in enumerate(words) if said == words[first]]
    said_over = Counter(plain(ground.document.text[cell.start : cell.end]) for cell in block.rows[first])
    beside = len(columns) > 1 and all(said_over[word] > 1 for word in words[first])
    for at, end in pairwise([*heads, len(words)]):
        records, second = _records(ground, block.rows[at + 1 : end], columns)
        full = [required <= record.item.keys() for record in records] if required else _full(records, columns)
        objects = tuple(record.item for record, kept in zip(records, full, strict=True) if kept)
        left_out = tuple(record.span for record, kept in zip(records, full, strict=True) if not kept)
        if objects:
            yield _Table(block, frozenset(columns), block.rows[at][0].start, objects, left_out, second, beside)


def _words(ground: Ground, row: Sequence[Span], columns: Mapping[Leaf, int]) -> tuple[str, ...]:
    """What a row says in some columns, without case and accents."""
    cells = [row[i] for i in sorted(columns.values()) if i < len(row)]
    return tuple(plain(ground.document.text[cell.start : cell.end]) for cell in cells)


@dataclass(frozen=True, slots=True)
class _Record:
    """A row with its second lines: where it stands, and what it says."""

    span: Span
    item: dict[Leaf, list[Place]]


def _full(records: Sequence[_Record], columns: Mapping[Leaf, int]) -> list[bool]:
    """For each row whether it says enough to be an object, where no field has to be there."""
    fullest = max((len(record.item) for record in records), default=0)
    key = min(columns, key=lambda leaf: columns[leaf])
    begun = (i for i, record in enumerate(records) if key in record.item or len(record.item) > _SECOND_LINE * fullest)
    first = next(begun, 0)
    return [i >= first and len(record.item) > _NEXT_TO_NOTHING * fullest for i, record in enumerate(records)]


def _records(ground: Ground, rows: Sequence[Sequence[Span]], columns: Mapping[Leaf, int]) -> tuple[list[_Record], int]:
    """What the rows say, and how many are second lines.

    Where records take several lines, most of them do, and what stands on the second has columns of its own: none that a row
    which fills the first of the fields' columns fills too.
    """
    text = ground.document.text
    filled = [{i for i, cell in enumerate(row) if text[cell.start : cell.end].strip()} for row in rows]
    key = min((i for i in columns.values() if any(i in cells for cells in filled)), default=-1)
    of_first = {i for cells in filled if key in cells for i in cells}
    second = [bool(cells) and cells.isdisjoint(of_first) for cells in filled]
    several = 2 * sum(second) >= sum(key in cells for cells in filled) > 0
    records: list[_Record] = []
    n_second = 0
    for row, cells, below in zip(rows, filled, second, strict=True):
        if not cells:
            continue
        found = {leaf: places for leaf, i in columns.items() if i in cells and (places := _values(ground, leaf, row[i]))}
        if several and below and records:
            records[-1] = _Record(records[-1].span, records[-1].item | found)
            n_second += 1
        else:
            records.append(_Record(Span(row[0].start, row[-1].end), found))
    return records, n_second


def _values(ground: Ground, leaf: Leaf, cell: Span) -> list[Place]:
    """A cell's value, or the values of a field that is a list."""
    places = candidates_in(ground, leaf, cell)
    if not leaf.many:
        return places[:1]
    apart = sorted(places, key=lambda place: (place.span.start, -place.span.end))
    return [
        place for before, place in pairwise([None, *apart]) if place and (before is None or place.span.start >= before.span.end)
    ]


def _columns(ground: Ground, table: Sequence[Sequence[Span]], rows: Rows) -> dict[Leaf, int]:
    """Which column holds which field by a table's first row: the best matches first, a column for one field only."""
    shared = Counter(leaf.name for leaf in rows.leaves)
    pairs = []
    for i, cell in enumerate(table[0]):
        heading = ground.document.text[cell.start : cell.end]
        for leaf in rows.leaves:
            fit = _fit(leaf, heading, alone=shared[leaf.name] == 1)
            if fit != _BY_INITIALS or _holds(ground, leaf, [row[i] for row in table[1:] if i < len(row) and len(row[i])]):
                pairs.append((fit, -i, leaf))
    columns: dict[Leaf, int] = {}
    for fit, at, leaf in sorted(pairs, key=lambda p: p[:2], reverse=True):
        if fit >= _MATCH and leaf not in columns and -at not in columns.values():
            columns[leaf] = -at
    return columns


def _holds(ground: Ground, leaf: Leaf, cells: Sequence[Span]) -> bool:
    """Whether most cells have a value of a field's kind."""
    return 2 * sum(bool(_values(ground, leaf, cell)) for cell in cells) > len(cells)


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
    shown = concepts(heading)
    letters = "".join(filter(str.isalpha, heading))
    short = not shown and len(letters) > 1 and letters.isupper() and letters not in _ABBREVIATIONS
    if short and any(plain(letters) == _initials(title) for title in titles):
        return _BY_INITIALS
    if leaf.kind == "name" and shown == {"name"}:
        return 0.6
    return max((_shared(concepts(title), concepts(leaf.description), shown) for title in titles), default=0.0)


def _shared(wanted: frozenset[str], described: frozenset[str], shown: frozenset[str]) -> float:
    if not (wanted | shown):
        return 0.0
    return 0.8 * max(len(wanted & shown) / len(wanted | shown), 0.7 * bool(described & shown))


def _initials(title: str) -> str:
    return "".join(word[0] for word in plain(title).split())
