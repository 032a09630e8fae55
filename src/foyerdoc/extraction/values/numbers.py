"""Numbers, amounts with their currency, and percentages.

price-parser was measured and left out: it drops the sign of "EUR -4,85", reads 3,5 from "3,5 Mio. €", and reads a price
from a string that holds nothing else, while what has to be found is where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Final, Literal

from foyerdoc.extraction.values.accounts import find_ibans
from foyerdoc.extraction.values.contacts import find_emails, find_phones
from foyerdoc.extraction.values.currencies import currency_of, currency_pattern
from foyerdoc.extraction.values.dates import find_dates
from foyerdoc.extraction.values.habits import Conventions
from foyerdoc.extraction.values.identifiers import find_company_ids, find_national_ids, find_vat_numbers
from foyerdoc.extraction.values.stretches import GAP, Stretch, apart, remembered, stretch

# Begins with a digit, so that the engine skips to digits; what stands before is looked at afterwards.
_DIGITS: Final = re.compile(
    r"\d(?<![\d/'’]\d)(?<!\d[.,]\d)"
    r"(?:\d{0,2}(?P<group>[.,'’\u00a0\u2009\u202f ])\d{3}(?:(?P=group)\d{3})*(?!\d)|\d*)(?:[.,]\d+)?"
)
_CURRENCY_BEFORE: Final = re.compile(rf"(?P<word>[^\W\d_]{{2,8}}\.?|(?:(?<![^\W_])[^\W\d_]{{1,2}}-?)?[$€£¥]){GAP}?\Z")
_SIGN_BEFORE: Final = re.compile(rf"(?P<sign>[-−–+]){GAP}?\Z")
_FOLLOWING: Final = re.compile(rf"{GAP}{_DIGITS.pattern}")
_SPACE: Final = r"[ \u00a0\u2009\u202f]"
_TORN: Final = re.compile(
    rf"(?:(?<=[.,]\d){_SPACE}(?P<last>\d)|(?P<apart>{_SPACE}?)[.,](?P<wide>{_SPACE}?)(?P<cents>\d\d))(?!\d)(?![.,]\d)"
)
_REACH: Final = 80
"""How many characters behind a quantity and a price their product may stand."""

_WRITTEN_BEFORE: Final = frozenset({"CHF", "GBP", "USD"})
_GLUED: Final = frozenset(".,/'’+-_")


@cache
def _after() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<dash>[.,][-–—]{{1,2}})?"
        rf"(?P<scale>{GAP}(?:Mio\.?|Millionen|Million|millions?|Millioune?n?|Mrd\.?|Milliarden|milliards?|billions?)(?!\w))?"
        rf"(?:(?P<currency>{GAP}?(?:d['’]|de{GAP})?(?:{currency_pattern()}))(?!\w)"
        rf"|(?P<percent>{GAP}?%|{GAP}(?:Prozent|percent|per cent|pour cent|pour-cent)(?!\w)))?"
        r"(?P<close>\))?(?![\w]|[.,/'’:-]\d)(?!['’]\d)",
        re.IGNORECASE,
    )


def find_numbers(text: str, habits: Conventions) -> Iterator[Stretch]:
    """The numbers without a currency or a percent sign."""
    return (found for found in _apart_from_others(text, habits) if found.kind == "number")


def find_money(text: str, habits: Conventions) -> Iterator[Stretch]:
    """The amounts: numbers with a currency beside them, or written as amounts ("1'200.-")."""
    return (found for found in _apart_from_others(text, habits) if found.kind == "money")


def find_percentages(text: str, habits: Conventions) -> Iterator[Stretch]:
    """The percentages."""
    return (found for found in _apart_from_others(text, habits) if found.kind == "percent")


@remembered
def all_numbers(text: str, habits: Conventions) -> Iterator[Stretch]:
    """Numbers, amounts and percentages, those within other values too, in order."""
    at = free = 0
    guessed = False
    while match := _DIGITS.search(text, at):
        at = match.end()
        torn = _torn(text, match, free)
        if torn and torn[1]:
            at = free = torn[0]
        elif found := _number(text, match, habits, free):
            at = free = found.span.end
            yield replace(found, doubt=found.doubt or "thousands_or_decimals") if guessed else found
        guessed = torn is not None


@remembered
def _apart_from_others(text: str, habits: Conventions) -> Iterator[Stretch]:
    finders = (find_dates, find_ibans, find_emails, find_phones, find_vat_numbers, find_company_ids, find_national_ids)
    others = (found for finder in finders for found in finder(text, habits))
    return apart(all_numbers(text, habits), others)


def _torn(text: str, match: re.Match[str], free: int) -> tuple[int, bool] | None:
    """Where the cents end that white space may have torn off a number ("1190,0 0 €", "1,190. 00 EUR"), and whether it did.

    Then neither part is an amount. "Page 3. 50 EUR" looks alike, so cents need to be 00, or to stand behind three digits.
    """
    rest = _TORN.match(text, match.end())
    if rest is None:
        return None
    tail, lead = _after().match(text, rest.end()), _lead(text, match.start(), free)
    priced = (tail is not None and tail["currency"]) or (lead is not None and lead[2])
    long, zero = sum(map(str.isdigit, match[0])) > 2, not (rest["last"] or rest["cents"]).strip("0")
    sure = (rest["apart"] and not rest["wide"]) or long + zero + bool(priced) > 1
    return (rest.end(), bool(sure)) if sure or priced else None


def _number(text: str, match: re.Match[str], habits: Conventions, free: int) -> Stretch | None:
    """The number, amount or percentage around some digits, from `free` on; None where they are part of something longer."""
    lead = _lead(text, match.start(), free)
    if lead is None:
        return None
    start, sign, before = lead
    guessed = False
    if match["group"] == " " and not habits.spaced_thousands and before is None:
        if _is_quantity_and_price(text, match, habits):
            alone = _DIGITS.match(text, match.start(), match.start("group"))
            if alone is None:
                return None
            match = alone
        else:
            guessed = _may_be_two(text, match, start)
    tail = _after().match(text, match.end())
    read = _decimal(match[0], match["group"], habits)
    if tail is None or read is None:
        return None
    value, doubt = read
    doubt = doubt or ("thousands_or_decimals" if guessed else None)
    end, after = tail.end(), tail["currency"]
    if before and after and not (before[-1] in "$€£¥" and after.strip().isalpha()):
        end, after = tail.start("currency"), None  # "EUR 5 EUR 6": the second currency is the next amount's
    elif after and currency_of(after) in _WRITTEN_BEFORE and _stands_before_an_amount(text, end):
        end, after = tail.start("currency"), None  # "Nr. 4711 CHF 20"
    symbol = before or after
    if symbol and tail["close"] and start > free and _is_negative_by_brackets(text, start):
        start, value = start - 1, -value
    else:
        end -= len(tail["close"] or "") if end == tail.end() else 0
        value = -value if sign in {"-", "−", "–"} else value
    kind: Literal["percent", "money", "number"] = (
        "percent" if tail["percent"] else "money" if symbol or tail["dash"] else "number"
    )
    return stretch(kind, text, start, end, value * _scale(tail["scale"]), unit=currency_of(symbol), doubt=doubt)


def _is_quantity_and_price(text: str, match: re.Match[str], habits: Conventions) -> bool:
    """Whether "3 100,00" is a row's quantity and price: their product stands behind them, and no space groups digits."""
    group = match.start("group")
    quantity, price = _DIGITS.match(text, match.start(), group), _DIGITS.match(text, group + 1, match.end())
    if quantity is None or price is None or price.end() != match.end():
        return False
    read = _decimal(price[0], price["group"], habits)
    if read is None:
        return False
    line = text[match.end() : match.end() + _REACH].partition("\n")[0]
    later = (_decimal(other[0], other["group"], habits) for other in _DIGITS.finditer(line))
    return any(total is not None and total[0] == Decimal(quantity[0]) * read[0] for total in later)


