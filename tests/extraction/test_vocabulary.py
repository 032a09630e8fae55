"""What labels speak of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foyerdoc.extraction.vocabulary import _patterns, concepts, plain


@pytest.mark.parametrize(
    ("label", "meant"),
    [
        ("Rechnungsdatum", {"invoice", "date"}),
        ("N° de facture", {"number", "invoice"}),
        ("Order_No.", {"order", "number"}),
        ("e-mail", {"mail"}),
        ("Total\u00a0HT", {"total", "net"}),
        ("Total incl. VAT", {"total", "gross"}),
        ("Nothing known", set()),
        ("", set()),
    ],
)
def test_a_label_speaks_of(label, meant):
    assert concepts(label) == meant


PARTS = [
    "total",
    "Rechnung",
    "datum",
    "no",
    "n°",
    "#",
    "e-mail",
    "é",
    "Fällig",
    "_",
    " ",
    "\t",
    "\u2009",
    "\x1f",
    "-",
    ".",
    "7",
]


@given(st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
def test_a_label_speaks_of_what_its_words_do(label):
    whole = {name for name, pattern in _patterns().items() if pattern.search(plain(label))}
    assert concepts(label) | {"tax"} == whole | {"tax"}
