"""llama.cpp as the judge of a GGUF file: its own tokenizer, its own chat template, its own arithmetic.

Optional: llama-cpp-python builds from source for minutes, so nothing here needs it. `make test-gguf` installs it aside.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import MissingDependency
from foyerdoc.models.protocol import Conversation, Generation

_CONTEXT: Final = 2048


def is_installed() -> bool:
    """Whether llama-cpp-python can be imported."""
    return importlib.util.find_spec("llama_cpp") is not None


class LlamaCppModel:
    """A GGUF file in llama.cpp, on the CPU. Greedy.

    Args:
        file: the model.
        context: the longest prompt plus answer, in tokens.
    """

    def __init__(self, file: Path, context: int = _CONTEXT) -> None:
        try:
            import llama_cpp
            from llama_cpp.llama_chat_format import Jinja2ChatFormatter
        except ImportError as error:
            raise MissingDependency("llama.cpp is not installed", hint="pip install llama-cpp-python") from error
        self._library: Any = llama_cpp
        self._llama: Any = llama_cpp.Llama(
            str(file), n_ctx=context, n_batch=context, logits_all=True, verbose=False, use_mmap=True, seed=0
        )
        self._vocabulary: Any = llama_cpp.llama_model_get_vocab(self._llama.model)
        about = self._llama.metadata
        self._template: Any = Jinja2ChatFormatter(
            template=about["tokenizer.chat_template"],
            eos_token=self._spelling(self._llama.token_eos()),
            bos_token=self._spelling(self._llama.token_bos()),
        )

    def tokens(self, conversation: Conversation) -> list[int]:
        """Token ids of a conversation up to the answer, by the file's own tokenizer and template."""
        turns = [{"role": message.role, "content": message.content} for message in conversation]
        text = self._template(messages=turns).prompt
        ids: list[int] = self._llama.tokenize(text.encode(), add_bos=False, special=True)
        return ids

    def text_tokens(self, text: str) -> list[int]:
        """Token ids of plain text, in which special tokens have no special meaning."""
        ids: list[int] = self._llama.tokenize(text.encode(), add_bos=False, special=False)
        return ids

    def ends(self, token: int) -> bool:
        """Whether a token ends an answer."""
        return bool(self._library.llama_vocab_is_eog(self._vocabulary, token))

    def score(self, conversation: Conversation, continuations: Sequence[str]) -> NDArray[np.float64]:
        """(continuations,) float64: natural-log probability of each as the whole answer's beginning."""
        prompt = self.tokens(conversation)
        self._llama.reset()
        self._llama.eval(prompt)
        first = self._log_softmax(len(prompt) - 1)
        scores = np.zeros(len(continuations))
        for i, continuation in enumerate(continuations):
            tail = self.text_tokens(continuation)
            if not tail:
                continue
            # What follows the prompt is forgotten; the prompt stays computed.
            self._llama.n_tokens = len(prompt)
            self._llama.eval(tail)
            rows = [first, *(self._log_softmax(len(prompt) + at) for at in range(len(tail) - 1))]
            scores[i] = sum(float(row[token]) for row, token in zip(rows, tail, strict=True))
        return scores

    def generate(self, conversations: Sequence[Conversation], *, max_tokens: int) -> list[Generation]:
        """Answer each conversation, greedily."""
        return [self._answer(self.tokens(conversation), max_tokens) for conversation in conversations]

    def close(self) -> None:
        """Let go of the model's memory."""
        self._llama.close()

    def _answer(self, prompt: list[int], limit: int) -> Generation:
        self._llama.reset()
        tokens: list[int] = []
        pending = prompt
        log_probability = 0.0
        while len(tokens) < limit:
            self._llama.eval(pending)
            row = self._log_softmax(self._llama.n_tokens - 1)
            token = int(row.argmax())
            log_probability += float(row[token])
            if self.ends(token):
                return Generation(self._text(tokens), len(tokens), log_probability, "stop")
            tokens.append(token)
            pending = [token]
        return Generation(self._text(tokens), len(tokens), log_probability, "length")

    def _log_softmax(self, row: int) -> NDArray[np.float64]:
        logits = self._llama.scores[row].astype(np.float64)
        normalised: NDArray[np.float64] = logits - np.logaddexp.reduce(logits)
        return normalised

    def _text(self, tokens: list[int]) -> str:
        text: str = self._llama.detokenize(tokens).decode("utf-8", "replace")
        return text

    def _spelling(self, token: int) -> str:
        spelling: str = self._llama.detokenize([token], special=True).decode() if token >= 0 else ""
        return spelling
