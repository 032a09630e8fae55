"""Markdown (CommonMark with tables): the text as it is shown, without its marks; paths are lines (`line[12]`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from foyerdoc.documents import BlockKind, Document
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.hypertext import parse_html
from foyerdoc.reading.plain import decode_text
from foyerdoc.reading.web import add_page

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)(?:---|\.\.\.)(?:\n|\Z)", re.DOTALL)
_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass
class _State:
    lists: int = 0
    quotes: int = 0
    rows: list[list[str]] = field(default_factory=list)
    table_line: int = 0
    heading: int = 0


def read_markdown(assembly: Assembly) -> Document:
    """Markdown; HTML within it is read as HTML. Raises EmptyFile when it shows nothing."""
    from markdown_it import MarkdownIt

    text = decode_text(assembly)
    front = _FRONT_MATTER.match(text)
    if front:
        assembly.add("code", front.group(1), path="line[2]")
        # Blank lines in its place, so that the lines of the rest keep their numbers.
        text = "\n" * text.count("\n", 0, front.end()) + text[front.end() :]
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    state = _State()
    for token in tokens:
        _block(token, state, assembly)
    return assembly.finish("text/markdown")


def _block(token: Token, state: _State, assembly: Assembly) -> None:
    line = token.map[0] + 1 if token.map else 0
    kind = token.type
    if kind in {"bullet_list_open", "ordered_list_open", "bullet_list_close", "ordered_list_close"}:
        state.lists += token.nesting
    elif kind in {"blockquote_open", "blockquote_close"}:
        state.quotes += token.nesting
    elif kind in {"heading_open", "heading_close"}:
        state.heading = int(token.tag[1]) if token.nesting == 1 else 0
    elif kind in {"fence", "code_block"}:
        assembly.add("code", token.content, path=f"line[{line}]")
    elif kind == "html_block":
        add_page(assembly, parse_html(token.content, assembly), f"line[{line}]")
    elif kind == "table_open":
        state.rows, state.table_line = [], line
    elif kind == "tr_open":
        state.rows.append([])
    elif kind == "table_close":
        assembly.add_table(state.rows, path=f"line[{state.table_line}]")
        state.rows = []
    elif kind == "inline":
        _inline(token, state, assembly, line)


def _inline(token: Token, state: _State, assembly: Assembly, line: int) -> None:
    text, captions = _shown(token.children or ())
    path = f"line[{line}]"
    if state.rows:
        state.rows[-1].append(" ".join((text, *captions)))
        return
    kind: BlockKind = "paragraph"
    level = None
    if state.heading:
        kind, level = "heading", state.heading
    elif state.lists:
        kind, level = "list_item", state.lists
    elif state.quotes:
        kind = "quote"
    assembly.add(kind, text, level=level, path=path)
    for caption in captions:
        assembly.add("caption", caption, path=path)


def _shown(children: Sequence[Token]) -> tuple[str, list[str]]:
    """The text of a line's tokens, and the alternative texts of its pictures."""
    pieces: list[str] = []
    captions: list[str] = []
    for child in children:
        if child.type in {"text", "code_inline"}:
            pieces.append(child.content)
        elif child.type == "softbreak":
            pieces.append(" ")
        elif child.type == "hardbreak" or (child.type == "html_inline" and _TAG.match(child.content)):
            pieces.append("\n")
        elif child.type == "image":
            captions.append(_shown(child.children or ())[0])
    return "".join(pieces), [caption for caption in captions if caption.strip()]
