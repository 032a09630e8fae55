"""Labels from a few examples: logistic regression over a frozen embedder.

A document's vector is the weighted mean of its chunks'. Each leaf's description is an example of the leaf as well, moved to
where documents lie: the vectors of short descriptions differ from those of documents in one direction that all share. So a
leaf without examples is known by its description, and the more examples it has, the less the description counts. An example
that names only an upper label counts for all leaves below it: the sum of their probabilities is made likely.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from foyerdoc.classification.calibration import Calibration
from foyerdoc.classification.scoring import Path, Scores, fading, look_at
from foyerdoc.classification.zero_shot import describe
from foyerdoc.documents import Chunk, Document
from foyerdoc.errors import TrainingError, UsageError
from foyerdoc.models.protocol import Embedder
from foyerdoc.models.tokens import EmbedderTokens
from foyerdoc.taxonomy import Taxonomy

Array = NDArray[np.float64]

_CHUNKS: Final = 12
_TOGETHER: Final = 32
"""Examples whose chunks are held at once."""

_FOLDS: Final = 5
_PENALTIES: Final = (3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
"""What half the squared length of the weights is multiplied by, the strongest first: each fit sets out from the one before."""

_UNTRIED: Final = 0.1
"""The penalty where there are too few examples to choose one."""

_TRIED: Final = 2000
"""Examples among which the penalty is chosen, at most."""

_CALIBRATED: Final = 50
"""Examples from which on confidences are given."""

_STEPS: Final = 200


class LabelledDocument(Protocol):
    """A document and its label."""

    @property
    def document(self) -> Document:
        """Its text is what is learnt from."""

    @property
    def path(self) -> Path:
        """The labels from the root; shorter when only upper levels are known."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A linear map from vectors to scores.

    Attributes:
        mean: (dimensions,) what is subtracted from a vector.
        weights: (dimensions, leaves).
        bias: (leaves,).
    """

    mean: Array
    weights: Array
    bias: Array

    @property
    def digest(self) -> str:
        """First 12 digits of its SHA-256."""
        return hashlib.sha256(b"".join(part.tobytes() for part in (self.mean, self.weights, self.bias))).hexdigest()[:12]


class ByExamples:
    """Scores documents by a head over an embedder's vectors. See `Scorer`."""

    def __init__(self, embedder: Embedder, head: Head, settings: tuple[tuple[str, str], ...]) -> None:
        self.settings = settings
        self.adapter = head.digest
        self._embedder = embedder
        self._head = head

    @property
    def name(self) -> str:
        """The embedder's."""
        return self._embedder.name

    def score(self, documents: Sequence[Document]) -> list[Scores]:
        """See `Scorer`."""
        found = []
        for chunks, total, vectors in embedded(documents, self._embedder):
            by_chunk = (vectors - self._head.mean) @ self._head.weights
            weights = fading(len(chunks))
            found.append(Scores(tuple(chunks), total, by_chunk, weights, weights @ by_chunk + self._head.bias))
        return found


def learn(
    taxonomy: Taxonomy, examples: Sequence[tuple[Document, Sequence[str]] | LabelledDocument], embedder: Embedder
) -> tuple[ByExamples, Calibration | None]:
    """A scorer from examples, and its calibration when there are at least 50 with text.

    Raises:
        UsageError: an example's label is not in the taxonomy.
        TrainingError: no example has text.
    """
    leaves = taxonomy.leaves()
    known = {path for path, _ in taxonomy.walk()}
    pairs = [example if isinstance(example, tuple) else (example.document, example.path) for example in examples]
    paths = [tuple(path) for _, path in pairs]
    for number, path in enumerate(paths, 1):
        if path not in known:
            raise UsageError(f"example {number}: no label {' / '.join(path)!r} in the taxonomy", hint="add it, or correct it")
    vectors, rows = _vectors([document for document, _ in pairs], embedder)
    if not rows:
        raise TrainingError(f"none of {len(pairs)} examples has text", hint="scans need OCR: see docs/scans.md")
    texts, paths = [pairs[row][0].text for row in rows], [paths[row] for row in rows]
    allowed = np.array([[leaf[: len(path)] == path for leaf in leaves] for path in paths])
    learner = _Learner(vectors, allowed, _descriptions(taxonomy, embedder))
    penalty, held_out, tried = learner.choose(_folds(texts, paths))
    calibration = None
    if len(tried) >= _CALIBRATED:
        calibration = Calibration.fit(held_out, [paths[row] for row in tried], taxonomy)
    settings = (("examples", f"{len(rows)} of {len(pairs)} with text"), ("penalty", f"{penalty:g}"))
    return ByExamples(embedder, learner.fit(penalty), settings), calibration


