"""Processes that read beside the one that writes: they see what it commits, change nothing, and outlive it."""

from __future__ import annotations

import hashlib
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from benchmarks.postgres import serving
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from foyerdoc.cli import app as commands
from foyerdoc.errors import UsageError
from foyerdoc.index import Index
from foyerdoc.service import make_app
from foyerdoc.service.access import make_key
from foyerdoc.service.app import LEDGER, open_ledger
from tests.index.conftest import WordEmbedder
from tests.service.conftest import LETTER, OTHER, configuration, key, worked_on
from tests.service.processes import Service
from tests.service.test_access import filled, routes, scopes

DOCUMENTS = "/v1/collections/c/documents"
CHAT = {"model": "c", "messages": [{"role": "user", "content": "Who paints seven doors in green?"}]}


@pytest.fixture(params=["folder", "postgres"])
def fleet(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Service, list[Service]]]:
    """The process that writes and two that read. In PostgreSQL these have a user who may do nothing else."""
    writes, reads = (), ()
    if request.param == "postgres":
        server = request.getfixturevalue("server")
        writes, reads = ("--indexes", server.address), ("--indexes", server.address.replace("postgres@", "reader@"))
    writer = Service(tmp_path / "service", writes)
    replicas = [Service(writer.folder, ["--read-only", *reads], writer.key) for _ in range(2)]
    everyone = [*replicas, writer]  # the writer is not there when they start
    for one in everyone:
        one.launch()
    try:
        for one in everyone:
            one.wait()
        yield writer, replicas
    finally:
        for one in everyone:
            if one.process.poll() is None:
                one.end(signal.SIGKILL)


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    with serving("-c fsync=off") as server:
        with psycopg.connect(server.address, autocommit=True) as connection:
            connection.execute(
                "CREATE ROLE reader LOGIN; ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO reader;"
                "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader"
            )
        yield server


def test_what_is_written_is_seen_by_all_and_no_kill_harms_the_others(fleet: tuple[Service, list[Service]]) -> None:
    writer, replicas = fleet
    for one in replicas:  # nothing was ever uploaded, and no key names the collection
        assert one.client.get("/v1/models").json()["data"] == []
        assert one.client.post("/v1/collections/c/search", json={"query": "seven doors"}).status_code == 404

    letter = sent(writer, "letter.txt", LETTER)
    other = sent(writer, "other.txt", OTHER)
    for one in replicas:
        assert found(one, "lighthouse keeper of Skagen") == ["letter.txt", "other.txt"]
        assert quoted(one) == ["letter.txt"]
        assert b"event: answer" in one.client.post("/v1/collections/c/ask", json={"question": "x", "stream": True}).content
        assert one.client.post("/v1/chat/completions", json=CHAT).json()["citations"]
        assert one.client.post("/v1/chat/completions", json={**CHAT, "stream": True}).content.endswith(b"[DONE]\n\n")
        assert [document["state"] for document in one.documents()] == ["ready", "ready"]
        assert one.client.get(f"{DOCUMENTS}/{letter}/file").content == LETTER
        assert "Skagen" in one.client.get(f"{DOCUMENTS}/{letter}/text").text

    said = writer.client.post(f"{DOCUMENTS}/{letter}/judgements", json={"label": ["letter"]}).json()
    with open_ledger(writer.folder) as ledger:
        _, secret = make_key(ledger, "for a while", ["read"], [])
        header = {"Authorization": f"Bearer {secret}"}
        for one in replicas:
            assert one.client.get(f"{DOCUMENTS}/{letter}/judgements").json() == said
            assert one.client.get(DOCUMENTS, headers=header).status_code == 200
        ledger.remove_key("for a while")
    for one in replicas:
        assert one.client.get(DOCUMENTS, headers=header).status_code == 401

    # One that reads is killed in the middle of its work: nobody else notices.
    asking = threading.Thread(target=ask_until_it_is_gone, args=(replicas[0],))
    asking.start()
    time.sleep(0.2)
    replicas[0].end(signal.SIGKILL)
    asking.join()
    assert writer.client.delete(f"{DOCUMENTS}/{other}").status_code == 204
    replicas[0].launch()
    replicas[0].wait()
    for one in replicas:
        assert "other.txt" not in found(one, "Zitronenfalter")
        assert one.client.get(f"{DOCUMENTS}/{other}/text").status_code == 404
        assert [document["name"] for document in one.documents()] == ["letter.txt"]

    # The one that writes is: they go on, and follow it when it is back.
    writer.end(signal.SIGKILL)
    for one in replicas:
        assert quoted(one) == ["letter.txt"]
        assert one.client.post(DOCUMENTS, params={"name": "a.txt"}, content=b"x").json()["code"] == "read_only"
    writer.start()
    sent(writer, "again.txt", b"The ferry to Laesoe leaves at noon.")
    for one in replicas:
        assert found(one, "ferry to Laesoe")[0] == "again.txt"

    # All are killed: what was written is there for one that comes alone.
    for one in (writer, *replicas):
        one.end(signal.SIGKILL)
    alone = make_app(replace(configuration(writer.folder, WordEmbedder()), read_only=True, indexes=indexes_of(replicas[0])))
    with TestClient(alone, headers={"Authorization": f"Bearer {writer.key}"}) as client:
        hits = client.post("/v1/collections/c/search", json={"query": "ferry to Laesoe"}).json()["hits"]
        assert hits[0]["document_name"] == "again.txt"
    place = writer.folder / "collections/c/index"
    with Index.open(place if place.exists() else f"{indexes_of(writer)}&schema=c", embedder=WordEmbedder()) as index:
        assert index.verify() == ()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[FastAPI, TestClient, TestClient]]:
    """One that writes, with its client, and the client of one that reads, in this process."""
    made = configuration(tmp_path / "service", WordEmbedder())
    writing = make_app(made)
    with TestClient(writing) as writer, TestClient(make_app(replace(made, read_only=True))) as reader:
        yield writing, writer, reader


