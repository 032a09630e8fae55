from __future__ import annotations

import pytest

from tests.extraction.tables import only, raws

PHONES = {
    "fr": [
        ("Tél. 01 42 68 53 00", "01 42 68 53 00", "+33142685300"),
        ("Tél. 27 12 34 56, Luxembourg", "27 12 34 56", "+35227123456"),
        ("+352 26 12 34-1", "+352 26 12 34-1", "+3522612341"),
        ("06.12.34.56.78 (portable)\nportable : 06 12 34 56 78"[27:], "06 12 34 56 78", "+33612345678"),
        ("+33 (0)1 42 68 53 00", "+33 (0)1 42 68 53 00", "+33142685300"),
        ("B-1000 Bruxelles, tél. 02/555.12.12", "02/555.12.12", "+3225551212"),
        ("CH-1201 Genève, tél. 022 730 51 11", "022 730 51 11", "+41227305111"),
    ],
    "de": [
        ("Tel. 0681 / 501-1234", "0681 / 501-1234", "+496815011234"),
        ("Fax (0681) 50112-35", "(0681) 50112-35", "+496815011235"),
        ("Mobil: 01711234567", "01711234567", "+491711234567"),
        ("+49 (0)681 5011234", "+49 (0)681 5011234", "+496815011234"),
        ("A-1010 Wien, Tel. 01/711 32-0", "01/711 32-0", "+431711320"),
    ],
    "en": [
        ("call 020 7946 0958", "020 7946 0958", "+442079460958"),
        ("(312) 555-0123, United States", "(312) 555-0123", "+13125550123"),
        ("New York, NY 10022, 212-588-3601", "212-588-3601", "+12125883601"),
        ("+1 212 588 3601", "+1 212 588 3601", "+12125883601"),
    ],
    "lb": [
        ("Tel.: 27 12 34 56", "27 12 34 56", "+35227123456"),
        ("GSM 621 123 456", "621 123 456", "+352621123456"),
        ("☎ 26 12 34-1", "26 12 34-1", "+3522612341"),
    ],
}


@pytest.mark.parametrize(
    ("language", "text", "raw", "value"), [(language, *case) for language, cases in PHONES.items() for case in cases]
)
def test_telephone_numbers_of_each_country(language, text, raw, value):
    stretch = only(text, "phone", language)
    assert (stretch.raw, stretch.value, stretch.doubt) == (raw, value, None)


def test_numbers_that_share_a_label():
    assert raws("Tél. 01 42 68 53 00 / 06 12 34 56 78", "phone", "fr") == ["01 42 68 53 00", "06 12 34 56 78"]
    assert raws("Tel. 27 12 34 56 oder 621 123 456", "phone", "lb") == ["27 12 34 56", "621 123 456"]


@pytest.mark.parametrize("text", ["Fax: 01 00 00 00 00 00 00", "+999 123 456 78"])
def test_a_number_that_no_country_has_is_doubted(text):
    stretch = only(text, "phone", "fr")
    assert stretch.doubt == "invalid_phone"
    assert stretch.raw in text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "facture 20261234 du 12.03.2026"),
        ("lb", "Kontrakt Nr. 27 12 34 56"),
        ("de", "Rechnung 0681123456"),
        ("de", "Tel.: 12 34"),
        ("de", "DE89 3704 0044 0532 0130 00"),
        ("fr", "SIRET 732 829 320 00074"),
        ("en", "Annandale, NJ 08801-0900"),
        ("en", "invoice 123456789"),
        ("de", "2026-03-04"),
        ("fr", "1 234 567,89 €"),
        ("de", "Tel.: Mo-Fr 08.30 - 12.30"),
        ("de", "Aktenzeichen 05 158 004 - 11023 - 45"),
    ],
)
def test_what_is_no_telephone_number(language, text):
    assert raws(text, "phone", language) == []


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("info@example.org.", "info@example.org"),
        ("Mail: jean-luc.o_neil+tag@sub.example.lu, ", "jean-luc.o_neil+tag@sub.example.lu"),
        ("<müller@größe.de>", "müller@größe.de"),
        ("..a@b.fr", "a@b.fr"),
    ],
)
def test_addresses_of_mail(text, raw):
    assert only(text, "email").raw == raw


@pytest.mark.parametrize("text", ["@example", "a@b", "a @b.de", "a@", "1 @ 3.50", "a@b.c"])
def test_what_is_no_address_of_mail(text):
    assert raws(text, "email") == []