class _Learner:
    """Fits heads to examples.

    Args:
        vectors: (examples, dimensions).
        allowed: (examples, leaves) bool: the leaves below each example's label.
        descriptions: (leaves, dimensions), their mean subtracted.
    """

    def __init__(self, vectors: Array, allowed: NDArray[np.bool_], descriptions: Array) -> None:
        self._mean = vectors.mean(axis=0)
        centred = np.vstack([vectors - self._mean, descriptions])
        self._scale = float(np.sqrt((centred**2).sum(axis=1).mean())) or 1.0
        self._x = np.hstack([centred / self._scale, np.ones((len(centred), 1))])
        self._allowed = np.vstack([allowed, np.eye(len(descriptions), dtype=bool)])
        self._count = len(vectors)

    def choose(self, folds: NDArray[np.int64] | None) -> tuple[float, Array, NDArray[np.int64]]:
        """The penalty under which examples that were held out are most probable, and their scores.

        Args:
            folds: (examples,) the part in which each is held out, -1 for never; None where there are too few.

        Returns:
            the penalty, (held out, leaves) scores, (held out,) which examples they are of.
        """
        if folds is None:
            return _UNTRIED, np.zeros((0, self._allowed.shape[1])), np.zeros(0, dtype=np.int64)
        tried = np.flatnonzero(folds >= 0)
        described = np.arange(self._count, len(self._x))  # in every part that is learnt from
        scores = np.zeros((len(_PENALTIES), self._count, self._allowed.shape[1]))
        for fold in range(_FOLDS):
            inside, outside = tried[folds[tried] != fold], tried[folds[tried] == fold]
            solution = None
            for at, penalty in enumerate(_PENALTIES):
                solution = self._solve(np.concatenate([inside, described]), penalty, solution)
                scores[at, outside] = self._x[outside] @ solution
        losses = [_loss(one[tried], self._allowed[tried])[0] for one in scores]
        best = int(np.argmin(losses))
        return _PENALTIES[best], scores[best, tried], tried

    def fit(self, penalty: float) -> Head:
        """The head over all examples."""
        solution = self._solve(np.arange(len(self._x)), penalty, None)
        return Head(self._mean, solution[:-1] / self._scale, solution[-1])

    def _solve(self, rows: NDArray[np.int64], penalty: float, start: Array | None) -> Array:
        """(dimensions + 1, leaves) weights for vectors in units of the examples' spread; the bias is the last row."""
        from scipy.optimize import minimize

        x, allowed = self._x[rows], self._allowed[rows]
        shape = (x.shape[1], allowed.shape[1])

        def objective(flat: Array) -> tuple[float, Array]:
            solution = flat.reshape(shape)
            loss, slope = _loss(x @ solution, allowed)
            return loss + 0.5 * penalty * float(flat @ flat), (x.T @ slope + penalty * solution).ravel()

        begin = np.zeros(shape) if start is None else start
        found = minimize(objective, begin.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
        solution: Array = found.x.reshape(shape)
        return solution


def _loss(scores: Array, allowed: NDArray[np.bool_]) -> tuple[float, Array]:
    """Minus the log-probability of the allowed leaves, summed over examples, and its slope in the scores."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    inside = np.where(allowed, shares, 0.0)
    likely = np.maximum(inside.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    return -float(np.log(likely).sum()), shares - inside / likely


def _folds(texts: Sequence[str], paths: Sequence[Path]) -> NDArray[np.int64] | None:
    """The fold of each example, labels spread evenly, equal texts together; None for too few examples."""
    if len(set(texts)) < 2 * _FOLDS:
        return None
    order = sorted(
        range(len(texts)), key=lambda row: (paths[row], hashlib.sha256(texts[row].encode("utf-8", "replace")).digest())
    )
    step = max(1, -(-len(order) // _TRIED))
    folds = np.full(len(texts), -1, dtype=np.int64)
    told: dict[str, int] = {}
    for at, row in enumerate(order[::step]):
        folds[row] = told.setdefault(texts[row], at % _FOLDS)
    return folds


def _descriptions(taxonomy: Taxonomy, embedder: Embedder) -> Array:
    """(leaves, dimensions) float64, centred: the mean of a leaf's description's vector and those above it."""
    nodes = {path: at for at, (path, _) in enumerate(taxonomy.walk())}
    each = embedder.embed_documents([describe(node) for _, node in taxonomy.walk()]).astype(np.float64)
    labels = np.array([each[[nodes[leaf[:end]] for end in range(1, len(leaf) + 1)]].mean(axis=0) for leaf in taxonomy.leaves()])
    centred: Array = labels - labels.mean(axis=0)
    return centred


def _vectors(documents: Sequence[Document], embedder: Embedder) -> tuple[Array, list[int]]:
    """(with text, dimensions) float64 vectors of the documents that have text, and which those are."""
    found: list[Array] = []
    rows: list[int] = []
    for row, (chunks, _, vectors) in enumerate(embedded(documents, embedder)):
        if chunks:
            found.append(fading(len(chunks)) @ vectors)
            rows.append(row)
    return np.array(found), rows


def embedded(documents: Sequence[Document], embedder: Embedder) -> Iterator[tuple[list[Chunk], int, Array]]:
    """Each document's chunks to look at, how many it has, and (chunks, dimensions) float64 vectors of the former."""
    tokens = EmbedderTokens(embedder)
    for first in range(0, len(documents), _TOGETHER):
        chosen = [look_at(document, tokens, most=_CHUNKS) for document in documents[first : first + _TOGETHER]]
        vectors = embedder.embed_documents([c.text for chunks, _ in chosen for c in chunks]).astype(np.float64)
        at = 0
        for chunks, total in chosen:
            yield chunks, total, vectors[at : at + len(chunks)]
            at += len(chunks)
