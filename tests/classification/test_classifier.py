"""Labels without training: what speaks for them is shown, and what is not known is not said."""

from __future__ import annotations

import numpy as np
import pytest

from foyerdoc.classification import Classifier
from foyerdoc.classification.classifier import by_lead
from foyerdoc.classification.zero_shot import _NEUTRAL, ByMeaning, ByWords
from foyerdoc.documents import Document
from foyerdoc.taxonomy import Node, Taxonomy
from tests.classification.embedders import Counting

TAXONOMY = Taxonomy(
    name="letters",
    categories=(
        Node(
            name="claims",
            description="Somebody reports damage (Schaden, sinistre).",
            children=(
                Node(name="windscreen", description="A broken windscreen (Windschutzscheibe, pare-brise)."),
                Node(name="burst pipe", description="Water from a burst pipe (Rohrbruch, rupture de canalisation)."),
            ),
        ),
        Node(
            name="billing",
            description="Somebody asks for money (Rechnung, facture).",
            children=(Node(name="reminder", description="A sum was not paid in time (Mahnung, rappel)."),),
        ),
    ),
)


def document(text: str, language: str = "en") -> Document:
    return Document(id="0" * 64, name="letter.txt", media_type="text/plain", text=text, language=language)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Ein Stein hat die Windschutzscheibe meines Autos zerstört.", ("claims", "windscreen")),
        ("Une rupture de canalisation a inondé la cave.", ("claims", "burst pipe")),
        ("This is the second reminder: you have not paid our invoice.", ("billing", "reminder")),
    ],
)
def test_the_embedder_sorts_three_languages(embedder, text, path):
    prediction = Classifier.zero_shot(TAXONOMY, embedder=embedder).classify(document(text))
    assert prediction.alternatives[0].path == path
    assert prediction.confidence is None
    assert sum(a.score for a in prediction.alternatives) == pytest.approx(1)


def test_an_empty_document_is_not_labelled(embedder):
    prediction = Classifier.zero_shot(TAXONOMY, embedder=embedder).classify(document(""))
    assert (prediction.path, prediction.decision, prediction.evidence) == ((), "abstained", ())


def test_evidence_is_the_chunk_that_spoke():
    filler = "nothing of note here at all. " * 60
    text = f"{filler}\n\nThe windscreen is broken.\n\n{filler}"
    prediction = Classifier.zero_shot(TAXONOMY, embedder=Counting()).classify(document(text))
    assert prediction.path == ("claims", "windscreen")
    assert any("windscreen" in text[s.start : s.end] for s in prediction.evidence)
    assert all(0 <= s.start < s.end <= len(text) for s in prediction.evidence)


def test_the_beginning_weighs_more():
    windscreen, pipe = "A windscreen. " * 120, "A pipe. " * 120
    for text, leaf in ((f"{windscreen}\n\n{pipe}", "windscreen"), (f"{pipe}\n\n{windscreen}", "burst pipe")):
        prediction = Classifier.zero_shot(TAXONOMY, embedder=Counting()).classify(document(text))
        assert prediction.alternatives[0].path == ("claims", leaf)


def test_the_text_is_tokenised_once_for_all_its_chunks():
    class Watched(Counting):
        told: tuple[str, ...] = ()

        def offsets(self, text):
            self.told += (text,)
            return super().offsets(text)

    text = "\n\n".join(f"Paragraph {i} says that the windscreen broke." for i in range(300))
    embedder = Watched()
    Classifier.zero_shot(TAXONOMY, embedder=embedder).classify(document(text))
    assert embedder.told == (text,)


def test_a_label_close_to_everything_loses_some_of_it():
    class Fond(Counting):
        """Neutral sentences are all about being paid."""

        def embed_documents(self, texts):
            return super().embed_documents(["paid" if text in _NEUTRAL else text for text in texts])

    texts, leaves = ["The windscreen was paid."], TAXONOMY.leaves()
    plain = ByMeaning(TAXONOMY, Counting()).read(texts)[0]
    corrected = ByMeaning(TAXONOMY, Fond()).read(texts)[0]
    lost = plain - corrected
    assert lost[leaves.index(("billing", "reminder"))] > lost[leaves.index(("claims", "windscreen"))] + 1


def test_a_labels_own_words_count_more_than_its_categorys():
    scores = ByWords(TAXONOMY).read(["Rohrbruch", "Schaden"])
    windscreen, pipe, reminder = scores.T
    assert pipe[0] > windscreen[0] == reminder[0] == 0
    assert min(windscreen[1], pipe[1]) > reminder[1] == 0
    assert scores[0].max() > scores[1].max()


@pytest.mark.parametrize(
    ("shares", "path", "decision"),
    [
        ((0.6, 0.3, 0.1), ("claims", "windscreen"), "accepted"),
        ((0.45, 0.35, 0.2), ("claims",), "category_only"),
        ((0.3, 0.25, 0.45), (), "abstained"),
        ((0.1, 0.1, 0.8), ("billing", "reminder"), "accepted"),
    ],
)
def test_a_lead_decides(shares, path, decision):
    assert by_lead(np.array(shares), TAXONOMY.leaves()) == (path, decision)


class Scoring:
    """A model that finds one label likely whatever the document, and another only where a word stands."""

    name, adapter, context_tokens, grammars, scores = "scoring", None, 2048, False, True

    def count_tokens(self, text):
        return len(text.split())

    def score(self, conversation, continuations):
        said = "paid" in conversation[-1].content
        liked = {"claims / windscreen": -1.0, "billing / reminder": -2.0 if said else -9.0}
        return np.array([liked.get(c, -9.0) for c in continuations])


def test_the_models_taste_for_a_label_is_taken_out():
    classifier = Classifier.zero_shot(TAXONOMY, model=Scoring())
    prediction = classifier.classify(document("It was never paid."))
    assert prediction.alternatives[0].path == ("billing", "reminder")
    # -2 + 9/2 against -1 + 1/2 and -9 + 9/2: the three names have 3, 3 and 4 words.
    scores = np.array([-0.5 / 0.9, -4.5 / 1.2, 2.5 / 0.9])
    shares = {a.path[1]: a.score for a in prediction.alternatives}
    expected = np.exp(scores) / np.exp(scores).sum()
    assert [shares["windscreen"], shares["burst pipe"], shares["reminder"]] == pytest.approx(expected.tolist())


def test_model_and_embedder_add_up_each_over_its_own_chunks():
    text = document("The windscreen was never paid. " * 300)
    together, model, meaning = (
        Classifier.zero_shot(TAXONOMY, **given)._scorer.score([text])[0]
        for given in ({"model": Scoring(), "embedder": Counting()}, {"model": Scoring()}, {"embedder": Counting()})
    )
    np.testing.assert_allclose(together.log_scores, model.log_scores + meaning.log_scores)
    np.testing.assert_allclose(together.weights @ together.by_chunk, together.log_scores)
    assert together.chunks == meaning.chunks + model.chunks


def test_many_come_back_in_order():
    texts = ["windscreen", "pipe", "paid"] * 7
    classifier = Classifier.zero_shot(TAXONOMY, embedder=Counting())
    many = [p.alternatives[0].path[-1] for p in classifier.classify_many(document(t) for t in texts)]
    assert many == ["windscreen", "burst pipe", "reminder"] * 7


def test_long_documents_are_sampled_and_say_so():
    prediction = Classifier.zero_shot(TAXONOMY, embedder=Counting()).classify(document("windscreen " * 9000))
    looked, _, total = dict(prediction.fingerprint.settings)["chunks"].partition(" of ")
    assert int(looked) == 12 < int(total)
