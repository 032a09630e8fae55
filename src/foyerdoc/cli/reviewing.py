"""`foyerdoc gold review` and `gold rows`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import orjson
import typer
from pydantic import BaseModel

from foyerdoc.cli.app import (
    Inputs,
    Json,
    Password,
    Seconds,
    brief,
    err,
    files_of,
    out,
    plain,
    print_json,
    progress,
    report,
    stops_on_error,
)
from foyerdoc.cli.documents import load_schemas, read_documents
from foyerdoc.cli.evaluation import GoldFile, gold
from foyerdoc.documents import Document
from foyerdoc.errors import FoyerdocError, UsageError
from foyerdoc.results import Answer, Extraction, FieldValue, Prediction
from foyerdoc.settings import Limits
from foyerdoc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from foyerdoc.evaluation.comparing import FieldType
    from foyerdoc.evaluation.gold import Gold, Judgement
    from foyerdoc.evaluation.predictions import Said
    from foyerdoc.evaluation.reviewing import Asked, Form, Item, Typed, Weights
    from foyerdoc.extraction.schemas import Leaf

_PDF: Final = "application/pdf"
_TYPES: Final[Mapping[str, FieldType]] = {
    "date": "date", "datetime": "datetime", "money": "money", "amount": "money", "number": "number", "percent": "number",
    "yes_no": "yes_no", "name": "name", "text": "text", "address": "text", "iban": "identifier", "bic": "identifier",
    "email": "identifier", "phone": "identifier", "vat": "identifier", "national_id": "identifier", "company_id": "identifier",
    "identifier": "identifier",
}  # fmt: skip
_SOUGHT: Final = ("date", "datetime", "money", "number", "percent", "iban", "bic", "vat", "identifier")


@gold.command()
def review(
    inputs: Inputs,
    target: Annotated[Path, typer.Option("--out", help="The page to write.", dir_okay=False)],
    said: Annotated[
        list[Path] | None,
        typer.Option(help="What the system said: lines of classify, extract or ask with --json. Can be repeated.", exists=True),
    ] = None,
    taxonomy: Annotated[Path | None, typer.Option(help="Labels to choose from.", exists=True, dir_okay=False)] = None,
    schemas: Annotated[
        list[str] | None,
        typer.Option(
            "--schema", help="NAME=FILE.py:Class, of the name in the taxonomy; without a taxonomy one. Can be repeated."
        ),
    ] = None,
    weigh: Annotated[
        list[str] | None,
        typer.Option(help="LABEL=NUMBER or FIELD=NUMBER: what a mistake there costs; others 1. Can be repeated."),
    ] = None,
    people: Annotated[
        Path | None,
        typer.Option("--gold", help="What people said already, to be settled: exports adjudicated gold.", exists=True),
    ] = None,
    blind: Annotated[bool, typer.Option("--blind", help="Leave out what the system said.")] = False,
    no_images: Annotated[bool, typer.Option("--no-images", help="Leave out the pictures of PDFs' pages.")] = False,
    dpi: Annotated[int, typer.Option(help="Dots to the inch of pictures.", min=20, max=600)] = 100,
    pages: Annotated[int, typer.Option(help="Pictures of a document, at most.", min=1)] = 20,
    title: Annotated[str, typer.Option(help="Of the page.")] = "Review",
    json: Json = False,
    password: Password = None,
    seconds: Seconds = 300.0,
) -> None:
    """Write a page on which a person accepts or corrects labels, fields and answers, and exports gold."""
    from foyerdoc.evaluation.gold import Gold
    from foyerdoc.evaluation.predictions import read_predictions
    from foyerdoc.evaluation.reviewing import review_page
    from foyerdoc.storage import write_file

    failed = 0
    with stops_on_error():
        labels = Taxonomy.load(taxonomy) if taxonomy else None
        forms = load_schemas(schemas or ())
        weights = _weights(weigh or (), labels)
        lines = [line for path in said or () for line in read_predictions(path)]
        documents: list[tuple[Path, Document]] = []
        for path, found in read_documents(files_of(inputs), password, seconds):
            if isinstance(found, FoyerdocError):
                failed += 1
                report(found, path.name)
            else:
                documents.append((path, found))
        drawn: dict[str, dict[int, bytes]] = {}
        if not no_images:
            for path, document in progress(documents, len(documents), "drawing pages"):
                drawn[document.id] = _pictures(path, document, pages, dpi, password, seconds)
        items = _Builder(documents, drawn, labels, forms).items(lines)
        if people is not None:
            items = _judged(items, Gold.read(people, _texts(items)))
        asked = {name: _form(schema) for name, schema in forms.items()}
        page = review_page(items, title=title, taxonomy=labels, schemas=asked, weights=weights, blind=blind)
        write_file(target, page)
        if json:
            print_json({"page": target, "items": len(items), "bytes": len(page), "failed": failed})
        else:
            out.print(f"[bold]{plain(str(target))}[/bold]  {len(items)} items, {len(page) / 1e6:.1f} MB: open it in a browser")
    raise typer.Exit(int(failed > 0))


@gold.command()
def rows(
    gold_file: GoldFile,
    inputs: Inputs,
    target: Annotated[Path, typer.Option("--out", help="The .jsonl file to write.", dir_okay=False)],
    json: Json = False,
) -> None:
    """Labelled rows for `foyerdoc train`, of gold and the files that it speaks of."""
    from foyerdoc.evaluation.gold import Gold, LabelAnnotation
    from foyerdoc.storage import sha256, write_file

    with stops_on_error():
        truths, disputed = Gold.read(gold_file).truth(LabelAnnotation)
        paths: dict[str, Path] = {}
        for path in files_of(inputs):
            paths |= {path.name: path, sha256(path): path}
        made = [
            {"id": item, "path": str(paths[name].absolute()), "label": truth.label}
            for item, truth in truths.items()
            if truth.label and (name := next((n for n in (truth.document, item) if n in paths), None))
        ]
        left = {
            "disputed": len(disputed),
            "no_label": sum(truth.label is None for truth in truths.values()),
            "no_file": sum(truth.label is not None for truth in truths.values()) - len(made),
        }
        if not made:
            raise UsageError("no label of the gold is of a file that is here", hint="name the files that were reviewed")
        write_file(target, b"".join(orjson.dumps(row) + b"\n" for row in made))
        if json:
            print_json({"rows": target, "count": len(made), **left})
        else:
            told = (
                f"left out: {left['disputed']} disputed, {left['no_label']} without a label, {left['no_file']} without a file"
            )
            out.print(f"[bold]{plain(str(target))}[/bold]  {len(made)} rows; {told}")


class _Builder:
    """Items from documents and from what was said of them."""

    def __init__(
        self,
        documents: Sequence[tuple[Path, Document]],
        pictures: Mapping[str, Mapping[int, bytes]],
        taxonomy: Taxonomy | None,
        schemas: Mapping[str, type[BaseModel]],
    ) -> None:
        self._documents = [document for _, document in documents]
        self._pictures = pictures
        self._taxonomy = taxonomy
        self._schemas = schemas
        named = Counter(document.name for document in self._documents)
        # Gold calls a document by its name where no other has it.
        self._names = {d.id: d.name if named[d.name] == 1 else d.id for d in self._documents}
        self._by_name: dict[str, Document] = {}
        for path, document in documents:
            self._by_name |= {document.id: document, str(path): document, self._names[document.id]: document}

    def items(self, lines: Iterable[Said]) -> list[Item]:
        """An item for each document and for each question.

        Raises:
            UsageError: nothing is asked.
        """
        predictions: dict[str, Prediction] = {}
        extractions: dict[str, Mapping[str, FieldValue]] = {}
        notes: dict[str, tuple[str, ...]] = {}
        questions, strangers = [], 0
        for line in lines:
            document = next((self._by_name[name] for name in line.names if name in self._by_name), None)
            match line.result:
                case Answer():
                    questions.append(self._question(line.names[0], line.names[-1], line.result))
                case _ if document is None:
                    strangers += 1
                case Prediction():
                    predictions[document.id] = line.result
                case Extraction():
                    extractions[document.id] = line.result.fields
                case None:
                    notes[document.id] = ("The system failed on this document.",)
        if strangers:
            err.print(f"[yellow]note[/yellow]: {strangers} results speak of documents that are not here")
        labelled = self._taxonomy is not None or bool(predictions)
        if not (labelled or extractions or questions or self._schemas):
            raise UsageError(
                "nothing is asked", hint="--said FILE for results to judge, --taxonomy FILE for labels, --schema for fields"
            )
        if not (labelled or extractions or self._schemas):
            return questions
        found = [
            self._item(
                document, predictions.get(document.id), extractions.get(document.id, {}), notes.get(document.id, ()), labelled
            )
            for document in self._documents
        ]
        return [*found, *questions]

    def _item(
        self,
        document: Document,
        prediction: Prediction | None,
        fields: Mapping[str, FieldValue],
        notes: tuple[str, ...],
        labelled: bool,
    ) -> Item:
        from foyerdoc.evaluation.reviewing import Item

        if document.attachments:
            notes += (f"{len(document.attachments)} attached documents are not shown: review them as files.",)
        left_out = len(document.pages) - len(self._pictures.get(document.id, {}))
        if self._pictures.get(document.id) and left_out:
            notes += (f"{left_out} pages have no picture: their text is here.",)
        return Item(
            name=self._names[document.id],
            documents=(document,),
            names=self._names,
            prediction=prediction,
            labelled=labelled,
            fields=fields,
            form=self._form(prediction, fields),
            typed=_typed(document),
            pictures=self._pictures,
            notes=notes,
        )

    def _form(self, prediction: Prediction | None, fields: Mapping[str, FieldValue]) -> Form | None:
        """What the label's schema asks for, and lists within entries as they were found."""
        from foyerdoc.evaluation.reviewing import Form, schema_of

        if self._taxonomy is None:
            name = next(iter(self._schemas), None)
        else:
            name = schema_of(self._taxonomy, prediction.path) if prediction and prediction.path else None
        if name is None or name not in self._schemas:
            return None
        form, found = _form(self._schemas[name]), Form.of(fields)
        known = {one.path for one in form.fields}
        return replace(
            form,
            fields=(*form.fields, *(one for one in found.fields if one.path not in known)),
            lists={**found.lists, **form.lists},
        )

    def _question(self, name: str, question: str, answer: Answer) -> Item:
        from foyerdoc.evaluation.reviewing import Item

        near = [citation.document_id for citation in answer.citations] + [hit.chunk.document_id for hit in answer.hits]
        shown = [document for document in self._documents if document.id in near] or self._documents
        return Item(
            name=name,
            documents=tuple(shown),
            names=self._names,
            labelled=False,
            question=question,
            answer=answer,
            pictures=self._pictures,
        )


