"""`Classifier`: a document's category and subcategory, with what spoke for them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from foyerdoc import prompts
from foyerdoc.chunking import TokenCounter, chunk
from foyerdoc.documents import Chunk, Document, merge_spans
from foyerdoc.models.protocol import Embedder, LanguageModel
from foyerdoc.results import Alternative, Fingerprint, Prediction
from foyerdoc.taxonomy import Node, Taxonomy

_CHUNK_TOKENS: Final = 256
_CHUNKS: Final = 12
"""Chunks of a document that are looked at: the first half of them from its beginning, the rest spread evenly."""

_FADING: Final = 1.5
"""A chunk that is looked at as the n-th weighs n ** -1.5: a document says at its beginning what it is."""

_CATEGORY_LEAD: Final = 1.5
_LEAF_LEAD: Final = 2.0
"""How many times the share of the runner-up a label needs to be named: docs/classification.md has the figures."""

_BATCH: Final = 16
_EVIDENCE: Final = 2

_WORDS_WEIGHT: Final = 10.0
"""What a cosine of words weighs: docs/classification.md says how it was chosen."""

_ABOVE: Final = 0.5
"""What a word of a category's description counts for the labels below it, a word of their own being 1."""

_NEUTRAL: Final = (
    "This is a text.",
    "Ceci est un texte.",
    "Das ist ein Text.",
    "Dëst ass en Text.",
    "Please find attached the document you asked for.",
    "Veuillez trouver ci-joint le document demandé.",
    "Anbei erhalten Sie das gewünschte Dokument.",
    "Am Anhang fannt Dir dat gefrotent Dokument.",
    "A letter about a matter of general interest, dated and signed.",
    "Une lettre datée et signée, sur un sujet quelconque.",
    "Ein datierter und unterschriebener Brief zu irgendeinem Thema.",
    "E Bréif mat Datum an Ënnerschrëft iwwer iergendeppes.",
    "The following information is provided.",
    "Les informations suivantes sont données.",
    "Die folgenden Angaben werden gemacht.",
    "Dës Informatioune ginn uginn.",
)
"""What fits any label: a label that is close to these is close to everything."""

_NEUTRAL_SHARE: Final = 0.5

Path = tuple[str, ...]
_Tokens = TokenCounter | Callable[[str], int]


