"""A real vLLM on loopback, which `make test-vllm` installs aside: it wants other versions of packages than we have."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

_PYTHON: Final = os.environ.get("TEST_VLLM")
NAME: Final = "served"


def installed() -> bool:
    """Whether it is there, as `make test-vllm` says by naming its Python."""
    return _PYTHON is not None


@contextmanager
def serve(folder: Path, *options: str, context: int = 8192) -> Iterator[str]:
    """Serve a model's folder in float32 on a free port; the address, version included, once it answers.

    Nothing is compiled for it, which would take minutes and change no answer, and usage is not told to its makers.
    """
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    told = ["--model", str(folder), "--served-model-name", NAME, "--host", "127.0.0.1", "--port", str(port)]
    told += ["--dtype", "float32", "--max-model-len", str(context), "--max-num-seqs", "8", "--enforce-eager", *options]
    silent = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}
    # A gigabyte for keys and values: by default it takes half of the machine's memory.
    environment = {**os.environ, **silent, "VLLM_CPU_KVCACHE_SPACE": "1"}
    process = subprocess.Popen([_PYTHON, "-m", "vllm.entrypoints.openai.api_server", *told], env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 300
        while True:
            assert process.poll() is None, "vLLM ended"
            try:
                httpx.get(f"{address}/health", trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                assert time.monotonic() < until, "vLLM does not answer"
                time.sleep(0.5)
        yield f"{address}/v1"
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
