"""Items as the page gets them, and the page.

Spans are pairs of numbers in code points, boxes in tenths of a point. A document that several items speak of stands there once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from foyerdoc.documents import Document, Span
from foyerdoc.errors import UsageError
from foyerdoc.evaluation.gold import FieldsAnnotation, LabelAnnotation, QuestionAnnotation, Truth
from foyerdoc.evaluation.pages import Html, application
from foyerdoc.evaluation.reviewing.items import ENTRY_FIELD, Asked, Form, Item
from foyerdoc.evaluation.reviewing.queue import RULE, Weights, doubt, in_order
from foyerdoc.results import Answer, Candidate, FieldValue, Prediction
from foyerdoc.taxonomy import Taxonomy

_SCRIPTS: Final = ("text.js", "judging.js", "review.js")
_WORD: Final = re.compile(r"\S+")
_ALTERNATIVES: Final = 9


def review_page(
    items: Iterable[Item],
    *,
    title: str = "Review",
    taxonomy: Taxonomy | None = None,
    schemas: Mapping[str, Form] | None = None,
    weights: Weights | None = None,
    blind: bool = False,
) -> bytes:
    """The page as HTML in UTF-8: it works from a file, loads nothing and sends nothing.

    Args:
        items: what there is to judge.
        title: of the page.
        taxonomy: the labels to choose from; without one those that were considered.
        schemas: the fields of each schema that the taxonomy names: when a person chooses another label, its are asked for.
        weights: what mistakes cost; every one the same by default.
        blind: leave out what the system said, so that nobody is led by it. The order stays.

    Raises:
        UsageError: there are no items, two of one name, or a label that the taxonomy does not have.
    """
    weights = weights or Weights()
    queue = in_order(items, weights)
    names = [item.name for item in queue]
    if not queue:
        raise UsageError("nothing to review", hint="name files, or folders that hold some")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"two items are called {twice!a}", hint="gold is kept by item: give each a name of its own")
    documents: dict[str, Any] = {}
    for item in queue:
        for document in item.documents:
            # Items of one document have the same pictures.
            documents.setdefault(document.id, _document(document, item))
    data: dict[str, Any] = {
        "title": title,
        "blind": blind,
        "settling": any(item.people for item in queue),
        "rule": RULE,
        "labels": _labels(queue, taxonomy),
        "schemas": {name: _form(form) for name, form in (schemas or {}).items()},
        "documents": documents,
        "items": [_item(item, taxonomy, weights, blind=blind, by_label=bool(schemas)) for item in queue],
    }
    # What was decided on this page is kept under this key: a page of other documents or results does not find it.
    data["key"] = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]
    return application(
        title,
        Html(_read("review.html")),
        style=_read("review.css"),
        script="".join(_read(name) for name in _SCRIPTS),
        data=data,
    )


def schema_of(taxonomy: Taxonomy, path: tuple[str, ...]) -> str | None:
    """The name of the schema of a label that was said.

    Raises:
        UsageError: the taxonomy does not have the label.
    """
    try:
        return taxonomy.schema_of(path)
    except KeyError as error:
        raise UsageError(
            f"the taxonomy has no label {' / '.join(path)!a}, which was said",
            hint="give the taxonomy that the results were made with",
        ) from error


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _labels(items: Sequence[Item], taxonomy: Taxonomy | None) -> list[dict[str, Any]]:
    if taxonomy is not None:
        return [
            {"path": path, "description": node.description, "schema": taxonomy.schema_of(path)}
            for path, node in taxonomy.walk()
            if not node.children
        ]
    said = [item.prediction for item in items if item.prediction is not None]
    paths = {one.path for prediction in said for one in prediction.alternatives} | {one.path for one in said if one.path}
    return [{"path": path, "description": ""} for path in sorted(paths)]


def _document(document: Document, item: Item) -> dict[str, Any]:
    pictures = item.pictures.get(document.id, {})
    return {
        "name": item.names.get(document.id, document.name),
        "language": document.language,
        "text": document.text,
        "pages": [[page.number, page.span.start, page.span.end, page.width, page.height] for page in document.pages],
        "pictures": {str(number): _data_url(picture) for number, picture in pictures.items()},
        "words": {str(number): _words(document, number) for number in pictures},
        "notes": [issue.message for issue in document.issues],
    }


def _words(document: Document, number: int) -> list[list[int]]:
    """The words of a page: start and end in the text, and the box. A word over two lines has two."""
    span = document.pages[number - 1].span
    return [
        [match.start(), match.end(), *(round(10 * edge) for edge in (box.x0, box.y0, box.x1, box.y1))]
        for match in _WORD.finditer(document.text, span.start, span.end)
        for box in document.boxes(Span(*match.span()))
        if box.page == number
    ]


def _data_url(picture: bytes) -> str:
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def _item(item: Item, taxonomy: Taxonomy | None, weights: Weights, *, blind: bool, by_label: bool) -> dict[str, Any]:
    by_label = by_label and item.labelled and taxonomy is not None
    found: dict[str, Any] = {
        "name": item.name,
        "documents": [document.id for document in item.documents],
        "notes": list(item.notes),
        "typed": [[one.span.start, one.span.end, one.type, one.value] for one in item.typed],
    }
    found["form"] = _form(item.form or Form.of(item.fields)) if not (blind and by_label) else _form(Form())
    found["said"] = {} if blind else {path: _value(value) for path, value in item.fields.items()}
    found["people"] = _people(item)
    if not blind:
        found["doubt"] = doubt(item, weights)
    if item.labelled and item.question is None:
        found["label"] = {"said": None if blind or item.prediction is None else _prediction(item.prediction)}
        if item.prediction is not None and taxonomy is not None and item.prediction.path and not blind:
            found["schema"] = schema_of(taxonomy, item.prediction.path)
    if item.question is not None:
        found["question"] = {
            "text": item.question,
            "said": None if blind or item.answer is None else _answer(item.answer, item),
        }
    return found


def _people(item: Item) -> dict[str, list[list[Any]]]:
    """Who decided what, by part, as the page decides."""
    found: dict[str, list[list[Any]]] = {}
    ids = {
        name: document.id for document in item.documents for name in (document.id, item.names.get(document.id, document.name))
    }
    for one in item.people:
        match one:
            case LabelAnnotation():
                decisions: dict[str, Any] = {"label": {"path": one.label, "evidence": [_span(span) for span in one.evidence]}}
            case FieldsAnnotation():
                decisions = {f"field:{path}": _decision(truth) for path, truth in one.fields.items()}
                counts: dict[str, int] = {}
                for path in one.fields:
                    if entry := ENTRY_FIELD.fullmatch(path):
                        counts[entry[1]] = max(counts.get(entry[1], 0), int(entry[2]) + 1)
                decisions |= {f"list:{path}": {"count": count} for path, count in counts.items()}
            case QuestionAnnotation():
                places = [(ids.get(e.document), e.span) for e in one.evidence]
                evidence = [{"document": document, "span": _span(span)} for document, span in places if document and span]
                decisions = {"question": {"answerable": one.answerable, "answers": one.answers, "evidence": evidence}}
        for key, decision in decisions.items():
            found.setdefault(key, []).append([one.annotator, decision])
    return found


def _decision(truth: Truth | None) -> dict[str, Any]:
    if truth is None:
        return {"value": None}
    place = {} if truth.span is None else {"raw": truth.raw, "span": _span(truth.span)}
    return {"value": _as_text(truth.value), **place}


def _prediction(prediction: Prediction) -> dict[str, Any]:
    return {
        "path": prediction.path,
        "confidence": prediction.confidence,
        "alternatives": [[one.path, one.score] for one in prediction.alternatives[:_ALTERNATIVES]],
        "evidence": [_span(span) for span in prediction.evidence],
    }


def _form(form: Form) -> dict[str, Any]:
    return {
        "fields": [_asked(one) for one in form.fields],
        "lists": [{"path": path, "inner": [_asked(one) for one in inner]} for path, inner in form.lists.items()],
    }


def _asked(asked: Asked) -> dict[str, Any]:
    return {"path": asked.path, "description": asked.description, "type": asked.type, "choices": list(asked.choices)}


def _value(value: FieldValue) -> dict[str, Any]:
    return {
        "status": value.status,
        "value": _as_text(value.value),
        "raw": value.raw,
        "span": None if value.span is None else _span(value.span),
        "confidence": value.confidence,
        "candidates": [_candidate(one) for one in value.candidates],
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {"raw": candidate.raw, "span": _span(candidate.span), "value": _as_text(candidate.value)}


def _answer(answer: Answer, item: Item) -> dict[str, Any]:
    shown = {document.id for document in item.documents}
    cited = [one for one in answer.citations if one.document_id in shown]
    return {
        "text": answer.text,
        "abstained": answer.abstained,
        "citations": [{"document": one.document_id, "span": _span(one.span)} for one in cited],
    }


def _span(span: Span) -> list[int]:
    return [span.start, span.end]


def _as_text(value: object) -> str | None:
    """A value as gold writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
