"""A small insurer's mailbox, invented from end to end: documents, taxonomy, schemas and the expected answers.

    taxonomy.json   6 categories and 20 subcategories, for `foyerdoc.Taxonomy`
    schemas.py      `SCHEMAS`: the pydantic model that is extracted from each category
    classifier/     a fine-tuned classifier of these labels, which has seen none of the documents (`make adapters`)
    documents/      the mailbox: PDF, DOCX, HTML, EML, XLSX and plain text in French, German, English and Luxembourgish
    truth.json      for every document its path in the taxonomy, its fields and its languages; questions with their answers

A field in `truth.json` has `raw`, its characters in the document (compare with white space made plain: lines break, and
some spaces are no-break ones), and `value`: a date as ISO 8601, an amount as a decimal, an IBAN without spaces, or text. A
field of the schema that is not listed is not in the document. Of a scan (`scanned`) the truth is what was printed.

The documents are rendered from `tools/demo/sources` of the repository by `python tools/demo/render.py`.
"""

from importlib.resources import files
from pathlib import Path


def folder() -> Path:
    """The folder that holds `taxonomy.json`, `truth.json`, `classifier/` and `documents/`."""
    return Path(str(files(__name__)))


__all__ = ["folder"]
