"""Page images made for tests."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont

DPI = 200
FRENCH = [
    "Nous avons bien reçu votre déclaration de sinistre",
    "du 12 février concernant le dégât des eaux survenu",
    "à votre domicile. La franchise s'élève à 250 euros.",
]
GERMAN = [
    "Gemäß den Bedingungen prüfen wir die Höhe des Schadens",
    "und überweisen den Betrag auf Ihr Konto. Bitte senden",
    "Sie uns die Rechnungen für Küche, Türen und Fußböden.",
]
ENGLISH = [
    "A loss adjuster will visit your premises on Thursday",
    "at half past two. Please have the invoices and the",
    "photographs of the damage ready for the inspection.",
]


Drawn = dict[str, tuple[float, float, float, float]]


def font(points: float) -> ImageFont.FreeTypeFont:
    size = points * DPI / 72
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        return ImageFont.load_default(size)


def page(*paragraphs: list[str], size: tuple[int, int] = (1400, 800)) -> tuple[Image.Image, Drawn]:
    """A page with paragraphs below each other, and where each word was drawn, but for words drawn twice."""
    image = Image.new("L", size, 255)
    draw, letters = ImageDraw.Draw(image), font(12)
    drawn: Drawn = {}
    twice = set()
    y = 120.0
    for lines in paragraphs:
        for line in lines:
            x = 120.0
            for word in line.split():
                draw.text((x, y), word, font=letters, fill=0)
                if word in drawn:
                    twice.add(word)
                drawn[word] = draw.textbbox((x, y), word, font=letters)
                x += draw.textlength(word + " ", font=letters)
            y += 52
        y += 70
    return image, {word: box for word, box in drawn.items() if word not in twice}


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def turned(box: tuple[float, float, float, float], size: tuple[int, int], turn: int) -> tuple[float, float, float, float]:
    """Where a box lies after turning its page to the left."""
    x0, y0, x1, y1 = box
    for _ in range(turn // 90):
        x0, y0, x1, y1 = y0, size[0] - x1, y1, size[0] - x0
        size = (size[1], size[0])
    return x0, y0, x1, y1
