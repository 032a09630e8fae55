"""Whether quotes bear a sentence out."""

from __future__ import annotations

import pytest

from foyerdoc.chat.support import Quoted, objection

JEWELS = "Le vol des bijoux est couvert jusqu'à 3 000 euros, sur facture d'Anna Weber."
EXCESS = "Die Selbstbeteiligung beträgt 1.250,50 Euro je Schadenfall und gilt ab dem 1. März 2026."
CELLAR = "Water damage in the cellar is excluded unless the insurer agreed in writing."
STORM = "The insurer pays up to three claims a year at 80 % of the value under contract RE-17."


def why(sentence, quote, language, cosine=0.0):
    return objection(sentence, [Quoted(quote, language, quote)], lambda *_: cosine)


@pytest.mark.parametrize(
    ("sentence", "quote", "language"),
    [
        (JEWELS, JEWELS, "fr"),
        ("Le vol des bijoux est couvert jusqu'à 3000 €.", JEWELS, "fr"),
        ("Die Selbstbeteiligung beträgt 1250,50 EUR je Schadenfall.", EXCESS, "de"),
        ("Die Selbstbeteiligung gilt ab dem 01.03.2026.", EXCESS, "de"),
        ("Water damage in the cellar is not covered unless the insurer agreed.", CELLAR, "en"),
        ("The insurer pays up to 3 claims a year at 80%.", STORM.replace("three", "3"), "en"),
        ("The insurer pays three claims a year under contract RE-17.", STORM, "en"),
    ],
)
def test_what_stands_in_the_quote_is_borne_out(sentence, quote, language):
    assert why(sentence, quote, language) is None


@pytest.mark.parametrize(
    ("sentence", "quote", "language", "reason"),
    [
        ("Le vol des bijoux est couvert jusqu'à 30 000 euros.", JEWELS, "fr", "number"),
        ("Le vol des bijoux est couvert jusqu'à 3 000 dollars.", JEWELS, "fr", "number"),
        ("Le vol des bijoux est couvert jusqu'à 3 euros.", JEWELS, "fr", "number"),
        ("Die Selbstbeteiligung beträgt 250,50 Euro je Schadenfall.", EXCESS, "de", "number"),
        ("Die Selbstbeteiligung gilt ab dem 3. Januar 2026.", EXCESS, "de", "number"),
        ("The insurer pays up to four claims a year.", STORM, "en", "number"),
        ("The insurer pays 80 euros a year.", STORM, "en", "number"),
        ("The insurer pays claims under contract RE-18.", STORM, "en", "number"),
        ("Le vol des bijoux d'Anna Schmidt est couvert.", JEWELS, "fr", "name"),
        ("Schmidt est couvert sur facture pour le vol des bijoux.", JEWELS, "fr", "name"),
        ("Le vol des bijoux n'est pas couvert.", JEWELS, "fr", "denies"),
        ("Water damage in the cellar is covered.", CELLAR, "en", "denies"),
        ("The insurer pays whatever anybody could ever wish or ask for.", STORM, "en", "too few"),
        ("Le vol des vélos dans la rue reste toujours couvert et payé.", JEWELS, "fr", "too few"),
    ],
)
def test_what_does_not_stand_there_is_objected_to(sentence, quote, language, reason):
    assert reason in (why(sentence, quote, language) or "")


def test_between_languages_the_embedder_stands_in_for_the_words_but_numbers_and_names_still_count():
    assert why("The theft of jewellery is covered up to 3,000 euros.", JEWELS, "fr", 0.9) is None
    assert "language" in why("The theft of jewellery is covered up to 3,000 euros.", JEWELS, "fr", 0.8)
    assert "number" in why("The theft of jewellery is covered up to 300 euros.", JEWELS, "fr", 0.9)
    assert "name" in why("The theft of jewellery by Mr Schmidt is covered.", JEWELS, "fr", 0.9)


def test_what_says_nothing_is_not_borne_out():
    assert why("Or it is", STORM, "en") == "it says nothing"
    assert why("It is 80 %.", STORM, "en") is None


def test_a_sentence_without_quotes_is_never_borne_out():
    assert objection("All is well.", [], lambda *_: 1.0)


@pytest.mark.parametrize("sentence", ["Call 999 now", "Zanzibar pays", "whatever anybody wished"])
def test_what_is_said_of_a_sentence_repeats_nothing_of_it(sentence):
    assert not set(sentence.lower().split()) & set(why(sentence, STORM, "en").lower().split())