def test_what_writes_is_refused_and_the_rest_answered_as_the_writer_does(pair: tuple[FastAPI, TestClient, TestClient]) -> None:
    from tests.reading.pdfs import text_pages

    app, writer, reader = pair
    mighty, meek = key(app, "read", "write", "admin"), key(app, "read", "admin")
    bill = text_pages("Invoice for glass\nTotal amount to pay: 1,190.00 EUR")
    document = writer.post(DOCUMENTS, params={"name": "bill.pdf"}, content=bill, headers=mighty).json()["id"]
    there = worked_on(writer, mighty, "c", document)
    folder = app.state.library.configuration.folder
    before, refused = prints(folder), 0
    for method, route in routes(app):
        path, body = filled(route.path, "c", there)
        if route.path == "/v1/chat/completions":
            body = {"json": CHAT}
        answer = reader.request(method, path, headers=mighty, **body)
        if scopes(route.dependant) == {"write"}:
            refused += 1
            assert answer.headers["content-type"] == "application/problem+json"
            assert (answer.status_code, answer.json()["code"]) == (403, "read_only")
            assert "process that writes" in answer.json()["hint"]
            assert reader.request(method, path, headers=meek, **body).json()["code"] == "no_scope"
            assert reader.request(method, path, **body).json()["code"] == "no_key"
            continue
        told = writer.request(method, path, headers=mighty, **body)
        assert answer.status_code == told.status_code, (path, answer.text)
        if route.path not in ("/metrics", "/v1/chat/completions") and not route.path.endswith("/review"):
            assert answer.content == told.content, path
    assert refused == 6
    assert prints(folder) == before
    assert 'foyerdoc_jobs{state="done"} 1.0' in reader.get("/metrics", headers=mighty).text


def test_before_the_first_document_of_a_collection_nothing_is_found(pair: tuple[FastAPI, TestClient, TestClient]) -> None:
    app, writer, reader = pair
    header = key(app, "read", "write", collections=("c",))
    answers = [
        [client.post(f"/v1/collections/c/{path}", json=asked, headers=header) for client in (reader, writer)]
        for path, asked in (("search", {"query": "ferry"}), ("ask", {"question": "When does the ferry leave?"}))
    ]
    for ours, theirs in answers:
        assert (ours.status_code, ours.json()) == (200, theirs.json())
    assert answers[1][0].json()["abstained"]
    document = writer.post(DOCUMENTS, params={"name": "a.txt"}, content=b"The ferry leaves at noon.", headers=header).json()[
        "id"
    ]
    worked_on(writer, header, "c", document)
    assert reader.post("/v1/collections/c/search", json={"query": "ferry"}, headers=header).json()["hits"]
    assert not reader.post("/v1/collections/c/ask", json={"question": "When does the ferry leave?"}, headers=header).json()[
        "abstained"
    ]


