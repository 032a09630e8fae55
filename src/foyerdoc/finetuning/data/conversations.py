"""Conversations to learn from, in the three forms that are in use.

| format | a row |
| --- | --- |
| alpaca | `{"instruction": .., "input": .., "output": ..}`; `system` and `history` (pairs) are read too |
| sharegpt | `{"conversations": [{"from": "human", "value": ..}, {"from": "gpt", "value": ..}]}`; also Vicuna's |
| openai | `{"messages": [{"role": "user", "content": ..}, {"role": "assistant", "content": ..}]}` |

A conversation is an optional system message, then user and assistant in turn; the last message is the assistant's.

Source: tatsu-lab/stanford_alpaca, lm-sys/FastChat, and OpenAI's guide to supervised fine-tuning.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeGuard, get_args

import orjson

from foyerdoc.errors import TrainingError, UsageError
from foyerdoc.finetuning.data.rows import Problem, Row, read_rows
from foyerdoc.models.protocol import Message, Role
from foyerdoc.settings import Limits
from foyerdoc.storage import write_file

Format = Literal["alpaca", "sharegpt", "openai"]

_TURNS: Mapping[Format, str] = MappingProxyType({"sharegpt": "conversations", "openai": "messages"})
_COLUMNS = ("instruction", "input", "output", "system", "conversations", "messages")
_ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "system": "system",
        "developer": "system",
        "user": "user",
        "human": "user",
        "assistant": "assistant",
        "gpt": "assistant",
        "chatgpt": "assistant",
        "model": "assistant",
    }
)
_SPEAKERS: Mapping[Role, str] = MappingProxyType({"system": "system", "user": "human", "assistant": "gpt"})
# Of a row or a turn: what would change the prompt or the loss, and what a message cannot hold.
_NOT_CARRIED = ("tools", "functions", "tool_calls", "function_call", "images", "image", "audio", "weight")


@dataclass(frozen=True, slots=True)
class ConversationSet:
    """What was read.

    Attributes:
        conversations: the good rows, in their order; each ends with the assistant's message.
        rows: the number of each one's row.
        problems: the rows that were left out, each with its number and reason, and notes on the whole file (row None).
        formats: how many of the good rows had each format.
    """

    conversations: tuple[tuple[Message, ...], ...]
    rows: tuple[int, ...]
    problems: tuple[Problem, ...]
    formats: Mapping[Format, int]


class _Refused(Exception):
    """A row cannot be used; its arguments are a problem's code and reason."""


def read_conversations(
    path: str | Path,
    *,
    format: Format | None = None,  # noqa: A002
    limits: Limits | None = None,
) -> ConversationSet:
    """Read conversations from JSON lines, a JSON array or a CSV (of Alpaca's columns), also gzipped.

    Contents are taken as they are, white space included; an empty system message is left out. Alpaca's `input` follows the
    instruction after a blank line; its English preamble is not added, since the model's chat template has that place.

    Args:
        path: the file.
        format: of all rows; by default each row's is recognised from its names.
        limits: `text_characters` bounds a line, `file_bytes` a JSON array.

    Raises:
        TrainingError: not one row can be used; the message names the commonest reasons.
        ReadError: the file itself cannot be read.
        UsageError: there is no format of that name.
    """
    path = Path(path)
    if format is not None:
        _check_format(format)
    conversations, numbers, problems, formats = [], [], [], Counter[Format]()
    for row in read_rows(path, _COLUMNS, limits or Limits()):
        if isinstance(row, Problem):
            problems.append(row)
            continue
        try:
            found, conversation = _conversation(row, format)
        except _Refused as refused:
            problems.append(Problem(row.number, *refused.args))
            continue
        conversations.append(conversation)
        numbers.append(row.number)
        formats[found] += 1
    if not conversations:
        lost = [problem for problem in problems if problem.row is not None]
        first = f"; row {lost[0].row}: {lost[0].reason}" if lost else ""
        message = f"{path.name}: none of {len(lost)} rows can be used{first}"
        raise TrainingError(message, hint="docs/finetuning.md shows what rows look like")
    return ConversationSet(tuple(conversations), tuple(numbers), tuple(problems), MappingProxyType(dict(formats)))


def write_conversations(
    conversations: Iterable[Sequence[Message]],
    path: str | Path,
    *,
    format: Format,  # noqa: A002
) -> None:
    """Write conversations as JSON lines, or as one JSON array where the name ends in .json; gzipped where .gz follows.

    `read_conversations` gives the same messages back.

    Raises:
        UsageError: one of them, named by its number from 1, is not a conversation to learn from, or has what the format cannot
            carry: a system message or more than one exchange in Alpaca's.
    """
    _check_format(format)
    path = Path(path)
    rows = []
    for number, conversation in enumerate(conversations, start=1):
        try:
            rows.append(_row(_checked(conversation), format))
        except _Refused as refused:
            message = f"conversation {number} cannot be written as {format}: {refused.args[1]}"
            raise UsageError(message, hint="leave it out, or choose another format") from None
    names = [suffix.lower() for suffix in path.suffixes]
    packed = names[-1:] == [".gz"]
    try:
        if (names[:-1] if packed else names)[-1:] == [".json"]:
            content = orjson.dumps(rows, option=orjson.OPT_INDENT_2)
        else:
            content = b"".join(orjson.dumps(row) + b"\n" for row in rows)
    except TypeError as error:
        raise UsageError("a message holds half a surrogate pair, which no file can", hint="repair the text") from error
    write_file(path, gzip.compress(content, mtime=0) if packed else content)


