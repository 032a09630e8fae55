"""The main job on real invoices: a label, fields and one cited question for each of the PDFs in a folder with gold.

    python benchmarks/main_job.py ../shared/data/extract/einvoice

The taxonomy and the schema are the demo's, which know nothing of these files; the XML that each PDF carries is neither
classified, nor extracted from, nor searched. A label is right as billing / supplier invoice. The question asks for the
sum to be paid; it is right when a verified quote from that file holds the sum as the document writes it.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import tempfile
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table

import foyerdoc as fd
from foyerdoc.demo import folder
from foyerdoc.demo.schemas import InvoiceFields

QUESTIONS = {
    "de": "Wie hoch ist der Gesamtbetrag der Rechnung, der zu zahlen ist?",
    "fr": "Quel est le montant total à payer de la facture ?",
    "en": "What is the total amount of the invoice that has to be paid?",
}
TRUE = ("billing", "supplier invoice")
FIELDS = {
    "invoice_number": "invoice_number",
    "issuer": "seller",
    "invoice_date": "issue_date",
    "total": "grand_total",
    "iban": "iban",
}


def main() -> None:
    home = Path(sys.argv[1])
    with gzip.open(home / "gold.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    classifier = fd.Classifier.zero_shot(fd.Taxonomy.load(folder() / "taxonomy.json"))
    extractor = fd.Extractor(InvoiceFields)
    table = Table("file", "label", *FIELDS, "answer", title=f"{len(rows)} invoices")
    counts = dict.fromkeys(("category", "label", "open", "answer", *FIELDS), 0)
    asked = dict.fromkeys(FIELDS, 0)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary, fd.Index.open(Path(temporary)) as index:
        documents = {}
        for row in rows:
            document = fd.clean(fd.read(home / row["pdf"]))
            documents[row["id"]] = replace(document, attachments=())
            index.add([documents[row["id"]]])
        chat = fd.Chat(index)
        for row in rows:
            document, gold = documents[row["id"]], row["gold"]
            label = classifier.classify(document)
            counts["open"] += not label.path
            counts["category"] += label.category == TRUE[0]
            counts["label"] += label.path == TRUE
            fields = extractor.extract(document).fields
            cells = []
            for name, key in FIELDS.items():
                expected = gold[key]["name"] if key == "seller" else gold[key]
                if expected in (None, ""):
                    cells.append("-")
                    continue
                asked[name] += 1
                right = same(fields[name].value, expected)
                counts[name] += right
                cells.append("right" if right else "missed" if fields[name].value is None else "wrong")
            question = QUESTIONS.get(document.language or "en", QUESTIONS["en"])
            answer = chat.ask(question, where={"document_id": document.id})
            sums = [gold["grand_total"], gold["due_amount"]]
            right = any(c.verified and any(holds(c.quote, amount) for amount in sums if amount) for c in answer.citations)
            counts["answer"] += right
            verdict = "declined" if answer.abstained else "right" if right else "wrong"
            table.add_row(row["id"], " / ".join(label.path) or "(open)", *cells, verdict)
    asked_all = sum(asked.values())
    console = Console(width=150)
    console.print(table)
    n = len(rows)
    console.print(
        f"category right {counts['category']} of {n}, subcategory right {counts['label']}, left open {counts['open']}"
    )
    console.print(
        f"fields right {sum(counts[name] for name in FIELDS)} of {asked_all}: "
        + ", ".join(f"{name} {counts[name]} of {asked[name]}" for name in FIELDS)
    )
    console.print(f"questions answered with the right quote {counts['answer']} of {n}; {time.perf_counter() - started:.0f} s")


def same(found: object, expected: object) -> bool:
    if found is None:
        return False
    if isinstance(expected, int | float):
        return isinstance(found, Decimal) and abs(found - Decimal(str(expected))) < Decimal("0.005")
    return re.sub(r"\W", "", str(found).casefold()) == re.sub(r"\W", "", str(expected).casefold())


def holds(quote: str, amount: float) -> bool:
    """Whether a quote has an amount in any way of writing it."""
    digits = f"{amount:.2f}"
    whole, cents = digits.split(".")
    grouped = rf"{int(whole):,}".replace(",", r"[.,'’\s\u202f]?")
    return re.search(rf"(?<!\d){grouped}[.,]{cents}(?!\d)", quote) is not None


if __name__ == "__main__":
    main()
