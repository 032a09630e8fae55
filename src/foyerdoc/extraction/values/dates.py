"""Days and moments. A day without its month or year, or a month alone, is none; a range is its two days.

dateparser was measured and left out: it takes "March 2026" for a day, does not know "le premier février 2026" or
"3. Mäerz 2026" in running text, finds 62 dates (such as "40", "may" and "a") where 10 stand, and at that speed needs nine
seconds for a contract of 50,000 words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

from foyerdoc.documents import Span
from foyerdoc.extraction.values.habits import Conventions
from foyerdoc.extraction.values.months import months
from foyerdoc.extraction.values.stretches import GAP, Stretch, first_come, remembered, stretch

# Patterns begin with a digit and look behind it only then: so the engine skips to digits instead of trying every place.
_ISO: Final = re.compile(r"\d(?<![\w.-]\d)\d{3}([-./])(\d{1,2})\1(\d{1,2})(?![.-]?\d)(?:(?!\w)|(?=T\d))")
_SLASHED: Final = re.compile(r"/(?!\d{4}([-.])\d{1,2}\1\d)\d")
_NUMERIC: Final = re.compile(
    rf"\d(?<![\w./]\d)\d?(?P<mark>[./-]){GAP}?(?P<month>\d{{1,2}})(?P=mark){GAP}?(?P<year>\d{{4}}|\d{{2}})(?!\w)(?![./]\d)"
)
_FOUR: Final = re.compile(r"\d(?<![\w./]\d)\d{3}(?!\w)(?![./-]\d)")
_ORDINALS: Final = {
    "premier": 1, "ersten": 1, "erste": 1, "erster": 1, "éischten": 1, "eischten": 1, "first": 1, "second": 2, "third": 3,
    "zweiten": 2, "dritten": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17,
    "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "twenty-first": 21, "twenty-second": 22, "twenty-third": 23,
    "twenty-fourth": 24, "twenty-fifth": 25, "twenty-sixth": 26, "twenty-seventh": 27, "twenty-eighth": 28,
    "twenty-ninth": 29, "thirtieth": 30, "thirty-first": 31,
}  # fmt: skip
_WHITE: Final = rf"(?:{GAP}{{1,2}}|{GAP}?\n{GAP}?)"
_DIGITS: Final = r"(?<![\w.,/])(?<![^\d.\s]-)(?P<day>\d{1,2})(?:\.|er|re|st|nd|rd|th|ère|e|º|°|ten)?"
_SPELLED: Final = rf"(?<![\w-])(?P<word>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
_MONTH: Final = r"(?<![^\W\d_])(?P<month>[^\W\d_]{3,10})\b\.?"
# What may stand before a year: the day and the month, or the month and the day.
_OF: Final = rf"(?:(?:de|du|of the|of|day{_WHITE}of|jour{_WHITE}de){_WHITE})?"
_DAY_FIRST: Final = re.compile(
    rf"(?:{_DIGITS}{_WHITE}?|{_SPELLED}{_WHITE}){_OF}{_MONTH},?(?:{_WHITE}|(?<=\.))(?:(?:of|de){_WHITE})?\Z", re.IGNORECASE
)
_MONTH_FIRST: Final = re.compile(
    rf"{_MONTH}{_WHITE}?(?:the{_WHITE})?(?<![\d.,/-])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{GAP}?,?{_WHITE}?\Z", re.IGNORECASE
)
_TWO: Final = re.compile(
    rf"\d(?<![\w.,/-]\d)\d?(?:\.|er|st|nd|rd|th)?{_WHITE}?[^\W\d_]{{3,10}}\.?{_WHITE}(?P<year>\d{{2}})(?!\w)(?![.,/:-]\d)"
)
_REACH: Final = 48
"""How many characters before a year its day and month may stand in; "twenty-seventh day of September, " has 33."""

_TIME: Final = re.compile(
    rf"(?P<iso>T)?(?(iso)|,?{GAP}+(?:um|à|at|,)?{GAP}*)(?P<hour>\d{{1,2}})"
    rf"(?:(?::|h{GAP}?)(?P<minute>\d{{2}})(?::(?P<second>\d{{2}})(?:[.,](?P<part>\d{{1,6}})\d*)?)?)?(?!:?\d)"
    rf"(?P<half>{GAP}?[ap](?:m(?!\w)|\.{GAP}?m\.?(?!\w)))?",
    re.IGNORECASE,
)
_WIDEST: Final = 14
"""Hours of the zone furthest ahead of UTC."""

_ZONE: Final = re.compile(
    rf"Z(?!\w)|{GAP}?(?:UTC|GMT)(?![\w+-])|(?:{GAP}?(?:UTC|GMT))?{GAP}?(?P<sign>[+−-])(?P<hours>\d\d):?(?P<minutes>[0-5]\d)(?!\w)"
)


@remembered
def find_dates(text: str, habits: Conventions) -> Iterator[Stretch]:
    """The days of a text."""
    yield from first_come(_iso(text), _numeric(text, habits), _textual(text))


def find_datetimes(text: str, habits: Conventions) -> Iterator[Stretch]:
    """The days with a time of day beside them, with the zone where one is written."""
    for found in find_dates(text, habits):
        match = _TIME.match(text, found.span.end)
        clock = _clock(match) if match else None
        if match is None or clock is None or not isinstance(found.value, date):
            continue
        end, zone = _zone(text, match)
        span = Span(found.span.start, end)
        moment = datetime.combine(found.value, clock, zone)
        yield replace(found, kind="datetime", span=span, raw=text[span.start : span.end], value=moment)


def _clock(match: re.Match[str]) -> time | None:
    """The time of day; None beyond the clock, and of an hour without minutes that is no "10 pm"."""
    hour, half = int(match["hour"]), match["half"]
    if half and hour <= 12:
        hour = hour % 12 + 12 * ("p" in half.casefold())
    if hour > 23 or int(match["minute"] or 0) > 59 or not (match["minute"] or half):
        return None
    part = int((match["part"] or "0").ljust(6, "0"))
    return time(hour, int(match["minute"] or 0), min(int(match["second"] or 0), 59), part)


def _zone(text: str, clock: re.Match[str]) -> tuple[int, timezone | None]:
    """Where a time with its zone ends, and the zone; None where it has none."""
    zone = _ZONE.match(text, clock.end())
    # "10:30-12:30" is from one time to another; behind ISO 8601's T or behind seconds it is a zone.
    span_of_time = zone is not None and zone["sign"] in {"-", "−"} and not (clock["iso"] or clock["second"])
    if zone is None or span_of_time or clock["half"] or int(zone["hours"] or 0) > _WIDEST:
        return clock.end(), None
    ahead = timedelta(hours=int(zone["hours"] or 0), minutes=int(zone["minutes"] or 0))
    return zone.end(), timezone(ahead if zone["sign"] in {"+", None} else -ahead)


def _iso(text: str) -> Iterator[Stretch]:
    end = -1
    for match in _ISO.finditer(text):
        # "2026-03-04/2026-03-10" is two dates; behind or before another slash it is part of a number.
        slashed = text[match.start() - 1 : match.start()] == "/" and match.start() - 1 != end
        if slashed or _SLASHED.match(text, match.end()):
            continue
        end = match.end()
        if value := _date(match[0][:4], match[2], match[3]):
            yield stretch("date", text, *match.span(), value)


def _numeric(text: str, habits: Conventions) -> Iterator[Stretch]:
    matches = list(_NUMERIC.finditer(text))
    ends = {match.end() for match in matches}
    starts = {match.start() for match in matches}
    for match in matches:
        # "01.01.2026-31.12.2026" is two dates, "RE-20.19.06" and "12.03.20-7" are none.
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if (before == "-" and match.start() - 1 not in ends) or (
            after == "-" and match.end() + 1 not in starts and text[match.end() + 1 : match.end() + 2].isdigit()
        ):
            continue
        a, b = re.split(r"\D+", match[0])[:2]
        pointed = match["mark"] == "."
        day, month = (a, b) if pointed or habits.day_first else (b, a)
        value = _date(_year(match["year"]), month, day)
        doubt = None if pointed or habits.day_seen or a == b or max(int(a), int(b)) > 12 else "day_month_order"
        if value is None and not pointed:
            value = _date(_year(match["year"]), day, month)
        if value:
            doubt = doubt or ("two_digit_year" if len(match["year"]) == 2 else None)
            yield stretch("date", text, *match.span(), value, doubt=doubt)


def _textual(text: str) -> Iterator[Stretch]:
    for year in _FOUR.finditer(text):
        begin = max(0, year.start() - _REACH)
        window = text[begin : year.start()]
        match = _DAY_FIRST.search(window) or _MONTH_FIRST.search(window)
        if match and (value := _spelled(match, year[0])):
            yield stretch("date", text, begin + match.start(), year.end(), value)
    for whole in _TWO.finditer(text):
        match = _DAY_FIRST.match(text[whole.start() : whole.start("year")])
        if match and (value := _spelled(match, _year(whole["year"]))):
            yield stretch("date", text, *whole.span(), value, doubt="two_digit_year")


def _spelled(match: re.Match[str], year: str) -> date | None:
    month = months().get(match["month"].casefold())
    word = match.groupdict().get("word")
    return None if month is None else _date(year, str(month), str(_ORDINALS[word.casefold()]) if word else match["day"])


def _year(digits: str) -> str:
    # POSIX: 69 to 99 belong to the last century.
    return digits if len(digits) == 4 else str((1900 if int(digits) >= 69 else 2000) + int(digits))


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
