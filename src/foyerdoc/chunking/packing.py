"""Sections into chunks: small neighbours together, large ones cut, never over the budget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from foyerdoc.chunking.counting import Ruler
from foyerdoc.chunking.cutting import may_cut, parts, slices, smaller_parts, words
from foyerdoc.chunking.sections import Path, Section
from foyerdoc.chunking.sentences import sentence_starts
from foyerdoc.documents import Block

_FILL = 3  # a chunk under a third of the budget is filled from the next paragraph, even if that divides it
_WHITE = " \n\t"  # what stands between words for every counter
_TOKEN = 12  # characters: longer than tokens are on average, so a longer sentence is no overlap


@dataclass(frozen=True, slots=True)
class Packed:
    """A chunk's place: where it starts and ends, the headings it stands under, its tokens."""

    start: int
    end: int
    path: Path
    n_tokens: int


@dataclass(slots=True)
class _Open:
    """A chunk that can still grow.

    Attributes:
        start, end: its stretch of the text.
        size: the sizes of its parts together.
        path: the headings it stands under.
        depth: how many of them it may not lose when a section joins.
        kind: that of its sections.
        settled: it holds more than headings.
        clean: a space, tab or line break stands between all of its parts, so that their sizes add up.
    """

    start: int
    end: int
    size: int
    path: Path
    depth: int = 0
    kind: str = "text"
    settled: bool = False
    clean: bool = True


