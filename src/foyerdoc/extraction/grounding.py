"""Where a field's value may stand: a document as lines, and on each line the stretches that could be the value.

A value is chosen among these stretches and nowhere else, so it is verbatim by construction. Each comes with its
surroundings (the words before it, the heading above it, its column), by which one is told from another.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from foyerdoc.documents import Block, Document, Span, merge_spans
from foyerdoc.extraction import values
from foyerdoc.extraction.lines import Line, is_heading, lines_of, sections_of, words_of
from foyerdoc.extraction.schemas import Kind, Leaf
from foyerdoc.extraction.values import Conventions, Stretch
from foyerdoc.extraction.vocabulary import concepts

_YES = frozenset({"yes", "oui", "ja", "jo", "☒", "☑", "✓", "✔", "x"})
_SYMBOLS = {"EUR": r"€|euros?", "CHF": r"s?fr\.", "GBP": r"£", "USD": r"\$"}
_ON_LINES: tuple[values.Kind, ...] = ("date", "money", "number", "percent", "iban", "email", "vat", "national_id", "company_id")
_SEPARATED = re.compile(r"(?:(?! [-–●•|/] )[^\t●|•])+")
_LABELLED = re.compile(r"(?P<label>[^\W\d_](?:[^:=\t]{0,59}?[^:=\s])?)\s*+[:=](?:\s++|(?<=\s[:=]))(?=\S)")
_HEADING = re.compile(r"[^\W\d_]|^\W*\d{4}\W*$")  # words, or a year: another figure names no column
_CAPITAL = r"(?<![\w'’/-])(?=[^\W\d_])(?![a-zß-öø-ÿ])[\w'’.&-]+"
_NAME = re.compile(
    rf"{_CAPITAL}(?:[ \u00a0](?:(?:de|du|des|la|le|von|van|der|den|zu|und|et|and|of|&)[ \u00a0]){{0,2}}{_CAPITAL}){{0,5}}"
)
_COMPANY = re.compile(
    r"(?<!\w)(?:GmbH|GMBH|AG|KG|OHG|UG|SE|e\.? ?V\.|a\.? ?G\.|mbH|SARL|S\.?à ?\.?r\.?l\.?|S\.?A\.?S?\.?|SCI|SNC|EURL|B\.?V\.?|"
    r"N\.?V\.?|Ltd|Limited|LLP|LLC|plc|PLC|Inc|Corp|asbl|ASBL)(?!\w)\.?"
)
_SIGNS = {("", ""), ("-", ""), ("−", ""), ("–", ""), ("", "-"), ("", "−"), ("(", ")")}
"""What may stand before and behind a figure in its cell; anything but nothing is a minus."""

_MAX_TEXT = 120
_LABELLED_WEIGHT = 1.0  # of a text behind its label: the label says that it is one, letters or not
HEADS = 5
"""How far down a table its headings may stand."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch that could be a field's value, with what stands around it.

    Attributes:
        span, raw: the stretch and its characters.
        value: what they mean for the field's kind.
        line: index of its line in `Ground.lines`.
        left: the words before it on its line, up to the value before.
        row: the words at the beginning of its line.
        above: the heading of its column, or the line above where it begins its own.
        section: the nearest line above that reads like a heading.
        unit, doubt: as in `values.Stretch`.
        weight: how much it looks like what the kind asks for, in 0..1, higher is more.
        crowd: how many other values share the words on the left: they stand in a row without words between.
    """

    span: Span
    raw: str
    value: object
    line: int
    left: str = ""
    row: str = ""
    above: str = ""
    section: str = ""
    unit: str | None = None
    doubt: str | None = None
    weight: float = 1.0
    crowd: int = 0


def value_key(value: object) -> object:
    """What is equal for equal values of one field: 100 and 100,00; words whatever their case and spaces."""
    return ("text", " ".join(value.split()).casefold()) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class _Values:
    """The typed values of one line, in order, and what stands between them.

    The label of a value without words before it is that of the value before. What one value has found is kept for the next:
    a line of a thousand values costs a thousand steps.
    """

    text: str
    line: Span
    spans: Sequence[Span]
    _before: list[tuple[str, int]]
    _after: list[int]

    @classmethod
    def of(cls, text: str, line: Span, spans: Sequence[Span]) -> _Values:
        """The values of a line of a text, ascending, each stretch once."""
        row = cls(text, line, spans, [], [0] * len(spans))
        for span in spans:
            row._before.append(row.before(span.start))
        for i in range(len(spans) - 1, -1, -1):
            row._after[i] = row.after(spans[i].end)
        return row

    def before(self, end: int) -> tuple[str, int]:
        """The words between `end` and the value before it, or before that one when nothing stands between.

        And how many values were passed over.
        """
        i = bisect_left(self.spans, end, key=_start) - 1
        while i >= 0 and self.spans[i].end > end:  # values of different kinds may overlap
            i -= 1
        words = words_of(self.text[self.spans[i].end if i >= 0 else self.line.start : end])
        if words or i < 0:
            return words, 0
        label, skipped = self._before[i]
        return label, skipped + 1

    def after(self, start: int) -> int:
        """How many values follow without words between."""
        i = bisect_left(self.spans, start, key=_start)
        if i == len(self.spans) or words_of(self.text[start : self.spans[i].start]):
            return 0
        return 1 + self._after[i]


@dataclass
class _Places:
    """What was found for a field, in the order in which it was found: the likelier first where two overlap."""

    found: list[Place]

    @cached_property
    def by_line(self) -> Mapping[int, Sequence[Place]]:
        """The same by the line that they begin on."""
        by_line: dict[int, list[Place]] = defaultdict(list)
        for place in self.found:
            by_line[place.line].append(place)
        return dict(by_line)

    @cached_property
    def _in_text(self) -> list[tuple[int, int]]:
        """Where each starts and which it is, in the order of the text."""
        return sorted((place.span.start, i) for i, place in enumerate(self.found))

    def within(self, span: Span) -> list[Place]:
        """Those within a stretch of the text."""
        first, last = (bisect_left(self._in_text, (offset,)) for offset in (span.start, span.end))
        inside = sorted(i for _, i in self._in_text[first:last])
        return [self.found[i] for i in inside if self.found[i].span.end <= span.end]


@dataclass(slots=True)
class Ground:
    """A document prepared for looking values up: its lines, its habits, and all typed stretches, found once."""

    document: Document
    lines: tuple[Line, ...]
    habits: Conventions
    _starts: list[int]
    _sections: Sequence[str]
    _stretches: dict[values.Kind, list[Stretch]] = field(default_factory=dict)
    _spans: list[Span] | None = None
    _values: dict[int, _Values] = field(default_factory=dict)
    _cells: dict[Span, list[tuple[Span, str]]] = field(default_factory=dict)
    _places: dict[Leaf | Kind, _Places] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document, *, first: int = 1) -> Ground:
        """Prepare a document, its lines numbered from `first`. Values are looked for on first demand."""
        lines = tuple(lines_of(document, first))
        habits = values.conventions(document.text, document.language)
        return cls(document, lines, habits, [line.span.start for line in lines], sections_of(lines))

    def stretches(self, kind: values.Kind) -> list[Stretch]:
        """All values of a kind in the text, in order."""
        if kind not in self._stretches:
            self._stretches[kind] = values.find(self.document.text, kind, self.habits)
        return self._stretches[kind]

    def remember(self, leaf: Leaf, finder: _Finder) -> _Places:
        """What the finder finds for a field, found once for all fields of its kind."""
        key = leaf if leaf.choices else leaf.kind
        if key not in self._places:
            self._places[key] = _Places(list(finder(self, leaf)))
        return self._places[key]

    def line_at(self, offset: int) -> int:
        """Index of the line that a character stands on."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def place(
        self, span: Span, value: object, *, unit: str | None = None, doubt: str | None = None, weight: float = 1.0
    ) -> Place:
        """A stretch with its surroundings."""
        at = self.line_at(span.start)
        line = self.lines[at]
        row = words_of(self.document.text[line.span.start : span.start])
        others = self.on(at)
        left, skipped = others.before(span.start)
        skipped += others.after(span.end)
        over = self.lines[at - 1] if at and not row else None
        above = self._column(line, span) or (words_of(over.text) if over and is_heading(over) else "")
        raw = self.document.text[span.start : span.end]
        return Place(span, raw, value, at, left, row, above, self._sections[at], unit, doubt, weight, skipped)

    def on(self, at: int) -> _Values:
        """The dates, numbers, account numbers and addresses of mail that begin on a line."""
        if at not in self._values:
            if self._spans is None:
                self._spans = sorted({s.span for kind in _ON_LINES for s in self.stretches(kind)})
            line = self.lines[at].span
            first, last = (bisect_left(self._spans, offset, key=_start) for offset in (line.start, line.end))
            self._values[at] = _Values.of(self.document.text, line, self._spans[first:last])
        return self._values[at]

    def _column(self, line: Line, span: Span) -> str:
        """The heading over the cell that a stretch stands in; empty when it stands in none, or in the heading itself."""
        block = line.block
        if block is None or len(block.rows) < 2:
            return ""
        if block.span not in self._cells:
            at = self._headings(block)
            self._cells[block.span] = sorted(
                (cell, self.document.text[over.start : over.end])
                for row in block.rows[at + 1 :]
                for cell, over in zip(row, block.rows[at], strict=False)
            )
        cells = self._cells[block.span]
        i = bisect_right(cells, span.start, key=lambda cell: cell[0].start) - 1
        heading = cells[i][1] if i >= 0 and cells[i][0].contains(span) else ""
        return heading if _HEADING.search(heading) else ""

    def _headings(self, block: Block) -> int:
        """Which row of a table has its headings: the first, or one of words below if the first has blanks or figures.

        That one fills more columns, or as many with more words that labels use. The corner of a table says nothing.
        """
        top = [[self.document.text[cell.start : cell.end].strip() for cell in row] for row in block.rows[:HEADS]]
        if all(top[0][1:]) and not re.search(r"\d", "".join(top[0])):
            return 0
        words = [[cell for cell in row if re.search(r"^\D*[^\W\d_]\D*$", cell)] for row in top]
        filled = [sum(map(bool, row)) for row in top]
        worth = [
            (size - bool(row[0]), sum(bool(concepts(cell)) for cell in said))
            for size, row, said in zip(filled, top, words, strict=True)
        ]
        return next((i for i in range(1, len(top)) if len(words[i]) == filled[i] and worth[i] > max(worth[:i])), 0)


