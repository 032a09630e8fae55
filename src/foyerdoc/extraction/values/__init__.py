"""Typed values in running text: where dates, amounts, account numbers and the like stand, and what they mean.

Every stretch is cut at the value's own borders ("1.234,56 €" is one stretch, "234,56" within it is none), so that
whoever chooses among stretches cannot choose half a value. Reading depends on conventions that differ between
languages (03/04/2026, 1.234); a document's own unmistakable values decide first, then its language.

    stretches.py      what a found value is, and how two of them give way to each other
    habits.py         how a document writes: decimal mark, order of day and month, countries
    dates.py          days and moments; the names of months are CLDR's, by babel
    numbers.py        numbers, amounts with their currency, percentages
    accounts.py       IBAN and BIC, checked by schwifty
    identifiers.py    VAT numbers, numbers of persons and of companies, checked by python-stdnum
    references.py     numbers of policies, claims, invoices and whatever else mixes digits with letters
    contacts.py       telephone numbers by phonenumbers, addresses of mail
    addresses.py      postal addresses

Finding the borders is ours everywhere but for telephone numbers; what a value means, and whether its check digits fit, is
asked of the libraries, which are loaded when they are first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from foyerdoc.extraction.values import accounts, addresses, contacts, dates, identifiers, numbers, references
from foyerdoc.extraction.values.accounts import iban_is_valid
from foyerdoc.extraction.values.habits import Conventions, conventions
from foyerdoc.extraction.values.stretches import Kind, Stretch

__all__ = ["Conventions", "Kind", "Stretch", "conventions", "find", "iban_is_valid"]

_FINDERS: dict[Kind, Callable[[str, Conventions], Iterable[Stretch]]] = {
    "date": dates.find_dates,
    "datetime": dates.find_datetimes,
    "money": numbers.find_money,
    "number": numbers.find_numbers,
    "percent": numbers.find_percentages,
    "iban": accounts.find_ibans,
    "bic": accounts.find_bics,
    "email": contacts.find_emails,
    "phone": contacts.find_phones,
    "vat": identifiers.find_vat_numbers,
    "national_id": identifiers.find_national_ids,
    "company_id": identifiers.find_company_ids,
    "identifier": references.find_references,
    "address": addresses.find_addresses,
}


def find(text: str, kind: Kind, habits: Conventions) -> list[Stretch]:
    """The values of one kind in a text, in order, not overlapping.

    Numbers and amounts within dates, account numbers, telephone numbers, numbers of persons and companies and addresses
    of mail are left out: they are parts of another value.
    """
    return sorted(_FINDERS[kind](text, habits), key=lambda s: s.span)
