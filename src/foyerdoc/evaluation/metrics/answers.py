"""Answers to questions: what they say, what they cite, and when they refuse."""

from __future__ import annotations

import string
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foyerdoc.evaluation.gold import QuestionAnnotation
from foyerdoc.evaluation.metrics.retrieval import holds
from foyerdoc.evaluation.predictions import Pairs
from foyerdoc.evaluation.statistics import Measure, share
from foyerdoc.results import Answer

_ARTICLES: Final = {
    "en": "a an the",
    "de": "ein eine einen einem eines einer der die das den dem des",
    "fr": "le la les l un une des du d au aux",
}
_MARKS: Final = str.maketrans(dict.fromkeys(string.punctuation + "«»„“”’–—…", " "))


@dataclass(frozen=True, slots=True)
class Scored:
    """One question.

    Attributes:
        answerable: whether the documents answer it.
        answered: whether the system did. One that failed has done the wrong thing: it answered what it should not have, or
            refused what it should have answered.
        asked: whether answers are known.
        exact, f1, holds: of a known answer: the words are its words; the overlap with it; all its words stand in what was said.
        cited, cited_right: citations, and those that are of a passage of gold.
        passages, passages_cited: passages of gold, and those that a citation is of.
        sentences, supported: of the answer, and those that are borne out.
    """

    answerable: bool
    answered: bool
    asked: bool
    exact: float = 0.0
    f1: float = 0.0
    holds: float = 0.0
    cited: int = 0
    cited_right: int = 0
    passages: int = 0
    passages_cited: int = 0
    sentences: int = 0
    supported: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The scores of all questions, in the order of the items."""

    scored: tuple[Scored, ...]

    @classmethod
    def of(cls, pairs: Pairs[QuestionAnnotation, Answer]) -> Answers:
        """Measure pairs."""
        return cls(tuple(score(truth, result) for truth, result in zip(pairs.truths, pairs.results, strict=True)))

    @property
    def right(self) -> NDArray[np.bool_]:
        """(items,) bool: rightly refused, or answered with what holds a known answer (with anything, where none is known)."""
        return np.array(
            [one.answerable == one.answered and (not one.asked or one.holds > 0) for one in self.scored], dtype=np.bool_
        )

    def measures(self) -> list[Measure]:
        """Every figure of answers; those that nothing in gold asks for are left out."""
        answerable, answered, asked = (self._of(name) for name in ("answerable", "answered", "asked"))
        cited = np.where(self._of("passages") > 0, self._of("cited"), 0)
        found = [
            share("exact", self._of("exact"), asked),
            share("f1", self._of("f1"), asked),
            share("holds", self._of("holds"), asked),
            share("citation_precision", self._of("cited_right"), cited),
            share("citation_recall", self._of("passages_cited"), self._of("passages")),
            share("supported", self._of("supported"), self._of("sentences")),
            share("refused_answerable", answerable * (1 - answered), answerable, lower=True),
            share("answered_unanswerable", (1 - answerable) * answered, 1 - answerable, lower=True),
        ]
        return [one for one in found if one.sums[:, 1].any()]

    def _of(self, name: str) -> NDArray[np.float64]:
        return np.array([getattr(one, name) for one in self.scored], dtype=np.float64)


def score(truth: QuestionAnnotation, result: Answer | None) -> Scored:
    """Measure one answer. One that is given up scores 0 wherever an answer is known, and cites nothing."""
    asked, passages = bool(truth.answers), len(truth.evidence)
    if result is None or result.abstained:
        answered = result is None and not truth.answerable
        return Scored(truth.answerable, answered, asked, passages=passages)
    said = " ".join(sentence.text for sentence in result.sentences) or result.text
    language = truth.language or "en"
    matches = [
        [holds(one, c.document_id, c.document_name, c.span, c.quote) for one in truth.evidence] for c in result.citations
    ]
    return Scored(
        answerable=truth.answerable,
        answered=True,
        asked=asked,
        exact=float(asked and exact(said, truth.answers, language)),
        f1=f1(said, truth.answers, language) if asked else 0.0,
        holds=float(asked and contains(said, truth.answers, language)),
        cited=len(matches),
        cited_right=sum(map(any, matches)),
        passages=passages,
        passages_cited=sum(map(any, zip(*matches, strict=True))),
        sentences=len(result.sentences),
        supported=sum(sentence.supported for sentence in result.sentences),
    )


def words(text: str, language: str) -> list[str]:
    """The words that count: without case, punctuation and the language's articles.

    Source: the script of SQuAD (Rajpurkar et al., 2016); German articles as in MLQA's (Lewis et al., 2020), French ones with
    what is left of elided and contracted forms. Marks part words here, since French joins articles by them.
    """
    articles = set(_ARTICLES.get(language, "").split())
    found = unicodedata.normalize("NFC", text).lower().translate(_MARKS).split()
    # Where nothing would be left ("A", the vitamin) articles are words.
    return [word for word in found if word not in articles] or found


def exact(said: str, answers: Iterable[str], language: str) -> bool:
    """Whether the words are those of an answer."""
    return any(words(said, language) == words(answer, language) for answer in answers)


def f1(said: str, answers: Iterable[str], language: str) -> float:
    """The overlap with the nearest answer, 0 to 1: harmonic mean of the shares of both sides' words that the other has."""
    return max(_f1(Counter(words(said, language)), Counter(words(answer, language))) for answer in answers)


def contains(said: str, answers: Iterable[str], language: str) -> bool:
    """Whether the words of an answer stand in it, one after the other."""
    text = f" {' '.join(words(said, language))} "
    return any(f" {' '.join(words(answer, language))} " in text for answer in answers)


def _f1(said: Counter[str], answer: Counter[str]) -> float:
    return 2 * (said & answer).total() / max(1, said.total() + answer.total())
