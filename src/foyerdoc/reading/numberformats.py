"""Numbers as a spreadsheet shows them: dates, percentages, currencies and thousands by their format codes.

Codes are in the file's own (American) notation, and so is the result: `#,##0.00` shows 1234.5 as 1,234.50. Dates whose order
depends on the user's settings are shown as ISO 8601, which cannot be misread. What a code asks for beyond this
(fractions, fill characters, conditions) falls back to the plain value.

Source of the codes: ECMA-376 part 1, 18.8.30 and 18.8.31.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from types import MappingProxyType

# Built-in codes that follow the user's settings.
_LOCAL_DATES = MappingProxyType({14: "yyyy-mm-dd", 22: "yyyy-mm-dd hh:mm"})
_LANGUAGES = MappingProxyType({0x07: "de", 0x09: "en", 0x0C: "fr", 0x10: "it", 0x13: "nl", 0x0A: "es", 0x16: "pt", 0x6E: "lb"})
_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[([^\]]*)\]|(General|AM/PM|A/P)|(y+|m+|d+|h+|s+(?:\.0+)?)|(.)', re.IGNORECASE | re.DOTALL
)
_DIGITS = re.compile(r"(?:[#0?](?:[#0?,]*[#0?])?(?:\.[#0?]*)?|\.[#0?]+),*")
_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001  spreadsheets know no time zones
_EPOCH_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001


def code_of(number: int, custom: dict[int, str]) -> str:
    """The format code of a number format's id: the file's own, else the built-in one."""
    if number in _LOCAL_DATES:
        return _LOCAL_DATES[number]
    if number in custom:
        return custom[number]
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    return str(BUILTIN_FORMATS.get(number, "General"))


@lru_cache(maxsize=4096)
def show(value: float, code: str, *, from_1904: bool = False) -> str:
    """A number as its format code shows it.

    Args:
        value: as stored; dates are days since the epoch.
        code: such as `0.00%`, `#,##0.00 "€"` or `dd/mm/yyyy`.
        from_1904: whether the file counts days from 1904, as old Macintosh files do.
    """
    sections = _sections(code)
    section = sections[0]
    if value < 0 and len(sections) > 1:
        section = sections[1]
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    if is_date(section):
        return _show_date(value, section, from_1904=from_1904)
    own_sign = section is not sections[0] and value < 0
    return _show_number(abs(value) if own_sign else value, section)


def plain(value: float) -> str:
    """A number without a format: 15 significant digits, as spreadsheets keep them."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else format(value, ".15g")


@lru_cache(maxsize=1024)
def is_date(section: str) -> bool:
    """Whether a format code shows a date or a time."""
    for match in _TOKEN.finditer(section):
        bracket, general, unit = match.group(3), match.group(4), match.group(5)
        if unit or (general and general.upper() in {"AM/PM", "A/P"}):
            return True
        if bracket is not None and bracket.lower().strip("hms") == "" and bracket:
            return True
    return False


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[str, ...]:
    parts, current, quoted = [], "", False
    for i, char in enumerate(code):
        if char == '"':
            quoted = not quoted
        if char == ";" and not quoted and code[i - 1 : i] != "\\":
            parts.append(current)
            current = ""
        else:
            current += char
    return (*parts, current)


def _show_number(value: float, section: str) -> str:
    template, pattern = _number_parts(section)
    if template is None:
        return plain(value)
    if not pattern:
        return template.strip() or plain(value)
    digits = _digits(value, pattern, percent="%" in template)
    return plain(value) if digits is None else " ".join(template.replace("\0", digits).split())


@lru_cache(maxsize=1024)
def _number_parts(section: str) -> tuple[str | None, str]:
    """The text around the digits, with a zero character in their place, and their pattern; None for what is not supported."""
    pieces: list[str] = []
    pattern = ""
    for match in _TOKEN.finditer(section):
        quoted, escaped, bracket, general, unit, char = match.groups()
        if general or (char and char in "eE/") or (bracket and bracket[0] in "<>="):
            return None, ""
        if char and (char in "#0?" or (char in ",." and (pattern or char == "."))) and "\0" not in pieces[:-1]:
            if not pattern:
                pieces.append("\0")
            pattern += char
        elif bracket is not None:
            pieces.append(bracket[1:].partition("-")[0] if bracket.startswith("$") else "")
        else:
            pieces.append(quoted or escaped or unit or char or "")
    return "".join(pieces), pattern


