"""Steps that look at the first and last lines of pages: repeated headers and footers, and page numbers.

Only lines at a page's very top or bottom can go, and only as long as all lines further out went or stayed as a header or
footer: a clause or a table's head that comes again and again within the text is never touched.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from foyerdoc.cleaning.draft import Draft
from foyerdoc.documents import Block

_DEPTHS = (3, 8)  # lines at each edge of a page that may belong to a header or footer; more only where the first all do
_SHARE = 0.4  # of the pages, those that a header must stand on (left and right pages may have one each)
_RUN = 4  # or so many pages one after the other: the running title of a chapter

_DATE = re.compile(r"\b(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}[:h]\d{2}(?::\d{2})?)\b")
_DIGITS = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_LABELLED = re.compile(
    r"\W*(?:seite|page|säit|pagina|página|pág|blatt|folio|s|p|pg)\b[ .:]*(?:n[°o.] ?)?([a-z]-)?(\d{1,4}|[ivxlc]+)"
    r"(?: ?(?:von|of|sur|de|di|van|aus|op|/|\||-|\() ?\d{1,4})?\W*",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"[\W_]*(?:[a-z]{1,3}-)?(\d{1,4}|[ivxlc]{1,7})(?: ?(?:von|of|sur|de|aus|/|\|) ?(?:\d{1,4}|page|seite))?[\W_]*",
    re.IGNORECASE,
)
# Where in a masked line a page number may be: at an end, after its label, or before the number of all pages.
_COUNTER = re.compile(r"^\W*#|#\W*\Z|\b(?:seite|page|säit|pagina|página|blatt|p|s)\b\W*#|# ?(?:/|von|of|sur)", re.IGNORECASE)


@dataclass(slots=True)
class _Line:
    """A line at the edge of a page: its place in the text, its characters, and what they look like without digits."""

    page: int
    start: int
    end: int
    text: str
    mask: str


@dataclass(slots=True)
class _Edge:
    """The lines at one edge of all pages, from the page's border inwards."""

    name: str
    pages: list[list[_Line]]
    repeated: set[str]
    numbers: set[int]
    """Starts of the lines that are page numbers."""

    def holds(self, line: _Line) -> bool:
        """Whether the line is a header, footer or page number."""
        return line.start in self.numbers or line.mask in self.repeated


def margins(draft: Draft, *, headers: bool, numbers: bool) -> None:
    """Leave out repeated headers and footers, and page numbers.

    Of a repeated header the first stays and of a footer the last, as a block of that kind: a letterhead may say what stands
    nowhere else, and there it does not interrupt a sentence.
    """
    if len(draft.bodies) < 2 and not numbers:
        return
    protected = [(block.span.start, block.span.end) for block in draft.blocks if block.kind in {"table", "code"}]
    flagged = {block.span.start for block in draft.blocks if block.kind in {"header", "footer"}}
    for name in ("header", "footer"):
        for depth in _DEPTHS:
            pages = [_edge_lines(draft, i, name, protected, depth) for i in range(len(draft.bodies))]
            edge = _Edge(name, pages, set(), set())
            if headers:
                edge.repeated = _repeated(draft, pages, flagged)
            if numbers:
                edge.numbers = _page_numbers(pages)
            if not any(len(lines) == depth and all(map(edge.holds, lines)) for lines in pages):
                break
        while body := _beyond_reach(draft, edge):
            edge.repeated -= body
        if edge.repeated or edge.numbers:
            _strip(draft, edge)


def _edge_lines(draft: Draft, page: int, name: str, protected: Sequence[tuple[int, int]], depth: int) -> list[_Line]:
    """So many lines that are not empty, or fewer, none of them in a table or code."""
    text = draft.text
    start, end = draft.bodies[page]
    lines: list[_Line] = []
    while start < end and len(lines) < depth:
        if name == "header":
            at = text.find("\n", start, end)
            first, last = start, at if at >= 0 else end
            start = last + 1
        else:
            first, last = text.rfind("\n", start, end) + 1 or start, end
            end = first - 1
        raw = text[first:last]
        line = raw.strip()
        if not line:
            continue
        if protected and _inside(protected, first):
            break
        first += raw.index(line)
        lines.append(_Line(page, first, first + len(line), line, _DIGITS.sub("#", line)))
        if len(line) > 120 and len(lines) > 1:
            break
    return lines


def _inside(stretches: Sequence[tuple[int, int]], at: int) -> bool:
    i = bisect_right(stretches, (at, at)) - 1
    return at < stretches[i][1] if i >= 0 else bool(stretches) and stretches[0][0] == at


# --- headers and footers ---------------------------------------------------------------------------------------------


def _repeated(draft: Draft, pages: Sequence[Sequence[_Line]], flagged: set[int]) -> set[str]:
    """The masks of the lines that come again at this edge on enough pages."""
    by_mask: dict[str, list[_Line]] = defaultdict(list)
    for lines in pages:
        for line in lines:
            by_mask[line.mask].append(line)
    return {mask for mask, lines in by_mask.items() if len(lines) > 1 and _is_margin(draft, lines, len(pages), flagged)}


def _is_margin(draft: Draft, lines: Sequence[_Line], n_pages: int, flagged: set[int]) -> bool:
    numbers = sorted({line.page for line in lines})
    if len(numbers) < 2 or len(_LETTER.findall(lines[0].text)) < 3:
        return False
    if not _often(numbers, n_pages) and not all(line.start in flagged for line in lines):
        return False
    if len({line.text for line in lines}) > 1 and (
        any(_is_heading(draft, line.start) for line in lines) or not _counts_pages(lines)
    ):
        return False
    return not _stands_in_body(draft, lines)


