"""A question and its passages as tokens, and which of them are a sentence's.

    <s> query: question </s> passage: First sentence. Second sentence. </s>
                                      └─ sentence 0 ┘ └─ sentence 1 ─┘

So a sentence is read in its place: "It is 150 euros" can be known to be the deductible.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foyerdoc.documents import Span
from foyerdoc.errors import UsageError
from foyerdoc.models.tokens import Tokens

# As the base was trained (Wang et al., "Multilingual E5 Text Embeddings", 2024).
_QUESTION: Final = "query: "
_PASSAGE: Final = "passage: "

_ASKED: Final = 128
"""Tokens of a question that are read: what is longer is cut, its end first."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage with its sentences.

    Attributes:
        text: of the passage.
        sentences: the stretches of `text` that could be quoted, none overlapping another.
        scores: of each sentence, as retrieval weighs it; higher is better.
    """

    text: str
    sentences: tuple[Span, ...]
    scores: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what could only be read wrongly."""
        if len(self.sentences) != len(self.scores) or not all(map(math.isfinite, self.scores)):
            raise UsageError(
                f"{len(self.sentences)} sentences and the scores {self.scores}", hint="give a finite score for each sentence"
            )
        if any(span.end > len(self.text) for span in self.sentences):
            raise UsageError("a sentence ends after its passage", hint="give spans within the passage's own text")


@dataclass(frozen=True, slots=True)
class Reading:
    """A question and its passages as a network reads them.

    Attributes:
        windows: token ids, each beginning with the question. A passage that is too long has several.
        places: (tokens,) int64, places of the sentences' tokens in all windows together.
        owners: (tokens,) int64, the number of each one's sentence, counted over all passages.
        scores: (sentences,) float32, retrieval's.
    """

    windows: tuple[NDArray[np.int64], ...]
    places: NDArray[np.int64]
    owners: NDArray[np.int64]
    scores: NDArray[np.float32]

    @property
    def size(self) -> int:
        """Tokens of all windows."""
        return sum(map(len, self.windows))


class Reader:
    """How questions and passages become tokens: the same in training and in use.

    Args:
        tokens: the base's.
        positions: tokens that the base reads at once.
    """

    def __init__(self, tokens: Tokens, positions: int) -> None:
        self._tokens = tokens
        self._positions = positions

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """A question with its passages, in their order."""
        asked = self._tokens.ids([_QUESTION + question])[0]
        asked = [*asked[: min(_ASKED, len(asked) - 1)], asked[-1]]
        windows: list[NDArray[np.int64]] = []
        places: list[NDArray[np.int64]] = []
        owners: list[NDArray[np.int64]] = []
        at = sentence = 0
        for passage in passages:
            body, stretches = self._stretches(passage)
            for first, last, inside in _windows(stretches, len(body), self._positions - len(asked) - 1):
                for number in inside:
                    start, end = stretches[number][0], min(stretches[number][1], last)
                    places.append(np.arange(start, end) - first + at + len(asked))
                    owners.append(np.full(max(0, end - start), sentence + number))
                windows.append(np.array([*asked, *body[first:last], asked[-1]], dtype=np.int64))
                at += len(windows[-1])
            sentence += len(stretches)
        scores = np.array([score for passage in passages for score in passage.scores], dtype=np.float32)
        return Reading(tuple(windows), _joined(places), _joined(owners), scores)

    def _stretches(self, passage: Passage) -> tuple[list[int], list[tuple[int, int]]]:
        """The passage's tokens without the model's marks, and those of each sentence."""
        text = _PASSAGE + passage.text
        body = self._tokens.ids([text])[0][1:-1]
        starts, ends = np.array(self._tokens.offsets(text)).reshape(-1, 2).T - len(_PASSAGE)
        return body, [
            (int(np.searchsorted(ends, span.start, side="right")), int(np.searchsorted(starts, span.end, side="left")))
            for span in passage.sentences
        ]


def _windows(stretches: Sequence[tuple[int, int]], length: int, room: int) -> list[tuple[int, int, list[int]]]:
    """First and last token of each window, and the numbers of its sentences. One window where the passage fits.

    Else each begins with a sentence and has as many as fit whole; one that is longer than a window is cut.
    """
    if not stretches or length <= room:
        return [(0, min(length, room), list(range(len(stretches))))] if stretches else []
    windows: list[tuple[int, int, list[int]]] = []
    for number in sorted(range(len(stretches)), key=lambda number: stretches[number]):
        start, end = stretches[number]
        if windows and end <= windows[-1][0] + room:
            first, _, inside = windows[-1]
            windows[-1] = first, end, [*inside, number]
        else:
            windows.append((start, min(end, start + room), [number]))
    return windows


def _joined(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, np.int64)
