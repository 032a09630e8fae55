"""The house's own stages, from a file to an answer, each remembered under what it was given.

read -> clean -> chunk and embed (an index) -> retrieve -> answer
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from types import TracebackType

import orjson

from foyerdoc.chat import Chat, Found
from foyerdoc.chat.answering import language_model
from foyerdoc.chat.finding import Candidate
from foyerdoc.cleaning import clean
from foyerdoc.documents import Chunk, Document, Span
from foyerdoc.embedding import named
from foyerdoc.errors import UsageError
from foyerdoc.experiments.cache import Cache
from foyerdoc.experiments.kept import KeptEmbedder, KeptModel
from foyerdoc.index import Evidence, Index
from foyerdoc.reading import read
from foyerdoc.recipe import Recipe
from foyerdoc.results import Answer
from foyerdoc.serialization import dumps, loads


class Stages:
    """Documents, indexes and chats by recipe. Models are loaded when something is asked of them that is not known yet.

    Args:
        paths: files and folders.
        cache: what was made before.
    """

    def __init__(self, paths: Iterable[Path], cache: Cache) -> None:
        self._paths = tuple(paths)
        self._cache = cache
        self._embedders: dict[str, KeptEmbedder] = {}
        self._models: dict[tuple[str, str, str], KeptModel] = {}
        self._indexes: dict[str, Index] = {}

    @cached_property
    def documents(self) -> dict[str, Document]:
        """The documents by name, read and cleaned.

        Raises:
            UsageError: there are none, or two have one name.
            ReadError: a file cannot be read.
        """
        found: dict[str, Document] = {}
        for path in _files(self._paths):
            raw = path.read_bytes()
            about = [hashlib.sha256(raw).hexdigest(), path.name]
            as_read = self._cache.remember("read", about, lambda raw=raw, path=path: dumps(read(raw, name=path.name)))  # type: ignore[misc]
            digest = hashlib.sha256(as_read).hexdigest()
            cleaned = self._cache.remember("clean", digest, lambda data=as_read: dumps(clean(loads(data))))  # type: ignore[misc]
            if path.name in found:
                raise UsageError(f"two documents are called {path.name}", hint="give each a name of its own")
            found[path.name] = loads(cleaned)
        return found

    @cached_property
    def _digests(self) -> list[str]:
        return sorted(hashlib.sha256(dumps(one)).hexdigest() for one in self.documents.values())

    @cached_property
    def _by_id(self) -> dict[str, Document]:
        return {one.id: one for document in self.documents.values() for one in document.walk()}

    def find(self, recipe: Recipe, question: str) -> Found:
        """The passages and sentences for a question."""
        index, key = self._index(recipe)
        chat = self._chat(index, recipe)
        about = [key, question, recipe.weight, recipe.k, recipe.model == "quoter"]
        made = self._cache.remember("retrieve", about, lambda: _stored(chat.find(question)))
        return _found(made, self._by_id)

    def answer(self, recipe: Recipe, found: Found) -> Answer:
        """The answer from what was found."""
        index, _ = self._index(recipe)
        return self._chat(index, recipe).answer(found)

    def chances(self, recipe: Recipe, found: Found) -> tuple[float, ...]:
        """As `Chat.chances`."""
        index, _ = self._index(recipe)
        return self._chat(index, recipe).chances(found)

    def close(self) -> None:
        """Let go of files and models."""
        for index in self._indexes.values():
            index.close()
        for embedder in self._embedders.values():
            embedder.close()
        for model in self._models.values():
            model.close()

    def __enter__(self) -> Stages:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _chat(self, index: Index, recipe: Recipe) -> Chat:
        return Chat(index, self._model(recipe), recipe=recipe)

    def _index(self, recipe: Recipe) -> tuple[Index, str]:
        """The index for a recipe, and what tells it from all others."""
        embedder = self._embedder(recipe.embedder)
        documents = self.documents
        about = [self._digests, recipe.chunk_size, recipe.overlap, embedder.name]
        key = self._cache.key("chunk", about).hex()[:32]
        if key not in self._indexes:
            folder = self._cache.folder / "indexes" / key
            index = Index.open(folder, embedder=embedder, max_tokens=recipe.chunk_size, overlap=recipe.overlap)
            self._indexes[key] = index

            def fill() -> bytes:
                # What a kill left half done is gone on with: documents that are there are skipped.
                index.add(documents.values())
                return b"filled"

            self._cache.remember("chunk", about, fill)
        return self._indexes[key], key

    def _embedder(self, name: str) -> KeptEmbedder:
        if name not in self._embedders:
            self._embedders[name] = KeptEmbedder(named(name), self._cache)
        return self._embedders[name]

    def _model(self, recipe: Recipe) -> KeptModel | None:
        model = language_model(recipe)
        if model is None:
            return None
        key = (recipe.model, recipe.quantization, recipe.adapter)
        if key not in self._models:
            self._models[key] = KeptModel(model, self._cache)
        return self._models[key]


def _files(paths: Iterable[Path]) -> list[Path]:
    """The files, and those below the folders, in order; hidden ones left out."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = (one for one in sorted(path.rglob("*")) if one.is_file())
            found += [one for one in below if not any(part.startswith(".") for part in one.relative_to(path).parts)]
        elif path.is_file():
            found.append(path)
        else:
            raise UsageError(f"{path} is not there", hint="name the documents' files or folders in the plan")
    if not found:
        raise UsageError("the plan's folders hold no documents", hint="name files, or folders that hold some")
    return found


def _stored(found: Found) -> bytes:
    """What was found as JSON; documents stay in the index."""
    passages = [
        [asdict(one.chunk), one.score, one.cosine, one.lexical, one.document_name, one.language, dict(one.metadata)]
        for one in found.evidence
    ]
    places = {one.chunk.id: number for number, one in enumerate(found.evidence)}
    sentences = [
        [places[one.chunk.id], [one.span.start, one.span.end], one.text, one.score, one.cosine, one.odds, one.language]
        for one in found.candidates
    ]
    return orjson.dumps([found.question, found.language, passages, sentences, found.steps, found.none])


def _found(stored: bytes, documents: Mapping[str, Document]) -> Found:
    question, language, passages, sentences, steps, none = orjson.loads(stored)
    evidence = []
    for chunk, score, cosine, lexical, name, spoken, metadata in passages:
        own = {"span": Span(**chunk["span"]), "headings": tuple(chunk["headings"]), "pages": tuple(chunk["pages"])}
        evidence.append(Evidence(Chunk(**{**chunk, **own}), score, cosine, lexical, name, spoken, metadata))
    candidates = []
    for place, (start, end), text, score, cosine, odds, spoken in sentences:
        passage = evidence[place]
        candidates.append(Candidate(passage.chunk, passage.document_name, spoken, Span(start, end), text, score, cosine, odds))
    own_documents = {one.chunk.document_id: documents[one.chunk.document_id] for one in evidence}
    return Found(question, language, tuple(evidence), own_documents, tuple(candidates), tuple(steps), none)
