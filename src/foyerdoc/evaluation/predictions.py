"""What a system said: the lines that `foyerdoc classify`, `extract` and `ask` print with `--json`, or others of the same shape.

    {"file": "letters/17.pdf", "path": ["claims", "glass"], "confidence": 0.93, "alternatives": [...]}
    {"file": "invoice-3.pdf", "extraction": {"fields": {"total": {"value": "1190.00", "status": "found", "span": ..., ...}}}}
    {"question": "...", "text": "...", "sentences": [...], "citations": [...], "abstained": false, "hits": [...]}
    {"file": "damaged.pdf", "error": {...}}

A line belongs to the gold whose item is its `item`, its `id`, its `file` (the path, or its last part) or its `question`; or
whose document is its `id` or `file`. What a line of another system leaves out is unknown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Final, Generic, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from foyerdoc.documents import Span
from foyerdoc.errors import GoldError
from foyerdoc.evaluation.gold import (
    FieldsAnnotation,
    Gold,
    Judgement,
    LabelAnnotation,
    QuestionAnnotation,
    lines_of,
    refused,
)
from foyerdoc.results import Answer, Citation, Extraction, FieldValue, Fingerprint, Prediction

Result = Prediction | Extraction[Any] | Answer
J = TypeVar("J", bound=Judgement)
R = TypeVar("R", bound=Result)

NOBODY: Final = Fingerprint("unknown")

_NONE: Final[Mapping[str, tuple[()]]] = dict.fromkeys(("sentences", "citations", "steps", "issues", "hits"), ())
_MADE: Final = {"fingerprint": {"model": "unknown"}}
_UNSAID: Final[Mapping[str, Mapping[str, object]]] = {
    "path": {"confidence": None, "alternatives": (), "evidence": (), **_MADE},
    "extraction": {"value": None, "issues": (), **_MADE},
    "text": {"abstained": False, "reason": None, **_NONE, **_MADE},
}
_UNSAID_OF_A_FIELD: Final = {"value": None, "raw": None, "span": None, "boxes": (), "confidence": None, "candidates": ()}
_ADAPTERS: Final[Mapping[str, TypeAdapter[Any]]] = {
    "path": TypeAdapter(Prediction), "extraction": TypeAdapter(Extraction[Any]), "text": TypeAdapter(Answer),
}  # fmt: skip
_HINT: Final = "foyerdoc classify, extract and ask print such lines with --json"


@dataclass(frozen=True, slots=True)
class Said:
    """A line: all that its item may be called, the likeliest first, and the result; None where the system failed."""

    names: tuple[str, ...]
    result: Result | None


@dataclass(frozen=True, slots=True)
class Pairs(Generic[J, R]):
    """Gold and what a system said of it, item by item, in the order of the items' names.

    Attributes:
        truths: the gold.
        results: of each, what was said; None where nothing was, or where the system failed.
    """

    truths: tuple[J, ...]
    results: tuple[R | None, ...]

    def __len__(self) -> int:
        return len(self.truths)

    @property
    def unsaid(self) -> int:
        """How many items have no result. They count as wrong."""
        return sum(one is None for one in self.results)


def read_predictions(path: str | Path) -> list[Said]:
    """The lines of a file, or of all `.jsonl` files of a folder.

    Raises:
        GoldError: a line is no prediction, or has no name; the message says the file, the line and the reason.
    """
    return [_parsed(place, line) for place, line in lines_of(Path(path))]


def pair(truths: Mapping[str, J], said: Iterable[Said], kind: type[R]) -> Pairs[J, R]:
    """Find for each item of gold what a system said of it: under the item's own name, else its question or its document.

    Args:
        truths: by item, as `Gold.truth` gives them.
        said: the system's lines, of any kind.
        kind: which results are asked for.

    Raises:
        GoldError: two lines speak of one item.
    """
    by_name: dict[str, list[Said]] = {}
    for line in said:
        if line.result is None or isinstance(line.result, kind):
            for name in dict.fromkeys(map(_composed, line.names)):
                by_name.setdefault(name, []).append(line)
    results: list[R | None] = []
    for item in sorted(truths):
        truth = truths[item]
        other = truth.question if isinstance(truth, QuestionAnnotation) else truth.document
        found = next((by_name[name] for name in map(_composed, (item, other or "")) if name in by_name), [])
        if len(found) > 1:
            raise GoldError(f"{item!a}: {len(found)} predictions speak of this item", hint="give lines an item of their own")
        result = found[0].result if found else None
        results.append(result if isinstance(result, kind) else None)
    return Pairs(tuple(truths[item] for item in sorted(truths)), tuple(results))


def by_people(gold: Gold, kind: type[J]) -> dict[str, dict[str, J]]:
    """What each annotator said before anything was adjudicated: by annotator, by item."""
    found: dict[str, dict[str, J]] = {}
    for item, several in gold.of(kind).items():
        for one in several:
            if not one.adjudicated:
                found.setdefault(one.annotator, {})[item] = one
    return found


def as_result(annotation: Judgement) -> Result:
    """What a person said as if a system had said it, so that both are measured by the same code."""
    match annotation:
        case LabelAnnotation():
            path = annotation.label or ()
            return Prediction(path, None, (), "accepted" if path else "abstained", annotation.evidence, NOBODY)
        case FieldsAnnotation():
            values = {
                path: FieldValue(None, None, None, (), None, "absent")
                if truth is None
                else FieldValue(truth.value, truth.raw, truth.span, (), None, "found")
                for path, truth in annotation.fields.items()
            }
            return Extraction(None, values, (), NOBODY)
        case QuestionAnnotation():
            text = annotation.answers[0] if annotation.answers else " ".join(one.text or "" for one in annotation.evidence)
            nowhere = Span(0, 0)  # evidence without a span is compared by its words
            places = [(one.document, one.span or nowhere, one.text or "") for one in annotation.evidence]
            cited = tuple(
                Citation(n, document, document, "", span, None, quote, (), verified=True, supported=True)
                for n, (document, span, quote) in enumerate(places, 1)
            )
            # Without sentences: whether people's own words are supported is not asked.
            return Answer(text, (), cited, not annotation.answerable, None, (), (), (), NOBODY)


def _parsed(place: str, line: bytes) -> Said:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise GoldError(f"{place}: not JSON ({error.msg} at character {error.colno})", hint=_HINT) from error
    names = _names(record) if isinstance(record, dict) else ()
    if not names:
        raise GoldError(f"{place}: has neither item, id, file nor question", hint=_HINT)
    if "error" in record:
        return Said(names, None)
    kinds = [kind for kind in _ADAPTERS if kind in record]
    if len(kinds) != 1:
        raise GoldError(f"{place}: has not exactly one of path, extraction, text and error", hint=_HINT)
    kind = kinds[0]
    content = record["extraction"] if kind == "extraction" else record
    try:
        result: Result = _ADAPTERS[kind].validate_python(_complete(kind, content))
    except ValidationError as error:
        raise refused(place, error, _HINT) from error
    if not all(0 <= sure <= 1 for sure in _confidences(result)):
        raise GoldError(f"{place}: a confidence is not between 0 and 1", hint="give probabilities, or leave confidences out")
    return Said(names, result)


def _confidences(result: Result) -> Iterator[float]:
    stated: list[float | None] = []
    if isinstance(result, Prediction):
        stated = [result.confidence, *(one.score for one in result.alternatives)]
    elif isinstance(result, Extraction):
        stated = [one.confidence for one in result.fields.values()]
    return (sure for sure in stated if sure is not None)


def _composed(name: str) -> str:
    """A name as most write it: macOS parts letters of file names from their accents."""
    return unicodedata.normalize("NFC", name)


def _names(record: Mapping[str, Any]) -> tuple[str, ...]:
    names = [record.get(key) for key in ("item", "id", "file", "question")]
    if isinstance(file := record.get("file"), str):
        names.append(PurePath(file).name)
    return tuple(str(name) for name in names if isinstance(name, str | int) and name != "")


def _complete(kind: str, content: Any) -> Any:
    """With all that a line may leave out. `foyerdoc` leaves out nothing."""
    if not isinstance(content, dict):
        return content
    content = {**_UNSAID[kind], **content}
    if kind == "path" and "decision" not in content:
        content["decision"] = "accepted" if content["path"] else "abstained"
    if kind == "text" and not content["sentences"] and not content["abstained"]:
        content["sentences"] = [{"text": content["text"], "citations": (), "supported": False}]
    if kind == "extraction" and isinstance(content.get("fields"), dict):
        content["fields"] = {path: _complete_field(value) for path, value in content["fields"].items()}
    return content


def _complete_field(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    value = {**_UNSAID_OF_A_FIELD, **value}
    return value if "status" in value else {**value, "status": "absent" if value["value"] is None else "found"}
