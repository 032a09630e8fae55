"""PDFs made for tests."""

from __future__ import annotations

import io
from collections.abc import Callable

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4


def pdf(*pages: Callable[[Canvas], None], **options: object) -> bytes:
    """A PDF of A4 pages, each drawn by a function that is given the canvas."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, **options)
    for draw in pages:
        canvas.setFont("Helvetica", 11)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def lines(canvas: Canvas, x: float, top: float, texts: list[str], *, size: float = 11, leading: float = 14) -> None:
    """Draw lines below each other; `top` is counted from the page's top."""
    canvas.setFont("Helvetica", size)
    for i, text in enumerate(texts):
        canvas.drawString(x, HEIGHT - top - i * leading, text)


def text_pages(*texts: str) -> bytes:
    """A PDF with one page per text, its lines below each other."""
    return pdf(*(lambda canvas, text=text: lines(canvas, 72, 72, text.split("\n")) for text in texts))
