"""Page images made ready for recognition: size, noise, skew and turn, with the way back to the image as given."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

# Letters of ordinary print are best read at 200 to 300 dpi; below 200 the image is enlarged, above 300 made smaller.
_LEAST_DPI, _ENLARGED_DPI, _MOST_DPI = 200, 250, 300
_MOST_ENLARGEMENT = 4.0
_MOST_PIXELS = 30_000_000
_MOST_SIDE = 16_000  # Tesseract's own limit is 32,767

_NOISY = 5.0  # grey levels of 255
_SKEW_RANGE = 10.0  # degrees either way
_SKEW_LEAST = 0.2  # less than that does not disturb recognition, but turning the image would blur it
_SKEW_SIDE = 1_000  # pixels of the image that skew is measured on
_SKEW_POINTS = 60_000

_FAINT, _CLEAR = 10, 24  # grey levels of 255 by which print is darker than the paper around it


@dataclass(frozen=True, slots=True)
class View:
    """A page image as it is shown to Tesseract.

    Attributes:
        image: mode L.
        dpi: pixels per inch of `image`.
        scale: pixels of `image` for one of the page as given.
        angle: degrees by which the page was turned clockwise, turn and skew together.
        centre: the middle of the scaled page before it was turned, x and y.
    """

    image: Image.Image
    dpi: float
    scale: float
    angle: float
    centre: tuple[float, float]

    def turned(self, angle: float) -> View:
        """The page turned clockwise by some more degrees, the frame grown to hold it. Only for a page not turned yet."""
        if not angle:
            return self
        turned = self.image.rotate(-angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_paper(self.image))
        return View(turned, self.dpi, self.scale, angle, self.centre)

    def smaller(self, dpi: float) -> View:
        """The page at a lower resolution; itself when it is no higher."""
        if dpi >= self.dpi:
            return self
        factor = dpi / self.dpi
        size = (max(round(self.image.width * factor), 1), max(round(self.image.height * factor), 1))
        centre = (self.centre[0] * factor, self.centre[1] * factor)
        return View(self.image.resize(size, Image.Resampling.LANCZOS), dpi, self.scale * factor, self.angle, centre)

    def on_page(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """The upright rectangle, in pixels of the page as given, that holds a rectangle of this view."""
        cos, sin = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        middle = (self.image.width / 2, self.image.height / 2)
        xs, ys = [], []
        for x, y in ((left, top), (right, top), (left, bottom), (right, bottom)):
            dx, dy = x - middle[0], y - middle[1]
            xs.append((cos * dx + sin * dy + self.centre[0]) / self.scale)
            ys.append((-sin * dx + cos * dy + self.centre[1]) / self.scale)
        return min(xs), min(ys), max(xs), max(ys)


def view_of(image: Image.Image, dpi: float) -> View:
    """The page in grey, at a resolution that suits recognition, its noise smoothed.

    Args:
        image: of any mode.
        dpi: pixels per inch.
    """
    grey = grey_of(image)
    wanted = min(_MOST_DPI / dpi, 1.0) if dpi >= _LEAST_DPI else min(_ENLARGED_DPI / dpi, _MOST_ENLARGEMENT)
    wanted = min(wanted, math.sqrt(_MOST_PIXELS / (grey.width * grey.height)), _MOST_SIDE / max(grey.size))
    size = (max(round(grey.width * wanted), 1), max(round(grey.height * wanted), 1))
    if noise_of(grey) > _NOISY:
        # Before scaling: there the noise is one pixel wide. Tesseract finds no line at all in a noisy page.
        grey = grey.filter(ImageFilter.GaussianBlur(1))
    if size != grey.size:
        grey = grey.resize(size, Image.Resampling.LANCZOS if wanted < 1 else Image.Resampling.BICUBIC)
    return View(grey, dpi * wanted, wanted, 0.0, (grey.width / 2, grey.height / 2))


def grey_of(image: Image.Image) -> Image.Image:
    """The image in mode L: transparency on white, 16 bits and floats brought to 8."""
    if image.mode == "L":
        return image
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered)
    if image.mode == "F" or image.mode.startswith("I"):
        # Without a known range, what is there is stretched: a 16-bit image may use 10 of its bits.
        values = np.asarray(image, dtype=np.float32)
        low, high = float(values.min()), float(values.max())
        return Image.fromarray(((values - low) * (255 / (high - low or 1))).astype(np.uint8))
    return image.convert("L")


def is_blank(view: View) -> bool:
    """Whether there is nothing on the page that could be print: nothing darker than its surroundings."""
    return not _ink(view, contrast=_FAINT).any()


def densest_inch(view: View) -> Image.Image:
    """The inch of the page, over its whole width, with the most ink."""
    rows = _ink(view, contrast=_CLEAR).sum(axis=1)
    factor = view.image.height / len(rows)
    n = min(max(round(view.dpi / factor), 1), len(rows))
    first = int(np.convolve(rows, np.ones(n), "valid").argmax())
    return view.image.crop((0, round(first * factor), view.image.width, round((first + n) * factor)))


def noise_of(grey: Image.Image) -> float:
    """The standard deviation of the noise in grey levels of 255; 0.0 for a clean page.

    The median stands in for the mean, so that letters, which fill a small part of a page, do not count as noise.

    Source: Immerkaer, "Fast noise variance estimation", Computer Vision and Image Understanding 64(2), 1996.
    """
    pixels = np.asarray(grey, dtype=np.int16)
    step = max(1, pixels.shape[0] // 1_000)  # every n-th triple of rows is enough
    if min(pixels.shape) < 3:
        return 0.0
    rows = [pixels[i : pixels.shape[0] - 2 + i : step] for i in range(3)]
    down = rows[0] - 2 * rows[1] + rows[2]
    across = down[:, :-2] - 2 * down[:, 1:-1] + down[:, 2:]
    return float(np.median(np.abs(across))) / (6 * 0.6745)


def skew_of(view: View) -> float:
    """By how many degrees the lines of the page slope, positive when they run downwards to the right.

    The angle under which the ink falls into the sharpest rows, or columns: so it does not matter whether the page
    stands upright. 0.0 when no angle stands out, or the slope is less than a fifth of a degree or near 10.
    """
    ink = _ink(view, contrast=_CLEAR)
    ys, xs = np.nonzero(ink)
    if len(xs) < 200:
        return 0.0
    if len(xs) > _SKEW_POINTS:
        chosen = np.linspace(0, len(xs) - 1, _SKEW_POINTS).astype(np.intp)
        ys, xs = ys[chosen], xs[chosen]
    x, y = xs - ink.shape[1] / 2, ys - ink.shape[0] / 2

    def sharpness(degrees: float) -> float:
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return _steps(y * cos - x * sin) + _steps(x * cos + y * sin)

    coarse = np.arange(-_SKEW_RANGE, _SKEW_RANGE + 0.01, 0.5)
    scores = np.array([sharpness(angle) for angle in coarse])
    near = coarse[int(scores.argmax())]
    fine = np.arange(near - 0.5, near + 0.51, 0.05)
    best = float(fine[int(np.argmax([sharpness(angle) for angle in fine]))])
    stands_out = scores.max() > 1.3 * np.median(scores)
    return round(best, 2) if stands_out and _SKEW_LEAST <= abs(best) < _SKEW_RANGE - 0.25 else 0.0


def _steps(offsets: NDArray[np.float64]) -> float:
    """How sharply the counts per row change: the sum of squared differences."""
    rows = np.bincount((offsets - offsets.min()).astype(np.intp))
    return float(np.square(np.diff(rows)).sum())


def _ink(view: View, *, contrast: int) -> NDArray[np.bool_]:
    """(height, width) bool of a small copy of the page: what is darker than its surroundings by that many grey levels."""
    small = view.image.copy()
    small.thumbnail((_SKEW_SIDE, _SKEW_SIDE), Image.Resampling.BOX)
    around = small.filter(ImageFilter.BoxBlur(12))
    ink: NDArray[np.bool_] = np.asarray(small, dtype=np.int16) < np.asarray(around, dtype=np.int16) - contrast
    return ink


def _paper(image: Image.Image) -> int:
    """The grey level of the paper: the commonest."""
    return int(np.argmax(ImageOps.grayscale(image).histogram()))
