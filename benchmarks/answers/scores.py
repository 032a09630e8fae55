"""What the benchmarks of answers count with."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

_ARTICLES = {
    "en": "a an the",
    "de": "ein eine einen einem eines einer der die das den dem des",
    "fr": "le la les l un une des du d au aux",
}
_MARKS = str.maketrans(dict.fromkeys(string.punctuation + "«»„“”’–—…", " "))


def words(text: str, language: str) -> list[str]:
    """The words that count: without case, punctuation and the language's articles.

    Source: the script of SQuAD (Rajpurkar et al., 2016); German articles as in MLQA's (Lewis et al., 2020), French ones with
    what is left of elided and contracted forms. Marks part words here, since French joins articles by them.
    """
    articles = set(_ARTICLES[language].split())
    return [word for word in text.lower().translate(_MARKS).split() if word not in articles]


def exact(said: str, answers: Iterable[str], language: str) -> bool:
    """Whether the words are those of an answer."""
    return any(words(said, language) == words(answer, language) for answer in answers)


def f1(said: str, answers: Iterable[str], language: str) -> float:
    """The overlap with the nearest answer, 0 to 1: harmonic mean of the shares of both sides' words that the other has."""
    return max(_f1(Counter(words(said, language)), Counter(words(answer, language))) for answer in answers)


def _f1(said: Counter[str], answer: Counter[str]) -> float:
    return 2 * (said & answer).total() / max(1, said.total() + answer.total())


def share(hits: Sequence[float], of: Sequence[float], groups: Sequence[object]) -> str:
    """The hits over what there was to hit, and its interval of 95% when whole groups (articles, contracts) are drawn again."""
    if not sum(of):
        return ""
    _, numbers = np.unique(groups, return_inverse=True)
    tops, bottoms = np.bincount(numbers, hits), np.bincount(numbers, of)
    some = np.random.default_rng(0).integers(0, len(tops), (2000, len(tops)))
    drawn, from_ = tops[some].sum(1), bottoms[some].sum(1)
    low, high = np.quantile(drawn[from_ > 0] / from_[from_ > 0], [0.025, 0.975])
    return f"{sum(hits) / sum(of):.3f} ({low:.3f} to {high:.3f})"


def auroc(values: np.ndarray, positive: np.ndarray) -> float:
    """The chance that a random positive has the higher value than a random other one; 1 is best."""
    higher = values[positive][:, None] > values[~positive]
    equal = values[positive][:, None] == values[~positive]
    return float((higher + 0.5 * equal).mean())
