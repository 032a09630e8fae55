"""The extractor that comes with foyerdoc, on schemas and documents of its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import BaseModel, Field

from foyerdoc.documents import Document
from foyerdoc.extraction import Extractor, Identifier, Name
from foyerdoc.extraction.adapter import GENERAL, folder_of


class Notice(BaseModel):
    policy: Identifier | None = Field(default=None, description="Number of the policy")
    insured: Name | None = Field(default=None, description="Person who is insured")
    premium: Decimal | None = Field(default=None, description="Premium of a year")
    due: date | None = Field(default=None, description="Day by which the premium has to be paid")


NOTICE = (
    "Alder Versicherung AG\nPostfach 12, 8001 Bern\n\nFrau Rosa Keller\nLindenweg 4\n3012 Bern\n\nPrämienrechnung\n\n"
    "Police Nr. 55-4821-7\nBeginn 01.01.2026\n\nJahresprämie CHF 412.50\nZahlbar bis 31.01.2026\n"
)


@pytest.fixture(scope="module")
def extractor() -> Extractor[Notice]:
    return Extractor.load(GENERAL, Notice, device="cpu")


def test_a_schema_that_it_never_saw_is_read(extractor: Extractor[Notice]):
    page = Document(id="0" * 64, name="letter.txt", media_type="text/plain", text=NOTICE, language="de")
    result = extractor.extract(page)
    assert result.value == Notice(policy="55-4821-7", insured="Rosa Keller", premium=Decimal("412.50"), due=date(2026, 1, 31))
    for field in result.fields.values():
        assert page.text[field.span.start : field.span.end] == field.raw
        assert 0.5 < field.confidence <= 1


def test_it_fits_into_the_package():
    assert sum(file.stat().st_size for file in folder_of(GENERAL).rglob("*") if file.is_file()) < 10_000_000


def test_what_a_document_does_not_say_stays_absent(extractor: Extractor[Notice]):
    page = Document(
        id="1" * 64,
        name="note.txt",
        media_type="text/plain",
        text="Wir danken für Ihren Anruf und melden uns bald.",
        language="de",
    )
    assert all(field.status == "absent" for field in extractor.extract(page).fields.values())
