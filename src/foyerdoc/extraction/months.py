"""The names of the months in French, German, English and Luxembourgish, and the pattern of a date that spells one."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

LANGUAGES = ("fr", "de", "en", "lb")
_MORE = {"jänner": 1, "feber": 2, "maerz": 3, "mrz": 3, "sept": 9}
"""Spellings that CLDR does not list: Austrian names, ASCII spellings."""


@cache
def months() -> dict[str, int]:
    """Every spelling, case-folded and without a final point, to its number from 1. The names are CLDR's, by babel."""
    from babel.dates import get_month_names

    names = dict(_MORE)
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, language).items():
                    spelled = name.casefold().rstrip(".")
                    names.setdefault(spelled, number)
                    names.setdefault(_without_accents(spelled), number)
    return names


@cache
def month_pattern() -> re.Pattern[str]:
    """A date with the month spelled out: "3. März 2026", "1er février 2026", "March 3rd, 2026",
    "3rd day of March, 2026".

    Groups: day, month, year, or day2, month2, year2 where the month comes first.
    """
    name = "|".join(re.escape(n) for n in sorted(months(), key=len, reverse=True))
    gap = r"(?:[ \t\u00a0\u2009\u202f]{1,2}|\n)"
    day = r"(?<![\w.,/-])(?P<day>\d{1,2})(?:\.|er|re|st|nd|rd|th|ère|e|º|°)?"
    of = rf"(?:(?:de|of|of the|day of){gap})?"
    first = rf"{day}{gap}?{of}(?<![A-Za-z])(?P<month>{name})\b\.?,?{gap}(?P<year>\d{{4}}|\d{{2}})(?!\w)"
    second = rf"(?<!\w)(?P<month2>{name})\b\.?{gap}(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?{gap}?,?{gap}(?P<year2>\d{{4}})(?!\w)"
    return re.compile(f"{first}|{second}", re.IGNORECASE)


def _without_accents(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
