from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foyerdoc.embedding import SentenceEmbedder, _batches
from foyerdoc.errors import ModelMissing
from foyerdoc.models.protocol import Embedder

PAIRS = [
    ("Wann endet die Versicherung des Fahrzeugs?", "Quand l'assurance du véhicule prend-elle fin ?"),
    ("Der Hagel hat das Dach beschädigt.", "La grêle a endommagé le toit."),
    ("Please pay the invoice within thirty days.", "Veuillez payer la facture sous trente jours."),
]


def test_it_is_an_embedder(embedder: SentenceEmbedder) -> None:
    assert isinstance(embedder, Embedder)
    assert embedder.dimensions == 384
    assert embedder.name.startswith("multilingual-e5-small@")
    # The longer prefix and the two special tokens take the rest of the 512.
    assert embedder.max_tokens == 512 - 2 - embedder.count_tokens("query: ")


def test_a_translation_is_closer_than_anything_else(embedder: SentenceEmbedder) -> None:
    left = embedder.embed_documents([a for a, _ in PAIRS])
    right = embedder.embed_documents([b for _, b in PAIRS])
    cosines = left @ right.T
    assert (cosines.argmax(axis=1) == np.arange(len(PAIRS))).all()
    assert (np.diag(cosines) - np.sort(cosines, axis=1)[:, -2]).min() > 0.03


def test_a_question_finds_its_passage(embedder: SentenceEmbedder) -> None:
    passages = [
        "The deductible for glass breakage is 150 euros per claim.",
        "Your contract renews every year on the first of March.",
        "Send the accident report to the claims office in Esch.",
    ]
    questions = [
        "How much do I pay myself when the windscreen breaks?",
        "When does my policy renew?",
        "Where do I send the report?",
    ]
    cosines = embedder.embed_queries(questions) @ embedder.embed_documents(passages).T
    assert cosines.argmax(axis=1).tolist() == [0, 1, 2]


def test_vectors_have_unit_norm_in_float32(embedder: SentenceEmbedder) -> None:
    vectors = embedder.embed_documents(["", " ", "a", "é" * 3000])
    assert (vectors.dtype, vectors.shape) == (np.float32, (4, 384))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert embedder.embed_queries([]).shape == (0, 384)


def test_a_vector_hardly_depends_on_its_batch(embedder: SentenceEmbedder) -> None:
    texts = ["hail", "The roof was damaged by hail. " * 20, "Die Rechnung ist bezahlt.", "glass " * 90]
    alone = np.concatenate([embedder.embed_documents([text]) for text in texts])
    cosines = (embedder.embed_documents(texts) * alone).sum(axis=1)
    assert cosines.min() > 0.9999


def test_texts_without_padding_are_embedded_alike(embedder: SentenceEmbedder) -> None:
    texts = ["", "hail", "The roof was damaged by hail. " * 20, "Die Rechnung ist bezahlt.", "glass " * 900, "é" * 3000]
    padded = embedder.embed_documents(texts)
    packing = SentenceEmbedder(device="cpu", batch_tokens=600)
    packing._packs = packing._pack(packing._model())
    assert packing._packs
    assert packing.embed_documents([]).shape == (0, 384)
    assert (packing.embed_documents(texts) * padded).sum(axis=1).min() > 0.9999


def test_a_model_that_pools_otherwise_is_not_packed() -> None:
    other = SentenceEmbedder(device="cpu")
    model = other._model()
    before = other.embed_documents(["The roof was damaged by hail."])
    # Its vectors are then those of the first token.
    for layer in model:
        layer.register_forward_hook(
            lambda _layer, _inputs, out: {**out, "sentence_embedding": out["token_embeddings"][:, 0].float()}
        )
    assert not other._pack(model)
    assert not other._packs
    assert (other.embed_documents(["The roof was damaged by hail!"]) @ before.T).min() < 0.99


def test_identical_texts_get_one_vector(embedder: SentenceEmbedder) -> None:
    first, other, again = embedder.embed_documents(["hail", "water", "hail"])
    assert (first == again).all()
    assert not np.allclose(first, other)


