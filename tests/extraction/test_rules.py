"""Rules of a schema: net and tax make the total, lines add up, dates are in order."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import BaseModel, ConfigDict, create_model

from foyerdoc.documents import Document
from foyerdoc.errors import SchemaError
from foyerdoc.extraction import Extractor
from foyerdoc.extraction.rules import rules_of, settle
from foyerdoc.extraction.schemas import form_of


class Line(BaseModel):
    amount: Decimal


class Bill(BaseModel):
    net: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None
    issued: date | None = None
    due: date | None = None
    lines: list[Line] = []


def rules(*texts: str):
    schema = type("Stated", (Bill,), {"model_config": ConfigDict(json_schema_extra={"rules": list(texts)})})
    return rules_of(schema, form_of(schema))


FOUND = {
    "net": Decimal("100.00"),
    "tax": Decimal("19.00"),
    "gross": Decimal("119.00"),
    "issued": date(2026, 3, 1),
    "due": date(2026, 3, 31),
    "lines[0].amount": Decimal("60.01"),
    "lines[1].amount": Decimal("40.00"),
}


@pytest.mark.parametrize(
    ("text", "changed", "holds"),
    [
        ("net + tax = gross", {}, True),
        ("net + tax = gross", {"tax": Decimal("18.00")}, False),
        ("net + tax = gross", {"gross": Decimal("119.01")}, True),  # a bill rounds
        ("gross - tax = net", {}, True),
        ("sum(lines.amount) = net", {}, True),
        ("sum(lines.amount) = net", {"lines[1].amount": Decimal("41.00")}, False),
        ("issued <= due", {}, True),
        ("issued < due", {"due": date(2026, 3, 1)}, False),
        ("due >= issued", {"due": date(2026, 2, 1)}, False),
        ("tax > 0", {}, True),
        ("tax > 20", {}, False),
        ("net + tax = gross", {"tax": None}, None),
        ("net = issued", {}, None),
    ],
)
def test_a_rule_holds_is_broken_or_cannot_be_told(text, changed, holds):
    found = {path: value for path, value in {**FOUND, **changed}.items() if value is not None}
    (rule,) = rules(text)
    assert rule.holds(found) is holds


NOON = datetime(2026, 3, 31, 12, 0)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "due", "holds"),
    [
        ("issued <= due", NOON, True),
        ("issued = due", NOON.replace(day=1), True),
        ("issued < due", NOON.replace(day=1), False),
        ("due < issued", NOON, False),
        ("sent <= due", NOON, True),
        ("sent = due", NOON.replace(day=1, tzinfo=UTC), True),
        ("sent < due", NOON.replace(day=1, hour=23), True),
    ],
)
def test_days_and_moments_are_compared(text, due, holds):
    class Letter(BaseModel):
        model_config = ConfigDict(json_schema_extra={"rules": [text]})
        issued: date
        sent: datetime
        due: datetime

    (rule,) = rules_of(Letter, form_of(Letter))
    assert rule.holds({"issued": date(2026, 3, 1), "sent": datetime(2026, 3, 1, 9, 0), "due": due}) is holds  # noqa: DTZ001


def test_a_list_within_an_object_is_summed_and_names_may_have_accents():
    class Order(BaseModel):
        lines: list[Line] = []

    class Été(BaseModel):
        model_config = ConfigDict(json_schema_extra={"rules": ["sum(order.lines.amount) + prévu = été"]})
        order: Order
        prévu: Decimal
        été: Decimal

    (rule,) = rules_of(Été, form_of(Été))
    found = {"order.lines[0].amount": Decimal(1), "order.lines[1].amount": Decimal(2), "prévu": Decimal(3), "été": Decimal(6)}
    assert rule.holds(found) is True
    assert rule.holds({**found, "order.lines[1].amount": Decimal(9)}) is False


@pytest.mark.parametrize("stated", ["net + tax = gross", 5, None, [5], {"a": "net = gross"}])
def test_rules_are_a_list_of_strings(stated):
    schema = type("Stated", (Bill,), {"model_config": ConfigDict(json_schema_extra={"rules": stated})})
    with pytest.raises(SchemaError, match="the rules of Stated are no list of strings"):
        Extractor(schema)


def test_rules_within_a_schema_are_refused():
    class Ruled(BaseModel):
        model_config = ConfigDict(json_schema_extra={"rules": ["a < b"]})
        a: int
        b: int

    for kind in (Ruled, list[Ruled]):
        with pytest.raises(SchemaError, match="Ruled stands within Outer"):
            Extractor(create_model("Outer", inner=(kind, ...)))


@pytest.mark.parametrize(
    "rule", ["lines.amount = net", "sum(net) = gross", "sum(seller.total) = net", "tags = net", "lines = net"]
)
def test_fields_of_lists_are_summed_and_no_others(rule):
    class Seller(BaseModel):
        total: Decimal | None = None

    class Shop(Bill):
        model_config = ConfigDict(json_schema_extra={"rules": [rule]})
        seller: Seller
        tags: list[Decimal] = []

    with pytest.raises(SchemaError) as caught:
        Extractor(Shop)
    assert repr(rule) in str(caught.value)


def test_a_rule_knows_its_fields():
    (rule,) = rules("sum(lines.amount) + tax = gross")
    assert rule.paths(FOUND) == {"lines[0].amount", "lines[1].amount", "tax", "gross"}


@pytest.mark.parametrize(
    "text", ["net", "net = ", "net == gross", "net * 2 = gross", "net gross = tax", "nett = gross", "a < b < c"]
)
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(SchemaError) as caught:
        rules(text)
    assert repr(text) in str(caught.value)


def test_a_broken_rule_is_reported():
    class Stated(Bill):
        model_config = ConfigDict(json_schema_extra={"rules": ["net + tax = gross"]})

    def said(gross: str):
        text = f"Nettobetrag: 100,00 €\nMwSt.: 19,00 €\nGesamtbetrag inkl. MwSt.: {gross} €"
        page = Document(id="0" * 64, name="a.txt", media_type="text/plain", text=text, language="de")
        return Extractor(Stated).extract(page).issues

    assert "the rule net + tax = gross is broken" in said("129,00")
    assert "the rule net + tax = gross is broken" not in said("119,00")


def amounts(*texts: str | None) -> list[Decimal | None]:
    return [None if text is None else Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("net", "tax", "gross", "settled"),
    [
        (amounts("100"), amounts("19"), amounts("119"), [0, 0, 0]),
        (amounts("100"), amounts("19"), amounts("129", "119"), [0, 0, 1]),
        (amounts("90", "100"), amounts("19"), amounts("129", "119"), [1, 0, 1]),
        (amounts("100"), amounts(None, "7", "19"), amounts("119"), [0, 2, 0]),
        (amounts("100", "101"), amounts("19"), amounts("120", "119"), None),  # both are one step away
        (amounts("100"), amounts("0"), amounts("90", "100"), None),
        (amounts("100"), amounts("19"), amounts("129"), None),
        (amounts("1", "100"), amounts("2", "19"), amounts("9", "119"), None),  # nothing of what was chosen stays
    ],
)
def test_a_sum_decides_between_values_that_were_nearly_chosen(net, tax, gross, settled):
    (rule,) = rules("net + tax = gross")
    found = settle(rule, {"net": net, "tax": tax, "gross": gross})
    assert found == (None if settled is None else dict(zip(("net", "tax", "gross"), settled, strict=True)))


def test_of_two_ways_to_make_a_sum_the_likelier_one_is_taken():
    (rule,) = rules("net + tax = gross")
    choices = {"net": amounts("9.00", "8.41", "0.59"), "tax": amounts("8.41", "0.59"), "gross": amounts("9.00")}
    assert settle(rule, choices) is None  # 8.41 and 0.59 are one step away, 0.59 and 8.41 are two and none
    shares = {"net": [0.4, 0.3, 0.1], "tax": [0.4, 0.35], "gross": [0.9]}
    assert settle(rule, choices, shares) == {"net": 1, "tax": 1, "gross": 0}
    shares["net"] = [0.4, 0.1, 0.3]
    assert settle(rule, choices, shares) == {"net": 2, "tax": 0, "gross": 0}


@pytest.mark.parametrize("kind", [int, float])
def test_whole_numbers_and_floats_are_settled_too(kind):
    (rule,) = rules("net + tax = gross")
    choices = {"net": [kind(100)], "tax": [kind(19)], "gross": [kind(129), kind(119)]}
    assert settle(rule, choices) == {"net": 0, "tax": 0, "gross": 1}
    assert settle(rule, {**choices, "tax": [True]}) is None


def test_an_extraction_reckons():
    class Stated(Bill):
        model_config = ConfigDict(json_schema_extra={"rules": ["net + tax = gross"]})

    text = "Nettobetrag: 100,00 €\nMwSt.: 19,00 €\nGesamtbetrag der Gutscheine: 50,00 €\nEndsumme zu zahlen: 119,00 €"
    page = Document(id="0" * 64, name="a.txt", media_type="text/plain", text=text, language="de")
    result = Extractor(Stated).extract(page)
    assert (result.fields["net"].value, result.fields["tax"].value) == (Decimal("100.00"), Decimal("19.00"))
    assert result.fields["gross"].value == Decimal("119.00")
    assert not any("broken" in issue for issue in result.issues)
