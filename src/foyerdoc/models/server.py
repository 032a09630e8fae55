"""A language model behind an OpenAI-compatible server: vLLM, llama.cpp, or any other for plain generation.

What the protocol of OpenAI leaves out differs between servers (grammars, token counts, scores), so the caller says which one it
is. What a server cannot do raises `ModelError`; nothing falls back to text that no grammar held.

Under a grammar three things hold, whatever the server is. Before it is shown a document it has shown, with an answer that only
a grammar can bring about, that it enforces them. The grammar is written so that a server which could enforce only a part of it
refuses it. And every answer is compared with its grammar here, so that none gets through when a server stops enforcing.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import ModelError, UsageError
from foyerdoc.models.holding import Held
from foyerdoc.models.protocol import Conversation, Generation, Grammar, Message

if TYPE_CHECKING:
    import httpx

Dialect = Literal["vllm", "llama.cpp"]
_AT_ONCE = 16
_ENFORCES = {
    "vllm": "start vLLM (0.12 or later) with --structured-outputs-config.backend guidance, or use a LocalModel",
    "llama.cpp": "build llama.cpp with -DLLAMA_LLGUIDANCE=ON, or use a LocalModel",
}
# Tells llama.cpp that the grammar is not one of its own. vLLM's default is xgrammar, which reads Lark otherwise than llguidance
# does, but not this: vLLM then takes llguidance, or refuses.
_LLGUIDANCE = "%llguidance {}\n"
# To which no rule leads. Earlier vLLMs rewrote Lark for xgrammar, line by line, cutting literals at "#" and "//", which
# documents contain. This cannot be rewritten.
_LLGUIDANCE_ALONE = '\nonly_llguidance: %regex {"substring_chars": "x"}\n'
_REFUSALS = (400, 422, 500, 501)
_LOG = "the server's log says more; a prompt longer than its context is the usual cause of 400"
_KEY = "it wants a key: api_key=..., or the variable FOYERDOC_SERVER_KEY"
_MOVED = dict.fromkeys((301, 302, 303, 307, 308), "redirects are not followed: name the address that it names")
_WHY = {**_MOVED, 401: _KEY, 403: _KEY, 404: "check base_url, dialect and the model's name"}
_LONGEST_LINE = 2**20
_BROKEN_OFF = ("abort", "error", "content_filter")


class ServerModel:
    """A model that a server runs. Documents are sent to that server, to no other: proxies of the environment are not used and
    redirects are not followed.

    Answers are greedy (temperature 0); whether the same call gives the same answer is the server's business.

    Args:
        base_url: with the version, as in "http://localhost:8000/v1".
        model: the name by which the server knows it.
        api_key: sent as a bearer token; appears in no name, message or log.
        dialect: "vllm" (0.12 or later, started with `--structured-outputs-config.backend guidance`) or "llama.cpp"
            (built with llguidance); None for any other server, which then can neither follow grammars nor count nor score.
        context_tokens: the longest prompt plus answer; asked of the server when not given.
        count: counts a text's tokens in the server's place. It may count too many, never too few: a prompt has to fit.
        timeout: seconds without a sign of life from the server.

    Raises:
        UsageError: `base_url` is no address of a server, or names a user; the key cannot be sent.
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
        self._base = _checked(base_url).rstrip("/")
        self._root = self._base.removesuffix("/v1")
        self._model = model
        self._name = f"{model} on server {sha256(f'{dialect} {self._base}'.encode()).hexdigest()[:8]}"
        if api_key is not None and not re.fullmatch(r"[!-~]+", api_key):
            raise UsageError("the server's key is none", hint="a key has neither blanks nor letters beyond ASCII")
        self._headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
        self._dialect = dialect
        self._context_tokens = context_tokens
        self._count = count
        self._timeout = timeout
        self._enforces = False  # until it has shown that it does

    @property
    def name(self) -> str:
        """The name by which the server knows the model, and a digest of which server it is: it tells none of the weights."""
        return self._name

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
        if self._count is not None:
            return self._count(text)
        with self._client() as client:
            return len(self._tokens_of_text(client, text))

    def count_prompt(self, conversation: Conversation) -> int:
        """Tokens of a conversation as the model is shown it, the chat template's own included.

        Where `count` counts, eight are added to each message for the template.
        """
        if self._count is not None:
            return sum(self._count(message.content) + 8 for message in conversation)
        with self._client() as client:
            return len(self._tokens_of_prompt(client, conversation))

    def generate(
        self, conversations: Sequence[Conversation], *, max_tokens: int, grammar: Grammar | Sequence[Grammar] | None = None
    ) -> list[Generation]:
        """Answer each conversation. They are sent together, so that the server can batch them.

        The log-probability is None under a grammar: servers report it as if there were none.

        Raises:
            ModelError: the server refuses or fails, cannot enforce the grammar, or answers outside of it.
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
        held = [None if grammar is None else Held(grammar) for grammar in grammars]
        with self._client() as client, ThreadPoolExecutor(min(_AT_ONCE, len(bodies))) as pool:
            if any(held):
                self._see_that_it_enforces(client)
            replies = pool.map(lambda body: self._post(client, f"{self._base}/chat/completions", body), bodies)
            return [_generation(reply, one) for reply, one in zip(replies, held, strict=True)]

    def stream(self, conversation: Conversation, *, max_tokens: int, grammar: Grammar | None = None) -> Iterator[str]:
        """The answer in pieces as they are decided; joined they are what `generate` returns.

        Under a grammar no piece is given that it does not allow there.

        Raises:
            ModelError: as `generate`, or the stream broke off.
        """
        body = {**self._body(conversation, max_tokens, grammar), "stream": True}
        held = None if grammar is None else Held(grammar)
        finish = None
        with self._client() as client:
            if held is not None:
                self._see_that_it_enforces(client)
            for piece, ended in self._pieces(client, body):
                finish = ended
                if held is not None:
                    held.take(piece)
                if piece:
                    yield piece
        if held is not None and finish != "length":
            held.end()

    def _pieces(self, client: httpx.Client, body: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
        """What a stream brings, with why it ended at last."""
        finish, done = None, False
        with _as_model_errors(), client.stream("POST", f"{self._base}/chat/completions", json=body) as response:
            response.raise_for_status()
            for line in _lines(response.iter_bytes()):
                data = line.removeprefix("data:").strip()
                if not line.startswith("data:") or not data:
                    continue
                if done := data == "[DONE]":
                    break
                event = json.loads(data)
                if "error" in event:
                    raise _broken_off()
                for choice in event["choices"]:
                    finish = choice.get("finish_reason") or finish
                    yield _text((choice.get("delta") or {}).get("content")), finish
                if finish:
                    break
        if finish in _BROKEN_OFF or not (done or finish):
            raise _broken_off()

    def score(self, conversation: Conversation, continuations: Sequence[str]) -> NDArray[np.float64]:
        """Log-probability of each continuation as the whole answer's beginning.

        One request each, sent together. The prompt is computed again for each: vLLM does not read its prefix cache where it
        has to tell the log-probabilities of a prompt.

        Returns:
            (continuations,) float64, natural log, summed over the continuation's tokens.

        Raises:
            ModelError: the server does not report log-probabilities of a prompt.
        """
        if self._dialect != "vllm":
            raise ModelError("this server does not score given answers", hint="use vLLM (dialect='vllm') or a LocalModel")
        with self._client() as client, ThreadPoolExecutor(_AT_ONCE) as pool:
            prompt = self._tokens_of_prompt(client, conversation)
            scores = pool.map(lambda text: self._score_one(client, prompt, text), continuations)
            return np.array(list(scores), dtype=np.float64)

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

    def _score_one(self, client: httpx.Client, prompt: list[int], text: str) -> float:
        if not (tail := self._tokens_of_text(client, text)):
            return 0.0
        body = {"model": self._model, "prompt": prompt + tail, "max_tokens": 1, "temperature": 0, "prompt_logprobs": 0}
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
            return body | {"structured_outputs": {"grammar": _LLGUIDANCE + grammar.lark + _LLGUIDANCE_ALONE}}
        if self._dialect == "llama.cpp":
            return body | {"grammar": _LLGUIDANCE + grammar.lark}
        raise ModelError(
            "this server cannot be held to a grammar", hint="say dialect='vllm' or dialect='llama.cpp', or use a LocalModel"
        )

    def _see_that_it_enforces(self, client: httpx.Client) -> None:
        """Have the server write a word that it can know from a grammar alone, once.

        Raises:
            ModelError: it writes something else, or refuses: it ignores grammars, or cannot enforce those of llguidance.
        """
        if self._enforces or self._dialect is None:
            return
        word = "".join(secrets.choice("bcdfghjklmnpqrstvwxz") for _ in range(12))
        body = self._body([Message("user", "Write a word.")], 64, Grammar(f'start: "{word}"'))
        with _as_model_errors():
            response = client.post(f"{self._base}/chat/completions", json=body)
            if response.status_code not in _REFUSALS:
                reply = response.raise_for_status().json()
                self._enforces = reply["choices"][0]["message"]["content"] == word
        if not self._enforces:
            raise ModelError("the model server does not hold its answers to a grammar", hint=_ENFORCES[self._dialect])

    def _tokens_of_text(self, client: httpx.Client, text: str) -> list[int]:
        vllm = {"model": self._model, "prompt": text, "add_special_tokens": False}
        return self._tokenize(client, vllm if self._dialect == "vllm" else {"content": text, "add_special": False})

    def _tokens_of_prompt(self, client: httpx.Client, conversation: Conversation) -> list[int]:
        if self._dialect == "vllm":
            body = {"model": self._model, "messages": _messages(conversation), "add_generation_prompt": True}
            return self._tokenize(client, body)
        self._know_dialect()
        with _as_model_errors():
            prompt = self._post(client, f"{self._root}/apply-template", {"messages": _messages(conversation)})["prompt"]
        return self._tokenize(client, {"content": prompt, "add_special": False, "parse_special": True})

    def _tokenize(self, client: httpx.Client, body: dict[str, Any]) -> list[int]:
        self._know_dialect()
        with _as_model_errors():
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
                listed = {str(one["id"]): one for one in self._get(client, f"{self._base}/models")["data"]}
                if self._model not in listed:
                    hint = f"it has {', '.join(f'{name!a}' for name in sorted(listed)[:10]) or 'none'}"
                    raise ModelError(f"the server has no model called {self._model!a}", hint=hint)
                return int(listed[self._model]["max_model_len"])
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


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """The lines of an event stream. JSON may hold, as it is, what Python's own ways of cutting take for an end of line.

    Raises:
        ValueError: a line is longer than any answer.
    """
    begun: list[bytes] = []
    for piece in pieces:
        *ended, rest = piece.split(b"\n")
        for line in ended:
            yield b"".join([*begun, line]).decode().removeprefix("\ufeff")
            begun = []
        begun.append(rest)
        if sum(map(len, begun)) > _LONGEST_LINE:
            raise ValueError
    yield b"".join(begun).decode()


def _checked(base_url: str) -> str:
    """The address of a server, without a name or password: these would be kept where settings are.

    Raises:
        UsageError: it is none.
    """
    import httpx

    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise UsageError("that is no address of a model server", hint="write it like http://HOST:8000/v1")
    if url.userinfo:
        raise UsageError("the address of a model server names a user", hint="pass a key instead: api_key=...")
    return base_url


def _messages(conversation: Conversation) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in conversation]


def _generation(reply: dict[str, Any], held: Held | None) -> Generation:
    with _as_model_errors():
        choice = reply["choices"][0]
        text, n_tokens = _text(choice["message"]["content"]), int(reply["usage"]["completion_tokens"])
        told = (choice.get("logprobs") or {}).get("content") if held is None else None
        log_probability = sum(token["logprob"] for token in told) if told else None
        if choice["finish_reason"] in _BROKEN_OFF:
            raise _broken_off()
        cut = choice["finish_reason"] == "length"
    if held is not None:
        held.take(text)
        # An answer that is complete with its last allowed token is not cut.
        cut = cut and not held.complete
        if not cut:
            held.end()
    return Generation(text, n_tokens, log_probability, "length" if cut else "stop")


def _text(content: object) -> str:
    """What was written; a model that was cut while it reasoned has written nothing."""
    if not isinstance(content, str | None):
        raise TypeError
    return content or ""


def _broken_off() -> ModelError:
    return ModelError("the model server broke its answer off", hint="the server's log says why; ask again")


@contextmanager
def _as_model_errors() -> Iterator[None]:
    """A server's failure in the library's words. Its own are left out: they may quote the prompt."""
    import httpx

    try:
        yield
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        raise ModelError(f"the model server answered {status}", hint=_WHY.get(status, _LOG)) from None
    except httpx.TimeoutException:
        raise ModelError("the model server did not answer in time", hint="raise timeout=..., or ask for less") from None
    except httpx.HTTPError as error:
        kind = type(error).__name__
        raise ModelError(f"the model server cannot be reached: {kind}", hint="check base_url and that it runs") from None
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        kind = type(error).__name__
        hint = "check base_url, dialect and the server's version"
        raise ModelError(f"the model server's reply is not understood: {kind}", hint=hint) from None