def _texts(items: Sequence[Item]) -> dict[str, str]:
    return {name: d.text for item in items for d in item.documents for name in (d.id, item.names.get(d.id, d.name))}


def _judged(items: Sequence[Item], gold: Gold) -> list[Item]:
    """The items with what people said of them."""
    said: dict[str, list[Judgement]] = {}
    for one in gold.annotations:
        said.setdefault(one.item, []).append(one)
    here = {item.name for item in items}
    if elsewhere := len(set(said) - here):
        err.print(f"[yellow]note[/yellow]: gold of {elsewhere} items that are not here")
    return [replace(item, people=tuple(said.get(item.name, ()))) for item in items]


def _pictures(path: Path, document: Document, most: int, dpi: int, password: str | None, seconds: float) -> dict[int, bytes]:
    from foyerdoc.reading.picturing import picture_pages

    if document.media_type != _PDF:
        return {}
    numbers = [page.number for page in document.pages[:most]]
    try:
        return dict(picture_pages(path, numbers, dpi=dpi, password=password, limits=Limits(seconds=seconds)))
    except FoyerdocError as error:
        err.print(f"[yellow]note[/yellow]: {brief(f'{path.name}: no pictures ({error.message})', 200)}")
        return {}


def _form(schema: type[BaseModel]) -> Form:
    from foyerdoc.evaluation.reviewing import Form
    from foyerdoc.extraction.schemas import form_of

    given = form_of(schema)
    return Form(
        tuple(_asked(leaf, leaf.path) for leaf in given.leaves if not leaf.many),
        {
            **{leaf.path: (_asked(leaf, ""),) for leaf in given.leaves if leaf.many},
            **{rows.path: tuple(_asked(leaf, f".{leaf.path}") for leaf in rows.leaves) for rows in given.tables},
        },
    )


