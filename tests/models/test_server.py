from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Literal

import llguidance
import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from foyerdoc import Extractor
from foyerdoc.errors import ModelError
from foyerdoc.models.protocol import Grammar, Message
from foyerdoc.models.server import ServerModel
from foyerdoc.reading.parsing import parse
from tests.models.loopback import JsonHandler, serve

ASK = [Message("user", "Which hail damage?")]
LLGUIDANCE_ALONE = 'only_llguidance: %regex {"substring_chars": "x"}'
YES_NO = Grammar('start: "yes" | "no"')


class Invoice(BaseModel):
    """What is asked for."""

    number: str | None = None
    issued: date | None = None
    total: Decimal | None = None


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


class StructuredOutputs(BaseModel):
    """vLLM's `StructuredOutputsParams`, as far as a grammar is concerned: exactly one kind, which here must be the grammar."""

    model_config = ConfigDict(extra="forbid")
    grammar: str


class ChatRequest(BaseModel):
    """What vLLM and llama.cpp take at /v1/chat/completions, of the fields that are sent; unlike there none is overlooked."""

    model_config = ConfigDict(extra="forbid", strict=True)
    model: str
    messages: list[dict[Literal["role", "content"], str]]
    max_tokens: int
    temperature: float
    logprobs: bool = False
    stream: bool = False
    structured_outputs: StructuredOutputs | None = None
    grammar: str | None = None


def written(grammar: str, choose: Callable[..., int]) -> str:
    """A text of a grammar's: of the bytes that may follow always the first or the last, as a model held to it could choose."""
    matcher = llguidance.LLMatcher(BYTES, grammar)
    assert not matcher.is_error(), matcher.get_error()
    text = b""
    while not matcher.is_stopped():
        mask = int.from_bytes(matcher.compute_bitmask(), "little")
        byte = choose(number for number in range(256) if mask >> number & 1)
        assert matcher.consume_token(byte)
        text += bytes([byte])
    return text.decode()


BYTES = llguidance.LLTokenizer("byte")


class Grammarian(Scripted):
    """Checks what it is sent and answers with a text of the grammar, compiled as vLLM and llama.cpp compile it."""

    turns: Callable[[str], str] = staticmethod(lambda text: text)
    choose = max
    ended = "stop"
    done = True

    def do_POST(self) -> None:  # noqa: N802
        body = self.body()
        if self.path != "/v1/chat/completions":
            self.other(body)
            return
        self.seen.append((self.path, body, None))
        try:
            request = ChatRequest.model_validate(body)
        except ValidationError:
            self.reply({"error": "extra inputs"}, 400)
            return
        if request.grammar is not None:
            assert request.grammar.startswith("%llguidance")
            text = written(llguidance.grammar_from("lark", request.grammar), self.choose)
        else:
            assert request.structured_outputs is not None
            text = written(llguidance.grammar_from("grammar", request.structured_outputs.grammar), self.choose)
        # The first request is the one without a document.
        text, finish = (text, "stop") if len(self.seen) == 1 else (self.turns(text), self.ended)
        if request.stream:
            self.stream(text, finish)
            return
        choice = {"message": {"role": "assistant", "content": text}, "finish_reason": finish, "logprobs": None}
        self.reply({"choices": [choice], "usage": {"completion_tokens": len(text)}})

    def other(self, body: dict) -> None:
        """Bytes are tokens, and a null is less likely than anything else."""
        if self.path == "/tokenize":
            self.reply({"tokens": list((body.get("prompt") or str(body["messages"])).encode())})
        else:
            told = [{str(token): {"logprob": -9.0 * (token == ord("u"))}} for token in body["prompt"]]
            self.reply({"choices": [{"text": "", "prompt_logprobs": told}]})

    def stream(self, text: str, finish: str) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        for character in text:
            self.event({"choices": [{"delta": {"content": character}, "finish_reason": None}]})
        if self.done:
            self.event({"choices": [{"delta": {}, "finish_reason": finish}]})
            self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def event(self, content: object) -> None:
        # As vLLM does: what stands in the answer, ends of lines that are none among it, stands in the stream.
        self.wfile.write(f"data: {json.dumps(content, ensure_ascii=False)}\n\n".encode())