@dataclass(frozen=True, slots=True)
class Packer:
    """Packs the sections of one text.

    Attributes:
        text: the whole text.
        ruler: measures it.
        budget: tokens that a chunk may have at most.
        overlap: tokens of whole sentences that a chunk may repeat from the one before.
        language: the text's language, None when not known.
    """

    text: str
    ruler: Ruler
    budget: int
    overlap: int
    language: str | None

    def pack(self, sections: Iterator[Section]) -> Iterator[Packed]:
        """The chunks in order."""
        current: _Open | None = None
        for section in sections:
            if current is not None:
                if self._belongs(section, current):
                    self._grow(current, section.end, section.size)
                    current.path = _common(current.path, section.path)
                    continue
                yield from self._close(current)
                current = None
            if self.ruler.fits(section.size, section.start, section.end, self.budget):
                current = _Open(
                    section.start, section.end, section.size, section.path, max(len(section.path) - 1, 0), section.kind
                )
            else:
                yield from self._divide(section)
        if current is not None:
            yield from self._close(current)

    def _belongs(self, section: Section, current: _Open) -> bool:
        """Whether a whole section joins the open chunk: both are small, and the headings above both stay true for both."""
        return (
            2 * current.size < self.budget
            and section.kind == current.kind
            and len(_common(current.path, section.path)) >= current.depth
            and self.ruler.fits(current.size + section.size, current.start, section.end, self.budget)
        )

    # --- sections over the budget ------------------------------------------------------------------------------------

    def _divide(self, section: Section) -> Iterator[Packed]:
        current: _Open | None = None
        for i, (block, size) in enumerate(section.blocks):
            heading = i < section.n_headings
            span, previous = block.span, section.blocks[i - 1][0] if i else block
            if current is not None and self.ruler.fits(current.size + size, current.start, span.end, self.budget):
                self._grow(current, span.end, size)
                current.settled |= not heading
                continue
            fill = current is not None and (not current.settled or _FILL * current.size < self.budget)
            if not fill and self.ruler.fits(size, span.start, span.end, self.budget):
                before = current
                if before is not None:
                    yield from self._close(before)
                current = self._opened(span.start, span.end, size, section.path, before, previous)
                current.settled = not heading
                continue
            for packed in self._cut_up(block, previous, section.path, current):
                if isinstance(packed, _Open):
                    current = packed
                else:
                    yield packed
        if current is not None:
            yield from self._close(current)

    def _cut_up(self, block: Block, previous: Block, path: Path, current: _Open | None) -> Iterator[Packed | _Open]:
        """Fill chunks with the parts of a block; the last one, still open, comes last."""
        queue = [(part, 0) for part in reversed(parts(self.text, block, self.language))]
        while queue:
            (start, end), depth = queue.pop()
            if current is not None:
                size = self.ruler.size(current.end, end)
                if self.ruler.fits(current.size + size, current.start, end, self.budget):
                    self._grow(current, end, size)
                    current.settled = True
                    continue
                if depth < 2 and not current.settled:
                    # Rather a heading with half a sentence than a heading alone.
                    queue += [(part, depth + 1) for part in reversed(self._smaller(block, (start, end), depth))]
                    continue
            size = self.ruler.size(start, end)
            if self.ruler.fits(size, start, end, self.budget):
                before = current
                if before is not None:
                    yield from self._close(before)
                inside = before is not None and before.end > block.span.start
                current = self._opened(start, end, size, path, before, block if inside else previous)
                current.settled = True
            elif depth < 2:
                if block.kind == "table" and depth == 0 and current is not None:
                    yield from self._close(current)  # a row that is cut into cells does not share a chunk with another row
                    current = None
                queue += [(part, depth + 1) for part in reversed(self._smaller(block, (start, end), depth))]
            else:
                if current is not None:
                    yield from self._close(current)
                *whole, last = slices(self.text, (start, end), self.ruler, self.budget)
                for piece in whole:
                    yield self._packed(*piece, path)
                current = _Open(*last, self.ruler.exact(*last), path, settled=True)
        if current is not None:
            yield current

    def _smaller(self, block: Block, part: tuple[int, int], depth: int) -> list[tuple[int, int]]:
        return smaller_parts(self.text, block, part) if depth == 0 else words(self.text, *part)

    def _opened(self, start: int, end: int, size: int, path: Path, before: _Open | None, last: Block) -> _Open:
        """A new chunk, with the last sentences of the one before it, which ends in `last`, as overlap and budget allow."""
        opened = _Open(start, end, size, path)
        if before is None or not self.overlap or not before.settled or last.kind in {"table", "code", "heading"}:
            return opened
        # Only the tail is looked at; the place where it begins is no sentence's.
        tail = max(last.span.start, before.start, before.end - _TOKEN * self.overlap)
        for at in reversed(sentence_starts(self.text, tail, before.end, last.language or self.language)):
            if at <= before.start or (at == tail and at > last.span.start) or not may_cut(self.text, at):
                continue
            repeated = self.ruler.size(at, start)
            if repeated > self.overlap or not self.ruler.fits(repeated + size, at, end, self.budget):
                break
            opened.start, opened.size, opened.clean = at, repeated + size, self.text[start - 1] in _WHITE
        return opened

    def _grow(self, current: _Open, end: int, size: int) -> None:
        current.clean = current.clean and (self.text[current.end] in _WHITE or self.text[current.end - 1] in _WHITE)
        current.end, current.size = end, current.size + size

    # --- closing -----------------------------------------------------------------------------------------------------

    def _close(self, current: _Open) -> Iterator[Packed]:
        start, end = current.start, current.end
        packed = self._packed(start, end, current.path, current.size if current.clean else None)
        if packed.n_tokens <= self.budget:
            yield packed
            return
        # The counter finds more in a piece alone than in the whole text: cut it again, counting every piece.
        for piece in self._recut(packed.start, packed.end):
            yield self._packed(*piece, current.path)

    def _recut(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        opened = start
        reached = start
        for first, last in words(self.text, start, end):
            if reached > opened and self.ruler.exact(opened, last) > self.budget:
                yield opened, reached
                opened = first
            if self.ruler.exact(opened, last) > self.budget:
                *whole, rest = slices(self.text, (first, last), self.ruler, self.budget)
                yield from whole
                opened = rest[0]
            reached = last
        if reached > opened:
            yield opened, reached

    def _packed(self, start: int, end: int, path: Path, size: int | None = None) -> Packed:
        text = self.text
        while start < end and text[start].isspace():
            size = size if text[start] in _WHITE else None
            start += 1
        while end > start and text[end - 1].isspace():
            size = size if text[end - 1] in _WHITE else None
            end -= 1
        return Packed(start, end, path, self.ruler.total(size, start, end, self.budget))


def _common(left: Path, right: Path) -> Path:
    n = 0
    while n < min(len(left), len(right)) and left[n] == right[n]:
        n += 1
    return left[:n]
