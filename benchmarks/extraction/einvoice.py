"""Header fields of electronic invoices: what the page shows against the XML that each PDF carries, which is never read.

    python -m benchmarks.extraction.einvoice FOLDER [--model FOLDER | --base | --baseline] [--list]

FOLDER holds gold.jsonl.gz and the PDFs. Without an option values are chosen by labels. Dates and amounts are compared as
values, names without case and white space, of a name over several lines the last line. Gold that is empty counts neither for
nor against recall; a value found there is reported as "beyond" the gold and not as wrong, since the XML leaves out what the
page may well show.
"""

from __future__ import annotations

import gzip
import json
import time
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from benchmarks.extraction.asking import extractor_of, options_of
from benchmarks.extraction.baseline import invoice
from benchmarks.extraction.scores import show_fields
from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console

import foyerdoc as fd


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


def main() -> int:
    parser = options_of(__doc__, baseline=True)
    parser.add_argument("--base", action="store_true", help="the embedded model as it is, instead of labels alone")
    options = parser.parse_args()
    console = Console(width=130)

    extractor = fd.Extractor(EInvoice, _model()) if options.base else extractor_of(options, EInvoice)
    by_field: dict[str, dict[str, list[str]]] = defaultdict(dict)
    located, seconds, found = 0, 0.0, 0
    with gzip.open(options.folder / "gold.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file][: options.most]
    for row in rows:
        document = fd.clean(fd.read(options.folder / row["pdf"]))
        started = time.perf_counter()
        fields = {} if options.baseline else extractor.extract(document).fields
        values = invoice(document.text) if options.baseline else {name: field.value for name, field in fields.items()}
        seconds += time.perf_counter() - started
        for name, expected in _gold(row["gold"]).items():
            by_field[name][row["id"]] = outcomes = _compare(name, values[name], expected)
            if options.list and "missing" in outcomes:
                console.print(f"{row['id']} {name}: {values[name]!r} for {expected!r}", markup=False, highlight=False)
        for field in fields.values():
            if field.span is not None:
                found += 1
                located += document.text[field.span.start : field.span.end] == field.raw
    show_fields(console, by_field, ("right", "wrong", "missing", "beyond", "absent"), f"{len(rows)} invoices")
    if not options.baseline:
        console.print(f"{located} of {found} values stand exactly at their span")
    console.print(f"{seconds / len(rows):.2f} s a document")
    return 0


def _model() -> Any:
    from foyerdoc.models.local import LocalModel

    return LocalModel()


def _gold(gold: dict[str, Any]) -> dict[str, Any]:
    names = {f"{side}_name": (gold[side]["name"] or "").split("\n")[-1] for side in ("seller", "buyer")}
    return {name: names.get(name, gold.get(name)) for name in EInvoice.model_fields}


def _compare(name: str, value: Any, expected: Any) -> list[str]:
    if expected in (None, ""):
        return ["absent" if value is None else "beyond"]
    if value is None:
        return ["missing"]
    if name.endswith(("total", "amount")):
        right = abs(float(value) - expected) < 0.005
    else:
        right = len({"".join(str(v).casefold().split()) for v in (value, expected)}) == 1
    return ["right"] if right else ["wrong", "missing"]


if __name__ == "__main__":
    raise SystemExit(main())
