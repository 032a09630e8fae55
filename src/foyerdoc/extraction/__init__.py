"""A schema's fields out of a document, each with the characters it came from: `Extractor`."""

from foyerdoc.extraction.extractor import Extractor
from foyerdoc.extraction.schemas import Bic, Email, Iban, Identifier, Name, Percent, Phone

__all__ = ["Bic", "Email", "Extractor", "Iban", "Identifier", "Name", "Percent", "Phone"]
