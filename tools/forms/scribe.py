"""Writes one document from a layout: its lines in order, then page breaks, line breaks and what a scanner does."""

import random
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from tools.forms.blocks import BLOCKS, Lines, joined, label, said
from tools.forms.cases import Case
from tools.forms.lists import entries
from tools.forms.roles import UnknownRole, role_of
from tools.forms.sums import SUMS
from tools.forms.templates import Layout
from tools.forms.writer import Line, Part, Writer, wrapped
from tools.letters.grammar import choose

_BLOCKS = BLOCKS | SUMS
_KEPT = 0.6
_SCANNED, _WRAPPED, _PAGED = 0.1, 0.6, 0.35
_TRADE = frozenset({"invoice", "quote", "order confirmation", "delivery note", "warranty card", "travel booking"})
_LONG, _LONGER = 0.35, 3
"""Share of documents that say all there is to say, where their layout has more than so many paragraphs to choose from."""
_PRINTED, _STAMPED, _APART, _FOOT_AGAIN = 0.25, 0.12, 0.75, 0.4
_SMALL_PRINT = ("", "@some 1 1 small_print_head", "@some 5 12 small_print")
_ASIDE, _REPEATED = 1, 2
"""Ranks of a footer's and of a repeated header's places."""
_SLOT = re.compile(r"(\{[^{}]+\})")
_NAMED = re.compile(r"\{([a-z_][\w#+]*)(?::\w+|=[^}]*)?\}")


