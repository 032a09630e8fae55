"""JSON and JSON lines: every value as `name: value`, its path that of JSONPath (`$.customer.name`).

A list of flat objects becomes a table. A list of unstructured's elements is read by unstructured itself, which knows its own
format best: it is the one place where a file says what its kinds mean.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from foyerdoc.documents import Document
from foyerdoc.errors import DamagedFile
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.plain import decode_text
from foyerdoc.reading.secondopinion import add_elements, silence

if TYPE_CHECKING:
    from unstructured.documents.elements import Element

Json = Any  # what json.loads gives: nothing narrower is true of a file from outside
_FEWEST_ROWS = 2


def read_json(assembly: Assembly) -> Document:
    """One JSON value.

    Raises:
        DamagedFile: it is not JSON.
    """
    try:
        value = json.loads(decode_text(assembly))
    except ValueError as error:
        raise DamagedFile(f"{assembly.name}: not JSON", hint="check the program that wrote it") from error
    _add(assembly, value, "$")
    return assembly.finish("application/json")


def read_ndjson(assembly: Assembly) -> Document:
    """One JSON value per line; lines that are none become an issue."""
    values, bad = [], 0
    for line in decode_text(assembly).split("\n"):
        try:
            values += [json.loads(line)] if line.strip() else []
        except ValueError:
            bad += 1
    if bad:
        assembly.issue("lines_skipped", f"{bad} lines are not JSON")
    _add(assembly, values, "$")
    return assembly.finish("application/x-ndjson")


def _add(assembly: Assembly, value: Json, path: str) -> None:
    if _are_elements(value):
        add_elements(assembly, _elements(value), headings=True)
    else:
        _add_values(assembly, value, path)


def _add_values(assembly: Assembly, root: Json, path: str) -> None:
    pending: list[tuple[str, Json, str]] = [("", root, path)]
    while pending:
        name, value, place = pending.pop()
        if isinstance(value, Mapping):
            pending += reversed([(str(key), inner, f"{place}.{key}") for key, inner in value.items()])
        elif isinstance(value, list) and (rows := _rows(value)):
            if name:
                assembly.add("caption", name, path=place)
            assembly.add_table(rows, path=place)
        elif isinstance(value, list):
            pending += reversed([(name, inner, f"{place}[{i}]") for i, inner in enumerate(value)])
        else:
            text = _scalar(value)
            assembly.add("paragraph", f"{name}: {text}" if name and text else text, path=place)


def _rows(values: Sequence[Json]) -> list[list[str]]:
    """A list of objects with scalar values as rows, names first; empty when it is no such list."""
    if len(values) < _FEWEST_ROWS or not all(isinstance(value, Mapping) and value for value in values):
        return []
    if any(isinstance(inner, Mapping | list) for value in values for inner in value.values()):
        return []
    names = list(dict.fromkeys(name for value in values for name in value))
    if len(names) * len(values) > 4 * sum(map(len, values)):
        return []
    return [names, *([_scalar(value.get(name)) for name in names] for value in values)]


def _scalar(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _are_elements(value: Json) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(v, dict) and isinstance(v.get("text"), str) and "type" in v and "element_id" in v for v in value)
    )


def _elements(values: list[dict[str, Json]]) -> list[Element]:
    # Reading elements back splits no sentences, so spaCy, which takes seconds to import, is not needed.
    silence()
    from unstructured.staging.base import elements_from_dicts

    elements: list[Element] = elements_from_dicts(values)
    return elements
