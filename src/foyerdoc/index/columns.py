"""Which nodes a LlamaIndex metadata filter lets through, looked at once for each different value instead of each node.

Imported by `llamaindex` alone, which keeps LlamaIndex from downloading anything.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from llama_index.core.vector_stores.types import FilterCondition, FilterOperator, MetadataFilter, MetadataFilters
from numpy.typing import NDArray

from foyerdoc.errors import UsageError

# What LlamaIndex's own stores call the document that a node is from.
_DOCUMENT = ("ref_doc_id", "doc_id", "document_id")

_TESTS: dict[FilterOperator, Callable[[Any, Any], Any]] = {
    FilterOperator.EQ: operator.eq,
    FilterOperator.NE: operator.ne,
    FilterOperator.GT: operator.gt,
    FilterOperator.GTE: operator.ge,
    FilterOperator.LT: operator.lt,
    FilterOperator.LTE: operator.le,
    FilterOperator.IN: lambda value, wanted: value in wanted,
    FilterOperator.NIN: lambda value, wanted: value not in wanted,
    FilterOperator.ANY: lambda value, wanted: any(one in value for one in wanted),
    FilterOperator.ALL: lambda value, wanted: all(one in value for one in wanted),
    FilterOperator.CONTAINS: lambda value, wanted: wanted in value,
    FilterOperator.TEXT_MATCH: lambda value, wanted: wanted in value,
    FilterOperator.TEXT_MATCH_INSENSITIVE: lambda value, wanted: wanted.casefold() in value.casefold(),
}


class Columns:
    """The metadata of nodes by key, each column made when it is first asked for. It does not follow changes of the nodes."""

    def __init__(self, nodes: Mapping[int, tuple[str, str, dict[str, Any]]]) -> None:
        self._nodes = nodes
        self._order = np.fromiter(nodes, np.int64, len(nodes))
        self._made: dict[str, tuple[list[Any], NDArray[np.int64]]] = {}

    def numbers(self, filters: MetadataFilters) -> NDArray[np.int64]:
        """(s,) int64, the nodes that a filter lets through.

        Raises:
            UsageError: a value and what it is compared with are of different kinds.
        """
        chosen: NDArray[np.int64] = self._order[self._passing(filters)]
        return chosen

    def _passing(self, filters: MetadataFilters) -> NDArray[np.bool_]:
        """(n,) bool, in the order of the nodes. A filter without conditions lets everything through."""
        parts = [self._passing(one) if isinstance(one, MetadataFilters) else self._passing_one(one) for one in filters.filters]
        if not parts:
            return np.ones(len(self._order), np.bool_)
        together = np.logical_and if filters.condition == FilterCondition.AND else np.logical_or
        passing: NDArray[np.bool_] = together.reduce(parts)
        # NOT: none of them.
        return np.logical_not(passing) if filters.condition == FilterCondition.NOT else passing

    def _passing_one(self, one: MetadataFilter) -> NDArray[np.bool_]:
        values, places = self._column(one.key)
        return np.array([_passes(value, one) for value in values], np.bool_)[places]

    def _column(self, key: str) -> tuple[list[Any], NDArray[np.int64]]:
        """The different values of a key, None where it is missing, and (n,) the place of each node's among them."""
        if key not in self._made:
            values: list[Any] = []
            seen: dict[Any, int] = {}
            places = np.empty(len(self._order), np.int64)
            for row, (_, document, metadata) in enumerate(self._nodes.values()):
                value = metadata.get(key, document if key in _DOCUMENT else None)
                # Lists cannot be looked up; "1" and 1 differ, 1 and 1.0 do not.
                name = repr(value) if isinstance(value, list | dict | set) else (isinstance(value, str), value)
                if name not in seen:
                    seen[name] = len(values)
                    values.append(value)
                places[row] = seen[name]
            self._made[key] = values, places
        return self._made[key]


def _passes(value: Any, one: MetadataFilter) -> bool:
    if one.operator == FilterOperator.IS_EMPTY:
        return value is None or value in ("", [])
    if value is None:
        # What is not there is unlike everything, and like nothing.
        return one.operator in (FilterOperator.NE, FilterOperator.NIN)
    try:
        return bool(_TESTS[one.operator](value, one.value))
    except (TypeError, AttributeError) as error:
        kinds = f"{type(value).__name__} {one.operator.value} {type(one.value).__name__}"
        raise UsageError(
            f"a filter on {one.key!r} compares {kinds}", hint="give the filter a value of the same kind"
        ) from error
