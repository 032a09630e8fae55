"""Five header fields of the sample invoices of invoice2data, against the JSON expected of each.

    python -m benchmarks.extraction.invoice2data FOLDER [--model FOLDER | --base | --baseline] [--half 0] [--list]
    python -m benchmarks.extraction.invoice2data FOLDER --train OUT --half 0 [--start general] [--set epochs=4]

FOLDER holds for each invoice a PDF or text file and a JSON of the same name. Without an option values are chosen by labels.
Exact match: dates as dates, amounts to the cent, others without case, marks and white space. Where the gold says nothing, a
value that is found is counted as "beyond" it and not as wrong.

The gold is what invoice2data's own templates yield. A template states the issuer and the currency instead of reading them, so
some are not on the page: of the names and numbers that are missing, "unseen" stand nowhere in the text. They count against
recall all the same.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from benchmarks.extraction.asking import Gold, extractor_of, half_of, options_of, train
from benchmarks.extraction.baseline import invoice
from benchmarks.extraction.scores import show_fields
from pydantic import BaseModel, Field
from rich.console import Console

import foyerdoc as fd
from foyerdoc.documents import Document
from foyerdoc.evaluation.comparing import plain

Currency = Literal["EUR", "USD", "GBP", "CHF", "JPY", "INR", "PLN", "SEK", "DKK", "NOK", "CZK", "CAD", "AUD"]


class Invoice(BaseModel):
    """The header of an invoice."""

    issuer: str | None = Field(default=None, description="Name of the company that issues the invoice")
    amount: Decimal | None = Field(default=None, description="Total with taxes included")
    date: dt.date | None = Field(default=None, description="Day on which the invoice was issued")
    invoice_number: str | None = Field(default=None, description="Number of the invoice")
    currency: Currency | None = Field(default=None, description="Currency of the amounts")


BASELINE = {"issuer": "seller_name", "amount": "grand_total", "date": "issue_date"}
"""How the baseline calls a field, where it calls it otherwise."""


def main() -> int:
    options = options_of(__doc__, halves=True).parse_args()
    console = Console(width=130)
    if options.train:
        train(options, Invoice, ((document, _known(gold)) for _, document, gold in invoices(options)))
        return 0
    extractor = extractor_of(options, Invoice)
    by_field: dict[str, dict[str, list[str]]] = defaultdict(dict)
    languages: dict[str, str] = {}
    seconds = 0.0
    for identifier, document, gold in invoices(options):
        languages[identifier] = document.language or "none"
        started = time.perf_counter()
        if options.baseline:
            found = invoice(document.text)
            values = {name: found[BASELINE.get(name, name)] for name in Invoice.model_fields}
        else:
            values = {name: field.value for name, field in extractor.extract(document).fields.items()}
        seconds += time.perf_counter() - started
        for name, value in values.items():
            by_field[name][identifier] = outcomes = judge(name, value, gold[name], document.text)
            if options.list and "missing" in outcomes:
                console.print(f"{identifier} {name}: {value!r} for {gold[name]!r}", markup=False, highlight=False)
    kinds = ("right", "wrong", "missing", "unseen", "beyond", "absent")
    show_fields(console, by_field, kinds, f"{len(languages)} invoices", languages)
    console.print(f"{seconds / max(1, len(languages)):.2f} s a document")
    return 0


def invoices(options: argparse.Namespace) -> Iterator[tuple[str, Document, dict[str, Any]]]:
    """Name, document and gold of each invoice that is asked for."""
    files = [file for file in sorted(options.folder.glob("*.json")) if options.half in (None, half_of(file.stem))]
    for file in files[: options.most]:
        (gold,) = json.loads(file.read_bytes())
        document = fd.clean(fd.read(next(path for path in file.parent.glob(f"{file.stem}.*") if path != file)))
        yield file.stem, document, {name: gold.get(name) for name in Invoice.model_fields}


def _known(gold: Mapping[str, Any]) -> Gold:
    """What can be learnt: where the gold says nothing, nothing is known."""
    typed = {"date": dt.date.fromisoformat, "amount": lambda value: Decimal(str(value))}
    return {name: [typed.get(name, str)(value)] for name, value in gold.items() if value not in (None, "")}


def judge(name: str, value: Any, expected: Any, text: str) -> list[str]:
    """What became of one field."""
    if expected in (None, ""):
        return ["absent" if value is None else "beyond"]
    if value is not None and same(name, value, expected):
        return ["right"]
    outcomes = ["missing"] if value is None else ["wrong", "missing"]
    unseen = name in ("issuer", "invoice_number") and plain(expected) not in plain(text)
    return [*outcomes, "unseen"] if unseen else outcomes


def same(name: str, value: Any, expected: Any) -> bool:
    """Whether a value is the expected one."""
    if name == "amount":
        return abs(Decimal(value) - Decimal(str(expected))) < Decimal("0.005")
    return plain(value) == plain(expected)


if __name__ == "__main__":
    raise SystemExit(main())
