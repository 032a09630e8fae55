"""A key sees its collections by no route, and no route lacks a scope: all routes are asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from foyerdoc.errors import UsageError
from foyerdoc.service.access import SCOPES, make_key
from tests.service.conftest import key

Header = dict[str, str]

PUBLIC = {"/", "/page/{name}", "/health", "/ready", "/review/{ticket}", "/v1/openapi.json"}
"""What needs no key: nothing of it tells of a document but a review page, by a ticket that only a key gets."""

BODIES: dict[str, Any] = {
    "/v1/collections/{collection}/search": {"query": "Zitronenfalter"},
    "/v1/collections/{collection}/ask": {"question": "Zitronenfalter"},
    "/v1/chat/completions": {"model": "theirs", "messages": [{"role": "user", "content": "Zitronenfalter"}]},
    "/v1/collections/{collection}/documents/{document}/judgements": {"label": ["letter"]},
    "/v1/collections/{collection}/documents/{document}/extract": {
        "schema": {"type": "object", "properties": {"keeper": {"type": "string"}}}
    },
    "/v1/collections/{collection}/gold": {"format": 1, "item": "a", "annotator": "b", "label": ["letter"]},
}
TELLING = ("Zitronenfalter", "Leuchtturm", "secret-letter", "Warnemuende")


def routes(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    for route in app.routes:
        if isinstance(route, APIRoute):
            for method in sorted(route.methods):
                yield method, route
        else:
            assert getattr(route, "path", None) in PUBLIC, route


def scopes(dependant: Dependant) -> set[str]:
    found = {getattr(dependant.call, "scope", None)} - {None}
    return found.union(*(scopes(child) for child in dependant.dependencies))


def test_every_route_that_is_not_public_needs_one_scope(app: FastAPI, client: TestClient, theirs: dict[str, Any]) -> None:
    for method, route in routes(app):
        if route.path in PUBLIC:
            assert scopes(route.dependant) == set()
            continue
        [scope] = scopes(route.dependant)
        assert scope == "admin" or route.path.startswith("/v1/")
        assert (
            method in ("GET", "HEAD") or scope in ("write", "admin") or route.path in BODIES or route.path.endswith("/review")
        )
        path, body = filled(route.path, "theirs", theirs)
        assert client.request(method, path, **body).json()["code"] == "no_key"
        wrong = client.request(method, path, headers={"Authorization": "Bearer fdk_guessed"}, **body)
        assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, "Bearer")
        others = key(app, *(one for one in SCOPES if one != scope))
        refused = client.request(method, path, headers=others, **body)
        assert (refused.status_code, refused.json()["code"]) == (403, "no_scope")


def test_a_key_sees_no_other_collection_by_any_route(
    app: FastAPI, client: TestClient, ours: dict[str, Any], theirs: dict[str, Any], writer: Header
) -> None:
    mighty = key(app, *SCOPES, collections=("ours",))
    asked = 0
    for method, route in routes(app):
        if route.path in PUBLIC:
            continue
        # What belongs to the others, named as theirs, and as if it were ours.
        for collection in (
            {"theirs", "ours"} if "{collection}" in route.path and "{" in route.path.split("}", 1)[1] else {"theirs"}
        ):
            path, body = filled(route.path, collection, theirs)
            answer = client.request(method, path, headers=mighty, **body)
            asked += 1
            assert not any(word in answer.text for word in TELLING), path
            assert theirs["id"] not in answer.text, path
            if route.path in ("/v1/collections", "/v1/models", "/v1/labels", "/metrics"):
                assert answer.status_code == 200
                assert "theirs" not in answer.text
            else:
                assert answer.status_code == 404, (path, answer.text)
                invented, body = filled(route.path, "invented" if collection == "theirs" else collection, theirs)
                if route.path == "/v1/chat/completions":
                    body = {"json": {**body["json"], "model": "invented"}}
                # Not to be told from one that does not exist.
                assert client.request(method, invented, headers=mighty, **body).json() == answer.json()
    assert asked > 20
    there = key(app, "read", collections=("theirs",))
    assert client.get(f"/v1/collections/theirs/documents/{theirs['id']}", headers=there).json()["state"] == "ready"


def test_filters_narrow_and_never_widen(client: TestClient, theirs: dict[str, Any], writer: Header) -> None:
    for where in ({"name": "secret-letter.txt"}, {"document_id": theirs["id"]}, {"document_id": [theirs["id"]]}):
        answer = client.post("/v1/collections/ours/search", json={"query": "Zitronenfalter", "where": where}, headers=writer)
        assert answer.json() == {"hits": []}
    for where in ({"collection": "theirs"}, {"metadata": ["theirs"]}):
        answer = client.post("/v1/collections/ours/search", json={"query": "Zitronenfalter", "where": where}, headers=writer)
        assert answer.status_code == 422
    for name in ("..", "%2e%2e", "ours%2f..%2ftheirs", "Ours", "ours%00", "ours "):
        answer = client.get(f"/v1/collections/{name}/documents", headers=writer)
        assert answer.status_code in (404, 422), name


def test_keys_are_stored_hashed_and_refused_once_removed(app: FastAPI, client: TestClient) -> None:
    _, secret = make_key(app.state.ledger, "for a while", ["read"], [])
    header = {"Authorization": f"Bearer {secret}"}
    assert client.get("/v1/models", headers=header).status_code == 200
    for file in app.state.library.configuration.folder.glob("ledger.sqlite*"):
        assert secret.encode() not in file.read_bytes()
    assert app.state.ledger.remove_key("for a while")
    assert client.get("/v1/models", headers=header).status_code == 401
    for name, asked, collections in (("x", ["root"], []), ("x", [], []), (" ", ["read"], []), ("x", ["read"], ["../etc"])):
        with pytest.raises(UsageError):
            make_key(app.state.ledger, name, asked, collections)


def filled(path: str, collection: str, document: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A route's path and body as those of a document of the others."""
    template = path
    values = {"{collection}": collection, "{document}": document["id"], "{job}": document["job"]["id"], "{page}": "1"}
    for name, value in values.items():
        path = path.replace(name, value)
    if template.endswith("/gold"):
        return path, {"content": json.dumps(BODIES[template])}
    if template.endswith("/documents"):
        return path, {"params": {"name": "a.txt"}, "content": b"a text"}
    return path, {"json": BODIES[template]} if template in BODIES else {}