def test_nothing_is_opened_for_writing(pair: tuple[FastAPI, TestClient, TestClient]) -> None:
    folder = pair[0].state.library.configuration.folder
    with open_ledger(folder, write=False) as ledger, pytest.raises(sqlite3.OperationalError, match="readonly"):
        make_key(ledger, "x", ["read"], [])


def test_where_nothing_was_ever_served_it_says_so(tmp_path: Path) -> None:
    nowhere = tmp_path / "service"
    with pytest.raises(UsageError, match="not there"):
        make_app(replace(configuration(nowhere), read_only=True))
    refused = CliRunner().invoke(commands, ["serve", "--read-only", "--data", str(nowhere)])
    assert refused.exit_code == 2
    assert "start the process that writes first" in refused.output
    assert not nowhere.exists()
    nowhere.mkdir()
    (nowhere / LEDGER).touch()  # it is being made
    with pytest.raises(UsageError, match="not there"):
        open_ledger(nowhere, write=False)


def test_each_process_counts_for_itself(tmp_path: Path) -> None:
    made = configuration(tmp_path / "service", WordEmbedder(), per_minute=3)
    writing = make_app(made)
    header = key(writing, "read")
    with TestClient(writing) as writer, TestClient(make_app(replace(made, read_only=True))) as reader:
        for client in (writer, reader):
            assert [client.get("/v1/models", headers=header).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_on_another_machine_a_copy_of_the_ledger_answers_as_of_then(tmp_path: Path, server: Any) -> None:
    made = replace(configuration(tmp_path / "here", WordEmbedder()), indexes=f"{server.address}")
    writing = make_app(made)
    header = key(writing, "read", "write")
    with TestClient(writing) as writer:
        place = "/v1/collections/copied/documents"
        document = writer.post(place, params={"name": "letter.txt"}, content=LETTER, headers=header).json()["id"]
        worked_on(writer, header, "copied", document)
        (tmp_path / "there").mkdir()
        with (
            closing(sqlite3.connect(made.folder / LEDGER)) as ledger,
            closing(sqlite3.connect(tmp_path / "there" / LEDGER)) as copy,
        ):
            ledger.backup(copy)
    there = replace(made, folder=tmp_path / "there", read_only=True, indexes=server.address.replace("postgres@", "reader@"))
    with TestClient(make_app(there), headers=header) as reader:
        hits = reader.post("/v1/collections/copied/search", json={"query": "lighthouse"}).json()["hits"]
        assert [hit["document_name"] for hit in hits] == ["letter.txt"]
        assert "Skagen" in reader.get(f"{place}/{document}/text").text
        assert reader.get(f"{place}/{document}/file").status_code == 404


def sent(writer: Service, name: str, content: bytes) -> str:
    """Send a file and wait until it was worked on; its id."""
    document: str = writer.client.post(DOCUMENTS, params={"name": name}, content=content).json()["id"]
    until(lambda: writer.client.get(f"{DOCUMENTS}/{document}").json()["state"] == "ready", 30)
    return document


def found(one: Service, query: str) -> list[str]:
    hits = one.client.post("/v1/collections/c/search", json={"query": query}).json()["hits"]
    return [hit["document_name"] for hit in hits]


def quoted(one: Service) -> list[str]:
    answer = one.client.post("/v1/collections/c/ask", json={"question": CHAT["messages"][0]["content"]}).json()
    return [citation["document_name"] for citation in answer["citations"]]


def ask_until_it_is_gone(one: Service) -> None:
    with suppress(httpx.TransportError):
        while True:
            found(one, "lighthouse keeper of Skagen")


def until(is_so: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def indexes_of(one: Service) -> str | None:
    return one.options[one.options.index("--indexes") + 1] if "--indexes" in one.options else None


def prints(folder: Path) -> dict[str, str]:
    """What each file holds, but for the memory that SQLite's readers share."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith("-shm"))
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
