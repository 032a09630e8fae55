"""Whether two values of a field are the same: by what they mean, not by how they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from foyerdoc.evaluation.gold import FieldType, Truth

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_AMOUNT: Final = re.compile(r"[+-]?\d+\.\d+")
_CENT: Final = Decimal("0.005")
_YES: Final = frozenset({"true", "yes", "1"})


def same(truth: Truth, value: object) -> bool:
    """Whether a system's value is the one that is true."""
    return compare(type_of(truth), truth.value, value)


def compare(kind: FieldType, left: object, right: object) -> bool:
    """Whether two values of a type are the same; a value that is none of its type is only the same as itself.

    Amounts: to the cent. Numbers: as numbers. Dates: as dates; times of day count where both have one. Names: without case,
    marks, white space and accents. Texts and identifiers: the same with accents.
    """
    if left is None or right is None:
        return left is right
    try:
        return _COMPARED[kind](str(left), str(right))
    except (ValueError, InvalidOperation):
        return str(left) == str(right)


def type_of(truth: Truth) -> FieldType:
    """The type that a truth names; else what its value looks like: digits alone are an identifier's, which may begin with 0."""
    if truth.type is not None:
        return truth.type
    if isinstance(truth.value, bool):
        return "yes_no"
    if isinstance(truth.value, int | float):
        return "number"
    if _DATE.fullmatch(truth.value):
        return "date"
    return "money" if _AMOUNT.fullmatch(truth.value) else "text"


def plain(value: str) -> str:
    """A value without case, marks and white space."""
    return "".join(c for c in unicodedata.normalize("NFC", value).casefold() if c.isalnum())


def _plainest(value: str) -> str:
    """Without accents too."""
    return plain("".join(c for c in unicodedata.normalize("NFD", value) if not unicodedata.combining(c)))


def _words(left: str, right: str) -> bool:
    # Of a value that is marks alone ("%", "-") nothing would be left to compare.
    return plain(left) == plain(right) if plain(left) else left.strip() == right.strip()


def _dates(left: str, right: str) -> bool:
    return date.fromisoformat(left[:10]) == date.fromisoformat(right[:10])


def _times(left: str, right: str) -> bool:
    if "T" not in left or "T" not in right:
        return _dates(left, right)
    return datetime.fromisoformat(left) == datetime.fromisoformat(right)


_COMPARED: Final[Mapping[FieldType, Callable[[str, str], bool]]] = {
    "text": _words,
    "identifier": _words,
    "name": lambda left, right: _plainest(left) == _plainest(right) if _plainest(left) else _words(left, right),
    "number": lambda left, right: Decimal(left) == Decimal(right),
    "money": lambda left, right: abs(Decimal(left) - Decimal(right)) < _CENT,
    "date": _dates,
    "datetime": _times,
    "yes_no": lambda left, right: (left.casefold() in _YES) == (right.casefold() in _YES),
}
