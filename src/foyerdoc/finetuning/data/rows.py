"""Rows of a file, one after the other: JSON lines, a JSON array or CSV, also gzipped; which is told from the content."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import threading
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import orjson

from foyerdoc.errors import DamagedFile, EmptyFile, LimitExceeded, ReadError
from foyerdoc.reading.encodings import decode, wide_encoding
from foyerdoc.settings import Limits

_GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (",", ";", "\t", "|")
_PROBE = 64 * 1024
_ENDS = ("\n", "\r")
_BROKEN = (OSError, EOFError, zlib.error)  # what a cut or damaged gzip raises; BadGzipFile is an OSError

# The csv module's limit on a cell is one for the whole process: it is raised for the moment of each record only.
_CSV_LIMIT = threading.Lock()

_Stream = io.BufferedReader | gzip.GzipFile


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was not used, or what must be known of the whole file.

    Attributes:
        row: the line of JSON lines, the item of a JSON array, the row of a CSV as a spreadsheet counts it (the header is 1),
            the file of a folder in the order of the paths; all from 1. None for a note on the whole file, which costs no row.
        code: a stable name for programs ("not_json", "empty_text", "duplicate_id" ...).
        reason: one sentence; names, counts and limits, never document text.
    """

    row: int | None
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number, counted as in `Problem`, and its values by column. Columns of a CSV are in lower case."""

    number: int
    values: Mapping[str, Any]


def read_rows(path: Path, columns: Collection[str], limits: Limits) -> Iterator[Row | Problem]:
    """The rows of a file, read as they are asked for; a JSON array is held whole.

    Args:
        path: the file.
        columns: names that are looked for; the delimiter of a CSV is the one that finds most of them in the first line.
        limits: `text_characters` bounds a line of JSON and a cell, `file_bytes` a line of a CSV and a JSON array.

    Raises:
        ReadError: the file cannot be opened.
        EmptyFile: there is nothing in it.
        DamagedFile: a JSON array that is none, or a CSV whose header has none of the columns, or one twice.
        LimitExceeded: a JSON array or a line of a CSV is too long.
    """
    with _open(path) as raw:
        try:
            head = raw.read1(_PROBE)  # not `read`: it would fail on a short gzip that is cut, whose first rows are good
        except _BROKEN as error:
            raise DamagedFile(f"{path.name}: a damaged gzip file", hint="compress it again") from error
    encoding = _declared(head)
    first = head.decode(encoding or "utf-8", errors="ignore").lstrip("\ufeff \t\r\n")[:1]
    if not first:
        raise EmptyFile(f"{path.name}: nothing in it", hint="check how it was written or copied")
    if first == "[":
        yield from _array(path, encoding or "utf-8", limits)
    elif first == "{":
        yield from _json_lines(path, encoding or "utf-8", limits)
    else:
        if encoding is None:
            encoding, note = _encoding_of(path)
            if note is not None:
                yield note
        yield from _csv(path, encoding, columns, limits)


def _open(path: Path) -> _Stream:
    try:
        stream = path.open("rb")
        if stream.peek(len(_GZIP)).startswith(_GZIP):
            stream.close()
            return gzip.open(path, "rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a possible path"
        raise ReadError(f"{path.name}: {reason}", hint="check the path and its rights") from error
    return stream


def _declared(head: bytes) -> str | None:
    mark = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    return mark or wide_encoding(head)


def _encoding_of(path: Path) -> tuple[str, Problem | None]:
    """The encoding of a file without a mark: UTF-8 if all of it is, else the likeliest of the part that is not."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _open(path) as stream:
        try:
            while piece := stream.read(1 << 20):
                decoder.decode(piece)
        except UnicodeDecodeError as error:
            around = piece[max(error.start - _PROBE // 2, 0) : error.start + _PROBE // 2]
            encoding = decode(around).encoding
            return encoding, Problem(None, "encoding_guessed", f"the file is not UTF-8 throughout; read as {encoding}")
        except _BROKEN:
            pass  # said when the row is reached at which it breaks off
    return "utf-8", None


def _lines(stream: _Stream, encoding: str, limit: int) -> Iterator[str | None]:
    """The lines with their ends; None in place of one that is longer than the limit."""
    # Undecodable bytes become lone surrogates, so that they cost a row and not the file.
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    with io.TextIOWrapper(stream, encoding, errors=errors, newline="") as text:
        while line := text.readline(limit):
            if len(line) < limit or line.endswith(_ENDS):
                yield line
                continue
            while len(line) == limit and not line.endswith(_ENDS):
                line = text.readline(limit)
            yield None


def _json_lines(path: Path, encoding: str, limits: Limits) -> Iterator[Row | Problem]:
    number = 0
    with _open(path) as stream:
        lines = _lines(stream, encoding, limits.text_characters)
        while True:
            number += 1
            try:
                line = next(lines, "")
            except _BROKEN:
                yield _broken_off(number)
                return
            if line == "":
                return
            if line is None:
                yield Problem(number, "limit_exceeded", f"more than {limits.text_characters} characters in a line")
            elif line.strip():
                yield _json_row(number, line)


def _broken_off(number: int) -> Problem:
    return Problem(number, "damaged_file", "the file breaks off here; what follows could not be read")


def _json_row(number: int, line: str) -> Row | Problem:
    if _undecodable(line):
        return Problem(number, "bad_encoding", "not UTF-8")
    try:
        values = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Problem(number, "not_json", f"not JSON at character {error.pos + 1}")
    return _object_row(number, values)


def _object_row(number: int, values: object) -> Row | Problem:
    if not isinstance(values, dict):
        return Problem(number, "not_an_object", "JSON, but not an object with names and values")
    return Row(number, values)


def _undecodable(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)


def _array(path: Path, encoding: str, limits: Limits) -> Iterator[Row | Problem]:
    try:
        with _open(path) as stream:
            raw = stream.read(limits.file_bytes + 1)
        if len(raw) > limits.file_bytes:
            hint = "write it as JSON lines, or raise Limits.file_bytes"
            raise LimitExceeded(f"{path.name}: a JSON array of more than {limits.file_bytes} bytes", hint=hint)
        items = orjson.loads(raw.decode(encoding).removeprefix("\ufeff"))
    except orjson.JSONDecodeError as error:
        hint = "write one object a line (JSON lines): then a bad one costs one row"
        raise DamagedFile(f"{path.name}: not JSON at line {error.lineno}, column {error.colno}", hint=hint) from error
    except (UnicodeDecodeError, *_BROKEN) as error:
        raise DamagedFile(f"{path.name}: cut, or not {encoding}", hint="write it again") from error
    for number, item in enumerate(items, start=1):
        yield _object_row(number, item)


def _csv(path: Path, encoding: str, columns: Collection[str], limits: Limits) -> Iterator[Row | Problem]:
    with _open(path) as stream:
        lines = _whole_lines(path, stream, encoding, limits)
        first = next(lines)
        number, delimiter = 1, None
        if first.lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's own way to say it
            number, delimiter, first = 2, first[4], next(lines, "")
        delimiter = delimiter or max(_DELIMITERS, key=lambda mark: len(set(_names(first, mark)) & set(columns)))
        reader = csv.reader(chain([first], lines), delimiter=delimiter, skipinitialspace=True, strict=True)
        header = _header(path, reader, columns, limits)
        while True:
            number += 1
            try:
                cells = _record(reader, limits)
            except StopIteration:
                return
            except csv.Error as error:
                yield _bad_record(number, error, limits)
                continue
            except _BROKEN:
                yield _broken_off(number)
                return
            if any(cell.strip() for cell in cells):
                yield _csv_row(number, header, cells)


def _whole_lines(path: Path, stream: _Stream, encoding: str, limits: Limits) -> Iterator[str]:
    for line in _lines(stream, encoding, limits.file_bytes):
        if line is None:
            message = f"{path.name}: a line of more than {limits.file_bytes} characters"
            raise LimitExceeded(message, hint="is it a CSV? else raise Limits.file_bytes")
        yield line


def _names(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip().casefold() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])]
    except csv.Error:
        return []


