"""What people say is right: corrections, gold, and review pages."""

from __future__ import annotations

import secrets
import threading
import time
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from foyerdoc.documents import Span
from foyerdoc.service import judging
from foyerdoc.service.access import READ, WRITE, Reader, Writer, existing
from foyerdoc.service.library import Shelf
from foyerdoc.service.problems import Problem, responses
from foyerdoc.service.routes.documents import Id

router = APIRouter(tags=["judgements"])

There = Annotated[Shelf, Depends(existing)]
Name = Annotated[str, Field(min_length=1, max_length=200)]

_JSON_LINES: Final = "application/x-ndjson"
# The page allows its one script by hash, in its markup: both policies hold.
_POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)


class Place(BaseModel):
    """Where a value stands in the document's text, and what it means where that is not the characters themselves."""

    start: int | None = Field(default=None, ge=0, le=2**31)
    end: int | None = Field(default=None, ge=0, le=2**31)
    value: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    model_config = ConfigDict(extra="forbid")


class Correction(BaseModel):
    """What is right. `label` is null when none applies, a field when the document does not have it; the rest is not said."""

    label: Annotated[list[Name], Field(min_length=1, max_length=10)] | None = None
    fields: dict[Name, Place | None] = Field(default_factory=dict, max_length=500)
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"label": ["claims", "glass"], "fields": {"iban": None, "total": {"start": 40, "end": 50, "value": "1190.00"}}}
            ]
        },
    )


class Said(BaseModel):
    """All that people said of a document, as lines of gold."""

    judgements: list[dict[str, Any]]


class Taken(BaseModel):
    """How many lines of gold were taken."""

    taken: int


class ReviewView(BaseModel):
    """A review page: `url` opens it once, within a minute."""

    url: str
    items: int


class LabelView(BaseModel):
    """A label of the taxonomy."""

    path: list[str]
    description: str


class Labels(BaseModel):
    """The labels that a document may have."""

    labels: list[LabelView]


class Tickets:
    """Pages that were made for somebody who has a key, for a browser's tab, which cannot send one. Each is given once."""

    _SECONDS: Final = 60.0
    _MOST: Final = 8

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: dict[str, tuple[float, bytes]] = {}

    def add(self, page: bytes) -> str:
        """Keep a page; its ticket."""
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            self._drop()
            if len(self._pages) >= self._MOST:
                raise Problem(
                    429, "too_many_at_once", f"{self._MOST} review pages are being opened", hint="wait a minute", wait=60
                )
            self._pages[ticket] = (time.monotonic(), page)
        return ticket

    def take(self, ticket: str) -> bytes | None:
        """The page of a ticket, once."""
        with self._lock:
            self._drop()
            return self._pages.pop(ticket, (0.0, None))[1]

    def _drop(self) -> None:
        last = time.monotonic() - self._SECONDS
        self._pages = {ticket: page for ticket, page in self._pages.items() if page[0] >= last}


@router.get("/v1/labels", summary="The labels", responses=responses())
def labels(_: Reader, request: Request) -> Labels:
    """Of the service's taxonomy, leaves and what is above them."""
    walked = request.app.state.library.configuration.taxonomy.walk()
    return Labels(labels=[LabelView(path=list(path), description=node.description) for path, node in walked])


@router.get(
    "/v1/collections/{collection}/documents/{document}/judgements",
    summary="What people said of a document",
    dependencies=[READ],
    responses=responses(404),
)
def judgements(shelf: There, document: Id) -> Said:
    """By all who have judged it."""
    return Said(judgements=judging.corrections(shelf, shelf.accepted(document)))


@router.post(
    "/v1/collections/{collection}/documents/{document}/judgements",
    summary="Say what is right",
    status_code=201,
    responses=responses(404, 503),
)
def correct(key: Writer, shelf: There, document: Id, said: Correction) -> Said:
    """In the name of the key. What was extracted stays as it is; `foyerdoc evaluate` and `train` take the gold."""
    accepted = shelf.accepted(document)
    fields = {path: None if place is None else (_span(place), place.value) for path, place in said.fields.items()}
    label = None if said.label is None else tuple(said.label)
    judging.correct(shelf, accepted, key.name, label=label, labelled="label" in said.model_fields_set, fields=fields)
    return judgements(shelf, document)


@router.get(
    "/v1/collections/{collection}/gold",
    summary="Gold of a collection",
    dependencies=[READ],
    response_class=Response,
    responses={
        200: {"content": {_JSON_LINES: {"schema": {"type": "string"}}}, "description": "Lines of JSON"},
        **responses(404),
    },
)
def gold(shelf: There) -> Response:
    """For `foyerdoc evaluate` and `foyerdoc gold rows`."""
    return Response(judging.lines(judging.gold_of(shelf)), media_type=_JSON_LINES)


@router.post(
    "/v1/collections/{collection}/gold",
    summary="Add gold",
    status_code=201,
    dependencies=[WRITE],
    responses=responses(404, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {kind: {"schema": {"type": "string"}} for kind in (_JSON_LINES, "text/plain")},
        }
    },
)
async def add_gold(shelf: There, request: Request) -> Taken:
    """What a review page exported, all of it or nothing. Who judges again replaces what they said."""
    return Taken(taken=await run_in_threadpool(judging.take, shelf, await request.body()))


@router.post(
    "/v1/collections/{collection}/review",
    summary="Make a review page",
    dependencies=[READ],
    status_code=201,
    responses=responses(404, 503),
)
def review(shelf: There, request: Request, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> ReviewView:
    """Of the documents that nobody has judged, the least sure first. The page sends nothing: its export is added as gold."""
    with request.app.state.throttle.answering():
        page, items = judging.review(shelf, limit)
    return ReviewView(url=f"/review/{request.app.state.tickets.add(page)}", items=items)


@router.get("/review/{ticket}", include_in_schema=False)
def open_review(ticket: Annotated[str, Path(max_length=100)], request: Request) -> Response:
    """The page of a ticket, for a browser's tab."""
    page = request.app.state.tickets.take(ticket)
    if page is None:
        raise Problem(404, "not_found", "the page was opened already, or its minute is over", hint="make it again")
    return Response(page, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _POLICY})


def _span(place: Place) -> Span | None:
    if place.start is None or place.end is None:
        return None
    if place.start > place.end:
        raise Problem(422, "usage_error", "a span runs backwards", hint="0 <= start < end")
    return Span(place.start, place.end)
