"""Which function reads which kind of file. Readers are named, not imported: each drags in its own packages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from foyerdoc.reading.sniffing import DOCX, PPTX, XLSB, XLSX

_HERE = "foyerdoc.reading."

READERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "application/pdf": (_HERE + "pdf", "read_pdf"),
        **{f"image/{kind}": (_HERE + "scans", "read_image") for kind in ("png", "jpeg", "tiff", "bmp", "gif", "webp", "heic")},
        DOCX: (_HERE + "word", "read_docx"),
        PPTX: (_HERE + "slides", "read_pptx"),
        XLSX: (_HERE + "sheets", "read_xlsx"),
        XLSB: (_HERE + "legacy", "read_xlsb"),
        "application/msword": (_HERE + "legacy", "read_doc"),
        "application/vnd.ms-excel": (_HERE + "legacy", "read_xls"),
        "application/vnd.ms-powerpoint": (_HERE + "legacy", "read_ppt"),
        "application/vnd.ms-outlook": (_HERE + "outlook", "read_msg"),
        "message/rfc822": (_HERE + "mail", "read_eml"),
        "application/vnd.oasis.opendocument.text": (_HERE + "opendocument", "read_odt"),
        "application/vnd.oasis.opendocument.spreadsheet": (_HERE + "opendocument", "read_ods"),
        "application/vnd.oasis.opendocument.presentation": (_HERE + "opendocument", "read_odp"),
        "application/epub+zip": (_HERE + "books", "read_epub"),
        "application/zip": (_HERE + "archives", "read_zip"),
        "text/html": (_HERE + "web", "read_html"),
        "application/xhtml+xml": (_HERE + "web", "read_xhtml"),
        "application/xml": (_HERE + "markup", "read_xml"),
        "application/rtf": (_HERE + "richtext", "read_rtf"),
        "text/plain": (_HERE + "plain", "read_text"),
        "text/x-rst": (_HERE + "plain", "read_rst"),
        "text/org": (_HERE + "plain", "read_org"),
        "text/markdown": (_HERE + "markdown", "read_markdown"),
        "text/csv": (_HERE + "delimited", "read_csv"),
        "text/tab-separated-values": (_HERE + "delimited", "read_tsv"),
        "application/json": (_HERE + "structured", "read_json"),
        "application/x-ndjson": (_HERE + "structured", "read_ndjson"),
    }
)
"""Media type -> (module, function). Each function takes an `Assembly` and returns a `Document`."""
