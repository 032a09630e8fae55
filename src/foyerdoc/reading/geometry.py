"""Where the words of a PDF stand, computed when somebody asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from foyerdoc.documents import Box, Geometry, Page

Word = tuple[str, float, float, float, float]
"""A word and its box on its page: text, x0, y0, x1, y1 in points, origin top left."""

_WORD = re.compile(r"\S+")


def align(text: str, page: Page, words: Iterable[Word]) -> tuple[tuple[int, int, Box], ...]:
    """Give each word of a page its place in the document's text.

    Both come from the same layout, so the text's words are the layout's words in the same order; what stands behind
    them on the page (notes, form fields) has no words here and is left out.
    """
    placed = []
    for match, (word, x0, y0, x1, y1) in zip(_WORD.finditer(text, page.span.start, page.span.end), words, strict=False):
        if match[0] != word:
            break
        placed.append((match.start(), match.end(), Box(page.number, x0, y0, x1, y1)))
    return tuple(placed)


@dataclass(slots=True)
class PdfGeometry:
    """The words of a PDF, asked of the file page by page and then kept.

    Attributes:
        text: the document's text as read.
        pages: its pages.
        ask: gives the words of some pages, as `reading.pdf.words_of` does.
        known: words that are known without asking: those of recognised pages and form fields.
    """

    text: str
    pages: Sequence[Page]
    ask: Callable[[list[int]], Mapping[int, list[Word]]]
    known: Geometry | None = None
    _words: dict[int, tuple[tuple[int, int, Box], ...]] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def words(self, page: int) -> Sequence[tuple[int, int, Box]]:
        """The page's words in text order: start and end in the text as read, and the box."""
        with self._lock:
            if page not in self._words:
                # Asking costs a process; the pages around are likely to be asked for next.
                near = [p for p in range(page, min(page + 8, len(self.pages) + 1)) if p not in self._words]
                for number, words in self.ask(near).items():
                    record = self.pages[number - 1]
                    known = tuple(self.known.words(number)) if self.known is not None else ()
                    recognised = record.ocr_confidence is not None
                    placed = () if recognised else align(self.text, record, words)
                    self._words[number] = tuple(sorted((*placed, *known), key=_start))
            return self._words[page]


def _start(word: tuple[int, int, Box]) -> int:
    return word[0]