def grammarian(**changes: object) -> type[Grammarian]:
    return type("Case", (Grammarian,), {"seen": [], **changes})


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
    [
        ("vllm", "structured_outputs", {"grammar": f"%llguidance {{}}\n{YES_NO.lark}\n{LLGUIDANCE_ALONE}\n"}),
        ("llama.cpp", "grammar", f"%llguidance {{}}\n{YES_NO.lark}"),
    ],
)
def test_a_grammar_is_sent_in_the_server_s_dialect(dialect: str, field: str, value: object) -> None:
    handler = grammarian()
    with serve(handler) as url:
        (answer,) = ServerModel(url, "m", dialect=dialect).generate([ASK], max_tokens=5, grammar=YES_NO)
    assert handler.seen[1][1][field] == value
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


DIALECTS = pytest.mark.parametrize("dialect", ["vllm", "llama.cpp"])
# A document may contain what other grammars' syntax is made of.
HOSTILE = 'RE#2026 // "a" ::= \\ %regex <b> é\u2028'


@DIALECTS
def test_the_grounded_grammar_is_enforced(dialect: str) -> None:
    # A value begins with a bracket, which comes before the "n" of null.
    with serve(grammarian(choose=min)) as url:
        model = ServerModel(url, "m", dialect=dialect, context_tokens=4_000, count=len)
        document = parse(f"Rechnung {HOSTILE}\nDatum: 31.03.2026\nBetrag: 412,80 EUR".encode(), "x.txt")
        result = Extractor(Invoice, model).extract(document)
    found = {path: value for path, value in result.fields.items() if value.span is not None}
    assert found
    for value in found.values():
        assert document.text[value.span.start : value.span.end] == value.raw


@DIALECTS
@pytest.mark.parametrize("stream", [False, True])
def test_literals_of_any_characters_reach_the_server_whole(dialect: str, stream: bool) -> None:
    grammar = Grammar(f"start: one\none: {json.dumps(HOSTILE, ensure_ascii=False)}")
    with serve(grammarian()) as url:
        model = ServerModel(url, "m", dialect=dialect)
        if stream:
            assert "".join(model.stream(ASK, max_tokens=99, grammar=grammar)) == HOSTILE
        else:
            assert model.generate([ASK], max_tokens=99, grammar=grammar)[0].text == HOSTILE


@DIALECTS
@pytest.mark.parametrize("handler", [scripted, lambda: scripted(status=400), lambda: scripted(status=500)])
def test_a_server_that_enforces_nothing_is_found_out_before_it_sees_a_document(dialect: str, handler: Callable) -> None:
    one = handler()
    with serve(one) as url:
        model = ServerModel(url, "m", dialect=dialect)
        for call in (
            lambda: model.generate([ASK], max_tokens=5, grammar=YES_NO),
            lambda: list(model.stream(ASK, max_tokens=5, grammar=YES_NO)),
        ):
            with pytest.raises(ModelError, match="does not hold its answers to a grammar") as caught:
                call()
            assert {"vllm": "guidance", "llama.cpp": "LLAMA_LLGUIDANCE"}[dialect] in caught.value.hint
    assert len(one.seen) == 2
    assert "hail" not in str(one.seen)


def test_that_it_enforces_is_asked_once() -> None:
    handler = grammarian()
    with serve(handler) as url:
        model = ServerModel(url, "m", dialect="vllm")
        assert [answer.text for answer in model.generate([ASK, ASK], max_tokens=5, grammar=YES_NO)] == ["yes", "yes"]
        model.generate([ASK], max_tokens=5, grammar=YES_NO)
    assert len(handler.seen) == 4


@DIALECTS
def test_an_answer_outside_its_grammar_never_gets_through(dialect: str) -> None:
    with serve(grammarian(turns=staticmethod(lambda text: text[:2] + "ah"))) as url:
        model = ServerModel(url, "m", dialect=dialect)
        with pytest.raises(ModelError, match="outside its grammar"):
            model.generate([ASK], max_tokens=5, grammar=YES_NO)
        pieces = []
        with pytest.raises(ModelError, match="outside its grammar"):
            pieces += model.stream(ASK, max_tokens=5, grammar=YES_NO)
    assert "a" not in "".join(pieces)


