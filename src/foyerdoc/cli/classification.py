"""`foyerdoc classify`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foyerdoc.cli.app import (
    Inputs,
    Json,
    Password,
    Seconds,
    app,
    brief,
    err,
    files_of,
    made_folder,
    out,
    pages_of,
    print_json,
    progress,
    report,
    stops_on_error,
)
from foyerdoc.cli.documents import read_documents
from foyerdoc.documents import Document
from foyerdoc.errors import FoyerdocError, ReadError, UsageError
from foyerdoc.results import Prediction, Segment
from foyerdoc.serialization import as_json
from foyerdoc.settings import Limits
from foyerdoc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from foyerdoc.classification import Classifier

_ROWS = (".jsonl", ".ndjson", ".csv", ".tsv")

Model = Annotated[Path | None, typer.Option(help="Folder of a trained classifier.", parser=made_folder, metavar="DIRECTORY")]
Labels = Annotated[Path | None, typer.Option(help="Taxonomy as JSON: label without training.", exists=True, dir_okay=False)]
ByPage = Annotated[bool, typer.Option("--by-page", help="Label runs of pages: a file may hold several documents.")]


@dataclass(frozen=True, slots=True)
class _Input:
    """A document to label, or why there is none.

    Attributes:
        place: what a line of JSON says it is: the file, and the id or number of a row.
        name: what a person calls it.
        content: the document or the error.
        code: the error's code where it has one of its own.
    """

    place: dict[str, object]
    name: str
    content: Document | FoyerdocError
    code: str | None = None


@app.command()
def classify(
    inputs: Inputs,
    model: Model = None,
    taxonomy: Labels = None,
    by_page: ByPage = False,
    json: Json = False,
    password: Password = None,
    seconds: Seconds = 300.0,
) -> None:
    """Say the category and subcategory of files, or of the rows of a .jsonl or .csv file."""
    failed = False
    with stops_on_error():
        classifier = _classifier(model, taxonomy)
        for one, found in _label(classifier, _inputs(inputs, password, seconds), by_page=by_page):
            if isinstance(found, FoyerdocError):
                failed = True
                if json:
                    print_json({**one.place, "error": {**as_json(found), "code": one.code or found.code}})
                else:
                    report(found, one.name)
                continue
            for segment in found:
                if json:
                    print_json({**one.place, **_line(segment, by_page=by_page)})
                else:
                    print_prediction(" ".join(filter(None, (one.name, pages_of(segment.pages)))), segment.prediction)
    raise typer.Exit(int(failed))


def print_prediction(name: str, prediction: Prediction) -> None:
    """One line: the label, or that it was left open, and the runner-up."""
    label = " / ".join(prediction.path) or "(abstained)"
    second = next((a for a in prediction.alternatives if a.path != prediction.path), None)
    sure = f", confidence {prediction.confidence:.2f}" if prediction.confidence is not None else ""
    other = f"  (next: {' / '.join(second.path)})" if second else ""
    out.print(f"[bold]{brief(name)}[/bold]  {brief(label)}  \\[{prediction.decision}{sure}]{brief(other)}")


def _classifier(model: Path | None, taxonomy: Path | None) -> Classifier:
    from foyerdoc.classification import Classifier

    if model is not None and taxonomy is None:
        return Classifier.load(model)
    if taxonomy is not None and model is None:
        return Classifier.zero_shot(Taxonomy.load(taxonomy))
    hint = "--model DIR for a trained classifier, --taxonomy FILE to label without training"
    raise UsageError("name either a model or a taxonomy", hint=hint)


def _line(segment: Segment, *, by_page: bool) -> dict[str, object]:
    prediction = segment.prediction
    return {
        **({"pages": segment.pages} if by_page else {}),
        "category": prediction.category,
        "subcategory": prediction.subcategory,
        "path": prediction.path,
        "confidence": prediction.confidence,
        "decision": prediction.decision,
        "evidence": prediction.evidence,
        "alternatives": prediction.alternatives,
        "fingerprint": prediction.fingerprint,
    }


def _label(
    classifier: Classifier, inputs: Iterable[_Input], *, by_page: bool
) -> Iterator[tuple[_Input, list[Segment] | FoyerdocError]]:
    """Inputs with their labels or errors, in their order."""
    waiting: deque[_Input] = deque()

    def failed() -> Iterator[tuple[_Input, FoyerdocError]]:
        while waiting and isinstance(error := waiting[0].content, FoyerdocError):
            yield waiting.popleft(), error

    def documents() -> Iterator[Document]:
        for one in inputs:
            waiting.append(one)
            if isinstance(one.content, Document):
                yield one.content

    if by_page:
        for document in documents():
            yield from failed()
            yield waiting.popleft(), classifier.classify(document, by_page=True)
    else:
        for prediction in classifier.classify_many(documents()):
            yield from failed()
            yield waiting.popleft(), [Segment((), prediction)]
    yield from failed()


def _inputs(named: list[Path], password: str | None, seconds: float) -> Iterator[_Input]:
    """The documents of files, folders and files of rows, in the order in which they were named."""
    rows = {path for path in named if path.is_file() and path.name.lower().removesuffix(".gz").endswith(_ROWS)}
    if not rows:
        yield from _files(files_of(named), password, seconds)
        return
    for of_rows, some in groupby(named, key=rows.__contains__):
        if of_rows:
            for path in some:
                yield from _rows(path, seconds)
        else:
            yield from _files(files_of(some), password, seconds)


def _files(paths: list[Path], password: str | None, seconds: float) -> Iterator[_Input]:
    for path, result in read_documents(paths, password, seconds):
        known = {"id": result.id} if isinstance(result, Document) else {}
        yield _Input({"file": path, **known}, path.name, result)


def _rows(path: Path, seconds: float) -> Iterator[_Input]:
    from foyerdoc.finetuning.data.examples import stream_examples
    from foyerdoc.finetuning.data.rows import Problem

    for found in progress(stream_examples(path, labelled=False, limits=Limits(seconds=seconds)), None, "rows"):
        if not isinstance(found, Problem):
            yield _Input({"file": path, "id": found.id}, found.id, found.document)
        elif found.row is None:
            err.print(f"[yellow]note[/yellow]: {brief(f'{path.name}: {found.reason}', 200)}")
        else:
            error = ReadError(f"{path.name}, row {found.row}: {found.reason}", hint="mend the row; the others are labelled")
            yield _Input({"file": path, "row": found.row}, f"{path.name}, row {found.row}", error, found.code)
