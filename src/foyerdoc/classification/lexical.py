"""A document's words and letter groups, weighed by a linear model: what a small encoder overlooks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_WORDS: Final = {"analyzer": "word", "ngram_range": (1, 2)}
_LETTERS: Final = {"analyzer": "char_wb", "ngram_range": (3, 5)}
_FEATURES: Final = 60_000
"""Of each kind, the most frequent; the rest adds size, not accuracy."""


class Lexical:
    """TF-IDF over words and letter groups, and one linear score per leaf. Stored without pickle."""

    def __init__(self, leaves: int) -> None:
        self._leaves = leaves
        self._vectorizers: list[Any] = []
        self._weights: NDArray[np.float32] = np.zeros((0, leaves), dtype=np.float32)
        self._bias: NDArray[np.float32] = np.zeros(leaves, dtype=np.float32)

    def fit(self, texts: Sequence[str], labels: Sequence[int]) -> Lexical:
        """Learn from texts and the numbers of their leaves. A leaf without texts never wins."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.svm import LinearSVC

        least = 2 if len(texts) > 50 else 1
        self._vectorizers = [
            TfidfVectorizer(sublinear_tf=True, min_df=least, max_features=_FEATURES, dtype=np.float32, **kind)
            for kind in (_WORDS, _LETTERS)
        ]
        features = self._stack([vectorizer.fit_transform(texts) for vectorizer in self._vectorizers])
        present = sorted(set(labels))
        self._weights = np.zeros((features.shape[1], self._leaves), dtype=np.float32)
        self._bias = np.full(self._leaves, -2.0, dtype=np.float32)
        if len(present) == 1:
            self._bias[present[0]] = 0.0
            return self
        model = LinearSVC(C=1.0).fit(features, list(labels))
        weights, bias = model.coef_, model.intercept_
        if len(present) == 2:  # one plane between two
            weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
        self._weights[:, present] = weights.T
        self._bias[present] = bias
        return self

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, leaves) float64: distances from each leaf's plane, about -1 for no and 1 for yes."""
        features = self._stack([vectorizer.transform(texts) for vectorizer in self._vectorizers])
        scores: NDArray[np.float64] = np.asarray(features @ self._weights, dtype=np.float64) + self._bias
        return scores

    def save(self, path: Path) -> None:
        """Write one file of safetensors; weights in half precision."""
        from safetensors.numpy import save_file

        tensors: dict[str, NDArray[Any]] = {"weights": self._weights.astype(np.float16), "bias": self._bias}
        for number, vectorizer in enumerate(self._vectorizers):
            terms = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
            tensors[f"terms.{number}"] = np.frombuffer("\n".join(terms).encode(), dtype=np.uint8)
            tensors[f"idf.{number}"] = vectorizer.idf_.astype(np.float32)
        save_file(tensors, path)

    @classmethod
    def load(cls, path: Path) -> Lexical:
        """Read what `save` wrote."""
        from safetensors.numpy import load_file
        from sklearn.feature_extraction.text import TfidfVectorizer

        tensors = load_file(path)
        found = cls(tensors["weights"].shape[1])
        found._weights, found._bias = tensors["weights"].astype(np.float32), tensors["bias"]
        for number, kind in enumerate((_WORDS, _LETTERS)):
            terms = tensors[f"terms.{number}"].tobytes().decode().split("\n")
            vectorizer = TfidfVectorizer(sublinear_tf=True, dtype=np.float32, vocabulary=terms, **kind)
            vectorizer.idf_ = tensors[f"idf.{number}"]
            found._vectorizers.append(vectorizer)
        return found

    @staticmethod
    def _stack(parts: Sequence[Any]) -> Any:
        from scipy.sparse import hstack

        return hstack(parts).tocsr()
