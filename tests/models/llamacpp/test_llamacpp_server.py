"""Chat and generation through a real llama.cpp server that runs the embedded model, on loopback.

Skipped where llama-cpp-python and its server are not installed, as in `make test`: it builds from source for minutes. `make
test-server` installs both aside and runs this. That server speaks plain OpenAI: no grammars, no counts, no scores of given
answers. So what a model writes is read strictly, and the quotes must hold all the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

pytest.importorskip("llama_cpp.server.app", reason="llama-cpp-python's server is not installed: `make test-server` builds it")

from foyerdoc.chat import Chat
from foyerdoc.errors import ModelError
from foyerdoc.index import Index
from foyerdoc.models.embedded import GENERATOR, embedded_generator, source_folder
from foyerdoc.models.local import LocalModel
from foyerdoc.models.protocol import Grammar, Message
from foyerdoc.models.server import ServerModel
from foyerdoc.results import Answer
from tests.index.conftest import make_document
from tests.models.serving import serving

CONTEXT = 2048
FRANCE = [Message("user", "What is the capital of France? Answer in one word.")]
POLICY = make_document(
    "policy.txt",
    "The theft of jewellery is covered up to 3,000 euros. The deductible is 150 euros for each claim.",
    "Water damage in the cellar is excluded. Broken glass is covered without deductible.",
)
QUESTION = "What is the deductible for the theft of jewellery?"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server's address, version included, once it answers; started as its own documentation starts it."""
    told = {
        "model": str(source_folder() / GENERATOR.file),
        "model_alias": "smollm2",
        "n_ctx": str(CONTEXT),
        "n_threads": "2",
        "verbose": "false",
    }
    arguments = [part for name, value in told.items() for part in (f"--{name}", value)]
    with serving([sys.executable, "-m", "llama_cpp.server", *arguments]) as url:
        yield url


@pytest.fixture(scope="module")
def model(url: str) -> ServerModel:
    # Half the bytes are more than there are tokens in plain sentences.
    return ServerModel(url, "smollm2", context_tokens=CONTEXT, count=lambda text: len(text.encode()) // 2 + 1)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, embedder: object) -> Iterator[Index]:
    with Index.open(tmp_path_factory.mktemp("served"), embedder=embedder) as index:
        index.add([POLICY])
        yield index


def holds(answer: Answer) -> None:
    """What an answer promises, whoever wrote it."""
    assert not answer.abstained
    assert answer.sentences
    for one in answer.citations:
        assert one.verified
        assert POLICY.text[one.span.start : one.span.end] == one.quote
    numbers = {one.number for one in answer.citations}
    assert all(sentence.citations and set(sentence.citations) <= numbers for sentence in answer.sentences)
    assert answer.fingerprint.model.startswith("smollm2 on server ")


def test_it_generates(model: ServerModel) -> None:
    (answer,) = model.generate([FRANCE], max_tokens=8)
    assert "Paris" in answer.text
    assert answer.finish == "stop"
    assert answer.n_tokens > 0
    # This server tells none unless it is asked for other tokens' too.
    assert answer.log_probability is None


def test_it_is_asked_as_the_local_model_is(model: ServerModel) -> None:
    """The same chat template: the first words are those of the same weights in transformers."""
    local = LocalModel(embedded_generator(), quantization="none", dtype="float32", device="cpu")
    talk = [Message("system", "You are brief."), Message("user", "Name the capital of Germany, please.")]
    for conversation in (FRANCE, talk):
        (served,), (ours,) = (one.generate([conversation], max_tokens=4) for one in (model, local))
        assert served.text == ours.text
    local.close()


def test_an_answer_is_cut_at_max_tokens(model: ServerModel) -> None:
    (answer,) = model.generate([[Message("user", "Tell me a long story about the sea.")]], max_tokens=5)
    assert (answer.n_tokens, answer.finish) == (5, "length")


def test_a_stream_is_what_generate_returns(model: ServerModel) -> None:
    (answer,) = model.generate([FRANCE], max_tokens=12)
    pieces = list(model.stream(FRANCE, max_tokens=12))
    assert "".join(pieces) == answer.text
    assert len(pieces) > 1


def test_several_are_answered_in_their_order(model: ServerModel) -> None:
    asked = [[Message("user", f"What is the capital of {country}? Answer in one word.")] for country in ("France", "Italy")]
    found = model.generate(asked, max_tokens=8)
    assert ["Paris" in found[0].text, "Rome" in found[1].text] == [True, True]


def test_nothing_is_written_under_a_grammar(model: ServerModel) -> None:
    assert not model.grammars
    with pytest.raises(ModelError, match="cannot be held to a grammar"):
        model.generate([FRANCE], max_tokens=4, grammar=Grammar('start: "yes" | "no"'))


def test_a_prompt_beyond_the_context_is_an_error(model: ServerModel) -> None:
    with pytest.raises(ModelError, match="400"):
        model.generate([[Message("user", "glass breakage " * CONTEXT)]], max_tokens=4)


def test_the_model_chooses_quotes_or_the_ranking_does(index: Index, model: ServerModel) -> None:
    answer = Chat(index, model).ask(QUESTION)
    if answer.abstained:
        assert answer.reason == "no sentence was found to answer the question"
        assert any("chose 0 of" in step for step in answer.steps)
    else:
        holds(answer)
        assert all(sentence.supported for sentence in answer.sentences)
    assert any(("smollm2 on server" in step and "chose" in step) or "wrote something else" in step for step in answer.steps)


def test_what_the_model_writes_is_held_to_its_quotes(index: Index, model: ServerModel) -> None:
    answer = Chat(index, model, write=True).ask(QUESTION)
    holds(answer)
    assert all(sentence.supported for sentence in answer.sentences)
    assert any("smollm2 on server" in step and "wrote" in step for step in answer.steps)


def test_a_follow_up_is_put_by_the_model_or_by_the_rules(index: Index, model: ServerModel) -> None:
    history = [Message("user", QUESTION), Message("assistant", "The deductible is 150 euros for each claim. [1]")]
    chat = Chat(index, model, write=True)
    pieces = chat.stream("And for broken glass?", history=history)
    told = ""
    while True:
        try:
            told += next(pieces)
        except StopIteration as end:
            answer = end.value
            break
    assert told == answer.text
    holds(answer)
    assert any("stands alone" in step or "together with this one" in step for step in answer.steps)
