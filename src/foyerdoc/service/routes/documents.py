"""Collections and their documents: upload, list, read, delete."""

from __future__ import annotations

import asyncio
import hashlib
import os
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path as FilePath
from typing import Annotated, Any, BinaryIO, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from foyerdoc.errors import UsageError
from foyerdoc.reading.picturing import picture_pages
from foyerdoc.service.access import READ, WRITE, Reader, existing, new_or_existing
from foyerdoc.service.entries import Accepted, Job
from foyerdoc.service.jobs import path_name, progress
from foyerdoc.service.library import Shelf, unknown_document
from foyerdoc.service.problems import Problem, responses
from foyerdoc.service.ranges import part

router = APIRouter(prefix="/v1", tags=["documents"])

_PIECE: Final = 1024**2
_PATIENCE: Final = 60.0  # seconds without a piece of an upload: it holds a place that others wait for
_ID: Final = r"^[0-9a-f]{64}$"

There = Annotated[Shelf, Depends(existing)]
Id = Annotated[str, Path(pattern=_ID, description="SHA-256 of the file, hexadecimal.", examples=["0" * 64])]


class CollectionView(BaseModel):
    """A collection that the key sees."""

    name: str
    documents: int


class KeyView(BaseModel):
    """What a key may, the collections that it sees, and how long a file may be."""

    name: str
    scopes: list[str]
    collections: list[CollectionView]
    upload_bytes: int
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "anna",
                    "scopes": ["read"],
                    "collections": [{"name": "claims", "documents": 12}],
                    "upload_bytes": 52428800,
                }
            ]
        }
    )


class JobView(BaseModel):
    """A job: `progress` is 0 to 1, by its stages read, clean, classify, extract and index."""

    id: str
    document: str
    state: str
    stage: str
    progress: float
    tries: int
    created: str
    started: str | None
    ended: str | None
    error: dict[str, str] | None

    @classmethod
    def of(cls, job: Job) -> JobView:
        """A job as it is told."""
        return cls(
            id=job.id,
            document=job.document,
            state=job.state,
            stage=job.stage,
            progress=progress(job),
            tries=job.tries,
            created=job.created,
            started=job.started,
            ended=job.ended,
            error=job.error,
        )


class DocumentView(BaseModel):
    """A document in a list. `state` is queued, ready or failed; `confidence` is null where it was never calibrated."""

    id: str
    name: str
    bytes: int
    added: str
    state: str
    media_type: str | None = None
    language: str | None = None
    label: list[str] | None = None
    decision: str | None = None
    confidence: float | None = None
    job: JobView | None = None


class DocumentDetail(DocumentView):
    """A document with what was found.

    `result` has prediction, extraction (each field with raw characters, span, boxes, confidence), pages (number, width and
    height in points), issues, attachments, seconds of each stage, and error; null until a job has ended.
    """

    result: dict[str, Any] | None = None


class DocumentList(BaseModel):
    """Documents in the order in which they came; `next` is the place to go on after, null at the end."""

    documents: list[DocumentView]
    next: int | None


@router.get("/collections", summary="What the key may and sees", responses=responses())
def collections(key: Reader, request: Request) -> KeyView:
    """The key's scopes, and the collections that it sees."""
    held = request.app.state.ledger.collections()
    names = key.collections or tuple(held)
    seen = [CollectionView(name=name, documents=held.get(name, 0)) for name in names]
    most = request.app.state.library.configuration.allowance.upload_bytes
    return KeyView(name=key.name, scopes=list(key.scopes), collections=seen, upload_bytes=most)


