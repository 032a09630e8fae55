"""The baseline of regular expressions reads plain invoices and contracts: it is no straw man."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from benchmarks.extraction.baseline import contract, invoice

GERMAN = """Alder Bau GmbH · Hauptstraße 3 · 50667 Köln

Rechnungsempfänger: Birken AG
Am Ring 4
10115 Berlin

Rechnung Nr.: RE-2026/17	Datum: 03.03.2026

Pos	Text	Menge	Betrag
1	Reifen	2	1.000,00 €

Summe netto	1.000,00 €
zzgl. 19 % MwSt.	190,00 €
Gesamtbetrag	1.190,00 €
IBAN: DE89 3704 0044 0532 0130 00 BIC: COBADEFFXXX
"""
FRENCH = """Aulne Services SARL
12, rue de la Gare
L-1611 Luxembourg

Facturé à : Bouleau SA

Numéro de facture	Date de facture	Échéance
F2026-0042	3 mars 2026	2 avril 2026

Total HT	1 234,50
TVA 17 %	209,87
Total TTC	1 444,37 EUR
Net à payer : 1 444,37 EUR
"""
ENGLISH = """Ash Tools Inc.
Bill to:
Beech Ltd.
Invoice #A-991   Invoice date: 03/04/2026
Due date: 04/03/2026
Subtotal	$1,000.00
Sales tax (8%)	$80.00
Total due	$1,080.00
"""
CONTRACT = """Exhibit 10.1

DISTRIBUTION AGREEMENT

This Distribution Agreement (this "Agreement") is made and entered into this 3rd day of March, 2019, by and between Ash Tools,
Inc., a Delaware corporation ("Ash"), and Beech Holdings Limited, a company of England ("Beech").

WHEREAS, Ash makes tools; effective as of April 1, 2019 it shall sell them.

The term shall continue until March 31, 2024. This Agreement shall be governed by and construed in accordance with the laws of
the State of New York, without regard to conflicts of laws.
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GERMAN, ("RE-2026/17", date(2026, 3, 3), "Alder Bau GmbH", "Birken AG", "1000.00", "190.00", "1190.00", "EUR")),
        (FRENCH, ("F2026-0042", date(2026, 3, 3), "Aulne Services SARL", "Bouleau SA", "1234.50", "209.87", "1444.37", "EUR")),
        (ENGLISH, ("A-991", date(2026, 3, 4), "Ash Tools Inc.", "Beech Ltd.", "1000.00", "80.00", "1080.00", "USD")),
    ],
)
def test_plain_invoices_are_read_whole(text, expected):
    number, day, seller, buyer, net, tax, total, currency = expected
    found = invoice(text)
    iban = found.pop("iban")
    assert iban == ("DE89370400440532013000" if "IBAN" in text else None)
    assert found == {
        "invoice_number": number,
        "issue_date": day,
        "seller_name": seller,
        "buyer_name": buyer,
        "net_total": Decimal(net),
        "tax_total": Decimal(tax),
        "grand_total": Decimal(total),
        "due_amount": Decimal(total),
        "currency": currency,
    }


def test_a_plain_contract_is_read_whole():
    assert contract(CONTRACT) == {
        "document_name": "DISTRIBUTION AGREEMENT",
        "parties": ["Ash Tools, Inc.", "Beech Holdings Limited"],
        "agreement_date": date(2019, 3, 3),
        "effective_date": date(2019, 4, 1),
        "expiration_date": date(2024, 3, 31),
        "governing_law": "New York",
    }


def test_values_stand_below_their_headings():
    found = invoice("Birch & Sons\n\nInvoice no.\tInvoice date\nB-7\t2026-03-03\nNet amount\tVAT\tTotal\n£5.00\t£1.00\t£6.00")
    assert (found["invoice_number"], found["issue_date"], found["seller_name"]) == ("B-7", date(2026, 3, 3), "Birch & Sons")
    assert [found[name] for name in ("net_total", "tax_total", "grand_total")] == [Decimal(5), Decimal(1), Decimal(6)]


@pytest.mark.parametrize("read", [invoice, contract])
@pytest.mark.parametrize("text", ["", " \n\t\n", "9" * 5000, "Total:" * 500, "\t\n" * 500, "Invoice date: 99.99.2026"])
def test_nothing_is_found_in_what_says_nothing(read, text):
    assert not any(read(text).values())