def _check_format(name: str) -> None:
    if name not in get_args(Format):
        raise UsageError(f"no format {name!r} of conversations", hint=f"the formats are {', '.join(get_args(Format))}")


# --- reading ---------------------------------------------------------------------------------------------------------


def _conversation(row: Row, named: Format | None) -> tuple[Format, tuple[Message, ...]]:
    values = row.values
    found = _recognised(values)
    if named is not None and found != named:
        raise _Refused("other_format", f"not {named}" + (f" but {found}" if found else ""))
    if found is None:
        raise _Refused("unknown_format", "neither instruction and output, nor conversations, nor messages")
    _refuse_uncarried(values)
    messages = _alpaca(values) if found == "alpaca" else _turns(values[_TURNS[found]])
    if found != "openai" and (system := _text(values.get("system") or "", "system")).strip():
        messages = [Message("system", system), *messages]
    return found, _checked([m for m in messages if m.role != "system" or m.content.strip()])


def _recognised(values: Mapping[str, Any]) -> Format | None:
    for name, column in _TURNS.items():
        if column in values:
            return name
    return "alpaca" if {"instruction", "output"} <= values.keys() else None


def _refuse_uncarried(values: Mapping[str, Any]) -> None:
    for name in _NOT_CARRIED:
        # A weight of 1 is what every answer has.
        if values.get(name) and not (name == "weight" and values[name] == 1):
            raise _Refused("not_carried", f"{name} cannot be learnt from here")
    if values.get("weight") == 0:
        raise _Refused("not_carried", "weight 0: every answer of a conversation is learnt")


def _alpaca(values: Mapping[str, Any]) -> list[Message]:
    messages = []
    history = values.get("history") or []
    if not _is_list(history) or not all(_is_list(pair) and len(pair) == 2 for pair in history):
        raise _Refused("bad_turn", "history is not a list of pairs")
    for asked, answered in history:
        messages += [Message("user", _text(asked, "history")), Message("assistant", _text(answered, "history"))]
    instruction, more = _text(values["instruction"], "instruction"), _text(values.get("input") or "", "input")
    question = "\n\n".join(part for part in (instruction, more) if part.strip())
    return [*messages, Message("user", question), Message("assistant", _text(values["output"], "output"))]


def _turns(turns: object) -> list[Message]:
    if not _is_list(turns):
        raise _Refused("bad_turn", "the turns are not a list")
    messages = []
    for number, turn in enumerate(turns, start=1):
        if not isinstance(turn, dict):
            raise _Refused("bad_turn", f"turn {number} is not an object")
        _refuse_uncarried(turn)
        speaker = turn.get("role", turn.get("from"))
        role = _ROLES.get(speaker.strip().lower()) if isinstance(speaker, str) else None
        if role is None:
            raise _Refused("unknown_role", f"turn {number} is none of the system's, the user's or the assistant's")
        messages.append(Message(role, _content(turn.get("content", turn.get("value")), f"turn {number}")))
    return messages


def _content(value: object, where: str) -> str:
    if not _is_list(value):
        return _text(value, where)
    parts = []
    for part in value:
        if not isinstance(part, dict) or part.get("type") != "text":
            raise _Refused("not_carried", f"{where} has a part that is not text")
        parts.append(_text(part.get("text"), where))
    return "".join(parts)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _Refused("no_text", f"{where} holds no text")
    return value


def _checked(messages: Sequence[Message]) -> tuple[Message, ...]:
    spoken = messages[1:] if messages and messages[0].role == "system" else messages
    if spoken is not messages and not messages[0].content.strip():
        raise _Refused("empty_message", "the system message has no text")
    for number, message in enumerate(spoken, start=1):
        if message.role != ("user" if number % 2 else "assistant"):
            raise _Refused("turns_out_of_order", f"turn {number} is the {message.role}'s; user and assistant take turns")
        if not message.content.strip():
            raise _Refused("empty_message", f"turn {number} has no text")
    if not spoken or spoken[-1].role != "assistant":
        raise _Refused("no_answer", "it does not end with the assistant's answer")
    return tuple(messages)


# --- writing ---------------------------------------------------------------------------------------------------------


def _row(messages: Sequence[Message], name: Format) -> dict[str, Any]:
    if name == "openai":
        return {"messages": [{"role": message.role, "content": message.content} for message in messages]}
    if name == "sharegpt":
        return {"conversations": [{"from": _SPEAKERS[message.role], "value": message.content} for message in messages]}
    if messages[0].role == "system":
        raise _Refused("not_carried", "it has a system message")
    if len(messages) > 2:
        raise _Refused("not_carried", f"it has {len(messages) // 2} exchanges, not one")
    return {"instruction": messages[0].content, "input": "", "output": messages[1].content}
