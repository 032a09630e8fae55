"""`foyerdoc serve` in a process of its own over a new folder, with the demo's mailbox in it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from foyerdoc.demo import folder
from foyerdoc.service.access import make_key
from foyerdoc.service.app import open_ledger

COLLECTION = "mailbox"


@dataclass(frozen=True)
class Serving:
    """A service that runs: its address, a key to everything, its process and its folder."""

    address: str
    key: str
    process: subprocess.Popen
    data: Path

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@contextmanager
def serving(*options: str, documents: int | None = None) -> Iterator[Serving]:
    """Serve; what was uploaded has been worked on when it is given."""
    with tempfile.TemporaryDirectory(prefix="foyerdoc-service-") as temporary:
        data = Path(temporary) / "data"
        with open_ledger(data) as ledger:
            _, key = make_key(ledger, "benchmark", ["read", "write", "admin"], [])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "foyerdoc", "serve", "--data", str(data), "--port", str(port), *options]
        with (Path(temporary) / "log").open("wb") as log:
            process = subprocess.Popen(command, stderr=log, env={**os.environ, "HF_HUB_OFFLINE": "1"})
        made = Serving(f"http://127.0.0.1:{port}", key, process, data)
        try:
            _wait(made)
            _upload(made, sorted((folder() / "documents").iterdir())[:documents])
            yield made
        except httpx.TransportError as error:
            lines = (Path(temporary) / "log").read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
            raise SystemExit(
                "\n".join([*lines, f"{type(error).__name__}, the service ended with {_ended(process)}"])
            ) from error
        finally:
            process.terminate()
            process.wait(60)


def _ended(process: subprocess.Popen) -> int | None:
    with suppress(subprocess.TimeoutExpired):
        return process.wait(5)
    return None


def _wait(made: Serving) -> None:
    for _ in range(1200):
        if made.process.poll() is not None:
            raise SystemExit(f"the service ended with {made.process.returncode}")
        with suppress(httpx.TransportError):
            if httpx.get(f"{made.address}/ready").status_code == 200:
                return
        time.sleep(0.1)
    raise SystemExit("the service does not start")


def _upload(made: Serving, paths: list[Path]) -> None:
    place = f"{made.address}/v1/collections/{COLLECTION}/documents"
    with httpx.Client(headers=made.headers, timeout=60) as client:
        for path in paths:
            client.post(place, params={"name": path.name}, content=path.read_bytes()).raise_for_status()
        while any(one["state"] == "queued" for one in client.get(place, params={"limit": 1000}).json()["documents"]):
            time.sleep(0.5)
