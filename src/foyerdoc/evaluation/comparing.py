"""Whether two values of a field are the same: by what they mean, not by how they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

FieldType = Literal["text", "name", "identifier", "number", "money", "date", "datetime", "yes_no"]

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_AMOUNT: Final = re.compile(r"[+-]?\d+\.\d+")
_SIGNED: Final = re.compile(r"[+-]\d+")
_CENT: Final = Decimal("0.01")
_YES: Final = frozenset({"true", "yes", "1"})
_NO: Final = frozenset({"false", "no", "0"})
# The last mark of a number is its decimal one where one or two digits follow, and nothing else of a number: not in 01.02.2026.
_DECIMAL: Final = re.compile(r"(?<=\d)[.,](?=\d{1,2}(?!\d|[.,/-]\d))")


def meaning(kind: FieldType, value: object) -> Hashable:
    """What is equal for values that are the same. A value that is none of its type is only the same as itself.

    Amounts: to the cent. Numbers: as numbers. Dates: as dates. Times: of a date alone, midnight. Names: without case, marks,
    white space and accents. Texts and identifiers: the same with their accents.
    """
    try:
        return _MEANING[kind](str(value).strip())
    except (ValueError, InvalidOperation):
        return str(value)


def type_of(value: str | float | bool) -> FieldType:
    """What a value looks like: digits alone are an identifier's, which may begin with 0. A sign makes them a number."""
    if isinstance(value, bool):
        return "yes_no"
    if isinstance(value, int | float):
        return "number"
    if _DATE.fullmatch(value):
        return "date"
    if _SIGNED.fullmatch(value):
        return "number"
    return "money" if _AMOUNT.fullmatch(value) else "text"


def decimal(text: str) -> Decimal:
    """A number that is one: neither infinite nor NaN, which is not even the same as itself.

    Raises:
        InvalidOperation: it is none.
    """
    number = Decimal(text)
    if not number.is_finite():
        raise InvalidOperation
    return number


def yes(text: str) -> bool:
    """What a text says to a yes-or-no question.

    Raises:
        ValueError: neither.
    """
    word = text.casefold()
    if word not in _YES | _NO:
        raise ValueError(text)
    return word in _YES


def plain(value: object) -> str:
    """A value without case, marks and white space."""
    return "".join(c for c in unicodedata.normalize("NFC", str(value)).casefold() if c.isalnum())


def _text(value: str) -> str:
    """Without marks, but for those that numbers mean something by: "1,5 %" is not "15 %"."""
    return "\0".join(map(plain, _DECIMAL.split(value))) if plain(value) else value


def _name(value: str) -> str:
    return plain("".join(c for c in unicodedata.normalize("NFD", value) if not unicodedata.combining(c)))


_MEANING: Final[Mapping[FieldType, Callable[[str], Hashable]]] = {
    # Of a value that is marks alone ("%", "-") nothing would be left to compare.
    "text": _text,
    "identifier": lambda value: plain(value) or value,
    "name": lambda value: _name(value) or value,
    "number": decimal,
    "money": lambda value: decimal(value).quantize(_CENT),
    "date": lambda value: datetime.fromisoformat(value).date(),
    "datetime": datetime.fromisoformat,
    "yes_no": yes,
}
