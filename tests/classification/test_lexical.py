from __future__ import annotations

from pathlib import Path

import numpy as np

from foyerdoc.classification.lexical import Counted, Lexical

TEXTS = ["la facture est impayée", "facture du mois de mars", "die Scheibe ist gesprungen", "Scheibe und Rahmen kaputt"]


def test_words_are_learnt_and_a_leaf_without_texts_never_wins() -> None:
    scores = Lexical(3).fit(TEXTS, [0, 0, 2, 2]).score(["une facture", "eine Scheibe", ""])
    assert scores.argmax(axis=1)[:2].tolist() == [0, 2]
    assert (scores[:, 1] < scores.max(axis=1)).all()


def test_what_is_saved_scores_as_before(tmp_path: Path) -> None:
    lexical = Lexical(4).fit([*TEXTS, "tree house", "green tree"], [0, 0, 2, 2, 3, 3])
    lexical.save(tmp_path / "words.safetensors")
    found = Lexical.load(tmp_path / "words.safetensors").score([*TEXTS, "völlig anders", "tree"])
    np.testing.assert_allclose(found, lexical.score([*TEXTS, "völlig anders", "tree"]), atol=5e-3)


def test_one_label_alone_is_always_it() -> None:
    assert Lexical(2).fit(TEXTS, [1, 1, 1, 1]).score(["anything"]).argmax() == 1


SIGNS = ["!!! ... !!!", "???", "!!!", "?? ?", "🙂 🙂", "... !!!", "??? ??", "🙂🙂🙂"]


def test_texts_without_a_word_are_told_apart_by_their_signs(tmp_path: Path) -> None:
    counted = Counted(SIGNS)
    assert counted.wordless
    assert not Counted([*SIGNS, "word"]).wordless
    labels = [0, 1, 0, 1, 2, 0, 1, 2]
    lexical = Lexical(3).fit_counted(counted, range(8), labels)
    assert lexical.score_counted(counted, range(8)).argmax(axis=1).tolist() == labels
    assert lexical.score(["!!", "words that nobody knows"]).shape == (2, 3)
    lexical.save(tmp_path / "words.safetensors")
    loaded = Lexical.load(tmp_path / "words.safetensors")
    np.testing.assert_allclose(loaded.score(SIGNS), lexical.score(SIGNS), atol=2e-2)


def test_a_part_without_any_term_says_nothing(tmp_path: Path) -> None:
    counted = Counted(["", " ", "word"])
    lexical = Lexical(3).fit_counted(counted, [0, 1], [0, 2])
    assert lexical.score_counted(counted, [0, 2]).tolist() == [[0, -2, 0], [0, -2, 0]]
    lexical.save(tmp_path / "words.safetensors")
    assert Lexical.load(tmp_path / "words.safetensors").score(["word"]).tolist() == [[0, -2, 0]]
    assert Lexical(2).fit_counted(counted, [], []).score(["word"]).tolist() == [[-2, -2]]


def test_what_is_learnt_from_many_texts_is_the_same_every_time() -> None:
    generator = np.random.default_rng(0)
    words = [f"word{i}" for i in range(60)]
    texts = [" ".join(generator.choice(words, size=6)) for _ in range(2100)]
    labels = [int(generator.integers(3)) for _ in texts]
    found = []
    for seed in (1, 2):
        np.random.seed(seed)  # scikit-learn draws from it when it is given no seed
        found.append(Lexical(3).fit(texts, labels).score(texts[:50]))
    np.testing.assert_array_equal(*found)


def test_what_is_learnt_from_some_of_the_counted_texts_is_what_these_alone_teach() -> None:
    generator = np.random.default_rng(0)
    words = ["facture", "sinistre", "Scheibe", "Rahmen", "policy", "claim", "échéance", "Mahnung", "premium", "prime"]
    texts = [" ".join(generator.choice(words, size=12)) for _ in range(90)]
    labels = [text.count("facture") % 3 for text in texts]
    rows, others = [*range(0, 90, 2), 1, 3, 5, 7, 9, 11], [13, 15, 17]
    counted = Counted(texts)
    lexical = Lexical(3).fit_counted(counted, rows, [labels[row] for row in rows])
    alone = plain_scores([texts[row] for row in rows], [labels[row] for row in rows], [texts[row] for row in others])
    np.testing.assert_allclose(lexical.score([texts[row] for row in others]), alone, atol=2e-3)
    np.testing.assert_allclose(lexical.score_counted(counted, others), alone, atol=2e-3)


def plain_scores(texts: list[str], labels: list[int], asked: list[str]) -> np.ndarray:
    """scikit-learn's own vectorisers and machine, over the terms."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    kinds = ({"analyzer": "word", "ngram_range": (1, 2)}, {"analyzer": "char_wb", "ngram_range": (3, 5)})
    made = [TfidfVectorizer(sublinear_tf=True, min_df=2, **kind).fit(texts) for kind in kinds]
    machine = LinearSVC(C=1.0, tol=1e-6, max_iter=20000).fit(hstack([each.transform(texts) for each in made]), labels)
    found: np.ndarray = machine.decision_function(hstack([each.transform(asked) for each in made]))
    return found
