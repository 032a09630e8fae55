"""Sentences that were found, as citations that were looked up in their documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from foyerdoc.chat.finding import Candidate, Found
from foyerdoc.documents import Document
from foyerdoc.results import Citation, Sentence


def cite(candidate: Candidate, found: Found) -> Citation:
    """A candidate as the first citation; looked up in its document."""
    document: Document = found.documents[candidate.chunk.document_id]
    pages = document.pages_of(candidate.span)
    return Citation(
        number=1,
        document_id=document.id,
        document_name=candidate.name,
        chunk_id=candidate.chunk.id,
        span=candidate.span,
        page=pages[0].number if pages else None,
        quote=candidate.text,
        boxes=document.boxes(candidate.span),
        verified=document.text[candidate.span.start : candidate.span.end] == candidate.text,
        supported=True,
    )


def judged(cited: dict[int, Citation], sentences: Sequence[Sentence]) -> list[Citation]:
    """The citations in order, each supported when every sentence that names it is."""
    doubtful = {number for sentence in sentences if not sentence.supported for number in sentence.citations}
    return [replace(citation, supported=citation.number not in doubtful) for citation in cited.values()]
