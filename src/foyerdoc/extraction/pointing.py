"""A language model that points: under a grammar it can name a line that holds candidates, then one of them, or null.

The answer is a JSON object with one entry a field, `[line, "value"]` or null. Lines and values come from the candidates
alone, so half a number, an invented one or a value from another line cannot be written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from foyerdoc.errors import ModelError
from foyerdoc.extraction.choosing import prompt
from foyerdoc.extraction.grounding import Ground, Place
from foyerdoc.extraction.ranking import Ranked
from foyerdoc.extraction.schemas import Leaf
from foyerdoc.models.protocol import Grammar, LanguageModel

_SHORTLIST: Final = 8


@dataclass(frozen=True, slots=True)
class Pointed:
    """What the model chose for each field by path, None where it said null, and whether all candidate lines were shown."""

    places: Mapping[str, Place | None]
    complete: bool


def point(model: LanguageModel, ground: Ground, shortlists: Mapping[Leaf, Sequence[Ranked]], *, tokens: int) -> Pointed:
    """Let a model choose among each field's best candidates, in one answer.

    Args:
        model: one that can enforce grammars.
        ground: the document.
        shortlists: the candidates of each field, best first; the first 8 are offered. Fields without any are absent.
        tokens: how much of the document it is shown: candidates' lines with the line above, the best candidates first.

    Raises:
        ModelError: the model cannot enforce a grammar, or its answer stopped before its end.
    """
    if not model.grammars:
        raise ModelError(f"{model.name} cannot enforce a grammar", hint="use a LocalModel, or a server that has grammars")
    offered = {leaf: [r.place for r in ranked[:_SHORTLIST]] for leaf, ranked in shortlists.items() if ranked}
    shown, complete = _lines(model, ground, offered, tokens)
    offered = {leaf: kept for leaf, places in offered.items() if (kept := [p for p in places if p.line in shown])}
    if not offered:
        return Pointed({}, complete)
    conversation = prompt(ground, offered, sorted(shown))
    grammar = Grammar(grammar_of(ground, offered))
    room = sum(24 + max(model.count_tokens(place.raw) for place in places) for places in offered.values())
    answer = model.generate([conversation], max_tokens=room, grammar=grammar)[0]
    if answer.finish != "stop":
        raise ModelError(
            "the answer was cut before its end", hint="give a schema with fewer fields, or a model with more context"
        )
    return Pointed(_chosen(answer.text, ground, offered), complete)


def grammar_of(ground: Ground, offered: Mapping[Leaf, Sequence[Place]]) -> str:
    """The Lark grammar of all answers: fields in order, each null or a candidate's line and one of its values."""
    rules = []
    names = []
    for i, (leaf, places) in enumerate(offered.items()):
        by_line: dict[int, list[str]] = {}
        for place in places:
            values = by_line.setdefault(place.line, [])
            if place.raw not in values:
                values.append(place.raw)
        choices = ['"null"']
        for line, values in by_line.items():
            options = " | ".join(_literal(_quoted(value)) for value in values)
            choices.append(f'{_literal(f"[{ground.lines[line].number}, ")} ({options}) "]"')
        rules.append(f"f{i}: {' | '.join(choices)}")
        names.append(f"{_literal(('{' if i == 0 else ', ') + _quoted(leaf.path) + ': ')} f{i}")
    return "\n".join([f'start: {" ".join(names)} "}}"', *rules])


def _lines(model: LanguageModel, ground: Ground, offered: Mapping[Leaf, Sequence[Place]], tokens: int) -> tuple[set[int], bool]:
    """The lines to show: every field's best candidate first, then the second ..., each with the line above."""
    shown: set[int] = set()
    left = tokens
    for turn in range(_SHORTLIST):
        for places in offered.values():
            if turn >= len(places):
                continue
            wanted = {at for at in (places[turn].line - 1, places[turn].line) if at >= 0} - shown
            cost = sum(model.count_tokens(ground.lines[at].text) + 3 for at in wanted)
            if cost > left:
                return shown, False
            shown |= wanted
            left -= cost
    return shown, True


def _chosen(text: str, ground: Ground, offered: Mapping[Leaf, Sequence[Place]]) -> dict[str, Place | None]:
    try:
        answer = json.loads(text)
        by_path: dict[str, Place | None] = {}
        for leaf, places in offered.items():
            entry = answer[leaf.path]
            if entry is None:
                by_path[leaf.path] = None
                continue
            number, raw = entry
            by_path[leaf.path] = next(p for p in places if ground.lines[p.line].number == number and p.raw == raw)
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        # The grammar allows nothing else: a backend that says it enforces grammars and does not ends here.
        raise ModelError(
            "the answer is outside the grammar", hint="check the model's backend: it must enforce grammars"
        ) from error
    return by_path


def _quoted(value: str) -> str:
    """A value as a JSON string. Characters beyond ASCII stay as they are, so that the model writes what it reads."""
    return json.dumps(value, ensure_ascii=False)


def _literal(text: str) -> str:
    """A text as a literal of the Lark dialect, whose strings are escaped as JSON's are."""
    return json.dumps(text, ensure_ascii=False)
