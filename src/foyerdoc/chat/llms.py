"""LlamaIndex's language models as ours: `Chat(index, LlamaIndexModel(llm))`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import ModelError
from foyerdoc.index.llamaindex import without_downloads
from foyerdoc.models.protocol import Conversation, Generation, Grammar

with without_downloads():
    from llama_index.core.base.llms.types import ChatMessage, MessageRole
    from llama_index.core.llms.llm import LLM


class LlamaIndexModel:
    """A LlamaIndex language model as one of ours. It follows no grammar and scores nothing, so what it writes is read strictly.

    How it samples and how long it may write are set on the model itself: LlamaIndex has no way of asking that all models share.

    Args:
        llm: any; what is asked goes wherever it sends it.
        count: counts a text's tokens; by default half its bytes, which is more than there are.
    """

    def __init__(self, llm: LLM, *, count: Callable[[str], int] | None = None) -> None:
        self._llm = llm
        self._count = count or _half_its_bytes

    @property
    def name(self) -> str:
        """The model's name as LlamaIndex knows it, which tells no digest of its weights."""
        return f"{self._llm.metadata.model_name} by LlamaIndex"

    @property
    def adapter(self) -> str | None:
        """None: LlamaIndex tells of none."""
        return None

    @property
    def context_tokens(self) -> int:
        """The longest prompt plus answer, in tokens, as LlamaIndex knows it."""
        return int(self._llm.metadata.context_window)

    @property
    def grammars(self) -> bool:
        """False: LlamaIndex has no way of asking for one."""
        return False

    @property
    def scores(self) -> bool:
        """False: LlamaIndex has no way of asking for them."""
        return False

    def count_tokens(self, text: str) -> int:
        """Tokens of a text."""
        return self._count(text)

    def count_prompt(self, conversation: Conversation) -> int:
        """Tokens of a conversation, eight added to each message for what a chat template puts around it."""
        return sum(self._count(message.content) + 8 for message in conversation)

    def generate(
        self,
        conversations: Sequence[Conversation],
        *,
        max_tokens: int,  # noqa: ARG002 - the model's own limit holds
        grammar: Grammar | Sequence[Grammar] | None = None,
    ) -> list[Generation]:
        """Answer each conversation, one after the other.

        Raises:
            ModelError: a grammar is asked for, or the model fails.
        """
        _refuse(grammar)
        found = []
        for conversation in conversations:
            text = self._asked(lambda messages: self._llm.chat(messages).message.content or "", conversation)
            found.append(Generation(text, self._count(text), None, "stop"))
        return found

    def stream(self, conversation: Conversation, *, max_tokens: int, grammar: Grammar | None = None) -> Iterator[str]:
        """The answer in pieces as they arrive.

        Raises:
            ModelError: a grammar is asked for, or the model fails.
        """
        _refuse(grammar)
        pieces = self._asked(self._llm.stream_chat, conversation)
        # A piece is a token or more, so what has had as many pieces is long enough.
        for _ in range(max_tokens):
            piece = self._asked(lambda _: next(pieces, None), conversation)
            if piece is None:
                return
            yield piece.delta or ""

    def score(self, conversation: Conversation, continuations: Sequence[str]) -> NDArray[np.float64]:  # noqa: ARG002
        """Refused: LlamaIndex has no way of asking for it."""
        raise _cannot("score given answers")

    def score_many(
        self,
        conversations: Sequence[Conversation],  # noqa: ARG002
        continuations: Sequence[Sequence[str]],  # noqa: ARG002
        *,
        begun: Sequence[str] | None = None,  # noqa: ARG002
    ) -> list[NDArray[np.float64]]:
        """Refused: LlamaIndex has no way of asking for it."""
        raise _cannot("score given answers")

    def close(self) -> None:
        """Nothing to let go of: the model is the caller's."""

    def _asked(self, ask: Callable[[list[ChatMessage]], Any], conversation: Conversation) -> Any:
        """A model's failure in the library's words. Its own are left out: they may quote the prompt."""
        messages = [ChatMessage(message.content, role=MessageRole(message.role)) for message in conversation]
        try:
            return ask(messages)
        except Exception as error:  # noqa: BLE001 - each integration has errors of its own
            kind = type(error).__name__
            raise ModelError(f"{self.name} failed: {kind}", hint="ask the model by itself to see more") from None


def _refuse(grammar: Grammar | Sequence[Grammar] | None) -> None:
    if grammar is not None:
        raise _cannot("be held to a grammar")


def _cannot(what: str) -> ModelError:
    return ModelError(f"a model of LlamaIndex cannot {what}", hint="use a LocalModel, or a ServerModel with a dialect")


def _half_its_bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace")) // 2 + 1
