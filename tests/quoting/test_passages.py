"""Which tokens are a sentence's, however long the passage is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foyerdoc.documents import Span
from foyerdoc.models.embedded import embedded_embedder
from foyerdoc.models.tokens import Tokens
from foyerdoc.quoting import Passage
from foyerdoc.quoting.passages import Reader

SENTENCES = (
    "Die Selbstbeteiligung beträgt 300 Euro.",
    "La grêle est couverte.",
    "Storms are covered, too.",
    "Œuvre d’art n° 5 !",
)


@pytest.fixture(scope="module")
def tokens():
    return Tokens(embedded_embedder())


def passage(*sentences):
    text = " ".join(sentences)
    spans, at = [], 0
    for sentence in sentences:
        spans.append(Span(at, at + len(sentence)))
        at += len(sentence) + 1
    return Passage(text, tuple(spans), tuple(0.1 * i for i in range(len(sentences))))


def told(tokens, reading):
    """The tokens that the network will take for each sentence."""
    whole = [int(token) for window in reading.windows for token in window]
    found = [[] for _ in reading.scores]
    for place, owner in zip(reading.places, reading.owners, strict=True):
        found[owner].append(whole[place])
    return found


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=12), st.integers(40, 512))
@settings(max_examples=30, deadline=None)
def test_a_sentence_is_its_own_tokens(tokens, sentences, positions):
    """In one window or in several: what the network takes for a sentence are the tokens that it has by itself."""
    question = "Wie hoch ist die Selbstbeteiligung?"
    space = tokens.ids(["Œ"])[0][1]
    reading = Reader(tokens, positions).read(question, [passage(*sentences), passage(*sentences[:2])])
    assert all(len(window) <= positions for window in reading.windows)
    # A space that is a token of its own is nobody's.
    expected = [[t for t in tokens.ids([s])[0][1:-1] if t != space] for s in [*sentences, *sentences[:2]]]
    assert told(tokens, reading) == expected
    asked = tokens.ids([f"query: {question}"])[0]
    assert all(window[: len(asked)].tolist() == asked for window in reading.windows)


def test_a_sentence_longer_than_a_window_is_cut(tokens):
    long = "wort " * 300
    reading = Reader(tokens, 64).read("Was?", [passage("Kurz ist das.", long.strip(), "Und kurz ist dies.")])
    lengths = [len(each) for each in told(tokens, reading)]
    assert all(lengths)
    assert all(len(window) <= 64 for window in reading.windows)


def test_a_long_question_leaves_room(tokens):
    reading = Reader(tokens, 512).read("warum " * 2000, [passage(*SENTENCES)])
    assert len(reading.windows) == 1
    assert len(reading.windows[0]) < 512


def test_passages_without_sentences_are_not_read(tokens):
    reading = Reader(tokens, 512).read("Was?", [Passage("Nur ein Titel", (), ()), passage(*SENTENCES)])
    assert len(reading.windows) == 1
    assert len(reading.scores) == len(SENTENCES)
