"""A service that starts fast, with an embedder of words: what `processes` starts."""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import uvicorn
from numpy.typing import NDArray

from foyerdoc.service import make_app
from tests.index.conftest import WordEmbedder
from tests.service.conftest import configuration


class Serving(WordEmbedder):
    """Words' hashes as vectors; with SLOW_JOBS in the environment each job takes seconds."""

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if os.environ.get("SLOW_JOBS"):
            time.sleep(3)
        return super().embed_documents(texts)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--read-only", action="store_true")
    parser.add_argument("--indexes")
    parser.add_argument("--per-minute", type=int, default=100_000)
    given = parser.parse_args()
    made = configuration(given.folder, Serving(), per_minute=given.per_minute)
    app = make_app(replace(made, read_only=given.read_only, indexes=given.indexes))
    uvicorn.run(app, host="127.0.0.1", port=given.port, log_config=None)
