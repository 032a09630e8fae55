"""JSON Schemas of other tools become pydantic models, or are refused by the field's name."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import pytest
from pydantic import BaseModel

from foyerdoc.documents import Document
from foyerdoc.errors import SchemaError
from foyerdoc.extraction import Extractor
from foyerdoc.extraction.jsonschema import from_json_schema
from foyerdoc.extraction.schemas import form_of

INVOICE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Invoice of a supplier",
    "type": "object",
    "required": ["number", "total"],
    "properties": {
        "number": {"type": "string", "description": "Number of the invoice", "format": "identifier"},
        "issued": {"type": ["string", "null"], "format": "date"},
        "paid_at": {"type": "string", "format": "date-time"},
        "total": {"type": "number", "aliases": ["Gesamtbetrag"]},
        "pages": {"type": "integer"},
        "paid": {"type": "boolean"},
        "currency": {"enum": ["EUR", "CHF", None]},
        "seller": {"$ref": "#/$defs/party", "description": "Who sells"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
        "contacts": {"type": "array", "items": {"type": "string"}},
        "buyer": {"anyOf": [{"$ref": "#/$defs/party"}, {"type": "null"}]},
    },
    "$defs": {
        "party": {"type": "object", "properties": {"name": {"type": "string"}, "iban": {"type": "string", "format": "iban"}}},
        "line": {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number"}}},
    },
}


def test_every_part_of_a_schema_is_understood():
    form = form_of(from_json_schema(INVOICE))
    leaves = {leaf.path: leaf for leaf in form.leaves}
    assert {path: leaf.type for path, leaf in leaves.items()} == {
        "number": str,
        "issued": date,
        "paid_at": datetime,
        "total": Decimal,
        "pages": int,
        "paid": bool,
        "currency": str,
        "seller.name": str,
        "seller.iban": str,
        "contacts": str,
        "buyer.name": str,
        "buyer.iban": str,
    }
    assert {path for path, leaf in leaves.items() if leaf.required} == {"number", "total"}
    assert leaves["number"].description == "Number of the invoice"
    assert leaves["total"].aliases == ("Gesamtbetrag",)
    assert leaves["seller.iban"].kind == "iban"
    assert [value for _, value in leaves["currency"].choices] == ["EUR", "CHF"]
    assert leaves["contacts"].many
    assert [(rows.path, [leaf.path for leaf in rows.leaves]) for rows in form.tables] == [("lines", ["amount"])]


def test_a_schema_that_pydantic_wrote_comes_back():
    class Policy(BaseModel):
        number: str
        begins: date | None = None
        premium: Decimal | None = None
        frequency: Literal["yearly", "monthly"] | None = None

    schema = Policy.model_json_schema(mode="serialization")
    # Decimals are strings with a pattern there; other tools write numbers.
    schema["properties"]["premium"] = {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None}
    again = form_of(from_json_schema(schema)).leaves
    assert [(leaf.path, leaf.kind, leaf.required) for leaf in again] == [
        (leaf.path, leaf.kind, leaf.required) for leaf in form_of(Policy).leaves
    ]


def test_a_file_and_an_extraction(tmp_path):
    file = tmp_path / "invoice.json"
    file.write_text(json.dumps(INVOICE), encoding="utf-8")
    text = "Rechnung Nr. RE-17\nGesamtbetrag: 1.190,00 €"
    page = Document(id="0" * 64, name="a.txt", media_type="text/plain", text=text, language="de")
    fields = Extractor(from_json_schema(file)).extract(page).fields
    assert (fields["number"].value, fields["total"].value) == ("RE-17", Decimal("1190.00"))


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ({"type": ["string", "number"]}, "x: several types"),
        ({"anyOf": [{"type": "string"}, {"type": "number"}]}, "x: anyOf of several types"),
        ({"type": "object"}, "x: an object without properties"),
        ({"type": "object", "patternProperties": {}, "properties": {}}, "x: patternProperties is not supported"),
        ({"enum": [1, 2]}, "x: an enum of something else than strings"),
        ({"$ref": "#/$defs/none"}, "x: the reference #/$defs/none leads nowhere"),
        ({"$ref": "other.json#/a"}, "x: the reference other.json#/a leads nowhere"),
        ({"type": "array"}, "x[]: None describes no value"),
        ({"type": "array", "items": {"type": "null"}}, "x[]: no type"),
        ({}, "x: no type"),
        ({"$ref": "#/$defs/loop"}, "an object within itself"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(field, named):
    loop = {"type": "object", "properties": {"again": {"$ref": "#/$defs/loop"}}}
    with pytest.raises(SchemaError) as caught:
        from_json_schema({"type": "object", "properties": {"x": field}, "$defs": {"loop": loop}})
    assert named in str(caught.value)


def test_what_is_no_schema_at_all(tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    for source in (broken, tmp_path / "absent.json", {"type": "string"}):
        with pytest.raises(SchemaError):
            from_json_schema(source)
    with pytest.raises(SchemaError, match="no identifier"):
        from_json_schema({"properties": {"no way": {"type": "string"}}})
