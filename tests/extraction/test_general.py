"""The extractor that comes with foyerdoc, on schemas and documents of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from pydantic import BaseModel, Field

from foyerdoc.documents import Document
from foyerdoc.extraction import Extractor, Identifier, Name
from foyerdoc.extraction.adapter import ADAPTER, GENERAL, Settings, folder_of, load_model, read_folder
from foyerdoc.models.local import LocalModel


class Notice(BaseModel):
    policy: Identifier | None = Field(default=None, description="Number of the policy")
    insured: Name | None = Field(default=None, description="Person who is insured")
    premium: Decimal | None = Field(default=None, description="Premium of a year")
    due: date | None = Field(default=None, description="Day by which the premium has to be paid")


class Loss(BaseModel):
    claim_number: Identifier | None = Field(default=None, description="Number of the claim")
    policyholder: Name | None = Field(default=None, description="Person who took out the insurance")
    loss_date: date | None = Field(default=None, description="Day on which the damage happened")
    damage: Decimal | None = Field(default=None, description="Estimated amount of the damage")


class Lease(BaseModel):
    landlord: Name | None = Field(default=None, description="Who lets the flat")
    tenant: Name | None = Field(default=None, description="Who rents the flat")
    begins: date | None = Field(default=None, description="First day of the lease")
    rent: Decimal | None = Field(default=None, description="Rent of a month")
    deposit: Decimal | None = Field(default=None, description="Deposit that the tenant pays")


PAPERS = (
    (
        "de",
        (
            "Alder Versicherung AG\nPostfach 12, 8001 Bern\n\nFrau Rosa Keller\nLindenweg 4\n3012 Bern\n\nPrämienrechnung\n\n"
            "Police Nr. 55-4821-7\nBeginn 01.01.2026\n\nJahresprämie CHF 412.50\nZahlbar bis 31.01.2026\n"
        ),
        Notice(policy="55-4821-7", insured="Rosa Keller", premium=Decimal("412.50"), due=date(2026, 1, 31)),
    ),
    (
        "fr",
        (
            "Assurances du Saule SA\n14, rue des Merciers\nL-2146 Luxembourg\n\nDéclaration de sinistre\n\n"
            "Numéro de sinistre : S-2026-00418\nNuméro de contrat : 77-120-336\nPreneur d'assurance : Odile Kremer\n"
            "Date du sinistre : 14 février 2026\nLieu : Esch-sur-Alzette\nMontant estimé des dommages : 2 350,00 €\n"
        ),
        Loss(claim_number="S-2026-00418", policyholder="Odile Kremer", loss_date=date(2026, 2, 14), damage=Decimal("2350.00")),
    ),
    (
        "en",
        (
            "TENANCY AGREEMENT\n\n"
            "This agreement is made between Harrow Lane Estates Ltd (the landlord) and Miles Okafor (the tenant).\n\n"
            "1. The tenancy of Flat 3, 18 Weir Road begins on 1 May 2026.\n2. The rent is £1,150.00 a month.\n"
            "3. The tenant pays a deposit of £1,300.00.\n"
        ),
        Lease(
            landlord="Harrow Lane Estates Ltd",
            tenant="Miles Okafor",
            begins=date(2026, 5, 1),
            rent=Decimal("1150.00"),
            deposit=Decimal("1300.00"),
        ),
    ),
)
"""What each paper says; nothing of it is what the extractor was trained on."""


@pytest.fixture(scope="module")
def settings() -> Settings:
    return read_folder(folder_of(GENERAL))


@pytest.fixture(scope="module")
def model(settings: Settings) -> Iterator[LocalModel]:
    model = load_model(folder_of(GENERAL) / ADAPTER, settings, device="cpu")
    yield model
    model.close()


def test_schemas_that_it_never_saw_are_read(model: LocalModel, settings: Settings):
    right = []
    for number, (language, text, true) in enumerate(PAPERS):
        page = Document(id=str(number) * 64, name="letter.txt", media_type="text/plain", text=text, language=language)
        result = Extractor(type(true), model, settings=settings).extract(page)
        for name, field in result.fields.items():
            if field.value is None:
                continue
            assert page.text[field.span.start : field.span.end] == field.raw
            assert 0.3 < field.confidence <= 1
            assert getattr(result.value, name) == getattr(true, name)
            right.append(name)
    # Rosa Keller is addressed, and nothing says that it is she who is insured.
    assert len(right) >= 12, right


def test_it_fits_into_the_package():
    assert sum(file.stat().st_size for file in folder_of(GENERAL).rglob("*") if file.is_file()) < 10_000_000


def test_what_a_document_does_not_say_stays_absent():
    extractor = Extractor.load(GENERAL, Notice, device="cpu")
    page = Document(
        id="1" * 64,
        name="note.txt",
        media_type="text/plain",
        text="Wir danken für Ihren Anruf und melden uns bald.",
        language="de",
    )
    assert all(field.status == "absent" for field in extractor.extract(page).fields.values())
