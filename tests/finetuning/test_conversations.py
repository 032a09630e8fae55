from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foyerdoc.errors import TrainingError, UsageError
from foyerdoc.finetuning.data.conversations import read_conversations, write_conversations
from foyerdoc.models.protocol import Message


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def talk(*contents: str, system: str | None = None) -> tuple[Message, ...]:
    spoken = tuple(Message("assistant" if i % 2 else "user", text) for i, text in enumerate(contents))
    return spoken if system is None else (Message("system", system), *spoken)


def turns(*pairs: tuple[str, object], key: str = "conversations") -> dict:
    names = ("from", "value") if key == "conversations" else ("role", "content")
    return {key: [dict(zip(names, pair, strict=True)) for pair in pairs]}


PARTS = [{"type": "text", "text": "q"}, {"type": "text", "text": "!"}]


def test_every_form_is_recognised_row_by_row(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "c.jsonl",
        {"instruction": "Summarise.", "input": "A letter.", "output": "Short."},
        {"instruction": "Hello", "input": "", "output": " hi\n"},
        {"instruction": "third", "output": "c", "system": "be brief", "history": [["first", "a"], ["second", "b"]]},
        {"id": "x", **turns(("human", "q"), ("gpt", "a"))},
        {"system": "be brief", **turns(("user", "q"), ("assistant", "a"), ("human", "r"), ("gpt", "b"))},
        turns(("system", ""), ("user", "q"), ("assistant", "a"), key="messages"),
        turns(("developer", "d"), ("user", PARTS), ("assistant", "a"), key="messages"),
    )
    found = read_conversations(path)
    assert found.conversations == (
        talk("Summarise.\n\nA letter.", "Short."),
        talk("Hello", " hi\n"),
        talk("first", "a", "second", "b", "third", "c", system="be brief"),
        talk("q", "a"),
        talk("q", "a", "r", "b", system="be brief"),
        talk("q", "a"),
        talk("q!", "a", system="d"),
    )
    assert dict(found.formats) == {"alpaca": 3, "sharegpt": 2, "openai": 2}
    assert not found.problems


BAD = {
    "unknown_format": {"question": "a secret", "answer": "b"},
    "no_answer": turns(("human", "q"), ("gpt", "a"), ("human", "a secret")),
    "turns_out_of_order": turns(("gpt", "a"), ("human", "q"), ("gpt", "a")),
    "unknown_role": turns(("human", "q"), ("function", "a secret"), ("gpt", "a")),
    "empty_message": {"instruction": "q", "output": " "},
    "no_text": turns(("human", None), ("gpt", "a")),
    "bad_turn": {"conversations": ["q", "a"]},
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_row_is_named_with_its_reason(tmp_path: Path, code: str) -> None:
    found = read_conversations(lines(tmp_path / "c.jsonl", BAD[code], turns(("human", "q"), ("gpt", "a"))))
    assert [(p.row, p.code) for p in found.problems] == [(1, code)]
    assert "secret" not in found.problems[0].reason
    assert found.rows == (2,)


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"tools": [{}], **turns(("user", "q"), ("assistant", "a"), key="messages")}, "tools"),
        ({"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": 0}]}, "weight 0"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}, {"role": "assistant", "content": "a"}]}, "turn 1"),
        (turns(("user", "q"), ("system", "s"), ("assistant", "a"), key="messages"), "turn 2 is the system's"),
        ({"instruction": "q", "output": "a", "history": [["q"]]}, "history"),
    ],
)
def test_what_a_message_cannot_hold_is_refused_by_name(tmp_path: Path, row: dict, named: str) -> None:
    with pytest.raises(TrainingError, match=f"row 1: .*{named}"):
        read_conversations(lines(tmp_path / "c.jsonl", row))


def test_a_format_that_is_named_is_the_only_one(tmp_path: Path) -> None:
    path = lines(tmp_path / "c.jsonl", {"instruction": "q", "output": "a"}, turns(("human", "q"), ("gpt", "a")))
    found = read_conversations(path, format="sharegpt")
    assert [(p.row, p.code, p.reason) for p in found.problems] == [(1, "other_format", "not sharegpt but alpaca")]
    with pytest.raises(UsageError):
        read_conversations(path, format="chatml")


def test_alpaca_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text('instruction,input,output\n"Say ""hi""",,hi\n')
    assert read_conversations(path).conversations == (talk('Say "hi"', "hi"),)


text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)


@st.composite
def talks(draw: st.DrawFn) -> tuple[Message, ...]:
    contents = draw(st.lists(st.tuples(text, text), min_size=1, max_size=3))
    return talk(*(part for pair in contents for part in pair), system=draw(st.none() | text))


@pytest.mark.parametrize("name", ["c.jsonl", "c.json", "c.json.gz"])
@pytest.mark.parametrize("form", ["alpaca", "sharegpt", "openai"])
@settings(max_examples=30, deadline=None)
@given(conversations=st.lists(talks(), min_size=1, max_size=4))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, form: str, name: str, conversations: list[tuple[Message, ...]]
) -> None:
    path = tmp_path_factory.mktemp("written") / name
    too_much = [i for i, c in enumerate(conversations, start=1) if len(c) > 2]
    if form == "alpaca" and too_much:
        with pytest.raises(UsageError, match=f"conversation {too_much[0]} cannot be written as alpaca"):
            write_conversations(conversations, path, format=form)
        assert not path.exists()
        return
    write_conversations(conversations, path, format=form)
    found = read_conversations(path)
    assert found.conversations == tuple(conversations)
    assert dict(found.formats) == {form: len(conversations)}


def test_what_is_no_conversation_to_learn_from_is_not_written(tmp_path: Path) -> None:
    for bad in (talk("q"), (), talk("", "a"), talk("q", "a", system=" "), talk("q", "a")[::-1]):
        with pytest.raises(UsageError, match="conversation 2"):
            write_conversations([talk("q", "a"), bad], tmp_path / "c.jsonl", format="openai")
    with pytest.raises(UsageError, match="surrogate"):
        write_conversations([talk("q", "\ud800")], tmp_path / "c.jsonl", format="openai")
