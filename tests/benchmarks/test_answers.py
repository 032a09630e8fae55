"""What benchmarks/answers counts with, on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.answers import scores
from benchmarks.answers.cuad import overlap
from benchmarks.answers.quotes import covers
from benchmarks.questions import Question

from foyerdoc.documents import Span
from foyerdoc.evaluation.metrics import answers
from foyerdoc.results import Citation


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("The hail, and an excess.", "en", ["hail", "and", "excess"]),
        ("Das Dach der Scheune", "de", ["dach", "scheune"]),
        ("L’excédent du dégât", "fr", ["excédent", "dégât"]),
        ("1.250,50 €", "de", ["1", "250", "50", "€"]),
    ],
)
def test_words_are_plain(text: str, language: str, words: list[str]) -> None:
    assert answers.words(text, language) == words


def test_f1_is_that_of_the_nearest_answer() -> None:
    # Of "hail broke roof" and "roof" one word is shared: 2 * 1 / (3 + 1).
    assert answers.f1("The hail broke the roof.", ["the roof"], "en") == pytest.approx(0.5)
    assert answers.f1("The hail broke the roof.", ["nothing", "hail broke roof"], "en") == 1.0
    assert answers.f1("", ["the roof"], "en") == 0.0
    assert answers.exact("The roof!", ["a roof"], "en")
    assert not answers.exact("", ["a roof"], "en")


def test_a_share_has_an_interval_of_whole_groups() -> None:
    assert scores.share([1, 1, 0, 0], [1, 1, 1, 1], ["a", "a", "b", "b"]) == "0.500 (0.000 to 1.000)"
    assert scores.share([1, 0, 1, 0], [1, 1, 1, 1], ["a", "a", "b", "b"]) == "0.500 (0.500 to 0.500)"
    assert scores.share([0, 0], [0, 0], ["a", "b"]) == ""


def test_auroc_counts_ties_as_half() -> None:
    assert scores.auroc(np.array([3.0, 1.0, 1.0, 0.0]), np.array([True, True, False, False])) == 0.875


def test_overlap_counts_each_character_once() -> None:
    recall, precision = overlap([Span(0, 10), Span(5, 15)], [Span(10, 20), Span(12, 20)])
    assert (recall, precision) == (0.5, pytest.approx(1 / 3))
    assert overlap([], [Span(0, 5)]) == (0, 0)


@pytest.mark.parametrize(("name", "start", "end", "right"), [("3", 0, 20, True), ("3", 8, 20, False), ("4", 0, 20, False)])
def test_a_citation_is_right_where_it_covers_the_answer(name: str, start: int, end: int, right: bool) -> None:
    question = Question("Who?", 3, ("somebody", "body"), (6, 9), 0, choosing=False)
    quoted = Citation(1, "id", name, "chunk", Span(start, end), None, "x", (), verified=True, supported=True)
    shorter = Question("Who?", 3, ("somebody",), (6,), 0, choosing=False)
    assert covers(quoted, shorter) is right
    assert covers(quoted, question) is (name == "3")
