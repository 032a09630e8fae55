"""A document and its attachments, cut into the chunks that an index embeds."""

from __future__ import annotations

from foyerdoc.chunking import chunk
from foyerdoc.documents import Chunk, Document
from foyerdoc.index.records import embedded_text
from foyerdoc.models.protocol import Embedder
from foyerdoc.models.tokens import EmbedderTokens


def members_of(
    document: Document, embedder: Embedder, *, max_tokens: int, overlap: int
) -> tuple[tuple[Document, tuple[Chunk, ...]], ...]:
    """A document and its attachments, each with its chunks, in the order in which they are written."""
    counter = EmbedderTokens(embedder)
    members: list[tuple[Document, tuple[Chunk, ...]]] = []
    seen: set[str] = set()
    for member in document.walk():
        # The same file attached twice is searched once.
        fresh = member.id not in seen
        pieces = chunk(member, max_tokens=max_tokens, overlap=overlap, count_tokens=counter) if fresh else ()
        seen.add(member.id)
        members.append((member, tuple(pieces)))
    return tuple(members)


def embedded_texts(document: Document, embedder: Embedder, *, max_tokens: int, overlap: int) -> list[str]:
    """The texts that an index of such chunks asks an embedder for, each once."""
    members = members_of(document, embedder, max_tokens=max_tokens, overlap=overlap)
    return list(dict.fromkeys(embedded_text(piece) for _, pieces in members for piece in pieces))
