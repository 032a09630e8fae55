from __future__ import annotations

from pathlib import Path

import numpy as np

from foyerdoc.classification.lexical import Lexical

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
