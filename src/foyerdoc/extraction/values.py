"""Typed values in running text: where dates, amounts, account numbers and the like stand, and what they mean.

Every stretch is cut at the value's own borders ("1.234,56 €" is one stretch, "234,56" within it is none), so that
whoever chooses among stretches cannot choose half a value. Reading depends on conventions that differ between
languages (03/04/2026, 1.234); a document's own unmistakable values decide first, then its language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

from foyerdoc.documents import Span
from foyerdoc.extraction.months import month_pattern, months

Kind = Literal["date", "datetime", "money", "number", "percent", "iban", "bic", "email", "phone", "identifier"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A typed value where it stands.

    Attributes:
        kind: what it is.
        span: in the text that was searched.
        raw: the characters at `span`.
        value: `date`, `datetime`, `Decimal` (a percentage as written: 12 for "12 %"), or `str` (normalised).
        unit: ISO 4217 code of an amount, None where no currency stands beside it.
        doubt: what had to be guessed ("day_month_order", "two_digit_year", "thousands_or_decimals"), or None.
    """

    kind: Kind
    span: Span
    raw: str
    value: date | datetime | Decimal | str
    unit: str | None = None
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a document writes numbers and dates.

    Attributes:
        decimal: the decimal mark, "," or ".".
        day_first: whether 03/04/2026 is the third of April.
        decimal_seen, day_seen: whether the document itself shows it; else its language was asked.
        spaced_thousands: whether a plain space groups digits, as French does.
    """

    decimal: Literal[",", "."]
    day_first: bool
    decimal_seen: bool
    day_seen: bool
    spaced_thousands: bool


_BEFORE = r"(?<![\w.,/'’+-])"
_GAP = r"[ \t\u00a0\u2009\u202f]"
_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "chf": "CHF", "fr.": "CHF", "sfr.": "CHF",
    "£": "GBP", "gbp": "GBP", "$": "USD", "usd": "USD", "us$": "USD", "us-$": "USD",
}  # fmt: skip
_CURRENCY = r"(?:EUROS?|EUR|CHF|S?Fr\.|GBP|USD|US-?\$|[€£$])"
_GROUPED = r"\d{1,3}(?:(?P<group>[.,'’\u00a0\u2009\u202f ])\d{3})(?:(?P=group)\d{3})*(?!\d)"
_NUMBER = re.compile(
    rf"{_BEFORE}(?P<open>\()?(?P<before>{_CURRENCY}{_GAP}?)?(?P<sign>[-−–+]{_GAP}?)?(?P<before2>{_CURRENCY}{_GAP}?)?"
    rf"(?P<digits>(?:{_GROUPED}|\d+)(?:[.,]\d+)?)(?P<dash>[.,](?:[-–—]{{1,2}}))?"
    rf"(?P<scale>{_GAP}(?:Mio\.?|Millionen|Million|millions?|Mrd\.?|Milliarden|milliards?|billions?)(?!\w))?"
    rf"(?:(?P<after>{_GAP}?(?:(?:d['’]|d[e]{_GAP})?)(?:{_CURRENCY}))(?![\w])"
    rf"|(?P<percent>{_GAP}?%|{_GAP}(?:Prozent|percent|pour cent)\b))?"
    r"(?P<close>\))?(?![\w]|[.,/'’:-]\d)(?!['’]\d)",
    re.IGNORECASE,
)
_ISO_DATE = re.compile(r"(?<![\w./-])(\d{4})([-./])(\d{1,2})\2(\d{1,2})(?![\d./-]*\d)(?:(?!\w)|(?=T\d))")
_NUMERIC_DATE = re.compile(
    rf"(?<![\d./-])(?<!\w)(?P<a>\d{{1,2}})(?P<mark>[./-]){_GAP}?(?P<b>\d{{1,2}})(?P=mark){_GAP}?(?P<y>\d{{4}}|\d{{2}})(?!\w)(?![./-]\d)"
)
_TIME = re.compile(
    rf"(?:T|,?{_GAP}+(?:um|à|at|,)?{_GAP}*)(\d{{1,2}})(?::|h{_GAP}?)(\d{{2}})(?::(\d{{2}}))?(?!\d)", re.IGNORECASE
)
_IBAN = re.compile(rf"(?<!\w)[A-Z]{{2}}\d{{2}}(?:{_GAP}?[A-Z0-9]){{11,30}}(?!\w)")
_BIC = re.compile(r"(?<!\w)[A-Z]{4}(?P<country>[A-Z]{2})[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?!\w)")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?!\w)")
_PHONE = re.compile(
    rf"(?<![\w+.,/-])(?:\+{_GAP}?\d{{1,3}}|\(?0\d{{1,4}}\)?|\(\d{{2,5}}\))(?:{_GAP}?(?:\(0\)|[./-])?{_GAP}?\d{{1,9}}){{1,7}}(?!\w)"
)
_IDENTIFIER = re.compile(r"(?<![\w/.-])(?=[\w/.-]*\d)[^\W_][\w]*(?:[/._-][\w]+)*(?!\w)")


def conventions(text: str, language: str | None) -> Conventions:
    """How a text writes numbers and dates: its own unmistakable values first, then the habit of its language."""
    comma = len(re.findall(r"\d,\d{1,2}(?![\d.,])|\d\.\d{3},\d", text))
    point = len(re.findall(r"(?<![\d.])\d+\.\d{2}(?![\d.,])|\d,\d{3}\.\d", text))
    first = second = 0
    for match in _NUMERIC_DATE.finditer(text):
        if match["mark"] != ".":
            a, b = int(match["a"]), int(match["b"])
            first += a > 12 >= b
            second += b > 12 >= a
    return Conventions(
        decimal="," if comma > point or (comma == point and language != "en") else ".",
        # Europe writes the day first, in English too; only the document's own dates speak against it.
        day_first=first >= second,
        decimal_seen=comma != point,
        day_seen=first != second,
        spaced_thousands=language in {"fr", None},
    )


def find(text: str, kind: Kind, habits: Conventions) -> list[Stretch]:
    """The values of one kind in a text, in order, not overlapping.

    Numbers and amounts within dates, account numbers, telephone numbers and addresses of mail are left out: they are
    parts of another value.
    """
    return sorted(_FINDERS[kind](text, habits), key=lambda s: s.span)


def iban_is_valid(iban: str) -> bool:
    """Whether the check digits fit (ISO 13616, modulo 97). Spaces are ignored."""
    compact = re.sub(r"\s", "", iban).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", compact):
        return False
    digits = "".join(str(int(c, 36)) for c in compact[4:] + compact[:4])
    return int(digits) % 97 == 1


def _dates(text: str, habits: Conventions) -> Iterator[Stretch]:
    taken: list[Span] = []
    for found in (*_iso_dates(text), *_numeric_dates(text, habits), *_textual_dates(text)):
        if not any(found.span.overlaps(span) for span in taken):
            taken.append(found.span)
            yield found


def _iso_dates(text: str) -> Iterator[Stretch]:
    for match in _ISO_DATE.finditer(text):
        if value := _date(match[1], match[3], match[4]):
            yield Stretch("date", Span(*match.span()), match[0], value)


def _numeric_dates(text: str, habits: Conventions) -> Iterator[Stretch]:
    for match in _NUMERIC_DATE.finditer(text):
        a, b = match["a"], match["b"]
        pointed = match["mark"] == "."
        day, month = (a, b) if pointed or habits.day_first else (b, a)
        value = _date(_year(match["y"]), month, day)
        doubt = None if pointed or habits.day_seen or a == b or max(int(a), int(b)) > 12 else "day_month_order"
        if value is None and not pointed:
            value = _date(_year(match["y"]), day, month)
        if value:
            doubt = doubt or ("two_digit_year" if len(match["y"]) == 2 else None)
            yield Stretch("date", Span(*match.span()), match[0], value, doubt=doubt)


def _textual_dates(text: str) -> Iterator[Stretch]:
    for match in month_pattern().finditer(text):
        day, month, year = match["day"] or match["day2"], match["month"] or match["month2"], match["year"] or match["year2"]
        if value := _date(_year(year), str(months()[month.casefold().rstrip(".")]), day):
            yield Stretch("date", Span(*match.span()), match[0], value, doubt="two_digit_year" if len(year) == 2 else None)


def _datetimes(text: str, habits: Conventions) -> Iterator[Stretch]:
    for found in _dates(text, habits):
        match = _TIME.match(text, found.span.end)
        if match is None or not isinstance(found.value, date) or int(match[1]) > 23 or int(match[2]) > 59:
            continue
        moment = datetime.combine(found.value, time(int(match[1]), int(match[2]), min(int(match[3] or 0), 59)))
        span = Span(found.span.start, match.end())
        yield replace(found, kind="datetime", span=span, raw=text[span.start : span.end], value=moment)


def _numbers(text: str, habits: Conventions) -> Iterator[Stretch]:
    others = [s.span for s in (*_dates(text, habits), *_ibans(text, habits), *_emails(text, habits), *_phones(text, habits))]
    others.sort()
    at = 0
    for found in _all_numbers(text, habits):
        while at < len(others) and others[at].end <= found.span.start:
            at += 1
        if at == len(others) or not others[at].overlaps(found.span):
            yield found


def _all_numbers(text: str, habits: Conventions) -> Iterator[Stretch]:
    at = 0
    while match := _NUMBER.search(text, at):
        at = match.end()
        if match["group"] == " " and not habits.spaced_thousands:
            # "3 100,00" is a quantity and a price where thousands are not spaced: take the first number alone.
            alone = _NUMBER.search(text[: match.start("group")], match.start())
            if alone is None:
                continue
            match, at = alone, alone.end()
        yield _number(match, habits)


def _number(match: re.Match[str], habits: Conventions) -> Stretch:
    start, end = match.span()
    bracketed = match["open"] is not None and match["close"] is not None
    if match["open"] and not bracketed:
        start += 1
    if match["close"] and not bracketed:
        end -= 1
    value, doubt = _decimal(match["digits"], match["group"], habits)
    if (match["sign"] or "").strip() in {"-", "−", "–"} or (bracketed and (match["before"] or match["after"])):
        value = -value
    if bracketed and not (match["before"] or match["after"]):
        start, end = start + 1, end - 1  # "(7,5)" is a remark, not a negative amount
    value *= _scale(match["scale"])
    symbol = match["before"] or match["before2"] or match["after"]
    kind: Kind = "percent" if match["percent"] else "money" if symbol or match["dash"] else "number"
    return Stretch(kind, Span(start, end), match.string[start:end], value, _currency(symbol), doubt)


def _decimal(digits: str, group: str | None, habits: Conventions) -> tuple[Decimal, str | None]:
    """A number's value from its digits and marks, and the doubt about "1.234", which may be either."""
    marks = [c for c in digits if not c.isdigit()]
    if not marks:
        return Decimal(digits), None
    last = marks[-1]
    if len(set(marks)) > 1:
        whole, _, part = digits.rpartition(last)
        return Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{part}"), None
    if group is None or last not in ",.":
        return (Decimal(digits.replace(",", ".")), None) if group is None else (Decimal(re.sub(r"[^0-9]", "", digits)), None)
    if len(marks) > 1:
        return Decimal(digits.replace(last, "")), None
    doubt = None if habits.decimal_seen else "thousands_or_decimals"
    if last == habits.decimal or digits.startswith("0"):
        return Decimal(digits.replace(",", ".")), None if digits.startswith("0") else doubt
    return Decimal(digits.replace(last, "")), doubt


