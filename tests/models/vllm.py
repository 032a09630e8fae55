"""A real vLLM on loopback, which `make test-vllm` installs aside: it wants other versions of packages than we have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.models.serving import serving

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
    told = ["--model", str(folder), "--served-model-name", NAME, "--dtype", "float32", "--max-model-len", str(context)]
    told += ["--max-num-seqs", "8", "--enforce-eager", *options]
    silent = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}
    # A gigabyte for keys and values: by default it takes half of the machine's memory.
    environment = {**silent, "VLLM_CPU_KVCACHE_SPACE": "1"}
    assert _PYTHON is not None
    command = [_PYTHON, "-m", "vllm.entrypoints.openai.api_server", *told]
    with serving(command, environment=environment, seconds=300) as url:
        yield url
