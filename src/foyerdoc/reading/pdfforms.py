"""What is laid over a PDF's pages: filled form fields, comments and text boxes."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from foyerdoc.documents import Box

if TYPE_CHECKING:
    from pypdf import PdfReader

FARTHEST: Final = 1e6  # points; a page that PDF allows ends long before


def comments(page: pdfium.PdfPage) -> list[str]:
    """What comments and text boxes laid over the page say."""
    notes = []
    for i in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, i)
        if not annotation:
            continue
        if raw.FPDFAnnot_GetSubtype(annotation) not in (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_POPUP):
            note = _contents(annotation)
            if note and note not in notes:
                notes.append(note)
        raw.FPDFPage_CloseAnnot(annotation)
    return notes


def _contents(annotation: Any) -> str:
    length = raw.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0)
    if length <= 2:
        return ""
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    raw.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, length)
    return bytes(buffer)[: length - 2].decode("utf-16-le", "replace").replace("\r\n", "\n").replace("\r", "\n").strip()


def form_fields(reader: PdfReader) -> Iterator[tuple[int, str, Box]]:
    """Filled fields: the page, from 1, "label: value", and the field's box."""
    for number, page in enumerate(reader.pages, 1):
        left, top = float(page.cropbox.left), float(page.cropbox.top)
        for reference in page.get("/Annots") or ():
            widget = reference.get_object()
            text = _field_text(widget)
            if text:
                yield number, text, _widget_box(widget, number, left, top)


def _field_text(widget: Any) -> str:
    """A filled field as "label: value"; nothing for an empty one, an unticked box or a button."""
    if widget.get("/Subtype") != "/Widget":
        return ""
    kind, value = _inherited(widget, "/FT"), _inherited(widget, "/V")
    if kind not in ("/Tx", "/Ch", "/Btn") or value is None:
        return ""
    if kind == "/Btn":
        state = widget.get("/AS", value)
        if str(state) in ("/Off", ""):
            return ""
        value = "☒" if str(state).lstrip("/") in ("Yes", "On", "1") else str(state).lstrip("/")
    elif isinstance(value, list):
        value = ", ".join(str(part) for part in value)
    label = " ".join(str(_inherited(widget, "/TU") or _inherited(widget, "/T") or "").split())
    text = str(value).replace("\r\n", "\n").replace("\r", "\n").strip()
    return f"{label}: {text}" if text and label else text


def _inherited(widget: Any, key: str) -> Any:
    node, depth = widget, 0
    while node is not None and depth < 16:
        if key in node:
            return node[key]
        parent = node.get("/Parent")
        node, depth = (parent.get_object() if parent is not None else None), depth + 1
    return None


def _widget_box(widget: Any, page: int, left: float, top: float) -> Box:
    x0, y0, x1, y1 = (float(v) for v in widget.get("/Rect", (0, 0, 0, 0)))
    places = (min(x0, x1) - left, top - max(y0, y1), max(x0, x1) - left, top - min(y0, y1))
    return Box(page, *(min(max(place, -FARTHEST), FARTHEST) for place in places))
