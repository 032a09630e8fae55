"""What a page is made of: stretches of lines, and the paragraphs and tables that they are.

All coordinates are points, origin at the page's top left, y downwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Line:
    """A stretch of one line without a wide gap in it.

    Attributes:
        text: its characters, no white space at the ends.
        start: the index of its first character in the page's own numbering.
        x0, y0, x1, y1: its box; the height is that of the font, not of the ink.
        height: points between top and bottom.
    """

    text: str
    start: int
    x0: float
    y0: float
    x1: float
    y1: float
    height: float = field(init=False)

    def __post_init__(self) -> None:
        self.height = self.y1 - self.y0


Row = list[Line]


@dataclass(slots=True)
class Paragraph:
    """Rows that belong together as running text."""

    rows: list[Row]

    @property
    def text(self) -> str:
        """Lines joined by line breaks, stretches of one line by spaces."""
        return "\n".join(" ".join(line.text for line in row) for row in self.rows)

    @property
    def height(self) -> float:
        """The font height of its first line, points."""
        return self.rows[0][0].height

    def lines(self) -> Iterator[Line]:
        """Its stretches in the order of `text`."""
        for row in self.rows:
            yield from row


@dataclass(slots=True)
class Table:
    """Rows of cells; a cell holds the stretches that stand in it, an empty one none."""

    cells: list[list[list[Line]]]

    @property
    def rows(self) -> list[list[str]]:
        """The cells' texts."""
        return [[" ".join(line.text for line in cell) for cell in row] for row in self.cells]

    def lines(self) -> Iterator[Line]:
        """Its stretches in the order of `rows`."""
        for row in self.cells:
            for cell in row:
                yield from cell


Item = Paragraph | Table


def middle(line: Line) -> float:
    """How far down a line stands, in points."""
    return line.y0 + 0.5 * (line.y1 - line.y0)
