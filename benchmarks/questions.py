"""The development questions as the benchmarks of the index and of answers use them, and embeddings that are kept on disk."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foyerdoc.documents import Block, Document, Span
from foyerdoc.embedding import SentenceEmbedder


@dataclass(frozen=True)
class Question:
    """A question, the number of the paragraph that answers it, its answers and where they begin there, the number of its
    article, and whether it is of the half that chooses."""

    text: str
    paragraph: int
    answers: tuple[str, ...]
    starts: tuple[int, ...]
    article: int
    choosing: bool


def squad(path: Path) -> tuple[list[str], list[Question]]:
    """The paragraphs and questions of a file in SQuAD's format. Whole articles fall into the first half of the questions or
    the second: those of the first half choose weights and thresholds, those of the second are reported."""
    articles = json.loads(path.read_bytes())["data"]
    total = sum(len(paragraph["qas"]) for article in articles for paragraph in article["paragraphs"])
    paragraphs, questions = [], []
    for number, article in enumerate(articles):
        choosing = len(questions) < total / 2
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                answers = tuple(answer["text"] for answer in qa["answers"])
                starts = tuple(answer["answer_start"] for answer in qa["answers"])
                questions.append(Question(qa["question"], len(paragraphs), answers, starts, number, choosing))
            paragraphs.append(paragraph["context"])
    return paragraphs, questions


def nomiracl(path: Path) -> list[dict]:
    """Questions with ten passages each; `answerable` says whether one of them answers."""
    with gzip.open(path) as lines:
        return [json.loads(line) for line in lines]


def document(text: str, name: str, language: str) -> Document:
    """A paragraph as a document of one block."""
    blocks = (Block("paragraph", Span(0, len(text)), path="body/p[1]", language=language),)
    return Document(hashlib.sha256(name.encode()).hexdigest(), name, "text/plain", text, language, blocks=blocks)


class KeptEmbedder:
    """The embedded embedder; with a folder, every vector is computed once and kept there in half precision."""

    def __init__(self, folder: Path | None) -> None:
        self._model = SentenceEmbedder()
        self._file = None if folder is None else folder / "embeddings.npz"
        self._kept: dict[str, np.ndarray] = {}
        if self._file is not None and self._file.exists():
            stored = np.load(self._file)
            self._kept = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
        self.computed = 0

    dimensions = 384

    @property
    def name(self):
        return self._model.name

    @property
    def max_tokens(self):
        return self._model.max_tokens

    def embed_documents(self, texts):
        return self._embed("passage: ", texts, self._model.embed_documents)

    def embed_queries(self, texts):
        return self._embed("query: ", texts, self._model.embed_queries)

    def count_tokens(self, text):
        return self._model.count_tokens(text)

    def offsets(self, text):
        return self._model.offsets(text)

    def save(self):
        """Keep what was computed since the last time."""
        if self._file is not None and self.computed:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._file, keys=np.array(list(self._kept)), vectors=np.array(list(self._kept.values())))
            self.computed = 0

    def close(self):
        self.save()
        self._model.close()

    def _embed(self, prefix, texts, compute):
        keys = [hashlib.sha256((prefix + text).encode()).hexdigest()[:32] for text in texts]
        missing = [(key, text) for key, text in zip(keys, texts, strict=True) if key not in self._kept]
        if missing:
            vectors = compute([text for _, text in missing]).astype(np.float16)
            self._kept.update({key: vector for (key, _), vector in zip(missing, vectors, strict=True)})
            self.computed += len(missing)
        found = np.array([self._kept[key] for key in keys], dtype=np.float32).reshape(len(keys), 384)
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