def _record(reader: Iterator[list[str]], limits: Limits) -> list[str]:
    with _CSV_LIMIT:
        before = csv.field_size_limit(limits.text_characters)
        try:
            return next(reader)
        finally:
            csv.field_size_limit(before)


def _header(path: Path, reader: Iterator[list[str]], columns: Collection[str], limits: Limits) -> list[str]:
    try:
        header = [cell.strip().casefold() for cell in _record(reader, limits)]
    except csv.Error:
        header = []
    if not set(header) & set(columns):
        hint = f"a CSV's first row names its columns, among them {', '.join(sorted(columns))}; JSON lines begin with {{"
        raise DamagedFile(f"{path.name}: neither JSON nor a CSV with known columns", hint=hint)
    if twice := {name for name in header if header.count(name) > 1 and name in columns}:
        raise DamagedFile(f"{path.name}: two columns named {min(twice)}", hint="rename one of them")
    return header


def _bad_record(number: int, error: csv.Error, limits: Limits) -> Problem:
    if "unexpected end" in str(error):
        return Problem(number, "open_quote", "a quotation mark opens here and never closes; what follows it was not read")
    if "field larger" in str(error):
        return Problem(number, "limit_exceeded", f"a cell of more than {limits.text_characters} characters")
    return Problem(number, "bad_quotes", "a quotation mark inside a quoted cell is not doubled")


def _csv_row(number: int, header: list[str], cells: list[str]) -> Row | Problem:
    if len(cells) != len(header):
        return Problem(number, "row_shape", f"{len(cells)} cells where the header has {len(header)}")
    if any(map(_undecodable, cells)):
        return Problem(number, "bad_encoding", "not UTF-8")
    return Row(number, dict(zip(header, cells, strict=True)))
