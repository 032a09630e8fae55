"""Labels from their names and descriptions alone: by meaning, by words, and by a language model's probabilities."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from foyerdoc import prompts
from foyerdoc.classification.scoring import Path, Scorer, Scores, Tokens, look_at
from foyerdoc.documents import Document
from foyerdoc.models.protocol import Embedder, LanguageModel
from foyerdoc.models.tokens import EmbedderTokens
from foyerdoc.taxonomy import Node, Taxonomy

_CHUNKS: Final = 12
"""Chunks of a document that are compared with descriptions."""

_READ: Final = 2
"""Chunks of a document that a language model reads."""

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

_NO_CONTENT: Final = (
    "",
    "N/A",
    "[texte]",
    "Ceci est un texte.",
    "Un document quelconque.",
    "This is a text.",
    "Das ist ein Text.",
    "Une lettre datée et signée, sur un sujet quelconque.",
)
"""Documents that say nothing: what a model finds probable after these it finds probable anyway."""

_PRIOR_SHARE: Final = 0.5
"""Of the log-probability after no content, what is taken away: docs/classification.md has the figures."""


def scorer(taxonomy: Taxonomy, model: LanguageModel | None, embedder: Embedder | None) -> Scorer:
    """What `Classifier.zero_shot` stands on: the embedder and words, the model, or all of them."""
    scorers: list[Scorer] = []
    if embedder is not None or model is None:
        chosen = embedder or _embedded()
        scorers.append(ByDescription((ByMeaning(taxonomy, chosen), ByWords(taxonomy)), EmbedderTokens(chosen)))
    if model is not None:
        scorers.append(ByProbability(taxonomy, model))
    return scorers[0] if len(scorers) == 1 else Sum(scorers)


class Reader(Protocol):
    """Says how well each leaf fits a text, whatever document it is from."""

    @property
    def name(self) -> str:
        """How results name it."""

    def read(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, leaves) float64, natural-log scale."""


@dataclass(frozen=True, slots=True)
class ByDescription:
    """Compares chunks with the labels' descriptions, by several readers whose scores are added.

    Attributes:
        readers: at least one.
        tokens: counts a chunk's tokens.
    """

    readers: Sequence[Reader]
    tokens: Tokens
    adapter: str | None = None
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The readers' names."""
        return " + ".join(reader.name for reader in self.readers)

    def score(self, documents: Sequence[Document]) -> list[Scores]:
        """See `Scorer`."""
        chosen = [look_at(document, self.tokens, most=_CHUNKS) for document in documents]
        texts = [c.text for chunks, _ in chosen for c in chunks]
        found: NDArray[np.float64] = np.sum([reader.read(texts) for reader in self.readers], axis=0)
        parts = np.split(found, np.cumsum([len(chunks) for chunks, _ in chosen])[:-1])
        return [Scores.averaged(chunks, total, part) for (chunks, total), part in zip(chosen, parts, strict=True)]


