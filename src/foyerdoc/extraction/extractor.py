"""`Extractor`: a schema's fields out of a document, each verbatim at its place, or absent."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Final, Generic, Literal, TypeVar, get_args

from pydantic import BaseModel

from foyerdoc import prompts
from foyerdoc.documents import Document
from foyerdoc.errors import FoyerdocError, UsageError
from foyerdoc.extraction import pointing, schemas
from foyerdoc.extraction.adapter import ADAPTER, Settings, folder_of, load_model, read_folder
from foyerdoc.extraction.choosing import Asked, Entries, ask, ask_everywhere, by_value, choose_many, decide
from foyerdoc.extraction.deciding import Found, cast, checked, doubts, field_value
from foyerdoc.extraction.grounding import Ground, Place, candidates, value_key
from foyerdoc.extraction.ranking import Ranked, is_enough, rank
from foyerdoc.extraction.rules import rules_of
from foyerdoc.extraction.schemas import Leaf
from foyerdoc.extraction.tables import Object, groups_of
from foyerdoc.models.protocol import LanguageModel
from foyerdoc.results import Extraction, Fingerprint

T = TypeVar("T", bound=BaseModel)
Merge = Literal["best", "first", "all", "error"]

_TOGETHER: Final = 32
_NOT_ALL_SHOWN: Final = "the model was not shown all lines: the document is longer than its budget"

_NEVER_CALIBRATED: Final = "nothing was held back: the model was never calibrated, so there is no confidence"

_Kept = tuple[Place, float, tuple[Place, ...]]
"""A place that is shown, its confidence, and the places that could have been chosen instead."""


class Extractor(Generic[T]):
    """Finds the values of a pydantic model's fields in documents.

    Every value is a stretch of the document's text. Without a model it is chosen by the words that stand before it; a model
    scores every value that may be chosen, null among them, and the best is taken. Safe to use from several threads.
    """

    def __init__(
        self,
        schema: type[T],
        model: LanguageModel | None = None,
        *,
        settings: Settings | None = None,
        least: float | None = None,
        exhaustive: bool = False,
        merge: Merge = "best",
    ) -> None:
        """Take a schema apart.

        Args:
            schema: the fields. Names, descriptions and `json_schema_extra={"aliases": [...], "format": ...}` are used.
            model: chooses the values; None chooses by labels alone, which is better than a small model that was not
                tuned for it, and much faster (docs/benchmarks.md).
            settings: how a tuned model's options are weighed; `Extractor.load` reads them.
            least: confidence from which a value is shown, 0 to 1; what is less sure is absent and stands among the
                candidates. By default what held-out documents advised. Without calibration there is no confidence: nothing
                is held back, and `issues` says so where it was asked for.
            exhaustive: show a model every line of a long document, in several turns, instead of those that speak of the
                fields.
            merge: what becomes of different values from several turns: the surest one ("best"), the first in the text
                ("first"), or none, as a conflict ("error"). The others are candidates. Lists keep all in any case; "all"
                says that nothing else will do, and wants a schema of lists.

        Raises:
            SchemaError: a field's type or a rule is not supported; the message names it.
            UsageError: `least` or `merge` is none of these, or they or `exhaustive` are given without a model that scores.
        """
        self._schema = schema
        self._form = schemas.form_of(schema)
        self._rules = rules_of(schema, self._form)
        self._model = model
        self._exhaustive, self._merge = exhaustive, merge
        self._settings = settings or Settings()
        self._ignored = bool(least) and not self._settings.examples
        self._least = (self._settings.least if least is None else least) if self._settings.examples else 0.0
        self._check(least)

    def _check(self, least: float | None) -> None:
        if least is not None and not 0 <= least <= 1:
            raise UsageError(f"least is {least}", hint="give a confidence from 0 to 1")
        if self._merge not in get_args(Merge):
            raise UsageError(f"merge is {self._merge!r}", hint=f"give one of {', '.join(get_args(Merge))}")
        given = least is not None or self._exhaustive or self._merge != "best"
        if given and (self._model is None or not self._model.scores):
            raise UsageError(
                "least, exhaustive and merge are for models that score", hint="give such a model, or leave them out"
            )
        single = next((leaf.path for leaf in self._form.leaves if not leaf.many), None)
        if self._merge == "all" and single is not None:
            raise UsageError(f'merge="all": {single} holds one value', hint="make it a list, or choose another merge")

    @classmethod
    def load(
        cls,
        folder: str | os.PathLike[str],
        schema: type[T],
        *,
        base: str | Path | None = None,
        device: str | None = None,
        least: float | None = None,
        exhaustive: bool = False,
        merge: Merge = "best",
    ) -> Extractor[T]:
        """An extractor over a model that was trained by `train_extractor`.

        Args:
            folder: what training wrote, or "general" for the extractor that comes with foyerdoc.
            schema: the fields; any schema, not only those that were trained with.
            base: where the base is now, when it is not where it was in training.
            device: "cpu", "cuda" ...; the first GPU, else the CPU, by default.
            least, exhaustive, merge: as in the constructor.

        Raises:
            DamagedFile: the folder is not an extractor's, or altered.
            SchemaError: a field's type is not supported.
            UsageError: as in the constructor.
        """
        found = folder_of(folder)
        settings = read_folder(found)
        model = load_model(found / ADAPTER, settings, base=base, device=device)
        return cls(schema, model, settings=settings, least=least, exhaustive=exhaustive, merge=merge)

    def extract(self, document: Document) -> Extraction[T]:
        """The fields of a document. A field that the document does not have is absent, never guessed.

        Raises:
            ModelError: the model can neither score answers nor enforce a grammar, or its answer was cut.
        """
        return next(self.extract_many([document]))

    def extract_many(self, documents: Iterable[Document]) -> Iterator[Extraction[T]]:
        """The fields of many documents, in their order; a model that scores takes 32 of them at a time.

        Raises:
            FoyerdocError: of a document that fails, after the results of those before it. `extract_each` goes on.
        """
        for result in self.extract_each(documents):
            if isinstance(result, FoyerdocError):
                raise result
            yield result

    def extract_each(self, documents: Iterable[Document | FoyerdocError]) -> Iterator[Extraction[T] | FoyerdocError]:
        """As `extract_many`, with the error of a document in its place, and those after it go on.

        Args:
            documents: an error among them, as `read_many` yields it of a file, is passed on in its place.
        """
        together = _TOGETHER if self._model is not None and self._model.scores else 1
        coming = iter(documents)
        while batch := list(islice(coming, together)):
            results = self._tried([item for item in batch if isinstance(item, Document)])
            for item in batch:
                yield item if isinstance(item, FoyerdocError) else next(results)

    def _tried(self, documents: Sequence[Document]) -> Iterator[Extraction[T] | FoyerdocError]:
        """Together, or one by one where that fails: an error is of one document."""
        results: Iterable[Extraction[T] | FoyerdocError]
        try:
            results = self._extract(documents)
        except FoyerdocError as error:
            one_by_one = chain.from_iterable(self._tried([document]) for document in documents)
            results = [error] if len(documents) == 1 else one_by_one
        yield from results

    def _extract(self, documents: Sequence[Document]) -> list[Extraction[T]]:
        grounds = [Ground.of(document) for document in documents]
        singles = self._by_model(grounds) if self._model is not None else [self._by_labels(ground) for ground in grounds]
        return [self._extraction(ground, found, issues) for ground, (found, issues) in zip(grounds, singles, strict=True)]

    def _extraction(self, ground: Ground, singles: Sequence[Found], issues: list[str]) -> Extraction[T]:
        issues[:0] = self._form.notes
        found = [*singles, *self._tables(ground, issues)]
        for item in found:
            issues += doubts(item)
        found = checked(found, self._rules, issues)
        fields = {item.path: field_value(ground.document, item) for item in found}
        data = {item.path: cast(item.leaf, item.place) for item in found if item.place is not None}
        value, misfits = schemas.build(self._schema, {path: v for path, v in data.items() if v is not None})
        return Extraction(value, fields, tuple(issues + misfits), self._fingerprint())

    def _by_labels(self, ground: Ground) -> tuple[list[Found], list[str]]:
        issues: list[str] = []
        found: list[Found] = []
        for leaf in self._form.leaves:
            places = rank(ground, leaf, candidates(ground, leaf))
            found += _list(leaf, places) if leaf.many else [_best(leaf, places, issues)]
        return found, issues

    def _by_model(self, grounds: Sequence[Ground]) -> list[tuple[list[Found], list[str]]]:
        assert self._model is not None  # noqa: S101 - the caller looked
        if not self._model.scores:
            return [self._by_grammar(self._model, ground) for ground in grounds]
        make = ask_everywhere if self._exhaustive else _ask_once
        asked = [make(ground, self._form.leaves, self._model, tokens=self._settings.tokens) for ground in grounds]
        pairs = [(ground, one) for ground, several in zip(grounds, asked, strict=True) for one in several]
        chosen = iter(choose_many(self._model, pairs, self._settings.weighing()))
        results = []
        for several in asked:
            issues = [] if all(one.shown.complete for one in several) else [_NOT_ALL_SHOWN]
            issues += [_NEVER_CALIBRATED] if self._ignored else []
            turns = [next(chosen) for _ in several]
            found = [item for leaf in self._form.leaves for item in self._decided(leaf, turns, issues)]
            results.append(([replace(item, shares=self._shares(item.leaf, turns)) for item in found], issues))
        return results

    def _shares(self, leaf: Leaf, turns: Sequence[Mapping[Leaf, Entries]]) -> Mapping[object, float] | None:
        """How likely a field is to say what, in the turn in which that was likeliest; None for lists."""
        if leaf.many:
            return None
        best: dict[object, float] = {}
        for turn in turns:
            for options in turn.get(leaf, ()):
                for value, share in by_value(options, self._settings.weighing()).items():
                    best[value] = max(best.get(value, 0.0), share)
        return best

    def _decided(self, leaf: Leaf, turns: Sequence[Mapping[Leaf, Entries]], issues: list[str]) -> Iterator[Found]:
        """What is shown of a field's options. What is held back stands before what was not chosen."""
        kept, held, behind = self._weighed(leaf, turns, issues)
        if leaf.many and (kept or not held):
            for i, (place, share, others) in enumerate(sorted(_distinct(kept), key=lambda item: item[0].span)):
                yield self._found(leaf, f"{leaf.path}[{i}]", (place, share, (*held, *others)))
            return
        values = {value_key(place.value) for place, _, _ in kept}
        if len(values) > 1 and self._merge == "error":
            issues.append(f"{leaf.path}: {len(values)} different values were found in several parts of the document")
            yield Found(leaf, leaf.path, None, (*(place for place, _, _ in kept), *held), conflict=True)
        elif kept:
            best = max(kept, key=lambda item: item[1]) if self._merge == "best" else min(kept, key=lambda item: item[0].span)
            rest = tuple(place for place, _, _ in kept if place is not best[0])
            yield self._found(leaf, leaf.path, (best[0], best[1], (*rest, *held, *best[2])))
        else:
            yield Found(leaf, leaf.path, None, (*held, *behind), held=bool(held))

    def _weighed(
        self, leaf: Leaf, turns: Sequence[Mapping[Leaf, Entries]], issues: list[str]
    ) -> tuple[list[_Kept], list[Place], list[Place]]:
        """The entries that are sure enough, the places of those that are not, and what was not chosen where none is shown."""
        weighing = self._settings.weighing()
        kept: list[_Kept] = []
        held: list[Place] = []
        behind: list[Place] = []
        for at, options in ((at, options) for turn in turns for at, options in enumerate(turn.get(leaf, ()))):
            option, share = decide(options, weighing, begun=at > 0)
            others = tuple(o.place for o in options if o.place is not None and o is not option)
            if option.place is None:
                behind += () if leaf.many else others
            elif share < self._least:
                held.append(option.place)
                behind += others
                said = f"{leaf.path}: a value was found but held back, its confidence is below {self._least:g}"
                issues += () if said in issues else (said,)
            else:
                kept.append((option.place, share, others))
        return kept, held, behind

    def _found(self, leaf: Leaf, path: str, kept: _Kept) -> Found:
        place, share, others = kept
        return Found(leaf, path, place, others, share if self._settings.examples else None)

    def _by_grammar(self, model: LanguageModel, ground: Ground) -> tuple[list[Found], list[str]]:
        """Of a model that writes under a grammar but does not score: it points at one of the best places by labels."""
        issues: list[str] = []
        ranked = {leaf: rank(ground, leaf, candidates(ground, leaf)) for leaf in self._form.leaves}
        answer = pointing.point(
            model, ground, {leaf: r for leaf, r in ranked.items() if not leaf.many}, tokens=self._settings.tokens
        )
        if not answer.complete:
            issues.append(_NOT_ALL_SHOWN)
        found: list[Found] = []
        for leaf, places in ranked.items():
            if leaf.many:
                found += _list(leaf, places)
            else:
                chosen = answer.places.get(leaf.path)
                found.append(Found(leaf, leaf.path, chosen, tuple(r.place for r in places if r.place != chosen)))
        return found, issues

    def _tables(self, ground: Ground, issues: list[str]) -> Iterator[Found]:
        for rows in self._form.tables:
            groups = groups_of(ground, rows, issues)
            if not groups:
                issues.append(f"{rows.path}: no table with the columns of this list")
            if rows.inner is None:
                yield from (item for group in groups for item in _objects(rows.path, rows.leaves, group.objects))
                continue
            yield from _objects(rows.path, rows.leaves, [group.head for group in groups])
            for i, group in enumerate(groups):
                yield from _objects(f"{rows.path}[{i}].{rows.inner.path}", rows.inner.leaves, group.objects)

    def _fingerprint(self) -> Fingerprint:
        settings = (("schema", self._schema.__name__),)
        if self._model is None:
            return Fingerprint("labels", None, settings)
        return Fingerprint(self._model.name, self._model.adapter, (*settings, ("prompt", prompts.VERSION)))


