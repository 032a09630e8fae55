"""A scanned page: the rendered PDF as a grey image, a little askew and dirty, alone in a PDF without text."""

from __future__ import annotations

import io

import numpy as np
import pypdfium2
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

DPI = 200


def render(pdf: bytes, *, angle: float, seed: int) -> bytes:
    """An image-only PDF of the same pages.

    Args:
        pdf: the PDF to print and scan.
        angle: skew in degrees, counterclockwise.
        seed: of the noise; the same seed gives the same bytes.
    """
    random = np.random.default_rng(seed)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        image = page.render(scale=DPI / 72, grayscale=True).to_pil()
        canvas.drawImage(ImageReader(_dirty(image, angle, random)), 0, 0, *A4)
        canvas.showPage()
    document.close()
    canvas.save()
    return buffer.getvalue()


def _dirty(image: Image.Image, angle: float, random: np.random.Generator) -> io.BytesIO:
    turned = image.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
    grey = np.asarray(turned, dtype=np.float32)  # (height, width), 0 is black
    height, width = grey.shape
    shadow = np.linspace(14.0, 0.0, width, dtype=np.float32)[None, :]  # the fold of the page, at the left
    grey = 30.0 + 0.86 * grey - shadow + random.normal(0.0, 5.0, grey.shape).astype(np.float32)
    for y, x in zip(random.integers(0, height - 3, 160), random.integers(0, width - 3, 160), strict=True):
        grey[y : y + 2, x : x + 2] = random.uniform(60.0, 160.0)
    jpeg = io.BytesIO()
    Image.fromarray(grey.clip(0, 255).astype(np.uint8)).save(jpeg, "JPEG", quality=55)
    jpeg.seek(0)
    return jpeg
