"""Texts that stand twice in a set, and texts of a test set that were trained on.

Two texts are near-duplicates when the sets of their word 3-grams have a Jaccard similarity of at least 0.8: what they share
over all that either has. Letter case, punctuation and white space do not count. Texts under five words are compared whole.
Candidates come from MinHash signatures in bands; every pair is then checked on its exact 3-grams, so what is reported is true.

Not found: the same in other words or another language; a short text inside a long one; a text of ten words in which one in
the middle was changed (a changed word costs up to three 3-grams); at most one pair in ten thousand that is just as similar as
the threshold, and fewer above, because it shares no band. Of more than 500 texts with one band in common each is compared with
the first and its neighbours only.

Source: Broder, "On the resemblance and containment of documents", 1997; Leskovec, Rajaraman and Ullman, "Mining of Massive
Datasets", chapter 3 (bands).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import UsageError

THRESHOLD = 0.8
_SHINGLE = 3
_SHORT = 5
_HASHES = 128
_MISSED = 1e-4
_CROWD = 500
_SLACK = 0.2  # of the estimate from 128 hashes: over four standard deviations
_LOWEST = 0.1
_BLOCK = 1 << 18
_SET = 32
# Scripts that put no space between words: every character is a word.
_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|[^\W\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+")

_Ints = NDArray[np.int64]
_Hashes = NDArray[np.uint64]
_Integer = TypeVar("_Integer", np.int64, np.uint64)


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Texts of one set that are the same, or nearly.

    Attributes:
        members: their places in the set, from 0, ascending. In a group of more than two, each is a near-duplicate of at least
            one other; the ends of such a chain may differ more.
        similarity: Jaccard similarity in 0..1 of the least similar pair of near-duplicates in it; 1.0 where all are the same.
        conflicting: whether two of them have labels of which neither is the beginning of the other.
    """

    members: tuple[int, ...]
    similarity: float
    conflicting: bool


@dataclass(frozen=True, slots=True)
class Leak:
    """A text of the test set that is in the training set too, or nearly.

    Attributes:
        test: its place in the test set, from 0.
        train: the place of the most similar training text, from 0; the first of several.
        similarity: Jaccard similarity in 0..1; 1.0 is the same text.
    """

    test: int
    train: int
    similarity: float


def find_duplicates(
    texts: Sequence[str], labels: Sequence[Hashable] | None = None, *, threshold: float = THRESHOLD
) -> list[DuplicateGroup]:
    """The groups of texts that are the same or nearly, in the order of their first members.

    Args:
        texts: the set. About 8 bytes a word are kept in memory.
        labels: of each text; a tuple is a path from the root, and a shorter path does not conflict with one below it.
        threshold: Jaccard similarity from which on texts are near-duplicates, 0.1 to 1. The lower, the slower.

    Raises:
        UsageError: there are not as many labels as texts, or the threshold is out of range.
    """
    if labels is not None and len(labels) != len(texts):
        raise UsageError(f"{len(labels)} labels for {len(texts)} texts", hint="pass one label for each text")
    shapes, members = _distinct(texts)
    above = list(range(len(members)))
    lowest = [1.0] * len(members)
    for i, j, similarity in _near(shapes, threshold):
        a, b = _root(above, i), _root(above, j)
        above[b] = a
        lowest[a] = min(lowest[a], lowest[b], similarity)
    groups: dict[int, list[int]] = {}
    for i, places in enumerate(members):
        groups.setdefault(_root(above, i), []).extend(places)
    return sorted(
        (
            DuplicateGroup(tuple(sorted(places)), lowest[root], _conflict(labels, places))
            for root, places in groups.items()
            if len(places) > 1
        ),
        key=lambda group: group.members,
    )


