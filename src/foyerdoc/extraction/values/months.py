"""The names of the months in French, German, English and Luxembourgish."""

from __future__ import annotations

import unicodedata
from functools import cache

LANGUAGES = ("fr", "de", "en", "lb", "de_AT")
_MORE = {"feber": 2, "maerz": 3, "mrz": 3, "sept": 9}
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


def _without_accents(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
