"""Chunking: a document in stretches that are embedded, searched and cited as one.

A chunk never has more tokens than it may. It ends where the document's structure does, else where a sentence does, else
where a word does. Every chunk is an exact stretch of the document's text, and no character is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from foyerdoc.chunking.counting import TokenCounter, WordCounter, ruler
from foyerdoc.chunking.packing import Packer
from foyerdoc.chunking.sections import sections
from foyerdoc.documents import Chunk, Document, Span
from foyerdoc.errors import UsageError

__all__ = ["TokenCounter", "WordCounter", "chunk"]


def chunk(
    document: Document,
    *,
    max_tokens: int = 256,
    overlap: int | None = None,
    count_tokens: TokenCounter | Callable[[str], int] | None = None,
) -> list[Chunk]:
    """Cut a document, cleaned or as read, into chunks. Attachments are documents of their own: see `Document.walk`.

    Args:
        document: what to cut.
        max_tokens: what a chunk may have at most, as `count_tokens` counts its text; headings that travel with it are
            not counted.
        overlap: how many tokens of whole sentences a chunk may repeat from the one before it in the same section;
            by default an eighth of `max_tokens`, at most 32.
        count_tokens: counts as the model does that will read the chunks: a `TokenCounter`, whose offsets save counting
            every piece, or any function from a text to a number. `WordCounter` by default, an estimate.

    Returns:
        The chunks in the order of the text. Every character that is not white space stands in at least one.

    Raises:
        UsageError: `max_tokens` is not positive, `overlap` is negative or not smaller than it, or the counter finds more
            than `max_tokens` in a single character.
    """
    if max_tokens < 1:
        raise UsageError(f"max_tokens is {max_tokens}", hint="a chunk needs room for at least one token")
    if overlap is None:
        overlap = min(max_tokens // 8, 32)
    if not 0 <= overlap < max_tokens:
        raise UsageError(f"overlap is {overlap} of {max_tokens} tokens", hint="choose 0 <= overlap < max_tokens")
    text = document.text
    measure = ruler(text, count_tokens)
    packer = Packer(text, measure, max_tokens, overlap, document.language)
    chunks: list[Chunk] = []
    for packed in packer.pack(sections(document, measure)):
        span = Span(packed.start, packed.end)
        part = text[span.start : span.end]
        if packed.n_tokens > max_tokens:
            raise UsageError(
                f"one character has {packed.n_tokens} tokens, more than max_tokens={max_tokens}", hint="raise max_tokens"
            )
        pages = tuple([page.number for page in document.pages_of(span)])
        chunks.append(Chunk(_identify(document, span, part), document.id, span, part, packed.path, pages, packed.n_tokens))
    return chunks


def _identify(document: Document, span: Span, text: str) -> str:
    """The same on every machine: from the document's id, the place and the characters."""
    key = f"{document.id}\n{span.start}\n{span.end}\n{text}"
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
