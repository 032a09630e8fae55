"""Labels from examples: descriptions where there are none, confidence only where it was measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from foyerdoc.classification import Classifier
from foyerdoc.classification.few_shot import ByExamples, _folds, _Learner, learn
from foyerdoc.documents import Document
from foyerdoc.errors import TrainingError, UsageError
from foyerdoc.taxonomy import Node, Taxonomy
from tests.classification.embedders import Hashing

ROOMS = {"house": ("roof", "cellar"), "car": ("brakes", "tyres")}
TAXONOMY = Taxonomy(
    name="things",
    categories=tuple(
        Node(name=name, description=name, children=tuple(Node(name=leaf, description=leaf) for leaf in leaves))
        for name, leaves in ROOMS.items()
    ),
)
SAID = {"roof": "tiles slates rain", "cellar": "damp steps dark", "brakes": "pads discs stop", "tyres": "rubber air grip"}


@dataclass(frozen=True)
class Labelled:
    document: Document
    path: tuple[str, ...]


def document(text: str) -> Document:
    return Document(id="0" * 64, name="x.txt", media_type="text/plain", text=text)


def examples(each: int, seed: int = 0) -> list[Labelled]:
    """Documents of three words out of six, of which three belong to the label."""
    rng = np.random.default_rng(seed)
    found = []
    for category, leaves in ROOMS.items():
        for leaf in leaves:
            for _ in range(each):
                words = [
                    *rng.permutation(SAID[leaf].split())[:2],
                    *rng.permutation(["a", "the", "of"])[:1],
                    str(rng.integers(99)),
                ]
                found.append(Labelled(document(" ".join(words)), (category, leaf)))
    return found


def right(classifier: Classifier, tested: list[Labelled]) -> float:
    found = classifier.classify_many(example.document for example in tested)
    return float(np.mean([p.alternatives[0].path == e.path for p, e in zip(found, tested, strict=True)]))


def test_examples_teach_words_that_no_description_has():
    tested = examples(10, seed=9)
    assert right(Classifier.zero_shot(TAXONOMY, embedder=Hashing()), tested) < 0.6
    assert right(Classifier.few_shot(TAXONOMY, examples(5), embedder=Hashing()), tested) > 0.9


def test_a_label_without_examples_is_known_by_its_description():
    some = [e for e in examples(8) if e.path[1] != "tyres"]
    classifier = Classifier.few_shot(TAXONOMY, some, embedder=Hashing())
    assert classifier.classify(document("tyres tyres car")).alternatives[0].path == ("car", "tyres")


def test_confidence_is_given_from_fifty_examples_on():
    pairs = [(e.document, e.path) for e in examples(13)]
    few = Classifier.few_shot(TAXONOMY, pairs[:13] + pairs[26:39], embedder=Hashing()).classify(document("slates rain"))
    assert few.confidence is None
    prediction = Classifier.few_shot(TAXONOMY, pairs, embedder=Hashing()).classify(document("slates rain"))
    assert prediction.path == ("house", "roof")
    assert prediction.confidence == pytest.approx(prediction.alternatives[0].score)
    assert 0.5 < prediction.confidence <= 1
    assert "calibration" in dict(prediction.fingerprint.settings)


def test_examples_of_a_category_alone_teach_the_category():
    vague = [Labelled(e.document, e.path[:1]) for e in examples(8)]
    classifier = Classifier.few_shot(TAXONOMY, vague, embedder=Hashing())
    tested = examples(10, seed=3)
    found = classifier.classify_many(e.document for e in tested)
    assert np.mean([p.alternatives[0].path[0] == e.path[0] for p, e in zip(found, tested, strict=True)]) > 0.9


def test_what_the_chunks_said_adds_up_to_the_score():
    scorer, _ = learn(TAXONOMY, examples(4), Hashing())
    (scores,) = scorer.score([document("slates and rain on the tiles. " * 200)])
    assert len(scores.chunks) > 2
    said = scores.weights @ scores.by_chunk
    np.testing.assert_allclose(scores.log_scores - said, scorer._head.bias, atol=1e-9)


def test_the_same_examples_make_the_same_head_and_the_fingerprint_says_which():
    first, second = (learn(TAXONOMY, examples(4), Hashing())[0] for _ in range(2))
    assert isinstance(first, ByExamples)
    assert first.adapter == second.adapter
    assert first.adapter != learn(TAXONOMY, examples(5), Hashing())[0].adapter


def test_examples_without_text_are_left_out_and_counted():
    blank = Labelled(document(" \n"), ("house", "roof"))
    classifier = Classifier.few_shot(TAXONOMY, [*examples(3), blank], embedder=Hashing())
    assert dict(classifier.classify(document("tiles")).fingerprint.settings)["examples"] == "12 of 13 with text"
    with pytest.raises(TrainingError):
        Classifier.few_shot(TAXONOMY, [blank], embedder=Hashing())
    with pytest.raises(UsageError, match="example 2"):
        Classifier.few_shot(TAXONOMY, [blank, Labelled(document("x"), ("house", "attic"))], embedder=Hashing())


@pytest.mark.parametrize("some", [slice(0, 1), slice(0, 12)])
def test_one_example_or_one_class_is_enough_to_go_on(some):
    classifier = Classifier.few_shot(TAXONOMY, examples(12)[some], embedder=Hashing())
    assert classifier.classify(document("slates rain")).alternatives[0].path == ("house", "roof")


def test_equal_texts_are_held_out_together():
    texts = [f"text {i % 11}" for i in range(44)]
    folds = _folds(texts, [("house",)] * 44)
    assert folds is not None
    assert set(folds.tolist()) == set(range(5))
    for text in set(texts):
        assert len({int(f) for f, t in zip(folds, texts, strict=True) if t == text}) == 1


def test_the_head_is_where_the_loss_is_least():
    rng = np.random.default_rng(0)
    vectors, descriptions = rng.normal(size=(12, 4)), rng.normal(size=(3, 4))
    allowed = np.array([[True, True, False], [False, False, True]] * 6)
    head = _Learner(vectors, allowed, descriptions).fit(0.1)
    inputs = np.vstack([vectors - vectors.mean(axis=0), descriptions])
    spread = np.sqrt((inputs**2).sum(axis=1).mean())

    def loss(weights, bias):
        """What is minimised, written out plainly."""
        scores = inputs @ weights + bias
        shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        likely = (shares * np.vstack([allowed, np.eye(3)])).sum(axis=1)
        return -np.log(likely).sum() + 0.05 * (((weights * spread) ** 2).sum() + (bias**2).sum())

    least = loss(head.weights, head.bias)
    for step in rng.normal(size=(50, 5, 3)) * 0.01:
        assert loss(head.weights + step[:4], head.bias + step[4]) > least


def test_one_example_each_with_the_real_embedder(embedder):
    taught = [
        Labelled(document("Der Keller ist feucht und die Stufen sind rutschig."), ("house", "cellar")),
        Labelled(document("Les plaquettes et les disques doivent être remplacés."), ("car", "brakes")),
    ]
    classifier = Classifier.few_shot(TAXONOMY, taught, embedder=embedder)
    assert classifier.classify(document("Im Keller steht das Wasser.")).alternatives[0].path == ("house", "cellar")