class _Scorer(Protocol):
    """Says how well each label fits each chunk."""

    @property
    def name(self) -> str: ...

    @property
    def adapter(self) -> str | None: ...

    @property
    def chunks(self) -> int:
        """How many chunks of a document it looks at."""

    @property
    def tokens(self) -> _Tokens | None:
        """Counts a chunk's tokens; None for a scorer that reads chunks of any length."""

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, labels) float64, natural log scale: the softmax over labels is the share of each."""


class Classifier:
    """Sorts documents into the labels of a taxonomy. Safe to use from several threads."""

    def __init__(self, taxonomy: Taxonomy, scorer: _Scorer) -> None:
        self._taxonomy = taxonomy
        self._leaves = taxonomy.leaves()
        self._scorer = scorer

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
        scorers: list[_Scorer] = []
        if embedder is not None or model is None:
            scorers += [_ByMeaning(taxonomy, embedder or _embedded()), _ByWords(taxonomy)]
        if model is not None:
            scorers.append(_ByProbability(taxonomy, model))
        return cls(taxonomy, scorers[0] if len(scorers) == 1 else _Sum(scorers))

    def classify(self, document: Document) -> Prediction:
        """The label of a document. `confidence` is None: nothing was calibrated.

        The decision is by lead: a category is named when its leaves have 1.5 times the share of the next category's, a
        leaf when it is the category's and has twice the share of the next leaf. Otherwise, and for a document without
        text, the classifier abstains.
        """
        return next(self.classify_many([document]))

    def classify_many(self, documents: Iterable[Document]) -> Iterator[Prediction]:
        """The labels of many documents, in their order, a few documents at a time."""
        pending = iter(documents)
        while batch := list(islice(pending, _BATCH)):
            chosen = [self._choose(document) for document in batch]
            scores = self._scorer.score([c.text for chunks, _ in chosen for c in chunks])
            at = 0
            for chunks, total in chosen:
                yield self._predict(chunks, total, scores[at : at + len(chunks)])
                at += len(chunks)

    def _choose(self, document: Document) -> tuple[list[Chunk], int]:
        """The chunks to look at, and how many there are."""
        chunks = chunk(document, max_tokens=_CHUNK_TOKENS, overlap=0, count_tokens=self._scorer.tokens)
        most = self._scorer.chunks
        if len(chunks) <= most:
            return chunks, len(chunks)
        first = (most + 1) // 2
        rest = np.linspace(first, len(chunks) - 1, most - first).round().astype(int)
        return [*chunks[:first], *(chunks[i] for i in rest)], len(chunks)

    def _predict(self, chunks: Sequence[Chunk], total: int, scores: NDArray[np.float64]) -> Prediction:
        fingerprint = Fingerprint(
            self._scorer.name,
            self._scorer.adapter,
            (("taxonomy", self._taxonomy.name), ("prompt", prompts.VERSION), ("chunks", f"{len(chunks)} of {total}")),
        )
        if not chunks:
            return Prediction((), None, (), "abstained", (), fingerprint)
        weights = np.arange(1.0, len(chunks) + 1) ** -_FADING
        shares = _softmax(np.average(scores, axis=0, weights=weights))
        order = np.argsort(-shares, kind="stable")
        alternatives = tuple(Alternative(self._leaves[i], float(shares[i])) for i in order)
        path, decision = _decide(alternatives)
        # What a chunk adds for the best leaf beyond what it adds for labels in general.
        gains = weights * (scores[:, order[0]] - scores.mean(axis=1))
        evidence = merge_spans(chunks[i].span for i in np.argsort(-gains, kind="stable")[:_EVIDENCE] if gains[i] > 0)
        return Prediction(path, None, alternatives, decision, evidence if path else (), fingerprint)


def _decide(alternatives: Sequence[Alternative]) -> tuple[Path, Literal["accepted", "category_only", "abstained"]]:
    categories: dict[str, float] = {}
    for alternative in alternatives:
        categories[alternative.path[0]] = categories.get(alternative.path[0], 0.0) + alternative.score
    ranked = sorted(categories.items(), key=lambda item: -item[1])[:2]
    category, share = ranked[0]
    if len(ranked) > 1 and share < _CATEGORY_LEAD * ranked[1][1]:
        return (), "abstained"
    best = alternatives[0]
    leads = len(alternatives) == 1 or best.score >= _LEAF_LEAD * alternatives[1].score
    return (best.path, "accepted") if leads and best.path[0] == category else ((category,), "category_only")


@dataclass(slots=True)
class _ByMeaning:
    """Cosine between a chunk and a label, over E5's training temperature (Wang et al., 2022: 0.01).

    A label is the mean of its own description's vector and those above it. Half of its cosine with neutral sentences is
    subtracted: short and general labels are close to any text.
    """

    taxonomy: Taxonomy
    embedder: Embedder
    chunks: int = _CHUNKS
    adapter: str | None = None
    _labels: NDArray[np.float32] | None = None
    _neutral: NDArray[np.float32] | None = None

    @property
    def name(self) -> str:
        return self.embedder.name

    @property
    def tokens(self) -> _Tokens:
        return _EmbedderTokens(self.embedder)

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        # Labels are embedded as what is searched, as chunks are: a title is no question.
        if self._labels is None or self._neutral is None:
            nodes = {path: at for at, (path, _) in enumerate(self.taxonomy.walk())}
            each = self.embedder.embed_documents([describe(node) for _, node in self.taxonomy.walk()])
            self._labels = np.array([each[[nodes[p] for p in _upwards(leaf)]].mean(axis=0) for leaf in self.taxonomy.leaves()])
            self._neutral = _NEUTRAL_SHARE * self.embedder.embed_documents(_NEUTRAL).mean(axis=0)
        if not texts:
            return np.zeros((0, len(self._labels)))
        found = self.embedder.embed_documents(texts) - self._neutral
        return np.asarray(found @ self._labels.T, dtype=np.float64) / 0.01


class _EmbedderTokens:
    """An embedder's tokens, as `chunk` counts them: with their places, so that one pass over the text serves."""

    def __init__(self, embedder: Embedder) -> None:
        self.offsets = embedder.offsets
        self._count = embedder.count_tokens

    def __call__(self, text: str) -> int:
        return self._count(text)


