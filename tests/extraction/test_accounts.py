from __future__ import annotations

import pytest

from foyerdoc.extraction.values import iban_is_valid
from tests.extraction.tables import only, raws


@pytest.mark.parametrize(
    ("text", "raw", "doubt"),
    [
        ("IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX", "DE89 3704 0044 0532 0130 00", None),
        ("LU28 0019 4006 4475 0000.", "LU28 0019 4006 4475 0000", None),
        ("FR14 2004 1010 0505 0001 3M02 606", "FR14 2004 1010 0505 0001 3M02 606", None),
        ("BE68\u00a05390\u00a00754\u00a07034", "BE68\u00a05390\u00a00754\u00a07034", None),
        ("CH93 0076 2011 6238 5295 7", "CH93 0076 2011 6238 5295 7", None),
        ("AT611904300234573201 BANK", "AT611904300234573201", None),
        ("GB29NWBK60161331926819", "GB29NWBK60161331926819", None),
        ("DE89 3704 0044 0532 0130 01", "DE89 3704 0044 0532 0130 01", "checksum"),
        ("DE89 3704 0044 0532 0130 0", "DE89 3704 0044 0532 0130 0", "checksum"),
        ("DE88 2008 0000 0970 3757 00", "DE88 2008 0000 0970 3757 00", "bank_checksum"),
    ],
)
def test_an_iban_has_its_countrys_length_and_its_check_digits(text, raw, doubt):
    stretch = only(text, "iban")
    assert (stretch.raw, stretch.doubt) == (raw, doubt)
    assert stretch.value == "".join(raw.split())


@pytest.mark.parametrize(
    "text",
    [
        "AB12 3456 7890 1234 5678",
        "FT18150 APPENDIX A",
        "FO10479674\t10577874",
        "DE89",
        "XDE89370400440532013000",
        "1234 5678 9012 3456",
    ],
)
def test_what_is_no_iban(text):
    assert raws(text, "iban") == []
    assert not iban_is_valid(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("BIC: COBADEFFXXX", "COBADEFFXXX"),
        ("CCPLLULL", "CCPLLULL"),
        ("Code SWIFT BGLLLULL", "BGLLLULL"),
        ("(international transfers): BOFAUS3N", "BOFAUS3N"),
        ("AGRIFRPP882", "AGRIFRPP882"),
        ("BIC ABCDLU2X", "ABCDLU2X"),
    ],
)
def test_a_bic_is_in_the_register_or_announced(text, code):
    assert only(text, "bic").value == code


@pytest.mark.parametrize("text", ["DOCUMENT", "INSURANCE CONTRACT", "the BANK DOCUMENT", "ABCDXX12", "BIC"])
def test_a_word_in_capitals_is_no_bic(text):
    assert raws(text, "bic") == []


@pytest.mark.parametrize("iban", ["GB82 WEST 1234 5698 7654 32", "LU28 0019 4006 4475 0000", "FR1420041010050500013M02606"])
def test_valid_ibans(iban):
    assert iban_is_valid(iban)
    assert not iban_is_valid(iban[:-1] + ("1" if iban[-1] != "1" else "2"))


def test_what_is_no_iban_does_not_validate():
    assert not iban_is_valid("hello")