def test_a_text_is_computed_once_over_calls(embedder: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foyerdoc.embedding._REMEMBERED", 3)
    fresh = SentenceEmbedder(device="cpu")
    fresh._model_ = embedder._model()
    computed: list[list[str]] = []
    compute = fresh._compute
    monkeypatch.setattr(fresh, "_compute", lambda texts: computed.append(list(texts)) or compute(texts))
    first = fresh.embed_documents(["hail", "storm"])
    again = fresh.embed_documents(["water", "hail"])
    assert computed == [["passage: hail", "passage: storm"], ["passage: water"]]
    np.testing.assert_array_equal(first[0], again[1])
    fresh.embed_queries(["hail"])
    # Three are kept: the storm was asked for the longest ago, and a query is not a passage.
    assert set(fresh._remembered) == {"passage: water", "passage: hail", "query: hail"}
    again[:] = 0
    np.testing.assert_array_equal(fresh.embed_documents(["hail"])[0], first[0])


def test_queries_and_documents_differ_by_their_prefix(embedder: SentenceEmbedder) -> None:
    bare = SentenceEmbedder(query_prefix="", document_prefix="query: ", device="cpu")
    bare._model_ = embedder._model()
    np.testing.assert_array_equal(bare.embed_documents(["hail"]), embedder.embed_queries(["hail"]))
    assert not np.allclose(bare.embed_queries(["hail"]), embedder.embed_queries(["hail"]), atol=1e-3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("deﬁned", ["de", "ﬁ", "ned"]),
        ("Cafe\u0301 noir", ["Cafe\u0301", " noir"]),
        ("👩\u200d🔧 ok", None),
        ("a\u00adb", None),
    ],
)
def test_offsets_stand_in_the_text_as_given(embedder: SentenceEmbedder, text: str, expected: list[str] | None) -> None:
    offsets = embedder.offsets(text)
    assert len(offsets) == embedder.count_tokens(text)
    pieces = [text[start:end] for start, end in offsets]
    if expected is not None:
        assert "".join(dict.fromkeys(pieces)) == "".join(expected)


ALPHABET = st.text(st.sampled_from(list("ab1 é\n\t\u0301\u0323\u00ad\u200b\ufeffﬁﬃ½①😀👩\u200d가ﷺשא\u202e。①")), max_size=30)


@settings(deadline=None)
@given(text=ALPHABET)
def test_offsets_ascend_within_the_text(embedder: SentenceEmbedder, text: str) -> None:
    offsets = embedder.offsets(text)
    assert len(offsets) == embedder.count_tokens(text)
    assert all(0 <= start <= end <= len(text) for start, end in offsets)
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in itertools.pairwise(offsets))
    covered = {at for start, end in offsets for at in range(start, end)}
    # Every letter belongs to a token; only spaces and invisible characters may belong to none.
    assert all(at in covered for at, character in enumerate(text) if character.isalnum())


def test_special_tokens_in_a_text_are_text(embedder: SentenceEmbedder) -> None:
    assert embedder.count_tokens("</s>") > 1
    plain, with_end = embedder.embed_documents(["The roof. The car.", "The roof.</s> The car."])
    assert 0.8 < plain @ with_end < 0.9999


@given(st.lists(st.integers(1, 600), max_size=40), st.integers(100, 3000))
def test_batches_hold_every_row_once_and_keep_the_budget(lengths: list[int], budget: int) -> None:
    batches = _batches(lengths, budget)
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= budget


def test_an_unknown_model_is_missing() -> None:
    with pytest.raises(ModelMissing, match="no-such-owner/no-such-model"):
        SentenceEmbedder("no-such-owner/no-such-model").count_tokens("a")


def test_it_can_be_closed_and_used_again() -> None:
    model = SentenceEmbedder(device="cpu")
    before = model.embed_documents(["hail"])
    model.close()
    assert model._model_ is None
    np.testing.assert_array_equal(model.embed_documents(["hail"]), before)
    model.close()