_Finder = Callable[[Ground, Leaf], Iterable[Place]]


def candidates(ground: Ground, leaf: Leaf) -> list[Place]:
    """The stretches that could be a field's value. Empty when there is none. Looked for once a document."""
    return _remembered(ground, leaf).found


def candidates_by_line(ground: Ground, leaf: Leaf) -> Mapping[int, Sequence[Place]]:
    """The same stretches by the line that they begin on. Looked for once a document."""
    return _remembered(ground, leaf).by_line


def candidates_in(ground: Ground, leaf: Leaf, span: Span) -> list[Place]:
    """The stretches within a stretch of the text, the longest first; for texts and names the whole of it alone."""
    if leaf.kind in {"text", "name"}:
        return [ground.place(span, " ".join(ground.document.text[span.start : span.end].split()))]
    if leaf.kind in {"amount", "number"} and (figure := _figure_of(ground, leaf, span)):
        return [figure]
    return sorted(_remembered(ground, leaf).within(span), key=lambda place: -len(place.span))


def _figure_of(ground: Ground, leaf: Leaf, cell: Span) -> Place | None:
    """The figure that a cell is and nothing beside it but its sign: 12,50 or 12,50- or (12,50).

    It may make one value with another cell's: an amount whose currency has a column of its own.
    """
    text = ground.document.text
    around = text[max(0, cell.start - 1) : cell.start], text[cell.end : cell.end + 1]
    if any(mark not in {"", "\t", "\n"} for mark in around):
        return None
    raw = text[cell.start : cell.end]
    found = values.find(raw, "number", ground.habits)
    if len(found) != 1 or not isinstance(value := found[0].value, Decimal):
        return None
    start, end = found[0].span.start, found[0].span.end
    signs = raw[:start].strip(), raw[end:].strip()
    if signs not in _SIGNS or (leaf.kind == "number" and value != int(value)):
        return None
    if any(signs):
        if value < 0:
            return None
        value, start, end = -value, len(raw) - len(raw.lstrip()), len(raw.rstrip())
    return ground.place(Span(cell.start + start, cell.start + end), value, doubt=found[0].doubt)


