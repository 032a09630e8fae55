"""Collections on disk: each has its files, its index and its gold, and shares nothing with another.

    FOLDER/ledger.sqlite
    FOLDER/collections/claims/files/<sha256>/letter.pdf
    FOLDER/collections/claims/index/
    FOLDER/collections/claims/gold.jsonl
    FOLDER/incoming/            what is being received

With `Configuration.indexes` the indexes are in PostgreSQL instead, each in a schema of its own. With `Configuration.read_only`
another process changes all this, and this one reads what is there at the moment.

An index of its own, where `where` on one index would have done: the same file may be in two collections under two names, and
what words are rare is not told from what a key does not see.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from foyerdoc.chat import Chat
from foyerdoc.classification import Classifier
from foyerdoc.documents import Document
from foyerdoc.errors import NoIndex, UsageError
from foyerdoc.index import Index
from foyerdoc.index.places import in_schema
from foyerdoc.models.protocol import Embedder
from foyerdoc.pipeline import Pipeline
from foyerdoc.quoting import bundled_for
from foyerdoc.service.configuration import Configuration
from foyerdoc.service.entries import Accepted, Job
from foyerdoc.service.ledger import Ledger
from foyerdoc.service.problems import Problem


class Library:
    """All collections of a service. Safe for several threads."""

    def __init__(self, configuration: Configuration, ledger: Ledger) -> None:
        self.configuration = configuration
        self.ledger = ledger
        self.incoming = configuration.folder / "incoming"
        self._lock = threading.RLock()
        self._held = ExitStack()
        self._empty: Index | None = None
        self._shelves: dict[str, Shelf] = {}
        self._classifier = configuration.classifier
        self._embedder = configuration.embedder

    def shelf(self, name: str) -> Shelf:
        """A collection by its name; whether a key sees it is the caller's to know."""
        with self._lock:
            return self._shelves.setdefault(name, Shelf(self, name))

    def open_index(self, place: str | Path) -> Index:
        """An index that shares its embedder with all others."""
        return Index.open(place, embedder=self.embedder(), write=not self.configuration.read_only)

    def embedder(self) -> Embedder:
        """The one embedder of all indexes."""
        with self._lock:
            if self._embedder is None:
                from foyerdoc.embedding import SentenceEmbedder

                self._embedder = SentenceEmbedder()
            return self._embedder

    def load(self) -> None:
        """Load the models that searches and answers need, which they would do themselves; not a language model."""
        embedder = self.embedder()
        embedder.embed_queries(["ready?"])
        quoter = bundled_for(embedder)
        if quoter is not None:
            quoter.load()

    def empty_index(self) -> Index:
        """What stands for an index that the process that writes has not made yet."""
        with self._lock:
            if self._empty is None:
                place = self._held.enter_context(tempfile.TemporaryDirectory(prefix="foyerdoc-"))
                self._empty = self._held.enter_context(Index.open(place, embedder=self._embedder))
            return self._empty

    def classifier(self) -> Classifier:
        """The one classifier of all collections."""
        with self._lock:
            if self._classifier is None:
                made = self.configuration
                self._classifier = Classifier.zero_shot(made.taxonomy, model=made.model, embedder=self._embedder)
            return self._classifier

    def tidy(self) -> None:
        """Take away what a kill has left: half of what was being received, files nobody entered, and half deleted documents."""
        shutil.rmtree(self.incoming, ignore_errors=True)
        self.incoming.mkdir(parents=True)
        entered = self.ledger.everything()
        for one in entered:
            if one.state == "deleting":
                self.shelf(one.collection).remove(one.id)
        known = {(one.collection, one.id) for one in entered}
        for folder in (self.configuration.folder / "collections").glob("*/files/*"):
            if (folder.parts[-3], folder.name) not in known:
                shutil.rmtree(folder)

    def close(self) -> None:
        """Let go of all indexes."""
        with self._lock:
            shelves = list(self._shelves.values())
        for shelf in shelves:
            shelf.close()
        self._held.close()


