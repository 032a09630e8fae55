"""Where an index may be: a folder, or the address of a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path

from foyerdoc.errors import MissingDependency
from foyerdoc.index.backends import Backend

_SCHEMES = ("postgresql://", "postgres://")


def connect(place: str | Path, defaults: dict[str, str] | None, *, write: bool = True) -> Backend:
    """The backend of a place.

    Args:
        place: a folder, or the address of a PostgreSQL database.
        defaults: the entries of `meta` for an index that is made where there is none; None where one must be.
        write: whether it will be changed.

    Raises:
        NoIndex: there is none.
        MissingDependency: the place is an address, and psycopg is not installed or the server has no pgvector.
    """
    if not is_address(place):
        from foyerdoc.index.local import Local

        return Local(Path(place), defaults, write=write)
    try:
        from foyerdoc.index.postgres import Postgres
    except ImportError as error:
        raise MissingDependency("an index in PostgreSQL needs psycopg", hint="pip install 'foyerdoc[postgres]'") from error
    return Postgres(str(place), defaults)


def is_address(place: str | Path) -> bool:
    """Whether an index's place is a database, and not a folder."""
    return isinstance(place, str) and place.startswith(_SCHEMES)


def in_schema(address: str, schema: str) -> str:
    """The address of another index in the same database."""
    return f"{address}{'&' if '?' in address else '?'}schema={schema}"
