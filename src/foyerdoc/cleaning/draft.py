"""A document while it is being cleaned: what is to change, and how the changes are made, all at once.

Steps do not change the text one after the other. Each notes its edits in offsets of the text as read, and `Draft.finish`
makes the clean text, the alignment and the remapped blocks, cells and pages in one pass.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from foyerdoc.documents import Alignment, Block, Document, Issue, Page, Removal, Span

Edit = tuple[int, int, str]
"""From, to (offsets in the text as read), and what stands there instead."""


@dataclass
class Draft:
    """What the steps of a cleaning have found so far.

    Attributes:
        document: as read.
        text: the text with the replacements that change no length (odd spaces, line breaks) already made.
        blocks: the document's blocks, some of them split or of another kind.
        bodies: per page, where its text starts and ends without headers, footers and page numbers.
        edits: changes of length. Where two overlap, the one that starts first wins, then the longer one.
        joined: starts of blocks that continue the block before them.
        removals: what is left out or flagged.
        counts: how often each step did something.
    """

    document: Document
    text: str
    blocks: list[Block]
    bodies: list[tuple[int, int]]
    edits: list[Edit] = field(default_factory=list)
    joined: set[int] = field(default_factory=set)
    removals: list[Removal] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, document: Document) -> Draft:
        """A draft in which nothing is changed yet."""
        return cls(document, document.text, list(document.blocks), [(p.span.start, p.span.end) for p in document.pages])

    def delete(self, step: str, start: int, end: int) -> None:
        """Leave a stretch out of the clean text."""
        self.edits.append((start, end, ""))
        self.removals.append(Removal(step, Span(start, end)))
        self.counts[step] += 1

    def finish(self, attachments: tuple[Document, ...]) -> Document:
        """The clean document."""
        text, alignment, edited = apply(self.text, self.edits)
        source = self.document
        blocks, pages = tuple(self.blocks), source.pages
        if edited or self.joined:
            forward = _forward(alignment)
            blocks = _move_blocks(self.blocks, text, forward, self.joined)
            pages = _move_pages(pages, forward)
        issues = [Issue(f"cleaned_{step}", f"{step}: {n} {_PLACES[n == 1]}") for step, n in sorted(self.counts.items()) if n]
        return replace(
            source,
            text=text,
            pages=pages,
            blocks=blocks,
            attachments=attachments,
            issues=(*source.issues, *issues),
            removals=tuple(sorted(self.removals, key=_removal_start)),
            source=source,
            alignment=alignment,
        )


_PLACES = ("places", "place")


def apply(text: str, edits: Sequence[Edit]) -> tuple[str, Alignment, bool]:
    """Make all edits at once.

    Returns:
        The text, how it maps to the one given, and whether anything was edited.
    """
    parts: list[str] = []
    clean, starts, ends = [0], [], []
    at = out = 0
    for start, end, new in _in_order(edits):
        if start > at:
            parts.append(text[at:start])
            starts.append(at)
            ends.append(start)
            out += start - at
            clean.append(out)
        if new:
            parts.append(new)
            starts.append(start)
            ends.append(end)
            out += len(new)
            clean.append(out)
        at = end
    if at < len(text):
        parts.append(text[at:])
        starts.append(at)
        ends.append(len(text))
        clean.append(out + len(text) - at)
    return "".join(parts), Alignment(tuple(clean), tuple(starts), tuple(ends)), bool(edits)


def _in_order(edits: Sequence[Edit]) -> list[Edit]:
    kept: list[Edit] = []
    reached = 0
    for start, end, new in sorted(edits, key=_edit_order):
        if end <= reached and (start < reached or start < end):
            continue
        if start < reached:
            if new:
                continue
            kept.append((reached, end, new))
        else:
            kept.append((start, end, new))
        reached = end
    return kept


def _edit_order(edit: Edit) -> tuple[int, int, str]:
    return edit[0], -edit[1], edit[2]


def _removal_start(removal: Removal) -> tuple[int, int]:
    return removal.span.start, removal.span.end


def _forward(alignment: Alignment) -> Callable[[int], int]:
    """From offsets in the text as read to offsets in the clean text; what was left out maps to where it stood."""
    clean, starts, ends = alignment.clean, alignment.starts, alignment.ends

    def move(offset: int) -> int:
        i = bisect_right(starts, offset) - 1
        if i < 0:
            return 0
        into, length = offset - starts[i], clean[i + 1] - clean[i]
        if into == 0:
            return clean[i]
        # Inside a ligature or the like, both the end of what is before and the start of what is after lie behind it.
        return clean[i] + into if length == ends[i] - starts[i] and into < length else clean[i + 1]

    return move


def _move_pages(pages: Sequence[Page], forward: Callable[[int], int]) -> tuple[Page, ...]:
    return tuple(
        Page(page.number, Span(forward(page.span.start), forward(page.span.end)), page.width, page.height, page.ocr_confidence)
        for page in pages
    )


def _move_blocks(blocks: Sequence[Block], text: str, forward: Callable[[int], int], joined: set[int]) -> tuple[Block, ...]:
    moved: list[Block] = []
    for block in blocks:
        start, end = forward(block.span.start), forward(block.span.end)
        if not block.rows and start < end and (text[start].isspace() or text[end - 1].isspace()):
            start, end = _trimmed(text, start, end)
        if start >= end:
            continue
        if moved and block.span.start in joined:
            before = moved.pop()
            moved.append(replace(before, span=Span(before.span.start, end)))
            continue
        rows = block.rows and tuple(
            tuple(Span(*_trimmed(text, forward(cell.start), forward(cell.end))) for cell in row) for row in block.rows
        )
        moved.append(Block(block.kind, Span(start, end), block.page, block.level, block.path, rows, block.language))
    return tuple(moved)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
