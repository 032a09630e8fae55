from __future__ import annotations

from decimal import Decimal

import pytest

from tests.extraction.tables import found, only, raws

MONEY = {
    "en": [
        ("a fee of USD $10,000.00 per year", "USD $10,000.00", "10000.00", "USD"),
        ("(USD$1,375,000)", "(USD$1,375,000)", "-1375000", "USD"),
        ("Five Million Dollars ($5,000,000)", "$5,000,000", "5000000", "USD"),
        ("$5 USD", "$5 USD", "5", "USD"),
        ("12 U.S. dollars", "12 U.S. dollars", "12", "USD"),
        ("100 pounds sterling", "100 pounds sterling", "100", "GBP"),
        ("JPY 1,000", "JPY 1,000", "1000", "JPY"),
        ("£3.5 million", "£3.5 million", "3500000", "GBP"),
    ],
    "fr": [
        ("la somme de 1 500 francs suisses", "1 500 francs suisses", "1500", "CHF"),
        ("12 euros", "12 euros", "12", "EUR"),
        ("5 livres sterling", "5 livres sterling", "5", "GBP"),
        ("1 234 567,89 EUR", "1 234 567,89 EUR", "1234567.89", "EUR"),
        ("- 45,00 €", "- 45,00 €", "-45.00", "EUR"),
        ("1,5 million d'euros", "1,5 million d'euros", "1500000", "EUR"),
    ],
    "de": [
        ("CHF 12 300.50", "CHF 12 300.50", "12300.50", "CHF"),
        ("Fr. 12.50", "Fr. 12.50", "12.50", "CHF"),
        ("EUR12,50", "EUR12,50", "12.50", "EUR"),
        ("20 Schweizer Franken", "20 Schweizer Franken", "20", "CHF"),
        ("500 US-Dollar", "500 US-Dollar", "500", "USD"),
        ("-€5", "-€5", "-5", "EUR"),
        ("2 Mrd. EUR", "2 Mrd. EUR", "2000000000", "EUR"),
        ("100 DM oder 51,13 €", "51,13 €", "51.13", "EUR"),
    ],
    "lb": [
        ("d'Prime ass 1.234,56 € d'Joer", "1.234,56 €", "1234.56", "EUR"),
        ("200 Euro am Joer", "200 Euro", "200", "EUR"),
        ("fir 40 Lëtzebuerger Frang", "40 Lëtzebuerger Frang", "40", "LUF"),
    ],
}


@pytest.mark.parametrize(
    ("language", "text", "raw", "value", "unit"), [(language, *case) for language, cases in MONEY.items() for case in cases]
)
def test_money_as_each_language_writes_it(language, text, raw, value, unit):
    stretch = only(text, "money", language)
    assert (stretch.raw, stretch.value, stretch.unit) == (raw, Decimal(value), unit)


def test_the_currency_belongs_to_one_amount():
    assert raws("EUR 5 EUR 6", "money") == ["EUR 5", "EUR 6"]
    assert raws("4711 CHF 20", "money") == ["CHF 20"]
    assert raws("20 CHF 30 CHF", "money") == ["20 CHF", "30 CHF"]
    assert raws("100 EUR 3 Tage", "money") == ["100 EUR"]
    assert raws("USD 100 million USD 6'000'000", "money", "en") == ["USD 100 million", "USD 6'000'000"]


@pytest.mark.parametrize("text", ["2 x 3.50", "12.03.20", "ALL 5", "TOP 10", "1.2.3", "$", "EUR", "RE-17 €"])
def test_what_is_no_amount(text):
    assert raws(text, "money") == []


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "2 x 3,50", ["2", "3,50"]),
        ("en", "2 x 3.50", ["2", "3.50"]),
        ("en", "version 1.2.3 has 4 parts", ["4"]),
        ("en", "1.234.5", []),
        ("de", "RE-2026-17", []),
        ("de", "DE89 3704 0044 0532 0130 00", []),
        ("fr", "SIRET 732 829 320 00074 et 12", ["12"]),
        ("fr", "Tél. 01 42 68 53 00", []),
        ("fr", "TVA FR 40 303 265 045", []),
        ("de", "am 3. März 2026 waren es 7", ["7"]),
        ("fr", "12 345 678", ["12 345 678"]),
        ("lb", "-12,5 Grad", ["-12,5"]),
    ],
)
def test_numbers_are_whole_and_no_part_of_something_else(language, text, expected):
    assert raws(text, "number", language) == expected


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("de", "7,5 %", "7.5"),
        ("fr", "20\u00a0%", "20"),
        ("fr", "12,5 pour cent", "12.5"),
        ("en", "3.5 per cent", "3.5"),
        ("lb", "17%", "17"),
    ],
)
def test_percentages(language, text, value):
    assert only(text, "percent", language).value == Decimal(value)


def test_digits_of_other_scripts_are_read():
    assert found("١٢٣ €", "money")[0].value == Decimal(123)


