"""What comes out, as Parquet: the table of documents part by part, and the tables of files and dead letters whole."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from foyerdoc.errors import MissingDependency

DOCUMENTS: Final = {
    "content": "string",  # SHA-256 of the file's bytes
    "file": "string",
    "name": "string",  # of an attachment "mail.eml > attached.pdf"
    "document": "string",  # SHA-256 of its own bytes
    "media_type": "string",
    "language": "string",
    "pages": "int32",
    "text": "string",  # cleaned: what all spans count in
    "labels": "strings",  # from the root
    "confidence": "float64",
    "decision": "string",
    "fields": "string",  # JSON, as `foyerdoc extract --json` prints it
    "issues": "string",  # JSON
    "error": "string",  # code
    "seconds": "float64",
}
FILES: Final = {"file": "string", "content": "string", "state": "string", "same_as": "string"}
DEAD_LETTERS: Final = dict.fromkeys(("file", "content", "name", "code", "message", "hint"), "string")

_GROUP: Final = 50_000  # rows of the tables that are written whole


def write_table(path: Path, columns: dict[str, str], rows: Iterable[dict[str, Any]]) -> None:
    """Write a Parquet file that is whole or absent, some rows in memory at a time.

    Args:
        path: the file.
        columns: names and types, one of the three above.
        rows: with these names.

    Raises:
        MissingDependency: pyarrow is not installed.
    """
    arrow = load_arrow()
    types = {
        "string": arrow.string(),
        "int32": arrow.int32(),
        "float64": arrow.float64(),
        "strings": arrow.list_(arrow.string()),
    }
    schema = arrow.schema([(name, types[kind]) for name, kind in columns.items()])
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.aside")
    left = iter(rows)
    with aside.open("wb") as file:
        with arrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
            while group := list(islice(left, _GROUP)):
                writer.write_table(arrow.Table.from_pylist(group, schema))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def load_arrow() -> ModuleType:
    """Pyarrow.

    Raises:
        MissingDependency: it is not installed.
    """
    try:
        arrow = importlib.import_module("pyarrow")
        importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise MissingDependency("tables are written with pyarrow", hint="pip install 'foyerdoc[run]'") from error
    return arrow