def _may_be_two(text: str, match: re.Match[str], start: int) -> bool:
    """Whether a space that was read as grouping digits may stand between two numbers.

    Not in "1 234 567" or "1 050,00", which have no other reading, nor right behind a label's colon.
    """
    several = match[0].count(" ") > 1 or match[0][match.start("group") - match.start() + 1] == "0"
    return not several and re.search(rf"[:=]{GAP}*\Z", text[max(0, start - 4) : start]) is None


def _stands_before_an_amount(text: str, end: int) -> bool:
    """Whether what ends here is the currency of the number that follows, since that has none behind it."""
    following = _FOLLOWING.match(text, end)
    tail = _after().match(text, following.end()) if following else None
    return tail is not None and not tail["currency"]


def _is_negative_by_brackets(text: str, start: int) -> bool:
    """Whether a bracket opens before an amount as bookkeepers write it; "two dollars ($2)" only says it again."""
    return text[start - 1 : start] == "(" and re.search(r"[\w.,][ \u00a0]\Z", text[max(0, start - 3) : start - 1]) is None


def _lead(text: str, at: int, free: int) -> tuple[int, str, str | None] | None:
    """Where a number that has its first digit at `at` begins, its sign and the currency before it.

    None when it is glued to something that is none of these ("RE-17", "v1.2").
    """
    start, currency = _currency_before(text, at, free)
    if sign := _SIGN_BEFORE.search(text, max(free, start - 2), start):
        outer, other = _currency_before(text, sign.start(), free)
        if _stands_alone(text, outer):
            return outer, sign["sign"], currency or other
    return (start, "", currency) if _stands_alone(text, start) else None


