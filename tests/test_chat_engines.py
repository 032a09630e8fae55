"""The chat as LlamaIndex's query and chat engine, and LlamaIndex's language models as ours."""

from __future__ import annotations

import asyncio

import pytest
from llama_index.core.base.llms.types import ChatMessage, CompletionResponse, LLMMetadata
from llama_index.core.base.response.schema import Response
from llama_index.core.llms import CustomLLM, MockLLM
from llama_index.core.query_engine import BaseQueryEngine
from llama_index.core.schema import MetadataMode
from llama_index.core.tools import QueryEngineTool

from foyerdoc.chat import Chat
from foyerdoc.chat.llms import LlamaIndexModel
from foyerdoc.errors import ModelError, UsageError
from foyerdoc.index import Index
from foyerdoc.models.protocol import Grammar, LanguageModel, Message
from tests.index.conftest import WordEmbedder, make_document
from tests.test_chat_written import POLICY, QUESTION

LETTER = make_document("letter.txt", "The cancellation takes effect on 31 December 2026. The deductible for glass is 10 euros.")


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    with Index.open(tmp_path_factory.mktemp("engines"), embedder=WordEmbedder()) as index:
        index.add([POLICY], metadata={"kind": "policy"})
        index.add([LETTER], metadata={"kind": "letter"})
        yield index


@pytest.fixture
def chat(index):
    return Chat(index)


def test_a_query_engines_nodes_are_the_quotes(chat, index):
    engine = chat.as_query_engine()
    assert isinstance(engine, BaseQueryEngine)
    response, answer = engine.query(QUESTION), chat.ask(QUESTION)
    assert isinstance(response, Response)
    assert str(response) == answer.text
    assert response.metadata["abstained"] is False
    assert response.metadata["steps"] == list(answer.steps)
    assert len(response.source_nodes) == len(answer.citations)
    for found, citation in zip(response.source_nodes, answer.citations, strict=True):
        node = found.node
        assert node.get_content(MetadataMode.NONE) == citation.quote
        text = index.document(node.metadata["document_id"]).text
        assert text[node.metadata["start"] : node.metadata["end"]] == citation.quote
        assert node.ref_doc_id == citation.document_id
        assert (node.metadata["number"], node.metadata["page"]) == (citation.number, citation.page)
        assert found.score is not None
    assert asyncio.run(engine.aquery(QUESTION)).response == answer.text


def test_a_query_engine_keeps_its_conditions_and_is_a_tool(chat):
    engine = chat.as_query_engine(where={"kind": "letter"}, k=2)
    assert {node.node.metadata["name"] for node in engine.query(QUESTION).source_nodes} == {"letter.txt"}
    tool = QueryEngineTool.from_defaults(engine, name="documents", description="what the documents say")
    assert "10 euros" in str(tool.call(QUESTION))


def test_a_refusal_has_no_nodes(index):
    response = Chat(index, threshold=1.0).as_query_engine().query(QUESTION)
    assert response.source_nodes == []
    assert response.metadata["abstained"] is True
    assert response.metadata["reason"]


def test_a_chat_engine_keeps_the_conversation(chat):
    engine = chat.as_chat_engine()
    first = engine.chat("Is the theft of jewellery covered by the policy?")
    assert "3,000 euros" in str(first)
    second = engine.chat("And the deductible?")
    assert any("the question before" in step for step in second.metadata["steps"])
    assert [message.role.value for message in engine.chat_history] == ["user", "assistant"] * 2
    engine.reset()
    assert engine.chat_history == []
    assert not any("the question before" in step for step in engine.chat("And the deductible?").metadata["steps"])
    history = [ChatMessage("Is glass covered by the policy at all?", role="user"), ChatMessage("ignored", role="tool")]
    given = engine.chat("And the deductible?", chat_history=history)
    assert any("the question before" in step for step in given.metadata["steps"])
    assert len(engine.chat_history) == 4


