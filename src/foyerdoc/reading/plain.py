"""Plain text in any encoding: one paragraph per stretch between blank lines, its path the line that it starts on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from foyerdoc.documents import BlockKind, Document
from foyerdoc.reading.assembly import Assembly
from foyerdoc.reading.encodings import decode

# What terminals and old printers were told; line ends and tabs stay. A form feed ends a paragraph.
_CONTROLS = {code: None for code in range(32) if code not in {9, 10, 12}} | {127: None}
_GAP = re.compile(r"\n[ \t]*(?:\n[ \t]*)+|\f")


def read_text(assembly: Assembly) -> Document:
    """Plain text. Raises EmptyFile when there is nothing but white space."""
    return _read(assembly, "text/plain")


def read_rst(assembly: Assembly) -> Document:
    """reStructuredText, as the text that it is: its marks are made to be read."""
    return _read(assembly, "text/x-rst")


def read_org(assembly: Assembly) -> Document:
    """Org mode, as the text that it is."""
    return _read(assembly, "text/org")


def decode_text(assembly: Assembly, declared: str | None = None) -> str:
    """The file's text without control characters; a guessed or failed decoding becomes an issue."""
    decoded = decode(assembly.raw, declared)
    if decoded.guessed:
        assembly.issue("encoding_guessed", f"the file does not say its encoding; read as {decoded.encoding}")
    if decoded.replaced:
        assembly.issue("undecodable", f"{decoded.replaced} characters could not be decoded and stand as U+FFFD")
    assembly.metadata["encoding"] = decoded.encoding
    return decoded.text


def add_paragraphs(assembly: Assembly, text: str, place: str = "", kind: BlockKind = "paragraph") -> None:
    r"""Append the paragraphs of a plain text.

    Args:
        assembly: the document under construction.
        text: line ends are "\n".
        place: path of the text in the file, put before the lines' own ("part[2]").
        kind: of the blocks.
    """
    for line, paragraph in _paragraphs(text):
        assembly.add(kind, paragraph, path=f"{place}/line[{line}]" if place else f"line[{line}]")


def _read(assembly: Assembly, media_type: str) -> Document:
    add_paragraphs(assembly, decode_text(assembly))
    return assembly.finish(media_type)


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    text = text.translate(_CONTROLS)
    start, line = 0, 1
    for gap in (*_GAP.finditer(text), None):
        end = gap.start() if gap else len(text)
        paragraph = text[start:end]
        indent = len(paragraph) - len(paragraph.lstrip())
        yield line + paragraph.count("\n", 0, indent), paragraph
        line += paragraph.count("\n") + (gap.group().count("\n") if gap else 0)
        start = gap.end() if gap else end