@pytest.mark.parametrize(("finish", "error"), [("stop", "ends before its grammar does"), ("abort", "broke its answer off")])
def test_an_answer_that_ends_too_early_is_none(finish: str, error: str) -> None:
    with serve(grammarian(turns=staticmethod(lambda text: text[:2]), ended=finish)) as url:
        model = ServerModel(url, "m", dialect="vllm")
        with pytest.raises(ModelError, match=error):
            model.generate([ASK], max_tokens=5, grammar=YES_NO)
        with pytest.raises(ModelError, match=error):
            list(model.stream(ASK, max_tokens=5, grammar=YES_NO))


def test_an_answer_cut_at_its_limit_says_so() -> None:
    with serve(grammarian(turns=staticmethod(lambda text: text[:2]), ended="length")) as url:
        model = ServerModel(url, "m", dialect="vllm")
        assert model.generate([ASK], max_tokens=2, grammar=YES_NO)[0].finish == "length"
        assert "".join(model.stream(ASK, max_tokens=2, grammar=YES_NO)) == "ye"
    # What is complete with its last token is not cut.
    with serve(grammarian(ended="length")) as url:
        assert ServerModel(url, "m", dialect="vllm").generate([ASK], max_tokens=3, grammar=YES_NO)[0].finish == "stop"


def test_a_stream_that_breaks_off_is_an_error() -> None:
    with serve(grammarian(done=False)) as url, pytest.raises(ModelError, match="broke its answer off"):
        list(ServerModel(url, "m", dialect="vllm").stream(ASK, max_tokens=5, grammar=YES_NO))


STREAM = [
    'data: {"choices": [{"delta": {"content": "h\u00e9\u2028"}}]}',
    ": still here",
    'data: {"choices": [{"delta": {"content": "l\u20ac"}, "finish_reason": "stop"}]}',
]


class Piecewise(JsonHandler):
    """A stream in pieces of one byte, with ends of line as Windows has them, that nobody closes."""

    first = "\ufeff"
    lines = STREAM
    asked_again = threading.Event()

    def do_POST(self) -> None:  # noqa: N802
        self.body()
        self.send_response(200)
        self.end_headers()
        for byte in (self.first + "".join(f"{line}\r\n\r\n" for line in self.lines)).encode():
            self.wfile.write(bytes([byte]))
        self.wfile.flush()
        self.asked_again.wait(5)
        self.close_connection = True


def test_a_stream_is_whole_however_it_is_cut_and_ends_with_its_reason() -> None:
    case = type("Case", (Piecewise,), {"asked_again": threading.Event()})
    with serve(case) as url:
        started = time.monotonic()
        assert "".join(ServerModel(url, "m", timeout=30).stream(ASK, max_tokens=5)) == "h\u00e9\u2028l\u20ac"
        assert time.monotonic() - started < 4
        case.asked_again.set()


@pytest.mark.parametrize(
    ("line", "error"),
    [('data: {"error": {"message": "hail"}}', "broke its answer off"), ("data: " + "x" * 2**21, "not understood")],
)
def test_a_stream_that_tells_of_an_error_or_never_ends_a_line_is_one(line: str, error: str) -> None:
    case = type("Case", (Piecewise,), {"lines": [line], "asked_again": threading.Event(), "first": ""})
    case.asked_again.set()
    with serve(case) as url, pytest.raises(ModelError, match=error) as caught:
        list(ServerModel(url, "m").stream(ASK, max_tokens=5))
    assert "hail" not in str(caught.value)


def test_a_grammar_that_is_none_is_not_sent() -> None:
    handler = grammarian()
    with serve(handler) as url, pytest.raises(ModelError, match="not valid"):
        ServerModel(url, "m", dialect="vllm").generate([ASK], max_tokens=5, grammar=Grammar("start: ("))
    assert handler.seen == []


@pytest.mark.parametrize("content", [["yes"], {"text": "yes"}, 5])
def test_a_content_that_is_no_text_is_an_error(content: object) -> None:
    choice = {"message": {"content": content}, "finish_reason": "stop"}
    reply = {"choices": [choice], "usage": {"completion_tokens": 1}}
    with serve(scripted(content=reply)) as url, pytest.raises(ModelError, match="not understood"):
        ServerModel(url, "m").generate([ASK], max_tokens=5)
