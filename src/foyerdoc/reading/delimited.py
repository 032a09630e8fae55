"""CSV and TSV: one table. The delimiter is the one that gives the most even rows; a first line `sep=;` decides."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator

from foyerdoc.documents import Document
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.plain import decode_text

_DELIMITERS = (",", ";", "\t", "|")
_PROBE_ROWS = 200


def read_csv(assembly: Assembly) -> Document:
    """Values separated by commas, semicolons, tabs or bars."""
    return _read(assembly, None, "text/csv")


def read_tsv(assembly: Assembly) -> Document:
    """Values separated by tabs."""
    return _read(assembly, "\t", "text/tab-separated-values")


def _read(assembly: Assembly, delimiter: str | None, media_type: str) -> Document:
    text = decode_text(assembly).replace("\0", "")
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first) == 5:
        delimiter, text = first[4], rest
    delimiter = delimiter or _delimiter(text)
    assembly.metadata["delimiter"] = {"\t": "tab"}.get(delimiter, delimiter)
    try:
        rows = list(_rows(text, delimiter))
    except csv.Error:
        # A field without end, or longer than any value: the quotes do not quote.
        rows = [line.split(delimiter) for line in text.split("\n")]
        assembly.issue("quotes_ignored", "the quotation marks are not balanced; rows were split at every delimiter")
    if len({len(row) for row in rows if any(cell.strip() for cell in row)}) > 1:
        assembly.issue("ragged_rows", "rows have different numbers of values")
    assembly.add_table(rows, path="table[1]")
    return assembly.finish(media_type)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=False)


def _delimiter(text: str) -> str:
    """The delimiter whose rows agree most often on a number of columns above one; a comma where none does."""
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(len(row) for row in itertools.islice(_rows(text, delimiter), _PROBE_ROWS) if row)
        except csv.Error:
            continue
        width, agreeing = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        share = agreeing / max(sum(widths.values()), 1)
        # A comma is also a decimal sign and a punctuation mark; more columns break the tie between even splits.
        score = share * (1 + min(width, 20) / 100) if width > 1 else 0.0
        score *= 0.95 if delimiter == "," else 1.0
        if score > best_score:
            best, best_score = delimiter, score
    return best
