"""What is extracted from each kind of document of the demo: one pydantic model per category.

`SCHEMAS` maps the names that `taxonomy.json` uses to the models. A field that may be missing from a document is
optional and None by default.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

Currency = Literal["EUR", "CHF", "GBP"]


class ClaimFields(BaseModel):
    """A loss as the person who claims reports it."""

    policy_number: str | None = Field(default=None, description="Number of the insurance contract that is to pay")
    claimant: str = Field(description="Name of the person or company that reports the loss and asks for payment")
    date_of_loss: date = Field(description="Day on which the damage, theft, accident or illness happened or was discovered")
    place_of_loss: str | None = Field(default=None, description="Town in which it happened")
    amount_claimed: Decimal | None = Field(default=None, description="Total sum that is claimed, without currency")
    currency: Currency | None = Field(default=None, description="Currency of the sum claimed")
    iban: str | None = Field(default=None, description="Bank account to which the compensation is to be paid")


class PolicyFields(BaseModel):
    """An insurance contract, or what changes or ends it."""

    policy_number: str | None = Field(default=None, description="Number of the insurance contract")
    policyholder: str | None = Field(default=None, description="Name of the person or company that took out the contract")
    product: str = Field(description="Name or kind of the insurance product")
    effective_date: date = Field(description="Day from which the contract, the change, the ending or this wording applies")
    annual_premium: Decimal | None = Field(default=None, description="Premium for one year, taxes included, without currency")
    payment_frequency: Literal["yearly", "half-yearly", "quarterly", "monthly"] | None = Field(
        default=None, description="How often the premium is paid"
    )


class InvoiceFields(BaseModel):
    """A bill, or a reminder of one."""

    invoice_number: str = Field(description="Number of the invoice; in a reminder, of the invoice that was not paid")
    issuer: str = Field(description="Company that asks for the money")
    invoice_date: date = Field(description="Day on which this document was issued")
    due_date: date | None = Field(default=None, description="Day by which the sum has to be paid")
    total: Decimal = Field(description="Sum to be paid, taxes and fees included, without currency")
    currency: Currency = Field(description="Currency of the sum to be paid")
    iban: str | None = Field(default=None, description="Bank account to which the sum has to be paid")


class LetterFields(BaseModel):
    """A letter or mail from a customer or partner."""

    sender: str = Field(description="Name of the person or company that writes")
    written_on: date = Field(description="Day on which the letter or mail was written")
    policy_number: str | None = Field(default=None, description="Number of the insurance contract it is about")
    claim_number: str | None = Field(default=None, description="Number of the claim it is about")
    new_iban: str | None = Field(default=None, description="New bank account that the sender gives")
    reply_by: date | None = Field(default=None, description="Day by which the sender asks for a reply")


class ReportFields(BaseModel):
    """Findings or figures of an independent professional."""

    report_number: str | None = Field(
        default=None, description="Number that the author gave to the report, estimate or certificate"
    )
    author: str = Field(description="Name of the expert, doctor or company that wrote it")
    report_date: date = Field(description="Day on which it was issued")
    examined_on: date | None = Field(default=None, description="Day of the inspection or medical examination")
    subject: str = Field(description="Person examined, or owner of the thing that is assessed")
    amount: Decimal | None = Field(default=None, description="Total cost or value that it arrives at, taxes included")


class LegalFields(BaseModel):
    """A dispute in law, or its end."""

    case_number: str | None = Field(default=None, description="Number of the case at the court, or of the claim it settles")
    claimant: str = Field(description="Party that claims")
    defendant: str = Field(description="Party against which the claim is made")
    amount: Decimal = Field(description="Principal sum that is claimed or agreed, without currency")
    document_date: date = Field(description="Day on which the document was served, issued or signed")
    hearing_date: date | None = Field(default=None, description="Day of the hearing in court")


SCHEMAS: dict[str, type[BaseModel]] = {
    "claim": ClaimFields,
    "policy": PolicyFields,
    "invoice": InvoiceFields,
    "letter": LetterFields,
    "report": ReportFields,
    "legal": LegalFields,
}
