"""Models for tests that find likely what they are told."""

from __future__ import annotations

import re

import numpy as np

from foyerdoc.errors import ModelError

Liked = str | list[str] | dict[str, float]


class Likes:
    """A model that finds the values likely that it likes for a field, as much as it is told, and null otherwise.

    A line and the beginning of a value are a little likelier than the best that they lead to.
    """

    name, adapter, context_tokens, grammars, scores = "likes", None, 8192, False, True

    def __init__(self, null: float = -2.0, /, **liked: Liked) -> None:
        self.null = null
        self.liked = {path: self._scores(values) for path, values in liked.items()}
        self.begun: list[str] = []
        self.together: list[int] = []

    def count_tokens(self, text):
        return len(text.split())

    def count_prompt(self, conversation):
        return sum(self.count_tokens(message.content) for message in conversation)

    def score_many(self, conversations, continuations, *, begun=None):
        self.begun += begun
        self.together.append(len(conversations))
        rows = zip(conversations, continuations, begun, strict=True)
        return [np.array([self._score(text, asked[-1].content, said) for text in texts]) for asked, texts, said in rows]

    def _scores(self, values: Liked) -> dict[str, float]:
        if isinstance(values, dict):
            return values
        return dict.fromkeys([values] if isinstance(values, str) else values, -0.1)

    def _score(self, text, shown, said):
        liked = self.liked.get(re.findall(r'"([\w.]+)":', said)[-1], {})
        entry = re.fullmatch(r'[ ,\[]*\[(\d+),(?: "(.*?)("\][,}]?)?)?', text)
        if entry is None:
            return self.null
        number, value, whole = entry.groups()
        if whole:
            return liked.get(value, -9.0)
        line = next((line for line in shown.splitlines() if line.startswith(f"{number}: ")), "")
        return 0.01 + max((score for v, score in liked.items() if v in line and v.startswith(value or "")), default=-9.0)


class Chokes(Likes):
    """Fails over what holds a word."""

    def count_prompt(self, conversation):
        if "Gift" in conversation[-1].content:
            raise ModelError("the prompt does not fit", hint="give a shorter one")
        return super().count_prompt(conversation)


class Silent(Likes):
    """Writes under grammars and does not score."""

    grammars, scores = True, False
