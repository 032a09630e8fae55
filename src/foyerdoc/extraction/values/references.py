"""Numbers of policies, claims, invoices, files: digits, mostly with letters and marks, that are no other value.

Behind a label ("Police n°", "Schaden-Nr.") a number may have gaps ("30 123 456-7"); elsewhere it is one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from foyerdoc.extraction.values.accounts import find_ibans
from foyerdoc.extraction.values.contacts import find_emails, find_phones
from foyerdoc.extraction.values.dates import find_dates
from foyerdoc.extraction.values.habits import Conventions
from foyerdoc.extraction.values.numbers import all_numbers
from foyerdoc.extraction.values.stretches import Stretch, apart, first_come, stretch

_WORD: Final = re.compile(r"[\w/.-]+")
_REFERENCE: Final = re.compile(r"[^\W_]\w*(?:[/.-]\w+)*")
_DIGIT: Final = re.compile(r"\d")
_WHAT: Final = (
    r"poli[cs]e|policy|poliz+e|contrat|contract|vertrags?|versicherungs?|versicherungsschein|schadens?|sinistre|claims?|dossier|"
    r"akten|r[ée]f[ée]rence|referenz"
)
_NUMBER: Final = r"n[°ºo]\.?|nr\.?|number|num[ée]ro|nummer"
_LABEL: Final = re.compile(
    rf"(?<![^\W_])(?:(?:{_WHAT})(?: d['’]assurance)?[ -]?(?:{_NUMBER})"
    rf"|(?:{_NUMBER})[ ]?(?:de |du |d['’])?(?:{_WHAT})|aktenzeichen|az\.?:)[ \u00a0]?[:#]?[ \u00a0\t]{{0,3}}",
    re.IGNORECASE,
)
_SPACED: Final = re.compile(
    r"(?:\d{1,3} [A-Za-z]{1,4} \d{1,6}/\d{2,4}(?!\w)|"  # a court's file: 12 O 345/26
    r"(?:[A-Z]{1,4}[ -])?(?=[A-Z./-]{0,6}\d)[A-Z0-9]+(?:[./-][A-Z0-9]+)*"
    r"(?:[ \u00a0](?:\d{2,}|[A-Z]{1,3}\d[A-Z0-9]*)(?:[./-][A-Z0-9]+)*){0,5})(?!\w|[./-]\w|,\d| ?[€£$%])"
)


def find_references(text: str, habits: Conventions) -> Iterator[Stretch]:
    """The numbers that name something."""
    others = list(chain(find_dates(text, habits), find_emails(text, habits), find_ibans(text, habits)))
    others += (s for s in find_phones(text, habits) if s.raw.startswith(("+", "(")))
    labelled = list(apart(_labelled(text), others))
    others += (s for s in all_numbers(text, habits) if s.kind != "number" or re.search(r"[.,]\d{1,2}$|^[-−–+]", s.raw))
    yield from first_come(labelled, apart(_words(text), others))


def _labelled(text: str) -> Iterator[Stretch]:
    for label in _LABEL.finditer(text):
        if match := _SPACED.match(text, label.end()):
            yield stretch("identifier", text, *match.span(), match[0])


def _words(text: str) -> Iterator[Stretch]:
    for word in _WORD.finditer(text):
        if (match := _REFERENCE.match(text, word.start())) and _DIGIT.search(match[0]):
            yield stretch("identifier", text, *match.span(), match[0])