class Shelf:
    """One collection."""

    def __init__(self, library: Library, name: str) -> None:
        self.name = name
        self.folder = library.configuration.folder / "collections" / name
        self._library = library
        self.lock = threading.RLock()
        self._index: Index | None = None
        self._chat: Chat | None = None

    @property
    def ledger(self) -> Ledger:
        """The service's ledger."""
        return self._library.ledger

    @property
    def library(self) -> Library:
        """The library that it is in."""
        return self._library

    @property
    def index(self) -> Index:
        """The collection's index, which is made when it is first asked for; `read_only`, nothing is found until it is."""
        with self.lock:
            if self._index is None:
                made = self._library.configuration
                place = self.folder / "index" if made.indexes is None else in_schema(made.indexes, self.name)
                if made.read_only:
                    try:
                        self._index = self._library.open_index(place)
                    except NoIndex:
                        return self._library.empty_index()
                else:
                    self.folder.mkdir(parents=True, exist_ok=True)
                    self._index = self._library.open_index(place)
                    self._take_strangers(self._index)
            return self._index

    @property
    def chat(self) -> Chat:
        """What answers from the index."""
        with self.lock:
            if self._chat is None:
                made = self._library.configuration
                chat = Chat(self.index, made.model, write=made.write)
                if self._index is None:  # it is of the empty one
                    return chat
                self._chat = chat
            return self._chat

    def pipeline(self, watch: Callable[[Path, str], None]) -> Pipeline:
        """The library's pipeline into this collection's index."""
        made = self._library.configuration
        index = self.index
        return Pipeline(
            made.taxonomy,
            made.schemas,
            classifier=self._library.classifier(),
            model=made.model,
            index=index,
            workers=1,
            limits=made.limits,
            watch=watch,
        )

    def enter(self, received: Path, document: str, name: str, size: int) -> tuple[Accepted, Job | None, bool]:
        """Give a received file its place and enter it; one that is there already stays, and so does its entry.

        File first, ledger second: killed in between, nothing was promised, and the next start takes the file away.

        Returns:
            As `Ledger.accept`.
        """
        folder = self.folder / "files" / document
        with self.lock:
            if not folder.is_dir() or not any(folder.iterdir()):
                folder.mkdir(parents=True, exist_ok=True)
                received.rename(folder / name)
                for place in (folder, folder.parent, self.folder):
                    _settle(place)
            return self.ledger.accept(self.name, document, name, size)

    def file(self, document: str) -> Path:
        """Where a document's file is.

        Raises:
            UsageError: there is none.
        """
        found = next(iter(sorted((self.folder / "files" / document).glob("*"))), None)
        if found is None:
            raise UsageError("the document's file is gone", hint="upload it again")
        return found

    def accepted(self, document: str) -> Accepted:
        """A document of the collection.

        Raises:
            Problem: 404.
        """
        found = self.ledger.document(self.name, document)
        if found is None or found.state == "deleting":
            raise unknown_document()
        return found

    def text(self, document: str) -> Document:
        """A document or attachment as it is in the index.

        Raises:
            Problem: 404.
        """
        try:
            return self.index.document(document)
        except UsageError as error:
            raise unknown_document() from error

    def delete(self, document: str) -> None:
        """Take a document out, with its file and all that was found.

        Raises:
            Problem: 404.
        """
        with self.lock:
            if not self.ledger.condemn(self.name, document):
                raise unknown_document()
            self.remove(document)

    def remove(self, document: str) -> None:
        """Take the traces of a document that was marked, then its entry: killed in between, it is still marked."""
        with self.lock:
            with suppress(UsageError):  # it was never indexed
                self.index.delete(document)
            shutil.rmtree(self.folder / "files" / document, ignore_errors=True)
            self.ledger.forget(self.name, document)

    def finish(self, document: str, end: Callable[[], None]) -> None:
        """End a job; a document that was deleted meanwhile leaves the index again."""
        with self.lock:
            there = self.ledger.document(self.name, document)
            if there is not None and there.state != "deleting":
                end()
            else:
                with suppress(UsageError):
                    self.index.delete(document)

    def _take_strangers(self, index: Index) -> None:
        """Take out of the index what a job put there for a document that was deleted meanwhile, before it was killed."""
        for one in index.documents():
            if self.ledger.document(self.name, one.id) is None:
                index.delete(one.id)

    def close(self) -> None:
        """Let go of the index."""
        with self.lock:
            if self._index is not None:
                self._index.close()
                self._index = self._chat = None


def unknown_document() -> Problem:
    """What a document that is not in the collection answers with."""
    return Problem(404, "unknown_document", "there is no such document in this collection", hint="list its documents")


def _settle(folder: Path) -> None:
    """Have a folder's names survive a loss of power, where the system can."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