@router.post(
    "/collections/{collection}/documents",
    summary="Upload a file",
    status_code=202,
    dependencies=[WRITE],
    responses={200: {"description": "It is there already", "model": DocumentView}, **responses(404, 408, 503)},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def upload(
    shelf: Annotated[Shelf, Depends(new_or_existing)],
    request: Request,
    response: Response,
    name: Annotated[str, Query(min_length=1, max_length=500, description="The file's name.", examples=["letter.pdf"])],
) -> DocumentView:
    """The body is the file. It is answered when the file is safe on disk; a job then reads, labels, extracts and indexes it.

    A file is one document in a collection however often it is sent: 200 says that it was there.
    """
    library = shelf.library
    if library.ledger.waiting() >= library.configuration.allowance.waiting:
        raise Problem(503, "too_much_waiting", "too many files wait to be read", hint="come again later", wait=60)
    received = library.incoming / uuid.uuid4().hex
    with request.app.state.throttle.uploading():
        try:
            digest, size = await _receive(request, received, library.configuration.allowance.upload_bytes)
            accepted, job, new = await run_in_threadpool(shelf.enter, received, digest, path_name(name), size)
        finally:
            received.unlink(missing_ok=True)
    if new:
        request.app.state.jobs.wake()
    else:
        response.status_code = 200
    return _view(accepted, job)


@router.get("/collections/{collection}/documents", summary="List documents", dependencies=[READ], responses=responses(404))
def documents(
    shelf: There,
    after: Annotated[int, Query(ge=0, le=2**53, description="`next` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> DocumentList:
    """Documents with labels and confidences."""
    found = shelf.ledger.documents(shelf.name, after=after, limit=limit)
    views = [_view(one, shelf.ledger.job_of(shelf.name, one.id) if one.state == "queued" else None) for _, one in found]
    return DocumentList(documents=views, next=found[-1][0] if len(found) == limit else None)


@router.get(
    "/collections/{collection}/documents/{document}", summary="Read a document", dependencies=[READ], responses=responses(404)
)
def document(shelf: There, document: Id) -> DocumentDetail:
    """Label, fields and all else that was found."""
    accepted = shelf.accepted(document)
    view = _view(accepted, shelf.ledger.job_of(shelf.name, document))
    return DocumentDetail(**view.model_dump(), result=accepted.result)


@router.delete(
    "/collections/{collection}/documents/{document}",
    summary="Delete a document",
    status_code=204,
    dependencies=[WRITE],
    responses=responses(404, 503),
)
def delete(shelf: There, document: Id) -> None:
    """Its file, fields, index entries and jobs go; a job that runs stops at its next stage."""
    shelf.delete(document)


@router.post(
    "/collections/{collection}/documents/{document}/jobs",
    summary="Work on a document again",
    status_code=202,
    dependencies=[WRITE],
    responses=responses(404),
)
def again(shelf: There, document: Id, request: Request) -> JobView:
    """A new job, for instance after a failure or with a new model; the one that is under way, where there is one."""
    shelf.accepted(document)
    job = shelf.ledger.again(shelf.name, document)
    if job is None:
        raise Problem(404, "unknown_document", "the document is being deleted", hint="list the documents")
    request.app.state.jobs.wake()
    return JobView.of(job)


@router.get(
    "/collections/{collection}/documents/{document}/text",
    summary="The text that spans count in",
    dependencies=[READ],
    response_class=PlainTextResponse,
    responses=responses(404, 503),
)
def text(shelf: There, document: Id) -> PlainTextResponse:
    """The cleaned text, of a document or of an attachment."""
    return PlainTextResponse(shelf.text(document).text)


@router.get(
    "/collections/{collection}/documents/{document}/file",
    summary="The file as it was uploaded",
    dependencies=[READ],
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/octet-stream": {}}, "description": "The file"},
        206: {"content": {"application/octet-stream": {}}, "description": "The part of it that `Range` asks for"},
        **responses(404, 416),
    },
)
def file(
    shelf: There,
    document: Id,
    asked: Annotated[str | None, Header(alias="Range", description="One part, such as `bytes=0-999`.")] = None,
    unless: Annotated[str | None, Header(alias="If-Range", description="The `ETag` of what is there of it.")] = None,
) -> StreamingResponse:
    """To be saved, never to be shown in the page: a file may hold scripts. Its `ETag` is its SHA-256."""
    accepted = shelf.accepted(document)
    try:
        handle = shelf.file(document).open("rb")
    except (FileNotFoundError, UsageError) as error:  # deleted meanwhile
        raise unknown_document() from error
    # What is open can be sent to its end, whoever deletes it.
    size, tag = os.fstat(handle.fileno()).st_size, f'"{document}"'
    try:
        found = part(asked if unless in (None, tag) else None, size)
    except Problem:
        handle.close()
        raise
    sent = found or range(size)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(accepted.name)}",
        "Content-Length": str(len(sent)),
        "ETag": tag,
    }
    if found:
        headers["Content-Range"] = f"bytes {sent.start}-{sent.stop - 1}/{size}"
    return StreamingResponse(_pieces(handle, sent), 206 if found else 200, headers, "application/octet-stream")


@router.get(
    "/collections/{collection}/documents/{document}/pages/{page}",
    summary="A page as a picture",
    dependencies=[READ],
    response_class=Response,
    responses={200: {"content": {"image/png": {}, "image/jpeg": {}}, "description": "PNG or JPEG"}, **responses(404, 415)},
)
def picture(
    shelf: There,
    document: Id,
    page: Annotated[int, Path(ge=1, le=100_000, examples=[1])],
    request: Request,
    dpi: Annotated[int, Query(ge=20, le=200)] = 100,
) -> Response:
    """A page of a PDF; the whole picture is the page's whole width and height."""
    accepted = shelf.accepted(document)
    pages: Sequence[Sequence[float]] = (accepted.result or {}).get("pages", ())
    if (accepted.result or {}).get("media_type") != "application/pdf" or not 1 <= page <= len(pages):
        raise Problem(404, "no_picture", "there is no such page that can be drawn", hint="only pages of PDFs are drawn")
    with request.app.state.throttle.answering():
        drawn = picture_pages(shelf.file(document), [page], dpi=dpi, limits=shelf.library.configuration.limits).get(page)
    if drawn is None:
        raise Problem(404, "no_picture", "the page is damaged", hint="read its text")
    # The same file and the same page are always the same picture.
    kind = "image/png" if drawn.startswith(b"\x89PNG") else "image/jpeg"
    return Response(drawn, media_type=kind, headers={"Cache-Control": "private, max-age=3600"})


def _pieces(handle: BinaryIO, sent: range) -> Iterator[bytes]:
    with handle:
        handle.seek(sent.start)
        left = len(sent)
        while piece := handle.read(min(_PIECE, left)):
            left -= len(piece)
            yield piece


async def _receive(request: Request, target: FilePath, most: int) -> tuple[str, int]:
    """Write the body to a file while it comes; its SHA-256 and length.

    Raises:
        Problem: it is too long, empty, or broke off; or nothing more came of it for a while.
    """
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > most:
        raise _too_large(most)
    digest, size, pending = hashlib.sha256(), 0, bytearray()
    with target.open("wb") as handle:
        try:
            async with asyncio.timeout(_PATIENCE) as patience:
                async for piece in request.stream():
                    patience.reschedule(asyncio.get_running_loop().time() + _PATIENCE)
                    size += len(piece)
                    if size > most:
                        raise _too_large(most)
                    digest.update(piece)
                    pending += piece
                    if len(pending) >= _PIECE:
                        await run_in_threadpool(handle.write, bytes(pending))
                        pending.clear()
        except TimeoutError as error:
            raise Problem(408, "too_slow", "the upload stopped coming", hint="send it again") from error
        except ClientDisconnect as error:
            raise Problem(400, "broke_off", "the upload broke off", hint="send it again") from error
        await run_in_threadpool(_finish, handle, bytes(pending))
    if not size:
        raise Problem(422, "empty_file", "the file has no bytes", hint="send the file as the request's body")
    return digest.hexdigest(), size


def _finish(handle: BinaryIO, rest: bytes) -> None:
    handle.write(rest)
    handle.flush()
    os.fsync(handle.fileno())


def _view(accepted: Accepted, job: Job | None) -> DocumentView:
    result = accepted.result or {}
    prediction = result.get("prediction") or {}
    return DocumentView(
        id=accepted.id,
        name=accepted.name,
        bytes=accepted.bytes,
        added=accepted.added,
        state=accepted.state,
        media_type=result.get("media_type"),
        language=result.get("language"),
        label=prediction.get("path"),
        decision=prediction.get("decision"),
        confidence=prediction.get("confidence"),
        job=None if job is None else JobView.of(job),
    )


def _too_large(most: int) -> Problem:
    return Problem(
        413, "too_large", f"the file has more than {most} bytes", hint="send a smaller one, or ask for a higher limit"
    )