def _digits(value: float, pattern: str, *, percent: bool) -> str | None:
    if not _DIGITS.fullmatch(pattern):
        return None
    scaled = pattern.rstrip(",")
    whole, _, fraction = scaled.partition(".")
    try:
        number = Decimal(repr(value)) * (100 if percent else 1)
        number /= Decimal(1000) ** (len(pattern) - len(scaled))
        number = number.quantize(Decimal(1).scaleb(-len(fraction)), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        return None
    shown = f"{number:,f}" if "," in whole else f"{number:f}"
    integer, _, decimals = shown.partition(".")
    while decimals and fraction[len(decimals) - 1] != "0" and decimals[-1] == "0":
        decimals = decimals[:-1]
    sign = "-" if integer.startswith("-") and number != 0 else ""
    integer = integer.lstrip("-")
    if integer == "0" and "0" not in whole and decimals:
        integer = ""
    least = whole.count("0")
    return sign + integer.rjust(least, "0") + (f".{decimals}" if decimals else "")


def _show_date(value: float, section: str, *, from_1904: bool) -> str:
    try:
        # Days before March 1900 count from a day that never was; the rounding is to milliseconds.
        days = value + (1 if not from_1904 and 0 < value < 60 else 0)
        moment = (_EPOCH_1904 if from_1904 else _EPOCH) + dt.timedelta(milliseconds=round(days * 86_400_000))
    except (OverflowError, ValueError):
        return plain(value)
    tokens = _tokens(section)
    twelve = any(general and "/" in general for _, _, _, general, _, _ in tokens)
    language = _language(section)
    if "f800" in section.lower():
        return moment.strftime("%Y-%m-%d")
    pieces: list[str] = []
    units = [
        (i, (unit or bracket or "").lower())
        for i, (_, _, bracket, _, unit, _) in enumerate(tokens)
        if unit or _elapsed(bracket)
    ]
    order = dict(units)
    for i, (quoted, escaped, bracket, general, _, char) in enumerate(tokens):
        if i in order:
            around = [u for j, u in units if j < i][-1:], [u for j, u in units if j > i][:1]
            pieces.append(_unit(order[i], moment, value, around, twelve=twelve, elapsed=bool(bracket), language=language))
        elif general and "/" in general:
            pieces.append("AM" if moment.hour < 12 else "PM")
        elif char != "@":
            pieces.append(quoted or escaped or char or "")
    return " ".join("".join(pieces).split())


@lru_cache(maxsize=1024)
def _tokens(section: str) -> tuple[tuple[str | None, ...], ...]:
    return tuple(match.groups() for match in _TOKEN.finditer(section))


def _elapsed(bracket: str | None) -> bool:
    return bool(bracket) and not str(bracket).lower().strip("hms")


def _unit(
    unit: str,
    moment: dt.datetime,
    value: float,
    around: tuple[list[str], list[str]],
    *,
    twelve: bool,
    elapsed: bool,
    language: str,
) -> str:
    width = len(unit)
    if elapsed:
        return str(int(value * {"h": 24, "m": 1440, "s": 86_400}[unit[0]] + 1e-6)).rjust(width, "0")
    before, after = around
    if unit[0] == "m" and width <= 2 and ((before and before[0][0] == "h") or (after and after[0][0] == "s")):
        return str(moment.minute).rjust(width, "0")
    if unit[0] in "md" and width > 2:
        return _name(unit, moment, language)
    if unit[0] == "y":
        return f"{moment.year % 100:02d}" if width <= 2 else f"{moment.year:04d}"
    if unit[0] == "s":
        whole = str(moment.second).rjust(len(unit.partition(".")[0]), "0")
        decimals = len(unit.partition(".")[2])
        return whole + (f".{moment.microsecond:06d}"[: decimals + 1] if decimals else "")
    hour = (moment.hour % 12 or 12) if twelve else moment.hour
    number = {"m": moment.month, "d": moment.day, "h": hour}[unit[0]]
    return str(number).rjust(width, "0")


def _name(unit: str, moment: dt.datetime, language: str) -> str:
    from babel.dates import format_date

    pattern = {"mmm": "LLL", "mmmm": "LLLL", "ddd": "ccc", "dddd": "cccc"}.get(unit, "LLLLL")
    return format_date(moment, pattern, locale=language)


def _language(section: str) -> str:
    found = re.search(r"\[\$[^\]-]*-([0-9A-Fa-f]+)\]", section)
    return _LANGUAGES.get(int(found.group(1), 16) & 0xFF, "en") if found else "en"
