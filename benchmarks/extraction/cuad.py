"""Six fields of commercial contracts: trained on one half of CUAD's contracts, measured on the other.

    python -m benchmarks.extraction.cuad DATA --train OUT [--start GENERAL] [--device cuda] [--set epochs=4]
    python -m benchmarks.extraction.cuad DATA [--model OUT | --baseline] [--half 1] [--most 60] [--list]

Document Name, Agreement Date, Effective Date, Expiration Date, Governing Law, and Parties as a set. Contracts whose
`int(sha1(id), 16)` is even are the half that is trained on. Gold that stands in the text as a value is scored; gold that has to
be computed ("three years after the Effective Date") and gold that is no value (several countries) is counted apart: a value
that is shown there counts as wrong all the same. Without `--model` values are chosen by labels, with `--baseline` by regular
expressions.

A model is asked once, with nothing held back. Values below a confidence of `--least`, by default what training advised, are
then left out. This is what the extractor does with them: no field's choice depends on the threshold, and the schema has no
rules. So one run says how often a value is shown of a field that the contract does not have, with the threshold and without it,
and whether confidences can be believed, those below the threshold too.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.extraction import asking
from benchmarks.extraction.baseline import contract
from benchmarks.extraction.scores import error, share, show_fields, show_reliability
from pydantic import BaseModel, Field
from rich.console import Console
from rich.table import Table

import foyerdoc as fd
from foyerdoc.documents import Document
from foyerdoc.evaluation.comparing import plain
from foyerdoc.extraction.adapter import read_folder
from foyerdoc.extraction.grounding import Ground
from foyerdoc.extraction.options import lines_for, on_line
from foyerdoc.extraction.schemas import Leaf, form_of
from foyerdoc.results import FieldValue

NAME = {"format": "name"}


class Contract(BaseModel):
    """What is asked of a contract."""

    document_name: str | None = Field(default=None, description="Title of the contract, as it stands at its head")
    parties: list[str] = Field(
        default=[], description="Names of the companies and persons that make the contract", json_schema_extra=NAME
    )
    agreement_date: date | None = Field(default=None, description="Day on which the contract was made or signed")
    effective_date: date | None = Field(default=None, description="Day from which the contract applies")
    expiration_date: date | None = Field(default=None, description="Day on which the contract ends")
    governing_law: str | None = Field(
        default=None, description="State or country whose law governs the contract", json_schema_extra=NAME
    )


FIELDS = {
    "document_name": "Document Name",
    "parties": "Parties",
    "agreement_date": "Agreement Date",
    "effective_date": "Effective Date",
    "expiration_date": "Expiration Date",
    "governing_law": "Governing Law",
}


@dataclass(frozen=True, slots=True)
class Gold:
    """What CUAD says of one field: values in plain form, and whether each stands in the text as a value."""

    values: tuple[object, ...]
    located: tuple[bool, ...]


def contracts(data: Path, half: int | None = None) -> Iterator[tuple[Document, dict[str, Gold]]]:
    """The contracts of a half (0: trained on, 1: measured), or all."""
    leaves = {leaf.path: leaf for leaf in form_of(Contract).leaves}
    with gzip.open(data / "extract/cuad/contracts.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if half is not None and asking.half_of(row["id"]) != half:
                continue
            document = Document(id=row["id"], name=row["id"], media_type="text/plain", text=row["text"], language="en")
            ground = Ground.of(document)
            yield document, {path: _gold(ground, leaves[path], row["gold"][name]) for path, name in FIELDS.items()}


def _gold(ground: Ground, leaf: Leaf, told: dict[str, Any]) -> Gold:
    values: list[object]
    if leaf.path == "parties":
        values = list(parties(told["answer"]))
    elif not told["answer"]:
        values = []
    elif leaf.path.endswith("date"):
        values = [found if (found := us_date(told["answer"])) else told["answer"]]
    else:
        values = [told["answer"]]
    return Gold(tuple(values), tuple(stands(ground, leaf, value) for value in values))


def parties(answer: str) -> Iterator[str]:
    """The names in CUAD's list of parties: what stands before a definition in brackets, the definition left out."""
    seen = set()
    for part in re.sub(r"\([^()]*\)", " ", answer).split(";"):
        name = " ".join(part.split()).strip(" .,")
        if name and plain(name) not in seen:
            seen.add(plain(name))
            yield name


