"""What there is to judge, and what the system said of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from foyerdoc.documents import Document, Span
from foyerdoc.errors import GoldError
from foyerdoc.evaluation.comparing import FieldType
from foyerdoc.evaluation.gold import FieldsAnnotation, Judgement
from foyerdoc.results import Answer, FieldValue, Prediction

ENTRY_FIELD: Final = re.compile(r"([^\[\]]+)\[(\d+)\]([^\[\]]*)")
"""An entry's field: the list's path, the entry's number, and the rest.

Lists within entries are asked for entry by entry, as they were found.
"""
_FAR: Final = re.compile(r"\[\d{5,}\]")


@dataclass(frozen=True, slots=True)
class Asked:
    """A field as a person is asked for it.

    Attributes:
        path: as `Extraction.fields` names it.
        description: what the schema says of it; empty when it says nothing.
        type: what values are; None where it is not known, and every value is taken.
        choices: the only values that there are; empty for any.
    """

    path: str
    description: str = ""
    type: FieldType | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What a person is asked of a document of one kind.

    Attributes:
        fields: those that stand once.
        lists: by path, the fields of each entry: ".amount" of "lines[0].amount", "" of "names[0]".
    """

    fields: tuple[Asked, ...] = ()
    lists: Mapping[str, tuple[Asked, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Iterable[str]) -> Form:
        """What can be asked without a schema: the fields that something was said of."""
        fields: list[Asked] = []
        lists: dict[str, dict[Asked, None]] = {}  # each field once, in the order in which they came
        for path in paths:
            if entry := ENTRY_FIELD.fullmatch(path):
                lists.setdefault(entry[1], {})[Asked(entry[3])] = None
            else:
                fields.append(Asked(path))
        return cls(tuple(fields), {path: tuple(inner) for path, inner in lists.items()})


@dataclass(frozen=True, slots=True)
class Typed:
    """Characters of a document that mean something: who chooses them need not write the value."""

    span: Span
    type: FieldType
    value: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to judge: a document's label and fields, or a question.

    Attributes:
        name: what gold calls it; unique.
        documents: the document; of a question those that are cited or may answer it.
        names: what gold calls them, by id. A name that two documents have is not one: use the id.
        prediction: the label that was said; None when none was.
        labelled: whether a label is asked for.
        fields: what was said of fields, by path.
        form: what is asked for; by default the fields that something was said of.
        typed: values in the document, in order of the text.
        question: what was asked, and `answer` what was said.
        pictures: of pages by document id and page number: PNG or JPEG.
        people: what annotators said already, for one who settles it.
        notes: what a reader of the item must know, one sentence each.

    Raises:
        GoldError: what was said stands at other characters than the document's, or of an entry whose number cannot be meant.
    """

    name: str
    documents: tuple[Document, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    prediction: Prediction | None = None
    labelled: bool = True
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    form: Form | None = None
    typed: Sequence[Typed] = ()
    question: str | None = None
    answer: Answer | None = None
    pictures: Mapping[str, Mapping[int, bytes]] = field(default_factory=dict)
    people: tuple[Judgement, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # The page asks for all entries up to the last.
        if far := next((path for path in self._paths() if _FAR.search(path)), None):
            raise GoldError(f"{self.name!a}: no list has the entry {far[:80]!a}", hint="number entries from 0, one by one")
        texts = {document.id: document.text for document in self.documents}
        text = self.documents[0].text if self.documents else ""
        said = [(path, value.span, value.raw, text) for path, value in self.fields.items() if value.span is not None]
        said += [(path, one.span, one.raw, text) for path, value in self.fields.items() for one in value.candidates]
        if self.prediction is not None:
            said += [("the label", span, None, text) for span in self.prediction.evidence]
        if self.answer is not None:
            said += [("a citation", c.span, c.quote, texts.get(c.document_id, "")) for c in self.answer.citations]
        for what, span, raw, where in said:
            if span.end > len(where) or raw not in (None, where[span.start : span.end]):
                raise GoldError(
                    f"{self.name!a}: what was said of {what!a} does not stand in the document",
                    hint="give the files that the results were made of, read in the same way",
                )

    def _paths(self) -> Iterable[str]:
        yield from self.fields
        for one in self.people:
            if isinstance(one, FieldsAnnotation):
                yield from one.fields
