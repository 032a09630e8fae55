"""`where`: which chunks a search may find, as a condition in SQL whose values are always passed apart from it."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping, Sequence
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
        UsageError: both are open, one is no string, or the end comes before the start.
    """

    start: str | None = None
    end: str | None = None

    def __post_init__(self) -> None:
        ends = [end for end in (self.start, self.end) if end is not None]
        if not ends:
            raise UsageError("a range is open at both ends", hint="give it a start, an end, or both")
        if not all(isinstance(end, str) for end in ends):
            raise UsageError("a range's ends are strings", hint="write dates as ISO 8601 does: isoformat()")
        if ends[-1] < ends[0]:
            raise UsageError("a range ends before it starts", hint="the lesser value first, compared character by character")


Where = Mapping[str, str | Sequence[str] | Between]
"""Keys are `name`, `document_id`, `language`, `media_type` or a metadata key; one of the values must fit, or lie in the range.

A range is for metadata keys alone.
"""

# A document's name and id stand for its attachments too.
_BY_NAME = (
    "(member IN (SELECT row FROM members WHERE {0} IN ({1})) OR document IN (SELECT row FROM documents WHERE {0} IN ({1})))"
)
COLUMNS = {
    "language": "language IN ({1})",
    "media_type": "member IN (SELECT row FROM members WHERE media_type IN ({1}))",
    "name": _BY_NAME,
    "document_id": _BY_NAME.replace("{0}", "id"),
}
"""What documents tell themselves; every other key is metadata."""


def condition(session: Session, where: Where) -> tuple[str | None, list[str]]:
    """A condition on the table `chunks`, and its values. None where everything passes.

    Raises:
        UsageError: no document has such a metadata key (and there are documents); what is wanted is neither strings nor a
            range; or a range is asked of what is no metadata.
    """
    clauses: list[str] = []
    values: list[str] = []
    for key, wanted in where.items():
        if isinstance(wanted, Between):
            clause, ends = _within(session, key, wanted)
            clauses.append(clause)
            values += ends
            continue
        options = _options(key, wanted)
        if key in COLUMNS:
            clauses.append(COLUMNS[key].format(key, marks(options)))
            values += options * COLUMNS[key].count("{1}")
        else:
            _check_key(session, key)
            clauses.append(f"document IN (SELECT document FROM metadata WHERE key = ? AND value IN ({marks(options)}))")  # noqa: S608 - marks only
            values += [key, *options]
    return " AND ".join(clauses) or None, values


def _options(key: str, wanted: str | Sequence[str]) -> list[str]:
    options = [wanted] if isinstance(wanted, str) else list(wanted) if isinstance(wanted, Iterable) else [wanted]
    if not all(isinstance(option, str) for option in options):
        raise UsageError(f"{key!r} wants a string, a list of strings, or one range", hint="write numbers and dates as strings")
    return options


def _within(session: Session, key: str, wanted: Between) -> tuple[str, list[str]]:
    if key in COLUMNS:
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
        names = ", ".join(dict.fromkeys([*COLUMNS, *known[:20]]))
        raise UsageError(f"no document has {reprlib.repr(key)} in its metadata", hint=f"use one of {names}")