def _remembered(ground: Ground, leaf: Leaf) -> _Places:
    return ground.remember(leaf, _FINDERS[leaf.kind])


def _typed(kind: values.Kind) -> _Finder:
    def finder(ground: Ground, _leaf: Leaf) -> Iterator[Place]:
        for s in ground.stretches(kind):
            yield ground.place(s.span, s.value, unit=s.unit, doubt=s.doubt)

    return finder


def _amounts(ground: Ground, _leaf: Leaf) -> Iterator[Place]:
    for s in ground.stretches("money"):
        yield ground.place(s.span, s.value, unit=s.unit, doubt=s.doubt)
    for s in ground.stretches("number"):
        cents = re.search(r"[.,]\d{2}$", s.raw) is not None
        if cents or len(s.raw) <= 12:
            yield ground.place(s.span, s.value, doubt=s.doubt, weight=0.9 if cents else 0.3)


def _whole_numbers(ground: Ground, _leaf: Leaf) -> Iterator[Place]:
    for s in ground.stretches("number"):
        if isinstance(s.value, Decimal) and s.value == int(s.value):
            yield ground.place(s.span, s.value, doubt=s.doubt)


def _identifiers(ground: Ground, _leaf: Leaf) -> Iterator[Place]:
    for s in ground.stretches("identifier"):
        if len(s.raw) >= 2:
            yield ground.place(s.span, s.value, weight=1.0 if len(s.raw) >= 5 else 0.6)


