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
