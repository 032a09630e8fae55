"""What a token is to `chunk`: counters, and rulers that measure stretches of one text with them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable


@runtime_checkable
class TokenCounter(Protocol):
    """Counts tokens as a model's tokenizer does. May add a fixed number for the model's own marks."""

    def __call__(self, text: str) -> int:
        """The number of tokens of a text, the model's marks included."""

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Start and end of every token in the text, ascending, in code points; the model's marks left out."""


_BYTES = 5  # of UTF-8 that make a token: about a word piece in European languages, two Chinese characters
_COST = [(n + _BYTES - 1) // _BYTES for n in range(400)]
_PIECE = re.compile(r"\S+")


class WordCounter:
    """A fast estimate without a model: one token for every five bytes that a word has begun in UTF-8.

    Words are what stands between white space, punctuation included. Over German and English paragraphs the counts add up
    to what multilingual-E5 counts, over French ones to a twelfth less; a single paragraph is up to a fifth off. It is
    exact in the sense that matters here: the counts of two stretches that white space separates add up.
    """

    def __call__(self, text: str) -> int:
        """The number of tokens of a text."""
        lengths = map(len, text.encode("utf-8", "surrogatepass").split())
        try:
            return sum(map(_COST.__getitem__, lengths))
        except IndexError:
            return sum((len(word) + _BYTES - 1) // _BYTES for word in text.encode("utf-8", "surrogatepass").split())

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """Start and end of every token; where letters have several bytes a token may be a letter longer or shorter."""
        found = []
        for match in _PIECE.finditer(text):
            start, word = match.start(), match[0]
            n = self(word)
            step = -(-len(word) // n)
            found += [(at, min(at + step, match.end())) for at in range(start, match.end(), step)]
        return found


class Ruler(Protocol):
    """Measures stretches of one text in tokens."""

    def size(self, start: int, end: int) -> int:
        """About how many tokens; the sizes of stretches that follow each other add up to no less than that of the whole."""

    def exact(self, start: int, end: int) -> int:
        """How many tokens the stretch has when it stands alone."""

    def fits(self, size: int, start: int, end: int, budget: int) -> bool:
        """Whether the stretch, whose sizes add up to `size`, has at most so many tokens when it stands alone."""

    def total(self, size: int | None, start: int, end: int, budget: int) -> int:
        """The tokens of a stretch; `size` is what its parts add up to, None when a cut inside a word may have changed that."""


class WordRuler:
    """Measures with `WordCounter`, which needs no tokenisation of the whole."""

    def __init__(self, text: str, counter: WordCounter) -> None:
        self._text, self._counter = text, counter

    def size(self, start: int, end: int) -> int:
        """See `Ruler`."""
        return self._counter(self._text[start:end])

    exact = size

    def fits(self, size: int, _start: int, _end: int, budget: int) -> bool:
        """See `Ruler`. A cut inside a word can only add to the sum, so the sum decides."""
        return size <= budget

    def total(self, size: int | None, start: int, end: int, _budget: int) -> int:
        """See `Ruler`."""
        return self.exact(start, end) if size is None else size


class OffsetRuler:
    """Measures with one tokenisation of the whole text.

    A piece that stands alone can have other tokens than within the whole: where it is cut inside a word, or where the
    tokenizer treats a text's beginning differently. So near the budget the piece itself is counted.
    """

    def __init__(self, text: str, counter: Callable[[str], int], starts: list[int], *, trusted: bool) -> None:
        self._text, self._counter, self._starts = text, counter, starts
        self._marks = counter("")
        self._known: dict[tuple[int, int], int] = {}
        # What the sum over the whole text may differ by from a piece alone before every piece is counted.
        self._slack = 8 if trusted else None

    def size(self, start: int, end: int) -> int:
        """See `Ruler`. Tokens that begin in the stretch; one that begins before it and ends in it counts as well."""
        starts = self._starts
        return bisect_left(starts, end) - bisect_left(starts, start)

    def exact(self, start: int, end: int) -> int:
        """See `Ruler`."""
        known = self._known.get((start, end))
        if known is None:
            known = self._known[start, end] = self._counter(self._text[start:end])
        return known

    def fits(self, size: int, start: int, end: int, budget: int) -> bool:
        """See `Ruler`."""
        if self._slack is not None:
            estimate = size + self._marks
            if estimate + self._slack <= budget:
                return True
            if estimate > budget + self._slack:
                return False
        return self._checked(size, start, end) <= budget

    def total(self, size: int | None, start: int, end: int, budget: int) -> int:
        """See `Ruler`."""
        if size is None or self._slack is None or not self._known or size + self._marks + self._slack > budget:
            return self._checked(size, start, end)
        return self._known.get((start, end), size + self._marks)

    def _checked(self, size: int | None, start: int, end: int) -> int:
        found = self.exact(start, end)
        if size is not None and self._slack is not None and abs(found - size - self._marks) > self._slack // 2:
            self._slack = None
        return found


def ruler(text: str, counter: TokenCounter | Callable[[str], int] | None) -> Ruler:
    """The ruler that suits a counter: none for the default, or any callable that counts."""
    if counter is None:
        return WordRuler(text, WordCounter())
    if isinstance(counter, WordCounter):
        return WordRuler(text, counter)
    if isinstance(counter, TokenCounter):
        return OffsetRuler(text, counter, _token_starts(text, counter.offsets(text)), trusted=True)
    return OffsetRuler(text, counter, _word_starts(text, counter), trusted=False)


def _token_starts(text: str, offsets: Sequence[tuple[int, int]]) -> list[int]:
    """Where tokens start; one that takes the space before its word along starts with the word."""
    return [_word_start(text, start, end) if text[start : start + 1].isspace() else start for start, end in offsets]


def _word_start(text: str, start: int, end: int) -> int:
    at = start + 1
    while at < end and text[at].isspace():
        at += 1
    return at if at < end else start


def _word_starts(text: str, counter: Callable[[str], int]) -> list[int]:
    """Token starts for a counter that gives no offsets: each different word is counted once, alone."""
    marks = counter("")
    counts: dict[str, int] = {}
    starts: list[int] = []
    for match in _PIECE.finditer(text):
        word = match[0]
        if word not in counts:
            counts[word] = max(counter(word) - marks, 1)
        n, start, length = counts[word], match.start(), len(word)
        starts += [start + i * length // n for i in range(n)] if n > 1 else [start]
    return starts
