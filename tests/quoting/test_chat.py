"""A quoter in `Chat`, and a model that scores in its place."""

from __future__ import annotations

import numpy as np
import pytest

from foyerdoc.chat import Chat
from foyerdoc.errors import UsageError
from foyerdoc.index import Index
from foyerdoc.quoting import Quoter
from tests.index.conftest import WordEmbedder, make_document

POLICY = make_document(
    "police.txt",
    "Le vol des bijoux est couvert jusqu'à 3 000 euros. La franchise est de 150 euros par sinistre.",
    "Les dégâts des eaux dans la cave sont exclus. Le bris de glace est couvert sans franchise.",
    language="fr",
)
QUESTION = "Quelle est la franchise par sinistre ?"


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    with Index.open(tmp_path_factory.mktemp("chat"), embedder=WordEmbedder()) as index:
        index.add([POLICY])
        yield index


class Scorer:
    """A model that scores: the sentence that begins so is the likeliest, by far; of what is not there, none."""

    name, adapter, context_tokens, grammars, scores = "scorer", None, 10_000, False, True

    def __init__(self, start, *also):
        self.wanted = (start, *also)

    def count_prompt(self, conversation):
        return sum(len(message.content.split()) for message in conversation)

    def score(self, conversation, continuations):
        self.continuations = list(continuations)
        lines = dict(line.split(": ", 1) for line in conversation[-1].content.splitlines() if line[:1].isdigit())
        right = [any(lines.get(number, "").startswith(start) for start in self.wanted) for number in continuations]
        return np.where(right if any(right) else np.array(continuations) == "0", -1.0, -5.0)


@pytest.fixture(scope="module")
def quoter(trained):
    return Quoter(trained.folder, device="cpu")


def test_a_quoter_orders_the_sentences(index, quoter):
    found = Chat(index, quoter=quoter).find(QUESTION)
    odds, scores = ([getattr(candidate, name) for candidate in found.candidates] for name in ("odds", "score"))
    assert scores == sorted(scores, reverse=True)
    assert found.none == pytest.approx(1 / (1 + sum(np.exp(odds))))
    plain = Chat(index).find(QUESTION)
    assert plain.none is None
    assert {one.span for one in plain.candidates} == {one.span for one in found.candidates}


def test_quotes_what_it_finds_likeliest(index, quoter):
    chat = Chat(index, quoter=quoter, none=1.0)
    answer, found = chat.ask(QUESTION), chat.find(QUESTION)
    assert answer.citations[0].span == found.candidates[0].span
    assert all(citation.verified for citation in answer.citations)
    least = found.candidates[0].score - quoter.gap
    assert len(answer.citations) == min(3, sum(one.score >= least for one in found.candidates))
    assert dict(answer.fingerprint.settings)["quoter"] == quoter.name
    assert any("read the sentences in their passages" in step for step in answer.steps)


def test_declines_when_none_is_too_likely(index, quoter):
    answer = Chat(index, quoter=quoter, none=0.0).ask(QUESTION)
    assert answer.abstained
    assert answer.reason == "no sentence of the nearest passages is likely to answer"
    assert "likely, more than 0.000" in answer.steps[-1]
    assert answer.hits


def test_none_is_a_probability(index):
    with pytest.raises(UsageError):
        Chat(index, none=2.0)


def test_a_quoter_is_a_quoter(index):
    with pytest.raises(UsageError, match="Quoter"):
        Chat(index, quoter="some/folder")


def test_a_threshold_or_a_model_decides_in_its_place(index, quoter):
    hard = quoter._settings.model_copy(update={"none": 0.0})
    quoter = Quoter(quoter._folder, device="cpu")
    quoter._settings = hard
    assert Chat(index, quoter=quoter).ask(QUESTION).abstained
    assert not Chat(index, quoter=quoter, threshold=0.0).ask(QUESTION).abstained
    assert not Chat(index, Scorer("La franchise"), quoter=quoter).ask(QUESTION).abstained


def test_it_is_not_asked_across_languages(index, quoter):
    found = Chat(index, quoter=quoter).find("What is the deductible for each claim in this policy?")
    assert found.none is None
    assert "another language" in found.steps[-1]


def test_a_model_that_scores_is_not_asked_to_write(index):
    model = Scorer("La franchise")
    answer = Chat(index, model).ask(QUESTION)
    assert [citation.quote for citation in answer.citations] == ["La franchise est de 150 euros par sinistre."]
    assert model.continuations == ["0", "1", "2", "3", "4"]
    assert any("scorer finds it 0.0" in step for step in answer.steps)


def test_sentences_as_likely_as_the_best_are_quoted_too(index):
    answer = Chat(index, Scorer("La franchise", "Le bris")).ask(QUESTION)
    assert {citation.quote.split()[1] for citation in answer.citations} == {"franchise", "bris"}


def test_a_model_that_scores_finds_none(index):
    assert Chat(index, Scorer("Nothing")).ask(QUESTION).abstained
    assert not Chat(index, Scorer("Nothing"), none=1.0).ask(QUESTION).abstained
