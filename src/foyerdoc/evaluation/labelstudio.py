"""Gold as Label Studio's tasks, and back.

A task is an item with its document's text; an annotation of it is all that one annotator says of the item:

    data            text, item, document, language, question; types: of fields; numbers: fields whose values are no texts
    label           taxonomy: the path of the label
    evidence        labels on the text, "label" or "answer": what speaks for the label, what answers the question
    field, value    labels on the text with the field's path, and a textarea of the same region with its value
    unplaced        textarea, "path = value": values that are known without their place
    absent          choices: fields that the document does not have; "label" for no label, "answer" for no answer
    answers         textarea: what answers the question
    elsewhere       textarea: evidence in other documents, or without a place, as JSON
    annotator       textarea: who; without it the user whose annotation it is
    ground_truth    whether it is adjudicated

Label Studio counts offsets in code points, as spans do. What an annotation's `raw` and `text` do not say is filled in from the
text on the way back.

Source: Label Studio's guide, "Task format" and the tags Taxonomy, Labels, TextArea and Choices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import orjson

from foyerdoc.documents import Span
from foyerdoc.errors import GoldError
from foyerdoc.evaluation.gold import (
    FORMAT,
    FieldsAnnotation,
    Gold,
    Judgement,
    LabelAnnotation,
    QuestionAnnotation,
    Truth,
    parsed,
)

_IS: Final = " = "
_LABEL, _ANSWER = "label", "answer"
_HINT: Final = "export the project from Label Studio as JSON, not as JSON-MIN"
_ONE: Final = "keep one of them in Label Studio, and export again"
_CONTROLS: Final = "label with the configuration that `foyerdoc gold export --config` writes"
_TYPES: Final = {"label": "taxonomy", "evidence": "labels", "field": "labels", "value": "textarea", "unplaced": "textarea",
    "absent": "choices", "answers": "textarea", "elsewhere": "textarea", "annotator": "textarea"}  # fmt: skip


def to_tasks(gold: Gold, documents: Mapping[str, str]) -> bytes:
    """Tasks as a JSON array, to be imported into Label Studio.

    Args:
        gold: what was said.
        documents: texts by name and id.

    Raises:
        GoldError: annotations of one item name different documents or questions, a text is not there, or a field's name
            cannot be written.
    """
    tasks = []
    for item in dict.fromkeys(one.item for one in gold.annotations):
        said = [one for one in gold.annotations if one.item == item]
        data = _data(item, said, documents)
        who = dict.fromkeys((one.annotator, one.adjudicated) for one in said)
        annotations = [
            {
                "result": [result for one in said if (one.annotator, one.adjudicated) == key for result in _results(one, data)]
                + [_typed("annotator", [key[0]])],
                "ground_truth": key[1],
                "was_cancelled": False,
            }
            for key in who
        ]
        tasks.append({"data": data, "annotations": annotations})
    return orjson.dumps(tasks, option=orjson.OPT_INDENT_2)


def configuration(gold: Gold) -> str:
    """The labelling configuration that fits: the labels, fields and controls that gold has."""
    labels = {one.label for one in gold.annotations if isinstance(one, LabelAnnotation) and one.label}
    paths = sorted({path for one in gold.annotations if isinstance(one, FieldsAnnotation) for path in one.fields})
    fields = "".join(f"<Label value={quoteattr(path)}/>" for path in paths)
    absent = "".join(f"<Choice value={quoteattr(name)}/>" for name in (_LABEL, _ANSWER, *paths))
    return f"""<View>
  <Header value="$question"/>
  <Text name="text" value="$text"/>
  <Taxonomy name="label" toName="text">{_nested(labels)}</Taxonomy>
  <Labels name="evidence" toName="text"><Label value="{_LABEL}"/><Label value="{_ANSWER}"/></Labels>
  <Labels name="field" toName="text">{fields}</Labels>
  <TextArea name="value" toName="text" perRegion="true" maxSubmissions="1"/>
  <TextArea name="unplaced" toName="text" placeholder="path{_IS}value"/>
  <Choices name="absent" toName="text" choice="multiple">{absent}</Choices>
  <TextArea name="answers" toName="text"/>
  <TextArea name="elsewhere" toName="text"/>
  <TextArea name="annotator" toName="text" maxSubmissions="1"/>