class _ByWords:
    """Cosine between the letter groups of a chunk and those of a label's description, the rare among labels weighing more.

    Groups of five letters find stems within compounds and inflected words without any table of a language. The descriptions
    above count half for the labels below them.
    """

    name = "words"
    adapter = None
    chunks = _CHUNKS
    tokens = None

    def __init__(self, taxonomy: Taxonomy) -> None:
        said = {path: set(_letter_groups(describe(node))) for path, node in taxonomy.walk()}
        leaves = taxonomy.leaves()
        labels = [set().union(*(said[path] for path in _upwards(leaf))) for leaf in leaves]
        spread = Counter(group for label in labels for group in label)
        self._groups = {group: i for i, group in enumerate(spread)}
        self._rarity = np.array([np.log1p(len(labels) / count) for count in spread.values()])
        matrix = np.zeros((len(labels), len(self._groups)))
        for row, leaf, label in zip(matrix, leaves, labels, strict=True):
            row[[self._groups[group] for group in label]] = _ABOVE
            row[[self._groups[group] for group in said[leaf]]] = 1.0
        self._labels = _unit(matrix * self._rarity)

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        found = np.zeros((len(texts), len(self._groups)))
        for row, text in zip(found, texts, strict=True):
            for group, count in _letter_groups(text).items():
                if (at := self._groups.get(group)) is not None:
                    row[at] = count / (count + 1)  # saturates: a word said often is not about more
        scores: NDArray[np.float64] = _WORDS_WEIGHT * (_unit(found * self._rarity) @ self._labels.T)
        return scores


@dataclass(slots=True)
class _ByProbability:
    """Log-probability of a label's whole name per token, beyond its log-probability without a document."""

    taxonomy: Taxonomy
    model: LanguageModel
    chunks: int = 2
    _prior: NDArray[np.float64] | None = None
    _lengths: NDArray[np.float64] | None = None

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def adapter(self) -> str | None:
        return self.model.adapter

    @property
    def tokens(self) -> _Tokens:
        return self.model.count_tokens

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        names = [" / ".join(path) for path in self.taxonomy.leaves()]
        if self._prior is None or self._lengths is None:
            # The label's length and the model's taste for it, whatever the document (Zhao et al., 2021).
            self._lengths = np.array([max(1, self.model.count_tokens(name)) for name in names], dtype=np.float64)
            self._prior = self.model.score(prompts.label(""), names)
        rows = [(self.model.score(prompts.label(text), names) - self._prior) / self._lengths for text in texts]
        return np.array(rows).reshape(len(rows), len(names))


@dataclass(slots=True)
class _Sum:
    """Several scorers' scores added, each over the chunks that it looks at."""

    scorers: Sequence[_Scorer]

    @property
    def name(self) -> str:
        return " + ".join(scorer.name for scorer in self.scorers)

    @property
    def adapter(self) -> str | None:
        return next((scorer.adapter for scorer in self.scorers if scorer.adapter), None)

    @property
    def chunks(self) -> int:
        return min(scorer.chunks for scorer in self.scorers)

    @property
    def tokens(self) -> _Tokens | None:
        counts = [scorer.tokens for scorer in self.scorers if scorer.tokens is not None]
        if len(counts) < 2:
            return counts[0] if counts else None
        return lambda text: max(count(text) for count in counts)

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        total: NDArray[np.float64] = np.sum([scorer.score(texts) for scorer in self.scorers], axis=0)
        return total


def describe(node: Node) -> str:
    """What documents are compared with: a label's name and description."""
    return node.name if node.description == node.name else f"{node.name}: {node.description}"


def _upwards(path: Path) -> list[Path]:
    """The label's path and those above it."""
    return [path[:end] for end in range(len(path), 0, -1)]


def _letter_groups(text: str) -> Counter[str]:
    """Groups of five letters within words, case and accents folded; shorter words whole, one or two letters not at all."""
    folded = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    groups: Counter[str] = Counter()
    for word in re.findall(r"[^\W\d_]{3,}", folded):
        groups.update(word[i : i + 5] for i in range(max(1, min(len(word), 24) - 4)))
    return groups


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(lengths, 1e-9)


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max())
    shares: NDArray[np.float64] = powers / powers.sum()
    return shares


def _embedded() -> Embedder:
    from foyerdoc.embedding import SentenceEmbedder

    return SentenceEmbedder()
