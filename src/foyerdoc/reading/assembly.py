"""How a reader puts a document together: text and blocks grow side by side, so that every span is exact.

Blocks are separated by a blank line, the cells of a table row by a tab, rows by a line break.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from foyerdoc.documents import Block, BlockKind, Document, HiddenText, Issue, OutlineEntry, Page, Span
from foyerdoc.errors import EmptyFile, FoyerdocError, LimitExceeded
from foyerdoc.settings import Limits

ReadChild = Callable[[bytes, str], Document]
"""Reads a file found inside another one: its bytes and name. Raises what `read` raises."""


@dataclass
class Assembly:
    """A document under construction.

    Attributes:
        raw: the file's bytes; their SHA-256 is the document's id.
        name: the file's name.
        limits: what the reading may cost.
        read_child: reads a file found inside this one.
        password: what the caller gave, for encrypted files.
        boxes: whether the boxes of all words are wanted now.
    """

    raw: bytes
    name: str
    limits: Limits
    read_child: ReadChild
    password: str | None = None
    boxes: bool = False
    pages: list[Page] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    outline: list[OutlineEntry] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    attachments: list[Document] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    hidden: list[HiddenText] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _page_from: int | None = None

    def add(
        self, kind: BlockKind, text: str, *, page: int | None = None, level: int | None = None, path: str | None = None
    ) -> Span | None:
        """Append a block. White space around the text is dropped; a block of white space alone is not added.

        Returns:
            The block's span, or None when there was nothing to add.
        """
        text = text.strip()
        if not text:
            return None
        span = self._append(text)
        self.blocks.append(Block(kind, span, page=page, level=level, path=path))
        return span

    def add_table(self, rows: Sequence[Sequence[str]], *, page: int | None = None, path: str | None = None) -> Span | None:
        """Append a table block: one line per row, cells separated by tabs, line breaks within cells kept as spaces.

        Rows without any text are dropped; empty cells stay, as empty spans.
        """
        table = [[" ".join(cell.split()) for cell in row] for row in rows]
        table = [row for row in table if any(row)]
        if not table:
            return None
        lines = ["\t".join(row) for row in table]
        # A leading or trailing empty cell leaves its tab in the text, so the text is not stripped here.
        span = self._append("\n".join(lines))
        cells, at = [], span.start
        for row in table:
            spans = []
            for cell in row:
                spans.append(Span(at, at + len(cell)))
                at += len(cell) + 1
            cells.append(tuple(spans))
        self.blocks.append(Block("table", span, page=page, path=path, rows=tuple(cells)))
        return span

    def start_page(self) -> None:
        """Mark where the next page's text begins; `end_page` closes it."""
        self._page_from = self._length

    def end_page(self, width: float = 0.0, height: float = 0.0, *, ocr_confidence: float | None = None) -> Page:
        """Close the page that `start_page` opened; its span covers the blocks added since, without the gap before.

        Raises:
            LimitExceeded: more pages than `limits.pages`.
        """
        opened, self._page_from = self._page_from, None
        if opened is None:
            raise RuntimeError("end_page without start_page")
        if len(self.pages) >= self.limits.pages:
            raise LimitExceeded(
                f"{self.name}: more than {self.limits.pages} pages", hint="raise Limits.pages, or split the file"
            )
        start = min(opened + (2 if opened and self._length > opened else 0), self._length)
        page = Page(len(self.pages) + 1, Span(start, self._length), width, height, ocr_confidence)
        self.pages.append(page)
        return page

    def issue(self, code: str, message: str, *, page: int | None = None) -> None:
        """Note what a reader of the result must know. No document text in the message."""
        self.issues.append(Issue(code, message, page))

    def attach(self, raw: bytes, name: str) -> None:
        """Read a file found inside this one as a child document; one that cannot be read becomes an issue."""
        if len(self.attachments) >= self.limits.attachments:
            self.issue("attachment_skipped", f"attachment {name!r} not read: more than {self.limits.attachments}")
            return
        try:
            self.attachments.append(self.read_child(raw, name))
        except FoyerdocError as error:
            self.issue("attachment_unreadable", f"attachment {name!r} not read: {error}")

    def finish(self, media_type: str, *, allow_empty: bool = False) -> Document:
        """The document as assembled.

        Raises:
            EmptyFile: there is no text, no attachment and no hidden text, and the reader does not allow that.
        """
        text = "".join(self._parts)
        if not (text or self.attachments or self.hidden or allow_empty):
            raise EmptyFile(f"{self.name}: nothing to read in it", hint="open the file and look whether it has any content")
        if self.hidden and not any(issue.code == "hidden_text" for issue in self.issues):
            n = len(self.hidden)
            self.issue("hidden_text", f"{n} stretches of text that a reader does not see were kept out of the text")
        return Document(
            id=hashlib.sha256(self.raw).hexdigest(),
            name=self.name,
            media_type=media_type,
            text=text,
            pages=tuple(self.pages),
            blocks=tuple(self.blocks),
            outline=tuple(self.outline),
            metadata=MappingProxyType({k: v for k, v in self.metadata.items() if v}),
            attachments=tuple(self.attachments),
            issues=tuple(self.issues),
            hidden=tuple(self.hidden),
        )

    def _append(self, text: str) -> Span:
        gap = "\n\n" if self._length else ""
        start = self._length + len(gap)
        self._length = start + len(text)
        if self._length > self.limits.text_characters:
            raise LimitExceeded(
                f"{self.name}: more than {self.limits.text_characters} characters of text",
                hint="raise Limits.text_characters, or split the file",
            )
        self._parts.append(gap + text)
        return Span(start, self._length)


def paired(text: str) -> str:
    """A text whose characters beyond the first plane came as two halves of UTF-16; a half alone becomes U+FFFD."""
    if not any("\ud800" <= c <= "\udfff" for c in text):
        return text
    return text.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="replace")


def decode_metadata(values: Mapping[str, object]) -> dict[str, str]:
    """Metadata values as trimmed strings, empty ones left out."""
    return {key: text for key, value in values.items() if value is not None and (text := str(value).strip())}
