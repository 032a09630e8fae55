"""A service that starts fast, with an embedder of words: what `test_kills` runs in a process of its own."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Sequence
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
    made = make_app(configuration(Path(sys.argv[1]), Serving()))
    uvicorn.run(made, host="127.0.0.1", port=int(sys.argv[2]), log_config=None)
