"""What a pydantic model asks for, what of it is refused, and how found values become the model."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, RootModel, create_model, field_validator, model_validator

from foyerdoc.documents import Document
from foyerdoc.errors import SchemaError
from foyerdoc.extraction import Extractor
from foyerdoc.extraction.schemas import build, form_of, models_within


class Rate(Enum):
    FULL = Decimal(19)
    LOW = Decimal(7)


class Quarter(Enum):
    FIRST = date(2026, 1, 1)
    SECOND = date(2026, 4, 1)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Chosen(BaseModel):
    rate: Rate | None = None
    quarter: Quarter | None = None
    colour: Literal[Colour.RED, Colour.BLUE] | None = None
    colours: list[Colour] = []
    years: Literal[2, 3] | None = None
    paid: Literal["monthly", "yearly", None] = None


def test_an_enum_is_built_of_its_members():
    text = "Rate: 19\nQuarter: 2026-04-01\nColour: blue\nYears: 3\nPaid: yearly"
    page = Document(id="0" * 64, name="a.txt", media_type="text/plain", text=text, language="en")
    result = Extractor(Chosen).extract(page)
    assert result.value is not None
    assert (result.value.rate, result.value.quarter, result.value.colour) == (Rate.FULL, Quarter.SECOND, Colour.BLUE)
    assert (result.value.years, result.value.paid, result.value.colours) == (3, "yearly", [Colour.BLUE])
    # What is shown beside the model stays plain: it goes to JSON.
    assert [result.fields[name].value for name in ("rate", "quarter", "colour")] == [Decimal(19), date(2026, 4, 1), "blue"]


def test_members_are_found_within_lists_and_strict_models():
    class Row(BaseModel, strict=True):
        colour: Colour

    class Sheet(BaseModel):
        rows: list[Row]

    value, misfits = build(Sheet, {"rows[0].colour": "red", "rows[1].colour": "blue"})
    assert (value, misfits) == (Sheet(rows=[Row(colour=Colour.RED), Row(colour=Colour.BLUE)]), [])


def test_null_among_the_choices_makes_a_field_optional():
    leaves = {leaf.path: leaf for leaf in form_of(create_model("M", x=(Literal["a", None], ...))).leaves}
    assert (leaves["x"].choices, leaves["x"].required) == ((("a", "a"),), False)


class Blank(Enum):
    NONE = " "


class Odd(Enum):
    PAIR = (1, 2)


class Tags(RootModel[list[str]]):
    pass


def _formatted(kind: type, **extra: Any) -> Any:
    return (kind, Field(json_schema_extra=extra))


@pytest.mark.parametrize(
    "field",
    [
        (Literal["", "a"], ...),
        (Literal[None], ...),
        (Literal[b"a"], ...),
        (Literal[1, "1"], ...),
        (Blank, ...),
        (Odd, ...),
        (Tags, ...),
        (list[Tags], ...),
        _formatted(str, format="date"),
        _formatted(int, format="iban"),
        _formatted(bool, format="money"),
        _formatted(Decimal, format="date-time"),
        _formatted(date, format="date-time"),
        _formatted(Colour, format="name"),
        _formatted(str, format=["iban"]),
        _formatted(str, aliases="Vertragsnummer"),
        _formatted(str, aliases=None),
        _formatted(str, aliases=[1]),
    ],
)
def test_a_field_that_cannot_be_looked_for_is_refused_by_name(field):
    with pytest.raises(SchemaError, match=r"Asked\.inner\.strange"):
        form_of(create_model("Asked", inner=(create_model("Inner", strange=field), ...)))


@pytest.mark.parametrize("name", ["a.b", "a[0]", "a]"])
def test_a_name_that_reads_like_a_path_is_refused(name):
    with pytest.raises(SchemaError) as caught:
        form_of(create_model("Asked", **{name: (str, ...)}))
    assert f"Asked.{name}: " in str(caught.value)


@pytest.mark.parametrize("schema", [dict, str, {"type": "object"}, Colour, Tags, RootModel[int], None])
def test_what_is_no_model_of_fields_is_refused(schema):
    with pytest.raises(SchemaError):
        Extractor(schema)


@pytest.mark.parametrize(
    ("kind", "named"),
    [(datetime, "date"), (Decimal, "percent"), (float, "money"), (str, "money"), (str, "iban"), (int, "percent")],
)
def test_formats_that_fit(kind, named):
    assert form_of(create_model("Asked", x=_formatted(kind, format=named))).leaves


class Guarded(BaseModel):
    a: str
    b: str = ""

    @field_validator("a")
    @classmethod
    def _fussy(cls, value: str) -> str:
        if value == "type":
            raise TypeError(value)
        if value == "value":
            raise ValueError(value)
        if value == "exit":
            raise SystemExit(value)
        return value

    @model_validator(mode="after")
    def _fussier(self) -> Guarded:
        if self.b:
            raise KeyError(self.b)
        return self


@pytest.mark.parametrize(
    ("found", "misfits"),
    [
        ({"a": "type"}, ["the whole: a validator of Guarded raised TypeError"]),
        ({"a": "x", "b": "secret"}, ["the whole: a validator of Guarded raised KeyError"]),
        ({"a": "exit"}, ["the whole: a validator of Guarded raised SystemExit"]),
        ({"a": "value"}, ["a: value error"]),
        ({}, ["a: missing"]),
    ],
)
def test_whatever_a_validator_raises_is_a_misfit(found, misfits):
    assert build(Guarded, found) == (None, misfits)


class Line(BaseModel):
    amount: Decimal | None = None


class Bill(BaseModel):
    lines: list[Line] = []
    notes: list[str] = []
    seller: Guarded | None = None


def test_a_row_without_any_value_leaves_a_gap():
    value, misfits = build(Bill, {"lines[0].amount": Decimal(1), "lines[3].amount": Decimal(4), "notes[2]": "c"})
    assert misfits == []
    assert value == Bill(lines=[Line(amount=Decimal(1)), Line(), Line(), Line(amount=Decimal(4))], notes=["c"])


def test_the_models_within_a_model():
    assert list(models_within(Bill)) == [Line, Guarded]
