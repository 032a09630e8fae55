"""Telephone numbers, by phonenumbers, and addresses of mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from foyerdoc.extraction.values.accounts import find_ibans
from foyerdoc.extraction.values.dates import find_dates
from foyerdoc.extraction.values.habits import Conventions
from foyerdoc.extraction.values.identifiers import find_company_ids, find_national_ids, find_vat_numbers
from foyerdoc.extraction.values.stretches import GAP, Stretch, blank, first_come, remembered, stretch

_LOCAL: Final = re.compile(r"[\w+][\w.+-]*\Z")
_DOMAIN: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?!\w)")
_MAX_LOCAL: Final = 64
"""Characters before the "@", by RFC 5321."""

_LABEL: Final = re.compile(
    r"(?:(?<![^\W_])(?:t[ée]l|t[ée]l[ée]phone|telefon|telefonnummer|tele?fax|t[ée]l[ée]copie|phone|fax|mobile?|mobil|mobiltelefon"
    r"|handy|natel|gsm|portable|hotline|cell|call|durchwahl|rufnummer)(?![^\W\d_])|[☎📞✆])\D{0,24}\Z",
    re.IGNORECASE,
)
_LABEL_REACH: Final = 40
"""How many characters before a number its label may begin, without digits between."""

_SHORTEST: Final = 6
"""Characters of the shortest number that is looked at: those of Luxembourg's old numbers, written without gaps."""

_HOURS: Final = re.compile(r"\d{1,2}[.:]\d{2} ?[-–] ?\d{1,2}[.:]\d{2}")
_JOINED: Final = re.compile(r"[\s/,;|–-]*(?:ou|oder|or|und|et|and|bzw\.)?\s?\Z")
_MARK: Final = r"[ \u00a0\u2009\u202f./-]{1,3}"
_WRITTEN: Final = re.compile(
    rf"[+(\d](?<![\w+.,/-].)(?:(?<=\+){GAP}?\(?\d{{1,15}}|(?<=\()\+?\d{{1,15}}|(?<=\d)\d{{0,14}})\)?"
    rf"(?:(?:{_MARK})?\(0\){GAP}?\d{{1,12}}|{_MARK}\d{{1,12}}|(?<=\))\d{{1,12}}){{0,8}}(?!\w)"
)
_AMERICAN: Final = re.compile(r"(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}")


@remembered
def find_emails(text: str, _habits: Conventions) -> Iterator[Stretch]:
    """The addresses of mail."""
    at = 0
    while (sign := text.find("@", at)) >= 0:
        local = _LOCAL.search(text, max(at, sign - _MAX_LOCAL), sign)
        domain = _DOMAIN.match(text, sign + 1)
        at = sign + 1
        if local and domain:
            at = domain.end()
            yield stretch("email", text, local.start(), at, text[local.start() : at])


@remembered
def find_phones(text: str, habits: Conventions) -> Iterator[Stretch]:
    """The telephone numbers, as E.164 where they are valid.

    A number without its country's prefix is tried in the document's countries. It must be announced by a label, or be
    written as a telephone number is: with a zero or a bracket before it and marks between its groups. One that is
    announced but valid nowhere is found as its digits, and doubted.
    """
    finders = (find_dates, find_ibans, find_emails, find_vat_numbers, find_company_ids, find_national_ids)
    rest = blank(text, (found for finder in finders for found in finder(text, habits)))
    valid = first_come(*(_valid(text, rest, country) for country in habits.countries[:2]))
    yield from first_come(valid, _announced(text, blank(rest, valid), habits.countries))


def _valid(text: str, rest: str, country: str) -> Iterator[Stretch]:
    """What phonenumbers finds in a country, without what is as likely some other number."""
    from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher, format_number

    end = 0
    for match in PhoneNumberMatcher(rest, country):
        raw = match.raw_string
        joined = end > 0 and match.start - end <= 8 and _JOINED.match(rest, end, match.start) is not None
        if len(raw) < _SHORTEST or _HOURS.fullmatch(raw):
            continue
        if raw.startswith(("+", "00")) or joined or _has_marks(raw) or _has_label(rest, match.start):
            end = match.end
            yield stretch("phone", text, match.start, end, format_number(match.number, PhoneNumberFormat.E164))


def _has_marks(raw: str) -> bool:
    if raw.startswith(("0", "(")) and re.search(r"[^\d.]", raw[1:-1]):
        return re.search(r"\d [-–] \d", raw) is None  # "05 158 004 - 11023 - 45" is a file's number
    return _AMERICAN.fullmatch(raw) is not None


def _has_label(text: str, start: int) -> bool:
    return _LABEL.search(text, max(0, start - _LABEL_REACH), start) is not None


def _announced(text: str, rest: str, countries: Iterable[str]) -> Iterator[Stretch]:
    for match in _WRITTEN.finditer(rest):
        digits = re.sub(r"\D", "", match[0])
        if (
            7 <= len(digits) <= 15
            and not _HOURS.fullmatch(match[0])
            and (match[0].startswith("+") or _has_label(rest, match.start()))
        ):
            value = _somewhere_valid(match[0], countries)
            doubt = None if value else "invalid_phone"
            yield stretch("phone", text, *match.span(), value or ("+" * match[0].startswith("+") + digits), doubt=doubt)


def _somewhere_valid(raw: str, countries: Iterable[str]) -> str | None:
    from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

    for country in countries:
        try:
            number = parse(raw, country)
        except NumberParseException:
            continue
        if is_valid_number(number):
            return format_number(number, PhoneNumberFormat.E164)
    return None