def us_date(text: str) -> date | None:
    """CUAD's normalised date: month/day/year, the year with two digits or four."""
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})", text.strip())
    if match is None:
        return None
    month, day, year = map(int, match.groups())
    year += (1900 if year >= 69 else 2000) if year < 100 else 0
    try:
        return date(year, month, day)
    except ValueError:
        return None


def stands(ground: Ground, leaf: Leaf, value: object) -> bool:
    """Whether a value can be pointed at: for dates as a date, for words as a run of words on one line."""
    if isinstance(value, date):
        return any(place.value == value for at in lines_for(ground, leaf) for place in on_line(ground, leaf, at))
    wanted = plain(value)
    return any(
        plain(place.raw) == wanted
        for at in lines_for(ground, leaf)
        if wanted in plain(ground.lines[at].text)
        for place in on_line(ground, leaf, at)
    )


def _known(golds: Mapping[str, Gold]) -> asking.Gold:
    """What can be learnt. A term of three years is no date: the date is absent."""
    return {
        path: [value for value in gold.values if isinstance(value, date) or not path.endswith("date")]
        for path, gold in golds.items()
    }


@dataclass(frozen=True, slots=True)
class Said:
    """One value that was found, and how sure it is; None where nothing says so."""

    value: object
    confidence: float | None = None

    def shown(self, least: float) -> bool:
        """Whether it is sure enough. What has no confidence is never held back."""
        return self.confidence is None or self.confidence >= least


def outcomes(values: Iterable[object], gold: Gold) -> Iterator[str]:
    """What became of one field; "computed" is gold that does not stand in the text as a value and was left alone."""
    wanted = {plain(v): located for v, located in zip(gold.values, gold.located, strict=True)}
    said = {plain(v) for v in values}
    for key in said:
        yield "right" if key in wanted else "wrong" if wanted else "invented"
    for key, located in wanted.items():
        if key not in said:
            yield "missing" if located else "computed"
    if not wanted and not said:
        yield "absent"


Found = Mapping[str, Sequence[Said]]
"""What was found of each field of one contract, nothing held back."""


def by_baseline(documents: Sequence[Document]) -> list[Found]:
    """By regular expressions."""
    found: list[Found] = []
    for document in documents:
        values = contract(document.text)
        lists = {path: value if isinstance(value, list) else [value] for path, value in values.items()}
        found.append({path: [Said(value) for value in some if value is not None] for path, some in lists.items()})
    return found


def by_library(documents: Sequence[Document], model: Path | None, device: str | None, console: Console) -> list[Found]:
    """By labels or with a model, of which nothing is held back."""
    extractor = fd.Extractor.load(model, Contract, device=device, least=0.0) if model else fd.Extractor(Contract)
    results = [result.fields for result in extractor.extract_many(documents)]
    pairs = zip(documents, results, strict=True)
    shown = [(document.text, f.span, f.raw) for document, fields in pairs for f in fields.values() if f.span is not None]
    located = sum(text[span.start : span.end] == raw for text, span, raw in shown)
    console.print(f"{located} of {len(shown)} values stand exactly at their span")
    return [{path: list(_of(path, result)) for path in FIELDS} for result in results]


def _of(path: str, fields: Mapping[str, FieldValue]) -> Iterator[Said]:
    for name, field in fields.items():
        if name.partition("[")[0] == path and field.value is not None:
            yield Said(field.value, field.confidence)


