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
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import psutil

from foyerdoc.demo import folder
from foyerdoc.service.access import make_key
from foyerdoc.service.app import open_ledger

COLLECTION = "mailbox"


@dataclass(frozen=True)
class Serving:
    """A service that runs: its address, a key to everything, its process and folder; replicas, and the addresses of all."""

    address: str
    key: str
    process: subprocess.Popen
    data: Path
    addresses: tuple[str, ...]
    replicas: tuple[subprocess.Popen, ...] = ()

    def processor_seconds(self) -> float:
        """What all of them have had until now."""
        times = (psutil.Process(one.pid).cpu_times() for one in (self.process, *self.replicas))
        return sum(one.user + one.system for one in times)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@contextmanager
def serving(*options: str, documents: int | None = None, replicas: int = 0) -> Iterator[Serving]:
    """Serve; what was uploaded has been worked on when it is given, and so many processes that only read are beside."""
    with tempfile.TemporaryDirectory(prefix="foyerdoc-service-") as temporary:
        data = Path(temporary) / "data"
        with open_ledger(data) as ledger:
            _, key = make_key(ledger, "benchmark", ["read", "write", "admin"], [])
        log = Path(temporary) / "log"
        address, process = _started(log, "--data", str(data), *options)
        processes = [process]
        try:
            _wait(address, process)
            made = Serving(address, key, process, data, (address,))
            _upload(made, sorted((folder() / "documents").iterdir())[:documents])
            for _ in range(replicas):
                address, process = _started(log, "--data", str(data), *options, "--read-only")
                processes.append(process)
                _wait(address, process)
                made = replace(made, addresses=(*made.addresses, address), replicas=(*made.replicas, process))
            yield made
        except httpx.TransportError as error:
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
            ended = [_ended(process) for process in processes]
            raise SystemExit("\n".join([*lines, f"{type(error).__name__}, the service ended with {ended}"])) from error
        finally:
            for process in processes:
                process.terminate()
                process.wait(60)


def _started(log: Path, *options: str) -> tuple[str, subprocess.Popen]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "foyerdoc", "serve", "--port", str(port), *options]
    with log.open("ab") as lines:
        process = subprocess.Popen(command, stderr=lines, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    return f"http://127.0.0.1:{port}", process


def _ended(process: subprocess.Popen) -> int | None:
    with suppress(subprocess.TimeoutExpired):
        return process.wait(5)
    return None


def _wait(address: str, process: subprocess.Popen) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            raise SystemExit(f"the service ended with {process.returncode}")
        with suppress(httpx.TransportError):
            if httpx.get(f"{address}/ready").status_code == 200:
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
