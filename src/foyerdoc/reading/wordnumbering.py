"""The automatic numbers that Word shows before headings and list items ("1.1", "Article 5", "b)"): they stand in no run.

Paragraphs of all lists that share an abstract definition share its counters; a list with a start of its own restarts them
once, where it first appears. Each story (body, text boxes, notes, every header) counts for itself.

Source: ISO/IEC 29500-1:2016, 17.9 (numbering) and 17.18.59 (number formats).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from foyerdoc.reading.wordstyles import Numbering, Styles, W, integer_of, is_on, value_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_LAST_ROMAN = 3999
# Word repeats a letter once per 26 (27 is "aa", 53 is "aaa"); a file that starts at a billion would be all letters.
_LAST_LETTER = 780
_LONGEST_LINK = 5


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    text: str
    style: str | None
    restart: int | None
    legal: bool
    hidden: bool


@dataclass(frozen=True, slots=True)
class _List:
    """One `w:num`: the levels of its abstract definition with its own changes, and where it starts anew."""

    abstract: str
    levels: dict[int, _Level]
    starts: dict[int, int]


@dataclass(slots=True)
class _Counters:
    """How far the lists of one abstract definition have come in one story; None is a level that has not started."""

    counts: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)
    restarted: set[tuple[str, int]] = field(default_factory=set)


class Numbers:
    """The numbers of a document's paragraphs, asked for in reading order.

    Args:
        root: of the numbering part; None when the file has none.
        styles: of the same document.
    """

    def __init__(self, root: _Element | None, styles: Styles) -> None:
        self._styles = styles
        self._abstract = {} if root is None else {a.get(f"{W}abstractNumId", ""): a for a in root.findall(f"{W}abstractNum")}
        self._elements = {} if root is None else {n.get(f"{W}numId", ""): n for n in root.findall(f"{W}num")}
        self._lists: dict[str, _List] = {}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counters: dict[tuple[str, str], _Counters] = {}

    def before(self, properties: _Element | None, text: str, story: str, *, alone: bool = False) -> str:
        """A paragraph's text with its number before it, and the paragraph counted.

        A paragraph without text is counted, as Word does, unless its mark is hidden or deleted too.

        Args:
            properties: the paragraph's `w:pPr`.
            text: what is shown of it.
            story: which of the document's texts it belongs to.
            alone: whether a number without text is text, as in a table's column of numbers.
        """
        place, shown = self._styles.numbering(properties), text.strip()
        chosen = self._list(place.number) if place is not None else None
        if place is None or chosen is None or (not shown and self._gone(properties)):
            return text
        number = self._next(place, chosen, story)
        return f"{number} {shown}".rstrip() if number and (shown or alone) else text

    def _gone(self, properties: _Element | None) -> bool:
        mark = properties.find(f"{W}rPr") if properties is not None else None
        hidden = is_on(mark, "vanish")
        if hidden is None:
            hidden = self._styles.hidden(value_of(properties, "pStyle"))
        return hidden or any(is_on(mark, name) for name in ("del", "moveFrom"))

    def _next(self, place: Numbering, chosen: _List, story: str) -> str:
        depth = place.own_level
        if depth is None:
            # A level that names a style is that style's, whatever level the style names.
            linked = (at for style in place.styles for at, level in chosen.levels.items() if level.style == style)
            depth = next(linked, place.level)
        if depth not in chosen.levels:
            return ""
        counters = self._counters.setdefault((story, chosen.abstract), _Counters())
        _count(counters, chosen, place.number, depth)
        return self._label(chosen, depth, counters.counts)

    def _label(self, chosen: _List, depth: int, counts: list[int | None]) -> str:
        own = chosen.levels[depth]
        if own.hidden or own.form == "bullet":
            return ""

        def number(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            level, count = chosen.levels.get(at), counts[at]
            if level is None or count is None or at > depth or level.form in {"none", "bullet"}:
                return ""
            return _formatted(count, "decimal" if own.legal else level.form, self._styles.language)

        label = " ".join(_PLACE.sub(number, own.text).split())
        return label if any(character.isalnum() for character in label) else ""

    def _list(self, number: str) -> _List | None:
        element = self._elements.get(number)
        if number not in self._lists and element is not None:
            abstract = value_of(element, "abstractNumId") or ""
            levels, starts = dict(self._levels_of(abstract)), {}
            for override in element.findall(f"{W}lvlOverride"):
                depth = integer_of(override.get(f"{W}ilvl"))
                if depth is None or depth >= _LEVELS:
                    continue
                own = override.find(f"{W}lvl")
                if own is not None:
                    levels[depth] = _read_level(own)
                start = integer_of(value_of(override, "startOverride"))
                if start is not None:
                    starts[depth] = start
            self._lists[number] = _List(abstract, levels, starts)
        return self._lists.get(number)

    def _levels_of(self, abstract: str) -> dict[int, _Level]:
        if abstract not in self._levels:
            element = self._abstract.get(abstract)
            for _ in range(_LONGEST_LINK):
                style = value_of(element, "numStyleLink")
                if style is None:
                    break
                element = self._abstract.get(value_of(self._elements.get(self._styles.list_of(style)), "abstractNumId") or "")
            found = element.findall(f"{W}lvl") if element is not None else []
            levels = {integer_of(level.get(f"{W}ilvl")): level for level in found}
            self._levels[abstract] = {at: _read_level(lv) for at, lv in levels.items() if at is not None and at < _LEVELS}
        return self._levels[abstract]


def _count(counters: _Counters, chosen: _List, number: str, depth: int) -> None:
    counts = counters.counts
    for above in range(depth):
        # A level that was passed over counts as begun: after "2" and "2.1.1" comes "2.2".
        if counts[above] is None and above in chosen.levels:
            counts[above] = _start(chosen, above)
    count = counts[depth]
    if count is None or (depth in chosen.starts and (number, depth) not in counters.restarted):
        counts[depth] = _start(chosen, depth)
    else:
        counts[depth] = count + 1
    counters.restarted.add((number, depth))
    for below in range(depth + 1, _LEVELS):
        level = chosen.levels.get(below)
        # 0 is never; otherwise the level, from 1, at or above which it begins again.
        if level is None or level.restart is None or depth < level.restart:
            counts[below] = None


def _start(chosen: _List, depth: int) -> int:
    return chosen.starts.get(depth, chosen.levels[depth].start)


def _read_level(level: _Element) -> _Level:
    # The standard's default is 0; every program writes the start.
    return _Level(
        start=integer_of(value_of(level, "start")) or 0,
        form=value_of(level, "numFmt") or "decimal",
        text=value_of(level, "lvlText") or "",
        style=value_of(level, "pStyle"),
        restart=integer_of(value_of(level, "lvlRestart")),
        legal=is_on(level, "isLgl") is True,
        hidden=is_on(level.find(f"{W}rPr"), "vanish") is True,
    )


def _formatted(count: int, form: str, language: str) -> str:
    """A count in one of the standard's formats; those not known here, and counts beyond a format's reach, as decimals."""
    if form in {"lowerLetter", "upperLetter"} and 1 <= count <= _LAST_LETTER:
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letters.upper() if form == "upperLetter" else letters
    if form in {"lowerRoman", "upperRoman"} and 1 <= count <= _LAST_ROMAN:
        return _roman(count).lower() if form == "lowerRoman" else _roman(count)
    if form == "decimalZero":
        return f"{count:02d}"
    return _ordinal(count, language) if form == "ordinal" else str(count)


def _roman(count: int) -> str:
    digits = ""
    for value, digit in _ROMAN:
        digits += digit * (count // value)
        count %= value
    return digits


def _ordinal(count: int, language: str) -> str:
    """As the language of the document's text writes it: 1st, 1er, 1."""
    if language.startswith("fr"):
        return f"{count}er" if count == 1 else f"{count}e"
    if language.startswith(("de", "lb")):
        return f"{count}."
    suffix = "th" if count % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{suffix}"
