"""Charts of lines, bars, squares, intervals and networks as SVG, for pages that load nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final, Literal

_WIDTH: Final = 560
_HEIGHT: Final = 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 20, 12, 42
_MOST_POINTS: Final = 400
_NAMES: Final = 180
_ROW: Final = 24
_ROOM: Final = 22
"""From which side on a square has room for its count."""

# Of intervals: the width of their names, and the height of each.
_INTERVAL_NAMES: Final = 250
_INTERVAL_ROW: Final = 22

# Of a network: the height of each name.
_LINE: Final = 34

# Told apart by people who see few colours (Okabe and Ito, 2008).
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#555555")

Style = Literal["line", "dashed", "points"]


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart.

    Attributes:
        name: for the legend; empty for none.
        xs, ys: as many of each. Points that are no finite number are left out.
        style: a line, a dashed one, or single points.
        sizes: of points, 0 to 1; all the same without.
        colour: its number; by its place among the series by default.
    """

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    style: Style = "line"
    sizes: Sequence[float] = ()
    colour: int | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: what it shows, and from where to where; None takes in all points. Shares are written as per cent."""

    name: str
    low: float | None = None
    high: float | None = None
    shares: bool = False


def chart(title: str, x: Axis, y: Axis, series: Sequence[Series]) -> str:
    """A chart as an `<svg>` element; `title` is for those who cannot see it. All texts are escaped."""
    shown = [_finite(_thinned(one)) for one in series]
    across = _scale(x, [value for one in shown for value in one.xs], _LEFT, _WIDTH - _RIGHT)
    up = _scale(y, [value for one in shown for value in one.ys], _HEIGHT - _BOTTOM, _TOP)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{escape(title)}</title>",
        *_axes(x, y, across, up),
    ]
    for number, one in enumerate(shown):
        colour = _COLOURS[(number if one.colour is None else one.colour) % len(_COLOURS)]
        parts.append(_drawn(one, colour, across, up))
    parts.append("</svg>")
    return "".join(parts) + _legend(shown)


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with an interval, and a wider one around it.

    Attributes:
        name: what stands before it.
        value: the point.
        low, high: the interval, drawn thick.
        least, most: the wider one, drawn thin.
        strong: whether it stands out in colour.
    """

    name: str
    value: float
    low: float
    high: float
    least: float
    most: float
    strong: bool = False


