"""What documents write for a currency: codes, signs and names in French, German, English and Luxembourgish."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_CODES: Final = (
    "EUR", "CHF", "GBP", "USD", "CAD", "AUD", "NZD", "JPY", "CNY", "HKD", "SGD", "INR", "SEK", "NOK", "DKK", "ISK", "PLN",
    "CZK", "HUF", "RON", "BGN", "AED", "ZAR", "BRL", "MXN", "ILS", "LUF", "BEF", "FRF", "DEM", "NLG", "ATS", "ITL", "ESP",
)  # fmt: skip
"""Those of Europe, of its trade, and those that the euro replaced. Not all of ISO 4217: ALL, TOP and TRY are words too."""

_SIGNS: Final = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "fr.": "CHF", "sfr.": "CHF", "franken": "CHF", "£": "GBP", "$": "USD",
    "us$": "USD", "us-$": "USD", "u.s. dollars": "USD", "dollars": "USD", "pounds sterling": "GBP", "¥": "JPY", "ca$": "CAD",
    "a$": "AUD",
}  # fmt: skip


@cache
def currencies() -> dict[str, str]:
    """Every spelling, case-folded, to its ISO 4217 code. The names are CLDR's, by babel."""
    from babel.numbers import get_currency_name

    from foyerdoc.extraction.values.months import LANGUAGES

    spellings = {code.casefold(): code for code in _CODES} | _SIGNS
    for code in _CODES:
        for language in LANGUAGES:
            for count in (1, 2):
                spellings.setdefault(get_currency_name(code, count, language).casefold(), code)
    return spellings


@cache
def currency_pattern() -> str:
    """A pattern of all spellings, the longest first; letters in any case."""
    return "|".join(re.escape(word) for word in sorted(currencies(), key=len, reverse=True))


def currency_of(written: str | None) -> str | None:
    """The ISO 4217 code of a currency as it is written beside an amount ("d'euros", "Fr.")."""
    if written is None:
        return None
    word = " ".join(re.sub(r"^d(?:['’]|e\s)", "", written.strip().casefold()).split())
    return currencies().get(word)