def measure(data: Path, options: argparse.Namespace, console: Console) -> None:
    """On the other half."""
    items = list(contracts(data, options.half))[: options.most]
    documents = [document for document, _ in items]
    started = time.perf_counter()
    found = by_baseline(documents) if options.baseline else by_library(documents, options.model, options.device, console)
    seconds = time.perf_counter() - started
    least = _threshold(options)
    by_field: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for (document, golds), said in zip(items, found, strict=True):
        for path, gold in golds.items():
            values = [one.value for one in said[path] if one.shown(least)]
            by_field[path][document.id] = list(outcomes(values, gold))
            if options.list and set(by_field[path][document.id]) & {"wrong", "missing", "invented"}:
                console.print(document.id, path, values, gold, by_field[path][document.id], markup=False, highlight=False)
    kinds = ("right", "wrong", "invented", "missing", "computed", "absent")
    show_fields(console, by_field, kinds, f"{len(items)} contracts, {seconds / max(1, len(items)):.2f} s each")
    pairs = [(golds, said) for (_, golds), said in zip(items, found, strict=True)]
    show_absent(console, pairs, least)
    if options.model:
        show_confidence(console, pairs)


def _threshold(options: argparse.Namespace) -> float:
    if options.model is None:
        return 0.0
    return float(read_folder(options.model).least if options.least is None else options.least)


Pairs = Sequence[tuple[Mapping[str, Gold], Found]]
"""What is true of each contract, and what was found."""


def show_absent(console: Console, pairs: Pairs, least: float) -> None:
    """Whether absent stays absent: how often a value is shown of a field that a contract does not have."""
    table = Table("field", "the contract says", "contracts", f"shown at {least:g}", "share (95%)", title="absent stays absent")
    if least:
        for head in ("shown at 0", "share (95%)"):
            table.add_column(head)
    for path in FIELDS:
        for kind, which in (("nothing", _says_nothing), ("no value that stands there", _says_no_value)):
            some = [said[path] for golds, said in pairs if which(golds[path])]
            if some:
                cells = [path, kind, str(len(some))]
                for threshold in (least, 0.0) if least else (0.0,):
                    hits = sum(any(one.shown(threshold) for one in each) for each in some)
                    cells += [str(hits), share(hits, len(some))]
                table.add_row(*cells)
    console.print(table)


def _says_nothing(gold: Gold) -> bool:
    return not gold.values


def _says_no_value(gold: Gold) -> bool:
    """Gold that has to be computed, or that is no value."""
    return bool(gold.values) and not any(gold.located)


def show_confidence(console: Console, pairs: Pairs) -> None:
    """Of all values, also those that the threshold leaves out: how often they are right at what confidence."""
    said: dict[str, list[tuple[float, bool]]] = {path: [] for path in FIELDS}
    for golds, found in pairs:
        for path, some in found.items():
            wanted = {plain(value) for value in golds[path].values}
            said[path] += [(one.confidence, plain(one.value) in wanted) for one in some if one.confidence is not None]
    show_reliability(console, [one for some in said.values() for one in some], "confidence of all values")
    console.print(*(f"{path}: ECE {error(some):.3f} over {len(some)}" for path, some in said.items() if some), sep="\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of development data")
    parser.add_argument("--train", type=Path, help="train on the first half, into this folder")
    parser.add_argument("--model", type=Path, help="a trained extractor's folder")
    parser.add_argument("--baseline", action="store_true", help="regular expressions, without the library's extraction")
    parser.add_argument("--half", type=int, default=1, choices=(0, 1))
    parser.add_argument("--most", type=int)
    parser.add_argument("--least", type=float, help="confidence from which values are shown")
    parser.add_argument("--device")
    parser.add_argument("--list", action="store_true", help="every field that is not right")
    asking.add_training_to(parser)
    options = parser.parse_args()
    if options.train:
        asking.train(options, Contract, ((document, _known(golds)) for document, golds in contracts(options.data, 0)))
    else:
        measure(options.data, options, Console(width=150))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
