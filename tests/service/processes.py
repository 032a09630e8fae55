"""Services in processes of their own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from foyerdoc.service.access import make_key
from foyerdoc.service.app import open_ledger


class Service:
    """`make_app` in a process of its own, over one folder, started anew as often as is wanted.

    Args:
        folder: of the service; its ledger is made, with a key.
        options: of `made`.
        key: of the tests; a new one when None.
    """

    def __init__(self, folder: Path, options: Sequence[str] = (), key: str | None = None) -> None:
        self.folder = folder
        self.options = options
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        if key is None:
            with open_ledger(folder) as ledger:
                _, key = make_key(ledger, "tests", ["read", "write"], [])
        self.key = key
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers={"Authorization": f"Bearer {key}"}, timeout=20, trust_env=False
        )

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "tests.service.made", str(self.folder), str(self.port), *self.options]

    def launch(self) -> None:
        self.process = subprocess.Popen(self.command, env=self.environment)

    def start(self) -> None:
        self.launch()
        self.wait()

    def wait(self) -> None:
        for _ in range(600):
            assert self.process.poll() is None
            with contextlib.suppress(httpx.TransportError):
                if self.client.get("/ready").status_code == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("it does not start")

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=30)

    def documents(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/v1/collections/c/documents", params={"limit": 1000}).json()["documents"]
        return found
