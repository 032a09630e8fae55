"""Jobs: what is being done with uploaded files."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from foyerdoc.service.access import READ, WRITE, existing
from foyerdoc.service.library import Shelf
from foyerdoc.service.problems import Problem, responses
from foyerdoc.service.routes.documents import JobView

router = APIRouter(prefix="/v1", tags=["jobs"])

There = Annotated[Shelf, Depends(existing)]
Id = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", examples=["0" * 32])]
States = Annotated[
    list[Literal["queued", "running", "done", "failed", "cancelled"]] | None, Query(max_length=5, description="Only these.")
]


class JobList(BaseModel):
    """Jobs, newest first."""

    jobs: list[JobView]


@router.get("/collections/{collection}/jobs", summary="List jobs", dependencies=[READ], responses=responses(404))
def jobs(shelf: There, state: States = None, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> JobList:
    """What is queued, running and done."""
    return JobList(jobs=[JobView.of(job) for job in shelf.ledger.jobs(shelf.name, state or (), limit)])


@router.get("/collections/{collection}/jobs/{job}", summary="Read a job", dependencies=[READ], responses=responses(404))
def job(shelf: There, job: Id) -> JobView:
    """How far it is."""
    found = shelf.ledger.job(shelf.name, job)
    if found is None:
        raise _unknown()
    return JobView.of(found)


@router.delete("/collections/{collection}/jobs/{job}", summary="Cancel a job", dependencies=[WRITE], responses=responses(404))
def cancel(shelf: There, job: Id) -> JobView:
    """One that waits is cancelled at once, one that runs at its next stage; one that has ended stays as it is."""
    if not shelf.ledger.cancel(shelf.name, job):
        raise _unknown()
    found = shelf.ledger.job(shelf.name, job)
    if found is None:
        raise _unknown()
    return JobView.of(found)


def _unknown() -> Problem:
    return Problem(404, "unknown_job", "there is no such job in this collection", hint="list its jobs")
