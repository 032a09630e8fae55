"""Text that remembers where each value stands in it.

A line is made of parts: text as it is, or a role with what says it, which may again hold roles (an address and its town).
"""

import random
from collections import defaultdict
from collections.abc import Sequence

from tools.forms.roles import role_of
from tools.letters.noise import scanned

Part = str | tuple[str, "str | Line"]
Line = Sequence[Part]

_WORDED = frozenset({"name", "text", "address"})
"""Formats whose values a scanner may misread: a misread date is none any more."""


class Writer:
    """Grows a text part by part.

    Args:
        worn: misreads words as a scanner does, drawn from this; None leaves all as it is.

    Attributes:
        places: by role the stretches that say it, (rank, start, end) in code points; a lower rank is a better place.
        rank: of what is written next.
    """

    def __init__(self, worn: random.Random | None = None) -> None:
        self._worn = worn
        self._pieces: list[str] = []
        self._length = 0
        self.places: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        self.rank = 0

    @property
    def text(self) -> str:
        """What was written."""
        return "".join(self._pieces)

    def line(self, line: Line) -> None:
        """Write a line."""
        for part in line:
            self._put(part, spare=False)
        self._add("\n")

    def _put(self, part: Part, *, spare: bool) -> None:
        if isinstance(part, str):
            self._add(part if self._worn is None or spare else scanned(part, self._worn))
            return
        role, said = part
        start = self._length
        # one of several values that was misread would be one more
        spare = spare or role_of(role).format not in _WORDED or role_of(role).many
        for inner in (said,) if isinstance(said, str) else said:
            self._put(inner, spare=spare)
        self.places[role].append((self.rank, start, self._length))

    def _add(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)


def wrapped(text: str, places: Sequence[tuple[int, int]], width: int) -> str:
    """Break long lines, but no table's rows and never within a value: spaces become line ends, so that all places stay."""
    kept = bytearray(len(text))
    for start, end in places:
        kept[start:end] = b"\1" * (end - start)
    signs = list(text)
    begin = 0
    for line in text.split("\n"):
        last, start = -1, begin
        table = "\t" in line or " | " in line
        for at in range(begin, begin if table else begin + len(line)):
            if text[at] == " " and not kept[at] and at > start + 3:
                last = at
            if at - start >= width and last > start:
                signs[last] = "\n"
                start, last = last + 1, -1
        begin += len(line) + 1
    return "".join(signs)
