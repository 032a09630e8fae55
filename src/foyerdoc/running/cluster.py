"""Workers of Ray, on one machine or many: files are read by tasks, models are held by actors.

What a task has read goes to an actor directly, not through the driver. All machines see the files under the same paths.
Ray's own usage statistics and dashboard are switched off.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

from foyerdoc.errors import FoyerdocError, MissingDependency
from foyerdoc.running.job import Job
from foyerdoc.running.stages import File, Parcel, Worker, read
from foyerdoc.running.worker import keep_quiet

_AHEAD: Final = 2
"""Batches under way for each actor: one that it works on, one that is being read."""


class RayEngine:
    """Tasks and actors of the cluster that `RAY_ADDRESS` names, or of one that is started here for the run.

    Args:
        job: what is done.
        workers: how many actors; as many files are read at once.
    """

    def __init__(self, job: Job, workers: int) -> None:
        ray = self._ray = _load()
        self._started = not ray.is_initialized()
        if self._started:
            address = os.environ.get("RAY_ADDRESS")
            own = {} if address else {"num_cpus": workers, "include_dashboard": False}
            ray.init(address=address, log_to_driver=False, logging_level="ERROR", **own)
        self._limits = job.limits
        gpus = ray.cluster_resources().get("GPU", 0)
        # Reading is what counts cores: an actor waits for it, or has a GPU.
        resources = {"num_cpus": 0, "num_gpus": 1} if gpus >= workers else {"num_cpus": 0}
        self._read = ray.remote(num_cpus=1, max_retries=0, scheduling_strategy="SPREAD")(read)
        self._actor = ray.remote(max_restarts=-1, max_task_retries=0, scheduling_strategy="SPREAD", **resources)(_Actor)
        self._actors = [self._actor.remote(job.model_dump_json()) for _ in range(workers)]
        self._idle: deque[Any] = deque(self._actors)
        self._waiting: deque[tuple[list[File], Any]] = deque()
        self._calls: dict[Any, tuple[Any, list[File]]] = {}

    @property
    def room(self) -> int:
        """How many more times `give` may be called now."""
        return _AHEAD * len(self._actors) - len(self._waiting) - len(self._calls)

    @property
    def processes(self) -> list[int]:
        """The actors' process numbers."""
        numbers: list[int] = self._ray.get([actor.process.remote() for actor in self._actors])
        return numbers

    def give(self, files: Sequence[File]) -> None:
        """Have some files done: they are read from now on, and wait for an actor."""
        self._waiting.append((list(files), self._read.remote(list(files), self._limits)))
        self._assign()

    def take(self) -> tuple[Sequence[File], Parcel | None]:
        """Wait for some files that were given: what `stages.unpacked` takes, or None when their worker died on them.

        Raises:
            FoyerdocError: no worker can be made of this job.
        """
        [done], _ = self._ray.wait(list(self._calls), num_returns=1)
        actor, files = self._calls.pop(done)
        self._idle.append(actor)
        self._assign()
        try:
            parcel: Parcel = self._ray.get(done)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, FoyerdocError):
                raise error.cause from error
            return files, None
        except self._ray.exceptions.RayError:
            return files, None
        return files, parcel

    def close(self) -> None:
        """End all workers, and the cluster if it was started here."""
        for actor in self._actors:
            self._ray.kill(actor)
        if self._started:
            self._ray.shutdown()

    def _assign(self) -> None:
        """One batch an actor at a time: when it dies nothing else is in doubt."""
        while self._idle and self._waiting:
            actor, (files, parcel) = self._idle.popleft(), self._waiting.popleft()
            self._calls[actor.understand.remote(parcel)] = actor, files


class _Actor:
    """A worker that Ray keeps. Models are loaded with the first files: what goes wrong then is told, not tried for ever."""

    def __init__(self, job: str) -> None:
        keep_quiet()
        self._job = Job.model_validate_json(job)
        self._worker: Worker | None = None

    def understand(self, parcel: Parcel) -> Parcel:
        """As `stages.Worker.understand`."""
        if self._worker is None:
            self._worker = Worker(self._job)
        return self._worker.understand(parcel)

    def process(self) -> int:
        """The number of the process."""
        return os.getpid()


def _load() -> Any:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # Actors that share a GPU see it, though Ray gives none of it to any.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        return import_module("ray")
    except ImportError as error:
        raise MissingDependency("this engine is Ray's", hint="pip install 'foyerdoc[ray]'") from error
