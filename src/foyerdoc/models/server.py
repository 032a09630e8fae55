"""A language model behind an OpenAI-compatible server: vLLM, llama.cpp, or any other for plain generation.

What the protocol of OpenAI leaves out differs between servers (grammars, token counts, scores), so the caller says which one it
is. What a server cannot do raises `ModelError`; nothing falls back to text that no grammar held.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import ModelError
from foyerdoc.models.protocol import Conversation, Generation, Grammar

if TYPE_CHECKING:
    import httpx

Dialect = Literal["vllm", "llama.cpp"]
_AT_ONCE = 16


class ServerModel:
    """A model that a server runs. Documents are sent to that server, to no other: proxies of the environment are not used and
    redirects are not followed.

    Answers are greedy (temperature 0); whether the same call gives the same answer is the server's business.

    Args:
        base_url: with the version, as in "http://localhost:8000/v1".
        model: the name by which the server knows it.
        api_key: sent as a bearer token; appears in no name, message or log.
        dialect: "vllm" (0.12 or later, started with `--structured-outputs-config.backend guidance`) or "llama.cpp" (built
            with llguidance); None for any other server, which then can neither follow grammars nor count nor score.
        context_tokens: the longest prompt plus answer; asked of the server when not given.
        count: counts a text's tokens in the server's place. It may count too many, never too few: a prompt has to fit.
        timeout: seconds that one answer may take.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key: str | None = None,
        dialect: Dialect | None = None,
        context_tokens: int | None = None,
        count: Callable[[str], int] | None = None,
        timeout: float = 120.0,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._root = self._base.removesuffix("/v1")
        self._model = model
        self._headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
        self._dialect = dialect
        self._context_tokens = context_tokens
        self._count = count
        self._timeout = timeout

    @property
    def name(self) -> str:
        """The name by which the server knows the model; a server tells no digest of its weights."""
        return f"{self._model} on a server"

    @property
    def adapter(self) -> str | None:
        """None: a server presents an adapter as a model of its own."""
        return None

    @property
    def context_tokens(self) -> int:
        """The longest prompt plus answer, in tokens."""
        if self._context_tokens is None:
            self._context_tokens = self._ask_context()
        return self._context_tokens

    @property
    def scores(self) -> bool:
        """Whether `score` works."""
        return self._dialect == "vllm"

    @property
    def grammars(self) -> bool:
        """Whether the server was said to be one that follows grammars."""
        return self._dialect is not None

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens not counted."""
        return len(self._tokens_of_text(text)) if self._count is None else self._count(text)

    def count_prompt(self, conversation: Conversation) -> int:
        """Tokens of a conversation as the model is shown it, the chat template's own included.

        Where `count` counts, eight are added to each message for the template.
        """
        if self._count is not None:
            return sum(self._count(message.content) + 8 for message in conversation)
        return len(self._tokens_of_prompt(conversation))

    def generate(
        self, conversations: Sequence[Conversation], *, max_tokens: int, grammar: Grammar | Sequence[Grammar] | None = None
    ) -> list[Generation]:
        """Answer each conversation. They are sent together, so that the server can batch them.

        The log-probability is None under a grammar: servers report it as if there were none.

        Raises:
            ModelError: the server refuses, fails or cannot enforce the grammar.
        """
        grammars: Sequence[Grammar | None]
        grammars = [grammar] * len(conversations) if grammar is None or isinstance(grammar, Grammar) else grammar
        if len(grammars) != len(conversations):
            raise ModelError(
                f"{len(grammars)} grammars for {len(conversations)} conversations", hint="pass one grammar, or one for each"
            )
        bodies = [self._body(c, max_tokens, g) for c, g in zip(conversations, grammars, strict=True)]
        if not bodies:
            return []
        with self._client() as client, ThreadPoolExecutor(min(_AT_ONCE, len(bodies))) as pool:
            replies = pool.map(lambda body: self._post(client, f"{self._base}/chat/completions", body), bodies)
            return [_generation(reply, scored=g is None) for reply, g in zip(replies, grammars, strict=True)]

    def stream(self, conversation: Conversation, *, max_tokens: int, grammar: Grammar | None = None) -> Iterator[str]:
        """The answer in pieces as they are decided; joined they are what `generate` returns."""
        body = {**self._body(conversation, max_tokens, grammar), "stream": True}
        url = f"{self._base}/chat/completions"
        with self._client() as client, _as_model_errors(), client.stream("POST", url, json=body) as response:
            response.raise_for_status()
            for line in response.iter_lines():
                data = line.removeprefix("data:").strip()
                if not line.startswith("data:") or data == "[DONE]":
                    continue
                for choice in json.loads(data)["choices"]:
                    if piece := choice["delta"].get("content"):
                        yield piece

    def score(self, conversation: Conversation, continuations: Sequence[str]) -> NDArray[np.float64]:
        """Log-probability of each continuation as the whole answer's beginning.

        One request each; vLLM's prefix cache keeps it from computing the prompt again.

        Returns:
            (continuations,) float64, natural log, summed over the continuation's tokens.

        Raises:
            ModelError: the server does not report log-probabilities of a prompt.
        """
        if self._dialect != "vllm":
            raise ModelError("this server does not score given answers", hint="use vLLM (dialect='vllm') or a LocalModel")
        prompt = self._tokens_of_prompt(conversation)
        return np.array([self._score_one(prompt, self._tokens_of_text(text)) for text in continuations], dtype=np.float64)

    def score_many(
        self,
        conversations: Sequence[Conversation],
        continuations: Sequence[Sequence[str]],
        *,
        begun: Sequence[str] | None = None,
    ) -> list[NDArray[np.float64]]:
        """Log-probability of continuations of several answers that have begun, one request each. See `LanguageModel`."""
        begun = begun if begun is not None else [""] * len(conversations)
        found = []
        for conversation, start, each in zip(conversations, begun, continuations, strict=True):
            scores = self.score(conversation, [start, *(start + text for text in each)])
            found.append(scores[1:] - scores[0])
        return found

    def close(self) -> None:
        """Nothing to let go of: connections end with each call."""

    def _score_one(self, prompt: list[int], tail: list[int]) -> float:
        if not tail:
            return 0.0
        body = {"model": self._model, "prompt": prompt + tail, "max_tokens": 1, "temperature": 0, "prompt_logprobs": 0}
        with self._client() as client:
            reply = self._post(client, f"{self._base}/completions", body)
        with _as_model_errors():
            told = reply["choices"][0]["prompt_logprobs"][-len(tail) :]
            return float(sum(at[str(token)]["logprob"] for at, token in zip(told, tail, strict=True)))

    def _body(self, conversation: Conversation, max_tokens: int, grammar: Grammar | None) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": _messages(conversation),
            "max_tokens": max_tokens,
            "temperature": 0,
            "logprobs": grammar is None,
        }
        if grammar is None:
            return body
        if self._dialect == "vllm":
            return body | {"structured_outputs": {"grammar": grammar.lark}}
        if self._dialect == "llama.cpp":
            # The first line tells llama.cpp that the grammar is llguidance's and not its own.
            return body | {"grammar": f"%llguidance {{}}\n{grammar.lark}"}
        raise ModelError(
            "this server cannot be held to a grammar", hint="say dialect='vllm' or dialect='llama.cpp', or use a LocalModel"
        )

    def _tokens_of_text(self, text: str) -> list[int]:
        vllm = {"model": self._model, "prompt": text, "add_special_tokens": False}
        return self._tokenize(vllm if self._dialect == "vllm" else {"content": text, "add_special": False})

    def _tokens_of_prompt(self, conversation: Conversation) -> list[int]:
        if self._dialect == "vllm":
            return self._tokenize({"model": self._model, "messages": _messages(conversation), "add_generation_prompt": True})
        self._know_dialect()
        with self._client() as client, _as_model_errors():
            prompt = self._post(client, f"{self._root}/apply-template", {"messages": _messages(conversation)})["prompt"]
        return self._tokenize({"content": prompt, "add_special": False, "parse_special": True})

    def _tokenize(self, body: dict[str, Any]) -> list[int]:
        self._know_dialect()
        with self._client() as client, _as_model_errors():
            tokens: list[int] = self._post(client, f"{self._root}/tokenize", body)["tokens"]
        return tokens

    def _know_dialect(self) -> None:
        if self._dialect is None:
            raise ModelError("this server does not count tokens", hint="say dialect='vllm' or 'llama.cpp', or pass count=...")

    def _ask_context(self) -> int:
        with self._client() as client, _as_model_errors():
            if self._dialect == "llama.cpp":
                return int(self._get(client, f"{self._root}/props")["default_generation_settings"]["n_ctx"])
            if self._dialect == "vllm":
                listed = self._get(client, f"{self._base}/models")["data"]
                return next(int(entry["max_model_len"]) for entry in listed if entry["id"] == self._model)
        raise ModelError("this server does not tell its context", hint="pass context_tokens=...")

    def _client(self) -> httpx.Client:
        import httpx

        return httpx.Client(headers=self._headers, timeout=self._timeout, trust_env=False, follow_redirects=False)

    def _get(self, client: httpx.Client, url: str) -> Any:
        with _as_model_errors():
            return client.get(url).raise_for_status().json()

    def _post(self, client: httpx.Client, url: str, body: dict[str, Any]) -> Any:
        with _as_model_errors():
            return client.post(url, json=body).raise_for_status().json()


def _messages(conversation: Conversation) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in conversation]


def _generation(reply: dict[str, Any], *, scored: bool) -> Generation:
    with _as_model_errors():
        choice = reply["choices"][0]
        told = (choice.get("logprobs") or {}).get("content") if scored else None
        log_probability = sum(token["logprob"] for token in told) if told else None
        finish: Literal["stop", "length"] = "length" if choice["finish_reason"] == "length" else "stop"
        return Generation(choice["message"]["content"] or "", reply["usage"]["completion_tokens"], log_probability, finish)


@contextmanager
def _as_model_errors() -> Iterator[None]:
    """A server's failure in the library's words. Its own are left out: they may quote the prompt."""
    import httpx

    try:
        yield
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        hint = "the server's log says more; a prompt longer than its context is the usual cause of 400"
        raise ModelError(f"the model server answered {status}", hint=hint) from None
    except httpx.TimeoutException:
        raise ModelError("the model server did not answer in time", hint="raise timeout=..., or ask for less") from None
    except httpx.HTTPError as error:
        kind = type(error).__name__
        raise ModelError(f"the model server cannot be reached: {kind}", hint="check base_url and that it runs") from None
    except (KeyError, IndexError, TypeError, ValueError, StopIteration) as error:
        kind = type(error).__name__
        hint = "check base_url, dialect and the server's version"
        raise ModelError(f"the model server's reply is not understood: {kind}", hint=hint) from None