</View>
"""


def from_tasks(path: Path) -> Gold:
    """Gold from what Label Studio exported as JSON. Drafts, predictions and cancelled annotations are left out.

    Raises:
        GoldError: it is no such export; the message says the file, the task and the reason.
    """
    try:
        tasks = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (OSError, orjson.JSONDecodeError) as error:
        raise GoldError(f"{path.name}: no JSON that can be read", hint=_HINT) from error
    if not isinstance(tasks, list):
        raise GoldError(f"{path.name}: not an array of tasks", hint=_HINT)
    annotations: dict[tuple[str, str, str], Judgement] = {}
    places: list[str] = []
    for number, task in enumerate(tasks, 1):
        place = f"{path.name}, task {number}"
        try:
            records = list(_records(task))
        except GoldError as error:
            raise GoldError(f"{place}: {error.message}", hint=error.hint) from error
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise GoldError(f"{place}: not as Label Studio writes it ({type(error).__name__})", hint=_HINT) from error
        for record in records:
            found = parsed(place, orjson.dumps(record), {str(record.get("document")): str(task["data"]["text"])})
            if isinstance(found, GoldError):
                raise found
            key = (found.kind, found.item, found.annotator)
            if key in annotations:
                raise GoldError(f"{place}: {found.annotator!a} has judged this item twice", hint="keep one of the annotations")
            annotations[key] = found
            places.append(place)
    if not annotations:
        raise GoldError(f"{path.name}: no annotation says anything that gold has", hint=_CONTROLS)
    return Gold(tuple(annotations.values()), tuple(places))


# --- there -----------------------------------------------------------------------------------------------------------


def _data(item: str, said: Sequence[Judgement], documents: Mapping[str, str]) -> dict[str, Any]:
    about: dict[str, Any] = {"item": item}
    for name in ("document", "language", "question"):
        values = {value for one in said if (value := getattr(one, name, None)) is not None}
        if len(values) > 1:
            raise GoldError(f"{item!a}: annotations name different values of {name}", hint="give them items of their own")
        if values:
            about[name] = values.pop()
    document = about.get("document") or next(
        (e.document for o in said if isinstance(o, QuestionAnnotation) for e in o.evidence), item
    )
    if document not in documents:
        raise GoldError(f"{item!a}: the text of {document!a} is not there", hint="name the folder of the documents")
    truths = {path: t for one in said if isinstance(one, FieldsAnnotation) for path, t in one.fields.items() if t is not None}
    if bad := next((path for path in truths if _IS in path), None):
        raise GoldError(f"{item!a}: the field {bad!a} cannot be written", hint=f"leave {_IS!r} out of its name")
    types = {path: truth.type for path, truth in truths.items() if truth.type is not None}
    numbers = sorted(path for path, truth in truths.items() if not isinstance(truth.value, str))
    return {**about, "shown": document, "text": documents[document], "types": types, "numbers": numbers}


def _results(one: Judgement, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    text: str = data["text"]
    match one:
        case LabelAnnotation():
            yield _picked("absent", [_LABEL]) if one.label is None else _taxonomy(one.label)
            yield from (_region("evidence", _LABEL, span, text, f"label-{i}") for i, span in enumerate(one.evidence))
        case FieldsAnnotation():
            yield from _field_results(one, text)
        case QuestionAnnotation():
            if not one.answerable:
                yield _picked("absent", [_ANSWER])
            if one.answers:
                yield _typed("answers", list(one.answers))
            elsewhere = []
            for i, evidence in enumerate(one.evidence):
                if evidence.document == data["shown"] and evidence.span is not None:
                    yield _region("evidence", _ANSWER, evidence.span, text, f"answer-{i}")
                else:
                    elsewhere.append(_evidence(evidence.document, evidence.span, evidence.text))
            if elsewhere:
                yield _typed("elsewhere", [orjson.dumps(each).decode() for each in elsewhere])


def _field_results(one: FieldsAnnotation, text: str) -> Iterator[dict[str, Any]]:
    numbers, unplaced = count(), []
    for path, truth in one.fields.items():
        if truth is not None and truth.span is None:
            unplaced.append(f"{path}{_IS}{_written(truth)}")
        elif truth is not None and truth.span is not None:
            region = _region("field", path, truth.span, text, f"field-{next(numbers)}")
            yield region
            value = {**{key: region["value"][key] for key in ("start", "end")}, "text": [_written(truth)]}
            yield {**region, "from_name": "value", "type": "textarea", "value": value}
    if unplaced:
        yield _typed("unplaced", unplaced)
    if absent := [path for path, truth in one.fields.items() if truth is None]:
        yield _picked("absent", absent)


def _region(control: str, label: str, span: Span, text: str, identifier: str) -> dict[str, Any]:
    value = {"start": span.start, "end": span.end, "text": text[span.start : span.end], "labels": [label]}
    return {"id": identifier, "from_name": control, "to_name": "text", "type": "labels", "value": value}


def _taxonomy(label: Sequence[str]) -> dict[str, Any]:
    return {"from_name": "label", "to_name": "text", "type": "taxonomy", "value": {"taxonomy": [list(label)]}}


def _picked(control: str, choices: Sequence[str]) -> dict[str, Any]:
    return {"from_name": control, "to_name": "text", "type": "choices", "value": {"choices": list(choices)}}


def _typed(control: str, texts: Sequence[str]) -> dict[str, Any]:
    return {"from_name": control, "to_name": "text", "type": "textarea", "value": {"text": list(texts)}}


def _written(truth: Truth) -> str:
    return truth.value if isinstance(truth.value, str) else orjson.dumps(truth.value).decode()


def _evidence(document: str, span: Span | None, text: str | None) -> dict[str, Any]:
    place = None if span is None else {"start": span.start, "end": span.end}
    return {name: value for name, value in (("document", document), ("span", place), ("text", text)) if value is not None}


def _nested(labels: set[tuple[str, ...]], above: tuple[str, ...] = ()) -> str:
    depth = len(above)
    names = sorted({label[depth] for label in labels if label[:depth] == above and len(label) > depth})
    return "".join(f"<Choice value={quoteattr(name)}>{_nested(labels, (*above, name))}</Choice>" for name in names)


# --- and back --------------------------------------------------------------------------------------------------------


def _records(task: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The lines of gold that a task's annotations come to."""
    data = task["data"]
    for annotation in task["annotations"]:
        if annotation.get("was_cancelled"):
            continue
        # Relations between regions have no control; what other controls say is not gold's.
        results = [one for one in annotation["result"] if one.get("from_name") in _TYPES]
        for one in results:
            if one["type"] != _TYPES[one["from_name"]]:
                reason = f"{one['from_name']!a} is a control of type {str(one['type'])!a}, not {_TYPES[one['from_name']]!a}"
                raise GoldError(reason, hint=_CONTROLS)
        typed = _texts_of(results)
        base = {
            "format": FORMAT,
            "item": str(data.get("item") or task["id"]),
            "annotator": next(iter(typed.get("annotator", ())), None) or _user(annotation.get("completed_by")),
            "adjudicated": bool(annotation.get("ground_truth")),
            **{name: data[name] for name in ("document", "language") if data.get(name)},
        }
        absent = [choice for one in results if one["from_name"] == "absent" for choice in one["value"]["choices"]]
        yield from (base | record for record in _kinds(data, results, typed, absent))


