"""A document as sections: what stands under one heading, with the headings above it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from foyerdoc.chunking.counting import Ruler
from foyerdoc.documents import Block, Document, Span

_HEADING = 120  # characters of a heading that travel with a chunk
_DEPTH = 6  # headings that travel with a chunk; of more, the outermost and the innermost
_PARAGRAPH = re.compile(r"\S(?:[^\n]|\n(?![ \t]*\n))*")

Path = tuple[str, ...]


@dataclass(slots=True)
class Section:
    """A heading, or several in a row, and what follows up to the next one.

    Attributes:
        path: the headings above the text, its own included, outermost first.
        blocks: with each its size in tokens, the white space before it counted in.
        n_headings: how many of the blocks, from the first, are its own headings.
        size: the tokens of all blocks.
        kind: "quote" for a stretch of quoted mail, else "text"; the two are not put into one chunk.
    """

    path: Path
    kind: str
    blocks: list[tuple[Block, int]] = field(default_factory=list)
    n_headings: int = 0
    size: int = 0

    @property
    def start(self) -> int:
        """Where it begins in the text."""
        return self.blocks[0][0].span.start

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return self.blocks[-1][0].span.end


def sections(document: Document, ruler: Ruler) -> Iterator[Section]:
    """The document's sections in order; together they hold every character that is not white space."""
    above: list[tuple[int, str]] = []
    current = Section((), "text")
    before = 0
    for block in _all_text(document):
        kind = "quote" if block.kind == "quote" else "text"
        heading = block.kind == "heading"
        if current.blocks and (kind != current.kind or (heading and len(current.blocks) > current.n_headings)):
            yield current
            current = Section(current.path, kind)
        current.kind = kind
        if heading:
            level = block.level or 1
            above = [entry for entry in above if entry[0] < level]
            above.append((level, _title(document.text, block.span)))
            current.path = _bounded(tuple(title for _level, title in above))
            current.n_headings += 1
        size = ruler.size(before, block.span.end) if current.blocks else ruler.size(block.span.start, block.span.end)
        current.blocks.append((block, size))
        current.size += size
        before = block.span.end
    if current.blocks:
        yield current


def _title(text: str, span: Span) -> str:
    title = " ".join(text[span.start : span.end].split())
    return title if len(title) <= _HEADING else title[: _HEADING - 1].rstrip() + "…"


def _bounded(path: Path) -> Path:
    return path if len(path) <= _DEPTH else (path[0], *path[1 - _DEPTH :])


def _all_text(document: Document) -> Iterable[Block]:
    """The blocks, with paragraphs made of what stands between them, should a reader have left anything there."""
    text, at = document.text, 0
    filled: list[Block] = []
    for block in document.blocks:
        gap = text[at : block.span.start]
        if gap and not gap.isspace():
            filled += _paragraphs(text, at, block.span.start)
        filled.append(block)
        at = block.span.end
    if at < len(text):
        filled += _paragraphs(text, at, len(text))
    return filled


def _paragraphs(text: str, start: int, end: int) -> Iterator[Block]:
    for match in _PARAGRAPH.finditer(text, start, end):
        length = len(match[0].rstrip())
        yield Block("paragraph", Span(match.start(), match.start() + length))
