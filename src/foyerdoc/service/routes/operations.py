"""For whoever keeps the service running: is it alive, can it answer, what has it done."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from foyerdoc.service.access import ADMIN
from foyerdoc.service.jobs import Jobs
from foyerdoc.service.problems import Problem, responses

router = APIRouter(tags=["operations"])


class Status(BaseModel):
    """That it is so; otherwise the answer is a problem."""

    status: Literal["alive", "ready"]


@router.get("/health", summary="Is it alive?")
def health() -> Status:
    """Answers while the process answers at all."""
    return Status(status="alive")


@router.get("/ready", summary="Can it answer?", responses={503: responses(503)[503]})
def ready(request: Request) -> Status:
    """The ledger can be read, the models are loaded and, in the process that writes, jobs are worked on."""
    request.app.state.ledger.counts()
    jobs: Jobs | None = request.app.state.jobs
    if jobs is not None and not jobs.alive():
        raise Problem(503, "not_ready", "no job is worked on", hint="look at the service's log", wait=5)
    if not request.app.state.loading.done:
        hint = "come again; if it stays so, the service's log says why"
        raise Problem(503, "loading", "the models are not loaded yet", hint=hint, wait=5)
    return Status(status="ready")


@router.get(
    "/metrics",
    summary="Counts for Prometheus",
    dependencies=[ADMIN],
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus' text format"}, **responses()},
)
def metrics(request: Request) -> Response:
    """Of all collections together: needs a key with the scope admin."""
    return Response(request.app.state.metrics.text(request.app.state.ledger), media_type="text/plain; version=0.0.4")
