"""Six fields of commercial contracts: trained on one half of CUAD's contracts, measured on the other.

    python -m benchmarks.extract_cuad DATA --train OUT [--start GENERAL] [--device cuda] [--set epochs=4]
    python -m benchmarks.extract_cuad DATA [--model OUT] [--half 1] [--most 60] [--list]

Document Name, Agreement Date, Effective Date, Expiration Date, Governing Law, and Parties as a set. Contracts whose
`int(sha1(id), 16)` is even are the half that is trained on. Gold that stands in the text as a value is scored; gold that has to
be computed ("three years after the Effective Date") and gold that is no value (several countries) is counted apart: a value
that is shown there counts as wrong all the same. Without `--model` values are chosen by labels.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field
from rich.console import Console
from rich.table import Table

import foyerdoc as fd
from foyerdoc.documents import Document
from foyerdoc.extraction.grounding import Ground
from foyerdoc.extraction.options import lines_for, on_line
from foyerdoc.extraction.schemas import Leaf, form_of
from foyerdoc.finetuning.data.fields import Known

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
            if half is not None and half_of(row["id"]) != half:
                continue
            document = Document(id=row["id"], name=row["id"], media_type="text/plain", text=row["text"], language="en")
            ground = Ground.of(document)
            yield document, {path: _gold(ground, leaves[path], row["gold"][name]) for path, name in FIELDS.items()}


def half_of(identifier: str) -> int:
    """0: trained on, 1: measured."""
    return int(hashlib.sha1(identifier.encode(), usedforsecurity=False).hexdigest(), 16) % 2


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


def plain(value: object) -> str:
    """A value without case, marks and white space."""
    return "".join(c for c in str(value).casefold() if c.isalnum())


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


def train(data: Path, out: Path, start: Path | None, settings: dict[str, Any]) -> None:
    """On the first half."""
    from foyerdoc.finetuning.data.fields import FieldsExample
    from foyerdoc.finetuning.extractor import ExtractorConfig, train_extractor

    leaves = form_of(Contract).leaves
    examples = [
        FieldsExample(document.id, document, leaves, {path: tuple(_known(path, gold)) for path, gold in golds.items()})
        for document, golds in contracts(data, 0)
    ]
    trained = train_extractor(examples, out, ExtractorConfig(**settings), start=start)
    Console().print(dict(trained.counts), dict(trained.metrics), trained.settings, trained.notes)


def _known(path: str, gold: Gold) -> Iterator[Known]:
    """A term of three years is no date: the date is absent."""
    yield from (Known(value) for value in gold.values if isinstance(value, date) or not path.endswith("date"))


def outcomes(value: object, gold: Gold) -> Iterator[str]:
    """What became of one field: "right", "wrong", "missing" for gold that stands in the text, "invented" where there is none,
    "computed" for gold that does not stand there and was left alone."""
    found = value if isinstance(value, list) else [] if value is None else [value]
    wanted = {plain(v): located for v, located in zip(gold.values, gold.located, strict=True)}
    said = {plain(v) for v in found}
    for key in said:
        yield "right" if key in wanted else "wrong" if wanted else "invented"
    for key, located in wanted.items():
        if key not in said:
            yield "missing" if located else "computed"
    if not wanted and not said:
        yield "absent"


def measure(data: Path, options: argparse.Namespace, console: Console) -> None:
    """On the other half."""
    extractor = (
        fd.Extractor.load(options.model, Contract, device=options.device, least=options.least)
        if options.model
        else fd.Extractor(Contract)
    )
    items = list(contracts(data, options.half))[: options.most]
    started = time.perf_counter()
    results = list(extractor.extract_many([document for document, _ in items]))
    seconds = time.perf_counter() - started
    by_field: dict[str, dict[str, list[str]]] = defaultdict(dict)
    located = shown = 0
    for (document, golds), result in zip(items, results, strict=True):
        for path, gold in golds.items():
            fields = [f for name, f in result.fields.items() if name.partition("[")[0] == path and f.value is not None]
            for field in fields:
                shown += 1
                assert field.span is not None
                located += document.text[field.span.start : field.span.end] == field.raw
            value: object = [f.value for f in fields] if path == "parties" else fields[0].value if fields else None
            by_field[path][document.id] = list(outcomes(value, gold))
            if options.list and set(by_field[path][document.id]) & {"wrong", "missing", "invented"}:
                console.print(document.id, path, value, gold, by_field[path][document.id], markup=False, highlight=False)
    table = Table("field", "right", "wrong", "invented", "missing", "computed", "absent", "precision", "recall", "F1")
    for path, per in [*by_field.items(), ("all", _all(by_field))]:
        flat = [o for each in per.values() for o in each]
        count = [flat.count(kind) for kind in ("right", "wrong", "invented", "missing", "computed", "absent")]
        table.add_row(path, *map(str, count), *(f"{x:.3f}" for x in scores(flat)))
    console.print(table)
    low, high = interval(list(_all(by_field).values()))
    console.print(
        f"micro F1 {scores([o for each in _all(by_field).values() for o in each])[2]:.3f} (95% by contracts {low:.3f} to "
        f"{high:.3f}); {located} of {shown} values stand exactly at their span; {len(items)} contracts, "
        f"{seconds / max(1, len(items)):.2f} s each"
    )


def _all(by_field: dict[str, dict[str, list[str]]]) -> dict[str, list[str]]:
    whole: dict[str, list[str]] = defaultdict(list)
    for per in by_field.values():
        for identifier, found in per.items():
            whole[identifier] += found
    return whole


def scores(flat: Sequence[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 over the gold that stands in the text; invented values count against precision."""
    right = flat.count("right")
    shown = right + flat.count("wrong") + flat.count("invented")
    precision, recall = right / max(1, shown), right / max(1, right + flat.count("missing"))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def interval(per_document: Sequence[Sequence[str]]) -> tuple[float, float]:
    """95% of F1 over documents drawn anew."""
    draw = random.Random(0)
    found = sorted(
        scores([o for each in draw.choices(per_document, k=len(per_document)) for o in each])[2] for _ in range(1000)
    )
    return found[25], found[974]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of development data")
    parser.add_argument("--train", type=Path, help="train on the first half, into this folder")
    parser.add_argument("--start", type=Path, help="a trained extractor's folder to go on from")
    parser.add_argument("--model", type=Path, help="a trained extractor's folder")
    parser.add_argument("--half", type=int, default=1, choices=(0, 1))
    parser.add_argument("--most", type=int)
    parser.add_argument("--least", type=float)
    parser.add_argument("--device")
    parser.add_argument("--list", action="store_true", help="every field that is not right")
    parser.add_argument("--set", action="append", default=[], help="a setting of ExtractorConfig, name=JSON")
    options = parser.parse_args()
    if options.train:
        settings = {name: json.loads(value) for name, _, value in (each.partition("=") for each in options.set)}
        train(options.data, options.train, options.start, {**settings, "device": options.device})
    else:
        measure(options.data, options, Console(width=150))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
