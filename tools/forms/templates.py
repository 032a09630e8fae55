r"""Reads the layouts.

## invoice / craftsman: fr de    a layout begins: kind, name, languages (all three big ones if none is named)
en: Payable by {due_date}.       a line in one language; without a tag, in all
? ...                            the line is left out two times in five
[one|another|]                   one of the alternatives
{net} {net:bare} {a+b}           a role's value; in a style; the same value in two roles
{title=NOTICE}                   a role, said in these words
{parties#2}                      the second value of a role that has many
{#net}                           one of the words that documents use for a role
{~date} {~firm} {~cause}         something of a sort, or of a list, that nobody asks for: another one each time
{n}                              the next number of a paragraph
\t                               a tab
@head seller                     a block of `blocks`, by its name and what it needs
@beside head seller // facts ..  two blocks side by side
@mix ... @end                    paragraphs in any order
@repeat 3 8 {~item}\t{~money}    a line several times
@some 2 5 clause                 paragraphs of a list
@list attendees 2 5              a role's many values
@let seller person               how a role is drawn in this layout; `parties#2` the second value alone
@ask seller buyer                roles that are asked more often, whether a document says them or not
@vague contact                   roles that something in it speaks of; not asked where it does not say them
@bill exempt plain               what is special about the bill, see `bill.Bill`; `bare`: no sum says its currency
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FIFTH = 5
_HEAD = re.compile(r"## (?P<kind>[^/]+?) / (?P<name>[^:]+?)(?::(?P<languages>.+))?$")
_TAGGED = re.compile(r"(?P<maybe>\? ?)?(?P<languages>(?:fr|de|en|lb)(?:,(?:fr|de|en|lb))*): (?P<said>.*)")


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to lay out a kind of document, in one language."""

    kind: str
    name: str
    language: str
    lines: tuple[str, ...]

    @property
    def id(self) -> str:
        """Kind, name and language; what is held out is drawn by it."""
        return f"{self.kind}/{self.name}/{self.language}".replace(" ", "-")

    @property
    def held_out(self) -> bool:
        """Whether it is of the fifth that nothing is learnt from."""
        name = f"{self.name}/{self.kind}/{self.language}"
        return int(hashlib.sha256(name.encode()).hexdigest(), 16) % _FIFTH == 0


def _layouts(text: str) -> Iterator[Layout]:
    for block in re.split(r"^(?=## )", text, flags=re.MULTILINE):
        first, *lines = block.strip("\n").split("\n")
        if head := _HEAD.match(first):
            for language in (head["languages"] or "fr de en").split():
                yield Layout(head["kind"], head["name"], language, tuple(_spoken(lines, language)))


def _spoken(lines: list[str], language: str) -> Iterator[str]:
    for line in lines:
        tagged = _TAGGED.match(line)
        if tagged is None:
            yield line.replace(r"\t", "\t")
        elif language in tagged["languages"].split(","):
            yield (tagged["maybe"] or "") + tagged["said"].replace(r"\t", "\t")


def _read() -> tuple[Layout, ...]:
    files = sorted(Path(__file__).with_name("layouts").glob("*.txt"))
    return tuple(layout for file in files for layout in _layouts(file.read_text(encoding="utf-8")))


LAYOUTS = _read()
