"""How a document writes numbers and dates, and which countries it speaks of."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

_DIALLED: Final = {"352": "LU", "33": "FR", "49": "DE", "41": "CH", "32": "BE", "43": "AT", "44": "GB", "1": "US"}
_POSTED: Final = {"L": "LU", "D": "DE", "F": "FR", "B": "BE", "A": "AT", "CH": "CH"}
_PREFIX: Final = re.compile(
    r"\+(?P<dial>352|33|49|41|32|43|44|1)(?=[ (./\u00a0-]*\d)|(?P<post>[LDFBA](?<![\w-].)|CH(?<![\w-]..))-\d{4,5}(?!\w)"
    r"|, [A-Z]{2},? (?P<zip>\d{5})(?!\w)"
)
_SPOKEN: Final[dict[str | None, tuple[str, ...]]] = {"fr": ("FR",), "de": ("DE",), "lb": ("LU",), "en": ("GB", "US")}
_ANYWHERE: Final = ("FR", "DE")


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a document writes numbers and dates.

    Attributes:
        decimal: the decimal mark, "," or ".".
        day_first: whether 03/04/2026 is the third of April.
        decimal_seen, day_seen: whether the document itself shows it; else its language was asked.
        spaced_thousands: whether a plain space is known to group digits, as in French; elsewhere it may be two numbers.
        countries: ISO 3166 codes for telephone numbers without a country's prefix, the likeliest first: those that the
            document's own prefixes, postcodes and names speak of, then the home of its language.
    """

    decimal: Literal[",", "."]
    day_first: bool
    decimal_seen: bool
    day_seen: bool
    spaced_thousands: bool
    countries: tuple[str, ...] = _ANYWHERE


def conventions(text: str, language: str | None) -> Conventions:
    """How a text writes numbers and dates: its own unmistakable values first, then the habit of its language."""
    comma = len(re.findall(r"\d,\d{1,2}(?![\d.,])|\d\.\d{3},\d", text))
    point = len(re.findall(r"\d(?<![\d.]\d)\d*\.\d{2}(?![\d.,])|\d,\d{3}\.\d", text))
    first = second = 0
    for match in re.finditer(r"\d(?<![\d./-]\d)(\d?)([/-])(\d{1,2})\2(?:\d{4}|\d{2})(?![\w])", text):
        a, b = int(match[0][0] + match[1]), int(match[3])
        first += 31 >= a > 12 >= b
        second += 31 >= b > 12 >= a
    return Conventions(
        decimal="," if comma > point or (comma == point and language != "en") else ".",
        # Europe writes the day first, in English too; only the document's own dates speak against it.
        day_first=first >= second,
        decimal_seen=comma != point,
        day_seen=first != second,
        spaced_thousands=language in {"fr", None},
        countries=_countries(text, language),
    )


def _countries(text: str, language: str | None) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    for match in _PREFIX.finditer(text):
        # A prefix of its own says more than a name, which may be that of the other side.
        seen["US" if match["zip"] else _DIALLED[match["dial"]] if match["dial"] else _POSTED[match["post"]]] += 3
    names, pattern = _country_names()
    seen.update(names[match[0]] for match in pattern.finditer(text))
    named = [country for country, _ in seen.most_common()]
    return tuple(dict.fromkeys([*named, *_SPOKEN.get(language, _ANYWHERE)]))


@cache
def _country_names() -> tuple[dict[str, str], re.Pattern[str]]:
    """What French, German, English and Luxembourgish call the countries; the names are CLDR's, by babel."""
    from babel import Locale

    names = {"USA": "US", "U.S.": "US"}
    for language in ("fr", "de", "en", "lb"):
        territories = Locale(language).territories
        names |= {territories[country]: country for country in _DIALLED.values()}
    spelled = {spelling: code for name, code in names.items() for spelling in (name, name.upper())}
    return spelled, re.compile(rf"(?:{'|'.join(re.escape(name) for name in sorted(spelled, key=len, reverse=True))})(?!\w)")
