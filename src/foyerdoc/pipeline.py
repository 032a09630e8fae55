"""The whole way in one call: files in; labelled, extracted and indexed documents out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

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
    from foyerdoc.recipe import Recipe
    from foyerdoc.settings import Limits


_TOGETHER: Final = 32
"""Files that are read before a model extracts their fields: it is much faster over several documents."""


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
        seconds: wall-clock time of each stage; of documents that were extracted together each one's even share.
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
        model: chooses the fields' values, of up to 32 files at a time; None leaves that to their labels, as in `Extractor`.
        embedder: of the default classifier; the index's, the recipe's, or the embedded one, by default.
        index: where documents are added, with category, subcategory and language as metadata; None for nowhere.
        workers: reading processes; one per core by default.
        limits: what one file may cost.
        recipe: names the embedder; an index is opened with it too: `Index.open(folder, recipe=recipe)`.
        watch: told each file and the stage that it comes to ("clean", "classify", "extract", "index"); what it raises stops
            the run there.

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
        recipe: Recipe | None = None,
        watch: Callable[[Path, str], None] | None = None,
    ) -> None:
        schemas = schemas or {}
        unknown = {node.schema_name for _, node in taxonomy.walk() if node.schema_name} - set(schemas)
        if schemas and unknown:
            raise UsageError(f"the taxonomy names schemas that are not given: {sorted(unknown)}", hint="add them to schemas=")
        if embedder is None and index is None and recipe is not None:
            from foyerdoc.embedding import named

            embedder = named(recipe.embedder)
        self._taxonomy = taxonomy
        self._index = index
        self._classifier = classifier or Classifier.zero_shot(
            taxonomy, model=model, embedder=embedder or (index.embedder if index is not None else None)
        )
        self._extractors = {name: Extractor(schema, model) for name, schema in schemas.items()}
        self._together = _TOGETHER if schemas and model is not None and model.scores else 1
        self._workers = workers
        self._limits = limits
        self._watch = watch or (lambda _path, _stage: None)

    @property
    def together(self) -> int:
        """Files that are best taken together by `understand`."""
        return self._together

    def run(self, paths: Iterable[str | Path]) -> Iterator[Outcome]:
        """Take files through all stages.

        Args:
            paths: files; `Path.rglob` makes them of a folder.

        Yields:
            An outcome per document in the order of the files, attachments after the file that they came in.
        """
        files = read_files(paths, workers=self._workers, limits=self._limits, watch=self._watch)
        while group := list(islice(files, self._together)):
            for first, *attached in self.understand(group):
                yield from (self._add(first), *attached)

    def understand(self, files: Sequence[Sequence[Outcome]]) -> list[list[Outcome]]:
        """Label and extract what `read_files` has read; nothing is indexed.

        Args:
            files: the outcomes of each file.

        Returns:
            The same with labels and fields, or with the error that stopped them.
        """
        extracted = iter(self._extracted([self._label(outcome) for file in files for outcome in file]))
        return [list(islice(extracted, len(file))) for file in files]

    def _label(self, outcome: Outcome) -> Outcome:
        if outcome.document is None or not outcome.document.text:
            return outcome
        self._watch(outcome.path, "classify")
        started = time.perf_counter()
        try:
            prediction = self._classifier.classify(outcome.document)
        except FoyerdocError as error:
            return replace(outcome, error=error)
        return replace(outcome, prediction=prediction, seconds=_and(outcome, "classify", time.perf_counter() - started))

    def _extracted(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """The same with their fields, the documents of one schema taken together."""
        by_schema: dict[str, list[tuple[int, Document]]] = {}
        for i, outcome in enumerate(outcomes):
            schema = self._taxonomy.schema_of(outcome.prediction.path) if outcome.prediction else None
            if schema in self._extractors and outcome.document is not None:
                self._watch(outcome.path, "extract")
                by_schema.setdefault(schema, []).append((i, outcome.document))
        done = list(outcomes)
        for schema, documents in by_schema.items():
            started = time.perf_counter()
            results = list(self._extractors[schema].extract_each(document for _, document in documents))
            seconds = (time.perf_counter() - started) / len(documents)
            for (i, _), result in zip(documents, results, strict=True):
                if isinstance(result, FoyerdocError):
                    done[i] = replace(done[i], error=result)
                else:
                    done[i] = replace(done[i], extraction=result, seconds=_and(done[i], "extract", seconds))
        return done

    def _add(self, outcome: Outcome) -> Outcome:
        started = time.perf_counter()
        index, document = self._index, outcome.document
        if index is None or document is None:
            return outcome
        self._watch(outcome.path, "index")
        error = outcome.error
        try:
            index.add([document], metadata=tags_of(outcome))
        except FoyerdocError as caught:
            error = error or caught
        return replace(outcome, error=error, seconds=_and(outcome, "index", time.perf_counter() - started))


def read_files(
    paths: Iterable[str | Path],
    *,
    workers: int | None = None,
    limits: Limits | None = None,
    boxes: bool = False,
    watch: Callable[[Path, str], None] | None = None,
) -> Iterator[list[Outcome]]:
    """Read and clean files: the first stages, which need no model.

    Args:
        paths: files.
        workers, limits, boxes: as for `reading.read_many`.
        watch: told each file that comes to "clean".

    Yields:
        The outcomes of each file, in their order: its document and, after it, its attachments.
    """
    last = time.perf_counter()
    for path, result in read_many(paths, workers=workers, limits=limits, boxes=boxes):
        seconds = {"read": time.perf_counter() - last}
        if isinstance(result, FoyerdocError):
            yield [Outcome(path, path.name, error=result, seconds=seconds)]
        else:
            if watch is not None:
                watch(path, "clean")
            started = time.perf_counter()
            document = clean(result)
            yield outcomes_of(path, document, {**seconds, "clean": time.perf_counter() - started})
        last = time.perf_counter()


def outcomes_of(path: Path, document: Document, seconds: Mapping[str, float]) -> list[Outcome]:
    """A cleaned document and its attachments as outcomes that nothing is known of yet."""
    return [
        Outcome(path, name, part, seconds=seconds if part is document else {}) for name, part in _named(document, document.name)
    ]


def tags_of(outcome: Outcome) -> dict[str, str]:
    """What a document is found by in the index: its labels and language, as far as they are known."""
    prediction, document = outcome.prediction, outcome.document
    labels = {"category": prediction.category, "subcategory": prediction.subcategory} if prediction else {}
    tags = {**labels, "language": document.language if document else None}
    return {key: value for key, value in tags.items() if value}


def _and(outcome: Outcome, stage: str, seconds: float) -> dict[str, float]:
    return {**outcome.seconds, stage: seconds}


def _named(document: Document, name: str) -> Iterator[tuple[str, Document]]:
    """A document and its attachments, each with the names of those that it came in."""
    yield name, document
    for child in document.attachments:
        yield from _named(child, f"{name} > {child.name}")