def _currency_before(text: str, at: int, free: int) -> tuple[int, str | None]:
    """Where the currency before `at` begins, and how it is written; `at` and None where there is none."""
    match = _CURRENCY_BEFORE.search(text, max(free, at - 10), at)
    if match is None or currency_of(match["word"]) is None:
        return at, None
    if match["word"] in "$€£¥":  # "USD $5" names it twice
        start, code = _currency_before(text, match.start(), free)
        return (start, code) if code and code.isalpha() else (match.start(), match["word"])
    return match.start(), match["word"]


def _stands_alone(text: str, start: int) -> bool:
    return start == 0 or not (text[start - 1].isalnum() or text[start - 1] in _GLUED)


def _decimal(digits: str, group: str | None, habits: Conventions) -> tuple[Decimal, str | None] | None:
    """A number's value from its digits and marks, and the doubt about "1.234", which may be either; None of "1.234.5"."""
    marks = [c for c in digits if not c.isdigit()]
    if not marks:
        return Decimal(digits), None
    last = marks[-1]
    if len(set(marks)) > 1:
        whole, _, part = digits.rpartition(last)
        return Decimal(re.sub(r"\D", "", whole) + "." + part), None
    if group is None:
        return Decimal(digits.replace(",", ".")), None
    if last not in ",.":
        return Decimal(re.sub(r"\D", "", digits)), None
    if len(marks) > 1:
        return (Decimal(digits.replace(last, "")), None) if len(digits.rpartition(last)[2]) == 3 else None
    doubt = None if habits.decimal_seen else "thousands_or_decimals"
    if last == habits.decimal or digits.startswith("0"):
        return Decimal(digits.replace(",", ".")), None if digits.startswith("0") else doubt
    return Decimal(digits.replace(last, "")), doubt


def _scale(word: str | None) -> int:
    if word is None:
        return 1
    return 10**9 if word.strip().casefold().startswith(("mrd", "milliard", "billion")) else 10**6
