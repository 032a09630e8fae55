"""What went wrong, as a body that programs can read: RFC 9457, `application/problem+json`.

    {"type": "about:blank", "status": 413, "code": "too_large", "title": "...", "hint": "..."}

`code` is a stable name. Bodies hold names, counts and limits, never text of a document.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from foyerdoc import errors
from foyerdoc.storage import cause_of

logger = logging.getLogger("foyerdoc.service")

_STATUS: Final[tuple[tuple[type[errors.FoyerdocError], int], ...]] = (
    (errors.LimitExceeded, 413),
    (errors.UnsupportedFile, 415),
    (errors.ReadError, 422),
    (errors.UsageError, 422),
    (errors.SchemaError, 422),
    (errors.GoldError, 422),
    (errors.IndexBusy, 503),
)


class ProblemBody(BaseModel):
    """What every error answers with."""

    type: str = "about:blank"
    status: int
    code: str
    title: str
    hint: str


class Problem(HTTPException):
    """A refusal with a code, a sentence, and what can be done."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        *,
        hint: str,
        wait: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        headers = {**(headers or {}), **({} if wait is None else {"Retry-After": str(wait)})}
        if status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        super().__init__(status, title, headers or None)
        self.code, self.hint = code, hint

    def response(self) -> JSONResponse:
        """The answer that says so."""
        return _response(self.status_code, self.code, self.detail, self.hint, dict(self.headers or {}))


def of(error: errors.FoyerdocError) -> Problem:
    """One of the library's errors as a problem."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    return Problem(status, error.code, error.message, hint=error.hint, wait=1 if error.retryable else None)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's documentation: these statuses, and those that any route may answer with."""
    kind = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    every = {400, 401, 403, 413, 422, 429, *statuses}
    return {status: {"description": HTTPStatus(status).phrase, "content": kind} for status in sorted(every)}


def unexpected(error: Exception) -> JSONResponse:
    """The answer to an error that nobody foresaw. It is logged by kind and place: its message may hold text of a document."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    logger.error("unexpected %s%s", type(error).__name__, place)
    return _response(500, "internal_error", "something unexpected went wrong", "the service's log says where; try again later")


def install(app: FastAPI) -> None:
    """Make an application answer every error in this way; those that nobody foresaw are `monitoring.Watched`'s."""
    # Starlette's handlers are typed for any exception; each is called with the kind that it is installed for.
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(errors.FoyerdocError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(OSError, _of_the_disk)
    app.add_exception_handler(sqlite3.OperationalError, _of_the_disk)
    described = app.openapi

    def openapi() -> dict[str, Any]:
        description = described()
        description["components"]["schemas"]["ProblemBody"] = ProblemBody.model_json_schema()
        return description

    app.openapi = openapi  # type: ignore[method-assign]


def _http(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, Problem):
        return error.response()
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    phrase = HTTPStatus(status).phrase
    return _response(status, phrase.lower().replace(" ", "_"), phrase, "GET /v1/openapi.json lists what there is", headers)


def _ours(_: Request, error: Exception) -> JSONResponse:
    return of(error).response() if isinstance(error, errors.FoyerdocError) else unexpected(error)


def _of_the_disk(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, sqlite3.OperationalError):
        full = cause_of(error) == "disk"
    else:
        full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    if not full:
        return unexpected(error)
    logger.error("the disk is full, or fails")
    hint = "nothing was kept of this request: come again when the service has room"
    return Problem(503, "disk_full", "the service's disk is full, or fails", hint=hint, wait=60).response()


def _invalid(_: Request, error: Exception) -> JSONResponse:
    found = (
        error.errors()[0] if isinstance(error, RequestValidationError) and error.errors() else {"loc": (), "type": "invalid"}
    )
    # As far as a place is of the schema's own names: what lies deeper, or is not known, was sent.
    place = ".".join(str(part) for part in found["loc"][: 1 if found["type"] == "extra_forbidden" else 2])
    return _response(
        422, "invalid_request", f"{place or 'the request'} is not as described: {found['type']}", "see /v1/openapi.json"
    )


def _response(status: int, code: str, title: str, hint: str, headers: dict[str, str] | None = None) -> JSONResponse:
    body = ProblemBody(status=status, code=code, title=title, hint=hint)
    return JSONResponse(body.model_dump(), status, headers, media_type="application/problem+json")
