"""A language model chooses: every answer that is allowed is scored exactly, and the best one is taken.

The answer is a JSON object, written field by field in the schema's order:

    {"invoice_number": [3, "RE-17"], "due_date": null, "parties": [[1, "Acme GmbH"], [2, "B. Weber"]]}

An entry is null, or a line's number and a stretch of that line. What may stand there is a finite list (`options`), so nothing
is sampled: one pass over the tree of all entries gives the probability of each whole entry, null among them; a value from
another line, half an amount or an invented one has no entry. Where the list would be long, lines are scored first, then the
first words on the best lines, then the values that begin so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from foyerdoc import prompts
from foyerdoc.documents import Span
from foyerdoc.extraction.grounding import Ground, Place, value_key
from foyerdoc.extraction.options import lines_for, on_line
from foyerdoc.extraction.ranking import rank
from foyerdoc.extraction.schemas import Leaf
from foyerdoc.extraction.showing import Shown, shown, windows
from foyerdoc.models.protocol import Conversation, LanguageModel

SHOWN_TOKENS: Final = 2048
"""Tokens of the document that a model is shown."""

_AT_ONCE: Final = 96
"""Entries that are scored without asking for the line first."""

_LINES: Final = 3
_BEGINNINGS: Final = 10
_MARKS: Final = ",;:.!?)]}\"'»”"
_KEPT: Final = 12
_MOST_ITEMS: Final = 50
_TOGETHER: Final = 24576
"""Tokens of the prompts that take their steps together, each as long as the longest: their cache takes 20 to 130 KB each."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that a field's value can be.

    Attributes:
        place: where it stands; None says that the document does not say.
        log_probability: natural log, by the model, among the field's options.
        support: by the words around it, as `ranking.rank` has it; 0 for None.
    """

    place: Place | None
    log_probability: float
    support: float


@dataclass(frozen=True, slots=True)
class Weighing:
    """What counts how much when options are compared; learnt from documents with known values.

    Attributes:
        model: of the log-probability.
        labels: of the support by the words around.
        absent: added for None.
        end: added for None where it ends a list that has begun.
    """

    model: float = 1.0
    labels: float = 0.0
    absent: float = 0.0
    end: float = 0.0

    def shares(self, options: Sequence[Option], *, begun: bool = False) -> NDArray[np.float64]:
        """(options,) float64 that sum to 1.

        Args:
            options: those of one entry.
            begun: whether they go on a list that has begun.
        """
        none = self.end if begun else self.absent
        scores = np.array(
            [
                self.model * option.log_probability + (none if option.place is None else self.labels * option.support)
                for option in options
            ]
        )
        powers = np.exp(scores - scores.max())
        found: NDArray[np.float64] = powers / powers.sum()
        return found


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model is shown and asked: the same in training and in use.

    Attributes:
        conversation: the prompt.
        shown: the lines in it.
        leaves: the fields, in the order of the answer.
    """

    conversation: Conversation
    shown: Shown
    leaves: tuple[Leaf, ...]


def ask(ground: Ground, leaves: Sequence[Leaf], model: LanguageModel, *, tokens: int = SHOWN_TOKENS) -> Asked:
    """The prompt for a document's fields, with the lines that speak of them. Only `model.count_tokens` is used."""
    return _asked(ground, leaves, shown(ground, {leaf: lines_for(ground, leaf) for leaf in leaves}, model.count_tokens, tokens))


def ask_everywhere(ground: Ground, leaves: Sequence[Leaf], model: LanguageModel, *, tokens: int = SHOWN_TOKENS) -> list[Asked]:
    """Prompts for a document's fields that together show all its lines."""
    return [_asked(ground, leaves, chosen) for chosen in windows(ground, model.count_tokens, tokens)]


def prompt(ground: Ground, leaves: Iterable[Leaf], lines: Iterable[int]) -> Conversation:
    """The fields, and the lines of the document that are shown, by their indexes."""
    return prompts.extraction(
        [(leaf.path, leaf.description or leaf.title) for leaf in leaves],
        [(ground.lines[at].number, ground.lines[at].text) for at in lines],
    )


def _asked(ground: Ground, leaves: Sequence[Leaf], chosen: Shown) -> Asked:
    return Asked(prompt(ground, leaves, chosen.lines), chosen, tuple(leaves))


Entries = tuple[tuple[Option, ...], ...]
"""A field's entries, one or for a list as many as were chosen; each one's options, the best first."""

_Choosing = Generator[tuple[str, Sequence[str]], NDArray[np.float64], dict[Leaf, Entries]]
"""A document whose fields are being chosen: asks for the scores of continuations of its answer, is sent them."""


