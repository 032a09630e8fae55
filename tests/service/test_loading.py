"""When a service says that it is ready."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray

from foyerdoc.errors import ModelMissing
from foyerdoc.service import loading, make_app
from tests.index.conftest import WordEmbedder
from tests.service.conftest import LETTER, configuration, key, upload


class Slow(WordEmbedder):
    """Is not loaded before it may be; the first time its file is missing."""

    def __init__(self) -> None:
        super().__init__()
        self.may = threading.Event()
        self.missing = True

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        assert self.may.wait(30)
        if self.missing:
            self.missing = False
            raise ModelMissing("its file is gone", hint="foyerdoc models fetch")
        return super().embed_queries(texts)


def test_with_documents_it_is_ready_when_the_models_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loading, "_PATIENCE", 0.05)
    with TestClient(empty := make_app(configuration(tmp_path, Slow()))) as client:
        assert client.get("/ready").status_code == 200  # there is nothing to ask
        upload(client, key(empty, "read", "write"), "c", "letter.txt", LETTER)

    embedder = Slow()
    with caplog.at_level(logging.ERROR, "foyerdoc.service"), TestClient(make_app(configuration(tmp_path, embedder))) as client:
        answer = client.get("/ready")
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "loading", "5")
        assert client.get("/health").status_code == 200
        embedder.may.set()
        for _ in range(600):
            if client.get("/ready").status_code == 200:
                break
            time.sleep(0.05)
        assert client.get("/ready").json() == {"status": "ready"}
    assert not embedder.missing
    assert [record.getMessage() for record in caplog.records] == [
        "the models cannot be loaded (its file is gone (foyerdoc models fetch)): trying again"
    ]


def test_what_it_loads_is_what_answers_need(embedder: object, tmp_path: Path) -> None:
    from foyerdoc.quoting import bundled_for

    made = make_app(configuration(tmp_path, embedder))
    with TestClient(made):
        quoter = bundled_for(embedder)
        quoter.unload()
        made.state.library.load()
        assert quoter._loaded is not None
