"""What a client may send and do at the wrong moment: no error of the service's own, nothing lost, nothing held for ever."""

from __future__ import annotations

import logging
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from foyerdoc.models.protocol import Embedder
from foyerdoc.service import jobs as working
from foyerdoc.service import make_app
from foyerdoc.service.routes import documents
from tests.disks import files_at_most
from tests.service.conftest import LETTER, configuration, key, upload, worked_on

Header = dict[str, str]


@pytest.fixture(scope="module")
def served(app: FastAPI, client: TestClient) -> Iterator[tuple[str, int]]:
    """The service at a real address: what tests' clients cannot do is to stop halfway."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    thread.join(20)


@pytest.mark.parametrize("where", ['{"name": "\\ud800"}', '{"name": ["\\udfff"]}', '{"\\ud800": "x"}'])
@pytest.mark.parametrize("route", ["search", "ask"])
def test_half_a_character_is_refused(client: TestClient, writer: Header, ours: dict[str, Any], route: str, where: str) -> None:
    asked = "query" if route == "search" else "question"
    body = f'{{"{asked}": "glass", "where": {where}}}'
    header = {**writer, "Content-Type": "application/json"}
    answer = client.post(f"/v1/collections/ours/{route}", content=body, headers=header)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_a_file_is_sent_whole_or_not_at_all_while_it_is_deleted(client: TestClient, writer: Header) -> None:
    content = LETTER * 100
    statuses, stop = set(), threading.Event()

    def ask() -> None:
        while not stop.is_set():
            answer = client.get(path + "/file", headers=writer)
            statuses.add(answer.status_code)
            assert answer.content == content if answer.status_code == 200 else answer.json()["code"] == "unknown_document"

    path = f"/v1/collections/ours/documents/{upload(client, writer, 'ours', 'letter.txt', content)['id']}"
    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    for _ in range(15):
        client.delete(path, headers=writer)
        client.post("/v1/collections/ours/documents", params={"name": "letter.txt"}, content=content, headers=writer)
        time.sleep(0.02)
    stop.set()
    for thread in asking:
        thread.join(20)
    assert statuses == {200, 404}
    client.delete(path, headers=writer)


def test_an_upload_that_stops_coming_gives_its_place_up(
    client: TestClient, writer: Header, monkeypatch: pytest.MonkeyPatch, served: tuple[str, int]
) -> None:
    monkeypatch.setattr(documents, "_PATIENCE", 0.2)
    head = "POST /v1/collections/ours/documents?name=slow.txt HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n"
    with socket.create_connection(served, timeout=10) as line:
        line.sendall(f"{head}Authorization: {writer['Authorization']}\r\n\r\nhalf of".encode())
        assert b"408" in line.recv(100)


def test_one_who_hangs_up_is_no_error_of_the_service(
    app: FastAPI, writer: Header, served: tuple[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="foyerdoc.service"):
        for route in ("documents?name=half.txt", "gold", "search"):
            head = f"POST /v1/collections/ours/{route} HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n"
            with socket.create_connection(served, timeout=10) as line:
                line.sendall(f"{head}Authorization: {writer['Authorization']}\r\n\r\nhalf of".encode())
        for _ in range(200):
            told = "\n".join(record.getMessage() for record in caplog.records)
            if all(f"/{route} {status}" in told for route, status in (("documents", 400), ("gold", 499), ("search", 400))):
                break
            time.sleep(0.02)
        else:
            raise AssertionError(told)
    assert "unexpected" not in told
    assert not list(app.state.library.incoming.iterdir())


def test_on_a_full_disk_nothing_is_lost_and_work_goes_on_when_there_is_room(
    tmp_path: Path, served_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "_PATIENCE", 0.1)
    app = make_app(configuration(tmp_path / "service", served_embedder))
    writer = key(app, "read", "write")
    to = {"url": "/v1/collections/ours/documents", "params": {"name": "letter.txt"}, "headers": writer}
    with TestClient(app) as client:
        with files_at_most(0):  # the file itself cannot be kept, then it can and the ledger cannot be written
            answer = client.post(content=LETTER, **to)
            assert (answer.status_code, answer.json()["code"]) == (503, "disk_full")
            assert answer.headers["Retry-After"]
        with pytest.raises(sqlite3.OperationalError), files_at_most(0):
            app.state.ledger.accept("ours", "0" * 64, "name", 1)
        accepted = client.post(content=LETTER, **to)
        with files_at_most(0):  # while it is worked on
            time.sleep(0.5)
            assert client.get("/ready").status_code == 200
        assert accepted.status_code == 202
        assert worked_on(client, writer, "ours", accepted.json()["id"])["job"]["state"] in ("done", "failed")
        assert upload(client, writer, "ours", "other.txt", LETTER + b"!")["state"] == "ready"