def _kinds(
    data: Mapping[str, Any], results: Sequence[Mapping[str, Any]], typed: Mapping[str, list[str]], absent: Sequence[str]
) -> Iterator[dict[str, Any]]:
    labels = [path for one in results if one["from_name"] == "label" for path in one["value"]["taxonomy"]]
    if len(labels) + (_LABEL in absent) > 1:
        raise GoldError("two labels, or one that is said to be absent too", hint=_ONE)
    if labels or _LABEL in absent:
        label = labels[0] if labels else None
        yield {"label": label, "evidence": [_place(one) for one in _marked(results, "evidence", _LABEL)]}
    if fields := _fields(data, results, typed, [path for path in absent if path not in {_LABEL, _ANSWER}]):
        yield {"fields": fields}
    if data.get("question"):
        shown = data.get("shown") or data.get("document")
        evidence = [
            {"document": shown, "span": _place(one), "text": one["value"]["text"]}
            for one in _marked(results, "evidence", _ANSWER)
        ]
        evidence += [orjson.loads(text) for text in typed.get("elsewhere", ())]
        answers = typed.get("answers", [])
        if answers or evidence or _ANSWER in absent:
            yield {
                "question": data["question"], "answers": answers, "evidence": evidence, "answerable": _ANSWER not in absent,
            }  # fmt: skip