def find_leakage(train: Sequence[str], test: Sequence[str], *, threshold: float = THRESHOLD) -> list[Leak]:
    """The texts of the test set that are the same as a training text or nearly, in their order.

    Args:
        train, test: the sets. About 8 bytes a word are kept in memory.
        threshold: Jaccard similarity from which on texts are near-duplicates, 0.1 to 1. The lower, the slower.

    Raises:
        UsageError: the threshold is out of range.
    """
    shapes, members = _distinct([*train, *test])
    n = len(train)
    trained = [next((place for place in places if place < n), None) for places in members]
    best: dict[int, Leak] = {}

    def note(i: int, j: int, similarity: float) -> None:
        known = trained[i]
        for place in members[j] if known is not None else ():
            leak = Leak(place - n, int(known or 0), similarity)
            if place >= n and (place not in best or (-similarity, leak.train) < (-best[place].similarity, best[place].train)):
                best[place] = leak

    for i in range(len(members)):
        note(i, i, 1.0)
    for i, j, similarity in _near(shapes, threshold):
        note(i, j, similarity)
        note(j, i, similarity)
    return [best[place] for place in sorted(best)]


def _conflict(labels: Sequence[Hashable] | None, places: Sequence[int]) -> bool:
    if labels is None:
        return False
    paths = sorted({label if isinstance(label, tuple) else (label,) for place in places for label in [labels[place]]}, key=len)
    return any(path[: len(shorter)] != shorter for shorter in paths for path in paths if len(path) >= len(shorter))


def _root(above: list[int], i: int) -> int:
    while above[i] != i:
        above[i] = above[above[i]]
        i = above[i]
    return i


# --- candidates ------------------------------------------------------------------------------------------------------


def _distinct(texts: Sequence[str]) -> tuple[list[_Hashes], list[list[int]]]:
    """The 3-grams of each text that is not the same as one before it, as ascending hashes, and the places of the same."""
    numbers: dict[str, int] = {}
    places: dict[bytes, list[int]] = {}
    shapes = []
    for place, text in enumerate(texts):
        words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
        # A text without a word (a smiley, a line of dashes) is compared by its characters.
        ids = np.array([numbers.setdefault(word, len(numbers)) for word in words or [text.strip()]], dtype=np.uint64)
        same = places.setdefault(ids.tobytes(), [])
        if not same:
            shapes.append(_shingles(ids) if len(words) >= _SHORT else np.empty(0, np.uint64))
        same.append(place)
    return shapes, list(places.values())


def _shingles(ids: _Hashes) -> _Hashes:
    hashed = np.zeros(len(ids) - _SHINGLE + 1, np.uint64)
    for offset in range(_SHINGLE):
        hashed = _mix(hashed + ids[offset : offset + len(hashed)])
    return _unique(hashed)


def _unique(values: NDArray[_Integer]) -> NDArray[_Integer]:
    """The different values, ascending. `np.unique` hashes first, which is thirty times slower on millions."""
    values = np.sort(values, kind="stable")
    return values[np.concatenate([[True], values[1:] != values[:-1]])] if len(values) else values


