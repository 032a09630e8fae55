"""A document's words and letter groups, weighed by a linear model: what a small encoder overlooks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_KINDS: Final[tuple[dict[str, Any], ...]] = (
    {"analyzer": "word", "ngram_range": (1, 2)},
    {"analyzer": "char_wb", "ngram_range": (3, 5)},
)
_WORDS: Final = 0
"""The kind of terms that are words."""

_FEATURES: Final = 60_000
"""Of each kind, the most frequent; the rest adds size, not accuracy."""

_FEW: Final = 2000
"""Texts up to which the machine is fitted on their products alone."""


class Counted:
    """How often each term stands in each of some texts: counted once for all that is learnt from parts of them.

    Attributes:
        wordless: whether there is not one word in all of them; groups of signs there may be.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        from scipy.sparse import csr_matrix
        from sklearn.feature_extraction.text import CountVectorizer

        self._counts: list[Any] = []
        self._terms: list[NDArray[np.object_]] = []
        self._places: list[dict[str, int]] = []
        for kind in _KINDS:
            counter = CountVectorizer(dtype=np.float32, **kind)
            if not any(map(counter.build_analyzer(), texts)):  # scikit-learn refuses to count nothing
                self._counts.append(csr_matrix((len(texts), 0), dtype=np.float32))
                self._terms.append(np.array([], dtype=object))
                self._places.append({})
                continue
            self._counts.append(counter.fit_transform(texts))
            self._terms.append(counter.get_feature_names_out())
            self._places.append(counter.vocabulary_)
        self.wordless = not len(self._terms[_WORDS])

    def weighed(self, kind: int, rows: Sequence[int]) -> tuple[Any, Any] | None:
        """A vectoriser fitted on some of the texts, and their (texts, terms) weights; None where they have no such terms."""
        from sklearn.feature_extraction.text import TfidfTransformer

        counts = self._counts[kind][np.array(rows, dtype=np.int64)]
        texts = np.bincount(counts.indices, minlength=counts.shape[1])
        kept = np.flatnonzero(texts >= (2 if len(rows) > 50 else 1))
        if not len(kept):
            return None
        if len(kept) > _FEATURES:
            often = np.asarray(counts[:, kept].sum(axis=0)).ravel()
            kept = np.sort(kept[np.argsort(-often, kind="stable")[:_FEATURES]])
        weights = TfidfTransformer(sublinear_tf=True).fit(counts[:, kept])
        return _vectorizer(kind, self._terms[kind][kept], weights.idf_), weights.transform(counts[:, kept])

    def of(self, kind: int, rows: Sequence[int], vectorizer: Any) -> Any:
        """(texts, terms) weights of some of the texts by a vectoriser that `weighed` gave."""
        from sklearn.feature_extraction.text import TfidfTransformer

        kept = [self._places[kind][term] for term in vectorizer.get_feature_names_out()]
        weights = TfidfTransformer(sublinear_tf=True)
        weights.idf_ = vectorizer.idf_
        return weights.transform(self._counts[kind][np.array(rows, dtype=np.int64)][:, kept])


