"""Tables of cases per language, and the properties that hold for any text."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foyerdoc.extraction.values import Kind, conventions, find, iban_is_valid


def _all(text, kind, language="de"):
    return find(text, kind, conventions(text, language))


def _one(text, kind, language="de"):
    found = _all(text, kind, language)
    assert len(found) == 1, [f.raw for f in found]
    return found[0]


@pytest.mark.parametrize(
    ("text", "language", "raw", "value"),
    [
        ("Luxemburg, den 3. März 2026", "de", "3. März 2026", date(2026, 3, 3)),
        ("am 15. Jänner 2026", "de", "15. Jänner 2026", date(2026, 1, 15)),
        ("vom 16.09.2018.", "de", "16.09.2018", date(2018, 9, 16)),
        ("Stand 3. 4. 2026", "de", "3. 4. 2026", date(2026, 4, 3)),
        ("Metz, le 1er février 2026", "fr", "1er février 2026", date(2026, 2, 1)),
        ("le 12 aout 2025,", "fr", "12 aout 2025", date(2025, 8, 12)),
        ("Fait le 13/11/2017", "fr", "13/11/2017", date(2017, 11, 13)),
        ("March 3rd, 2026", "en", "March 3rd, 2026", date(2026, 3, 3)),
        ("on 3 September 2026", "en", "3 September 2026", date(2026, 9, 3)),
        ("the 21st of May 2024", "en", "21st of May 2024", date(2024, 5, 21)),
        ("due August 3 , 2014", "en", "August 3 , 2014", date(2014, 8, 3)),
        ("den 3. Mäerz 2026", "lb", "3. Mäerz 2026", date(2026, 3, 3)),
        ("2026-03-04 at noon", "en", "2026-03-04", date(2026, 3, 4)),
    ],
)
def test_dates_of_each_language(text, language, raw, value):
    found = _one(text, "date", language)
    assert (found.raw, found.value, found.doubt) == (raw, value, None)


@pytest.mark.parametrize("text", ["00.123.456.7-2018-1", "31.02.2026", "version 1.2.3", "RE-20190610/507", "12.13"])
def test_what_only_looks_like_a_date_is_none(text):
    assert _all(text, "date") == []


def test_an_ambiguous_date_is_read_day_first_and_says_so():
    found = _one("03/04/2026", "date", "en")
    assert (found.value, found.doubt) == (date(2026, 4, 3), "day_month_order")


def test_the_documents_own_dates_settle_the_order():
    first, second = _all("03/04/2026 and 03/25/2026", "date", "en")
    assert (first.value, first.doubt) == (date(2026, 3, 4), None)
    assert second.value == date(2026, 3, 25)


def test_a_year_of_two_digits_is_doubted():
    assert _one("12.03.26", "date").doubt == "two_digit_year"


@pytest.mark.parametrize("text", ["2026-03-04T10:30", "04.03.2026 um 10:30 Uhr", "4 mars 2026 à 10h30"])
def test_a_moment_has_a_date_and_a_time(text):
    assert _one(text, "datetime", "fr").value == datetime(2026, 3, 4, 10, 30)  # noqa: DTZ001


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
    found = _one(text, "money", language)
    assert (found.raw, found.value, found.unit) == (raw, Decimal(value), unit)


def test_half_an_amount_is_no_candidate():
    raws = {f.raw for kind in ("money", "number") for f in _all("Betrag: 1.234,56 € und 12.500,00", kind)}
    assert raws == {"1.234,56 €", "12.500,00"}


def test_a_quantity_and_a_price_are_two_numbers_where_thousands_are_not_spaced():
    assert [f.raw for f in _all("3 100,00", "number", "de")] == ["3", "100,00"]
    assert [f.raw for f in _all("3 100,00", "number", "fr")] == ["3 100,00"]


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
    found = _all(text, "number", language)[0]
    assert (found.value, found.doubt) == (Decimal(value), doubt)


@pytest.mark.parametrize("text", ["19 %", "19%", "19 Prozent", "19 pour cent"])
def test_percentages_are_as_written(text):
    assert _one(text, "percent", "fr").value == Decimal(19)


def test_an_iban_is_found_whole_and_checked():
    found = _one("IBAN DE88 2008 0000 0970 3757 00 BIC COBADEFFXXX", "iban")
    assert (found.raw, found.value) == ("DE88 2008 0000 0970 3757 00", "DE88200800000970375700")


def test_an_iban_with_wrong_digits_is_doubted():
    found = _one("IBAN : DE12 1234 5678 9012 3456 78", "iban")
    assert (found.raw, found.doubt) == ("DE12 1234 5678 9012 3456 78", "checksum")


@pytest.mark.parametrize("iban", ["GB82 WEST 1234 5698 7654 32", "LU28 0019 4006 4475 0000", "FR1420041010050500013M02606"])
def test_valid_ibans(iban):
    assert iban_is_valid(iban)
    assert not iban_is_valid(iban[:-1] + ("1" if iban[-1] != "1" else "2"))


def test_what_is_no_iban_does_not_validate():
    assert not iban_is_valid("hello")


def test_bic_mail_and_phone():
    text = "BIC: COBADEFFXXX, info@example.org, Tel. +33 4 50 44 68 99"
    assert _one(text, "bic").value == "COBADEFFXXX"
    assert _one(text, "email").value == "info@example.org"
    assert _one(text, "phone").value == "+33450446899"


def test_an_identifier_is_whole_and_no_date_or_amount():
    text = "Rechnung # RE-20170509/505 von 09.05.2017 über 571,04 €"
    assert [f.raw for f in _all(text, "identifier")] == ["RE-20170509/505"]


_TEXTS = st.text(
    st.one_of(st.sampled_from("0123456789.,'/-% €$£ \n\u00a0\u202f:()ABCDE"), st.characters(codec="utf-8")), max_size=80
) | st.lists(
    st.sampled_from(
        [
            "3. März 2026",
            "1er mai 2024",
            "1.234,56 €",
            "CHF 1'200.-",
            "DE88 2008 0000 0970 3757 00",
            "a@b.lu",
            " ",
            "\n",
            "😀",
            "e\u0301",
            "12 %",
        ]
    ),
    max_size=8,
).map("".join)


@given(_TEXTS, st.sampled_from(get_args(Kind)), st.sampled_from(["de", "fr", "en", "lb", None]))
def test_every_stretch_stands_in_the_text_and_none_overlap(text, kind, language):
    end = 0
    for found in _all(text, kind, language):
        assert text[found.span.start : found.span.end] == found.raw
        assert found.raw == found.raw.strip() != ""
        assert found.span.start >= end
        end = found.span.end
