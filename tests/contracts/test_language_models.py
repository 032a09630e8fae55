"""One suite over every language model: what holds for one backend holds for all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from foyerdoc.errors import ModelError
from foyerdoc.models.embedded import embedded_generator
from foyerdoc.models.local import LocalModel
from foyerdoc.models.protocol import Grammar, LanguageModel, Message
from foyerdoc.models.server import ServerModel
from tests.models import vllm
from tests.models.loopback import serve, vllm_like

FRANCE = [Message("user", "What is the capital of France? Answer in one word.")]
GERMANY = [Message("system", "You are brief."), Message("user", "Name the capital of Germany, please.")]
LONG = [Message("user", "The policy covers glass breakage up to 1,500 euros. " * 12 + "What is covered?")]
CITY = Grammar('start: "{\\"city\\": \\"" /[A-Z][a-zé]{2,12}/ "\\"}"')
YES_NO = Grammar('start: "yes" | "no"')


@pytest.fixture(scope="module")
def exact() -> Iterator[LocalModel]:
    """In float32, where the order of sums does not tip a choice."""
    model = LocalModel(quantization="none", dtype="float32", device="cpu")
    yield model
    model.close()


@pytest.fixture(scope="module", params=["none", "nf4", "server", *(["vllm"] if vllm.installed() else [])])
def model(request: pytest.FixtureRequest, exact: LocalModel) -> Iterator[LanguageModel]:
    """Here as in a server; "vllm" is a real one, "server" one that speaks its dialect."""
    if request.param == "none":
        yield exact
    elif request.param == "nf4":
        quantised = LocalModel(device="cpu")
        yield quantised
        quantised.close()
    elif request.param == "vllm":
        with vllm.serve(embedded_generator()) as url:
            yield ServerModel(url, vllm.NAME, dialect="vllm")
    else:
        with serve(vllm_like(exact)) as url:
            yield ServerModel(url, "small", dialect="vllm")


def test_it_is_a_language_model(model: LanguageModel) -> None:
    assert isinstance(model, LanguageModel)
    assert model.context_tokens == 8192
    assert model.grammars
    assert model.scores
    assert model.adapter is None
    assert model.name == model.name != ""


def test_an_answer_in_a_batch_is_the_answer_alone(model: LanguageModel) -> None:
    conversations = [FRANCE, LONG, GERMANY]
    together = model.generate(conversations, max_tokens=16, grammar=CITY)
    alone = [model.generate([one], max_tokens=16, grammar=CITY)[0] for one in conversations]
    assert [g.text for g in together[::2]] == [g.text for g in alone[::2]]
    assert json.loads(together[0].text)["city"] == "Paris"
    assert all(g.finish == "stop" for g in together)


def test_the_same_call_gives_the_same_answer_whatever_was_asked_before(model: LanguageModel) -> None:
    first = model.generate([LONG], max_tokens=12)
    model.generate([FRANCE], max_tokens=4)
    model.generate([[*LONG[:-1], Message("user", LONG[-1].content + " Say it in French.")]], max_tokens=4)
    assert model.generate([LONG], max_tokens=12) == first
    assert model.generate([LONG], max_tokens=12) == first


def test_a_grammar_is_obeyed(model: LanguageModel) -> None:
    one, other = model.generate([FRANCE, FRANCE], max_tokens=20, grammar=[YES_NO, CITY])
    assert one.text in ("yes", "no")
    assert re.fullmatch(r'\{"city": "[A-Z][a-zé]{2,12}"\}', other.text)


def test_an_answer_is_cut_at_max_tokens(model: LanguageModel) -> None:
    (answer,) = model.generate([LONG], max_tokens=3)
    assert (answer.n_tokens, answer.finish) == (3, "length")


def test_a_stream_is_the_answer(model: LanguageModel) -> None:
    (answer,) = model.generate([GERMANY], max_tokens=12)
    pieces = list(model.stream(GERMANY, max_tokens=12))
    assert "".join(pieces) == answer.text
    assert len(pieces) > 1
    assert (
        "".join(model.stream(FRANCE, max_tokens=20, grammar=CITY))
        == model.generate([FRANCE], max_tokens=20, grammar=CITY)[0].text
    )


def test_scores_are_log_probabilities(model: LanguageModel) -> None:
    scores = model.score(FRANCE, ["Paris", "Berlin", "Paris is", "", "Zzyzx"])
    assert scores.shape == (5,)
    assert scores.dtype == np.float64
    paris, berlin, longer, empty, odd = scores
    assert empty == 0.0
    assert longer < paris < 0
    assert paris > berlin > odd
    # Answers of which none begins another exclude one another.
    assert np.exp(scores[[0, 1, 4]]).sum() <= 1.0
    # In bfloat16 the shape of a batch shows in the second digit.
    np.testing.assert_allclose(model.score(FRANCE, ["Paris"]), [paris], atol=0.5)


def test_many_answers_that_grow_score_as_each_alone(model: LanguageModel) -> None:
    conversations = [FRANCE, LONG, GERMANY]
    tails = [[" Paris,", " Lyon,", " null,"], [" glass,"], [" Bonn,", " Berlin, then", ""]]
    for begun in (["{", '{"a":', ""], ['{"city": "Paris", "b":', '{"a": 1,', '{"x": 2,']):
        found = model.score_many(conversations, tails, begun=begun)
        for conversation, start, each, scores in zip(conversations, begun, tails, found, strict=True):
            whole = model.score(conversation, [start, *(start + tail for tail in each)])
            np.testing.assert_allclose(scores, whole[1:] - whole[0], atol=0.25 if " nf4" in model.name else 0.02)
    (some,) = model.score_many([GERMANY], [[" Berlin"]])
    np.testing.assert_allclose(some, model.score(GERMANY, [" Berlin"]), atol=0.25 if " nf4" in model.name else 0.02)
    assert model.score_many([], []) == []


def test_what_it_wrote_scores_as_it_was_chosen(model: LanguageModel) -> None:
    (answer,) = model.generate([LONG], max_tokens=6)
    assert answer.finish == "length"
    assert answer.log_probability == pytest.approx(float(model.score(LONG, [answer.text])[0]), abs=0.2)


def test_it_counts_tokens(model: LanguageModel) -> None:
    assert model.count_tokens("") == 0
    words = model.count_tokens("glass breakage")
    assert 2 <= words < model.count_tokens("glass breakage and hail")
    assert model.count_prompt([Message("user", "glass breakage")]) > words


def test_a_prompt_that_does_not_fit_is_refused(model: LanguageModel) -> None:
    with pytest.raises(ModelError):
        model.generate([[Message("user", "a b c d " * 2500)]], max_tokens=4)


def test_several_threads_get_their_own_answers(model: LanguageModel) -> None:
    expected = [model.generate([c], max_tokens=16, grammar=CITY)[0].text for c in (FRANCE, GERMANY)] * 3
    with ThreadPoolExecutor(3) as pool:
        got = list(pool.map(lambda c: model.generate([c], max_tokens=16, grammar=CITY)[0].text, [FRANCE, GERMANY] * 3))
    assert got == expected


def test_nothing_asked_is_nothing_answered(model: LanguageModel) -> None:
    assert model.generate([], max_tokens=4) == []
    assert model.score(FRANCE, []).shape == (0,)


def test_grammars_must_be_one_or_as_many(model: LanguageModel) -> None:
    with pytest.raises(ModelError, match="2 grammars for 1"):
        model.generate([FRANCE], max_tokens=4, grammar=[YES_NO, CITY])
