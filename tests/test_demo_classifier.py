"""The bundled classifier: small, whole, and of the demo's labels."""

from __future__ import annotations

import json

import pytest

from foyerdoc.classification import Classifier
from foyerdoc.demo import folder
from foyerdoc.documents import Document
from foyerdoc.taxonomy import Taxonomy

GERMAN = """Sehr geehrte Damen und Herren,
hiermit kündige ich meine Hausratversicherung fristgerecht zum Ende des Jahres. Bitte bestätigen Sie mir die
Beendigung des Vertrags schriftlich.
Mit freundlichen Grüßen
K. Ansorge"""

FRENCH = """Madame, Monsieur,
hier soir la machine à laver de mon voisin du dessus a débordé. Le plafond de ma cuisine goutte et le parquet est
gondolé. Je joins des photos. Quand passe l'expert ?
Bien à vous, L. Thinnes"""

ENGLISH = """Second reminder. Our invoice of 3 March has still not been settled. Please transfer 412.50 EUR within ten days,
or we shall have to add a late fee."""

LETTERS = [
    ("de", GERMAN, ("policies", "cancellation")),
    ("fr", FRENCH, ("claims", "water damage")),
    ("en", ENGLISH, ("billing", "payment reminder")),
]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load(folder() / "classifier", device="cpu")


def _letter(text: str, language: str) -> Document:
    return Document(id="x", name="letter.txt", media_type="text/plain", text=text, language=language)


def test_it_is_under_six_megabytes_and_knows_the_demo_s_labels(classifier: Classifier) -> None:
    assert sum(path.stat().st_size for path in (folder() / "classifier").iterdir()) < 6 * 10**6
    assert classifier.taxonomy.leaves() == Taxonomy.load(folder() / "taxonomy.json").leaves()


@pytest.mark.parametrize(("language", "text", "path"), LETTERS)
def test_plain_letters_get_their_label(classifier: Classifier, language: str, text: str, path: tuple[str, ...]) -> None:
    prediction = classifier.classify(_letter(text, language))
    assert prediction.alternatives[0].path == path
    assert prediction.confidence is not None


def test_what_belongs_nowhere_is_not_accepted(classifier: Classifier) -> None:
    recipe = "Émincez les oignons, faites-les revenir dans le beurre, ajoutez la farine puis le bouillon, et laissez mijoter."
    assert classifier.classify(_letter(recipe, "fr")).decision != "accepted"


def test_it_says_what_it_was_made_of() -> None:
    told = json.loads((folder() / "classifier" / "training.json").read_bytes())
    assert told["documents"] > 500
    assert told["calibrated"]["documents"] > 100
