"""What a client sees: documents, jobs, search, answers, judgements, limits and problems."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from foyerdoc.evaluation.gold import Gold
from foyerdoc.models.protocol import Embedder
from foyerdoc.service import make_app
from foyerdoc.service.jobs import path_name
from foyerdoc.service.routes import fields
from tests.service.conftest import LETTER, configuration, key, upload, worked_on

Header = dict[str, str]


@pytest.fixture(scope="module")
def served_embedder(embedder: Embedder) -> Embedder:
    return embedder


@pytest.fixture(scope="module")
def letter(app: FastAPI, client: TestClient) -> tuple[str, Header]:
    """The place of a letter's file in the collection "letters", and a key to it."""
    header, place = key(app, "read", "write", collections=("letters",)), "/v1/collections/letters/documents"
    made = client.post(place, params={"name": "letter.txt"}, content=LETTER, headers=header).json()
    return f"{place}/{made['id']}/file", header


def test_an_upload_is_read_labelled_extracted_and_found(client: TestClient, writer: Header, ours: dict[str, Any]) -> None:
    assert ours["state"] == "ready"
    assert ours["label"] == ["bill"]
    assert ours["job"]["state"] == "done"
    assert ours["job"]["progress"] == 1.0
    total = ours["result"]["extraction"]["fields"]["total"]
    text = client.get(f"/v1/collections/ours/documents/{ours['id']}/text", headers=writer).text
    assert text[total["span"]["start"] : total["span"]["end"]] == total["raw"] == "1,190.00 EUR"
    assert total["value"] == "1190.00"
    assert total["boxes"][0]["page"] == 1

    listed = client.get("/v1/collections/ours/documents", headers=writer).json()["documents"]
    assert [(one["name"], one["label"]) for one in listed] == [("bill.pdf", ["bill"])]
    hits = client.post("/v1/collections/ours/search", json={"query": "amount"}, headers=writer).json()["hits"]
    assert hits[0]["document_name"] == "bill.pdf"
    assert client.post(
        "/v1/collections/ours/search", json={"query": "amount", "where": {"category": "letter"}}, headers=writer
    ).json() == {"hits": []}
    picture = client.get(f"/v1/collections/ours/documents/{ours['id']}/pages/1", headers=writer)
    assert picture.headers["content-type"] in ("image/png", "image/jpeg")
    file = client.get(f"/v1/collections/ours/documents/{ours['id']}/file", headers=writer)
    assert file.content.startswith(b"%PDF")
    assert file.headers["content-disposition"].startswith("attachment")


DUE = {"type": "object", "properties": {"amount": {"type": "number", "description": "Total amount to pay"}}}


