from __future__ import annotations

import pytest

from foyerdoc.errors import ModelError
from foyerdoc.models.protocol import Grammar, Message
from foyerdoc.models.server import ServerModel
from tests.models.loopback import JsonHandler, serve

ASK = [Message("user", "Which hail damage?")]
YES_NO = Grammar('start: "yes" | "no"')


class Scripted(JsonHandler):
    """Answers as the class says and keeps what it was sent."""

    status = 200
    content: object = {
        "choices": [{"message": {"content": "yes"}, "finish_reason": "stop", "logprobs": {"content": [{"logprob": -0.5}]}}],
        "usage": {"completion_tokens": 1},
    }
    seen: list[tuple[str, dict, str | None]]

    def do_POST(self) -> None:  # noqa: N802
        self.seen.append((self.path, self.body(), self.headers["Authorization"]))
        self.reply(self.content, self.status)


def scripted(**changes: object) -> type[Scripted]:
    return type("Case", (Scripted,), {"seen": [], **changes})


def test_it_asks_greedily_and_with_its_key() -> None:
    handler = scripted()
    with serve(handler) as url:
        (answer,) = ServerModel(url, "m", api_key="key-1").generate([ASK], max_tokens=5)
    assert (answer.text, answer.n_tokens, answer.log_probability, answer.finish) == ("yes", 1, -0.5, "stop")
    ((path, body, key),) = handler.seen
    assert path == "/v1/chat/completions"
    assert key == "Bearer key-1"
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("m", 5, 0)
    assert body["messages"] == [{"role": "user", "content": "Which hail damage?"}]


def test_without_a_dialect_nothing_is_sent_under_a_grammar() -> None:
    handler = scripted()
    with serve(handler) as url:
        model = ServerModel(url, "m")
        assert not model.grammars
        for call in (
            lambda: model.generate([ASK], max_tokens=5, grammar=YES_NO),
            lambda: list(model.stream(ASK, max_tokens=5, grammar=YES_NO)),
            lambda: model.score(ASK, ["yes"]),
            lambda: model.count_tokens("a"),
            lambda: model.count_prompt(ASK),
            lambda: model.context_tokens,
        ):
            with pytest.raises(ModelError):
                call()
    assert handler.seen == []


def test_tokens_can_be_counted_in_the_server_s_place() -> None:
    handler = scripted()
    with serve(handler) as url:
        model = ServerModel(url, "m", context_tokens=100, count=len)
        assert model.count_tokens("hail") == 4
        assert model.count_prompt([Message("system", "Be brief."), *ASK]) == len("Be brief.") + 8 + len(ASK[0].content) + 8
    assert handler.seen == []


@pytest.mark.parametrize(
    ("dialect", "field", "value"),
    [("vllm", "structured_outputs", {"grammar": YES_NO.lark}), ("llama.cpp", "grammar", f"%llguidance {{}}\n{YES_NO.lark}")],
)
def test_a_grammar_is_sent_in_the_server_s_dialect(dialect: str, field: str, value: object) -> None:
    handler = scripted()
    with serve(handler) as url:
        (answer,) = ServerModel(url, "m", dialect=dialect).generate([ASK], max_tokens=5, grammar=YES_NO)
    assert handler.seen[0][1][field] == value
    # The server's figure would be one without the grammar.
    assert answer.log_probability is None


@pytest.mark.parametrize("status", [302, 400, 500])
def test_a_refusal_is_an_error_without_the_server_s_words(status: int) -> None:
    handler = scripted(status=status, content={"error": "Which hail damage?"})
    with serve(handler) as url, pytest.raises(ModelError, match=str(status)) as caught:
        ServerModel(url, "m", api_key="key-1").generate([ASK], max_tokens=5)
    assert "hail" not in str(caught.value)
    assert "key-1" not in str(caught.value)


def test_an_odd_reply_is_an_error() -> None:
    with serve(scripted(content={"choices": []})) as url, pytest.raises(ModelError, match="not understood"):
        ServerModel(url, "m").generate([ASK], max_tokens=5)


def test_no_server_is_an_error() -> None:
    with serve(scripted()) as url:
        pass
    with pytest.raises(ModelError, match="cannot be reached"):
        ServerModel(url, "m").generate([ASK], max_tokens=5)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = scripted()
    with serve(proxy) as through, serve(scripted()) as url:
        monkeypatch.setenv("HTTP_PROXY", through.removesuffix("/v1"))
        monkeypatch.setenv("NO_PROXY", "")
        ServerModel(url, "m").generate([ASK], max_tokens=5)
    assert proxy.seen == []