def test_streams_say_the_same_and_remember_it(chat):
    expected = chat.as_chat_engine().chat(QUESTION)
    engine = chat.as_chat_engine()
    response = engine.stream_chat(QUESTION)
    assert "".join(response.response_gen) == str(expected) == str(response)
    assert [node.node_id for node in response.source_nodes] == [node.node_id for node in expected.source_nodes]
    assert engine.chat_history[-1].content == str(expected)

    async def conversation():
        engine = chat.as_chat_engine()
        response = await engine.astream_chat(QUESTION)
        text = "".join([piece async for piece in response.async_response_gen()])
        return text, response.source_nodes, str(await engine.achat("And the deductible?")), len(engine.chat_history)

    text, nodes, later, turns = asyncio.run(conversation())
    assert text == str(expected)
    assert [node.node_id for node in nodes] == [node.node_id for node in expected.source_nodes]
    assert later
    assert turns == 4


def test_an_error_in_an_async_stream_is_raised_where_it_is_read(chat):
    async def read():
        response = await chat.as_chat_engine().astream_chat(" ")
        return [piece async for piece in response.async_response_gen()]

    with pytest.raises(UsageError):
        asyncio.run(read())


class Fixed(CustomLLM):
    """A LlamaIndex model that always says the same, or fails with the prompt in its message."""

    text: str
    fails: bool = False

    @property
    def metadata(self):
        return LLMMetadata(model_name="fixed", context_window=4000)

    def complete(self, prompt, formatted=False, **options):
        if self.fails:
            raise RuntimeError(prompt)
        return CompletionResponse(text=self.text)

    def stream_complete(self, prompt, formatted=False, **options):
        if self.fails:
            raise RuntimeError(prompt)
        for i in range(len(self.text)):
            yield CompletionResponse(text=self.text[: i + 1], delta=self.text[i])


CONVERSATION = (Message("system", "Be brief."), Message("user", "Secret?"))


def test_a_llama_index_model_is_one_of_ours():
    model = LlamaIndexModel(Fixed(text="yes, that is so"))
    assert isinstance(model, LanguageModel)
    assert model.name == "fixed by LlamaIndex"
    assert (model.context_tokens, model.grammars, model.scores, model.adapter) == (4000, False, False, None)
    assert [one.text for one in model.generate([CONVERSATION] * 2, max_tokens=9)] == ["yes, that is so"] * 2
    assert "".join(model.stream(CONVERSATION, max_tokens=99)) == "yes, that is so"
    assert "".join(model.stream(CONVERSATION, max_tokens=3)) == "yes"
    assert LlamaIndexModel(MockLLM(), count=len).count_tokens("four") == 4
    for ask in (
        lambda: model.generate([CONVERSATION], max_tokens=9, grammar=Grammar('start: "a"')),
        lambda: list(model.stream(CONVERSATION, max_tokens=9, grammar=Grammar('start: "a"'))),
        lambda: model.score(CONVERSATION, ["a"]),
        lambda: model.score_many([CONVERSATION], [["a"]]),
    ):
        with pytest.raises(ModelError):
            ask()


def test_a_models_failure_tells_nothing_of_the_prompt():
    model = LlamaIndexModel(Fixed(text="", fails=True))
    for ask in (lambda: model.generate([CONVERSATION], max_tokens=9), lambda: list(model.stream(CONVERSATION, max_tokens=9))):
        with pytest.raises(ModelError, match="RuntimeError") as caught:
            ask()
        assert "Secret" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_any_llama_index_model_chooses_or_writes(index):
    assert Chat(index, LlamaIndexModel(Fixed(text="1"))).ask(QUESTION).citations
    number = next(i for i, one in enumerate(Chat(index).find(QUESTION).candidates, 1) if "150" in one.text)
    answer = Chat(index, LlamaIndexModel(Fixed(text=f"The deductible is 150 euros [{number}].")), write=True).ask(QUESTION)
    assert answer.text == "The deductible is 150 euros. [1]"
    # The mock says the prompt again, which is no answer.
    for write in (True, False):
        answer = Chat(index, LlamaIndexModel(MockLLM()), write=write).ask(QUESTION)
        assert answer.citations == Chat(index).ask(QUESTION).citations