def _fields(
    data: Mapping[str, Any], results: Sequence[Mapping[str, Any]], typed: Mapping[str, list[str]], absent: Sequence[str]
) -> dict[str, dict[str, Any] | None]:
    types, numbers = data.get("types") or {}, set(data.get("numbers") or ())
    # A value that was deleted is an empty list: then the characters are the value again.
    values = {one["id"]: one["value"]["text"][0] for one in results if one["from_name"] == "value" and one["value"]["text"]}

    def truth(path: str, value: str, **place: object) -> dict[str, Any]:
        kind = {"type": types[path]} if path in types else {}
        try:
            return {"value": orjson.loads(value) if path in numbers else value, **kind, **place}
        except orjson.JSONDecodeError as error:
            raise GoldError(f"the value of {path!a} is no number", hint="write it with a point, as 1190.50") from error

    found: list[tuple[str, dict[str, Any] | None]] = [(path, None) for path in absent]
    for one in results:
        if one["from_name"] == "field":
            raw = one["value"]["text"]
            value = values.get(one["id"], raw)
            found += [(path, truth(path, value, raw=raw, span=_place(one))) for path in one["value"]["labels"]]
    for line in typed.get("unplaced", ()):
        path, parts, value = line.partition(_IS)
        if not parts:
            raise GoldError("a line of unplaced values has no field", hint=f"write FIELD{_IS}VALUE")
        found.append((path, truth(path, value)))
    if len(dict(found)) < len(found):
        raise GoldError("two values of one field, or one that is said to be absent too", hint=_ONE)
    return dict(found)


def _marked(results: Sequence[Mapping[str, Any]], control: str, label: str) -> list[Mapping[str, Any]]:
    return [one for one in results if one["from_name"] == control and label in one["value"]["labels"]]


def _texts_of(results: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """What was typed into the controls of a whole task; those of a region are left to their regions."""
    found: dict[str, list[str]] = {}
    for one in results:
        if one["type"] == "textarea" and one["from_name"] != "value":
            text = one["value"]["text"]
            found.setdefault(one["from_name"], []).extend([text] if isinstance(text, str) else text)
    return found


def _place(result: Mapping[str, Any]) -> dict[str, int]:
    return {"start": int(result["value"]["start"]), "end": int(result["value"]["end"])}


def _user(completed_by: object) -> str:
    """A user as Label Studio names one: a number, or what is known of the person."""
    if isinstance(completed_by, Mapping):
        return str(completed_by.get("email") or completed_by["id"])
    if completed_by is None:
        raise GoldError("nobody's name", hint="export with the users, or type names into `annotator`")
    return f"user {completed_by}"
