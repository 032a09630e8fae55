"""Documents without files, and an embedder whose answers can be worked out by hand."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import pytest

from foyerdoc.documents import Block, Document, Span


class WordEmbedder:
    """Every word is a fixed random direction; a text is their sum. Texts that share words are close."""

    name = "words-64"
    dimensions = 64
    max_tokens = 512

    def embed_documents(self, texts):
        return np.array([self._embed(text) for text in texts], dtype=np.float32).reshape(len(texts), self.dimensions)

    embed_queries = embed_documents

    def count_tokens(self, text):
        return len(self.offsets(text))

    def offsets(self, text):
        return [match.span() for match in re.finditer(r"\S+", text)]

    def close(self):
        pass

    def _embed(self, text):
        total = np.zeros(self.dimensions)
        for word in re.findall(r"\w+", text.lower()) or [""]:
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
            total += np.random.default_rng(seed).normal(size=self.dimensions)
        return total / np.linalg.norm(total)


class CountingEmbedder(WordEmbedder):
    """Knows which texts it was given."""

    def __init__(self):
        self.asked = []

    def embed_documents(self, texts):
        self.asked += texts
        return super().embed_documents(texts)


def names(hits):
    return [hit.document_name for hit in hits]


def make_document(name, *paragraphs, language="en", attachments=(), content=None):
    text = "\n\n".join(paragraphs)
    blocks, at = [], 0
    for paragraph in paragraphs:
        blocks.append(Block("paragraph", Span(at, at + len(paragraph)), path=f"body/p[{len(blocks) + 1}]", language=language))
        at += len(paragraph) + 2
    digest = hashlib.sha256((content or name + text).encode()).hexdigest()
    return Document(digest, name, "text/plain", text, language, blocks=tuple(blocks), attachments=tuple(attachments))


@pytest.fixture
def words():
    return WordEmbedder()
