"""Questions with the sentences that retrieval found, and which of them are right to choose: rows of `tools/quotes.py`."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from foyerdoc import prompts
from foyerdoc.documents import Span
from foyerdoc.models.protocol import Message
from foyerdoc.quoting.passages import Passage
from foyerdoc.quoting.quoter import none_of

_ACROSS: Final = (" > ", ", across languages")
"""In the name of a set whose questions are in another language than the passages, for rows made before rows told `across`."""


@dataclass(frozen=True)
class Choice:
    """A question, the sentences that were found for it, and which of them answer it.

    Attributes:
        group: which set it is of.
        question: one that stands alone.
        passages: best first.
        order: the numbers of all sentences, counted passage by passage, best first as retrieval weighs them.
        bearing: (sentences,) bool: those that bear the answer; all False when none does, or when nobody knows which.
        answerable: whether the passages answer it.
        answers: the words of the answer.
        across: whether question and passages are in two languages, where `Chat` asks no quoter.
    """

    group: str
    question: str
    passages: tuple[Passage, ...]
    order: tuple[int, ...]
    bearing: NDArray[np.bool_]
    answerable: bool
    answers: tuple[str, ...] = ()
    across: bool = False

    @cached_property
    def sentences(self) -> list[str]:
        """The texts of all sentences, counted passage by passage."""
        return [one.text[span.start : span.end] for one in self.passages for span in one.sentences]

    def right(self) -> NDArray[np.bool_]:
        """(1 + sentences,) bool, what is right to choose: none of them, or some of them.

        Where the passages answer but the sentence is not known, any is right. Where it was not found, none.
        """
        if not self.answerable or (self.answers and not self.bearing.any()):
            return np.array([True, *np.zeros_like(self.bearing)])
        bearing = self.bearing if self.bearing.any() else ~self.bearing
        return np.array([False, *bearing])

    def shown(self, most: int) -> tuple[Message, ...]:
        """What a language model is asked, the best sentences numbered: as `Chat` asks it."""
        return prompts.choose_sentences(self.question, [self.sentences[sentence] for sentence in self.order[:most]])

    def conversation(self, most: int) -> tuple[Message, ...] | None:
        """The same with the number that it should write.

        None when nobody knows which.
        """
        if not self.right()[0] and not self.bearing.any():
            return None
        number = next((at for at, sentence in enumerate(self.order[:most], 1) if self.bearing[sentence]), 0)
        return (*self.shown(most), Message("assistant", str(number)))


def read_choices(path: Path) -> tuple[list[Choice], list[Choice]]:
    """The rows of `tools/quotes.py`: those to learn from and those that are held out."""
    with gzip.open(path) as lines:
        rows = [orjson.loads(line) for line in lines]
    return [_choice(row) for row in rows if not row["held_out"]], [_choice(row) for row in rows if row["held_out"]]


def _choice(row: Mapping[str, Any]) -> Choice:
    """Sentences stand in a row best first; here those of the first passage come first."""
    found = row["sentences"]
    by_passage = sorted(range(len(found)), key=lambda at: (found[at][0], found[at][1]))
    numbers = {at: number for number, at in enumerate(by_passage)}
    passages = []
    for number, text in enumerate(row["passages"]):
        own = [found[at] for at in by_passage if found[at][0] == number]
        passages.append(Passage(text, tuple(Span(one[1], one[2]) for one in own), tuple(one[3] for one in own)))
    return Choice(
        row["set"],
        row["question"],
        tuple(passages),
        tuple(numbers[at] for at in range(len(found))),
        np.array([bool(found[at][5]) for at in by_passage]),
        row["answerable"],
        tuple(row["answers"]),
        row.get("across", any(sign in row["set"] for sign in _ACROSS)),
    )


def measure(choices: Sequence[Choice], odds: Sequence[NDArray[np.float64]]) -> dict[str, float]:
    """How good log odds are: "loss", the mean of -log of the probability of what is right to choose, "first" and "auroc".

    "first" is `first_share`; "auroc" the chance that a question that
    is not answered is found likelier to have no answer than one that is.
    """
    losses, none = [], []
    for choice, each in zip(choices, odds, strict=True):
        table = np.array([0.0, *each])
        losses.append(np.logaddexp.reduce(table) - np.logaddexp.reduce(table[choice.right()]))
        none.append(none_of(each))
    known = np.array([choice.right()[0] for choice in choices])
    found = np.array(none)
    return {
        "loss": float(np.mean(losses)),
        "first": first_share(choices, odds),
        "auroc": auroc(found[known], found[~known]),
    }


def first_share(choices: Iterable[Choice], weights: Iterable[NDArray[np.float64]]) -> float:
    """The share of questions whose best sentence bears the answer, of those for which one does, 0 to 1."""
    first = [choice.bearing[each.argmax()] for choice, each in zip(choices, weights, strict=True) if choice.bearing.any()]
    return float(np.mean(first)) if first else 0.0


def auroc(higher: NDArray[np.float64], lower: NDArray[np.float64]) -> float:
    """The chance that a random one of `higher` is above a random one of `lower`, 0 to 1; a half when one is empty."""
    if not len(higher) or not len(lower):
        return 0.5
    above = higher[:, None] > lower
    return float((above + 0.5 * (higher[:, None] == lower)).mean())