def forest(title: str, x: Axis, intervals: Sequence[Interval]) -> str:
    """Intervals below each other, beside a line at zero, as an `<svg>` element. All texts are escaped."""
    bottom = _TOP + _INTERVAL_ROW * len(intervals)
    ends = [end for one in intervals for end in (one.least, one.most) if math.isfinite(end)]
    across = _scale(x, [0.0, *ends], _INTERVAL_NAMES, _WIDTH - _RIGHT)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {bottom + _BOTTOM}" role="img" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{escape(title)}</title>",
    ]
    for tick in across.ticks:
        place = across(tick)
        parts.append(f'<line class="grid" x1="{place}" x2="{place}" y1="{_TOP}" y2="{bottom}"/>')
        parts.append(f'<text x="{place}" y="{bottom + 16}" text-anchor="middle">{_number(tick, x)}</text>')
    parts.append(f'<line class="axis" x1="{across(0.0)}" x2="{across(0.0)}" y1="{_TOP}" y2="{bottom}"/>')
    middle = (_INTERVAL_NAMES + _WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{bottom + 34}" text-anchor="middle">{escape(x.name)}</text>')
    for number, one in enumerate(intervals):
        height = _TOP + _INTERVAL_ROW * (number + 0.5)
        colour = _COLOURS[0] if one.strong else _COLOURS[6]
        parts.append(f'<text x="{_INTERVAL_NAMES - 8}" y="{height + 4}" text-anchor="end">{escape(one.name)}</text>')
        for low, high, width in ((one.least, one.most, 1), (one.low, one.high, 4)):
            if math.isfinite(low) and math.isfinite(high):
                ends_at = f'x1="{across(low)}" x2="{across(high)}" y1="{height}" y2="{height}"'
                parts.append(f'<line {ends_at} stroke="{colour}" stroke-width="{width}"/>')
        if math.isfinite(one.value):
            parts.append(f'<circle cx="{across(one.value)}" cy="{height}" r="4.5" fill="{colour}"/>')
    parts.append("</svg>")
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Link:
    """A line from one name to another.

    Attributes:
        source, target: the names.
        weight: its width, 0 to 1.
        tip: whether it is an arrow.
        strong: whether it stands out in colour.
    """

    source: str
    target: str
    weight: float
    tip: bool = True
    strong: bool = False


def network(title: str, columns: Sequence[Sequence[str]], links: Sequence[Link]) -> str:
    """Names in columns from left to right, with links between them, as an `<svg>` element. All texts are escaped.

    Links within a column bend to its right.
    """
    height = _TOP + _LINE * max(map(len, columns))
    width = (_WIDTH - 2 * _RIGHT) / len(columns)
    half = 0.32 * width
    places = {}
    for number, names in enumerate(columns):
        for row, name in enumerate(names):
            places[name] = (_RIGHT + width * (number + 0.5), _TOP + (height - _TOP) * (row + 0.5) / len(names))
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height + _TOP}" role="img" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{escape(title)}</title>",
    ]
    for link in links:
        (x0, y0), (x1, y1) = places[link.source], places[link.target]
        colour = _COLOURS[0] if link.strong else "#bbbbbb"
        start, end = x0 + half, x1 + (half if x0 == x1 else -half) * (1 if x1 >= x0 else -1)
        bend = max(start, end) + 0.3 * half if x0 == x1 else (start + end) / 2
        path = f"M{start:.1f},{y0:.1f} C{bend:.1f},{y0:.1f} {bend:.1f},{y1:.1f} {end:.1f},{y1:.1f}"
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{0.75 + 2.5 * link.weight:.2f}"/>')
        if link.tip:
            back = 9 if x0 == x1 else -9
            points = f"{end:.1f},{y1:.1f} {end + back:.1f},{y1 - 4.5:.1f} {end + back:.1f},{y1 + 4.5:.1f}"
            parts.append(f'<polygon points="{points}" fill="{colour}"/>')
    for name, (x, y) in places.items():
        parts.append(f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">{escape(name)}</text>')
    parts.append("</svg>")
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart: its name, how long it is, and where its interval runs, drawn as a line over it."""

    name: str
    value: float
    low: float = math.nan
    high: float = math.nan


def bars(title: str, axis: Axis, rows: Sequence[Bar]) -> str:
    """Bars one below the other as an `<svg>` element; of values that are no finite number only the name is shown."""
    ends = [value for row in rows for value in (row.value, row.high) if math.isfinite(value)]
    across = _scale(axis, [0.0, *ends], _NAMES, _WIDTH - _RIGHT)
    bottom = _TOP + _ROW * len(rows)
    parts = [f'<svg viewBox="0 0 {_WIDTH} {bottom + _BOTTOM}" role="img" xmlns="http://www.w3.org/2000/svg">']
    parts.append(f"<title>{escape(title)}</title>")
    for tick in across.ticks:
        place = across(tick)
        parts.append(f'<line class="grid" x1="{place}" x2="{place}" y1="{_TOP}" y2="{bottom}"/>')
        parts.append(f'<text x="{place}" y="{bottom + 16}" text-anchor="middle">{_number(tick, axis)}</text>')
    for number, row in enumerate(rows):
        top = _TOP + _ROW * number
        parts.append(f'<text x="{_NAMES - 8}" y="{top + 15}" text-anchor="end">{escape(_short(row.name, 24))}</text>')
        if math.isfinite(row.value):
            start, end = across(max(0.0, across.low)), across(row.value)
            box = f'x="{min(start, end)}" y="{top + 4}" width="{round(abs(end - start), 1)}" height="{_ROW - 8}"'
            parts.append(
                f'<rect {box} fill="{_COLOURS[0]}" fill-opacity="0.75"><title>{_number(row.value, axis)}</title></rect>'
            )
        if math.isfinite(row.low) and math.isfinite(row.high):
            line = f'x1="{across(row.low)}" x2="{across(row.high)}" y1="{top + _ROW / 2}" y2="{top + _ROW / 2}"'
            parts.append(f'<line {line} stroke="#1c1c1c" stroke-width="1.5"/>')
    parts.append(f'<text x="{(_NAMES + _WIDTH) / 2}" y="{bottom + 34}" text-anchor="middle">{escape(axis.name)}</text></svg>')
    return "".join(parts)


def squares(title: str, rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Counts as squares, the darker the larger their share of the row, as an `<svg>` element; names of rows and columns."""
    top, slant = 125, 60  # above and to the right of them, the columns' names stand aslant
    side = round(min(40.0, (_WIDTH - _NAMES - slant) / max(1, len(columns))), 1)
    height = round(top + side * len(rows) + 8, 1)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
    ]
    for number, name in enumerate(columns):
        x = round(_NAMES + side * (number + 0.5) + 4, 1)
        parts.append(f'<text transform="rotate(-60 {x} {top - 8})" x="{x}" y="{top - 8}">{escape(_short(name, 18))}</text>')
    for row, (name, values) in enumerate(zip(rows, counts, strict=True)):
        y = round(top + side * row, 1)
        parts.append(f'<text x="{_NAMES - 8}" y="{y + side / 2 + 4}" text-anchor="end">{escape(_short(name, 24))}</text>')
        for column, count in enumerate(values):
            share = count / max(1, sum(values))
            place = f'x="{round(_NAMES + side * column, 1)}" y="{y}" width="{side - 1:.1f}" height="{side - 1:.1f}"'
            told = escape(f"{name} → {columns[column]}: {count}")
            parts.append(
                f'<rect {place} fill="{_COLOURS[0]}" fill-opacity="{0.04 + 0.96 * share:.2f}"><title>{told}</title></rect>'
            )
            if count and side >= _ROOM:
                colour = "#fff" if share > 0.5 else "#444"
                middle = f'x="{round(_NAMES + side * (column + 0.5), 1)}" y="{y + side / 2 + 4}" text-anchor="middle"'
                parts.append(f'<text {middle} style="fill:{colour}">{count}</text>')
    return "".join(parts) + "</svg>"


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to places on the page."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    def __call__(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def _scale(axis: Axis, values: Sequence[float], start: float, end: float) -> _Scale:
    low = axis.low if axis.low is not None else min(values, default=0.0)
    high = axis.high if axis.high is not None else max(values, default=1.0)
    if high <= low:
        high = low + (abs(low) or 1.0)
    step = _step((high - low) / 5)
    if axis.low is None:
        low = math.floor(low / step) * step
    if axis.high is None:
        high = math.ceil(high / step) * step
    first = math.ceil(low / step - 1e-9)
    ticks = tuple(i * step for i in range(first, first + 12) if i * step <= high + step * 1e-6)
    return _Scale(low, high, start, end, ticks)


