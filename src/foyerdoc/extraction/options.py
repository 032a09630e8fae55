"""What may be chosen as a field's value on a line: for typed fields the values that stand there, for words any run of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from foyerdoc.documents import Span
from foyerdoc.extraction.grounding import Ground, Place, candidates_by_line
from foyerdoc.extraction.schemas import Leaf

_MOST_WORDS: Final = 14
_WORD = re.compile(r"(?:[^\s:]|:(?=[\d/]))+:?|:")
"""Words; a label's colon ends one, those of a time and of an address do not."""
_OPENING: Final = "\"'“”„«»‘’([{<*_|"
_CLOSING: Final = "\"'“”„«»‘’)]}>*_|,;:.!?"


def lines_for(ground: Ground, leaf: Leaf) -> list[int]:
    """The lines on which the field's value can stand, ascending."""
    if leaf.kind in {"text", "name"}:
        return [at for at, line in enumerate(ground.lines) if re.search(r"[^\W\d_]{2}", line.text)]
    return sorted(candidates_by_line(ground, leaf))


def on_line(ground: Ground, leaf: Leaf, at: int) -> list[Place]:
    """The stretches of a line that may be the field's value, each spelling once, the first place of it.

    A typed value is cut at its own borders. Words are cut between words, without the marks around them; a name begins and
    ends with a capital, a digit or a mark of a company, and has no more digits than letters.
    """
    places: Iterable[Place]
    if leaf.kind in {"text", "name"}:
        places = _runs(ground, at, names=leaf.kind == "name")
    else:
        places = candidates_by_line(ground, leaf).get(at, ())
    first: dict[str, Place] = {}
    for place in places:
        first.setdefault(place.raw, place)
    return list(first.values())


def _runs(ground: Ground, at: int, *, names: bool) -> Iterator[Place]:
    """All runs of up to fourteen words, and the whole line and its cells if they are longer."""
    line = ground.lines[at]
    for cell in re.finditer(r"[^\t]+", line.text):
        words = [match.span() for match in _WORD.finditer(cell[0])]
        for i, (start, _) in enumerate(words):
            for _, end in words[i : i + _MOST_WORDS]:
                yield from _run(ground, at, cell.start() + start, cell.start() + end, names=names)
        if len(words) > _MOST_WORDS and not names:
            yield from _run(ground, at, cell.start(), cell.end(), names=False)


def _run(ground: Ground, at: int, start: int, end: int, *, names: bool) -> Iterator[Place]:
    line = ground.lines[at]
    for begin, stop in _trims(line.text, start, end):
        raw = line.text[begin:stop]
        if not raw or not any(map(str.isalnum, raw)) or (names and not _can_name(raw)):
            continue
        span = Span(line.span.start + begin, line.span.start + stop)
        yield Place(span, raw, " ".join(raw.split()), at)


def _trims(text: str, start: int, end: int) -> Sequence[tuple[int, int]]:
    """A run without the marks around it; also with the mark behind it where that may belong to it: "Acme, Inc.", "(Paris)".

    An abbreviation of several letters with points keeps its last one: "e.V.", "a.G.", "S.à r.l."; a web address has none.
    """
    while start < end and text[start] in _OPENING:
        start += 1
    stop = end
    while stop > start and text[stop - 1] in _CLOSING:
        stop -= 1
    following = text[stop : min(end, stop + 1)]
    dotted = following == "." and re.search(r"\b[^\W\d_]{1,4}$", text[start:stop])
    closed = following == ")" and "(" in text[start:stop]
    if dotted and re.search(r"(?:^|[\s(,])(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,3}$", text[start:stop]):
        return ((start, stop + 1),)
    return ((start, stop), (start, stop + 1)) if dotted or closed else ((start, stop),)


def _can_name(raw: str) -> bool:
    first = raw[0]
    words = [word for word in re.split(r"[\s,(&+]+", raw.rstrip(".)")) if word]
    if all(word.casefold().strip(".)") in _ALONE_NO_NAME for word in words):
        return False
    last = words[-1]
    proper = any(c.isupper() or c.isdigit() for c in last) or not last[:1].islower()
    if sum(map(str.isdigit, raw)) > sum(map(str.isalpha, raw)):
        return False  # a customer's number, a postcode
    return (first.isupper() or first.isdigit()) and (proper or last.casefold() in _FORMS)


_FORMS: Final = frozenset(
    [
        "mbh",
        "e.v",
        "e.k",
        "a.g",
        "asbl",
        "plc",
        "dac",
        "gmbh",
        "s.à",
        "r.l",
        "sàrl",
        "ltd",
        "inc",
        "llc",
        "llp",
        "spa",
        "nv",
        "bv",
        "haftungsbeschränkt",
        "limited",
        "co",
    ]
)
"""What a firm's name may end with in small letters."""

_ALONE_NO_NAME: Final = _FORMS | {
    *(
        "ag",
        "kg",
        "ohg",
        "gbr",
        "ug",
        "se",
        "eg",
        "kgaa",
        "a.a",
        "g.m.b.h",
        "vvag",
        "kommanditgesellschaft",
        "aktiengesellschaft",
    ),
    *("sa", "s.a", "sarl", "s.a.r.l", "sas", "sasu", "eurl", "sci", "snc", "scop", "sprl", "srl", "société", "anonyme"),
    *("corp", "corporation", "incorporated", "company", "lp", "pllc", "l.l.c", "b.v", "n.v", "s.r.l", "s.p.a"),
}
"""Legal forms: of a firm "Nordlicht GmbH" nothing is named by "GmbH" alone."""