def _scale(word: str | None) -> int:
    if word is None:
        return 1
    return 10**9 if word.strip().casefold().startswith(("mrd", "milliard", "billion")) else 10**6


def _currency(symbol: str | None) -> str | None:
    if symbol is None:
        return None
    word = re.sub(r"^d['’e]\s?", "", symbol.strip().casefold())
    return _CURRENCIES.get(word)


def _of_kind(kind: Kind) -> Callable[[str, Conventions], Iterator[Stretch]]:
    def finder(text: str, habits: Conventions) -> Iterator[Stretch]:
        return (found for found in _numbers(text, habits) if found.kind == kind)

    return finder


def _ibans(text: str, _habits: Conventions) -> Iterator[Stretch]:
    for match in _IBAN.finditer(text):
        raw = match[0]
        compact = re.sub(r"\s", "", raw)
        # A word in capitals may follow ("... 3757 00 BIC"): cut at spaces from the right until the digits check.
        while not iban_is_valid(compact) and (cut := max(raw.rfind(c) for c in " \t\u00a0\u2009\u202f")) > 14:
            raw = raw[:cut].rstrip()
            compact = re.sub(r"\s", "", raw)
        valid = iban_is_valid(compact)
        if not valid:
            raw = _without_words(match[0])
            compact = re.sub(r"\s", "", raw)
        span = Span(match.start(), match.start() + len(raw))
        yield Stretch("iban", span, raw, compact, doubt=None if valid else "checksum")


