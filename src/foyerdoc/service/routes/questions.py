"""Search and questions, answered by the library's own index and chat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import ExitStack
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from foyerdoc.chat.telling import ended
from foyerdoc.errors import FoyerdocError
from foyerdoc.models.protocol import Message
from foyerdoc.results import Answer, Hit
from foyerdoc.serialization import as_json
from foyerdoc.service import problems
from foyerdoc.service.access import READ, existing
from foyerdoc.service.library import Shelf
from foyerdoc.service.problems import responses
from foyerdoc.service.throttle import Throttle

router = APIRouter(prefix="/v1", tags=["questions"])

There = Annotated[Shelf, Depends(existing)]
_LONGEST: Final = 4000

Text = Annotated[str, Field(min_length=1, max_length=_LONGEST, pattern=r"\S")]
Value = Annotated[str, Field(max_length=1000)]
Where = Annotated[
    dict[Annotated[str, Field(max_length=100)], Value | Annotated[list[Value], Field(max_length=100)]],
    Field(max_length=10, description="As in `Index.search`: name, document_id, language, media_type, category, subcategory."),
]


def described(*names: str) -> dict[str, Any]:
    """A server-sent event for a route's documentation: its data is JSON as a string. Without names it has none."""
    event = {"event": {"type": "string", "enum": list(names)}} if names else {}
    return {"type": "object", "properties": {**event, "data": {"type": "string"}}, "required": [*event, "data"]}


class SearchRequest(BaseModel):
    """What to find. `where` narrows within the collection, which the path names."""

    query: Text
    k: int = Field(default=10, ge=1, le=100)
    where: Where = Field(default_factory=dict)
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"query": "pare-brise", "k": 5, "where": {"category": "claims"}}]}
    )


class Turn(BaseModel):
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=20_000)
    model_config = ConfigDict(extra="forbid")


class AskRequest(BaseModel):
    """What to answer. `history` tells what a question that cannot stand alone is about."""

    question: Text
    history: Annotated[list[Turn], Field(max_length=50)] = []
    k: int = Field(default=5, ge=1, le=20)
    where: Where = Field(default_factory=dict)
    stream: bool = False
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"question": "Welche Schäden sind gedeckt?", "stream": True}]}
    )


class Found(BaseModel):
    """Passages, best first."""

    hits: list[Hit]


@router.post(
    "/collections/{collection}/search",
    summary="Find passages",
    dependencies=[READ],
    response_model=Found,
    responses=responses(404, 503),
)
def search(shelf: There, asked: SearchRequest, request: Request) -> Response:
    """By meaning and by words, in any language."""
    throttle: Throttle = request.app.state.throttle
    with throttle.answering(), throttle.computing():
        hits = shelf.index.search(asked.query, asked.k, where=asked.where)
    return json({"hits": as_json(hits)})


@router.post(
    "/collections/{collection}/ask",
    summary="Ask a question",
    dependencies=[READ],
    response_model=Answer,
    responses={
        200: {
            "description": "The answer; with `stream` events `text` (checked sentence by sentence), then `answer`.",
            "content": {"text/event-stream": {"schema": described("text", "answer", "error")}},
        },
        **responses(404, 503),
    },
)
async def ask(shelf: There, asked: AskRequest, request: Request) -> Response:
    """Answered with quotes that were looked up in their documents, or told that the documents do not answer."""
    history = [Message(turn.role, turn.content) for turn in asked.history]
    throttle: Throttle = request.app.state.throttle
    with ExitStack() as place:
        place.enter_context(throttle.answering())
        chat = await run_in_threadpool(lambda: shelf.chat)
        pieces = throttle.in_turn(chat.stream(asked.question, history=history, where=asked.where, k=asked.k))
        if not asked.stream:
            answer = await run_in_threadpool(ended, pieces)
            return json(as_json(answer))
        # Until the first piece is there an error still has a status of its own.
        first = await run_in_threadpool(next, pieces)
        held = place.pop_all()
    return StreamingResponse(events(_told(first, pieces), held), media_type="text/event-stream")


async def events(told: Iterator[bytes], held: ExitStack) -> AsyncIterator[bytes]:
    """What is told piece by piece, and the place that it holds until the end, or until nobody listens any more."""
    with held:
        async for event in iterate_in_threadpool(told):
            yield event


def event(name: str, data: Any) -> bytes:
    """One server-sent event."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(data))


def json(content: Any) -> Response:
    """An answer that is plain lists and dictionaries already."""
    return Response(orjson.dumps(content), media_type="application/json")


def _told(first: str, pieces: Generator[str, None, Answer]) -> Iterator[bytes]:
    piece = first
    while True:
        yield event("text", {"text": piece})
        try:
            piece = next(pieces)
        except StopIteration as end:
            yield event("answer", as_json(end.value))
            return
        except FoyerdocError as error:
            yield event("error", orjson.loads(problems.of(error).response().body))
            return
