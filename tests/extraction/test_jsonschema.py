"""JSON Schemas of other tools become pydantic models, or are refused by the field's name."""

from __future__ import annotations

import contextlib
import copy
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from foyerdoc.documents import Document
from foyerdoc.errors import SchemaError
from foyerdoc.extraction import Extractor
from foyerdoc.extraction.jsonschema import _KNOWN, from_json_schema
from foyerdoc.extraction.rules import rules_of
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
        ({"type": ["string", "array"]}, "x: several types"),
        ({"type": ["string", "number"], "enum": ["a"]}, "x: enum beside the type number"),
        ({"anyOf": [{"type": "string"}, {"properties": {"y": {"type": "string"}}}]}, "x: anyOf of several types"),
        ({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}, "x: anyOf of several types"),
        ({"allOf": [{"type": "string"}, {"type": "number"}]}, "x: allOf of several types"),
        ({"type": "string", "not": {"type": "number"}}, "x: not is not supported"),
        ({"type": "string", "nullable": True}, "x: nullable is not supported"),
        ({"type": "object"}, "x: an object without properties"),
        ({"type": "object", "patternProperties": {}, "properties": {}}, "x: patternProperties is not supported"),
        ({"enum": [1, 2]}, "x: an enum of something else than strings"),
        ({"$ref": "#/$defs/none"}, "x: the reference #/$defs/none leads nowhere"),
        ({"$ref": "other.json#/a"}, "x: the reference other.json#/a leads nowhere"),
        ({"type": "array"}, "x[]: None describes no value"),
        ({"type": "array", "items": {"type": "null"}}, "x[]: no type"),
        ({}, "x: no type"),
        ({"$ref": "#/$defs/loop"}, "an object within itself"),
        ({"type": {}}, "x: the type {} is neither a name nor a list of names"),
        ({"type": None}, "x: the type None is neither"),
        ({"type": ["string", 5]}, "x: the type ['string', 5] is neither"),
        ({"enum": 5}, "x: enum is no list"),
        ({"enum": "abc"}, "x: enum is no list"),
        ({"enum": ["a"], "format": "name"}, "x: format beside enum"),
        ({"anyOf": 5}, "x: anyOf is no list of schemas"),
        ({"oneOf": []}, "x: oneOf is no list of schemas"),
        ({"anyOf": [{"type": "null"}]}, "x: anyOf of no type"),
        ({"allOf": [{"type": "string"}, {"type": "null"}]}, "x: allOf of several types"),
        ({"anyOf": [5]}, "x: 5 describes no value"),
        ({"properties": []}, "x: an object without properties"),
        ({"properties": None}, "x: an object without properties"),
        ({"type": "object", "properties": {"y": {"type": "string"}}, "required": True}, "x: required is no list of names"),
        ({"type": "object", "properties": {"y": {"type": "string"}}, "required": None}, "x: required is no list of names"),
        ({"type": "string", "required": True}, "x: required beside the type string"),
        ({"type": "string", "properties": {"y": {"type": "string"}}}, "x: properties beside the type string"),
        ({"type": "array", "properties": {"y": {"type": "string"}}}, "x: properties beside the type array"),
        ({"type": "number", "enum": ["a"]}, "x: enum beside the type number"),
        ({"properties": {"y": {"type": "string"}}, "rules": ["y = y"]}, "x: rules within the schema"),
        ({"properties": {"y": {"type": "string"}}, "anyOf": [{"type": "object"}]}, "x: anyOf beside properties"),
        ({"anyOf": [{"type": "string"}], "allOf": [{"type": "string"}]}, "x: anyOf beside allOf"),
        ({"type": "number", "anyOf": [{"type": "string"}]}, "x: anyOf beside type"),
        ({"$ref": "#/$defs/party", "properties": {"y": {"type": "string"}}}, "x: properties beside $ref"),
        ({"type": "string", "format": "duration"}, "x: the format 'duration' of the type string is not known"),
        ({"type": "string", "format": ["date"]}, "x: the format ['date'] of the type string is not known"),
        ({"type": "number", "format": "iban"}, "x: the format 'iban' of the type number is not known"),
        ({"type": "boolean", "format": "date"}, "x: format beside the type boolean"),
        ({"type": "string", "aliases": "Nr."}, "x: aliases is no list of strings"),
        ({"type": "string", "description": 5}, "x: description is no string"),
        ({"properties": {"_id": {"type": "string"}}}, "x._id: no identifier"),
        ({"properties": {"model_dump": {"type": "string"}}}, "x.model_dump: no identifier"),
        ({"properties": {"model_config": {"type": "string"}}}, "x.model_config: no identifier"),
        ({"properties": {"__base__": {"type": "string"}}}, "x.__base__: no identifier"),
        ({"properties": {5: {"type": "string"}}}, "x.5: no identifier"),
        ({"type": "string", 5: 6}, "x: 5 is not supported"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(field, named):
    loop = {"type": "object", "properties": {"again": {"$ref": "#/$defs/loop"}}}
    with pytest.raises(SchemaError) as caught:
        from_json_schema(
            {"type": "object", "properties": {"x": field}, "$defs": {"loop": loop, "party": INVOICE["$defs"]["party"]}}
        )
    assert named in str(caught.value)


def test_several_types_become_one_that_holds_them_and_foreign_keywords_say_nothing():
    schema = {
        "x-form": 5,
        "properties": {
            "rank": {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}], "judged": "exact"},
            "score": {"type": ["number", "integer"]},
            "mark": {"oneOf": [{"const": "good"}, {"enum": ["fair", "good"]}]},
            "day": {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "description": "or a season"}]},
            "lines": {
                "type": "array",
                "items": {"properties": {"size": {"type": ["string", "integer", "null"], "judged": {}}}},
            },
        },
        "required": ["rank", "score", "day"],
    }
    form = form_of(from_json_schema(schema))
    leaves = {leaf.path: leaf for leaf in form.leaves}
    assert {path: leaf.type for path, leaf in leaves.items()} == {"rank": str, "score": Decimal, "mark": str, "day": str}
    assert [value for _, value in leaves["mark"].choices] == ["good", "fair"]
    assert [path for path, leaf in leaves.items() if leaf.required] == ["score", "day"]
    assert leaves["day"].description == "or a season"
    assert form.tables[0].leaves[0].type is str
    assert form.notes == (
        "the schema's keywords judged, x-form are none of JSON Schema and say nothing here",
        "rank: of several types, read as the text as it stands",
        "score: of several types, read as a number",
        "day: of several types, read as the text as it stands",
        "lines[].size: of several types, read as the text as it stands",
    )
    page = Document(id="0" * 64, name="a.txt", media_type="text/plain", text="Score: 3\nRank: 2", language="en")
    result = Extractor(from_json_schema(schema)).extract(page)
    assert result.issues[:5] == form.notes
    assert result.fields["score"].value == 3


