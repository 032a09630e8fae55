"""Who asks, and what they may: keys with scopes, and the collections that a key sees.

A key is shown once, when it is made; only its SHA-256 is kept. That suffices because a key is 256 random bits: nobody can
try them out, as they can passwords. A collection that a key does not see does not exist for it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Annotated, Final, Literal, get_args

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from foyerdoc.errors import UsageError
from foyerdoc.service.entries import StoredKey, now
from foyerdoc.service.ledger import Ledger
from foyerdoc.service.library import Library, Shelf
from foyerdoc.service.problems import Problem

Scope = Literal["read", "write", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
COLLECTION: Final = r"^[a-z0-9][a-z0-9_-]{0,62}$"
"""What collections may be called: their names are folders too."""

_PREFIX: Final = "fdk_"
_LONGEST: Final = 100  # characters of a key's name
_bearer = HTTPBearer(auto_error=False, description="A key that `foyerdoc serve keys add` made.")


def make_key(ledger: Ledger, name: str, scopes: Sequence[str], collections: Sequence[str]) -> tuple[StoredKey, str]:
    """Make a key. Nobody can tell it again.

    Args:
        ledger: where its hash is kept.
        name: whose it is.
        scopes: "read" to see, "write" to add, change and delete, "admin" for metrics. None includes another.
        collections: what it sees; none for all.

    Raises:
        UsageError: a scope or collection cannot be called so, or the name is taken.
    """
    if not scopes or set(scopes) - set(SCOPES):
        raise UsageError(f"scopes {', '.join(scopes)!a}", hint=f"choose of {', '.join(SCOPES)}")
    if bad := [one for one in collections if not re.fullmatch(COLLECTION, one)]:
        raise UsageError(f"no collection can be called {bad[0]!a}", hint="use a-z, 0-9, - and _, at most 63 of them")
    if not name.isprintable() or not name.strip() or len(name) > _LONGEST:
        raise UsageError("the key needs a name", hint=f"say whose it is, in at most {_LONGEST} characters")
    secret = _PREFIX + secrets.token_urlsafe(32)
    key = StoredKey(secrets.token_hex(4), name, tuple(dict.fromkeys(scopes)), tuple(dict.fromkeys(collections)), now())
    ledger.add_key(key, _hash(secret))
    return key, secret


def sees(key: StoredKey, collection: str) -> bool:
    """Whether a collection exists for a key."""
    return not key.collections or collection in key.collections


def needs(scope: Scope) -> Callable[..., StoredKey]:
    """A dependency: the key of the request, which has the scope and is within its rate."""

    def key(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> StoredKey:
        ledger: Ledger = request.app.state.ledger
        found = None if given is None else ledger.key_of(_hash(given.credentials))
        if found is None:
            raise Problem(401, "no_key", "a valid key is needed", hint="send the header Authorization: Bearer KEY")
        request.state.key = found
        request.app.state.throttle.count(found.id)
        if scope not in found.scopes:
            raise Problem(403, "no_scope", f"the key has no scope {scope!r}", hint="use a key that has it")
        if scope == "write" and request.app.state.library.configuration.read_only:
            # Not 503: waiting does not help, and a proxy would take this process for a sick one. Not 405: the method is right.
            raise Problem(403, "read_only", "this process only reads", hint="send it to the process that writes")
        return found

    key.scope = scope  # type: ignore[attr-defined]
    return key


READ, WRITE, ADMIN = (Depends(needs(scope)) for scope in SCOPES)

Reader = Annotated[StoredKey, READ]
Writer = Annotated[StoredKey, WRITE]


def _named(request: Request, collection: Annotated[str, Path(pattern=COLLECTION, examples=["claims"])]) -> tuple[Library, str]:
    """The collection that the path names, when the request's key sees it. Comes after the route's `needs`."""
    key: StoredKey = request.state.key
    if not sees(key, collection):
        raise unknown_collection()
    return request.app.state.library, collection


def existing(named: Annotated[tuple[Library, str], Depends(_named)], request: Request) -> Shelf:
    """The collection of the path, which exists: it holds something, or the key names it."""
    library, name = named
    if name not in request.state.key.collections and not library.ledger.holds(name):
        raise unknown_collection()
    return library.shelf(name)


def new_or_existing(named: Annotated[tuple[Library, str], Depends(_named)]) -> Shelf:
    """The collection of the path, which a first upload makes."""
    library, name = named
    return library.shelf(name)


def unknown_collection() -> Problem:
    """The same for one that does not exist and one that the key does not see."""
    return Problem(404, "unknown_collection", "there is no such collection", hint="GET /v1/collections lists them")


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
