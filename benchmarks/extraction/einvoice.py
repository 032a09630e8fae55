"""Header fields of electronic invoices: what the page shows against the XML that each PDF carries, which is never read.

    python -m benchmarks.extraction.einvoice FOLDER [--model FOLDER | --base | --baseline] [--half 0] [--list]
    python -m benchmarks.extraction.einvoice FOLDER --train OUT --half 0 [--start general] [--set epochs=4]

FOLDER holds gold.jsonl.gz and the PDFs. Without an option values are chosen by labels. Dates and amounts are compared as
values, names without case and white space, of a name over several lines the last line. Gold that is empty counts neither for
nor against recall; a value found there is reported as "beyond" the gold and not as wrong, since the XML leaves out what the
page may well show.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from benchmarks.extraction.asking import Gold, extractor_of, half_of, options_of, train
from benchmarks.extraction.baseline import invoice
from benchmarks.extraction.scores import show_fields
from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console

import foyerdoc as fd
from foyerdoc.documents import Document


class EInvoice(BaseModel):
    """The header of an invoice."""

    model_config = ConfigDict(json_schema_extra={"rules": ["net_total + tax_total = grand_total"]})

    invoice_number: str = Field(description="Number of the invoice")
    issue_date: date | None = Field(default=None, description="Day on which the invoice was issued")
    seller_name: str | None = Field(default=None, description="Name of the company that sells and issues the invoice")
    buyer_name: str | None = Field(default=None, description="Name of the customer who buys and receives the invoice")
    net_total: Decimal | None = Field(default=None, description="Total without taxes")
    tax_total: Decimal | None = Field(default=None, description="Total of the taxes, VAT")
    grand_total: Decimal | None = Field(default=None, description="Total with taxes included")
    due_amount: Decimal | None = Field(default=None, description="Amount still to be paid")
    iban: str | None = Field(default=None, description="Bank account to which the sum has to be paid")


AMOUNTS = ("net_total", "tax_total", "grand_total", "due_amount")


def main() -> int:
    options = options_of(__doc__, halves=True).parse_args()
    console = Console(width=130)
    if options.train:
        train(options, EInvoice, ((document, _known(gold)) for _, document, gold in invoices(options)))
        return 0
    extractor = extractor_of(options, EInvoice)
    by_field: dict[str, dict[str, list[str]]] = defaultdict(dict)
    languages: dict[str, str] = {}
    located, seconds, found = 0, 0.0, 0
    for identifier, document, gold in invoices(options):
        languages[identifier] = document.language or "none"
        started = time.perf_counter()
        fields = {} if options.baseline else extractor.extract(document).fields
        values = invoice(document.text) if options.baseline else {name: field.value for name, field in fields.items()}
        seconds += time.perf_counter() - started
        for name, expected in gold.items():
            by_field[name][identifier] = outcomes = _compare(name, values[name], expected)
            if options.list and "missing" in outcomes:
                console.print(f"{identifier} {name}: {values[name]!r} for {expected!r}", markup=False, highlight=False)
        for field in fields.values():
            if field.span is not None:
                found += 1
                located += document.text[field.span.start : field.span.end] == field.raw
    kinds = ("right", "wrong", "missing", "beyond", "absent")
    show_fields(console, by_field, kinds, f"{len(languages)} invoices", languages)
    if not options.baseline:
        console.print(f"{located} of {found} values stand exactly at their span")
    console.print(f"{seconds / max(1, len(languages)):.2f} s a document")
    return 0


def invoices(options: argparse.Namespace) -> Iterator[tuple[str, Document, dict[str, Any]]]:
    """Name, document and gold of each invoice that is asked for; gold that is empty is None or ""."""
    with gzip.open(options.folder / "gold.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    rows = [row for row in rows if options.half in (None, half_of(row["id"]))]
    for row in rows[: options.most]:
        gold = row["gold"]
        names = {f"{side}_name": (gold[side]["name"] or "").split("\n")[-1] for side in ("seller", "buyer")}
        document = fd.clean(fd.read(options.folder / row["pdf"]))
        yield row["id"], document, {name: names.get(name, gold.get(name)) for name in EInvoice.model_fields}


def _known(gold: Mapping[str, Any]) -> Gold:
    """What can be learnt: of what the XML leaves out nothing is known."""
    typed = {"issue_date": date.fromisoformat, **dict.fromkeys(AMOUNTS, lambda value: Decimal(str(value)))}
    return {name: [typed.get(name, str)(value)] for name, value in gold.items() if value not in (None, "")}


def _compare(name: str, value: Any, expected: Any) -> list[str]:
    if expected in (None, ""):
        return ["absent" if value is None else "beyond"]
    if value is None:
        return ["missing"]
    if name in AMOUNTS:
        right = abs(float(value) - expected) < 0.005
    else:
        right = len({"".join(str(v).casefold().split()) for v in (value, expected)}) == 1
    return ["right"] if right else ["wrong", "missing"]


if __name__ == "__main__":
    raise SystemExit(main())
