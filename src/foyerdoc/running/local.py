"""Workers as processes of this machine. One that dies is replaced; what it had is the driver's to give again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path

import orjson

from foyerdoc.errors import ModelError, by_code
from foyerdoc.running.job import Job
from foyerdoc.running.stages import File, Parcel
from foyerdoc.running.worker import asked, receive

_STARTS = 3
"""Times that a worker may die before it has been ready once: then something is wrong with all of them."""


class LocalEngine:
    """Processes that each take some files through all stages, with models of their own.

    Args:
        job: what is done.
        workers: how many.
    """

    def __init__(self, job: Job, workers: int) -> None:
        self._job = job.model_dump_json().encode()
        self._threads = max(1, (os.cpu_count() or 1) // workers)
        self._failed_starts = 0
        gpus = _gpus()
        self._processes = [self._start(gpus[i % len(gpus)] if gpus else None) for i in range(workers)]

    @property
    def room(self) -> int:
        """How many more times `give` may be called now."""
        return sum(1 for process in self._processes if process.files is None)

    @property
    def processes(self) -> list[int]:
        """The workers' process numbers."""
        return [process.popen.pid for process in self._processes]

    def give(self, files: Sequence[File]) -> None:
        """Have some files done."""
        process = next(process for process in self._processes if process.files is None)
        process.files = list(files)
        if process.ready:
            process.ask()

    def take(self) -> tuple[Sequence[File], Parcel | None]:
        """Wait for some files that were given: what `stages.unpacked` takes, or None when their worker died on them.

        Raises:
            FoyerdocError: no worker can be made of this job.
        """
        while True:
            for pipe in wait([process.pipe for process in self._processes if not (process.ready and process.files is None)]):
                process = next(one for one in self._processes if one.pipe is pipe)
                try:
                    kind, *parcel = receive(process.pipe)
                except (EOFError, OSError):
                    files = self._replace(process)
                    if files is None:
                        continue
                    return files, None
                if kind == b"refused":
                    code, message, hint = orjson.loads(parcel[0])
                    raise by_code(code)(message, hint=hint)
                if kind == b"ready":
                    process.ready = True
                    self._failed_starts = 0
                    if process.files is not None:
                        process.ask()
                    continue
                files, process.files = process.files or [], None
                return files, parcel

    def close(self) -> None:
        """End all workers."""
        for process in self._processes:
            process.kill()

    def _start(self, gpu: str | None) -> _Process:
        ours, theirs = socket.socketpair()
        root = str(Path(__file__).parents[2])
        paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        one_gpu = {} if gpu is None else {"CUDA_VISIBLE_DEVICES": gpu}
        with theirs:
            popen = subprocess.Popen(
                [sys.executable, "-P", "-m", "foyerdoc.running.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={"OMP_NUM_THREADS": str(self._threads), **os.environ, **one_gpu, "PYTHONPATH": os.pathsep.join(paths)},
                start_new_session=True,  # an interrupt is the driver's; they end when it does
            )
        pipe = Connection(ours.detach())
        pipe.send_bytes(self._job)
        return _Process(popen, pipe, gpu)

    def _replace(self, process: _Process) -> list[File] | None:
        """Another worker in the place of one that died, and what it was doing; None when it had not begun."""
        process.kill()
        if not process.ready:
            self._failed_starts += 1
            if self._failed_starts >= _STARTS:
                raise ModelError(
                    "workers die while they load the models", hint="see that memory is left, or take fewer workers"
                )
        again = self._start(process.gpu)
        self._processes[self._processes.index(process)] = again
        if process.ready:
            return process.files
        again.files = process.files
        return None


def _gpus() -> list[str]:
    """The GPUs that workers share, one for each of them; found without loading CUDA into the driver."""
    told = os.environ.get("CUDA_VISIBLE_DEVICES")
    if told is not None:
        return [one for one in told.split(",") if one]
    return [str(number) for number, _ in enumerate(Path("/dev").glob("nvidia[0-9]*"))]


class _Process:
    """A worker as its driver sees it. `files` is what it has been given, None when it is idle."""

    def __init__(self, popen: subprocess.Popen[bytes], pipe: Connection, gpu: str | None) -> None:
        self.popen = popen
        self.gpu = gpu
        self.pipe = pipe
        self.ready = False
        self.files: list[File] | None = None

    def ask(self) -> None:
        with suppress(OSError):  # when it is dead the pipe's end says so
            self.pipe.send_bytes(asked(self.files or []))

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()
        self.pipe.close()
