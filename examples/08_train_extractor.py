"""From a schema of one's own to an extractor that is tuned, measured and saved. A few minutes on two cores."""

import json
import random
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, Field

import foyerdoc as fd
from foyerdoc.finetuning.data.fields import FieldsExample, read_fields, same
from foyerdoc.finetuning.extractor import ExtractorConfig, train_extractor


class Hire(BaseModel):
    hirer: str | None = Field(default=None, description="Person who hires the car", json_schema_extra={"format": "name"})
    returned: date | None = Field(default=None, description="Day on which the car was given back")
    excess: Decimal | None = Field(default=None, description="Share of a damage that the hirer bears")


NAMES = ["Aoife Brannigan", "Denis Carlier", "Anke Lindauer", "Rory Egan", "Inès Vauthier", "Jens Imhoff"]
TEXTS = [
    "Hire of 2026\n{hirer} took the {car} on {day} and returned it {returned}.\nPaid {paid}. Of any damage {excess} is borne.",
    "Location\nVéhicule : {car}, remis le {day}, rendu le {returned}.\nClient {hirer}, payé {paid}, à sa charge {excess}.",
    "Mietwagen {car}\nAbgeholt {day}, zurück am {returned} durch {hirer}.\nBezahlt: {paid}; Eigenanteil bei Schaden: {excess}.",
]


def row(draw: random.Random) -> dict[str, object]:
    days = [f"{draw.randrange(10, 29)}.{draw.randrange(10, 13)}.2026" for _ in range(2)]
    sums = [f"{draw.randrange(100, 999)},00 €" for _ in range(2)]
    said = {"hirer": draw.choice(NAMES), "returned": days[1], "excess": sums[1]}
    text = draw.choice(TEXTS).format(**said, car="Opel", day=days[0], paid=sums[0])
    day, month, year = days[1].split(".")
    fields = {"hirer": said["hirer"], "returned": f"{year}-{month}-{day}", "excess": sums[1].split(",")[0]}
    return {"text": text, "schema": "hire", "language": "de", "fields": fields}


def measure(extractor: fd.Extractor[Hire], examples: list[FieldsExample]) -> str:
    results = list(extractor.extract_many(example.document for example in examples))
    pairs = [
        (r.fields[path].value, e.values[path][0].value) for r, e in zip(results, examples, strict=True) for path in e.values
    ]
    return f"{sum(found is not None and same(found, known) for found, known in pairs)} of {len(pairs)} fields right"


with tempfile.TemporaryDirectory() as name:
    rows = Path(name) / "rows.jsonl"
    rows.write_text("\n".join(json.dumps(row(random.Random(n))) for n in range(80)), encoding="utf-8")
    examples = list(read_fields(rows, {"hire": Hire}).examples)
    print("by labels:", measure(fd.Extractor(Hire), examples[64:]))
    trained = train_extractor(examples[:64], Path(name) / "hire", ExtractorConfig(epochs=3, held_out=0.25))
    print("learnt:", trained.counts, {name: round(value, 3) for name, value in trained.metrics.items()})
    print("tuned:", measure(fd.Extractor.load(trained.folder, Hire), examples[64:]))