def _often(numbers: Sequence[int], n_pages: int) -> bool:
    """Whether the pages (from 0, ascending) are enough of them: a share, a long run, or all left or all right ones."""
    if n_pages < 3:
        return False
    if len(numbers) >= max(3, _SHARE * n_pages):
        return True
    run = longest = 1
    for before, after in pairwise(numbers):
        run = run + 1 if after - before <= 2 else 1
        longest = max(longest, run)
    if longest >= _RUN:
        return True
    sides = [set(range(first, n_pages, 2)) for first in (1, 2)]
    return n_pages >= 4 and any(len(side) > 1 and set(numbers) - {0} == side for side in sides)


def _counts_pages(lines: Sequence[_Line]) -> bool:
    """Whether the digits that differ between the lines, dates aside, count the pages up, and stand where page numbers do."""
    columns = [tuple(map(int, _DIGITS.findall(_DATE.sub("", line.text)))) for line in lines]
    for column in zip(*columns, strict=False):
        offsets = {value - line.page for value, line in zip(column, lines, strict=True)}
        if len(set(column)) > 1 and (len(offsets) > 1 or not _COUNTER.search(lines[0].mask)):
            return False
    return True


def _stands_in_body(draft: Draft, lines: Sequence[_Line]) -> bool:
    """Whether the line also stands away from the edge, on a line of its own and not as a heading: then it is body text."""
    text, line = draft.text, lines[0].text
    at_edge = {one.start for one in lines}
    at = text.find(line)
    while at >= 0:
        end = at + len(line)
        alone = (at == 0 or text[at - 1] == "\n") and (end == len(text) or text[end] == "\n")
        if alone and at not in at_edge and not _is_heading(draft, at):
            return True
        at = text.find(line, end)
    return False


def _is_heading(draft: Draft, at: int) -> bool:
    i = bisect_right(draft.blocks, at, key=_block_start) - 1
    return i >= 0 and draft.blocks[i].kind == "heading"


def _block_start(block: Block) -> int:
    return block.span.start


def _beyond_reach(draft: Draft, edge: _Edge) -> set[str]:
    """Repeated lines that on some page stand behind body text, as the head of a table does where the table begins."""
    body: set[str] = set()
    for lines in edge.pages:
        reached = True
        for depth, line in enumerate(lines):
            reached = reached and edge.holds(line)
            if not reached and depth > 1 and line.mask in edge.repeated and not _is_heading(draft, line.start):
                body.add(line.mask)
    return body


# --- page numbers ----------------------------------------------------------------------------------------------------


def _page_numbers(pages: Sequence[Sequence[_Line]]) -> set[int]:
    """The starts of lines that are page numbers: labelled ones, and bare ones that count the pages up."""
    found: set[int] = set()
    bare: list[tuple[int, _Line]] = []
    for lines in pages:
        for line in lines[:3]:
            if len(line.text) > 40 or ("#" not in line.mask and len(line.text) > 14):
                continue
            if _LABELLED.fullmatch(line.text):
                found.add(line.start)
            elif match := _NUMBER.fullmatch(line.text):
                bare.append((_value(match[1]) - line.page, line))
    offsets = Counter(offset for offset, _line in bare)
    found |= {line.start for offset, line in bare if offsets[offset] >= max(2, 0.3 * len(pages))}
    return found


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    values = [_ROMAN_DIGITS[letter] for letter in number.lower()]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


# --- taking them out -------------------------------------------------------------------------------------------------


def _strip(draft: Draft, edge: _Edge) -> None:
    kept = _kept(edge)
    for lines in edge.pages:
        interrupted = False
        for i, line in enumerate(lines):
            step = "page_numbers" if line.start in edge.numbers else "headers_footers"
            if step == "headers_footers" and line.mask not in edge.repeated:
                break
            if step == "headers_footers" and kept.get(line.mask) == line.start:
                _flag(draft.blocks, line, edge.name)
                interrupted = True
                continue
            _cut(draft, step, line, lines[i + 1 : i + 2], edge.name, move=not interrupted)


def _kept(edge: _Edge) -> dict[str, int]:
    """For each repeated line, where the one stands that stays."""
    pages: Iterable[list[_Line]] = edge.pages if edge.name == "header" else reversed(edge.pages)
    kept: dict[str, int] = {}
    for lines in pages:
        for line in lines:
            if not edge.holds(line):
                break
            kept.setdefault(line.mask, line.start)
    return kept


def _flag(blocks: list[Block], line: _Line, name: str) -> None:
    i = bisect_right(blocks, line.start, key=_block_start) - 1
    block = blocks[i] if i >= 0 else None
    if block is not None and (block.span.start, block.span.end) == (line.start, line.end) and block.kind != name:
        blocks[i] = replace(block, kind="header" if name == "header" else "footer", level=None)


def _cut(draft: Draft, step: str, line: _Line, inner: Sequence[_Line], name: str, *, move: bool) -> None:
    """Leave the line out, with the white space between it and its inner neighbour."""
    first, last = draft.bodies[line.page]
    if name == "header":
        end = inner[0].start if inner else _skip_space(draft.text, line.end, last)
        if end >= last and line.page + 1 < len(draft.bodies):
            end = draft.bodies[line.page + 1][0]  # nothing is left of the page, so its separator goes as well
        draft.delete(step, line.start, end)
        if move:
            draft.bodies[line.page] = min(end, last), last
    else:
        start = inner[0].end if inner else _skip_space_back(draft.text, line.start, first)
        draft.delete(step, start, line.end)
        if move:
            draft.bodies[line.page] = first, max(start, first)


def _skip_space(text: str, at: int, end: int) -> int:
    while at < end and text[at].isspace():
        at += 1
    return at


def _skip_space_back(text: str, at: int, start: int) -> int:
    while at > start and text[at - 1].isspace():
        at -= 1
    return at