def test_fields_of_a_schema_of_one_s_own(client: TestClient, writer: Header, ours: dict[str, Any]) -> None:
    place = f"/v1/collections/ours/documents/{ours['id']}"
    found = client.post(f"{place}/extract", json={"schema": DUE}, headers=writer).json()
    amount = found["fields"]["amount"]
    text = client.get(f"{place}/text", headers=writer).text
    assert text[amount["span"]["start"] : amount["span"]["end"]] == amount["raw"] == "1,190.00 EUR"
    assert found["value"] == {"amount": "1190.00"}
    # What is kept of the document is as it was.
    assert client.get(place, headers=writer).json()["result"] == ours["result"]


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "object", "properties": {"a": {"type": "strnig"}}}, "schema_error"),
        ({"type": "object", "properties": {f"a{n}": {"type": "string"} for n in range(1001)}}, "schema_error"),
        ({"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}}, "schema_error"),
        ({}, "schema_error"),
        ([], "invalid_request"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused(
    client: TestClient, writer: Header, ours: dict[str, Any], schema: Any, says: str
) -> None:
    answer = client.post(f"/v1/collections/ours/documents/{ours['id']}/extract", json={"schema": schema}, headers=writer)
    assert (answer.status_code, answer.json()["code"]) == (422, says)


def test_more_fields_than_a_document_of_its_length_can_be_searched_for(
    client: TestClient, writer: Header, ours: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"/v1/collections/ours/documents/{ours['id']}"
    length = len(client.get(f"{place}/text", headers=writer).text)
    monkeypatch.setattr(fields, "_MOST", 3 * length)
    for many, status in ((2, 200), (3, 413)):
        schema = {"type": "object", "properties": {"kind": {"enum": [f"v{n}" for n in range(many)]}}}
        assert client.post(f"{place}/extract", json={"schema": schema}, headers=writer).status_code == status


IGNORED = ("bytes=9-0", "bytes=0-1,3-4", "bytes=-", "lines=1-2", "bytes=x", f"bytes={'9' * 5000}-")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-9", range(10)),
        ("bytes=5-", range(5, 114)),
        ("Bytes = 100-5000", range(100, 114)),
        ("bytes=-3", range(111, 114)),
        ("bytes=-5000", range(114)),
        *((asked, None) for asked in IGNORED),
    ],
)
def test_a_part_of_a_file(client: TestClient, letter: tuple[str, Header], asked: str, expected: range | None) -> None:
    place, header = letter
    answer = client.get(place, headers={**header, "Range": asked})
    told = answer.headers
    assert (told["content-type"], told["accept-ranges"]) == ("application/octet-stream", "bytes")
    assert told["content-disposition"].startswith("attachment")
    assert (told["etag"], told["cache-control"]) == (f'"{hashlib.sha256(LETTER).hexdigest()}"', "no-store")
    assert int(told["content-length"]) == len(answer.content)
    if expected is None:
        assert (answer.status_code, answer.content) == (200, LETTER)
        assert "content-range" not in told
    else:
        assert (answer.status_code, answer.content) == (206, LETTER[expected.start : expected.stop])
        assert told["content-range"] == f"bytes {expected.start}-{expected.stop - 1}/114"


def test_a_part_that_is_not_there_or_of_another_file(client: TestClient, letter: tuple[str, Header]) -> None:
    place, header = letter
    for asked in ("bytes=114-", "bytes=500-600", "bytes=-0"):
        answer = client.get(place, headers={**header, "Range": asked})
        assert (answer.status_code, answer.json()["code"]) == (416, "no_such_part")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-range"] == "bytes */114"
    own = client.get(place, headers=header).headers["etag"]
    for tag, status in ((own, 206), ('"another"', 200), ("Sun, 29 Nov 2026 12:00:00 GMT", 200)):
        answer = client.get(place, headers={**header, "Range": "bytes=0-9", "If-Range": tag})
        assert answer.status_code == status


def test_a_part_is_refused_as_the_whole_is(
    app: FastAPI, client: TestClient, letter: tuple[str, Header], writer: Header
) -> None:
    place, _ = letter
    for header, status in ((writer, 404), (key(app, "admin"), 403), ({}, 401)):
        whole = client.get(place, headers=header)
        assert whole.status_code == status
        for asked in ("bytes=0-9", "bytes=500-"):
            part = client.get(place, headers={**header, "Range": asked})
            assert (part.status_code, part.json()) == (status, whole.json())


def test_an_answer_comes_as_a_whole_or_as_events_with_verified_citations(
    client: TestClient, writer: Header, ours: dict[str, Any]
) -> None:
    asked = {"question": "What is the total amount to pay?"}
    answer = client.post("/v1/collections/ours/ask", json=asked, headers=writer).json()
    assert not answer["abstained"]
    assert "1,190.00" in answer["text"]
    assert all(one["verified"] for one in answer["citations"])
    with client.stream("POST", "/v1/collections/ours/ask", json={**asked, "stream": True}, headers=writer) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        events = _events(response.read().decode())
    assert [name for name, _ in events][-1] == "answer"
    assert "".join(data["text"] for name, data in events if name == "text") == answer["text"]
    assert events[-1][1] == answer


def test_openais_clients_are_answered(client: TestClient, writer: Header, ours: dict[str, Any]) -> None:
    assert [one["id"] for one in client.get("/v1/models", headers=writer).json()["data"]] == ["ours"]
    asked = {"model": "ours", "temperature": 0.7, "messages": [{"role": "system", "content": "Be brief."}]}
    asked["messages"].append({"role": "user", "content": [{"type": "text", "text": "What is the total amount to pay?"}]})
    whole = client.post("/v1/chat/completions", json=asked, headers=writer).json()
    content = whole["choices"][0]["message"]["content"]
    assert '[1] bill.pdf, p. 1: "' in content
    assert whole["citations"][0]["verified"]
    lines = client.post("/v1/chat/completions", json={**asked, "stream": True}, headers=writer).text.strip().split("\n\n")
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert "".join(one["choices"][0]["delta"].get("content", "") for one in chunks) == content
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["citations"] == whole["citations"]
    last = {**asked, "messages": [{"role": "assistant", "content": "Hello"}]}
    assert client.post("/v1/chat/completions", json=last, headers=writer).json()["code"] == "no_question"


def test_a_file_is_one_document_however_often_it_is_sent_until_it_is_deleted(client: TestClient, writer: Header) -> None:
    first = upload(client, writer, "ours", "../../a letter?.txt", LETTER)
    assert first["name"] == "a letter.txt"
    again = client.post("/v1/collections/ours/documents", params={"name": "other.txt"}, content=LETTER, headers=writer)
    assert again.status_code == 200
    assert (again.json()["id"], again.json()["name"]) == (first["id"], first["name"])
    place = f"/v1/collections/ours/documents/{first['id']}"
    job = client.post(f"{place}/jobs", headers=writer)
    assert job.status_code == 202
    assert worked_on(client, writer, "ours", first["id"])["job"]["id"] == job.json()["id"] != first["job"]["id"]
    search = {"query": "lighthouse keeper of Skagen", "k": 1}
    assert (
        client.post("/v1/collections/ours/search", json=search, headers=writer).json()["hits"][0]["document_name"]
        == "a letter.txt"
    )
    assert client.delete(place, headers=writer).status_code == 204
    assert client.delete(place, headers=writer).json()["code"] == "unknown_document"
    assert client.get(f"{place}/text", headers=writer).status_code == 404
    hits = client.post("/v1/collections/ours/search", json=search, headers=writer).json()["hits"]
    assert "a letter.txt" not in {hit["document_name"] for hit in hits}
    assert upload(client, writer, "ours", "back.txt", LETTER)["name"] == "back.txt"


def test_a_file_that_cannot_be_read_has_failed_with_its_reason(client: TestClient, writer: Header) -> None:
    found = upload(client, writer, "ours", "broken.pdf", b"%PDF-1.7 nothing")
    assert (found["state"], found["job"]["error"]["code"]) == ("failed", "damaged_file")
    assert client.get(f"/v1/collections/ours/documents/{found['id']}/pages/1", headers=writer).json()["code"] == "no_picture"
    client.delete(f"/v1/collections/ours/documents/{found['id']}", headers=writer)


def test_what_people_say_is_kept_as_gold_and_reviewed_on_a_page(
    client: TestClient, app: FastAPI, writer: Header, ours: dict[str, Any], tmp_path: Path
) -> None:
    other = upload(client, writer, "ours", "unjudged.txt", LETTER + b" Otto")
    place = f"/v1/collections/ours/documents/{ours['id']}/judgements"
    said = {"label": ["letter"], "fields": {"total": {"start": 0, "end": 7}, "iban": None}}
    judged = client.post(place, json=said, headers=writer).json()["judgements"]
    assert judged[0]["label"] == ["letter"]
    assert judged[1]["fields"]["total"]["raw"] == "Invoice"
    later = client.post(place, json={"fields": {"total": {"value": "5"}}}, headers=writer).json()["judgements"]
    assert later[1]["fields"] == {"iban": None, "total": {"value": "5"}}
    for wrong in ({}, {"label": ["nothing"]}, {"fields": {"total": {"start": 3, "end": 10**9}}}, {"fields": {"total": {}}}):
        assert client.post(place, json=wrong, headers=writer).status_code == 422
    page = client.post("/v1/collections/ours/review", headers=writer).json()
    assert page["items"] >= 1
    shown = client.get(page["url"])
    assert b"Otto" in shown.content
    assert b"1,190.00" not in shown.content  # it was judged
    assert client.get(page["url"]).status_code == 404
    line = {
        "format": 1,
        "item": "x",
        "annotator": "ben",
        "document": other["id"],
        "label": ["letter"],
        "evidence": [{"start": 0, "end": 4}],
    }
    gold = "/v1/collections/ours/gold"
    assert client.post(gold, content=json.dumps(line), headers=writer).json() == {"taken": 1}
    line["evidence"] = [{"start": 0, "end": 10**6}]
    assert client.post(gold, content=json.dumps(line), headers=writer).json()["code"] == "gold_error"
    (tmp_path / "gold.jsonl").write_bytes(client.get(gold, headers=writer).content)
    assert [one.annotator for one in Gold.read(tmp_path / "gold.jsonl").annotations][-1] == "ben"


def test_too_much_is_refused_with_a_body_that_says_how_much(tmp_path: Path, embedder: Embedder) -> None:
    app = make_app(configuration(tmp_path, embedder, upload_bytes=1000, body_bytes=2000, per_minute=5, at_once=1))
    header = key(app, "write", "read")
    with TestClient(app) as client:
        long = client.post("/v1/collections/c/documents", params={"name": "a"}, content=b"x" * 1001, headers=header)
        pieces = client.post(
            "/v1/collections/c/documents", params={"name": "a"}, content=iter([b"x" * 600] * 2), headers=header
        )
        body = client.post("/v1/chat/completions", content=b" " * 2001, headers=header)
        for answer in (long, pieces, body):
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
            assert answer.headers["content-type"] == "application/problem+json"
        assert client.get("/v1/collections/c/documents", headers=header).status_code == 404
        asked = [client.get("/v1/models", headers=header) for _ in range(5)]
        often = asked[-1]
        assert asked[0].status_code == 200
        assert (often.status_code, often.json()["code"]) == (429, "too_often")
        assert int(often.headers["retry-after"]) == 12
        other = key(app, "read", collections=("c",))
        with app.state.throttle.answering():
            busy = client.post("/v1/collections/c/search", json={"query": "x"}, headers=other)
        assert (busy.status_code, busy.json()["code"]) == (429, "too_many_at_once")
        assert not list((tmp_path / "incoming").iterdir())


def test_who_is_admitted_waits_for_a_turn(tmp_path: Path, embedder: Embedder) -> None:
    app = make_app(configuration(tmp_path, embedder, computing=1))
    header = key(app, "read", collections=("c",))
    answers: list[int] = []
    with TestClient(app) as client:
        search = {"query": "x"}
        thread = threading.Thread(
            target=lambda: answers.append(client.post("/v1/collections/c/search", json=search, headers=header).status_code)
        )
        with app.state.throttle.computing():
            thread.start()
            thread.join(0.3)
            assert answers == []
            assert client.get("/health").status_code == 200
        thread.join()
    assert answers == [200]


def test_health_readiness_and_metrics(client: TestClient, app: FastAPI, ours: dict[str, Any]) -> None:
    assert client.get("/health").json() == {"status": "alive"}
    assert client.get("/ready").json() == {"status": "ready"}
    text = client.get("/metrics", headers=key(app, "admin")).text
    assert 'foyerdoc_requests_total{method="POST",route="/v1/collections/{collection}/documents",status="202"}' in text
    assert 'foyerdoc_jobs{state="done"}' in text


def test_the_description_has_examples_and_answers_have_strict_headers(client: TestClient, writer: Header) -> None:
    described = client.get("/v1/openapi.json").json()
    assert described["components"]["schemas"]["AskRequest"]["examples"]
    assert {"ProblemBody", "Answer", "Hit"} <= set(described["components"]["schemas"])
    for path in ("/", "/v1/models", "/nothing"):
        headers = client.get(path).headers
        assert "unsafe" not in headers["content-security-policy"]
        assert "http" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert client.get("/docs").status_code == 404
    for bad in (b"{", b"[]", b'{"question": 5}', b'{"question": "x", "k": 0}', b'{"question": " "}', b"\xff"):
        answer = client.post("/v1/collections/ours/ask", content=bad, headers=writer)
        assert answer.json()["code"] == ("bad_request" if bad == b"\xff" else "invalid_request")


def test_neither_logs_nor_problems_nor_metrics_hold_text(
    client: TestClient, app: FastAPI, writer: Header, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    admin = key(app, "admin")
    upload(client, writer, "ours", "Zitronenfalter.txt", b"The password of the Zitronenfalter is Quittengelee.")
    asked = client.post("/v1/collections/ours/ask", json={"question": "Quittengelee?"}, headers=writer)
    refused = [
        client.post("/v1/collections/ours/ask", json={"question": "Quittengelee?", "Quittengelee": 1}, headers=writer),
        client.post(
            "/v1/collections/ours/search", json={"query": "Quittengelee", "where": {"Quittengelee": "x"}}, headers=writer
        ),
    ]
    assert asked.status_code == 200
    assert [one.status_code for one in refused] == [422, 422]
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("foyerdoc", "uvicorn")))
    assert "POST /v1/collections/{collection}/ask 200" in logged
    assert "state=done" in logged
    for text in (logged, client.get("/metrics", headers=admin).text, refused[0].text):
        assert "Quittengelee" not in text
        assert "Zitronenfalter" not in text


def test_an_unexpected_error_is_logged_by_kind_and_place_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(configuration(tmp_path))
    with TestClient(app) as client:
        app.state.ledger.collections = lambda: int("Quittengelee")
        answer = client.get("/v1/models", headers=key(app, "read"))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "unexpected ValueError at " in caplog.text
    assert "Quittengelee" not in caplog.text


def test_names_are_files_names() -> None:
    assert path_name("C:\\letters\\Möbel.pdf") == "Möbel.pdf"
    assert path_name("../../etc/passwd") == "passwd"
    assert path_name("..") == path_name("\x00\n") == path_name("/") == "document"
    assert path_name("ü" * 300 + ".pdf").endswith("ü.pdf")
    assert len(path_name("ü" * 300 + ".pdf").encode()) <= 200


def test_uploads_at_the_same_time_are_one_document(client: TestClient, app: FastAPI, writer: Header) -> None:
    statuses: list[int] = []

    def send() -> None:
        answer = client.post(
            "/v1/collections/ours/documents", params={"name": "t.txt"}, content=LETTER + b" twins", headers=writer
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 5 + [202]


def _events(text: str) -> list[tuple[str, Any]]:
    parts = [part.split("\n") for part in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in parts]
