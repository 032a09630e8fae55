"""What a person looks at first: what is likeliest to be wrong and costs most when it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from foyerdoc.errors import UsageError
from foyerdoc.evaluation.gold import FieldsAnnotation
from foyerdoc.evaluation.reviewing.items import Item
from foyerdoc.results import Answer, FieldValue, Prediction

RULE: Final = (
    "Items come in order of what leaving them unread may cost: the doubt about the label times its weight, and the mean over "
    "the fields of their doubts times their weights, added up, times the weight of the category. Doubt is 1 minus the "
    "confidence; where no confidence was given, 1 minus the share of the nearest label, and a half for a field or an answer; 1 "
    "for what was left open, unreadable or in conflict. The category's weight is the mean over all labels that were "
    "considered, by their shares. Weights are 1 unless set. Items that people disagree on come before all others."
)

_UNSCORED: Final = 0.5
_HEAVIEST: Final = 1e6  # the page's JSON has no infinity, and weights are multiplied
_NUMBER: Final = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Weights:
    """What a mistake costs, as multiples of an ordinary one.

    Attributes:
        labels: by label: the category, or a path written "category / subcategory", which goes before its category's.
        fields: by path; of lists "lines[].amount" speaks for all.
        label: of the label itself, beside the fields.

    Raises:
        UsageError: a weight is none of 0 to 1,000,000.
    """

    labels: Mapping[str, float] = field(default_factory=dict)
    fields: Mapping[str, float] = field(default_factory=dict)
    label: float = 1.0

    def __post_init__(self) -> None:
        for name, weight in (*self.labels.items(), *self.fields.items(), ("label", self.label)):
            if not 0 <= weight <= _HEAVIEST:
                raise UsageError(f"{name!a} weighs {weight:g}", hint="a weight is 0 to 1,000,000; 1 is an ordinary one")

    def of_label(self, path: tuple[str, ...]) -> float:
        """The weight of the longest part of a path that has one."""
        parts = (" / ".join(path[:depth]) for depth in range(len(path), 0, -1))
        return next((self.labels[part] for part in parts if part in self.labels), 1.0)

    def of_field(self, path: str) -> float:
        """The weight of a field."""
        return self.fields.get(path, self.fields.get(_NUMBER.sub("[]", path), 1.0))


def doubt(item: Item, weights: Weights) -> float:
    """What leaving an item unread may cost, by `RULE`; 0 or more, higher comes first."""
    found = 0.0
    if item.labelled:
        found += weights.label * doubt_of_label(item.prediction)
    if item.fields:
        doubts = (weights.of_field(path) * doubt_of_field(value) for path, value in item.fields.items())
        found += sum(doubts) / len(item.fields)
    if item.question is not None:
        found += doubt_of_answer(item.answer)
    return found * _stake(item.prediction, weights)


def doubt_of_label(prediction: Prediction | None) -> float:
    """How likely a label is to be wrong, 0..1; 1 where none was named."""
    if prediction is None or not prediction.path:
        return 1.0
    if prediction.confidence is not None:
        return 1.0 - prediction.confidence
    return 1.0 - max((one.score for one in prediction.alternatives), default=_UNSCORED)


def doubt_of_field(value: FieldValue) -> float:
    """How likely a value is to be wrong, 0..1."""
    if value.status in ("unreadable", "conflict"):
        return 1.0
    return _UNSCORED if value.confidence is None else 1.0 - value.confidence


def doubt_of_answer(answer: Answer | None) -> float:
    """1 without an answer, a half for a refusal, else the share of sentences that nothing bears out, half of it at least."""
    if answer is None:
        return 1.0
    if answer.abstained or not answer.sentences:
        return _UNSCORED
    return max(_UNSCORED, sum(not one.supported for one in answer.sentences) / len(answer.sentences))


def disputes(item: Item) -> int:
    """On how many of its parts those disagree who judged the item already; values are compared as they are written."""
    parts: dict[str, list[object]] = {}
    for one in item.people:
        if isinstance(one, FieldsAnnotation):
            for path, truth in one.fields.items():
                parts.setdefault(f"field {path}", []).append(None if truth is None else truth.value)
        else:
            parts.setdefault(one.kind, []).append(one.said)
    return sum(any(value != values[0] for value in values) for values in parts.values())


def in_order(items: Iterable[Item], weights: Weights) -> list[Item]:
    """The items: those first that people disagree on most, then those that cost most unread, equals as they came."""
    return sorted(items, key=lambda item: (-disputes(item), -doubt(item, weights)))


def _stake(prediction: Prediction | None, weights: Weights) -> float:
    if prediction is None:
        return 1.0
    total = sum(one.score for one in prediction.alternatives)
    if total <= 0:
        return weights.of_label(prediction.path)
    return sum(one.score * weights.of_label(one.path) for one in prediction.alternatives) / total
