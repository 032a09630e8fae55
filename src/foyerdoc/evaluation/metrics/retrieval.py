"""Whether a search finds the passages that answer a question.

Counted are passages of gold, not chunks: a chunk can hold two of them, and a passage can lie across two chunks. The measures of
the TREC tools take one relevance for each document found, so these are written out here; where each hit holds one passage at
most they are the same, which the tests hold to ir-measures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from foyerdoc.documents import Span
from foyerdoc.evaluation.comparing import plain
from foyerdoc.evaluation.gold import Evidence, QuestionAnnotation
from foyerdoc.evaluation.predictions import Pairs
from foyerdoc.evaluation.statistics import Array, Measure, share
from foyerdoc.results import Answer, Hit

DEPTHS: Final = (1, 3, 5, 10)


@dataclass(frozen=True, slots=True, eq=False)
class Retrieval:
    """Where the passages of each question were found.

    Attributes:
        ranks: of each item, for each of its passages the rank, from 1, of the first hit that has it; infinite where none does.
            Empty for a question without passages.
        depth: the most hits that a question has.
    """

    ranks: tuple[Array, ...]
    depth: int

    @classmethod
    def of(cls, pairs: Pairs[QuestionAnnotation, Answer]) -> Retrieval:
        """Measure pairs. A failed item has found nothing."""
        hits = [() if one is None else one.hits for one in pairs.results]
        ranks = (_ranks(truth.evidence, found) for truth, found in zip(pairs.truths, hits, strict=True))
        return cls(tuple(ranks), max(map(len, hits), default=0))

    def measures(self) -> list[Measure]:
        """Recall at depths up to that of the search, the mean reciprocal rank and nDCG; none where nothing was searched."""
        asked = np.array([len(ranks) > 0 for ranks in self.ranks], dtype=np.float64)
        if not self.depth or not asked.any():
            return []
        depths = [depth for depth in DEPTHS if depth <= self.depth]
        return [
            *(share(f"recall@{k}", self._each(partial(recall, depth=k)), asked) for k in depths),
            share("mrr", self._each(reciprocal_rank), asked),
            share(f"ndcg@{depths[-1]}", self._each(partial(ndcg, depth=depths[-1])), asked),
        ]

    def _each(self, figure: Callable[[Array], float]) -> Array:
        return np.array([figure(ranks) if len(ranks) else 0.0 for ranks in self.ranks], dtype=np.float64)


def recall(ranks: Array, depth: int) -> float:
    """The share of passages that the first hits have."""
    return float((ranks <= depth).mean())


def reciprocal_rank(ranks: Array) -> float:
    """One over the rank of the first hit that has a passage, 0 where none has."""
    return float(1 / ranks.min())


def ndcg(ranks: Array, depth: int) -> float:
    """The discounted gain of the passages found, over that of passages found one by one from the first rank, 0 to 1.

    Source: Järvelin and Kekäläinen, "Cumulated Gain-Based Evaluation of IR Techniques", TOIS 2002, with a gain of 1.
    """
    ideal = np.arange(1, min(len(ranks), depth) + 1)
    found = ranks[ranks <= depth]
    return min(1.0, float((1 / np.log2(found + 1)).sum() / (1 / np.log2(ideal + 1)).sum()))


def holds(evidence: Evidence, document_id: str, document_name: str, span: Span, text: str) -> bool:
    """Whether a stretch of a document has some of a passage; without the passage's span, whether one has the other's words."""
    if evidence.document not in {document_id, document_name}:
        return False
    if evidence.span is not None:
        return evidence.span.overlaps(span)
    wanted, here = plain(evidence.text or ""), plain(text)
    return wanted in here or (here != "" and here in wanted)


def _ranks(evidence: Sequence[Evidence], hits: Sequence[Hit]) -> Array:
    def rank(one: Evidence) -> float:
        found = (
            place
            for place, hit in enumerate(hits, 1)
            if holds(one, hit.chunk.document_id, hit.document_name, hit.chunk.span, hit.chunk.text)
        )
        return next(found, float("inf"))

    return np.array([rank(one) for one in evidence], dtype=np.float64)
