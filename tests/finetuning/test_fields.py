"""Known values: where they stand in a document, and which rows tell them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import pytest
from pydantic import BaseModel

from foyerdoc.documents import Document
from foyerdoc.extraction import Iban, Percent
from foyerdoc.extraction.grounding import Ground
from foyerdoc.extraction.schemas import form_of
from foyerdoc.finetuning.data.fields import Known, is_of_kind, locate, same

TEXT = """Police Nr. AB-1234
Betrag 1.190,00 €
vom 3. März 2026
Satz 19 % und 7%
Termin am 12.03.2026 um 10:30
Stück: 1.200
Fahrer unter 25: ja
Währung EUR
Konto DE89 3704 0044 0532 0130 00"""


class Policy(BaseModel):
    number: str
    total: Decimal
    issued: date
    rate: Percent
    meeting: datetime
    pieces: int
    young: bool
    currency: Literal["EUR", "CHF"]
    account: Iban
    holder: str


LEAVES = {leaf.path: leaf for leaf in form_of(Policy).leaves}


@pytest.mark.parametrize(
    ("path", "known", "raw"),
    [
        ("total", "1.190,00 €", "1.190,00 €"),
        ("total", "1.190,00", "1.190,00 €"),
        ("total", "EUR 1190", "1.190,00 €"),
        ("total", 1190.0, "1.190,00 €"),
        ("total", "NaN", None),
        ("total", "-Infinity", None),
        ("total", "1e9999999", None),
        ("total", "see annex", None),
        ("issued", "3. März 2026", "3. März 2026"),
        ("issued", "3.  MÄRZ\u00a02026", "3. März 2026"),
        ("issued", "03.03.2026", "3. März 2026"),
        ("issued", "2026-03-03T00:00:00", "3. März 2026"),
        ("issued", datetime.fromisoformat("2026-03-03T08:00"), "3. März 2026"),
        ("rate", "19 %", "19 %"),
        ("rate", "19%", "19 %"),
        ("rate", "7 Prozent", "7%"),
        ("rate", 7, "7%"),
        ("meeting", "2026-03-12T10:30:00", "12.03.2026 um 10:30"),
        ("meeting", "2026-03-12T10:30:00+01:00", "12.03.2026 um 10:30"),
        ("meeting", "2026-03-12 10:30", "12.03.2026 um 10:30"),
        ("meeting", "12.03.2026 um 10:30", "12.03.2026 um 10:30"),
        ("meeting", datetime.fromisoformat("2026-03-12T10:30"), "12.03.2026 um 10:30"),
        ("meeting", "2026-03-12T10:31:00", None),
        ("pieces", "1.200", "1.200"),
        ("pieces", 1200, "1.200"),
        ("young", True, "ja"),
        ("young", "ja", "ja"),
        ("young", "yes", "ja"),
        ("young", "true", "ja"),
        ("young", "no", None),
        ("currency", "eur", "EUR"),
        ("account", "de89370400440532013000", "DE89 3704 0044 0532 0130 00"),
    ],
)
def test_a_value_is_located_as_its_type_and_as_it_is_written(path, known, raw):
    ground = Ground.of(Document(id="1", name="a.txt", media_type="text/plain", text=TEXT, language="de"))
    place = locate(ground, LEAVES[path], Known(known), frozenset(range(len(ground.lines))))
    assert (None if place is None else place.raw) == raw


@pytest.mark.parametrize(
    ("path", "values", "others"),
    [
        ("total", [5, 1.5, "1190.00", "1.190,00 €", "CHF 20"], ["see annex", "", "NaN", "1e9999999", True, "19 %", "1,2,3"]),
        ("issued", [date(2026, 3, 3), "2026-03-03", "3. März 2026", "2026-03-03T08:00"], ["March 2026", "soon", 20260303]),
        (
            "meeting",
            [datetime.fromisoformat("2026-03-03T00:00"), "2026-03-03T08:00:00Z", "3.3.2026 um 8:00"],
            ["2026-03-03", "3. März 2026", 5],
        ),
        ("rate", [19, "19 %", "19,5 Prozent"], ["a fifth", "19 €"]),
        ("pieces", [3, "3", "1'200"], ["3.5", "three"]),
        ("young", [True, "yes", "☒", "false", "nein"], ["perhaps", 1]),
        ("currency", ["EUR", "chf", "€"], ["USD"]),
        ("account", ["DE89 3704 0044 0532 0130 00"], ["DE", 5]),
        ("holder", ["Anna", 5], ["", "—"]),
    ],
)
def test_a_value_of_a_field_s_kind_is_told_from_something_else(path, values, others):
    assert [value for value in values if not is_of_kind(LEAVES[path], value)] == []
    assert [value for value in others if is_of_kind(LEAVES[path], value)] == []


@pytest.mark.parametrize("known", ["NaN", "sNaN", "Infinity", "1e9999999", "-1e9999999", "", None, True])
def test_what_is_no_number_is_no_number_of_a_document(known):
    assert not same(Decimal(1), known)
