"""Text that remembers where each field's value stands in it."""

from collections import defaultdict
from collections.abc import Sequence

Part = str | tuple[str, str]
"""Text as it is, or a role and its value."""


class Writer:
    """Grows a text piece by piece.

    Attributes:
        places: by role the stretches that say its value, (start, end) in code points, in the order of the text.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self.places: dict[str, list[tuple[int, int]]] = defaultdict(list)

    @property
    def text(self) -> str:
        """What was written."""
        return "".join(self._pieces)

    def put(self, *parts: Part) -> None:
        """Write text, and values in their roles."""
        for part in parts:
            role, text = ("", part) if isinstance(part, str) else part
            if role:
                self.places[role].append((self._length, self._length + len(text)))
            self._pieces.append(text)
            self._length += len(text)

    def line(self, *parts: Part) -> None:
        """Write a line."""
        self.put(*parts, "\n")

    def lines(self, rows: Sequence[Sequence[Part]]) -> None:
        """Write lines and the empty one after a block."""
        for row in rows:
            self.line(*row)
        self.line()