def _texts(ground: Ground, _leaf: Leaf) -> Iterator[Place]:
    for at, line in enumerate(ground.lines):
        typed = merge_spans(ground.on(at).spans)
        seen: set[Span] = set()
        for span, weight in _pieces(line):
            raw = ground.document.text[span.start : span.end]
            if (
                span not in seen
                and len(raw) <= _MAX_TEXT
                and re.search(r"\w" if weight == _LABELLED_WEIGHT else r"[^\W\d_]{2}", raw)
            ):
                seen.add(span)
                first = bisect_right(typed, span.start, key=_end)
                covered = sum(len(t) for t in typed[first : bisect_left(typed, span.end, key=_start)])
                yield ground.place(span, " ".join(raw.split()), weight=weight * (1 - covered / (len(raw) + covered)))


def _names(ground: Ground, leaf: Leaf) -> Iterator[Place]:
    """Of the texts those that can name a person, a company or a thing: capitals, no digits, not a label's own words."""
    for place in candidates(ground, replace(leaf, kind="text")):
        words = place.raw.split()
        if re.search(r"\d|@|www\.|[:?!]", place.raw) or len(words) > 8 or not place.raw[0].isupper():
            continue
        company = _COMPANY.search(place.raw) is not None
        if not company and (all(concepts(w) or len(w) < 3 for w in words) or _is_label(ground.lines[place.line], place)):
            continue
        # "Adresse de livraison" reads like a name and speaks of a delivery: what labels speak of is seldom a name.
        labelled = not company and any(concepts(word) for word in words)
        yield replace(place, weight=place.weight * (0.3 if labelled else 1.0 if company or 2 <= len(words) <= 4 else 0.5))


def _is_label(line: Line, place: Place) -> bool:
    """Whether the stretch is itself what a value follows on its line."""
    after = line.text[place.span.end - line.span.start :]
    return bool(re.match(r"\s*[:=#]|\s*(?:n[°ºo]|nr)\b", after, re.IGNORECASE))


def _pieces(line: Line) -> Iterator[tuple[Span, float]]:
    """What of a line can be a value of words: what follows a label, a cell, the whole, a name. A label itself is none."""
    for part in _SEPARATED.finditer(line.text):
        labels = list(_LABELLED.finditer(part[0]))
        begin = labels[-1].end() if labels else 0
        if part[0].rstrip().endswith(":"):
            continue
        for label in labels:
            yield _trimmed(line, part.start() + label.end(), part.end()), _LABELLED_WEIGHT
        if not labels:
            yield _trimmed(line, part.start(), part.end()), 0.9
        for name in _NAME.finditer(part[0], begin):
            if len(name[0]) > 3:
                yield _trimmed(line, part.start() + name.start(), part.start() + name.end()), 0.8


def _trimmed(line: Line, start: int, end: int) -> Span:
    raw = line.text[start:end]
    start += len(raw) - len(raw.lstrip(" \t,;:-–"))
    end -= len(raw) - len(raw.rstrip(" \t,;:-–"))
    return Span(line.span.start + start, line.span.start + max(start, end))


def _choices(ground: Ground, leaf: Leaf) -> Iterator[Place]:
    for name, value in leaf.choices:
        if not name.strip():
            continue  # it stands everywhere, so nowhere
        # A choice of 7 is no part of 1.7 or of 7,5.
        before = r"(?<!\w)(?<!\d[.,])" if name[0].isdecimal() else r"(?<!\w)"
        after = r"(?!\w)(?![.,]\d)" if name[-1].isdecimal() else r"(?!\w)"
        pattern = before + re.escape(name) + after
        if name.upper() in _SYMBOLS:
            pattern += f"|{_SYMBOLS[name.upper()]}"
        for match in re.finditer(pattern, ground.document.text, re.IGNORECASE):
            yield ground.place(Span(*match.span()), value)


def _yes_or_no(ground: Ground, _leaf: Leaf) -> Iterator[Place]:
    for match in re.finditer(
        r"[☒☑✓✔☐]|\[[xX ]\]|(?<!\w)(?:oui|non|ja|nein|jo|nee|yes|no)(?!\w)", ground.document.text, re.IGNORECASE
    ):
        word = match[0].strip("[]").strip().casefold()
        yield ground.place(Span(*match.span()), word in _YES)


def _start(span: Span) -> int:
    return span.start


def _end(span: Span) -> int:
    return span.end


_TYPED: tuple[values.Kind, ...] = (
    "date", "datetime", "percent", "iban", "bic", "email", "phone", "vat", "national_id", "company_id", "address",
)  # fmt: skip
_FINDERS: dict[Kind, _Finder] = {
    **{kind: _typed(kind) for kind in _TYPED},
    "amount": _amounts, "number": _whole_numbers, "money": _amounts, "identifier": _identifiers, "text": _texts, "name": _names,
    "choice": _choices, "yes_no": _yes_or_no,
}  # fmt: skip
