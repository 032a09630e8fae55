"""`Classifier`: a document's category and subcategory, with what spoke for them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, overload

import numpy as np
from numpy.typing import NDArray

from foyerdoc.classification.calibration import Calibration, Decision
from foyerdoc.classification.pages import page_documents, segments
from foyerdoc.classification.scoring import Path, Scorer, Scores
from foyerdoc.documents import Document, Span, merge_spans
from foyerdoc.models.protocol import Embedder, LanguageModel
from foyerdoc.results import Alternative, Fingerprint, Prediction, Segment
from foyerdoc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from foyerdoc.classification.few_shot import LabelledDocument

_UPPER_LEAD: Final = 1.5
_LEAF_LEAD: Final = 2.0
"""How many times the share of the runner-up a label needs to be named: docs/classification.md has the figures."""

_EVIDENCE: Final = 2

_TOKEN: Final = 4
"""Characters of a token, about."""

_READ: Final = 4096
"""Tokens of a document that a scorer looks at, about: longer documents are sampled."""

_TOGETHER: Final = 256
"""Documents of a batch, however short."""


class Classifier:
    """Sorts documents into the labels of a taxonomy. Safe to use from several threads.

    `Classifier.zero_shot` and `Classifier.load` make one; the constructor is for scorers of your own.

    Args:
        taxonomy: the labels.
        scorer: says how well each leaf fits a document.
        calibration: turns scores into probabilities and decides by them. Without one, the decision is by lead.
    """

    def __init__(self, taxonomy: Taxonomy, scorer: Scorer, calibration: Calibration | None = None) -> None:
        self._taxonomy = taxonomy
        self._leaves = taxonomy.leaves()
        self._scorer = scorer
        self._calibration = calibration

    @classmethod
    def load(cls, folder: str | os.PathLike[str], device: str | None = None) -> Classifier:
        """A classifier that was trained and saved.

        Args:
            folder: what training wrote.
            device: "cpu", "cuda" ...; the first GPU, else the CPU, by default.

        Raises:
            DamagedFile: the folder is not a classifier's, or altered.
            ModelError: the base on this machine is not the one it was trained on.
        """
        from pathlib import Path as FilePath

        from foyerdoc.classification.adapter import load_classifier

        return load_classifier(FilePath(folder), device=device)

    @classmethod
    def zero_shot(cls, taxonomy: Taxonomy, model: LanguageModel | None = None, embedder: Embedder | None = None) -> Classifier:
        """A classifier that knows the labels' descriptions alone.

        By default the embedder compares the document's chunks with the descriptions, and so do their words. With a model,
        and no embedder, the label is the one whose whole name the model finds most probable, beyond what it expects
        without any document. With both, their scores are added.

        Args:
            taxonomy: the labels.
            model: scores the labels' names.
            embedder: compares descriptions; the embedded one when there is no model either.
        """
        from foyerdoc.classification.zero_shot import scorer

        return cls(taxonomy, scorer(taxonomy, model, embedder))

    @classmethod
    def few_shot(
        cls,
        taxonomy: Taxonomy,
        examples: Sequence[tuple[Document, Sequence[str]] | LabelledDocument],
        embedder: Embedder | None = None,
    ) -> Classifier:
        """A classifier from a few labelled documents: a linear head over the embedder, no model is tuned.

        It takes seconds once the examples are embedded. Labels without examples are known by their descriptions. With 50
        examples or more, held-out parts of them calibrate it; with fewer, `confidence` is None and the lead decides.

        Args:
            taxonomy: the labels.
            examples: documents with their labels from the root; a label may be an upper one. Those without text are left
                out, and the fingerprint says how many were used.
            embedder: the embedded one by default.

        Raises:
            UsageError: an example's label is not in the taxonomy.
            TrainingError: no example has text.
        """
        from foyerdoc.classification.few_shot import learn
        from foyerdoc.embedding import SentenceEmbedder

        return cls(taxonomy, *learn(taxonomy, examples, embedder or SentenceEmbedder()))

    @property
    def taxonomy(self) -> Taxonomy:
        """The labels."""
        return self._taxonomy

    @overload
    def classify(self, document: Document) -> Prediction: ...

    @overload
    def classify(self, document: Document, *, by_page: Literal[True]) -> list[Segment]: ...

    def classify(self, document: Document, *, by_page: bool = False) -> Prediction | list[Segment]:
        """The label of a document.

        A calibrated classifier names the deepest label whose probability reaches what its calibration asks for, and
        `confidence` is that probability. Otherwise `confidence` is None and the lead decides: an upper label is named when
        its leaves have 1.5 times the share of the next one's, a leaf when it is below what was named and has twice the
        share of the next leaf. A document without text is not labelled.

        Args:
            document: cleaned or as read.
            by_page: label each page by itself and return runs of pages with the same label, for files that hold several
                documents. A page without text belongs to the run before it. Evidence counts in the whole document's text.
                A document without pages is one run.
        """
        if not by_page:
            return next(self.classify_many([document]))
        if not document.pages:
            return [Segment((), self.classify(document))]
        return segments(document, list(self.classify_many(page_documents(document))))

    def classify_many(self, documents: Iterable[Document], *, batch_tokens: int = 16384) -> Iterator[Prediction]:
        """The labels of many documents, in their order, as soon as they are known.

        Args:
            documents: taken a batch at a time, never more than 256 ahead of the predictions that are asked for.
            batch_tokens: about how many tokens are scored together. A prediction hardly depends on its company: sums are
                rounded differently.
        """
        for batch in _batches(documents, batch_tokens):
            for scores in self._scorer.score(batch):
                yield self._predict(scores)

    def _predict(self, scores: Scores) -> Prediction:
        fingerprint = self._fingerprint(scores)
        if not scores.chunks:
            return Prediction((), None, (), "abstained", (), fingerprint)
        path: Path
        confidence: float | None
        decision: Decision
        if self._calibration is None:
            shares = softmax(scores.log_scores)
            path, decision = by_lead(shares, self._leaves)
            confidence = None
        else:
            shares = self._calibration.probabilities(scores.log_scores[None])[0]
            path, confidence, decision = self._calibration.decide(shares, self._taxonomy)
        order = np.argsort(-shares, kind="stable").tolist()
        alternatives = tuple(map(Alternative, map(self._leaves.__getitem__, order), shares[order].tolist()))
        evidence = self._evidence(scores, next(i for i in order if self._leaves[i][: len(path)] == path)) if path else ()
        return Prediction(path, confidence, alternatives, decision, evidence, fingerprint)

    def _evidence(self, scores: Scores, leaf: int) -> tuple[Span, ...]:
        """The chunks that added most for a leaf beyond what they added for leaves in general."""
        gains = scores.weights * (scores.by_chunk[:, leaf] - scores.by_chunk.mean(axis=1))
        best = np.argsort(-gains, kind="stable")[:_EVIDENCE]
        return merge_spans(scores.chunks[i].span for i in best if gains[i] > 0)

    def _fingerprint(self, scores: Scores) -> Fingerprint:
        settings = (*self._settings, ("chunks", f"{len(scores.chunks)} of {scores.total}"))
        return Fingerprint(self._scorer.name, self._scorer.adapter, settings)

    @cached_property
    def _settings(self) -> tuple[tuple[str, str], ...]:
        """What the fingerprints of all documents have in common."""
        settings = [("taxonomy", self._taxonomy.name), *self._scorer.settings]
        if (calibration := self._calibration) is not None:
            asked = ", ".join(f"{threshold:.3f}" for threshold in calibration.thresholds)
            settings.append(("calibration", f"temperature {calibration.temperature:.3f}, thresholds {asked}"))
        return tuple(settings)


def _batches(documents: Iterable[Document], budget: int) -> Iterator[list[Document]]:
    """Documents in batches of about so many tokens, or of one document."""
    batch: list[Document] = []
    size = 0
    for document in documents:
        tokens = min(1 + len(document.text) // _TOKEN, _READ)
        if batch and (size + tokens > budget or len(batch) == _TOGETHER):
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += tokens
    if batch:
        yield batch


def by_lead(shares: NDArray[np.float64], leaves: Sequence[Path]) -> tuple[Path, Decision]:
    """The label that leads, level by level, and what that allows.

    Args:
        shares: (leaves,) float64 that sum to 1.
        leaves: their paths.

    Returns:
        The deepest label that leads among all labels of its level and lies below the one named before it, and "accepted" for
        a leaf, "category_only" for an upper label, "abstained" for none.
    """
    named: Path = ()
    for depth in range(1, max(map(len, leaves)) + 1):
        sums: dict[Path, float] = {}
        for leaf, share in zip(leaves, shares, strict=True):
            sums[leaf[:depth]] = sums.get(leaf[:depth], 0.0) + float(share)
        (best, share), *others = sorted(sums.items(), key=lambda item: -item[1])[:2]
        lead = _LEAF_LEAD if best in leaves else _UPPER_LEAD
        if best[: depth - 1] != named or (others and share < lead * others[0][1]):
            break
        named = best
        if best in leaves:
            return named, "accepted"
    return named, "category_only" if named else "abstained"


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(leaves,) natural-log scores to (leaves,) shares that sum to 1."""
    powers = np.exp(scores - scores.max())
    shares: NDArray[np.float64] = powers / powers.sum()
    return shares