def _without_words(raw: str) -> str:
    """An account number that fails its check, without the all-letter groups at its end."""
    while match := re.search(r"\s[A-Z]+$", raw):
        raw = raw[: match.start()]
    return raw


def _bics(text: str, _habits: Conventions) -> Iterator[Stretch]:
    for match in _BIC.finditer(text):
        # Eight capitals are often a word; a country's code at the fifth place and a label nearby tell them apart.
        near = text[max(0, match.start() - 24) : match.start()].casefold()
        if match["country"] in _COUNTRIES and (re.search(r"bic|swift", near) or re.search(r"\d", match[0])):
            yield Stretch("bic", Span(*match.span()), match[0], match[0])


def _emails(text: str, _habits: Conventions) -> Iterator[Stretch]:
    for match in _EMAIL.finditer(text):
        yield Stretch("email", Span(*match.span()), match[0], match[0])


def _phones(text: str, habits: Conventions) -> Iterator[Stretch]:
    others = [found.span for found in (*_dates(text, habits), *_ibans(text, habits))]
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        span = Span(*match.span())
        if 7 <= len(digits) <= 15 and not any(span.overlaps(other) for other in others):
            marked = match[0].startswith(("+", "(")) or re.search(r"[ /()-]", match[0])
            if marked:
                yield Stretch("phone", span, match[0], ("+" if match[0].startswith("+") else "") + digits)


