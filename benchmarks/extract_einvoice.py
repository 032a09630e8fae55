"""Header fields of electronic invoices: what the page shows against the XML that each PDF carries, which is never read.

    python benchmarks/extract_einvoice.py FOLDER [--model FOLDER | --base] [--list]

FOLDER holds gold.jsonl.gz and the PDFs. Dates and amounts are compared as values, names without case and white space, of a
name over several lines the last line. Gold that is empty counts neither for nor against recall; a value found there is
reported as "beyond gold" and not as wrong, since the XML leaves out what the page may well show.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console
from rich.table import Table

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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, help="a trained extractor's folder, instead of labels alone")
    parser.add_argument("--base", action="store_true", help="the embedded model as it is, instead of labels alone")
    parser.add_argument("--least", type=float, help="confidence from which values are shown")
    parser.add_argument("--list", action="store_true", help="a line for every field that is wrong or missing")
    options = parser.parse_args()
    console = Console(width=130)

    if options.model:
        extractor = fd.Extractor.load(options.model, EInvoice, least=options.least)
    else:
        extractor = fd.Extractor(EInvoice, _model() if options.base else None)
    outcomes: dict[str, list[tuple[str, str]]] = defaultdict(list)
    located, seconds, found = 0, 0.0, 0
    with gzip.open(options.folder / "gold.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    for row in rows:
        document = fd.clean(fd.read(options.folder / row["pdf"]))
        started = time.perf_counter()
        result = extractor.extract(document)
        seconds += time.perf_counter() - started
        for name, expected in _gold(row["gold"]).items():
            field = result.fields[name]
            outcome = _compare(name, field.value, expected)
            outcomes[name].append((row["id"], outcome))
            if field.span is not None:
                found += 1
                located += document.text[field.span.start : field.span.end] == field.raw
            if options.list and outcome in {"wrong", "missing"}:
                console.print(f"{row['id']} {name}: {outcome}, {field.raw!r} for {expected!r}", markup=False, highlight=False)

    table = Table("field", "right", "wrong", "missing", "beyond gold", "absent in both", title=f"{len(rows)} invoices")
    for name, results in outcomes.items():
        count = [sum(o == kind for _, o in results) for kind in ("right", "wrong", "missing", "beyond", "absent")]
        table.add_row(name, *map(str, count))
    console.print(table)
    precision, recall, f1 = _scores(outcomes, [row["id"] for row in rows])
    low, high = _interval(outcomes, [row["id"] for row in rows])
    console.print(
        f"micro precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f} (95% by documents {low:.3f} to {high:.3f}); "
        f"{located} of {found} values stand exactly at their span; {seconds / len(rows):.2f} s a document"
    )
    return 0


def _model() -> Any:
    from foyerdoc.models.local import LocalModel

    return LocalModel()


def _gold(gold: dict[str, Any]) -> dict[str, Any]:
    names = {f"{side}_name": (gold[side]["name"] or "").split("\n")[-1] for side in ("seller", "buyer")}
    return {name: names.get(name, gold.get(name)) for name in EInvoice.model_fields}


def _compare(name: str, value: Any, expected: Any) -> str:
    if expected in (None, ""):
        return "absent" if value is None else "beyond"
    if value is None:
        return "missing"
    if name.endswith(("total", "amount")):
        return "right" if abs(float(value) - expected) < 0.005 else "wrong"
    plain = ["".join(str(v).casefold().split()) for v in (value, expected)]
    return "right" if plain[0] == plain[1] else "wrong"


def _scores(outcomes: dict[str, list[tuple[str, str]]], ids: list[str]) -> tuple[float, float, float]:
    by_id: dict[str, list[str]] = defaultdict(list)
    for results in outcomes.values():
        for identifier, outcome in results:
            by_id[identifier].append(outcome)
    flat = [outcome for identifier in ids for outcome in by_id[identifier]]
    right, wrong, missing = (flat.count(kind) for kind in ("right", "wrong", "missing"))
    precision, recall = right / max(1, right + wrong), right / max(1, right + wrong + missing)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _interval(outcomes: dict[str, list[tuple[str, str]]], ids: list[str]) -> tuple[float, float]:
    """Bootstrap over documents: fields of one document are not independent."""
    draw = random.Random(0)
    f1 = sorted(_scores(outcomes, draw.choices(ids, k=len(ids)))[2] for _ in range(1000))
    return f1[25], f1[974]


if __name__ == "__main__":
    raise SystemExit(main())