def _objects(path: str, leaves: Sequence[Leaf], objects: Sequence[Object]) -> Iterator[Found]:
    """The fields of a list's objects."""
    for i, item in enumerate(objects):
        for leaf in leaves:
            places = item.get(leaf, ())
            at = f"{path}[{i}].{leaf.path}"
            if leaf.many:
                yield from (Found(leaf, f"{at}[{j}]", place) for j, place in enumerate(places))
            else:
                yield Found(leaf, at, places[0] if places else None)


def _ask_once(ground: Ground, leaves: Sequence[Leaf], model: LanguageModel, *, tokens: int) -> list[Asked]:
    return [ask(ground, leaves, model, tokens=tokens)]


def _distinct(kept: Sequence[_Kept]) -> Iterator[_Kept]:
    """Each value once, where it was surest."""
    seen: set[object] = set()
    for item in sorted(kept, key=lambda item: -item[1]):
        value = value_key(item[0].value)
        if value not in seen:
            seen.add(value)
            yield item


def _best(leaf: Leaf, ranked: Sequence[Ranked], issues: list[str]) -> Found:
    if not ranked or not is_enough(leaf, ranked[0]):
        return Found(leaf, leaf.path, None, tuple(r.place for r in ranked))
    first = ranked[0]
    own = value_key(first.place.value)
    rivals = [r for r in ranked[1:] if first.score - r.score < 0.01 and value_key(r.place.value) != own]
    if rivals:
        issues.append(f"{leaf.path}: {len(rivals) + 1} values fit equally well, the first in the text was taken")
    return Found(leaf, leaf.path, first.place, tuple(r.place for r in ranked[1:]))


def _list(leaf: Leaf, ranked: Sequence[Ranked]) -> Iterator[Found]:
    """A list's values: all that fit about as well as the best, in the order of the text, each value once."""
    kept: dict[object, Place] = {}
    for r in ranked:
        if is_enough(leaf, r) and ranked[0].score - r.score < 0.3:
            kept.setdefault(value_key(r.place.value), r.place)
    for i, place in enumerate(sorted(kept.values(), key=lambda p: p.span)):
        yield Found(leaf, f"{leaf.path}[{i}]", place)
