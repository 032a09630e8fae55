"""What people say is right, by collection: corrections made in the page, gold from review pages, and the review page itself.

It is kept as gold (docs/formats.md), one line for each kind, item and annotator: who judges again replaces what they said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import TypeAdapter

from foyerdoc.documents import Document, Span
from foyerdoc.errors import FoyerdocError, GoldError, UsageError
from foyerdoc.evaluation.gold import FieldsAnnotation, Gold, Judgement, LabelAnnotation, Truth, line_of, parsed
from foyerdoc.evaluation.reviewing import Item, review_page
from foyerdoc.reading.picturing import picture_pages
from foyerdoc.results import FieldValue, Prediction
from foyerdoc.service.entries import Accepted
from foyerdoc.service.library import Shelf

FILE: Final = "gold.jsonl"

_PAGES: Final = 5  # pictures of one document on a review page
_PREDICTION: Final = TypeAdapter(Prediction)
_FIELDS: Final = TypeAdapter(dict[str, FieldValue])


def item_of(accepted: Accepted) -> str:
    """What gold calls a document: readable, and two documents of one name are two items."""
    return f"{accepted.name} ({accepted.id[:8]})"


def gold_of(shelf: Shelf) -> Gold:
    """All that was said of a collection's documents."""
    path = shelf.folder / FILE
    return Gold.read(path) if path.is_file() else Gold(())


def lines(gold: Gold) -> bytes:
    """Gold as its file's bytes."""
    return b"".join(line_of(one) + b"\n" for one in gold.annotations)


def take(shelf: Shelf, content: bytes) -> int:
    """Add gold's lines, all or none; how many.

    Raises:
        GoldError: a line is no gold, or its spans do not stand in the collection's documents.
    """
    texts = _Texts(shelf)
    found: list[Judgement] = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.strip():
            one = parsed(f"line {number}", line, texts)
            if isinstance(one, GoldError):
                raise one
            found.append(one)
    if not found:
        raise GoldError("there are no lines", hint="send what a review page exports")
    _keep(shelf, found)
    return len(found)


def correct(
    shelf: Shelf,
    accepted: Accepted,
    annotator: str,
    *,
    label: tuple[str, ...] | None = None,
    labelled: bool = False,
    fields: Mapping[str, tuple[Span | None, str | None] | None] | None = None,
) -> None:
    """Keep what a person says of one document; what they said of its other fields before stays.

    Args:
        shelf: the collection.
        accepted: the document.
        annotator: who says it.
        label: the right label, None when none applies; only with `labelled`.
        labelled: whether the label is spoken of.
        fields: by path the place and the value; None where the document has no such value.

    Raises:
        UsageError: a label is not the taxonomy's, a span lies outside the text, or nothing is said.
    """
    said: list[Judgement] = []
    about: dict[str, Any] = {"item": item_of(accepted), "annotator": annotator, "document": accepted.id}
    if labelled:
        known = {path for path, _ in shelf.library.configuration.taxonomy.walk()}
        if label is not None and label not in known:
            raise UsageError("the taxonomy has no such label", hint="GET /v1/labels lists them")
        said.append(LabelAnnotation(label=label, **about))
    if fields:
        text = shelf.text(accepted.id).text
        older = gold_of(shelf).of(FieldsAnnotation).get(about["item"], [])
        kept = next((dict(one.fields) for one in older if one.annotator == annotator), {})
        said.append(FieldsAnnotation(fields={**kept, **{path: _truth(text, one) for path, one in fields.items()}}, **about))
    if not said:
        raise UsageError("nothing is said", hint="send a label or fields")
    _keep(shelf, said)


def corrections(shelf: Shelf, accepted: Accepted) -> list[dict[str, Any]]:
    """What people said of a document, as gold's lines."""
    return [orjson.loads(line_of(one)) for one in gold_of(shelf).annotations if one.item == item_of(accepted)]


def review(shelf: Shelf, limit: int) -> tuple[bytes, int]:
    """A page on which a person judges the documents that leaving unread may cost most, and how many are on it.

    Raises:
        UsageError: there is nothing to review.
    """
    judged = {one.item for one in gold_of(shelf).annotations}
    waiting = [one for _, one in shelf.ledger.documents(shelf.name, limit=10_000) if one.state == "ready"]
    waiting = [one for one in waiting if item_of(one) not in judged]
    # The least sure first: of many, these are the ones that fit on a page.
    chosen = sorted(waiting, key=_sureness)[:limit]
    items = [_item(shelf, one) for one in chosen]
    taxonomy = shelf.library.configuration.taxonomy
    return review_page(items, title=shelf.name, taxonomy=taxonomy), len(items)


def _item(shelf: Shelf, accepted: Accepted) -> Item:
    result = accepted.result or {}
    document = shelf.text(accepted.id)
    prediction = result.get("prediction")
    extraction = result.get("extraction")
    return Item(
        name=item_of(accepted),
        documents=(document,),
        names={document.id: document.id},
        prediction=None if prediction is None else _PREDICTION.validate_python(prediction),
        fields={} if extraction is None else _FIELDS.validate_python(extraction["fields"]),
        pictures={document.id: _pictures(shelf.file(accepted.id), document)},
    )


def _pictures(path: Path, document: Document) -> Mapping[int, bytes]:
    if document.media_type == "application/pdf":
        with suppress(FoyerdocError):  # the text is there
            return picture_pages(path, [page.number for page in document.pages[:_PAGES]])
    return {}


def _sureness(accepted: Accepted) -> float:
    prediction = (accepted.result or {}).get("prediction") or {}
    best = max((one["score"] for one in prediction.get("alternatives", ())), default=0.0)
    confidence = prediction.get("confidence")
    return float(best if confidence is None else confidence) if prediction.get("path") else 0.0


def _truth(text: str, said: tuple[Span | None, str | None] | None) -> Truth | None:
    if said is None:
        return None
    span, value = said
    if span is None:
        if value is None:
            raise UsageError("a field has neither place nor value", hint="send a span, a value, or null for absent")
        return Truth(value)
    if span.end > len(text) or span.start == span.end:
        raise UsageError("a span lies outside the text", hint="count code points of the document's text")
    raw = text[span.start : span.end]
    return Truth(raw if value is None else value, None, raw, span)


def _keep(shelf: Shelf, said: Iterable[Judgement]) -> None:
    """Replace what the same people said of the same."""
    with shelf.lock:
        kept = {(one.kind, one.item, one.annotator): one for one in gold_of(shelf).annotations}
        kept |= {(one.kind, one.item, one.annotator): one for one in said}
        Gold(tuple(kept.values())).write(shelf.folder / FILE)


class _Texts(Mapping[str, str]):
    """Texts of a collection's documents by id, loaded when they are asked for. What is not there is not checked."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def __getitem__(self, document: str) -> str:
        try:
            return self._shelf.index.document(document).text
        except UsageError as error:
            raise KeyError(document) from error

    def __iter__(self) -> Any:
        return iter(one.id for one in self._shelf.index.documents())

    def __len__(self) -> int:
        return len(self._shelf.index.documents())
