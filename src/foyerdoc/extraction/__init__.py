"""A schema's fields out of a document, each with the characters it came from: `Extractor`."""

from foyerdoc.extraction.extractor import Extractor
from foyerdoc.extraction.schemas import (
    Address,
    Bic,
    CompanyId,
    Email,
    Iban,
    Identifier,
    Name,
    NationalId,
    Percent,
    Phone,
    Vat,
)

__all__ = [
    "Address",
    "Bic",
    "CompanyId",
    "Email",
    "Extractor",
    "Iban",
    "Identifier",
    "Name",
    "NationalId",
    "Percent",
    "Phone",
    "Vat",
]
