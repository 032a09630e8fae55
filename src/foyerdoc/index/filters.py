"""`where`: which chunks a search may find, as a condition in SQL whose values are always passed apart from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foyerdoc.errors import UsageError
from foyerdoc.index.backends import Session
from foyerdoc.index.records import marks


@dataclass(frozen=True, slots=True)
class Between:
    """Values from `start` to `end`, both included; None is open.

    They are compared character by character. Dates as ISO 8601 writes them (2026-03-01) are so in the order of time, numbers
    only where all are equally long.

    Raises:
        UsageError: both are open.
    """

    start: str | None = None
    end: str | None = None

    def __post_init__(self) -> None:
        if self.start is None and self.end is None:
            raise UsageError("a range is open at both ends", hint="give it a start, an end, or both")


Where = Mapping[str, str | Sequence[str] | Between]
"""Keys are `name`, `document_id`, `language`, `media_type` or a metadata key; one of the values must fit."""

# A document's name and id stand for its attachments too.
_BY_NAME = (
    "(member IN (SELECT row FROM members WHERE {0} IN ({1})) OR document IN (SELECT row FROM documents WHERE {0} IN ({1})))"
)
_COLUMNS = {
    "language": "language IN ({1})",
    "media_type": "member IN (SELECT row FROM members WHERE media_type IN ({1}))",
    "name": _BY_NAME,
    "document_id": _BY_NAME.replace("{0}", "id"),
}


def condition(session: Session, where: Where) -> tuple[str | None, list[str]]:
    """A condition on the table `chunks`, and its values. None where everything passes.

    Raises:
        UsageError: no document has such a metadata key (and there are documents), or it is none and has a range.
    """
    clauses: list[str] = []
    values: list[str] = []
    for key, wanted in where.items():
        if isinstance(wanted, Between):
            clause, ends = _within(session, key, wanted)
            clauses.append(clause)
            values += ends
            continue
        options = [wanted] if isinstance(wanted, str) else list(wanted)
        if key in _COLUMNS:
            clauses.append(_COLUMNS[key].format(key, marks(options)))
            values += options * _COLUMNS[key].count("{1}")
        else:
            _check_key(session, key)
            clauses.append(f"document IN (SELECT document FROM metadata WHERE key = ? AND value IN ({marks(options)}))")  # noqa: S608 - marks only
            values += [key, *options]
    return " AND ".join(clauses) or None, values


def _within(session: Session, key: str, wanted: Between) -> tuple[str, list[str]]:
    if key in _COLUMNS:
        raise UsageError(f"{key!r} takes values, not a range", hint="a range selects by metadata, such as a date")
    _check_key(session, key)
    ends = {"value {} >= ?": wanted.start, "value {} <= ?": wanted.end}
    told = [test.format(session.collation) for test, end in ends.items() if end is not None]
    clause = f"document IN (SELECT document FROM metadata WHERE key = ? AND {' AND '.join(told)})"  # noqa: S608 - marks only
    return clause, [key, *(end for end in ends.values() if end is not None)]


def _check_key(session: Session, key: str) -> None:
    known = [row[0] for row in session.execute("SELECT DISTINCT key FROM metadata ORDER BY key")]
    [documents] = session.execute("SELECT count(*) FROM documents").fetchone()
    if documents and key not in known:
        names = ", ".join([*_COLUMNS, *known[:20]])
        raise UsageError(f"no document has {key!r} in its metadata", hint=f"use one of {names}")
