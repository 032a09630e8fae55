"""Which chunks fit a question best: by meaning and words together, the closest of them by their sentences too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from foyerdoc.index.backends import Session
from foyerdoc.index.filters import Where, condition
from foyerdoc.index.fusion import contenders, sentences, with_sentences
from foyerdoc.index.lexical import highest_score, query_stems, without_compounds
from foyerdoc.index.records import Evidence, evidence, marks
from foyerdoc.models.protocol import Embedder

Fusing: TypeAlias = Callable[[NDArray[np.floating[Any]], NDArray[np.float64]], NDArray[np.float64]]
"""`fusion.fuse` with the weights of one search."""

_DEPTH = 50  # candidates of each kind that are weighed, at least


def candidates(
    session: Session, query: str, vector: NDArray[np.float32], k: int, where: Where | None, fusing: Fusing
) -> list[Evidence]:
    """The k best chunks by their own scores, best first.

    Args:
        session: over the index.
        query: a question or words.
        vector: (dimensions,) its embedding, unit norm.
        k: how many at most.
        where: what they must have; as in `Index.search`.
        fusing: makes one score of cosine and words.

    Raises:
        UsageError: no document has what `where` asks for.
    """
    clause, values = condition(session, where or {})
    depth = max(_DEPTH, 2 * k)
    near = session.near(vector, depth, clause, values)
    languages = session.languages()
    words = without_compounds(query_stems(query, languages), languages, session.frequencies)
    scores = session.bm25(words, depth, clause, values)
    rows = np.union1d(near, np.fromiter(scores, np.int64, len(scores)))
    missing = [int(row) for row in near if int(row) not in scores]
    scores |= session.bm25(words, depth, f"row IN ({marks(missing)})", missing)
    highest = highest_score(words, session.frequencies(words), session.count())
    lexical = np.array([scores.get(int(row), 0.0) for row in rows]) / max(highest, 1e-9)
    cosines = session.cosines(vector, rows)
    fused = fusing(cosines, lexical)
    parts = np.stack([fused, cosines.astype(np.float64), lexical], axis=1)
    order = np.argsort(-fused, kind="stable")
    found: dict[str, Evidence] = {}
    for start in range(0, len(order), k):
        some = order[start : start + k]
        for one in evidence(session, rows[some].tolist(), parts[some]):
            # A file that came with two mails is there twice and found once.
            found.setdefault(one.chunk.id, one)
        if len(found) >= k:
            break
    return list(found.values())[:k]


def by_sentences(embedder: Embedder, vector: NDArray[np.float32], found: list[Evidence], fusing: Fusing) -> list[Evidence]:
    """The candidates in a new order, the scores of those that are close to the best weighed by their sentences too.

    Args:
        embedder: of the index.
        vector: (dimensions,) the question's embedding, unit norm.
        found: candidates, best first.
        fusing: as it scored them.
    """
    close = contenders([one.score for one in found])
    texts = [sentences(one.chunk.text, one.language) for one in found[:close]]
    if not any(texts):
        return found
    cosines = iter((embedder.embed_documents([text for some in texts for text in some]) @ vector).tolist())
    again = []
    for one, some in zip(found[:close], texts, strict=True):
        nearest = max([next(cosines) for _ in some], default=one.cosine)
        both = with_sentences(np.array(one.cosine), np.array(nearest))
        again.append(replace(one, score=float(fusing(both, np.array(one.lexical)))))
    return sorted([*again, *found[close:]], key=lambda one: -one.score)
