"""The chat as OpenAI's chat completions, so that front ends made for those can be pointed at it. A model is a collection.

The text ends with the quotes, numbered; `citations` has them for programs. Parameters that choose tokens change nothing:
answers are quotes.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from foyerdoc.chat.telling import ended
from foyerdoc.errors import FoyerdocError
from foyerdoc.models.protocol import Message
from foyerdoc.results import Answer, Citation
from foyerdoc.serialization import as_json
from foyerdoc.service import problems
from foyerdoc.service.access import Reader, sees, unknown_collection
from foyerdoc.service.library import Shelf
from foyerdoc.service.problems import Problem, responses
from foyerdoc.service.routes.questions import described, events, json
from foyerdoc.service.throttle import Throttle

router = APIRouter(prefix="/v1", tags=["chat completions"])


class Part(BaseModel):
    """A part of a message; only text is read."""

    type: Literal["text"]
    text: str = Field(max_length=20_000)


class ChatMessage(BaseModel):
    """One message. What `system` says is not followed: answers are quotes."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[str, Field(max_length=20_000)] | Annotated[list[Part], Field(max_length=50)]

    @property
    def text(self) -> str:
        """The message's text."""
        return self.content if isinstance(self.content, str) else "\n".join(part.text for part in self.content)


class CompletionRequest(BaseModel):
    """As OpenAI's; what is not listed here is taken and ignored."""

    model: Annotated[str, Field(max_length=100, description="A collection.")]
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=200)]
    stream: bool = False
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"model": "claims", "messages": [{"role": "user", "content": "Which damages are covered?"}]}]
        }
    )


class ModelView(BaseModel):
    """A collection as a model."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "foyerdoc"


class ModelList(BaseModel):
    """The collections that the key sees."""

    object: Literal["list"] = "list"
    data: list[ModelView]


class Choice(BaseModel):
    """The one answer."""

    index: int
    message: dict[str, str]
    finish_reason: str


class Completion(BaseModel):
    """The answer. `citations` are quotes with documents, spans and pages; `abstained` tells that nothing answers."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    citations: list[Citation]
    abstained: bool


@router.get("/models", summary="Collections as models", responses=responses())
def models(key: Reader, request: Request) -> ModelList:
    """What `model` may be."""
    names = key.collections or tuple(request.app.state.ledger.collections())
    return ModelList(data=[ModelView(id=name) for name in names])


@router.post(
    "/chat/completions",
    summary="Ask as OpenAI's clients do",
    response_model=Completion,
    responses={
        200: {
            "description": "The completion, or chunks of it",
            "content": {"text/event-stream": {"schema": described()}},
        },
        **responses(404, 503),
    },
)
async def completions(key: Reader, asked: CompletionRequest, request: Request) -> Response:
    """The last message is the question, those before it the conversation."""
    shelf = await run_in_threadpool(_collection, request, key.collections, sees(key, asked.model), asked.model)
    *before, question = asked.messages
    if question.role != "user" or not question.text.strip():
        raise Problem(422, "no_question", "the last message is no question of the user's", hint="end with role user")
    history = [Message(one.role, one.text) for one in before if one.role in ("user", "assistant")]
    about = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": asked.model}
    throttle: Throttle = request.app.state.throttle
    with ExitStack() as place:
        place.enter_context(throttle.answering())
        chat = await run_in_threadpool(lambda: shelf.chat)
        pieces = throttle.in_turn(chat.stream(question.text, history=history))
        if not asked.stream:
            return json(_whole(await run_in_threadpool(ended, pieces), about))
        first = await run_in_threadpool(next, pieces)
        held = place.pop_all()
    return StreamingResponse(events(_chunks(first, pieces, about), held), media_type="text/event-stream")


def _collection(request: Request, named: tuple[str, ...], seen: bool, name: str) -> Shelf:
    if not seen or (name not in named and not request.app.state.ledger.holds(name)):
        raise unknown_collection()
    shelf: Shelf = request.app.state.library.shelf(name)
    return shelf


def _whole(answer: Answer, about: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer.text + _sources(answer)}
    return {
        **about,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "citations": as_json(answer.citations),
        "abstained": answer.abstained,
    }


def _chunks(first: str, pieces: Generator[str, None, Answer], about: dict[str, Any]) -> Iterator[bytes]:
    def chunk(delta: dict[str, str], reason: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return b"data: %s\n\n" % orjson.dumps({**about, "object": "chat.completion.chunk", "choices": [choice], **more})

    yield chunk({"role": "assistant", "content": first})
    while True:
        try:
            yield chunk({"content": next(pieces)})
        except StopIteration as end:
            answer: Answer = end.value
            break
        except FoyerdocError as error:
            yield b"data: %s\n\n" % orjson.dumps({"error": orjson.loads(problems.of(error).response().body)})
            return
    if sources := _sources(answer):
        yield chunk({"content": sources})
    yield chunk({}, "stop", citations=as_json(answer.citations), abstained=answer.abstained)
    yield b"data: [DONE]\n\n"


def _sources(answer: Answer) -> str:
    """The quotes below the answer, for front ends that show text alone."""
    lines = [f'[{one.number}] {one.document_name}{_page(one)}: "{" ".join(one.quote.split())}"' for one in answer.citations]
    return "\n\n" + "\n".join(lines) if lines else ""


def _page(citation: Citation) -> str:
    return "" if citation.page is None else f", p. {citation.page}"
