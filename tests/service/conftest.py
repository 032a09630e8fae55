"""A service over two collections of invented documents, in this process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field

from foyerdoc.models.protocol import Embedder
from foyerdoc.service import Configuration, make_app
from foyerdoc.service.access import make_key
from foyerdoc.service.configuration import Allowance
from foyerdoc.taxonomy import Taxonomy
from tests.index.conftest import WordEmbedder

TAXONOMY = Taxonomy.model_validate(
    {
        "name": "mail",
        "categories": [
            {"name": "bill", "description": "A bill, an invoice, an amount to pay", "schema": "bill"},
            {"name": "letter", "description": "A personal letter, greetings, holidays"},
        ],
    }
)


class Bill(BaseModel):
    """What a bill asks for."""

    total: Decimal | None = Field(default=None, description="Total amount to pay")


LETTER = (
    b"Dear Anna,\n\nthe lighthouse keeper of Skagen paints seven doors in green every summer.\n\nGreetings from our holidays"
)
OTHER = b"Liebe Berta,\n\nder Leuchtturm von Warnemuende hat heute das Geheimwort Zitronenfalter.\n\nViele Gruesse"


def configuration(folder: Path, embedder: Embedder | None = None, **allowed: Any) -> Configuration:
    return Configuration(
        folder, TAXONOMY, {"bill": Bill}, embedder=embedder, allowance=Allowance(**{"per_minute": 100_000, **allowed})
    )


def key(app: FastAPI, *scopes: str, collections: tuple[str, ...] = ()) -> dict[str, str]:
    """The header of a new key."""
    _, secret = make_key(app.state.ledger, f"{'-'.join(scopes)} {time.perf_counter_ns()}", scopes, collections)
    return {"Authorization": f"Bearer {secret}"}


def upload(client: TestClient, header: dict[str, str], collection: str, name: str, content: bytes) -> dict[str, Any]:
    """Send a file, and wait until it was worked on."""
    answer = client.post(f"/v1/collections/{collection}/documents", params={"name": name}, content=content, headers=header)
    assert answer.status_code in (200, 202), answer.text
    return worked_on(client, header, collection, answer.json()["id"])


def worked_on(client: TestClient, header: dict[str, str], collection: str, document: str) -> dict[str, Any]:
    for _ in range(600):
        found: dict[str, Any] = client.get(f"/v1/collections/{collection}/documents/{document}", headers=header).json()
        if found["job"]["state"] not in ("queued", "running"):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


@pytest.fixture(scope="module")
def served_embedder() -> Embedder:
    """Of words: it starts at once. `test_api` has the real one."""
    return WordEmbedder()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, served_embedder: Embedder) -> FastAPI:
    return make_app(configuration(tmp_path_factory.mktemp("service"), served_embedder))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@pytest.fixture(scope="module")
def writer(app: FastAPI) -> dict[str, str]:
    return key(app, "read", "write", collections=("ours",))


@pytest.fixture(scope="module")
def ours(client: TestClient, writer: dict[str, str]) -> dict[str, Any]:
    """A PDF bill in the collection "ours"."""
    from tests.reading.pdfs import text_pages

    return upload(
        client,
        writer,
        "ours",
        "bill.pdf",
        text_pages("Invoice for glass\nTotal amount to pay: 1,190.00 EUR\nPlease pay this bill"),
    )


@pytest.fixture(scope="module")
def theirs(app: FastAPI, client: TestClient, ours: dict[str, Any]) -> dict[str, Any]:
    """A letter in the collection "theirs", which the writer's key does not see, and there the bill of "ours" too."""
    header = key(app, "read", "write", collections=("theirs",))
    found = upload(client, header, "theirs", "secret-letter.txt", OTHER)
    client.post(f"/v1/collections/theirs/documents/{found['id']}/judgements", json={"label": ["letter"]}, headers=header)
    return found
