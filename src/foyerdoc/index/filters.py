"""`where`: which chunks a search may find, as a condition in SQL whose values are always passed apart from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from foyerdoc.errors import UsageError
from foyerdoc.index.backends import Session
from foyerdoc.index.records import marks

Where = Mapping[str, str | Sequence[str]]
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
        UsageError: no document has such a metadata key (and there are documents).
    """
    clauses: list[str] = []
    values: list[str] = []
    for key, wanted in where.items():
        options = [wanted] if isinstance(wanted, str) else list(wanted)
        if key in _COLUMNS:
            clauses.append(_COLUMNS[key].format(key, marks(options)))
            values += options * _COLUMNS[key].count("{1}")
        else:
            _check_key(session, key)
            clauses.append(f"document IN (SELECT document FROM metadata WHERE key = ? AND value IN ({marks(options)}))")  # noqa: S608 - marks only
            values += [key, *options]
    return " AND ".join(clauses) or None, values


def _check_key(session: Session, key: str) -> None:
    known = [row[0] for row in session.execute("SELECT DISTINCT key FROM metadata ORDER BY key")]
    [documents] = session.execute("SELECT count(*) FROM documents").fetchone()
    if documents and key not in known:
        names = ", ".join([*_COLUMNS, *known[:20]])
        raise UsageError(f"no document has {key!r} in its metadata", hint=f"use one of {names}")
