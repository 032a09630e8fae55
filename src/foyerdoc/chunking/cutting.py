"""How a block that is too long is cut: between table rows and cells, sentences or lines, then words, then characters."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from foyerdoc.chunking.counting import Ruler
from foyerdoc.chunking.sentences import sentence_starts
from foyerdoc.documents import Block

Stretch = tuple[int, int]

_WORD = re.compile(r"\S+")
_BREAK = re.compile(r"\n(?=[^\n]*\S)")
# White space is looked at from its start alone: from each of its characters, a long run of it would take minutes.
_CLAUSE = re.compile(r"[;:,)–—]\s+(?=\S)|(?<!\s)\s+(?=[(•–—-])")
_LINE = re.compile(r"[^\n]+")


def parts(text: str, block: Block, language: str | None) -> list[Stretch]:
    """The rows of a table, the lines of code, the sentences of anything else. White space between them may be left out."""
    start, end = block.span.start, block.span.end
    if block.kind == "table" and block.rows:
        rows = [(row[0].start, row[-1].end) for row in block.rows if row]
        return _covering(rows, start, end)
    if block.kind in {"table", "code"}:
        return [match.span() for match in _LINE.finditer(text, start, end) if not match[0].isspace()]
    starts = [at for at in sentence_starts(text, start, end, block.language or language) if at == start or may_cut(text, at)]
    return list(zip(starts, [*starts[1:], end], strict=True))


def smaller_parts(text: str, block: Block, part: Stretch) -> list[Stretch]:
    """The cells of a table row; the lines of other text, or else its clauses, or else its words."""
    start, end = part
    if block.rows:
        cells = [
            (cell.start, cell.end)
            for row in block.rows
            for cell in row
            if start <= cell.start and cell.end <= end and len(cell)
        ]
        if len(cells) > 1:
            return _covering(cells, start, end)
    for divider in (_BREAK, _CLAUSE):
        edges = [start, *(match.end() for match in divider.finditer(text, start, end) if may_cut(text, match.end())), end]
        if len(edges) > 2:
            return list(pairwise(edges))
    return words(text, start, end)


def words(text: str, start: int, end: int) -> list[Stretch]:
    """The words of a stretch."""
    if text[start:end].isascii():
        return [match.span() for match in _WORD.finditer(text, start, end)]
    found: list[Stretch] = []
    for match in _WORD.finditer(text, start, end):
        if found and not may_cut(text, match.start()):
            found[-1] = (found[-1][0], match.end())
        else:
            found.append(match.span())
    return found


def slices(text: str, part: Stretch, ruler: Ruler, budget: int) -> Iterator[Stretch]:
    """A word cut into the longest pieces that fit the budget, not inside a character as a reader sees it where that can be."""
    start, end = part
    while start < end:
        cut = _longest(text, start, end, ruler, budget)
        yield start, cut
        start = cut


def _longest(text: str, start: int, end: int, ruler: Ruler, budget: int) -> int:
    # Reach out by doubling: measuring all that is left for every piece would take quadratic time.
    reach = min(start + 2 * budget, end)
    while ruler.exact(start, reach) <= budget:
        if reach == end:
            return end
        reach = min(start + 2 * (reach - start), end)
    points = range(start + 1, reach)
    # Longer pieces have more tokens, nearly always: search by halves, then step back where that was not so.
    cut = start + bisect_left(points, budget + 1, key=lambda at: ruler.exact(start, at))
    while cut > start + 1 and ruler.exact(start, cut) > budget:
        cut -= 1
    whole = max(cut, start + 1)
    while whole > start and not may_cut(text, whole):
        whole -= 1
    return whole if whole > start else max(cut, start + 1)


def _covering(stretches: Sequence[Stretch], start: int, end: int) -> list[Stretch]:
    """The stretches, stretched so that nothing between them is left out."""
    edges = [start, *(first for first, _last in stretches[1:]), end]
    return list(pairwise(edges))


# --- characters as a reader sees them --------------------------------------------------------------------------------

_JOINER = "\u200d"
_FLAGS = 1_000  # halves of flags that are looked back over; nobody writes more in a row


def may_cut(text: str, at: int) -> bool:
    """Whether no visible character is divided by a cut before this offset: no accent, emoji sequence or flag.

    Source: the parts of Unicode's annex 29 that matter for text outside of conjoining Korean and Indic prefixes.
    """
    if at <= 0 or at >= len(text) or text[at] <= "\u02ff":
        return at <= 0 or at >= len(text) or text[at - 1] != _JOINER or text[at].isspace()
    character, before = text[at], text[at - 1]
    if before in "\n\r\t":
        return True
    if before == _JOINER or character in "\u200c\u200d" or unicodedata.category(character) in {"Mn", "Me", "Mc"}:
        return False
    if "\U0001f3fb" <= character <= "\U0001f3ff" or "\U000e0020" <= character <= "\U000e007f":
        return False
    if _is_flag(character):
        first, furthest = at, max(at - _FLAGS, 0)
        while first > furthest and _is_flag(text[first - 1]):
            first -= 1
        return (at - first) % 2 == 0
    return not "\u1160" <= character <= "\u11ff"


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