def _mix(values: _Hashes) -> _Hashes:
    """SplitMix64's finaliser: every bit of the input moves half of the output's (Steele, Lea and Flood, 2014)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _near(shapes: Sequence[_Hashes], threshold: float) -> Iterator[tuple[int, int, float]]:
    """Pairs i < j of texts whose 3-grams have at least the similarity, each once. Texts without 3-grams have no pair."""
    if not _LOWEST <= threshold <= 1:
        raise UsageError(f"a threshold of {threshold}", hint=f"choose {_LOWEST} to 1; {THRESHOLD} by default")
    which = np.flatnonzero([len(shape) > 0 for shape in shapes])
    if len(which) < 2:
        return
    long = [shapes[i] for i in which.tolist()]
    signatures = _signatures(long)
    pairs = _candidates(signatures, _rows(threshold))
    sets: dict[int, frozenset[int]] = {}
    for start in range(0, len(pairs), _BLOCK):
        block = pairs[start : start + _BLOCK]
        agreeing = np.zeros(len(block), np.int64)
        for column in signatures:
            agreeing += column[block[:, 0]] == column[block[:, 1]]
        similar = block[agreeing >= (threshold - _SLACK) * _HASHES]
        for i, j in zip(similar[:, 0].tolist(), similar[:, 1].tolist(), strict=True):
            shared = _shared(long, sets, i, j)
            similarity = shared / (len(long[i]) + len(long[j]) - shared)
            if similarity >= threshold:
                yield int(which[i]), int(which[j]), similarity


def _shared(shapes: Sequence[_Hashes], sets: dict[int, frozenset[int]], i: int, j: int) -> int:
    """How many 3-grams two texts share. Python's own sets are thirty times as fast on short texts, but large."""
    if len(shapes[i]) > _SET or len(shapes[j]) > _SET:
        return len(np.intersect1d(shapes[i], shapes[j], assume_unique=True))
    for one in (i, j):
        if one not in sets:
            sets[one] = frozenset(shapes[one].tolist())
    return len(sets[i] & sets[j])


def _signatures(shapes: Sequence[_Hashes]) -> NDArray[np.uint32]:
    """(hashes, texts) uint32: the smallest value of each hash function over each text's 3-grams."""
    numbers = _mix(np.arange(2 * _HASHES, dtype=np.uint64)).reshape(-1, 2)
    signatures = np.empty((len(numbers), len(shapes)), np.uint32)
    start = 0
    while start < len(shapes):
        end, total = start, 0
        while end < len(shapes) and (end == start or total + len(shapes[end]) <= _BLOCK):
            total += len(shapes[end])
            end += 1
        values = np.concatenate(shapes[start:end])
        starts = np.cumsum([0, *map(len, shapes[start : end - 1])])
        for signature, (factor, offset) in zip(signatures, numbers, strict=True):
            # Multiply and add, of which the upper half is kept: enough, since the values are well mixed already.
            hashed = ((values * (factor | np.uint64(1)) + offset) >> np.uint64(32)).astype(np.uint32)
            signature[start:end] = np.minimum.reduceat(hashed, starts)
        start = end
    return signatures


def _rows(threshold: float) -> int:
    """The most hashes a band can have so that pairs at the threshold still share one: 5 at 0.8."""
    return max(rows for rows in range(1, 17) if (1 - threshold**rows) ** (_HASHES // rows) <= _MISSED)


def _candidates(signatures: NDArray[np.uint32], rows: int) -> _Ints:
    """(pairs, 2) int64, i < j: texts that agree in all hashes of at least one band."""
    n = signatures.shape[1]
    keys = np.empty(0, np.int64)
    for band in range(_HASHES // rows):
        key = np.zeros(n, np.uint64)
        for row in signatures[band * rows : (band + 1) * rows]:
            key = _mix(key + row)
        order = np.argsort(key, kind="stable")
        starts = np.concatenate([[0], np.flatnonzero(np.diff(key[order])) + 1, [n]])
        sizes = np.diff(starts)
        twos = starts[:-1][sizes == 2]
        found = [(order[twos], order[twos + 1])]
        for start, size in zip(starts[:-1][sizes > 2].tolist(), sizes[sizes > 2].tolist(), strict=True):
            found.append(_pairs(order[start : start + size]))
        keys = _unique(np.concatenate([keys, *(i * n + j for i, j in found)]))
    return np.stack(np.divmod(keys, n), axis=1)


def _pairs(bucket: _Ints) -> tuple[_Ints, _Ints]:
    if len(bucket) <= _CROWD:
        first, second = np.triu_indices(len(bucket), 1)
        return bucket[first], bucket[second]
    first = np.concatenate([np.full(len(bucket) - 1, bucket[0]), bucket[1:-1]])
    return first, np.concatenate([bucket[1:], bucket[2:]])
