"""A whole evaluation: gold and a system's lines in, every figure with its interval out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from foyerdoc.errors import GoldError
from foyerdoc.evaluation.agreement import Agreement, agreement
from foyerdoc.evaluation.gold import FieldsAnnotation, Gold, Judgement, LabelAnnotation, QuestionAnnotation
from foyerdoc.evaluation.metrics.answers import Answers
from foyerdoc.evaluation.metrics.confidence import Stated
from foyerdoc.evaluation.metrics.fields import Fields
from foyerdoc.evaluation.metrics.labels import Labels
from foyerdoc.evaluation.metrics.retrieval import Retrieval
from foyerdoc.evaluation.predictions import Pairs, Said, as_result, by_people, pair
from foyerdoc.evaluation.statistics import (
    DRAWS,
    Difference,
    Draws,
    Estimate,
    McNemar,
    Measure,
    by_slice,
    compare,
    estimate,
    mcnemar,
    slices,
    thirds,
)
from foyerdoc.results import Answer, Extraction, Prediction

Name = Literal["labels", "fields", "questions"]
Standing = Literal["below", "at", "above"]


class Scores(Protocol):
    """What a kind of gold is measured by."""

    @property
    def right(self) -> NDArray[np.bool_]:
        """(items,) bool."""

    @property
    def stated(self) -> Stated:
        """What was said with a confidence."""

    def measures(self) -> list[Measure]:
        """Every figure."""


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """Answers and the search behind them."""

    answers: Answers
    retrieval: Retrieval

    @classmethod
    def of(cls, pairs: Pairs[QuestionAnnotation, Answer]) -> Questions:
        """Measure pairs."""
        return cls(Answers.of(pairs), Retrieval.of(pairs))

    @property
    def right(self) -> NDArray[np.bool_]:
        """As in `Answers`."""
        return self.answers.right

    @property
    def stated(self) -> Stated:
        """Answers have no confidence."""
        return Stated.of([], len(self.right))

    def measures(self) -> list[Measure]:
        """Every figure of both."""
        return [*self.answers.measures(), *self.retrieval.measures()]


@dataclass(frozen=True, slots=True)
class Person:
    """One annotator against adjudicated gold.

    Attributes:
        annotator: who; "everyone" for all of them together.
        figures: as of a system.
        beside: the system's figures minus the annotator's, on the items that the annotator judged.
    """

    annotator: str
    figures: dict[str, Estimate]
    beside: dict[str, Difference]

    def standing(self, name: str) -> Standing:
        """Where the system is, by the interval of the difference: "at" where neither side is shown to be better."""
        places: tuple[Standing, ...] = ("at", "above", "below")
        return places[self.beside[name].side]


@dataclass(frozen=True, slots=True)
class Against:
    """Another system on the same items: the first one's figures minus its own, and the items that one alone has right."""

    figures: dict[str, Difference]
    items: McNemar


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """One kind of gold.

    Attributes:
        name: which.
        pairs: gold and what was said.
        scores: what was measured.
        unsaid: items that the system said nothing of, or failed at; they count as wrong.
        disputed: items that annotators disagree on and nobody adjudicated; they are left out.
        figures: of all items.
        slices: by what items are parted, then by part.
        people: annotators against adjudicated gold, everyone last.
        against: another system.
    """

    name: Name
    pairs: Pairs[Any, Any]
    scores: Scores
    unsaid: int
    disputed: tuple[str, ...]
    figures: dict[str, Estimate]
    slices: dict[str, dict[str, dict[str, Estimate]]]
    people: tuple[Person, ...]
    against: Against | None


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Everything that was measured.

    Attributes:
        gold: the gold's version.
        sections: of each kind of gold that is there.
        agreement: between annotators.
        unknown: how many lines of the system speak of nothing that gold has.
        unasked: kinds of gold that the system has said nothing of, not even that it failed.
    """

    gold: str
    sections: tuple[Section, ...]
    agreement: tuple[Agreement, ...]
    unknown: int
    unasked: tuple[Name, ...] = ()

    def figure(self, name: str) -> tuple[Estimate, Literal["higher", "lower"]]:
        """A figure by its name, `labels.accuracy` or, where one kind alone has it, `accuracy`; and which direction is better.

        Raises:
            KeyError: there is none, or several kinds have it.
        """
        found = [
            (section.figures[measure.name], measure.better)
            for section in self.sections
            for measure in section.scores.measures()
            if name in {measure.name, f"{section.name}.{measure.name}"}
        ]
        if len(found) != 1:
            raise KeyError(name)
        return found[0]


@dataclass(frozen=True, slots=True)
class _Kind:
    """What belongs together: annotations, results, and how these are measured."""

    name: Name
    annotation: Any
    result: Any
    scores: Callable[[Pairs[Any, Any]], Scores]


_KINDS: Final = (
    _Kind("labels", LabelAnnotation, Prediction, Labels.of),
    _Kind("fields", FieldsAnnotation, Extraction, Fields.of),
    _Kind("questions", QuestionAnnotation, Answer, Questions.of),
)


def evaluate(
    gold: Gold,
    said: Sequence[Said],
    *,
    against: Sequence[Said] | None = None,
    documents: Mapping[str, str] | None = None,
    draws: int = DRAWS,
) -> Evaluation:
    """Measure a system against gold.

    Args:
        gold: what is right.
        said: the system's lines.
        against: another system's lines, to be compared on the same items.
        documents: texts by name and id, for slices by length.
        draws: how often documents are drawn anew for an interval.

    Raises:
        GoldError: no item of gold is settled, nothing was said of any, or two lines speak of one item.
    """
    evaluator = _Evaluator(gold, said, against, documents or {}, draws)
    known_kinds = [kind for kind in _KINDS if gold.truth(kind.annotation)[0]]
    if not known_kinds:
        raise GoldError("no item of gold has a truth", hint="adjudicate what annotators disagree on")
    asked = [kind for kind in known_kinds if any(isinstance(line.result, kind.result) for line in said)]
    if not asked:
        raise GoldError("the predictions say nothing of what gold has", hint="compare the names of the items of both files")
    sections = tuple(map(evaluator.section, asked))
    known = {id(result) for section in sections for result in section.pairs.results}
    disputed = {item for section in sections for item in section.disputed}
    left_out = disputed | {one.document for one in gold.annotations if one.item in disputed}
    unknown = sum(line.result is not None and id(line.result) not in known and left_out.isdisjoint(line.names) for line in said)
    unasked = tuple(kind.name for kind in known_kinds if kind not in asked)
    return Evaluation(gold.version, sections, tuple(agreement(gold)), unknown, unasked)


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """Pairs, what was measured of them, and the documents that are drawn."""

    pairs: Pairs[Any, Any]
    scores: Scores
    measures: Sequence[Measure]
    draws: Draws


@dataclass(frozen=True, slots=True)
class _Evaluator:
    """What `evaluate` was asked."""

    gold: Gold
    said: Sequence[Said]
    against: Sequence[Said] | None
    documents: Mapping[str, str]
    times: int

    def section(self, kind: _Kind) -> Section:
        """One kind."""
        truths, disputed = self.gold.truth(kind.annotation)
        ours = self._measured(kind, pair(truths, self.said, kind.result))
        return Section(
            name=kind.name,
            pairs=ours.pairs,
            scores=ours.scores,
            unsaid=ours.pairs.unsaid,
            disputed=disputed,
            figures=estimate(ours.measures, ours.draws),
            slices=self._slices(ours),
            people=tuple(self._people(kind, truths)),
            against=None if self.against is None else self._compared(kind, truths, self.against, ours),
        )

    def _measured(self, kind: _Kind, pairs: Pairs[Any, Any]) -> _Measured:
        scores = kind.scores(pairs)
        return _Measured(pairs, scores, scores.measures(), Draws([truth.cluster for truth in pairs.truths], self.times))

    def _slices(self, ours: _Measured) -> dict[str, dict[str, dict[str, Estimate]]]:
        truths: Sequence[Judgement] = ours.pairs.truths
        labels = self.gold.truth(LabelAnnotation)[0].values()
        categories = {name: one.label[0] for one in labels if one.label for name in (one.item, one.document) if name}
        lengths = [None if (text := self.documents.get(truth.document or "")) is None else len(text) for truth in truths]
        parts = {
            "language": slices([truth.language for truth in truths]),
            "category": slices([categories.get(truth.item) or categories.get(truth.document or "") for truth in truths]),
            "length": slices(thirds(lengths)),
        }
        found = {what: by_slice(ours.measures, ours.draws, part) for what, part in parts.items() if len(part) > 1}
        if isinstance(ours.scores, Fields):
            for path, one in ours.scores.by_path().items():
                having = np.unique([outcome.item for outcome in one.outcomes])
                found.setdefault("field", {}).update(by_slice(one.measures(), ours.draws, {path: having}))
        return found

    def _compared(self, kind: _Kind, truths: Mapping[str, Any], against: Sequence[Said], ours: _Measured) -> Against:
        other = kind.scores(pair(truths, against, kind.result))
        return Against(compare(ours.measures, other.measures(), ours.draws), mcnemar(ours.scores.right, other.right))

    def _people(self, kind: _Kind, truths: Mapping[str, Any]) -> Iterator[Person]:
        """Each annotator on what was adjudicated, then everyone; an annotator's own word is no truth to be measured by."""
        settled = {item: truth for item, truth in truths.items() if truth.adjudicated}
        judged = {
            who: {item: one for item, one in said.items() if item in settled}
            for who, said in by_people(self.gold, kind.annotation).items()
        }
        pairs = [(who, item, one) for who in sorted(judged) for item, one in sorted(judged[who].items())]
        names = sorted({who for who, _, _ in pairs})
        for name in [*names, *(["everyone"] if len(names) > 1 else [])]:
            mine = [(item, one) for who, item, one in pairs if name in {who, "everyone"}]
            yield self._person(kind, name, [settled[item] for item, _ in mine], [as_result(one) for _, one in mine])

    def _person(self, kind: _Kind, name: str, truths: Sequence[Judgement], said: Sequence[Any]) -> Person:
        by_item = {truth.item: truth for truth in truths}
        ours = pair(by_item, self.said, kind.result)
        results = dict(zip(sorted(by_item), ours.results, strict=True))
        person = self._measured(kind, Pairs(tuple(truths), tuple(said)))
        system = kind.scores(Pairs(tuple(truths), tuple(results[truth.item] for truth in truths)))
        return Person(
            name,
            estimate(person.measures, person.draws),
            compare(system.measures(), person.measures, person.draws),
        )
