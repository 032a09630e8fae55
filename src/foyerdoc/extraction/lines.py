"""A document as numbered lines: those of its text, the long ones cut into sentences, and which of them are headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from foyerdoc.chunking.sentences import sentence_starts
from foyerdoc.documents import Block, Document, Span

_LONG_LINE, _LONGEST_LINE, _SHORT_PIECE = 200, 400, 40
"""Characters: a line up to the first stays whole, no piece of one is longer than the second or shorter than the third."""

_CUT = re.compile(r"[;:,]\s|\s")
"""Where a sentence that is too long is cut: better behind a mark than between any two words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the document's text without the white space around it, and its number.

    A line of running text is cut into its sentences, each a line of its own: what stands around a value is then near it.
    """

    number: int
    span: Span
    text: str
    block: Block | None


def lines_of(document: Document, first: int) -> Iterator[Line]:
    """The lines of a document that are not empty, numbered from `first`."""
    number = first - 1
    for match in re.finditer(r"[^\n]+", document.text):
        for start, end in _sentences(document.text, match.start(), match.end(), document.language):
            raw = document.text[start:end]
            text = raw.strip()
            if text:
                begin = start + len(raw) - len(raw.lstrip())
                number += 1
                yield Line(number, Span(begin, begin + len(text)), text, document.block_at(begin))


def _sentences(text: str, start: int, end: int, language: str | None) -> Iterator[tuple[int, int]]:
    """A line as it is, or a long one at the ends of its sentences; a sentence that is too long at its marks and spaces."""
    if end - start <= _LONG_LINE:
        yield start, end
        return
    for at in [*sentence_starts(text, start, end, language)[1:], end]:
        if at < end and at - start < _SHORT_PIECE:
            continue
        while at - start > _LONGEST_LINE:
            cuts = list(_CUT.finditer(text, start + _SHORT_PIECE, start + _LONGEST_LINE))
            marks = [cut.end() for cut in cuts if len(cut[0]) > 1] or [cut.end() for cut in cuts]
            piece = marks[-1] if marks else start + _LONGEST_LINE
            yield start, piece
            start = piece
        yield start, at
        start = at


def sections_of(lines: Sequence[Line]) -> list[str]:
    """For each line the nearest line above that reads like a heading: short, without digits, and then something else."""
    sections, current, age = [], "", 0
    for line in lines:
        sections.append(current if age < 12 else "")
        age += 1
        if is_heading(line):
            current, age = words_of(line.text), 0
    return sections


def is_heading(line: Line) -> bool:
    """Whether a line reads like the title of what follows: the reader says so, or it is short and without digits."""
    if line.block is not None and line.block.kind == "heading":
        return True
    return len(line.text) <= 40 and len(line.text.split()) <= 4 and not re.search(r"\d|:\s+\S|[.!?;,]$", line.text)


def words_of(text: str) -> str:
    """A label's words: what is left of a text without marks at its ends; empty when no letters are."""
    text = " ".join(text.split()).strip(" :=#*-–|")
    return text if re.search(r"[^\W\d_]|°|#", text) else ""
