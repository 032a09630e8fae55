"""The application, from its parts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from filelock import FileLock, Timeout
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from foyerdoc.errors import UsageError
from foyerdoc.service import problems
from foyerdoc.service.configuration import Configuration
from foyerdoc.service.jobs import Jobs
from foyerdoc.service.ledger import Ledger
from foyerdoc.service.library import Library
from foyerdoc.service.loading import Loading
from foyerdoc.service.monitoring import Metrics, Watched
from foyerdoc.service.problems import Problem
from foyerdoc.service.routes import ROUTERS
from foyerdoc.service.routes.judgements import Tickets
from foyerdoc.service.throttle import Throttle

LEDGER: Final = "ledger.sqlite"

_ABOUT: Final = """Documents into labels, fields and answers that point to the exact characters they come from.

Send `Authorization: Bearer KEY`. Spans are half-open and count Unicode code points of a document's text; boxes are PDF
points from the top left of a page, which is counted from 1. Errors are `application/problem+json` with a stable `code`."""

# The page's own files and nothing else: no script or style in the markup, pictures also from memory.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; font-src 'self';"
    " manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    b"content-security-policy": _POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"cache-control": b"no-store",
}


def open_ledger(folder: Path, *, write: bool = True) -> Ledger:
    """The ledger in a service's folder; to be written, both are made when they are not there."""
    if write:
        folder.mkdir(parents=True, exist_ok=True)
    return Ledger(folder / LEDGER, write=write)


def make_app(configuration: Configuration) -> FastAPI:
    """A service over one folder, for any ASGI server with one process. One of them writes; any number read beside it.

    Raises:
        UsageError: another process writes in the folder (raised when the application starts); or this one is only to read,
            and nothing was ever served there.
    """
    ledger = open_ledger(configuration.folder, write=not configuration.read_only)
    library, metrics = Library(configuration, ledger), Metrics()
    jobs = None if configuration.read_only else Jobs(library, metrics)
    loading = Loading(library)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as held:
            if jobs is not None:
                held.enter_context(_alone(configuration.folder))
            held.callback(ledger.close)
            held.callback(library.close)
            if jobs is not None:
                held.callback(jobs.stop)
                jobs.start()
            held.callback(loading.stop)
            loading.start()
            yield

    # Interactive documentation would come from elsewhere: the description alone is served.
    app = FastAPI(
        title="foyerdoc",
        version="1",
        description=_ABOUT,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=life,
        separate_input_output_schemas=False,
    )
    app.state.ledger, app.state.library, app.state.jobs, app.state.metrics = ledger, library, jobs, metrics
    app.state.loading = loading
    app.state.tickets = Tickets()
    app.state.throttle = Throttle(configuration.allowance)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    # The last one added is the first one asked.
    app.add_middleware(Watched, metrics=metrics)
    app.add_middleware(_Guarded, body_bytes=configuration.allowance.body_bytes)
    return app


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the one process that writes in a folder.

    Raises:
        UsageError: there is one.
    """
    lock = FileLock(folder / "serving.lock", blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        hint = "stop that process, start this one with --read-only, or name another folder"
        raise UsageError(f"{folder} is being served", hint=hint) from error
    try:
        yield
    finally:
        lock.release()


class _Guarded:
    """Every answer gets the headers that keep a browser strict; no request's body is longer than allowed."""

    def __init__(self, app: ASGIApp, body_bytes: int) -> None:
        self._app = app
        self._most = body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        taken = 0
        # Files have a limit of their own, which their route counts.
        uploading = scope["method"] == "POST" and scope["path"].rstrip("/").endswith("/documents")

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most and not uploading:
                raise Problem(413, "too_large", f"more than {self._most} bytes", hint="send less")
            return message

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *((n, v) for n, v in _HEADERS.items() if n not in given)]
            await send(message)

        await self._app(scope, counted, with_headers)