@dataclass(slots=True)
class ByMeaning:
    """Cosine between a chunk and a label, over E5's training temperature (Wang et al., 2022: 0.01).

    A label is the mean of its own description's vector and those above it. Half of its cosine with neutral sentences is
    subtracted: short and general labels are close to any text.
    """

    taxonomy: Taxonomy
    embedder: Embedder
    _lock: Lock = field(default_factory=Lock)
    _known: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    @property
    def name(self) -> str:
        """The embedder's."""
        return self.embedder.name

    def read(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """See `Reader`."""
        labels, neutral = self._labels()
        if not texts:
            return np.zeros((0, len(labels)))
        found = self.embedder.embed_documents(texts) - neutral
        return np.asarray(found @ labels.T, dtype=np.float64) / 0.01

    def _labels(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(leaves, dimensions) labels, (dimensions,) what is subtracted from chunks."""
        with self._lock:
            if self._known is None:
                # Labels are embedded as what is searched, as chunks are: a title is no question.
                nodes = {path: at for at, (path, _) in enumerate(self.taxonomy.walk())}
                each = self.embedder.embed_documents([describe(node) for _, node in self.taxonomy.walk()])
                labels = np.array([each[[nodes[p] for p in _upwards(leaf)]].mean(axis=0) for leaf in self.taxonomy.leaves()])
                self._known = labels, _NEUTRAL_SHARE * self.embedder.embed_documents(_NEUTRAL).mean(axis=0)
            return self._known


class ByWords:
    """Cosine between the letter groups of a chunk and those of a label's description, the rare among labels weighing more.

    Groups of five letters find stems within compounds and inflected words without any table of a language. The descriptions
    above count half for the labels below them.
    """

    name = "words"

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

    def read(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """See `Reader`."""
        found = np.zeros((len(texts), len(self._groups)))
        for row, text in zip(found, texts, strict=True):
            for group, count in _letter_groups(text).items():
                if (at := self._groups.get(group)) is not None:
                    row[at] = count / (count + 1)  # saturates: a word said often is not about more
        scores: NDArray[np.float64] = _WORDS_WEIGHT * (_unit(found * self._rarity) @ self._labels.T)
        return scores


@dataclass(slots=True)
class ByProbability:
    """Exact log-probability of a label's whole name, corrected for what it has whatever the document.

    From the log-probability after a chunk, half of the mean log-probability after texts without content is taken away (the
    model's taste for a label; Zhao et al., "Calibrate Before Use", ICML 2021), and what is left is taken per token, times the
    labels' mean length: a long name is not less probable for being long. The document is computed once for all labels.
    """

    taxonomy: Taxonomy
    model: LanguageModel
    settings: tuple[tuple[str, str], ...] = (("prompt", prompts.VERSION), ("prior", f"{_PRIOR_SHARE} of {len(_NO_CONTENT)}"))
    _lock: Lock = field(default_factory=Lock)
    _known: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None

    @property
    def name(self) -> str:
        """The model's."""
        return self.model.name

    @property
    def adapter(self) -> str | None:
        """The model's."""
        return self.model.adapter

    def score(self, documents: Sequence[Document]) -> list[Scores]:
        """See `Scorer`."""
        names = [" / ".join(path) for path in self.taxonomy.leaves()]
        prior, lengths = self._labels(names)
        found = []
        for document in documents:
            chunks, total = look_at(document, self.model.count_tokens, most=_READ)
            rows = [(self.model.score(prompts.label(c.text), names) - prior) / lengths for c in chunks]
            found.append(Scores.averaged(chunks, total, np.array(rows).reshape(len(rows), len(names))))
        return found

    def _labels(self, names: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(leaves,) what is taken away, natural log, and (leaves,) lengths in units of their mean."""
        with self._lock:
            if self._known is None:
                lengths = np.array([max(1, self.model.count_tokens(name)) for name in names], dtype=np.float64)
                empty = np.mean([self.model.score(prompts.label(text), names) for text in _NO_CONTENT], axis=0)
                self._known = _PRIOR_SHARE * empty, lengths / lengths.mean()
            return self._known


@dataclass(frozen=True, slots=True)
class Sum:
    """Several scorers' scores added, each over the chunks that it looks at."""

    scorers: Sequence[Scorer]

    @property
    def name(self) -> str:
        """The scorers' names."""
        return " + ".join(scorer.name for scorer in self.scorers)

    @property
    def adapter(self) -> str | None:
        """That of the one scorer that has one."""
        return next((scorer.adapter for scorer in self.scorers if scorer.adapter), None)

    @property
    def settings(self) -> tuple[tuple[str, str], ...]:
        """Those of all."""
        return tuple(setting for scorer in self.scorers for setting in scorer.settings)

    def score(self, documents: Sequence[Document]) -> list[Scores]:
        """See `Scorer`. The chunks are those of all scorers, one scorer's after the other's."""
        each = zip(*(scorer.score(documents) for scorer in self.scorers), strict=True)
        return [
            Scores(
                tuple(c for scores in parts for c in scores.chunks),
                sum(scores.total for scores in parts),
                np.concatenate([scores.by_chunk for scores in parts]),
                np.concatenate([scores.weights for scores in parts]),
                np.sum([scores.log_scores for scores in parts], axis=0),
            )
            for parts in each
        ]


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


def _embedded() -> Embedder:
    from foyerdoc.embedding import SentenceEmbedder

    return SentenceEmbedder()
