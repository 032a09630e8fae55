"""Pages of figures that load nothing: no script, no picture, no font from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1c1c1c; background: #fff; max-width: 62rem; margin: 2rem auto; padding: 0 1.2rem }
h1 { font-size: 1.7rem; margin-bottom: .2rem } h2 { font-size: 1.2rem; margin: 2.4rem 0 .4rem }
p { max-width: 46rem; margin: .4rem 0 } .lead { font-size: 1.15rem } .faint { color: #666 }
table { border-collapse: collapse; margin: .8rem 0; font-size: .92rem } caption { text-align: left; font-weight: 600 }
th, td { padding: .25rem .8rem .25rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid #e4e4e4 }
th { font-weight: 600; color: #444 } .n { text-align: right; font-variant-numeric: tabular-nums }
td { overflow-wrap: anywhere } td.n { overflow-wrap: normal } .long { max-height: 34rem; overflow: auto } pre { white-space: pre-wrap; overflow-wrap: anywhere }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 0 1.5rem }
.charts svg { width: 100% } figure { margin: .8rem 0 } figcaption { font-weight: 600; font-size: .92rem }
svg text { font: 12px system-ui, sans-serif; fill: #444 } .grid { stroke: #ececec } .axis { stroke: #999 }
.legend { font-size: .85rem; margin: 0 } .legend span { margin-right: 1rem; white-space: nowrap }
.legend i { display: inline-block; width: .8rem; height: .25rem; margin-right: .35rem; vertical-align: middle }
@media print { .long { max-height: none } h2, figure, tr { break-inside: avoid } }
""".strip()  # noqa: E501

# What the browser enforces: even text that got in unescaped could run nothing and call nobody.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Html:
    """Text that is HTML already. Everything else is escaped where it is put on a page."""

    text: str


def page(title: str, subtitle: str, parts: Iterable[Html]) -> bytes:
    """A whole page in UTF-8. Halves of surrogate pairs, which a path can hold, become escapes."""
    body = "\n".join(part.text for part in parts)
    text = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n"
        f'<h1>{escape(title)}</h1>\n<p class="faint">{escape(subtitle)}</p>\n{body}\n</body>\n</html>\n'
    )
    return text.encode("utf-8", "backslashreplace")


def heading(text: str) -> Html:
    """The title of a section."""
    return Html(f"<h2>{escape(text)}</h2>")


def paragraph(text: str, kind: str = "") -> Html:
    """A paragraph; `kind` is "lead", "faint" or nothing."""
    return Html(f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>")


def preformatted(text: str) -> Html:
    """A text with its line breaks."""
    return Html(f"<pre>{escape(text)}</pre>")


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, caption: str = "", words: int = 1) -> Html:
    """A table; of more than 25 rows it scrolls.

    Args:
        columns: their names.
        rows: cells: texts, whole numbers, or None for an empty one.
        caption: above it.
        words: how many columns hold words; those after them hold numbers and stand to the right.
    """
    kinds = ["" if place < words else ' class="n"' for place in range(len(columns))]
    head = "".join(f"<th{kind}>{escape(name)}</th>" for kind, name in zip(kinds, columns, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{_cell(cell)}</td>" for kind, cell in zip(kinds, row, strict=True)) + "</tr>\n"
        for row in rows
    )
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    found = f"<table>{above}<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"
    return Html(f'<div class="long">{found}</div>' if len(rows) > 25 else found)


def charts(drawn: Iterable[tuple[str, str]]) -> Html:
    """Charts side by side where there is room: their titles, and what `drawing.chart` gave."""
    figures = (f"<figure><figcaption>{escape(title)}</figcaption>{svg}</figure>" for title, svg in drawn)
    return Html(f'<div class="charts">{"".join(figures)}</div>')


def _cell(value: object) -> str:
    if isinstance(value, Html):
        return value.text
    return "" if value is None else escape(str(value))