def _step(least: float) -> float:
    """The next of 1, 2, 5, 10, 20 ... (and of their tenths)."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * n for n in (1, 2, 5, 10) if power * n >= least * 0.999)


def _axes(x: Axis, y: Axis, across: _Scale, up: _Scale) -> list[str]:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    parts = []
    for tick in up.ticks:
        place = up(tick)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{place}" y2="{place}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{place + 4}" text-anchor="end">{_number(tick, y)}</text>')
    below = f'y="{bottom + 16}" text-anchor="middle"'
    parts += [f'<text x="{across(tick)}" {below}>{_number(tick, x)}</text>' for tick in across.ticks]
    parts.append(f'<line class="axis" x1="{_LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}"/>')
    middle = (_LEFT + right) / 2
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(x.name)}</text>')
    height = (_TOP + bottom) / 2
    turned = f'transform="rotate(-90 12 {height})" text-anchor="middle"'
    parts.append(f'<text x="12" y="{height}" {turned}>{escape(y.name)}</text>')
    return parts


def _drawn(series: Series, colour: str, across: _Scale, up: _Scale) -> str:
    places = [(across(x), up(y)) for x, y in zip(series.xs, series.ys, strict=True)]
    if series.style == "points" or len(places) == 1:
        sizes = series.sizes or [0.0] * len(places)
        dots = zip(places, sizes, strict=True)
        return "".join(
            f'<circle cx="{x}" cy="{y}" r="{3 + 7 * size:.1f}" fill="{colour}" fill-opacity="0.75"/>' for (x, y), size in dots
        )
    dashes = ' stroke-dasharray="5 4"' if series.style == "dashed" else ""
    points = " ".join(f"{x},{y}" for x, y in places)
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'


def _legend(series: Sequence[Series]) -> str:
    named = [
        f'<span><i style="background:{_COLOURS[(number if one.colour is None else one.colour) % len(_COLOURS)]}"></i>'
        f"{escape(one.name)}</span>"
        for number, one in enumerate(series)
        if one.name
    ]
    return f'<p class="legend">{"".join(named)}</p>' if named else ""


def _finite(series: Series) -> Series:
    kept = [i for i, (x, y) in enumerate(zip(series.xs, series.ys, strict=True)) if math.isfinite(x) and math.isfinite(y)]
    sizes = [series.sizes[i] for i in kept] if series.sizes else ()
    return Series(series.name, [series.xs[i] for i in kept], [series.ys[i] for i in kept], series.style, sizes, series.colour)


def _thinned(series: Series) -> Series:
    """Long lines as means over neighbours, so that a page of a hundred thousand steps stays small."""
    n = len(series.xs)
    if n <= _MOST_POINTS or series.style == "points":
        return series
    edges = [n * i // _MOST_POINTS for i in range(_MOST_POINTS + 1)]
    xs, ys = ([math.fsum(values[a:b]) / (b - a) for a, b in pairwise(edges)] for values in (series.xs, series.ys))
    return Series(series.name, xs, ys, series.style, (), series.colour)


def _number(value: float, axis: Axis) -> str:
    return f"{100 * value:.3g}%" if axis.shares else f"{value:.4g}"


def _short(name: str, length: int) -> str:
    return name if len(name) <= length else name[: length - 1] + "…"
