"""A worker as a process: `python -P -m foyerdoc.running.worker DESCRIPTOR` reads a job, then files, until its pipe ends."""

from __future__ import annotations

import logging
import os
import sys
from multiprocessing.connection import Connection

import orjson

from foyerdoc.errors import FoyerdocError
from foyerdoc.running.job import Job
from foyerdoc.running.stages import File, Parcel, Worker, read, received, sent


def main(descriptor: int) -> None:
    """Answer until the driver is gone."""
    keep_quiet()
    pipe = Connection(descriptor)
    try:
        job = Job.model_validate_json(pipe.recv_bytes())
        try:
            worker = Worker(job)
        except FoyerdocError as error:
            send(pipe, [b"refused", orjson.dumps([error.code, error.message, error.hint])])
            return
        send(pipe, [b"ready"])
        while True:
            asked = orjson.loads(pipe.recv_bytes())
            files = [File(received(path), digest) for path, digest in asked]
            send(pipe, [b"done", *worker.understand(read(files, job.limits))])
    except (EOFError, OSError):
        return  # nobody waits any more


def keep_quiet() -> None:
    """Let libraries say nothing that is not an error, and look for nothing on the network."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    for name in ("bitsandbytes", "pypdf"):
        logging.getLogger(name).setLevel(logging.ERROR)


def send(pipe: Connection, parcel: Parcel) -> None:
    """Write a parcel: how many parts, then each."""
    pipe.send_bytes(orjson.dumps(len(parcel)))
    for part in parcel:
        pipe.send_bytes(part)


def receive(pipe: Connection) -> Parcel:
    """Read what `send` wrote.

    Raises:
        EOFError: the other side is gone.
    """
    return [pipe.recv_bytes() for _ in range(orjson.loads(pipe.recv_bytes()))]


def asked(files: list[File]) -> bytes:
    """Files as a worker is asked for them."""
    return orjson.dumps([[sent(file.path), file.digest] for file in files])


if __name__ == "__main__":
    main(int(sys.argv[1]))