def choose_many(
    model: LanguageModel, asked: Sequence[tuple[Ground, Asked]], weighing: Weighing | None = None
) -> list[Mapping[Leaf, Entries]]:
    """Score and choose each field's entry, what was chosen for the fields before being part of the answer.

    The documents take their steps together, so that a GPU has something to do.

    Args:
        model: one that can score.
        asked: documents, each with what `ask` made of it.
        weighing: how options are compared.

    Returns:
        for each document its fields' entries. The last entry of a list is the one that ended it and has None first.

    Raises:
        ModelError: the model cannot score given answers.
    """
    found: list[Mapping[Leaf, Entries]] = []
    some: list[tuple[Ground, Asked]] = []
    widest = 0
    for one in asked:
        tokens = model.count_prompt(one[1].conversation)
        widest = max(widest, tokens)
        if some and (len(some) + 1) * widest > _TOGETHER:
            found += _choose_together(model, some, weighing or Weighing())
            some, widest = [], tokens
        some.append(one)
    return found + _choose_together(model, some, weighing or Weighing())


def decide(options: Sequence[Option], weighing: Weighing, *, begun: bool = False) -> tuple[Option, float]:
    """The likeliest value's best option, and the share of all options that say the same. See `Weighing.shares`."""
    shares = weighing.shares(options, begun=begun)
    sums = by_value(options, weighing, begun=begun)
    value = max(sums, key=lambda key: sums[key])
    best = max((i for i, option in enumerate(options) if _value(option) == value), key=lambda i: shares[i])
    # Shares add up to 1 but for rounding.
    return options[best], min(sums[value], 1.0)


def by_value(options: Sequence[Option], weighing: Weighing, *, begun: bool = False) -> dict[object, float]:
    """The share of each value, by `value_key`, that there is none by None: options at several places can say the same."""
    sums: dict[object, float] = {}
    for option, share in zip(options, weighing.shares(options, begun=begun), strict=True):
        sums[_value(option)] = sums.get(_value(option), 0.0) + float(share)
    return sums


def _value(option: Option) -> object:
    return None if option.place is None else value_key(option.place.value)


def _choose_together(
    model: LanguageModel, asked: Sequence[tuple[Ground, Asked]], weighing: Weighing
) -> list[Mapping[Leaf, Entries]]:
    going = {i: _choosing(ground, one, weighing) for i, (ground, one) in enumerate(asked)}
    found: dict[int, Mapping[Leaf, Entries]] = {}
    scores: dict[int, NDArray[np.float64]] = {}
    while going:
        wanted: dict[int, tuple[str, Sequence[str]]] = {}
        for i, choosing in list(going.items()):
            try:
                wanted[i] = choosing.send(scores[i]) if i in scores else next(choosing)
            except StopIteration as done:
                found[i] = done.value
                del going[i]
        if wanted:
            told = model.score_many(
                [asked[i][1].conversation for i in wanted],
                [texts for _, texts in wanted.values()],
                begun=[said for said, _ in wanted.values()],
            )
            scores = dict(zip(wanted, told, strict=True))
    return [found[i] for i in range(len(asked))]


def _choosing(ground: Ground, asked: Asked, weighing: Weighing) -> _Choosing:
    seen = frozenset(asked.shown.lines)
    found: dict[Leaf, Entries] = {}
    said = "{"
    for i, leaf in enumerate(asked.leaves):
        said += f"{' ' if i else ''}{json.dumps(leaf.path, ensure_ascii=False)}:"
        end = "}" if i == len(asked.leaves) - 1 else ","
        field = _Field(ground, leaf, [at for at in lines_for(ground, leaf) if at in seen], weighing)
        if leaf.many:
            found[leaf], said = yield from field.items(said, end)
            continue
        none = f" null{end}"
        options = yield from field.options(said, " ", end, none)
        found[leaf] = (options,)
        place = decide(options, weighing)[0].place
        said += none if place is None else f" {entry(ground, place)}{end}"
    return found


def answer(ground: Ground, values: Sequence[tuple[Leaf, Sequence[Place]]]) -> str:
    """The answer that says these values; the target of training.

    Args:
        ground: the document.
        values: the fields in the order asked, with their places: none, one, or for a list several.
    """
    entries = []
    for leaf, places in values:
        items = [entry(ground, place) for place in places]
        shown_as = "null" if not items else f"[{', '.join(items)}]" if leaf.many else items[0]
        entries.append(f"{json.dumps(leaf.path, ensure_ascii=False)}: {shown_as}")
    return "{" + ", ".join(entries) + "}"


