"""A PostgreSQL server of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from benchmarks.postgres import Server, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serving("-c fsync=off -c max_connections=40") as server:
        yield server