class Lexical:
    """TF-IDF over words and letter groups, and one linear score per leaf. Stored without pickle."""

    def __init__(self, leaves: int) -> None:
        self._leaves = leaves
        self._vectorizers: dict[int, Any] = {}  # by kind; a kind that no text had terms of is missing
        self._weights: NDArray[np.float32] = np.zeros((0, leaves), dtype=np.float32)
        self._bias: NDArray[np.float32] = np.zeros(leaves, dtype=np.float32)

    def fit(self, texts: Sequence[str], labels: Sequence[int]) -> Lexical:
        """Learn from texts and the numbers of their leaves. A leaf without texts never wins."""
        return self.fit_counted(Counted(texts), range(len(texts)), labels)

    def fit_counted(self, counted: Counted, rows: Sequence[int], labels: Sequence[int]) -> Lexical:
        """The same from some of the texts that were counted.

        Args:
            counted: texts.
            rows: the numbers of those to learn from.
            labels: the numbers of their leaves.
        """
        weighed = {kind: counted.weighed(kind, rows) for kind in range(len(_KINDS))}
        parts = {kind: part for kind, part in weighed.items() if part is not None}
        self._vectorizers = {kind: vectorizer for kind, (vectorizer, _) in parts.items()}
        features = self._stack([weights for _, weights in parts.values()], len(rows))
        present = sorted(set(labels))
        self._weights = np.zeros((features.shape[1], self._leaves), dtype=np.float32)
        self._bias = np.full(self._leaves, -2.0, dtype=np.float32)
        if len(present) < 2 or not parts:  # nothing to tell them apart by
            self._bias[present] = 0.0
            return self
        weights, bias = _planes(features, labels)
        if len(present) == 2:  # one plane between two
            weights, bias = np.hstack([-weights, weights]), np.concatenate([-bias, bias])
        self._weights[:, present] = weights
        self._bias[present] = bias
        return self

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, leaves) float64: distances from each leaf's plane, about -1 for no and 1 for yes."""
        return self._scores([vectorizer.transform(texts) for vectorizer in self._vectorizers.values()], len(texts))

    def score_counted(self, counted: Counted, rows: Sequence[int]) -> NDArray[np.float64]:
        """The same of texts that were counted."""
        parts = [counted.of(kind, rows, vectorizer) for kind, vectorizer in self._vectorizers.items()]
        return self._scores(parts, len(rows))

    def _scores(self, parts: Sequence[Any], texts: int) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = np.asarray(self._stack(parts, texts) @ self._weights, dtype=np.float64) + self._bias
        return scores

    def save(self, path: Path) -> None:
        """Write one file of safetensors; weights in 8 bits, each term with a scale of its own."""
        from safetensors.numpy import save_file

        scales = np.maximum(np.abs(self._weights).max(axis=1, keepdims=True), 1e-12) / 127
        tensors: dict[str, NDArray[Any]] = {
            "weights": np.rint(self._weights / scales).astype(np.int8),
            "scales": scales.astype(np.float32),
            "bias": self._bias,
        }
        for number, vectorizer in self._vectorizers.items():
            terms = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
            tensors[f"terms.{number}"] = np.frombuffer("\n".join(terms).encode(), dtype=np.uint8)
            tensors[f"idf.{number}"] = vectorizer.idf_.astype(np.float32)
        save_file(tensors, path)

    @classmethod
    def load(cls, path: Path) -> Lexical:
        """Read what `save` wrote."""
        from safetensors.numpy import load_file

        tensors = load_file(path)
        found = cls(tensors["weights"].shape[1])
        found._weights, found._bias = tensors["weights"].astype(np.float32) * tensors["scales"], tensors["bias"]
        for number in range(len(_KINDS)):
            if f"terms.{number}" in tensors:
                terms = tensors[f"terms.{number}"].tobytes().decode().split("\n")
                found._vectorizers[number] = _vectorizer(number, terms, tensors[f"idf.{number}"])
        return found

    @staticmethod
    def _stack(parts: Sequence[Any], texts: int) -> Any:
        from scipy.sparse import csr_matrix, hstack

        return hstack(parts).tocsr() if parts else csr_matrix((texts, 0), dtype=np.float32)


def _vectorizer(kind: int, terms: Any, idf: NDArray[np.floating[Any]]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(sublinear_tf=True, dtype=np.float32, vocabulary=list(terms), **_KINDS[kind])
    vectorizer.idf_ = np.asarray(idf, dtype=np.float32)
    return vectorizer


def _planes(features: Any, labels: Sequence[int]) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    """(terms, planes) weights and (planes,) offsets of a linear support vector machine.

    It asks for the texts' products with one another alone. Up to some thousand texts are turned into as many coordinates with
    the same products: the same planes, far faster than over a hundred thousand terms.
    """
    from sklearn.svm import LinearSVC

    if features.shape[0] > _FEW:
        model = LinearSVC(C=1.0, random_state=0).fit(features, list(labels))
        return model.coef_.T, model.intercept_
    values, vectors = np.linalg.eigh((features @ features.T).toarray().astype(np.float64))
    kept = values > 1e-7 * max(values[-1], 1e-30)
    scale = np.sqrt(values[kept])
    model = LinearSVC(C=1.0, random_state=0).fit(vectors[:, kept] * scale, list(labels))
    return features.T @ (vectors[:, kept] / scale @ model.coef_.T), model.intercept_
