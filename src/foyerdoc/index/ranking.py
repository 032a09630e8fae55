"""Which chunks fit a question best: by meaning and words together, the closest of them by their sentences too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from foyerdoc.index.cache import Cache
from foyerdoc.index.filters import Where, condition
from foyerdoc.index.fusion import contenders, sentences, with_sentences
from foyerdoc.index.lexical import highest_score, query_stems, without_compounds
from foyerdoc.index.records import Evidence, bm25, evidence, frequencies, rows_of
from foyerdoc.models.protocol import Embedder

if TYPE_CHECKING:
    import sqlite3

Fusing: TypeAlias = Callable[[NDArray[np.floating[Any]], NDArray[np.float64]], NDArray[np.float64]]
"""`fusion.fuse` with the weights of one search."""

_DEPTH = 50  # candidates of each kind that are weighed, at least


def candidates(
    connection: sqlite3.Connection,
    cache: Cache,
    query: str,
    vector: NDArray[np.float32],
    k: int,
    where: Where | None,
    fusing: Fusing,
) -> list[Evidence]:
    """The k best chunks by their own scores, best first.

    Args:
        connection: within a transaction.
        cache: the chunks' vectors.
        query: a question or words.
        vector: (dimensions,) its embedding, unit norm.
        k: how many at most.
        where: what they must have; as in `Index.search`.
        fusing: makes one score of cosine and words.

    Raises:
        UsageError: no document has what `where` asks for.
    """
    vectors = cache.synchronised(connection, len(vector))
    clause, values = condition(connection, where or {})
    depth = max(_DEPTH, 2 * k)
    allowed = rows_of(connection, clause, values) if where else None
    near = vectors.search(vector[None], depth, among=allowed)[1][0]
    words = query_stems(query, cache.languages)
    words = without_compounds(words, cache.languages, partial(frequencies, connection))
    scores = bm25(connection, words, depth, clause, values)
    rows = np.union1d(near, np.fromiter(scores, np.int64, len(scores)))
    missing = [int(row) for row in near if int(row) not in scores]
    scores |= bm25(connection, words, depth, f"row IN ({', '.join('?' * len(missing))})", missing)
    highest = highest_score(words, frequencies(connection, words), len(vectors))
    lexical = np.array([scores.get(int(row), 0.0) for row in rows]) / max(highest, 1e-9)
    cosines = vectors.cosines(vector, rows)
    fused = fusing(cosines, lexical)
    found: dict[str, Evidence] = {}
    for i in np.argsort(-fused, kind="stable"):
        if len(found) == k:
            break
        one = evidence(connection, int(rows[i]), float(fused[i]), float(cosines[i]), float(lexical[i]))
        # A file that came with two mails is there twice and found once.
        found.setdefault(one.chunk.id, one)
    return list(found.values())


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
