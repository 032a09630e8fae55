"""Real model servers on loopback, in processes of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import httpx


@contextmanager
def serving(command: Sequence[str], *, environment: Mapping[str, str] | None = None, seconds: float = 120) -> Iterator[str]:
    """Start a server that takes `--host` and `--port`; its address, version included, once it lists its models."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = str(one.getsockname()[1])
    process = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", port], env={**os.environ, **(environment or {})})
    url = f"http://127.0.0.1:{port}/v1"
    try:
        until = time.monotonic() + seconds
        while True:
            assert process.poll() is None, "the server ended"
            try:
                httpx.get(f"{url}/models", trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                assert time.monotonic() < until, "the server does not answer"
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