def _identifiers(text: str, habits: Conventions) -> Iterator[Stretch]:
    others = [found.span for found in (*_dates(text, habits), *_emails(text, habits), *_ibans(text, habits))]
    others += [s.span for s in _phones(text, habits) if s.raw.startswith(("+", "("))]
    others += [s.span for s in _all_numbers(text, habits) if s.kind != "number" or re.search(r"[.,]\d{1,2}$|^[-−–+]", s.raw)]
    for match in _IDENTIFIER.finditer(text):
        span = Span(*match.span())
        if not any(span.overlaps(other) for other in others):
            yield Stretch("identifier", span, match[0], match[0])


def _year(digits: str) -> str:
    # POSIX: 69 to 99 belong to the last century.
    return digits if len(digits) == 4 else str((1900 if int(digits) >= 69 else 2000) + int(digits))


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


_COUNTRIES = frozenset(
    re.findall(
        "..",
        "ADAEALATBABEBGBRBYCACHCNCYCZDEDKEEESFIFOFRGBGEGIGLGRHRHUIEILINISITJPKZLILTLULVMAMCMDMEMKMTNLNOPLPTRORSRUSASESISKSMTNTRUAUSVAXK",
    )
)
_FINDERS: dict[Kind, Callable[[str, Conventions], Iterator[Stretch]]] = {
    "date": _dates,
    "datetime": _datetimes,
    "money": _of_kind("money"),
    "number": _of_kind("number"),
    "percent": _of_kind("percent"),
    "iban": _ibans,
    "bic": _bics,
    "email": _emails,
    "phone": _phones,
    "identifier": _identifiers,
}
