"""The whole way in one call: files in; labelled, extracted and indexed documents out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from foyerdoc.classification import Classifier
from foyerdoc.cleaning import clean
from foyerdoc.documents import Document
from foyerdoc.errors import FoyerdocError, UsageError
from foyerdoc.extraction import Extractor
from foyerdoc.reading import read_many
from foyerdoc.results import Extraction, Prediction
from foyerdoc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from foyerdoc.index import Index
    from foyerdoc.models.protocol import Embedder, LanguageModel
    from foyerdoc.settings import Limits


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document.

    Attributes:
        path: the file.
        name: the document's name; for an attachment "mail.eml > attached.pdf".
        document: cleaned; None when the file could not be read.
        prediction: its label; None when it could not be read or has no text.
        extraction: the fields of its label's schema; None when the label has no schema or was left open.
        error: what stopped it, None when nothing did. What was done before the error is still there.
        seconds: wall-clock time of each stage.
    """

    path: Path
    name: str
    document: Document | None = None
    prediction: Prediction | None = None
    extraction: Extraction[Any] | None = None
    error: FoyerdocError | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)


class Pipeline:
    """Reads, cleans, classifies, extracts and indexes.

    Args:
        taxonomy: the labels.
        schemas: pydantic models by the name that the taxonomy gives them; without any, nothing is extracted.
        classifier: says the label; zero-shot over the taxonomy by default, with the model's opinion where there is a model.
        model: chooses the fields' values; None leaves that to their labels, as in `Extractor`.
        embedder: of the default classifier; the index's, or the embedded one, by default.
        index: where documents are added, with category, subcategory and language as metadata; None for nowhere.
        workers: reading processes; one per core by default.
        limits: what one file may cost.

    Raises:
        UsageError: schemas are given, but not all that the taxonomy names.
    """

    def __init__(
        self,
        taxonomy: Taxonomy,
        schemas: Mapping[str, type[BaseModel]] | None = None,
        *,
        classifier: Classifier | None = None,
        model: LanguageModel | None = None,
        embedder: Embedder | None = None,
        index: Index | None = None,
        workers: int | None = None,
        limits: Limits | None = None,
    ) -> None:
        schemas = schemas or {}
        unknown = {node.schema_name for _, node in taxonomy.walk() if node.schema_name} - set(schemas)
        if schemas and unknown:
            raise UsageError(f"the taxonomy names schemas that are not given: {sorted(unknown)}", hint="add them to schemas=")
        self._taxonomy = taxonomy
        self._index = index
        self._classifier = classifier or Classifier.zero_shot(
            taxonomy, model=model, embedder=embedder or (index.embedder if index is not None else None)
        )
        self._extractors = {name: Extractor(schema, model) for name, schema in schemas.items()}
        self._workers = workers
        self._limits = limits

    def run(self, paths: Iterable[str | Path]) -> Iterator[Outcome]:
        """Take files through all stages.

        Args:
            paths: files; `Path.rglob` makes them of a folder.

        Yields:
            An outcome per document in the order of the files, attachments after the file that they came in.
        """
        last = time.perf_counter()
        for path, result in read_many(paths, workers=self._workers, limits=self._limits):
            seconds = {"read": time.perf_counter() - last}
            if isinstance(result, FoyerdocError):
                yield Outcome(path, path.name, error=result, seconds=seconds)
            else:
                yield from self._document(path, result, seconds)
            last = time.perf_counter()

    def _document(self, path: Path, document: Document, seconds: dict[str, float]) -> Iterator[Outcome]:
        started = time.perf_counter()
        document = clean(document)
        seconds["clean"] = time.perf_counter() - started
        outcomes = [
            self._understand(path, name, part, seconds if part is document else {})
            for name, part in _named(document, document.name)
        ]
        if self._index is not None:
            started = time.perf_counter()
            outcomes[0] = self._add(outcomes[0], started)
        yield from outcomes

    def _understand(self, path: Path, name: str, document: Document, seconds: dict[str, float]) -> Outcome:
        prediction: Prediction | None = None
        extraction: Extraction[Any] | None = None
        error: FoyerdocError | None = None
        started = time.perf_counter()
        try:
            if document.text:
                prediction = self._classifier.classify(document)
                seconds["classify"] = time.perf_counter() - started
                started = time.perf_counter()
                schema = self._taxonomy.schema_of(prediction.path) if prediction.path else None
                if schema in self._extractors:
                    extraction = self._extractors[schema].extract(document)
                    seconds["extract"] = time.perf_counter() - started
        except FoyerdocError as caught:
            error = caught
        return Outcome(path, name, document, prediction, extraction, error, seconds)

    def _add(self, outcome: Outcome, started: float) -> Outcome:
        index, document, prediction = self._index, outcome.document, outcome.prediction
        if index is None or document is None:
            return outcome
        labels = {"category": prediction.category, "subcategory": prediction.subcategory} if prediction else {}
        tags = {**labels, "language": document.language}
        error = outcome.error
        try:
            index.add([document], metadata={key: value for key, value in tags.items() if value})
        except FoyerdocError as caught:
            error = error or caught
        seconds = {**outcome.seconds, "index": time.perf_counter() - started}
        return Outcome(outcome.path, outcome.name, document, prediction, outcome.extraction, error, seconds)


def _named(document: Document, name: str) -> Iterator[tuple[str, Document]]:
    """A document and its attachments, each with the names of those that it came in."""
    yield name, document
    for child in document.attachments:
        yield from _named(child, f"{name} > {child.name}")
