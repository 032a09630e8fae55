"""What travels through the house: a document, where each of its characters stands, and its chunks.

`Document.text` is the one text that every span counts in. Readers build it (`reading.assembly`), cleaning makes
a new one that remembers the old (`Document.origin`), and everything later points into it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol

BlockKind = Literal[
    "heading",
    "paragraph",
    "list_item",
    "table",
    "code",
    "quote",
    "caption",
    "header",
    "footer",
    "footnote",
    "form_field",
    "signature",
]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a document's text.

    Half-open and counted in Unicode code points, as Python slices are: `document.text[span.start:span.end]`.

    Raises:
        ValueError: the span is negative or runs backwards.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span runs from 0 <= start <= end, not {self.start} to {self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether the other lies wholly within this one."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in PDF points (1/72 inch), origin at the page's top left, y downwards.

    Pages count from 1. The page is as a reader sees it: its rotation is applied, its crop box is the frame.
    """

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page, slide or sheet.

    Attributes:
        number: from 1.
        span: the page's stretch of the document's text.
        width, height: in PDF points, as a reader sees the page; 0.0 where the format has no page size.
        ocr_confidence: mean word confidence in 0..1 when the text was recognised, else None.
    """

    number: int
    span: Span
    width: float = 0.0
    height: float = 0.0
    ocr_confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One structural unit: a heading, a paragraph, a list item, a table ...

    Blocks stand in reading order and do not overlap.

    Attributes:
        kind: what it is.
        span: its stretch of the document's text.
        page: the page it starts on, from 1; None for formats without pages.
        level: depth of a heading or list item, 1 is the outermost; None otherwise.
        path: where it stands in formats without pages (`body/p[12]`, `part[2]/table[1]`).
        rows: for a table, its rows of cell spans, in reading order; empty cells are empty spans.
        language: ISO 639-1 code of the block's language, None when too short to tell.
    """

    kind: BlockKind
    span: Span
    page: int | None = None
    level: int | None = None
    path: str | None = None
    rows: tuple[tuple[Span, ...], ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that a reader of the result must know: what was skipped, guessed, cut, removed or recognised.

    Attributes:
        code: a stable name for programs ("ocr_used", "hidden_text", "attachment_unreadable" ...).
        message: one sentence; names, counts and limits, never document text.
        page: the page it concerns, from 1, or None.
    """

    code: str
    message: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class HiddenText:
    """Text that the file holds but does not show to a reader. It is not in `Document.text`, so it has no span.

    Attributes:
        text: the characters.
        cause: why a reader does not see it.
        page: the page, from 1, or None.
        path: the place in formats without pages, or None.
        box: where it would stand on the page, or None.
    """

    text: str
    cause: Literal["invisible", "background_colour", "tiny", "off_page", "hidden_style", "deleted"]
    page: int | None = None
    path: str | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """One bookmark of the file's own table of contents. `level` counts from 1, `page` from 1 or None."""

    title: str
    level: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """A stretch of the text as read that cleaning left out of the clean text or flagged, and the step that did it."""

    step: str
    span: Span


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a cleaned text maps to the text that it was made from.

    The clean text is a sequence of segments in order. In a segment of equal lengths, character i maps to character
    i; in one of unequal lengths (a ligature: two letters made from one character) every character maps to the
    whole of the original stretch.

    Attributes:
        clean: (n + 1,) ascending offsets of the segments in the clean text; the last is its length.
        starts: (n,) where each segment starts in the original text.
        ends: (n,) where each ends.
    """

    clean: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]

    def origin(self, span: Span) -> Span:
        """The smallest stretch of the original text that all characters of a clean span came from."""
        if not self.starts:
            return Span(0, 0)
        if span.start == span.end:
            point = self._start(span.start)
            return Span(point, point)
        return Span(self._start(span.start), self._end(span.end))

    def _start(self, offset: int) -> int:
        i = min(bisect_right(self.clean, offset) - 1, len(self.starts) - 1)
        into = offset - self.clean[i]
        if self.clean[i + 1] - self.clean[i] == self.ends[i] - self.starts[i] or offset >= self.clean[i + 1]:
            return min(self.starts[i] + into, self.ends[i])
        return self.starts[i]

    def _end(self, offset: int) -> int:
        i = max(bisect_left(self.clean, offset) - 1, 0)
        if self.clean[i + 1] - self.clean[i] == self.ends[i] - self.starts[i]:
            return self.starts[i] + offset - self.clean[i]
        return self.ends[i]


class Geometry(Protocol):
    """Where words stand. Readers of page formats provide one; it may compute a page's words on first demand."""

    def words(self, page: int) -> Sequence[tuple[int, int, Box]]:
        """The page's words in text order: start and end in the text as read, and the box."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as text, with everything needed to point back into the file.

    Attributes:
        id: SHA-256 of the file's bytes, hexadecimal.
        name: the file's name, or what the caller called it.
        media_type: the detected type ("application/pdf"), whatever the extension says.
        text: the text that all spans count in.
        language: ISO 639-1 code of the main language, None when there is too little text to tell.
        pages: the pages in order; empty for formats without pages. Their spans ascend and do not overlap.
        blocks: structural units in reading order.
        outline: the file's own bookmarks.
        metadata: title, author, dates and what else the file says of itself.
        attachments: documents inside this one (mail attachments, PDF embedded files).
        issues: what was skipped, guessed, cut, removed or recognised.
        hidden: text that the file holds but does not show.
        removals: what cleaning left out, in spans of `source.text`; empty for a document as read.
        source: for a cleaned document, the document as read; else None.
        alignment: for a cleaned document, how its text maps to `source.text`; else None.
        geometry: where words stand, for formats with pages; else None.
    """

    id: str
    name: str
    media_type: str
    text: str
    language: str | None = None
    pages: tuple[Page, ...] = ()
    blocks: tuple[Block, ...] = ()
    outline: tuple[OutlineEntry, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    attachments: tuple[Document, ...] = ()
    issues: tuple[Issue, ...] = ()
    hidden: tuple[HiddenText, ...] = ()
    removals: tuple[Removal, ...] = ()
    source: Document | None = field(default=None, repr=False)
    alignment: Alignment | None = field(default=None, repr=False)
    geometry: Geometry | None = field(default=None, repr=False, compare=False)

    def origin(self, span: Span) -> Span:
        """The stretch of the text as read that a span of this text came from; the span itself when not cleaned."""
        return span if self.alignment is None else self.alignment.origin(span)

    def boxes(self, span: Span) -> tuple[Box, ...]:
        """Where a stretch of the text stands on its pages: one box per line, in reading order.

        Words are boxed whole: a span that starts inside a word gets the word's box. Empty for formats without pages.
        """
        if self.source is not None:
            return self.source.boxes(self.origin(span))
        if self.geometry is None:
            return ()
        lines: list[Box] = []
        for page in self.pages_of(span):
            words = self.geometry.words(page.number)
            first = bisect_right(words, span.start, key=_word_end)
            for start, _end, box in words[first:]:
                if start >= span.end:
                    break
                if lines and _same_line(lines[-1], box):
                    lines[-1] = _union(lines[-1], box)
                else:
                    lines.append(box)
        return tuple(lines)

    def pages_of(self, span: Span) -> tuple[Page, ...]:
        """The pages that a span touches, in order; for an empty span the page it stands on."""
        end = max(span.end, span.start + 1)
        first = bisect_right(self.pages, span.start, key=_page_end)
        last = bisect_left(self.pages, end, key=_page_start)
        return self.pages[first:last]

    def block_at(self, offset: int) -> Block | None:
        """The block that a character belongs to, or None between blocks."""
        i = bisect_right(self.blocks, offset, key=_block_start) - 1
        return self.blocks[i] if i >= 0 and offset < self.blocks[i].span.end else None

    def walk(self) -> Iterator[Document]:
        """The document and all attachments below it, parents first."""
        yield self
        for child in self.attachments:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a document that is embedded, searched and cited as one.

    Attributes:
        id: 32 hexadecimal digits from the document's id, the span and the text; the same on every machine.
        document_id: `Document.id`.
        span: in `Document.text`; `document.text[span.start:span.end] == text`.
        text: the characters.
        headings: the headings that the chunk stands under, outermost first.
        pages: the pages it touches, from 1.
        n_tokens: by the counter that `chunk` was given, headings not counted.
    """

    id: str
    document_id: str
    span: Span
    text: str
    headings: tuple[str, ...]
    pages: tuple[int, ...]
    n_tokens: int


def merge_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same characters as ascending spans that neither touch nor overlap."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def _word_end(word: tuple[int, int, Box]) -> int:
    return word[1]


def _page_start(page: Page) -> int:
    return page.span.start


def _page_end(page: Page) -> int:
    return page.span.end


def _block_start(block: Block) -> int:
    return block.span.start


def _same_line(left: Box, right: Box) -> bool:
    if left.page != right.page or right.x0 < left.x0:
        return False
    overlap = min(left.y1, right.y1) - max(left.y0, right.y0)
    return overlap > 0.5 * min(left.y1 - left.y0, right.y1 - right.y0)


def _union(left: Box, right: Box) -> Box:
    return Box(left.page, min(left.x0, right.x0), min(left.y0, right.y0), max(left.x1, right.x1), max(left.y1, right.y1))
