"""What a row says of an example before any document is read: its id, its label, and where the text is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foyerdoc.finetuning.data.rows import Problem, Row
from foyerdoc.taxonomy import Taxonomy

LEVELS = ("category", "subcategory", "subsubcategory")
COLUMNS = ("text", "path", *LEVELS, "label", "id", "language")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]+)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """A row whose label is known and whose document is not yet read. It has a text or a file."""

    row: int
    id: str
    path: tuple[str, ...]
    text: str | None
    file: Path | None
    language: str | None


class _Refused(Exception):
    """A row cannot be used; its arguments are a problem's code and reason."""


class Labels:
    """Reads the label of a row.

    Args:
        taxonomy: labels that are not in it are refused; None takes every label.
        labelled: whether a row must have one.
    """

    def __init__(self, taxonomy: Taxonomy | None, *, labelled: bool) -> None:
        self._labelled = labelled
        self._known = None if taxonomy is None else {tuple(map(_normal, path)): path for path, _ in taxonomy.walk()}

    def of(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The path of a row. Raises _Refused."""
        path = _one_path(values)
        if not path and self._labelled:
            raise _Refused("no_label", "neither category nor label")
        if self._known is None or not path:
            return path
        found = self._known.get(path)
        if found is None:
            depth = next(n for n in range(len(path)) if path[: n + 1] not in self._known)
            above = f" under {' / '.join(self._known[path[:depth]])!r}" if depth else ""
            n = sum(len(known) == depth + 1 and known[:depth] == path[:depth] for known in self._known)
            raise _Refused("unknown_label", f"the label at level {depth + 1} is none of the {n} that the taxonomy has{above}")
        return found


def _one_path(values: Mapping[str, Any]) -> tuple[str, ...]:
    levels = [_label(values.get(level), level) for level in LEVELS]
    depth = next((n for n, label in enumerate(levels) if label is None), len(levels))
    if any(levels[depth:]):
        raise _Refused("no_label", f"a label further down, but no {LEVELS[depth]}")
    by_levels = tuple(label for label in levels[:depth] if label is not None)
    label = values.get("label")
    parts = label.split("/") if isinstance(label, str) else label or ()
    if not isinstance(parts, Sequence):
        raise _Refused("bad_label", "label is neither a list of names nor a text")
    by_label = [_label(part, "label") for part in parts] if any(parts) else []
    if None in by_label:
        raise _Refused("bad_label", "one of the names in label is empty")
    whole = tuple(part for part in by_label if part is not None)
    if whole and by_levels and whole != by_levels:
        raise _Refused("two_labels", "label and category say different things")
    return whole or by_levels


def _label(value: object, column: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _Refused("bad_label", f"{column} holds a {type(value).__name__}, not a name")
    return _normal(str(value)) or None


def _normal(label: str) -> str:
    # The same letters in two spellings (macOS decomposes accents in file names) are one label.
    return " ".join(unicodedata.normalize("NFC", label).split())


def drafts_of(rows: Iterable[Row | Problem], source: Path, labels: Labels, unused: set[str]) -> Iterator[Draft | Problem]:
    """What each row says, or why it cannot be used.

    Args:
        rows: as read.
        source: the file or folder that they come from; paths are relative to it.
        labels: reads their labels.
        unused: gets the names of the columns that nothing reads.
    """
    seen: dict[str, int] = {}
    root = source if source.is_dir() else source.parent
    for row in rows:
        if isinstance(row, Problem):
            yield row
            continue
        unused |= row.values.keys() - set(COLUMNS)
        try:
            draft = _draft(row, source.name, root, labels)
        except _Refused as refused:
            yield Problem(row.number, *refused.args)
            continue
        before = seen.setdefault(draft.id, row.number)
        yield draft if before == row.number else Problem(row.number, "duplicate_id", f"the same id as row {before}")


def printable(name: str) -> str:
    """A file's name that can be written as UTF-8: bytes that are none become escapes, so that names stay different."""
    return name.encode("utf-8", "backslashreplace").decode()


def _draft(row: Row, name: str, root: Path, labels: Labels) -> Draft:
    values = row.values
    text, file = values.get("text"), values.get("path")
    for column, value in (("text", text), ("path", file)):
        if value is not None and not isinstance(value, str):
            raise _Refused("no_text", f"{column} holds a {type(value).__name__}, not a text")
    if text is None and not file:
        raise _Refused("no_text", "neither text nor path")
    # A CSV has all columns in all rows: an empty text beside a path is no text.
    by_file = bool(file) and not (text and text.strip())
    return Draft(
        row=row.number,
        id=_id(values.get("id")) or printable(file if by_file and file else f"{name}:{row.number}"),
        path=labels.of(values),
        text=None if by_file else text,
        file=root / file if by_file and file else None,
        language=_language(values.get("language")),
    )


def _id(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _Refused("bad_id", f"id holds a {type(value).__name__}, not a text or number")
    return str(value)


def _language(value: object) -> str | None:
    if value is None or value == "":
        return None
    match = _LANGUAGE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise _Refused("bad_language", "language is not a code such as fr or de-CH")
    return match[1].lower()
