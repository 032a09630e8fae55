"""The chat in LlamaIndex's own terms: a query engine, a chat engine, and LlamaIndex's language models as ours.

chat.as_query_engine().query("...")                     # source nodes are the quotes
chat.as_chat_engine().chat("...")                       # keeps the conversation
Chat(index, LlamaIndexModel(llm), write=True)           # any LlamaIndex LLM as the model
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Generator, Iterator
from typing import TYPE_CHECKING, Any

from foyerdoc.index.filters import Where
from foyerdoc.index.llamaindex import without_downloads
from foyerdoc.models.protocol import Message, Role
from foyerdoc.results import Answer

with without_downloads():
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
    from llama_index.core.base.response.schema import Response
    from llama_index.core.callbacks.base import CallbackManager
    from llama_index.core.chat_engine.types import AgentChatResponse, BaseChatEngine, StreamingAgentChatResponse
    from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

if TYPE_CHECKING:
    from foyerdoc.chat.answering import Chat

_ROLES: dict[MessageRole, Role] = {
    MessageRole.USER: "user",
    MessageRole.ASSISTANT: "assistant",
    MessageRole.CHATBOT: "assistant",
}


def source_nodes(answer: Answer) -> list[NodeWithScore]:
    """An answer's quotes as nodes, in the order of their numbers; where each stands is in its metadata."""
    scores = {hit.chunk.id: hit.score for hit in answer.hits}
    nodes = []
    for one in answer.citations:
        metadata = {
            "number": one.number,
            "document_id": one.document_id,
            "name": one.document_name,
            "chunk_id": one.chunk_id,
            "start": one.span.start,
            "end": one.span.end,
            "page": one.page,
            "boxes": [[box.page, box.x0, box.y0, box.x1, box.y1] for box in one.boxes],
            "verified": one.verified,
            "supported": one.supported,
        }
        node = TextNode(
            id_=f"{one.chunk_id}:{one.span.start}-{one.span.end}",
            text=one.quote,
            extra_info=metadata,
            start_char_idx=one.span.start,
            end_char_idx=one.span.end,
            relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=one.document_id)},
        )
        nodes.append(NodeWithScore(node=node, score=scores.get(one.chunk_id)))
    return nodes


class ChatQueryEngine(BaseQueryEngine):
    """A `Chat` as a LlamaIndex query engine. What the answer says of itself is in the response's metadata."""

    def __init__(self, chat: Chat, *, where: Where | None = None, k: int | None = None) -> None:
        super().__init__(CallbackManager([]))
        self._chat, self._where, self._k = chat, where, k

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}

    def _query(self, query_bundle: QueryBundle) -> Response:
        return _response(self._chat.ask(query_bundle.query_str, where=self._where, k=self._k))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return _response(await self._chat.aask(query_bundle.query_str, where=self._where, k=self._k))


class ConversationEngine(BaseChatEngine):
    """A `Chat` as a LlamaIndex chat engine. It holds one conversation, which one caller at a time continues."""

    def __init__(self, chat: Chat, *, where: Where | None = None, k: int | None = None) -> None:
        self._chat, self._where, self._k = chat, where, k
        self._history: list[ChatMessage] = []

    @property
    def chat_history(self) -> list[ChatMessage]:
        """The conversation so far."""
        return list(self._history)

    def reset(self) -> None:
        """Begin a new conversation."""
        self._history = []

    def chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> AgentChatResponse:
        """Answer a message. A history that is given takes the place of the one that is kept."""
        before = self._before(chat_history)
        answer = self._chat.ask(message, history=before, where=self._where, k=self._k)
        return self._kept(message, answer)

    async def achat(self, message: str, chat_history: list[ChatMessage] | None = None) -> AgentChatResponse:
        """As `chat`; the event loop goes on meanwhile."""
        before = self._before(chat_history)
        answer = await self._chat.aask(message, history=before, where=self._where, k=self._k)
        return self._kept(message, answer)

    def stream_chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> StreamingAgentChatResponse:
        """As `chat`, sentence by sentence. The source nodes are there, and the history goes on, once the text has been read."""
        pieces = self._chat.stream(message, history=self._before(chat_history), where=self._where, k=self._k)
        response = StreamingAgentChatResponse(is_writing_to_memory=False)

        def tell() -> Iterator[ChatResponse]:
            answer = yield from _as_responses(pieces)
            self._finish(message, answer, response)

        response.chat_stream = tell()  # type: ignore[assignment]
        return response

    async def astream_chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> StreamingAgentChatResponse:
        """As `stream_chat`; the event loop goes on meanwhile."""
        pieces = self._chat.stream(message, history=self._before(chat_history), where=self._where, k=self._k)
        response = StreamingAgentChatResponse(is_writing_to_memory=False)

        async def tell() -> AsyncIterator[ChatResponse]:
            async for piece in _in_a_thread(pieces):
                if isinstance(piece, Answer):
                    self._finish(message, piece, response)
                else:
                    yield _delta(piece)

        response.achat_stream = tell()  # type: ignore[assignment]
        return response

    def _before(self, chat_history: list[ChatMessage] | None) -> list[Message]:
        if chat_history is not None:
            self._history = list(chat_history)
        return [Message(_ROLES[one.role], one.content or "") for one in self._history if one.role in _ROLES]

    def _kept(self, message: str, answer: Answer) -> AgentChatResponse:
        self._remember(message, answer)
        return AgentChatResponse(answer.text, source_nodes=source_nodes(answer), metadata=_about(answer))

    def _finish(self, message: str, answer: Answer, response: StreamingAgentChatResponse) -> None:
        self._remember(message, answer)
        response.source_nodes = source_nodes(answer)
        response.is_done = True

    def _remember(self, message: str, answer: Answer) -> None:
        asked, told = ChatMessage(message, role=MessageRole.USER), ChatMessage(answer.text, role=MessageRole.ASSISTANT)
        self._history = [*self._history, asked, told]


def _response(answer: Answer) -> Response:
    return Response(answer.text, source_nodes=source_nodes(answer), metadata=_about(answer))


def _about(answer: Answer) -> dict[str, Any]:
    return {
        "abstained": answer.abstained,
        "reason": answer.reason,
        "steps": list(answer.steps),
        "issues": list(answer.issues),
        "sentences": [[one.text, list(one.citations), one.supported] for one in answer.sentences],
    }


def _delta(piece: str) -> ChatResponse:
    return ChatResponse(message=ChatMessage(piece, role=MessageRole.ASSISTANT), delta=piece)


def _as_responses(pieces: Generator[str, None, Answer]) -> Generator[ChatResponse, None, Answer]:
    """A stream's pieces as LlamaIndex's."""
    while True:
        try:
            yield _delta(next(pieces))
        except StopIteration as end:
            answer: Answer = end.value
            return answer


async def _in_a_thread(pieces: Generator[str, None, Answer]) -> AsyncIterator[str | Answer]:
    """A stream's pieces and at last its answer. One thread runs it all: a model may hold a lock between two pieces."""
    loop, queue = asyncio.get_running_loop(), asyncio.Queue[str | Answer | BaseException]()

    def work() -> None:
        last: Answer | BaseException
        try:
            while True:
                loop.call_soon_threadsafe(queue.put_nowait, next(pieces))
        except StopIteration as end:
            last = end.value
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            last = error
        loop.call_soon_threadsafe(queue.put_nowait, last)

    threading.Thread(target=work, name="foyerdoc-chat", daemon=True).start()
    while True:
        piece = await queue.get()
        if isinstance(piece, BaseException):
            raise piece
        yield piece
        if isinstance(piece, Answer):
            return