def entry(ground: Ground, place: Place) -> str:
    """A line's number and a stretch of it as JSON. Characters beyond ASCII stay as they are: a model writes what it reads."""
    return f"[{ground.lines[place.line].number}, {json.dumps(place.raw, ensure_ascii=False)}]"


def _repeats(place: Place, taken: Sequence[Place]) -> bool:
    """Whether a list has it already: the same value, or a part of the same words."""
    return any(value_key(place.value) == value_key(other.value) or place.span.overlaps(other.span) for other in taken)


_Asking = Generator[tuple[str, Sequence[str]], NDArray[np.float64], tuple[Option, ...]]


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of one document: the lines on which its value may stand."""

    ground: Ground
    leaf: Leaf
    lines: Sequence[int]
    weighing: Weighing

    def options(self, said: str, before: str, end: str, none: str) -> _Asking:
        """The options after what was said, the best first.

        Args:
            said: the answer so far.
            before: what stands before an entry.
            end: what follows it.
            none: what is said when there is no value.
        """
        if not self.lines:
            return (Option(None, 0.0, 0.0),)
        lines = self.lines
        if not self._few():
            lines = yield from self._likely_lines(said, before)
        places = [place for at in lines for place in on_line(self.ground, self.leaf, at)]
        if len(places) > _AT_ONCE:
            places = yield from self._likely_beginnings(said, before, places)
        texts = [none, *(f"{before}{entry(self.ground, place)}{end}" for place in places)]
        scores = yield said, texts
        scores = scores - np.logaddexp.reduce(scores)
        order = np.argsort(-scores[1:], kind="stable")[:_KEPT]
        best = [places[i] for i in order]
        support = self._support(best)
        options = [Option(None, float(scores[0]), 0.0)]
        options += [Option(place, float(scores[1 + i]), support[place.span]) for i, place in zip(order, best, strict=True)]
        shares = self.weighing.shares(options)
        return tuple(options[i] for i in np.argsort(-shares, kind="stable"))

    def items(self, said: str, end: str) -> Generator[tuple[str, Sequence[str]], NDArray[np.float64], tuple[Entries, str]]:
        """The entries of a list, each followed by another one or by the list's end; and what is said by then."""
        entries: list[tuple[Option, ...]] = []
        taken: list[Place] = []
        for i in range(_MOST_ITEMS):
            before, none = (" [", f" null{end}") if i == 0 else (", ", f"]{end}")
            options = yield from self.options(said, before, "", none)
            options = tuple(o for o in options if o.place is None or not _repeats(o.place, taken))
            entries.append(options)
            place = decide(options, self.weighing, begun=i > 0)[0].place
            if place is None:
                return tuple(entries), said + none
            taken.append(place)
            said += f"{before}{entry(self.ground, place)}"
        return tuple(entries), f"{said}]{end}"

    def _few(self) -> bool:
        """Whether all values can be scored without asking for the line first."""
        if self.leaf.kind in {"text", "name"}:
            return len(self.lines) == 1
        return sum(len(on_line(self.ground, self.leaf, at)) for at in self.lines) <= _AT_ONCE

    def _likely_lines(self, said: str, before: str) -> Generator[tuple[str, Sequence[str]], NDArray[np.float64], Sequence[int]]:
        scores = yield said, [f"{before}[{self.ground.lines[at].number}," for at in self.lines]
        return [self.lines[i] for i in sorted(np.argsort(-scores, kind="stable")[:_LINES])]

    def _likely_beginnings(
        self, said: str, before: str, places: Sequence[Place]
    ) -> Generator[tuple[str, Sequence[str]], NDArray[np.float64], list[Place]]:
        """The places that begin with the likeliest words: no value is likelier than its beginning."""
        beginnings: dict[str, list[Place]] = {}
        for place in places:
            first = re.split(r"\s", place.raw, maxsplit=1)[0].rstrip(_MARKS)
            number = self.ground.lines[place.line].number
            beginnings.setdefault(f"{before}[{number}, {json.dumps(first, ensure_ascii=False)[:-1]}", []).append(place)
        scores = yield said, list(beginnings)
        groups = list(beginnings.values())
        return [place for i in np.argsort(-scores, kind="stable")[:_BEGINNINGS] for place in groups[i]]

    def _support(self, places: Sequence[Place]) -> dict[Span, float]:
        """What the words around say of places, by their span."""
        full = [
            self.ground.place(place.span, place.value, unit=place.unit, doubt=place.doubt, weight=place.weight)
            for place in places
        ]
        return {ranked.place.span: ranked.score for ranked in rank(self.ground, self.leaf, full)}
