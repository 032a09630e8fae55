from __future__ import annotations

import numpy as np
import pytest

from foyerdoc.index.fusion import MOST, contenders, fuse, sentences, with_sentences
from foyerdoc.index.store import Index
from tests.index.conftest import make_document


def test_meaning_and_words_are_added_on_scales_of_their_own():
    fused = fuse(np.array([1.0, 0.85, 0.7, -1.0]), np.array([1.0, 0.0, 0.5, 0.0]))
    np.testing.assert_allclose(fused, [1.0, 0.35, 0.15, 0.0])
    np.testing.assert_allclose(fuse(np.array([0.85]), np.array([0.2]), dense=0.5), [0.35])


@pytest.mark.parametrize(
    ("scores", "expected"),
    [([], 0), ([0.5], 0), ([0.5, 0.3], 0), ([0.5, 0.45, 0.41, 0.2], 3), ([0.5] * 30, MOST)],
)
def test_a_best_candidate_that_stands_alone_is_not_looked_at_again(scores, expected):
    assert contenders(scores) == expected


def test_the_nearest_sentence_counts_half():
    np.testing.assert_allclose(with_sentences(np.array([0.8, 0.9]), np.array([0.9, 0.7])), [0.85, 0.8])


def test_sentences_stand_in_the_text_and_come_once():
    assert sentences("Am 3. M\u00e4rz regnet es. Ja!  Ja!\n\nNein. ", "de") == ["Am 3. M\u00e4rz regnet es.", "Ja!", "Nein."]
    assert sentences(" \n", None) == []


def test_of_close_chunks_the_one_with_the_nearest_sentence_wins(tmp_path, words, monkeypatch):
    # With these embeddings all but the same text is below the floor.
    monkeypatch.setattr("foyerdoc.index.fusion._FLOOR", 0.0)
    answer = make_document("answer", "The premium is due in May. Rain and snow fell on both hills, and nobody came home early.")
    other = make_document("other", "The premium fell, due to snow. Rain in May and early hills: nobody came on both.")
    with Index.open(tmp_path, embedder=words) as index:
        index.add([other, answer])
        first, second = index.weigh("The premium is due in May", 2)
    assert (first.document_name, second.document_name) == ("answer", "other")
    assert first.score > 0.7 * (first.cosine + 1) / 2
    assert first.score <= 1
