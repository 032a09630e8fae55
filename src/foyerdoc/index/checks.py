"""What can be wrong with an index, found by comparing everything with everything."""

from __future__ import annotations

from collections.abc import Iterator

from foyerdoc.documents import Document, Issue
from foyerdoc.errors import IndexCorrupted
from foyerdoc.index.backends import Session
from foyerdoc.index.records import is_unit, unpack


def problems(session: Session, name: str) -> Iterator[Issue]:
    """Everything that does not fit together, one issue each.

    Args:
        session: to look at.
        name: the index's, for messages.

    Raises:
        FoyerdocError: it cannot be read any further.
    """
    yield from session.integrity()
    for row, document_id, body in session.stream("SELECT row, id, body FROM documents ORDER BY row"):
        try:
            document = unpack(body, name)
        except IndexCorrupted:
            yield Issue("document", f"document {document_id} cannot be read")
        else:
            yield from _misplaced(session, row, document)
    [dimensions] = session.execute("SELECT (SELECT value FROM meta WHERE key = 'dimensions')").fetchone()
    for chunk_id, embedding in session.stream("SELECT id, embedding FROM chunks ORDER BY row"):
        if not is_unit(embedding, int(dimensions or 0)):
            yield Issue("embedding", f"the embedding of chunk {chunk_id} is damaged")
    yield from session.problems()


def _misplaced(session: Session, row: int, document: Document) -> Iterator[Issue]:
    texts = {member.id: member.text for member in document.walk()}
    found = session.execute(
        "SELECT c.id, m.id, c.start, c.stop, c.text FROM chunks c JOIN members m ON m.row = c.member WHERE c.document = ?",
        (row,),
    )
    for chunk_id, member_id, start, stop, text in found:
        if texts.get(member_id, "")[start:stop] != text:
            yield Issue("chunk", f"chunk {chunk_id} does not stand in its document")