def test_what_is_no_schema_at_all(tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    for source in (broken, tmp_path / "absent.json", {"type": "string"}):
        with pytest.raises(SchemaError):
            from_json_schema(source)
    for schema in ({"properties": {}}, {"properties": INVOICE["properties"], "$defs": INVOICE["$defs"], "rules": 5}, {}):
        with pytest.raises(SchemaError, match="the whole: "):
            from_json_schema(schema)
    with pytest.raises(SchemaError, match="no identifier"):
        from_json_schema({"properties": {"no way": {"type": "string"}}})


def test_words_and_formats_within_are_kept():
    schema = {
        "allOf": [{"$ref": "#/$defs/top"}],
        "$defs": {
            "account": {"type": "string", "format": "iban", "description": "Where to pay", "aliases": ["Kontonummer"]},
            "top": {
                "required": ["both"],
                "properties": {
                    "maybe": {"anyOf": [{"$ref": "#/$defs/account"}, {"type": "null"}]},
                    "all": {"allOf": [{"$ref": "#/$defs/account"}], "description": "Ours"},
                    "many": {"type": "array", "items": {"$ref": "#/$defs/account"}, "title": "Accounts"},
                    "both": {"type": "string", "oneOf": [{"type": "string", "format": "name", "title": "Who"}]},
                    "rate": {"type": ["number", "null"], "format": "percent"},
                    "size": {"type": "number", "format": "double"},
                    "when": {"type": "array", "items": {"type": "string", "format": "date"}},
                },
            },
        },
    }
    leaves = {leaf.path: leaf for leaf in form_of(from_json_schema(schema)).leaves}
    assert {path: leaf.kind for path, leaf in leaves.items()} == {
        "maybe": "iban",
        "all": "iban",
        "many": "iban",
        "both": "name",
        "rate": "percent",
        "size": "amount",
        "when": "date",
    }
    assert [leaves[path].description for path in ("maybe", "all", "many", "both")] == [
        *("Where to pay", "Ours", "Where to pay", "Who")
    ]
    assert all(leaves[path].aliases == ("Kontonummer",) for path in ("maybe", "all", "many"))
    assert [path for path, leaf in leaves.items() if leaf.required] == ["both"]


def test_schemas_without_end(tmp_path):
    deep: dict = {"type": "string"}
    for _ in range(2000):
        deep = {"type": "object", "properties": {"a": deep}}
    with pytest.raises(SchemaError, match=r"a\.a\.a.*: more than 32 schemas within each other"):
        from_json_schema(deep)
    brackets = tmp_path / "brackets.json"
    brackets.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(SchemaError, match=r"brackets\.json is no readable JSON"):
        from_json_schema(brackets)
    doubling = {f"d{i}": {"properties": {x: {"$ref": f"#/$defs/d{i + 1}"} for x in "ab"}} for i in range(25)}
    doubling["d25"] = {"type": "string"}
    with pytest.raises(SchemaError, match="more than 1000 fields"):
        from_json_schema({"properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": doubling})


_JUNK = st.sampled_from(
    [None, True, 5, "", "abc", "object", "array", "null", [], {}, [None], [5], ["string"], {"a": 5}, {"type": "string"}]
)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_schema_with_anything_anywhere_is_read_or_refused(data):
    schema = copy.deepcopy(INVOICE)
    for _ in range(data.draw(st.integers(1, 3))):
        node: Any = schema
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if isinstance(node, dict) and data.draw(st.booleans()):
                keys = [*sorted(_KNOWN), "_id", "model_dump"]
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            below = node.get(key) if isinstance(node, dict) else node[key]
            if not isinstance(below, dict | list) or data.draw(st.booleans()):
                node[key] = copy.deepcopy(data.draw(_JUNK))
                break
            node = below
    with contextlib.suppress(SchemaError):
        Extractor(from_json_schema(schema))


def test_a_decimal_comes_back_from_pydantics_own_schema():
    class Bill(BaseModel):
        model_config = ConfigDict(json_schema_extra={"rules": ["net + tax = total"]})
        net: Decimal
        tax: Decimal | None = None
        total: Decimal

    made = from_json_schema(Bill.model_json_schema())
    assert [leaf.type for leaf in form_of(made).leaves] == [Decimal] * 3
    assert len(rules_of(made, form_of(made))) == 1
    pattern = r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"
    for part, kind in (({"pattern": pattern}, Decimal), ({"pattern": r"^\d{5}$"}, str), ({"pattern": "^[A-Z.]+$"}, str)):
        schema = {"anyOf": [{"type": "number"}, {"type": "string", **part}, {"type": "null"}]}
        (leaf,) = form_of(from_json_schema({"properties": {"sum": schema}})).leaves
        assert leaf.type is kind


def test_a_rule_that_reckons_with_words_is_refused():
    bill = {"properties": {"net": {"type": "string"}, "total": {"type": "number"}}, "rules": ["net = total"]}
    made = from_json_schema(bill)
    with pytest.raises(SchemaError, match="net is neither a number nor a date"):
        rules_of(made, form_of(made))


def test_references_that_multiply_are_counted():
    deep: dict[str, Any] = {f"d{i}": {"anyOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(25)}
    with pytest.raises(SchemaError, match="more than 20,000 schemas"):
        from_json_schema({"$defs": {**deep, "d25": {"type": "string"}}, "properties": {"x": {"$ref": "#/$defs/d0"}}})


def test_what_all_of_several_types_are_is_kept():
    same = {"anyOf": [{"type": "string", "format": "iban"}, {"type": "string", "format": "iban", "pattern": "^LU"}]}
    plain = {"anyOf": [{"type": "string", "pattern": "a"}, {"type": "string", "pattern": "b"}]}
    form = form_of(from_json_schema({"properties": {"account": same, "remark": plain}}))
    assert [leaf.kind for leaf in form.leaves] == ["iban", "text"]
    assert not form.notes


def test_keywords_of_json_schema_are_none_of_ours_to_report_and_misspelt_ones_are_refused():
    known = {"type": "string", "contentEncoding": "base64", "contentMediaType": "text/plain", "id": "#x"}
    made = from_json_schema({"properties": {"x": known, "y": {"type": "string", "x-format": "wide"}}})
    assert form_of(made).notes == ("the schema's keywords x-format are none of JSON Schema and say nothing here",)
    assert not form_of(from_json_schema(made.model_json_schema())).notes
    for wrong, right in (("requried", "required"), ("Format", "format"), ("propertes", "properties")):
        with pytest.raises(SchemaError, match=f"{wrong} is no keyword, {right} is one"):
            from_json_schema({"properties": {"x": {"type": "string"}}, wrong: ["x"]})


def test_a_field_may_be_named_like_something_of_pydantics(recwarn):
    made = from_json_schema({"type": "object", "properties": {key: {"type": "string"} for key in ("register", "copy", "json")}})
    assert made(register="B 1234", copy="two").register == "B 1234"
    assert not recwarn.list
