"""What holds for every kind of value and any text."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foyerdoc.extraction.values import Kind, conventions, find
from tests.extraction.tables import only

_PIECES = [
    "3. März 2026", "1er mai 2024", "March 3, 2026", "01.01.2026", "-", "–", "1.234,56 €", "CHF 1'200.-", "(", ")", "USD $5",
    "DE88 2008 0000 0970 3757 00", "IBAN ", "BIC ", "COBADEFFXXX", "a@b.lu", "+352 27 12 34 56", "Tél. ", "01 42 68 53 00",
    "TVA ", "FR 40 303 265 045", "CHE-116.281.710 MWST", "SIRET ", "732 829 320 00074", "RCS Luxembourg B 123.456", "HRB 12345",
    "1 84 12 76 451 089 46", "Police n° ", "12 345 678-9", "12, rue de la Gare", "Musterstraße 5", "L-1611 Luxembourg",
    "66111 Saarbrücken", "London SW1A 2AA", "12 %", "7", ",", ".", "/", " ", "\n", "\u00a0", "😀", "e\u0301", "\x00",
]  # fmt: skip
_TEXTS = (
    st.text(
        st.one_of(st.sampled_from("0123456789.,'/-+% €$£ \n\u00a0\u202f:()@ABCDEabcde"), st.characters(codec="utf-8")),
        max_size=80,
    )
    | st.lists(st.sampled_from(_PIECES), max_size=10).map("".join)
    | st.lists(st.sampled_from(_PIECES), max_size=10).map(" ".join)
)


@given(_TEXTS, st.sampled_from(get_args(Kind)), st.sampled_from(["de", "fr", "en", "lb", None]))
def test_every_stretch_stands_in_the_text_and_none_overlap(text, kind, language):
    end = 0
    for found in find(text, kind, conventions(text, language)):
        assert found.kind == kind
        assert text[found.span.start : found.span.end] == found.raw
        assert found.raw == found.raw.strip() != ""
        assert found.span.start >= end
        end = found.span.end


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("date", "03.03.2026"),
        ("money", "1.234,56 €"),
        ("percent", "19 %"),
        ("iban", "LU28 0019 4006 4475 0000"),
        ("bic", "BCEELULL"),
        ("vat", "LU15027442"),
        ("company_id", "B 123.456"),
        ("identifier", "RE-2026/17"),
        ("email", "post@example.lu"),
        ("phone", "+352 27 12 34 56"),
        ("address", "12, rue de la Gare, L-1611 Luxembourg"),
    ],
)
def test_each_kind_is_found_beside_all_others(kind, raw):
    text = (
        "RE-2026/17 vom 03.03.2026 über 1.234,56 € mit 19 %, IBAN LU28 0019 4006 4475 0000, BIC BCEELULL, TVA LU15027442, "
        "post@example.lu, Tel. +352 27 12 34 56, 12, rue de la Gare, L-1611 Luxembourg, RCS Luxembourg B 123.456"
    )
    if kind == "identifier":
        assert raw in [found.raw for found in find(text, kind, conventions(text, "de"))]
    else:
        assert only(text, kind).raw == raw
