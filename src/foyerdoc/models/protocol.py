"""What the library asks of a language model and of an embedder. Backends of a kind have the same shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation. The last message of a conversation is the user's; the model answers it."""

    role: Role
    content: str


Conversation = Sequence[Message]


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a model may write, as a Lark grammar in llguidance's dialect (https://github.com/guidance-ai/llguidance)."""

    lark: str


@dataclass(frozen=True, slots=True)
class Generation:
    """What a model wrote.

    Attributes:
        text: the answer, special tokens removed.
        n_tokens: tokens generated.
        log_probability: natural log, summed over the generated tokens, of the model's choices among what the grammar
            allowed; None when the backend does not tell.
        finish: "stop" when the model ended, "length" when `max_tokens` did.
    """

    text: str
    n_tokens: int
    log_probability: float | None
    finish: Literal["stop", "length"]


@runtime_checkable
class LanguageModel(Protocol):
    """A causal language model. Constructors are cheap; weights are loaded on first use. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """How results name it: the model's name and a digest of its weights."""

    @property
    def adapter(self) -> str | None:
        """Digest of the adapter on top, or None."""

    @property
    def context_tokens(self) -> int:
        """The longest prompt plus answer, in tokens."""

    @property
    def grammars(self) -> bool:
        """Whether `generate` can enforce a grammar. One that cannot raises `ModelError` when given one."""

    @property
    def scores(self) -> bool:
        """Whether `score` and `score_many` work. One that cannot raises `ModelError` when asked."""

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens not counted."""

    def count_prompt(self, conversation: Conversation) -> int:
        """Tokens of a conversation as the model is shown it, the chat template's own included."""

    def generate(
        self, conversations: Sequence[Conversation], *, max_tokens: int, grammar: Grammar | Sequence[Grammar] | None = None
    ) -> list[Generation]:
        """Answer each conversation, greedily. One grammar for all, or one for each.

        Raises:
            ModelError: a prompt is longer than the context allows, or the grammar cannot be enforced.
        """

    def stream(self, conversation: Conversation, *, max_tokens: int, grammar: Grammar | None = None) -> Iterator[str]:
        """The answer in pieces as they are decided; joined they are what `generate` returns."""

    def score(self, conversation: Conversation, continuations: Sequence[str]) -> NDArray[np.float64]:
        """Log-probability of each continuation as the whole answer's beginning.

        Returns:
            (continuations,) float64, natural log, summed over the continuation's tokens. The prompt is computed once.
        """

    def score_many(
        self,
        conversations: Sequence[Conversation],
        continuations: Sequence[Sequence[str]],
        *,
        begun: Sequence[str] | None = None,
    ) -> list[NDArray[np.float64]]:
        """Log-probability of continuations of several answers that have begun.

        What was shown and said before is remembered: asking again for the same conversations, their answers having grown,
        computes what is new alone.

        Args:
            conversations: the prompts.
            continuations: of each one's answer.
            begun: what each answer begins with; nothing by default.

        Returns:
            for each conversation (continuations,) float64, natural log, summed over the continuation's tokens, those of
            the beginning not counted.
        """

    def close(self) -> None:
        """Let go of the model's memory. A later call loads it again."""


@runtime_checkable
class Embedder(Protocol):
    """Maps texts to points whose cosine says how alike they are. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """How results and indexes name it: the model's name and a digest of its weights."""

    @property
    def dimensions(self) -> int:
        """The length of a vector."""

    @property
    def max_tokens(self) -> int:
        """What is longer is cut by the model, so chunks should not be."""

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions) float32, unit norm, for texts that are searched. Cosine: higher is closer."""

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions) float32, unit norm, for texts that search."""

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens and prefixes not counted."""

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Start and end of each token in the text's code points, ascending, special tokens left out."""

    def close(self) -> None:
        """Let go of the model's memory. A later call loads it again."""
