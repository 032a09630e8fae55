"""A pydantic model as a flat list of fields to look for, and back: found values into the model.

What cannot be looked for is refused here, when the schema is given, by the field's name.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Field, ValidationError
from pydantic.fields import FieldInfo

from foyerdoc.errors import SchemaError
from foyerdoc.extraction import values

M = TypeVar("M", bound=BaseModel)
Kind = Literal[values.Kind, "amount", "text", "name", "choice", "yes_no"]

Iban = Annotated[str, Field(json_schema_extra={"format": "iban"})]
Bic = Annotated[str, Field(json_schema_extra={"format": "bic"})]
Email = Annotated[str, Field(json_schema_extra={"format": "email"})]
Phone = Annotated[str, Field(json_schema_extra={"format": "phone"})]
Vat = Annotated[str, Field(json_schema_extra={"format": "vat"})]
NationalId = Annotated[str, Field(json_schema_extra={"format": "national_id"})]
CompanyId = Annotated[str, Field(json_schema_extra={"format": "company_id"})]
Address = Annotated[str, Field(json_schema_extra={"format": "address"})]
Identifier = Annotated[str, Field(json_schema_extra={"format": "identifier"})]
Name = Annotated[str, Field(json_schema_extra={"format": "name"})]
Percent = Annotated[Decimal, Field(json_schema_extra={"format": "percent"})]

FORMATS: dict[str, Kind] = {
    "iban": "iban", "bic": "bic", "email": "email", "phone": "phone", "identifier": "identifier", "percent": "percent",
    "vat": "vat", "national_id": "national_id", "company_id": "company_id", "address": "address",
    "date": "date", "date-time": "datetime", "text": "text", "name": "name", "money": "amount",
}  # fmt: skip
_WHO = (
    "name|seller|buyer|supplier|vendor|customer|client|issuer|policyholder|holder|insured|claimant|defendant|plaintiff|author|sender|"
    "recipient|company|person|expert|doctor|witness|beneficiary|payee|payer|signatory|driver|owner|landlord|tenant"
)
_PERSONS = (
    "national_id|social_security|nir|matricule|matrikel|ahv|avs|nino|niss|steuer_?id|steuernummer|sozialversicherungsnummer"
)
_BY_NAME: tuple[tuple[str, Kind], ...] = (
    ("iban", "iban"),
    ("bic|swift", "bic"),
    ("e_?mail|mail|courriel", "email"),
    ("phone|telephone|telefon|tel|fax|mobile|handy", "phone"),
    (r"vat$|tva$|vat_?(?:id|no|nr|number)|ust_?id(?:_?nr)?|mwst_?(?:nr|nummer)|numero_tva|tva_?intra\w*", "vat"),
    (_PERSONS, "national_id"),
    ("company_(?:id|no|nr|number|register)|siren|siret|rcs|hrb|hra|handelsregister(?:nummer)?", "company_id"),
    ("address|adresse|anschrift|adress", "address"),
    ("number|no|nr|id|reference|ref|code|identifier|vin|plate", "identifier"),
    (_WHO, "name"),
)
_BY_TYPE: dict[type, Kind] = {
    bool: "yes_no", str: "text", datetime: "datetime", date: "date", Decimal: "amount", float: "amount", int: "number",
}  # fmt: skip
_HINT = "docs/extraction.md lists the types of field; leave this one out or change its type"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One field to look for.

    Attributes:
        path: where it stands in the model, "seller.name"; in a list of objects the part after the list, "amount".
        kind: what its value looks like in the text.
        type: the Python type that the model wants.
        title: the path in plain words, "seller name".
        description: what the schema says of it; empty when it says nothing.
        aliases: how documents call it, in any language (`json_schema_extra={"aliases": [...]}`).
        choices: for a choice, the values that the schema allows, as text, to the value itself.
        required: whether the model cannot be made without it.
        many: whether it is a list of such values.
    """

    path: str
    kind: Kind
    type: type
    title: str
    description: str = ""
    aliases: tuple[str, ...] = ()
    choices: tuple[tuple[str, object], ...] = ()
    required: bool = True
    many: bool = False

    def question(self) -> str:
        """What is looked for, in words: the title and the description."""
        return f"{self.title}: {self.description}" if self.description else self.title


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of objects: a table in the document, one object a row."""

    path: str
    title: str
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """All that a schema asks for."""

    leaves: tuple[Leaf, ...]
    tables: tuple[Rows, ...]


def form_of(schema: type[BaseModel]) -> Form:
    """The fields of a schema, flat and in order.

    Raises:
        SchemaError: a field's type is not supported; the message names the field.
    """
    leaves, tables = _walk(schema, "", (), (schema,))
    if not leaves and not tables:
        raise SchemaError(f"{schema.__name__} has no fields", hint="give a pydantic model with at least one field")
    return Form(tuple(leaves), tuple(tables))


def build(schema: type[M], found: Mapping[str, object]) -> tuple[M | None, list[str]]:
    """The model from found values by path ("seller.name", "lines[0].amount"); absent fields are left to its defaults.

    Returns:
        The model, or None and one sentence for each field that does not fit, without the document's text.
    """
    data: dict[str, Any] = {}
    for path, value in found.items():
        _put(data, path, value)
    try:
        return schema.model_validate(data, by_name=True, by_alias=False), []
    except ValidationError as error:
        return None, [f"{_place(e['loc'])}: {e['type'].replace('_', ' ')}" for e in error.errors(include_input=False)]


def _walk(
    schema: type[BaseModel], prefix: str, words: tuple[str, ...], above: tuple[type[BaseModel], ...], *, in_list: bool = False
) -> tuple[list[Leaf], list[Rows]]:
    leaves: list[Leaf] = []
    tables: list[Rows] = []
    for name, info in schema.model_fields.items():
        path, title = prefix + name, (*words, name.replace("_", " "))
        inner, optional, many, extra = _unwrap(info.annotation, f"{above[0].__name__}.{path}")
        if _is_model(inner):
            if inner in above or (in_list and many):
                raise SchemaError(f"{above[0].__name__}.{path}: objects within themselves or lists in lists", hint=_HINT)
            below, deeper = _walk(
                inner, "" if many else f"{path}.", () if many else title, (*above, inner), in_list=in_list or many
            )
            if many:
                tables.append(Rows(path, " ".join(title), tuple(below)))
            else:
                leaves += below
                tables += deeper
            continue
        if many and in_list:
            raise SchemaError(f"{above[0].__name__}.{path}: a list within a list", hint=_HINT)
        leaves.append(
            _leaf(
                path,
                " ".join(title),
                inner,
                info,
                extra,
                required=info.is_required() and not optional,
                many=many,
                owner=above[0],
            )
        )
    return leaves, tables


def _leaf(
    path: str,
    title: str,
    inner: Any,
    info: FieldInfo,
    extra: Mapping[str, Any],
    *,
    required: bool,
    many: bool,
    owner: type[BaseModel],
) -> Leaf:
    extra = {**extra, **_extra(info)}
    choices = _choices(inner)
    kind: Kind | None = "choice" if choices else _BY_TYPE.get(inner)
    if kind is None:
        raise SchemaError(f"{owner.__name__}.{path}: the type {_name(inner)} is not supported", hint=_HINT)
    named = extra.get("format")
    if named is not None:
        if str(named) not in FORMATS:
            raise SchemaError(
                f"{owner.__name__}.{path}: the format {named!r} is not known", hint=f"one of {', '.join(FORMATS)}"
            )
        kind = FORMATS[str(named)]
    elif kind == "text":
        kind = _kind_by_name(path)
    aliases = extra.get("aliases", ())
    return Leaf(
        path=path,
        kind=kind,
        type=str if choices else inner,
        title=title,
        description=" ".join((info.description or "").split()),
        aliases=tuple(str(a) for a in aliases) if isinstance(aliases, (list, tuple)) else (),
        choices=choices,
        required=required,
        many=many,
    )


def _kind_by_name(path: str) -> Kind:
    words = path.rpartition(".")[2].casefold()
    for pattern, kind in _BY_NAME:
        if re.search(rf"(?:^|_)(?:{pattern})(?:_|$)", words):
            return kind
    return "text"


def _unwrap(annotation: Any, where: str) -> tuple[Any, bool, bool, Mapping[str, Any]]:
    """The type inside `Annotated`, `Optional` and `list`; whether it was optional; whether it was a list; what was annotated.

    pydantic keeps what stands in `Annotated` within `Iban | None` to the inner type, where a field does not have it.
    """
    optional = many = False
    extra: dict[str, Any] = {}
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *notes = get_args(annotation)
            for note in notes:
                extra |= _extra(note) if isinstance(note, FieldInfo) else {}
        elif origin in {Union, types.UnionType}:
            others = [a for a in get_args(annotation) if a is not types.NoneType]
            if len(others) != 1:
                raise SchemaError(f"{where}: a union of several types", hint=_HINT)
            annotation, optional = others[0], True
        elif origin in {list, tuple, set, frozenset, dict} or annotation in {list, dict, tuple, set}:
            arguments = get_args(annotation)
            if origin is not list or many or not arguments:
                raise SchemaError(f"{where}: the type {_name(annotation)} is not supported", hint=_HINT)
            annotation, many = arguments[0], True
        else:
            return annotation, optional, many, extra


def _extra(info: FieldInfo) -> dict[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _choices(inner: Any) -> tuple[tuple[str, object], ...]:
    if get_origin(inner) is Literal:
        return tuple((str(value), value) for value in get_args(inner))
    if isinstance(inner, type) and issubclass(inner, Enum):
        return tuple((str(member.value), member.value) for member in inner)
    return ()


def _is_model(inner: Any) -> bool:
    return isinstance(inner, type) and issubclass(inner, BaseModel)


def _name(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _put(data: dict[str, Any], path: str, value: object) -> None:
    """Set "a.b", "a[0]" or "a[0].b" in nested dictionaries and lists, whose indexes come in order."""
    head, _, rest = path.partition(".")
    name, bracket, index = head.removesuffix("]").partition("[")
    if not bracket and not rest:
        data[name] = value
    elif not bracket:
        _put(data.setdefault(name, {}), rest, value)
    else:
        items = data.setdefault(name, [])
        if len(items) <= int(index):
            items.append({} if rest else value)
        if rest:
            _put(items[int(index)], rest, value)


def _place(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path or "the whole"