@pytest.mark.parametrize(
    ("text", "language", "raw", "value", "unit"),
    [
        ("Gesamt 1.234,56 €.", "de", "1.234,56 €", "1234.56", "EUR"),
        ("CHF 1'200.-", "de", "CHF 1'200.-", "1200", "CHF"),
        ("CHF 12’345.60", "de", "CHF 12’345.60", "12345.60", "CHF"),
        ("1.200,- €", "de", "1.200,- €", "1200", "EUR"),
        ("EUR -4,85", "de", "EUR -4,85", "-4.85", "EUR"),
        ("3,5 Mio. € Deckung", "de", "3,5 Mio. €", "3500000", "EUR"),
        ("total 1 234,56 €", "fr", "1 234,56 €", "1234.56", "EUR"),
        ("total 1\u202f234,56\u00a0€", "fr", "1\u202f234,56\u00a0€", "1234.56", "EUR"),
        ("capital de 50 000 EUR", "fr", "50 000 EUR", "50000", "EUR"),
        ("2 millions d'euros", "fr", "2 millions d'euros", "2000000", "EUR"),
        ("£1,234.56 due", "en", "£1,234.56", "1234.56", "GBP"),
        ("US$ 12.50", "en", "US$ 12.50", "12.50", "USD"),
        ("($1,234.56)", "en", "($1,234.56)", "-1234.56", "USD"),
    ],
)
def test_money_of_each_language(text, language, raw, value, unit):
    stretch = only(text, "money", language)
    assert (stretch.raw, stretch.value, stretch.unit) == (raw, Decimal(value), unit)


def test_half_an_amount_is_no_candidate():
    raws = {f.raw for kind in ("money", "number") for f in found("Betrag: 1.234,56 € und 12.500,00", kind)}
    assert raws == {"1.234,56 €", "12.500,00"}


@pytest.mark.parametrize("language", ["de", "en", "lb", "fr"])
@pytest.mark.parametrize("text", ["Total: 1 234,56 €", "Total 1 234,56 €", "Zu zahlen\t1 234,56 €", "1 234,56 € brutto"])
def test_spaces_group_thousands_in_every_language(text, language):
    assert (only(text, "money", language).raw, found(text, "number", language)) == ("1 234,56 €", [])
    assert only(text, "money", language).value == Decimal("1234.56")


def test_a_quantity_and_a_price_are_two_numbers_where_their_product_follows():
    assert raws("3 100,00 300,00", "number", "de") == ["3", "100,00", "300,00"]
    assert raws("Reifen 3 100,00 € 19 % 300,00 €", "money", "lb") == ["100,00 €", "300,00 €"]
    assert raws("3 100,00 300,00", "number", "fr") == ["3 100,00", "300,00"]


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Reifen 3 100,00 €", "thousands_or_decimals"),
        ("Summe: 3 100,00 €", None),
        ("Summe 1 050,00 €", None),
        ("Summe 1 234 567 €", None),
    ],
)
def test_a_space_that_may_stand_between_two_numbers_is_doubted(text, doubt):
    assert only(text, "money", "de").doubt == doubt
    assert only(text, "money", "fr").doubt is None


@pytest.mark.parametrize(
    "text",
    ["Total: 1190,0 0 €", "Total: 1,190. 00 EUR", "Total: EUR 1190,5 6", "Total: 1190. 50 EUR", "Total: 12 ,50 €", "5,0 0 €"],
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_torn_cents_are_no_amount_and_what_they_were_torn_from_is_none(text, language):
    assert raws(text, "money", language) == raws(text, "number", language) == []


def test_what_only_looks_like_torn_cents():
    assert raws("Menge 1,5\t0 €", "money") == ["0 €"]
    assert raws("0,5 0 1,5 2", "number") == ["0,5", "0", "1,5", "2"]
    assert raws("5, 10, 50 Stück", "number") == ["5", "10", "50"]
    page = only("Seite 3. 50 EUR", "money")
    assert (page.raw, page.doubt) == ("50 EUR", "thousands_or_decimals")


@pytest.mark.parametrize(
    ("text", "language", "value", "doubt"),
    [
        ("1.234", "de", "1234", "thousands_or_decimals"),
        ("1.234", "en", "1.234", "thousands_or_decimals"),
        ("1.234 und 5,50", "de", "1234", None),
        ("0.025", "de", "0.025", None),
        ("1.234.567", "en", "1234567", None),
    ],
)
def test_a_lone_mark_is_read_by_the_document_then_by_its_language(text, language, value, doubt):
    first = found(text, "number", language)[0]
    assert (first.value, first.doubt) == (Decimal(value), doubt)


@pytest.mark.parametrize("text", ["19 %", "19%", "19 Prozent", "19 pour cent"])
def test_percentages_are_as_written(text):
    assert only(text, "percent", "fr").value == Decimal(19)
