from __future__ import annotations

from pathlib import Path

import pytest

from foyerdoc.chat.answering import language_model
from foyerdoc.errors import ModelError, UsageError
from foyerdoc.models.local import LocalModel
from foyerdoc.models.naming import KEY, named_model
from foyerdoc.models.protocol import Message
from foyerdoc.models.server import ServerModel
from foyerdoc.recipe import Recipe
from tests.models.loopback import JsonHandler, serve

ASK = [Message("user", "Which hail damage?")]


class Keyed(JsonHandler):
    """Answers whoever has the key, and tells nobody else anything."""

    def do_GET(self) -> None:  # noqa: N802
        self.reply({"data": [{"id": "org/claims-7b", "max_model_len": 77}]}, 200 if self.known() else 401)

    def do_POST(self) -> None:  # noqa: N802
        self.body()
        choice = {"message": {"content": "yes"}, "finish_reason": "stop"}
        self.reply({"choices": [choice], "usage": {"completion_tokens": 1}}, 200 if self.known() else 401)

    def known(self) -> bool:
        return self.headers["Authorization"] == "Bearer key-1"


def test_a_server_s_model_is_asked_with_the_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "key-1")
    with serve(Keyed) as url:
        model = named_model(f"vllm+{url}#org/claims-7b")
        assert isinstance(model, ServerModel)
        assert model.name.startswith("org/claims-7b on server ")
        assert model.context_tokens == 77
        assert model.generate([ASK], max_tokens=3)[0].text == "yes"


def test_a_wrong_key_and_a_wrong_name_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Keyed) as url:
        with pytest.raises(ModelError, match="401") as caught:
            named_model(f"vllm+{url}#org/claims-7b").generate([ASK], max_tokens=3)
        assert KEY in caught.value.hint
        monkeypatch.setenv(KEY, "key-1")
        with pytest.raises(ModelError, match="no model called 'claims'") as caught:
            _ = named_model(f"vllm+{url}#claims").context_tokens
        assert "org/claims-7b" in caught.value.hint


def test_servers_are_told_apart_by_their_addresses() -> None:
    names = {f"{dialect}+http://{host}/v1#m" for dialect in ("vllm", "llama.cpp") for host in ("a", "b")}
    assert len({named_model(name).name for name in names}) == 4
    assert named_model("vllm+http://a/v1#m").name == named_model("VLLM+http://a/v1/#m").name


@pytest.mark.parametrize("key", ["", "  \n"])
def test_an_empty_key_is_none(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv(KEY, key)
    with serve(Keyed) as url, pytest.raises(ModelError, match="401"):
        named_model(f"vllm+{url}#m").generate([ASK], max_tokens=3)


@pytest.mark.parametrize("key", ["a b", "clé", "a\x00b"])
def test_a_key_that_cannot_be_sent_is_refused_unseen(key: str) -> None:
    with pytest.raises(UsageError, match="key is none") as caught:
        ServerModel("http://host/v1", "m", api_key=key)
    assert key not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(
    "url", ["http://host:abc/v1", "http://[::1/v1", "http://", "ftp://host/v1", "host:8000", "http://a\0b/v1"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="no address of a model server"):
        ServerModel(url, "m")


def test_an_address_with_a_password_is_refused_unseen() -> None:
    with pytest.raises(UsageError, match="names a user") as caught:
        named_model("vllm+http://anna:secret@host/v1#m")
    assert "secret" not in f"{caught.value} {caught.value.hint}"


def test_the_rest_is_run_here(tmp_path: Path) -> None:
    for name in ("smollm2", str(tmp_path), "org/name", str(tmp_path / "a+http:b")):
        assert isinstance(named_model(name), LocalModel)


def test_what_scores_is_said_by_the_dialect() -> None:
    assert named_model("vllm+https://gpu.lan/v1#m").scores
    assert not named_model("llama.cpp+http://127.0.0.1:8080/v1#m").scores


@pytest.mark.parametrize(
    "name",
    [
        "vllm+http://host/v1",
        "vllm+http://host/v1#",
        "+http://host/v1#m",
        "tgi+http://host/v1#m",
        "vllm+http://#m",
    ],
)
def test_a_name_that_is_none_is_an_error(name: str) -> None:
    with pytest.raises(UsageError, match="no model of a server") as caught:
        named_model(name)
    assert "vllm+http://" in caught.value.hint


def test_a_recipe_names_one_without_an_adapter(tmp_path: Path) -> None:
    assert isinstance(language_model(Recipe(model="vllm+http://host/v1#m")), ServerModel)
    with pytest.raises(UsageError, match="a model of its own"):
        language_model(Recipe(model="vllm+http://host/v1#m", adapter=str(tmp_path)))
