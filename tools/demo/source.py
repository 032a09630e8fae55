r"""A source of the demo mailbox: YAML front matter (where it goes, what is true of it) and a body in a small Markdown.

The body knows `#` headings, `- ` items, `| tables |`, `> ` quotes, `**bold**` and `*italic*`, and further:

    line \          a line break that stays
    >> text         a paragraph at the right margin
    ^ text          small print
    [[page]]        a new page
    [[body]]        the end of a cover page
    [[box]] ... [[/box]]   a text box (DOCX only)

`spaces: no-break` in the front matter sets the spaces within French numbers, before signs and inside guillemets as a
typesetter does; without it they are ordinary ones, as most people type them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

_SET = re.compile(
    r"(?<=(?<!\d)\d) (?=\d{3}(?!\d))|(?<=(?<!\d)\d\d) (?=\d{3}(?!\d))|(?<=(?<!\d)\d{3}) (?=\d{3}(?!\d))"
    r"|(?<=\d) (?=[€%])| (?=[:;?!»])|(?<=«) "
)
_INLINE = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|\*(?P<italic>[^*]+)\*")


@dataclass(frozen=True, slots=True)
class Block:
    """A unit of the body. `kind` is heading, paragraph, right, small, item, quote, table, box, page or body."""

    kind: str
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    right: tuple[bool, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The text's lines at the breaks that stay."""
        return self.text.split("\n")


@dataclass(frozen=True, slots=True)
class Source:
    """One source file. `head` is the front matter, every scalar a string; `body` is the raw text below it."""

    name: str
    head: dict[str, object]
    body: str
    blocks: tuple[Block, ...] = field(default=())

    def get(self, key: str) -> str:
        """A scalar of the front matter, "" when it is not there."""
        value = self.head.get(key, "")
        return value if isinstance(value, str) else ""

    def typeset(self, text: str) -> str:
        """The text with the spaces that the front matter asks for."""
        return _SET.sub("\u00a0", text) if self.get("spaces") == "no-break" else text

    def strings(self, key: str) -> list[str]:
        """A list of the front matter."""
        value = self.head.get(key, [])
        return [str(item) for item in value] if isinstance(value, list) else []

    def mapping(self, key: str) -> dict[str, object]:
        """A mapping of the front matter."""
        value = self.head.get(key, {})
        return {str(k): v for k, v in value.items()} if isinstance(value, dict) else {}


def load(path: Path) -> Source:
    """Read one source file."""
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    body = body.strip("\n") + "\n"
    # BaseLoader: a date or a number in the front matter stays the string that was written.
    source = Source(path.stem, yaml.load(head, Loader=yaml.BaseLoader), body)  # noqa: S506
    return replace(source, blocks=tuple(_blocks(source.typeset(body))))


def runs(text: str) -> list[tuple[str, str]]:
    """The text as (characters, style) pieces; the style is "", "bold" or "italic"."""
    pieces: list[tuple[str, str]] = []
    at = 0
    for match in _INLINE.finditer(text):
        pieces.append((text[at : match.start()], ""))
        style = "bold" if match["bold"] else "italic"
        pieces.append((match[style], style))
        at = match.end()
    pieces.append((text[at:], ""))
    return [piece for piece in pieces if piece[0]]


def plain(text: str) -> str:
    """The text without its inline marks."""
    return "".join(characters for characters, _ in runs(text))


def _blocks(body: str) -> list[Block]:
    found: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", body.strip()):
        found += _paragraph(paragraph.split("\n"))
    return found


def _paragraph(lines: list[str]) -> list[Block]:
    first = lines[0]
    if first == "[[box]]":
        return [Block("box", _join(lines[1:-1]))]
    if first.startswith("[["):
        return [Block(first.strip("[]"))]
    if first.startswith("|"):
        return [_table(lines)]
    found: list[Block] = []
    for line in lines:
        heading = re.match(r"(#+) (.*)", line)
        if heading:
            found.append(Block("heading", heading[2], level=len(heading[1])))
        elif line.startswith("- "):
            found.append(Block("item", line[2:]))
        elif found and found[-1].kind not in {"heading", "item"}:
            found[-1] = Block(found[-1].kind, f"{found[-1].text}\n{line}")
        else:
            mark = re.match(r"(>>|>|\^) ", line)
            kind = {">>": "right", ">": "quote", "^": "small"}[mark[1]] if mark else "paragraph"
            found.append(Block(kind, line[mark.end() :] if mark else line))
    return [Block(b.kind, _join([b.text]), b.level) for b in found]


def _join(lines: list[str]) -> str:
    text = "\n".join(lines)
    text = re.sub(r"(?<!\\)\n", " ", text)
    return re.sub(r" ?\\(\n|$)", r"\1", text).strip()


def _table(lines: list[str]) -> Block:
    rows = [tuple(cell.strip() for cell in line.strip().strip("|").split("|")) for line in lines]
    right = tuple(cell.endswith(":") for cell in rows[1])
    return Block("table", rows=(rows[0], *rows[2:]), right=right)
