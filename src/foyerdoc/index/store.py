"""The index: documents on disk, searched by meaning and by words.

    index = Index.open("mailbox.index")
    index.add(documents, metadata={"category": "claims"})
    hits = index.search("pare-brise", k=5, where={"category": "claims"})

In a folder one SQLite file is the truth (`database`); the FAISS vectors beside it are made again from it whenever they are
missing or stale. For many machines a PostgreSQL database takes the folder's place (`postgres`). One process may write while
others read.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from foyerdoc.documents import Document, Issue
from foyerdoc.errors import IndexCorrupted, ModelError, UsageError
from foyerdoc.index.backends import RESTORE, Backend, Session
from foyerdoc.index.checks import problems
from foyerdoc.index.filters import Where
from foyerdoc.index.fusion import DENSE, MOST, floor, fuse
from foyerdoc.index.lexical import coverage, query_stems
from foyerdoc.index.members import members_of
from foyerdoc.index.places import connect
from foyerdoc.index.ranking import by_sentences, candidates
from foyerdoc.index.records import (
    Added,
    Evidence,
    Prepared,
    Stats,
    StoredDocument,
    counted,
    delete,
    embedded_text,
    entries,
    insert,
    known,
    listed,
    metadata_of,
    pack,
    rows_replaced,
    set_metadata,
    unpack,
)
from foyerdoc.models.protocol import Embedder
from foyerdoc.results import Hit
from foyerdoc.serialization import dumps

if TYPE_CHECKING:
    from llama_index.core.base.base_retriever import BaseRetriever

    from foyerdoc.index.reranking import Reranker
    from foyerdoc.recipe import Recipe

Metadata = Mapping[str, str]

_BATCH = 256  # chunks that are embedded together
_RERANKED = 20  # chunks that a reranker reads
_MAX_TOKENS = 256


class Index:
    """Documents on disk, searched by meaning and by words. Made by `Index.open`; may be used from several threads."""

    def __init__(self, backend: Backend, embedder: Embedder | None, *, write: bool = True) -> None:
        self._backend = backend
        self._embedder = embedder
        self._writable = write
        self._lock = threading.RLock()
        self._max_tokens, self._overlap = _MAX_TOKENS, 0
        self._dense = DENSE

    @classmethod
    def open(
        cls,
        place: str | Path,
        *,
        embedder: Embedder | None = None,
        max_tokens: int | None = None,
        overlap: int | None = None,
        recipe: Recipe | None = None,
        make: bool = True,
        write: bool = True,
    ) -> Index:
        """Open an index, making it when there is none.

        Args:
            place: the folder where it is kept, or `postgresql://USER@HOST/DATABASE?schema=NAME`: any address of libpq's, with
                the schema of the index, "foyerdoc" when it is left out. Passwords are better in PGPASSWORD or ~/.pgpass.
            embedder: the model for embeddings; the embedded one when None. An index stays with its first embedder.
            max_tokens: chunks' length at most, in the embedder's tokens; set when the index is made (256).
            overlap: tokens that neighbouring chunks share; set when the index is made (0).
            recipe: what the others are when they are left out, and how meaning and words are weighed in a search.
            make: whether an index may be made; if not, there must be one.
            write: whether it may be changed; if not, there must be one, and it is left as it is, its cache and format too.

        Raises:
            ModelError: the index was made with another embedder.
            UsageError: the index was made with other chunk lengths, or they make no sense; the place may not be written, or
                holds files and no index.
            NoIndex: there is none.
            IndexCorrupted: what is there is not an index, is damaged, gone, or of a newer format.
            IndexBusy: the file is locked, or the disk is full; the server cannot be reached, or refuses.
            MissingDependency: PostgreSQL is asked for without psycopg here or pgvector there.
        """
        if recipe is not None:
            max_tokens = recipe.chunk_size if max_tokens is None else max_tokens
            overlap = recipe.overlap if overlap is None else overlap
            if embedder is None:
                from foyerdoc.embedding import named

                embedder = named(recipe.embedder)
        if max_tokens is not None and not 0 <= (overlap or 0) < max_tokens:
            raise UsageError(f"overlap is {overlap or 0} of {max_tokens} tokens", hint="choose 0 <= overlap < max_tokens")
        defaults = {"max_tokens": str(max_tokens or _MAX_TOKENS), "overlap": str(overlap or 0)}
        index = cls(connect(place, defaults if make and write else None, write=write), embedder, write=write)
        index._dense = DENSE if recipe is None else recipe.weight
        try:
            index._take_settings(max_tokens, overlap)
        except BaseException:
            index.close()
            raise
        return index

    def add(
        self,
        documents: Iterable[Document],
        *,
        metadata: Metadata | Callable[[Document], Metadata] | None = None,
        replace_same_name: bool = False,
    ) -> Added:
        """Add documents, as they are given: clean them first. Each is one transaction, its attachments with it.

        A document that is there already is skipped, one whose text has changed since is replaced. Two files may have the
        same name; `replace_same_name` lets a new one take the place of all others of its name.

        Args:
            documents: read and, better, cleaned.
            metadata: labels and the like for all of them, or a function that tells them for one; what `where` selects by.
            replace_same_name: drop other documents with the same name.

        Raises:
            ModelError: the index was made with another embedder.
            IndexBusy: another process is writing for longer than a minute, or the disk is full; the documents before this
                one are in the index.
        """
        outcome: dict[str, list[str]] = {"added": [], "replaced": [], "unchanged": []}
        pending: list[Prepared] = []
        waiting = 0
        for document in documents:
            tags = dict(metadata(document) if callable(metadata) else metadata or {})
            digest = hashlib.sha256(dumps(document)).hexdigest()
            if any(other.digest == digest for other in pending) or self._is_there(
                document.id, digest, None if metadata is None else tags
            ):
                outcome["unchanged"].append(document.id)
                continue
            prepared = self._prepare(document, digest, tags)
            pending.append(prepared)
            waiting += sum(1 for _ in prepared.chunks())
            if waiting >= _BATCH:
                self._write(pending, outcome, replace_same_name)
                pending, waiting = [], 0
        self._write(pending, outcome, replace_same_name)
        return Added(**{key: tuple(ids) for key, ids in outcome.items()})

    def delete(self, document_id: str) -> None:
        """Take a document out, with its attachments. An attachment goes with the document that it came in.

        Raises:
            UsageError: there is no such document.
        """
        with self._lock, self._writing() as session:
            found = session.execute("SELECT row FROM documents WHERE id = ?", (document_id,)).fetchone()
            if found is None:
                raise _unknown(document_id)
            delete(session, found[0])

    def search(
        self,
        query: str,
        k: int = 10,
        *,
        where: Where | None = None,
        rerank: Reranker | None = None,
        dense: float | None = None,
    ) -> list[Hit]:
        """The chunks that fit a question best, by meaning and by words.

        Args:
            query: a question or words, in any language.
            k: how many at most.
            where: what they must have: `name`, `document_id`, `language`, `media_type`, or any metadata key, with a value
                or a list of values of which one must fit, or for a metadata key a range: `Between("2026-01-01")`.
            rerank: orders the 20 best, or k if that is more, anew by reading each with the question; see
                `index.reranking.CrossEncoder`. Scores are then its own.
            dense: what meaning weighs, the rest is the words': 1 is by meaning alone, 0 by words alone. By default as the index
                was opened.

        Returns:
            Best first. The scores of one index are on one scale, 0 to about 1, whatever the query.

        Raises:
            UsageError: `k` is not positive, `dense` is not from 0 to 1, no document has such metadata, or `where` has other
                types.
        """
        found = self.weigh(query, k if rerank is None or k < 1 else max(k, _RERANKED), where=where, dense=dense)
        if rerank is not None:
            scores = rerank.scores(query, [embedded_text(one.chunk) for one in found]).tolist()
            again = [replace(one, score=score) for one, score in zip(found, scores, strict=True)]
            found = sorted(again, key=lambda one: -one.score)[:k]
        return [Hit(one.chunk, one.score, one.document_name, dict(one.metadata)) for one in found]

    def weigh(self, query: str, k: int = 10, *, where: Where | None = None, dense: float | None = None) -> list[Evidence]:
        """As `search`, telling also what each part of the score was."""
        if k < 1:
            raise UsageError(f"k is {k}", hint="ask for at least one")
        dense = self._dense if dense is None else dense
        if not 0 <= dense <= 1:
            raise UsageError(f"meaning weighs {dense}", hint="give a share, 0 to 1")
        fusing = partial(fuse, dense=dense, nothing=floor(self.embedder.name))
        vector = self.embedder.embed_queries([query])[0]
        with self._lock, self._reading() as session:
            found = candidates(session, query, vector, max(k, MOST), where, fusing)
        # The words of a chunk's sentences are its own: without meaning their order stays.
        return (by_sentences(self.embedder, vector, found, fusing) if dense else found)[:k]

    def relevance(self, question: str, texts: Sequence[tuple[str, str | None]]) -> list[tuple[float, float]]:
        """How close stretches of documents are to a question, for choosing among them.

        Args:
            question: in any language.
            texts: each with its language.

        Returns:
            For each text the cosine with the question, and the share of the question's words it has, rare ones counting more.
        """
        if not texts:
            return []
        [asked] = self.embedder.embed_queries([question])
        cosines = self.embedder.embed_documents([text for text, _ in texts]) @ asked
        with self._lock, self._reading() as session:
            words = query_stems(question, {language for _, language in texts})
            counts, chunks = session.frequencies(words), session.count()
        covered = [coverage(words, text, language, counts, chunks) for text, language in texts]
        return list(zip(cosines.astype(float).tolist(), covered, strict=True))

    def document(self, document_id: str) -> Document:
        """A document or attachment as it was added, with stored boxes.

        Raises:
            UsageError: there is no such document.
            IndexCorrupted: it cannot be read any more.
        """
        with self._lock, self._reading() as session:
            found = session.execute(
                "SELECT body FROM documents WHERE row = (SELECT document FROM members WHERE id = ? LIMIT 1)", (document_id,)
            ).fetchone()
        if found is None:
            raise _unknown(document_id)
        return next(member for member in unpack(found[0], self._backend.name).walk() if member.id == document_id)

    def documents(self) -> list[StoredDocument]:
        """What has been added, oldest first; attachments are within their documents."""
        with self._lock, self._reading() as session:
            return listed(session)

    def stats(self) -> Stats:
        """How much the index holds."""
        with self._lock, self._reading() as session:
            meta = entries(session)
            documents, chunks, tokens, languages = counted(session)
        model = meta.get("embedder"), int(meta.get("dimensions", 0))
        return Stats(documents, chunks, tokens, languages, self._backend.size(), *model, self._max_tokens, self._overlap)

    def verify(self) -> tuple[Issue, ...]:
        """Check everything against everything: the file, each document, each chunk's characters, embeddings, stems.

        Returns:
            What is wrong; empty when all is well. Damage that SQLite cannot read past is the last of them.

        Raises:
            IndexBusy: the disk fails.
        """
        found: list[Issue] = []
        try:
            with self._lock, self._reading() as session:
                found.extend(problems(session, self._backend.name))
        except IndexCorrupted as error:
            found.append(Issue("file", f"it cannot be read any further: {error.message}"))
        return tuple(found)

    def compact(self) -> None:
        """Write everything anew without what was deleted or replaced: no file of the folder holds it afterwards.

        Others may search meanwhile; in PostgreSQL they wait. Killed halfway, no document is lost; call it again.

        Raises:
            IndexBusy: another process writes, or reads what was deleted, for longer than a minute; or the disk has no room
                for a second copy.
            IndexCorrupted: the file is damaged; it is left as it is.
        """
        with self._lock:
            self._for_writing()
            self._backend.compact()

    def as_retriever(self, *, k: int = 10, where: Where | None = None) -> BaseRetriever:
        """The index as a LlamaIndex retriever, whose nodes carry document, span and pages in their metadata."""
        from foyerdoc.index.llamaindex import IndexRetriever

        return IndexRetriever(self, k=k, where=where)

    @property
    def name(self) -> str:
        """Where the index is kept, without a password."""
        return self._backend.name

    @property
    def embedder(self) -> Embedder:
        """The model whose embeddings the index holds.

        Raises:
            ModelError: the index was made with another one.
        """
        with self._lock:
            if self._embedder is None:
                from foyerdoc.embedding import named

                self._embedder = named("e5")
                self._check_embedder(self._embedder)
            return self._embedder

    def close(self) -> None:
        """Let go of the files. What was added is on disk already; this only saves the vectors' cache, where it can."""
        with self._lock:
            self._backend.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _reading(self) -> AbstractContextManager[Session]:
        return self._backend.transaction(write=False)

    def _writing(self) -> AbstractContextManager[Session]:
        self._for_writing()
        return self._backend.transaction(write=True)

    def _for_writing(self) -> None:
        if not self._writable:
            raise UsageError(f"{self._backend.name} was opened for reading", hint="open it without write=False")

    def _take_settings(self, max_tokens: int | None, overlap: int | None) -> None:
        """Compare what the caller asked for with what the index was made with."""
        name = self._backend.name
        with self._reading() as session:
            meta = entries(session)
        try:
            self._max_tokens, self._overlap = int(meta["max_tokens"]), int(meta["overlap"])
        except (KeyError, ValueError) as error:
            raise IndexCorrupted(f"{name} does not say how it was made", hint=RESTORE) from error
        for name, asked, stored in (("max_tokens", max_tokens, self._max_tokens), ("overlap", overlap, self._overlap)):
            if asked is not None and asked != stored:
                raise UsageError(f"{name} was made with {name}={stored}, not {asked}", hint="leave it out, or make a new index")
        if self._embedder is not None:
            self._check_embedder(self._embedder)

    def _check_embedder(self, embedder: Embedder) -> None:
        with self._reading() as session:
            self._compare(entries(session), embedder)

    def _compare(self, meta: Mapping[str, str], embedder: Embedder) -> None:
        stored = meta.get("embedder", embedder.name)
        if stored != embedder.name:
            raise ModelError(
                f"{self._backend.name} holds embeddings of {stored}, not of {embedder.name}",
                hint="open it with that embedder, or add its documents to a new index",
            )

    def _is_there(self, document_id: str, digest: str, tags: Metadata | None) -> bool:
        """Whether the document is there as it is; if so, give it these labels."""
        with self._lock:
            with self._reading() as session:
                query = "SELECT row FROM documents WHERE id = ? AND digest = ?"
                found = session.execute(query, (document_id, digest)).fetchone()
                same = found is not None and (tags is None or metadata_of(session, found[0]) == tags)
            if found is not None and not same:
                with self._writing() as session:
                    found = session.execute(query, (document_id, digest)).fetchone()
                    if found is not None:  # another process may have deleted it meanwhile
                        set_metadata(session, found[0], tags or {})
            return found is not None

    def _prepare(self, document: Document, digest: str, tags: Metadata) -> Prepared:
        members = members_of(document, self.embedder, max_tokens=self._max_tokens, overlap=self._overlap)
        return Prepared(document, digest, tags, members)

    def _write(self, pending: Sequence[Prepared], outcome: dict[str, list[str]], replace_same_name: bool) -> None:
        """Embed the chunks of all of them at once, then write each in a transaction of its own."""
        if not pending:
            return
        embedder = self.embedder
        vectors = self._embed([embedded_text(piece) for prepared in pending for _, piece in prepared.chunks()])
        at = 0
        for prepared in pending:
            count = sum(1 for _ in prepared.chunks())
            body = pack(prepared.document)
            with self._lock, self._writing() as session:
                about = [("embedder", embedder.name), ("dimensions", str(embedder.dimensions))]
                session.executemany("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO NOTHING", about)
                self._compare(entries(session), embedder)
                session.make_room(embedder.dimensions)
                older = rows_replaced(session, prepared.document, replace_same_name)
                for row in older:
                    delete(session, row)
                insert(session, prepared, body, vectors[at : at + count])
            outcome["replaced" if older else "added"].append(prepared.document.id)
            at += count

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions) float32. A text that a chunk has already, or that comes twice, is not embedded again."""
        embedder = self.embedder
        if not texts:
            return np.empty((0, embedder.dimensions), np.float32)
        with self._lock, self._reading() as session:
            vectors = known(session, texts, embedder.dimensions)
        new = [text for text in dict.fromkeys(texts) if text not in vectors]
        if new:
            vectors.update(zip(new, embedder.embed_documents(new), strict=True))
        return np.stack([vectors[text] for text in texts])


def _unknown(document_id: str) -> UsageError:
    return UsageError(f"no document {document_id!r} in the index", hint="`documents()` lists them")
