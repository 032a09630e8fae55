"""A small insurer's mailbox, invented from end to end: documents, taxonomy, schemas and the expected answers.

    taxonomy.json   6 categories and 20 subcategories, for `foyerdoc.Taxonomy`
    schemas.py      `SCHEMAS`: the pydantic model that is extracted from each category
    documents/      the mailbox: PDF, DOCX, HTML, EML, XLSX and plain text in French, German, English and Luxembourgish
    truth.json      for every document its path in the taxonomy, its fields and its languages; questions with their answers

The documents are rendered from `tools/demo/sources` of the repository by `python tools/demo/render.py`.
"""

from importlib.resources import files
from pathlib import Path


def folder() -> Path:
    """The folder that holds `taxonomy.json`, `truth.json` and `documents/`."""
    return Path(str(files(__name__)))


__all__ = ["folder"]
