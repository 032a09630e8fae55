"""A value where it stands, and how values give way to each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from foyerdoc.documents import Span

if TYPE_CHECKING:
    from foyerdoc.extraction.values.habits import Conventions

Kind = Literal[
    "date", "datetime", "money", "number", "percent", "iban", "bic", "email", "phone", "vat", "national_id", "company_id",
    "identifier", "address",
]  # fmt: skip

GAP: Final = r"[ \t\u00a0\u2009\u202f]"
"""One white space within a value, for patterns: a value that may run over lines says so itself."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A typed value where it stands.

    Attributes:
        kind: what it is.
        span: in the text that was searched.
        raw: the characters at `span`.
        value: `date`, `datetime`, `Decimal` (a percentage as written: 12 for "12 %"), or `str` (normalised: IBAN, BIC, VAT
            numbers and numbers of persons and companies without spaces, telephone numbers as E.164, an address on one line).
        unit: ISO 4217 code of an amount, None where no currency stands beside it.
        doubt: what had to be guessed or does not fit ("day_month_order", "two_digit_year", "thousands_or_decimals",
            "checksum", "bank_checksum", "invalid_phone"), or None.
    """

    kind: Kind
    span: Span
    raw: str
    value: date | datetime | Decimal | str
    unit: str | None = None
    doubt: str | None = None


def stretch(
    kind: Kind,
    text: str,
    start: int,
    end: int,
    value: date | Decimal | str,
    *,
    unit: str | None = None,
    doubt: str | None = None,
) -> Stretch:
    """The stretch from `start` to `end` of a text, with its characters."""
    return Stretch(kind, Span(start, end), text[start:end], value, unit, doubt)


def remembered(finder: Callable[[str, Conventions], Iterable[Stretch]]) -> Callable[[str, Conventions], tuple[Stretch, ...]]:
    """A finder that keeps what it found in the last texts.

    Telephone numbers, numbers and references each leave out dates and account numbers, so the same text is asked again
    and again. Four texts, for as many threads.
    """
    return lru_cache(maxsize=4)(lambda text, habits: tuple(finder(text, habits)))


def first_come(*groups: Iterable[Stretch]) -> list[Stretch]:
    """All in order of the text, without those that overlap one of an earlier group, or an earlier one of their own."""
    kept: list[Stretch] = []
    for group in groups:
        end = 0
        added: list[Stretch] = []
        for found in apart(sorted(group, key=lambda s: s.span), kept):
            if found.span.start >= end:
                added.append(found)
                end = found.span.end
        kept = sorted([*kept, *added], key=lambda s: s.span)
    return kept


def apart(found: Iterable[Stretch], others: Iterable[Stretch]) -> Iterator[Stretch]:
    """Those that overlap none of the others.

    Args:
        found: in order of the text.
        others: in any order; they may overlap each other.
    """
    spans = sorted(other.span for other in others)
    at = 0
    reach = 0
    for item in found:
        while at < len(spans) and spans[at].start < item.span.end:
            reach = max(reach, spans[at].end)
            at += 1
        # All that begin before this one ends have been seen: it is overlapped when one of them ends after it begins.
        if reach <= item.span.start:
            yield item


def blank(text: str, others: Iterable[Stretch]) -> str:
    """The text with every other value's characters replaced, so that offsets stay and nothing is found in their place."""
    parts: list[str] = []
    at = 0
    for span in sorted(other.span for other in others):
        if span.start >= at:
            parts += [text[at : span.start], "\x00" * len(span)]
            at = span.end
    return "".join([*parts, text[at:]])