class Scribe:
    """One document.

    Args:
        rng: its own source of chance.

    Attributes:
        case: its values.
        text: what it says.
        places: by role where it says it, the best place first.
        headed: roles whose words stand over a column of other values.
        excerpt: whether a few lines of the document are all there is.
        asks: roles that are asked more often than others, whether it says them or not.

    Raises:
        UnknownRole: the layout speaks of one that there is not.
    """

    def __init__(self, layout: Layout, rng: random.Random) -> None:
        self.layout, self.rng = layout, rng
        self.case = Case(rng, layout.language)
        self.case.trade = next((line.partition(" ")[2] for line in layout.lines if line.startswith("@items ")), "")
        self.case.given = {
            name: value for _, name, value in (line.split(" ") for line in layout.lines if line.startswith("@let "))
        }
        self.asks = [name for line in layout.lines if line.startswith("@ask ") for name in line.split()[1:]]
        self.case.terms = {term for line in layout.lines if line.startswith("@bill ") for term in line.split()[1:]}
        self.case.vague |= {name for line in layout.lines if line.startswith("@vague ") for name in line.split()[1:]}
        if "bare" in self.case.terms:
            self.case.leave_currency_out()
        self.headed = {name for line in layout.lines for name in re.findall(r"\{#(\w+)\}", line)}
        self._count = 0
        self._long = rng.random() < _LONG
        self._sender = ""
        writer = Writer(random.Random(rng.random()) if rng.random() < _SCANNED else None)  # noqa: S311
        own = [line for line in layout.lines if not line.startswith(("@let ", "@bill ", "@ask ", "@vague "))]
        self._footed = next((found[1] for line in own if (found := re.match(r"\?? ?@foot (\w+)", line))), "")
        self._foot_again = rng.random() < _FOOT_AGAIN
        lines = [*own]
        if layout.kind in _TRADE and rng.random() < _PRINTED:
            lines += _SMALL_PRINT
            self.case.vague |= {"payment_terms", "due_date"}
        if rng.random() < _STAMPED:
            lines.insert(rng.choice((0, len(lines))), "@some 1 1 stamp")
        try:
            for rank, line in self._paged(list(self._lines(lines))):
                writer.rank = rank
                writer.line(line)
        except UnknownRole as error:
            raise UnknownRole(f"the layout {layout.id}: {error}") from error
        text = writer.text.rstrip("\n")
        self.places = {
            name: [(start, end) for _, start, end in sorted(found) if end <= len(text)] for name, found in writer.places.items()
        }
        if rng.random() < _WRAPPED:
            text = wrapped(text, [place for found in self.places.values() for place in found], rng.randint(66, 112))
        self.text = text
        self.excerpt = False

    def cut(self) -> None:
        """Leave one line or a few that follow one another: a note, the end of a scan."""
        lines = [(found.start(), found.end()) for found in re.finditer(r"\S.*", self.text)]
        first = self.rng.randrange(len(lines))
        start, end = lines[first][0], lines[first : first + self.rng.choice((1, 1, 2, 3, 5, 9))][-1][1]
        self.text, self.excerpt = self.text[start:end].rstrip(), True
        kept = {
            name: [(at - start, to - start) for at, to in found if start <= at and to <= start + len(self.text)]
            for name, found in self.places.items()
        }
        self.places = {name: found for name, found in kept.items() if found}

    def _lines(self, lines: Sequence[str]) -> Iterator[tuple[int, Line]]:
        rest = list(lines)
        while rest:
            line = rest.pop(0)
            if line.startswith("?"):
                if self.rng.random() > _KEPT:
                    continue
                line = line[1:].lstrip()
            if line == "@mix":
                end = rest.index("@end")
                yield from self._lines(self._mixed(rest[:end]))
                del rest[: end + 1]
            elif line.startswith("@"):
                yield from self._block(line[1:])
            else:
                made = self._filled(line)
                if made or not line:
                    yield 0, made

    def _mixed(self, lines: Sequence[str]) -> list[str]:
        paragraphs = "\n".join(lines).strip("\n").split("\n\n")
        self.rng.shuffle(paragraphs)
        return "\n\n".join(paragraphs).split("\n")

    def _block(self, line: str) -> Iterator[tuple[int, Line]]:
        name, _, needs = line.partition(" ")
        if name == "repeat":
            low, high, row = needs.split(" ", 2)
            yield from ((0, self._filled(row)) for _ in range(self.rng.randint(int(low), int(high))))
        elif name == "some":
            low, high, listed = needs.split(" ")
            pool = entries(listed, self.layout.language)
            count = self.rng.randint(int(low), int(high)) * (3 if self._long and int(high) > _LONGER else 1)
            for said in self.rng.sample(pool, min(len(pool), count)):
                yield 0, self._filled(said)
                yield 0, ()
        elif name == "beside":
            yield from ((0, line) for line in self._beside(*needs.split(" // ")))
        else:
            if name == "head":
                self._sender = needs
            if name == "foot":
                yield from ((_ASIDE, line) for line in self._foot)
                self._foot_again = False
            else:
                yield from ((0, line) for line in _BLOCKS[name](self.case, *needs.split()))
            if self.rng.random() < _APART:
                yield 0, ()

    @cached_property
    def _foot(self) -> Lines:
        """The foot of the page, the same on each."""
        return BLOCKS["foot"](self.case, self._footed)

    def _beside(self, *blocks: str) -> Lines:
        """Blocks side by side: cell by cell, or one after the other as a reader of columns gives them."""
        columns = [[line for _, line in self._block(block)] for block in blocks]
        if self.rng.random() < 0.5:
            return [line for column in columns for line in (*column, ())]
        filled = [column + [()] * (max(map(len, columns)) - len(column)) for column in columns]
        return [joined(row, "\t") for row in zip(*filled, strict=True)]

    def _filled(self, text: str) -> Line:
        """A line with its alternatives drawn and its slots filled."""
        pieces = filter(None, _SLOT.split(choose(text, self.rng)))
        return [self._slot(piece[1:-1]) if piece.startswith("{") else piece for piece in pieces]

    def _slot(self, slot: str) -> Part:
        if slot == "n":
            self._count += 1
            return str(self._count)
        if slot.startswith("~"):
            return self.case.make(*slot[1:].split(":"))
        if slot.startswith("#"):
            return label(self.case, slot[1:])
        if "=" in slot:
            role, _, literal = slot.partition("=")
            return role, literal
        names, _, style = slot.partition(":")
        if names == "owed":
            names = "due_amount+gross" if self.case.bill.all_due else "due_amount"
        first, *others = names.split("+")
        part = said(self.case, first, style)
        for other in others:
            part = (other, [part])
        return part

    def _paged(self, lines: list[tuple[int, Line]]) -> Iterator[tuple[int, Line]]:
        """The lines without an empty one after another; in long documents pages end and begin."""
        paged = self.rng.random() < _PAGED
        room = self.rng.randrange(28, 52)
        page, written, empty = 1, 0, True
        for rank, line in lines:
            if empty and not line:
                continue
            yield rank, line
            empty, written = not line, written + 1
            if paged and empty and written > room:
                page, written = page + 1, 0
                yield from ((_REPEATED, repeated) for repeated in self._break(page))

    def _break(self, page: int) -> Lines:
        mark = self.case.make("page").replace("#", str(page))
        foot: Lines = [*self._foot, []] if self._footed and self._foot_again else []
        if not self._sender:
            return [*foot, [mark], []]
        name = said(self.case, self._sender)
        return [*foot, *self.rng.choice(([[mark], []], [[name, "\t", mark], []], [[mark], [name], []]))]


def mentioned(layout: Layout) -> set[str]:
    """The roles that a layout can say; which of them a document does say is drawn."""
    found: set[str] = set()
    for line in layout.lines:
        for slot in _NAMED.findall(line):
            found |= {name.partition("#")[0] for name in slot.split("+")}
        if re.match(r"\??\s*@(facts|totals|sign|beside)", line):
            found |= {word.rstrip("!?") for word in re.findall(r"[a-z][a-z_]{3,}[!?]?", line)}
    return {name for name in found if _known(name)}


def _known(name: str) -> bool:
    try:
        role_of(name)
    except UnknownRole:
        return False
    return True
