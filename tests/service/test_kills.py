"""A real process is killed while it receives and works: nothing that was accepted is lost, nothing is there twice."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from foyerdoc.index import Index
from foyerdoc.service.app import open_ledger
from tests.service.made import Serving
from tests.service.processes import Service

FILES = 20
KILLS = 3


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path / "service")
    yield made
    if made.process.poll() is None:
        made.end(signal.SIGKILL)


def test_killed_again_and_again_while_files_come_and_are_worked_on(service: Service) -> None:
    accepted: dict[str, str] = {}
    stop = threading.Event()

    def send() -> None:
        """Send every file until it is answered, as a client should; some are sent twice after a kill."""
        for number in range(FILES):
            content = f"Letter {number}: the lighthouse keeper of Skagen.\n".encode() * 40
            while not stop.is_set():
                with contextlib.suppress(httpx.TransportError):
                    answer = service.client.post(
                        "/v1/collections/c/documents", params={"name": f"{number}.txt"}, content=content
                    )
                    if answer.status_code in (200, 202):
                        accepted[answer.json()["id"]] = f"{number}.txt"
                        break
                time.sleep(0.02)

    def break_off() -> None:
        """A long file that is half sent at the first kill, and not sent again."""
        pieces = (time.sleep(0.05) or b"x" * 100_000 for _ in range(200))
        with contextlib.suppress(httpx.TransportError):
            service.client.post("/v1/collections/c/documents", params={"name": "half.txt"}, content=pieces)

    service.start()
    threading.Thread(target=break_off).start()
    while not list((service.folder / "incoming").iterdir()):
        time.sleep(0.01)
    sender = threading.Thread(target=send)
    sender.start()
    try:
        for turn in range(KILLS):
            reached = FILES * (turn + 1) // (KILLS + 1)
            while len(accepted) < reached:
                time.sleep(0.005)
            time.sleep(0.02 * turn)  # at another moment of what is done
            assert service.end(signal.SIGKILL) == -signal.SIGKILL
            service.start()
        sender.join(timeout=60)
    finally:
        stop.set()
    deadline = time.monotonic() + 60
    while any(one["state"] == "queued" for one in service.documents()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    found = service.documents()
    assert {one["id"]: one["name"] for one in found} == accepted
    assert len(found) == FILES
    assert {one["state"] for one in found} == {"ready"}
    # A graceful end loses nothing either.
    assert service.end(signal.SIGTERM) in (0, -signal.SIGTERM)
    files = sorted(path.parent.name for path in service.folder.glob("collections/c/files/*/*"))
    assert files == sorted(accepted)
    assert not list((service.folder / "incoming").iterdir())
    with Index.open(service.folder / "collections/c/index", embedder=Serving()) as index:
        assert sorted(one.id for one in index.documents()) == sorted(accepted)
        assert index.verify() == ()


def test_what_is_interrupted_goes_on_what_was_cancelled_does_not_and_nobody_else_serves(service: Service) -> None:
    """The jobs of this service are slow: one runs when it ends."""
    os.environ["SLOW_JOBS"] = "1"
    try:
        service.start()
        sent = [
            service.client.post("/v1/collections/c/documents", params={"name": f"{n}.txt"}, content=b"Letter %d" % n).json()
            for n in range(3)
        ]
        while service.client.get(f"/v1/collections/c/jobs/{sent[0]['job']['id']}").json()["state"] != "running":
            time.sleep(0.02)
        second = subprocess.run(service.command, env=service.environment, check=False, capture_output=True)
        assert second.returncode != 0
        assert b"is being served" in second.stderr
        cancelled = service.client.delete(f"/v1/collections/c/jobs/{sent[1]['job']['id']}").json()
        assert cancelled["state"] == "cancelled"
        assert service.end(signal.SIGTERM) in (0, -signal.SIGTERM)
    finally:
        del os.environ["SLOW_JOBS"]
    with open_ledger(service.folder) as ledger:
        assert [job.state for job in reversed(ledger.jobs("c"))] == ["queued", "cancelled", "queued"]
        assert ledger.jobs("c")[-1].tries == 0
    service.start()
    while any(one["state"] == "queued" for one in service.documents()):
        time.sleep(0.05)
    assert [one["state"] for one in service.documents()] == ["ready", "cancelled", "ready"]
    again = service.client.post(f"/v1/collections/c/documents/{sent[1]['id']}/jobs").json()
    assert again["id"] != sent[1]["job"]["id"]
    while any(one["state"] == "queued" for one in service.documents()):
        time.sleep(0.05)
    assert [one["state"] for one in service.documents()] == ["ready"] * 3