def _asked(leaf: Leaf, path: str) -> Asked:
    from foyerdoc.evaluation.reviewing import Asked

    return Asked(path, leaf.description, _TYPES.get(leaf.kind), tuple(text for text, _ in leaf.choices))


def _typed(document: Document) -> tuple[Typed, ...]:
    from foyerdoc.evaluation.reviewing import Typed
    from foyerdoc.extraction.values import conventions, find

    habits = conventions(document.text, document.language)
    return tuple(
        Typed(one.span, _TYPES[kind], one.value.isoformat() if isinstance(one.value, date) else str(one.value))
        for kind in _SOUGHT
        for one in find(document.text, kind, habits)
    )


def _weights(given: Sequence[str], taxonomy: Taxonomy | None) -> Weights:
    """Weights by name; a name that the taxonomy has is a label's, "label" is that of every label, any other a field's."""
    from foyerdoc.evaluation.reviewing import Weights

    known = {" / ".join(path) for path, _ in taxonomy.walk()} if taxonomy else set()
    labels, fields, label = {}, {}, 1.0
    for each in given:
        name, _, number = each.rpartition("=")
        hint = "write NAME=NUMBER, of a label or a field; 1 is an ordinary mistake"
        try:
            weight = float(number)
        except ValueError as error:
            raise UsageError(f"--weigh {each}: no weight", hint=hint) from error
        if not name:
            raise UsageError(f"--weigh {each}: no name", hint=hint)
        if name == "label":
            label = weight
        elif name in known:
            labels[name] = weight
        else:
            fields[name] = weight
    return Weights(labels, fields, label)
