"""A pydantic model as a flat list of fields to look for, and back: found values into the model.

What cannot be looked for is refused here, when the schema is given, by the field's name.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Field, RootModel, ValidationError
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
_WORDS: frozenset[type] = frozenset({str})
_READ_INTO: dict[Kind, frozenset[type]] = {
    "date": frozenset({date, datetime}), "datetime": frozenset({datetime}),
    "amount": frozenset({Decimal, float, int, str}), "percent": frozenset({Decimal, float, int, str}),
}  # fmt: skip
"""The types that a format's values can be put into; those of all other formats are words."""

_WHO = (
    "name|seller|buyer|supplier|vendor|customer|client|issuer|policyholder|holder|insured|claimant|defendant|plaintiff|author|sender|"
    "recipient|company|person|expert|doctor|witness|beneficiary|payee|payer|signatory|driver|owner|landlord|tenant|"
    "athlete|player|participant"
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
NOTES = "x-notes"
"""Where a model that was made of a JSON Schema says in its configuration what became of the schema."""

_DEEPEST_LISTS = 2
_MARKS = frozenset(".[]")
_INDEX = re.compile(r"\[\d+\]")
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
        members: for a choice of an `Enum`'s members, these in the same order.
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
    members: tuple[Enum, ...] = ()
    required: bool = True
    many: bool = False

    @property
    def name(self) -> str:
        """The last part of the path in plain words: "birth day" of "holder.birth_day"."""
        return self.path.rpartition(".")[2].replace("_", " ")


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of objects: a table in the document, one object a row.

    Attributes:
        inner: a list of objects within each object. Then the rows of each table are its, and the object stands above them.
    """

    path: str
    title: str
    leaves: tuple[Leaf, ...]
    inner: Rows | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """All that a schema asks for.

    Attributes:
        notes: what was left out or widened when the model was made of a JSON Schema, a sentence each.
    """

    leaves: tuple[Leaf, ...]
    tables: tuple[Rows, ...]
    notes: tuple[str, ...] = ()


def form_of(schema: type[BaseModel]) -> Form:
    """The fields of a schema, flat and in order.

    Raises:
        SchemaError: it is no pydantic model, or a field's type is not supported; the message names the field.
    """
    if not _is_model(schema):
        given = schema.__name__ if isinstance(schema, type) else f"a {type(schema).__name__}"
        raise SchemaError(f"{given} is no pydantic model", hint="give a subclass of BaseModel; from_json_schema makes one")
    _refuse_root(schema, schema.__name__)
    leaves, tables = _walk(schema, "", (), (schema,))
    if not leaves and not tables:
        raise SchemaError(f"{schema.__name__} has no fields", hint="give a pydantic model with at least one field")
    return Form(tuple(leaves), tuple(tables), _notes(schema))


def build(schema: type[M], found: Mapping[str, object]) -> tuple[M | None, list[str]]:
    """The model from found values by path ("seller.name", "lines[0].amount"); absent fields are left to its defaults.

    Returns:
        The model, or None and one sentence for each field that does not fit, without the document's text.
    """
    data: dict[str, Any] = {}
    members = _members(schema)
    for path, value in found.items():
        named = members.get(_INDEX.sub("", path))
        _put(data, path, named.get(value, value) if named else value)
    try:
        return schema.model_validate(data, by_name=True, by_alias=False), []
    except ValidationError as error:
        return None, [f"{_place(e['loc'])}: {e['type'].replace('_', ' ')}" for e in error.errors(include_input=False)]
    except (Exception, SystemExit) as error:  # noqa: BLE001 - pydantic lets through whatever a schema's own validators raise
        return None, [f"the whole: a validator of {schema.__name__} raised {type(error).__name__}"]


def models_within(schema: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The models that a schema's fields are made of, without itself. `form_of` must have accepted it."""
    for name, info in schema.model_fields.items():
        inner, *_ = _unwrap(info.annotation, name)
        if _is_model(inner):
            yield inner
            yield from models_within(inner)


@lru_cache(maxsize=64)
def _members(schema: type[BaseModel]) -> Mapping[str, Mapping[object, Enum]]:
    """For each field that is a choice of an `Enum`'s members, by its path without indexes, the members by their values."""
    form = form_of(schema)
    leaves = [("", leaf) for leaf in form.leaves]
    lists = [(f"{rows.path}.", rows) for rows in form.tables]
    lists += [(f"{prefix}{rows.inner.path}.", rows.inner) for prefix, rows in lists if rows.inner is not None]
    leaves += [(prefix, leaf) for prefix, rows in lists for leaf in rows.leaves]
    return {prefix + leaf.path: {member.value: member for member in leaf.members} for prefix, leaf in leaves if leaf.members}


def _walk(
    schema: type[BaseModel], prefix: str, words: tuple[str, ...], above: tuple[type[BaseModel], ...], *, lists: int = 0
) -> tuple[list[Leaf], list[Rows]]:
    leaves: list[Leaf] = []
    tables: list[Rows] = []
    for name, info in schema.model_fields.items():
        path, title = prefix + name, (*words, name.replace("_", " "))
        if not name or set(name) & _MARKS:
            raise SchemaError(f"{above[0].__name__}.{path}: a field's name has none of . [ ]", hint="rename the field")
        inner, optional, many, extra = _unwrap(info.annotation, f"{above[0].__name__}.{path}")
        if _is_model(inner):
            _refuse_root(inner, f"{above[0].__name__}.{path}")
            if inner in above or (many and lists == _DEEPEST_LISTS):
                raise SchemaError(
                    f"{above[0].__name__}.{path}: objects within themselves, or lists more than {_DEEPEST_LISTS} deep",
                    hint=_HINT,
                )
            below, deeper = _walk(inner, "" if many else f"{path}.", () if many else title, (*above, inner), lists=lists + many)
            if many:
                tables.append(_rows(path, " ".join(title), below, deeper, owner=above[0]))
            else:
                leaves += below
                tables += deeper
            continue
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


def _rows(path: str, title: str, leaves: Sequence[Leaf], inner: Sequence[Rows], *, owner: type[BaseModel]) -> Rows:
    """A list of objects, with the list within each of them if there is one."""
    where = f"{owner.__name__}.{path}"
    if len(inner) > 1:
        raise SchemaError(f"{where}: several lists of objects within one", hint=_HINT)
    if inner and (listed := next((leaf.path for leaf in leaves if leaf.many), None)):
        raise SchemaError(f"{where}.{listed}: a list of values beside a list of objects within a list", hint=_HINT)
    return Rows(path, title, tuple(leaves), inner[0] if inner else None)


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
    where = f"{owner.__name__}.{path}"
    choices, members = _choices(inner, where)
    kind: Kind | None = "choice" if choices else _BY_TYPE.get(inner)
    if kind is None:
        raise SchemaError(f"{where}: the type {_name(inner)} is not supported", hint=_HINT)
    if extra.get("format") is not None:
        kind = _kind_by_format(extra["format"], inner, where)
    elif kind == "text":
        kind = _kind_by_name(path)
    types_of_choices = {type(value) for _, value in choices}
    return Leaf(
        path=path,
        kind=kind,
        type=inner if not choices else types_of_choices.pop() if len(types_of_choices) == 1 else object,
        title=title,
        description=" ".join((info.description or "").split()),
        aliases=_aliases(extra.get("aliases", ()), where),
        choices=choices,
        members=members,
        required=required,
        many=many,
    )


def _kind_by_format(named: object, inner: Any, where: str) -> Kind:
    kind = FORMATS.get(named) if isinstance(named, str) else None
    if kind is None:
        raise SchemaError(f"{where}: the format {named!r} is not known", hint=f"one of {', '.join(FORMATS)}")
    if inner not in _READ_INTO.get(kind, _WORDS):
        raise SchemaError(f"{where}: the format {named!r} does not fit the type {_name(inner)}", hint=_HINT)
    return kind


def _aliases(stated: object, where: str) -> tuple[str, ...]:
    if not isinstance(stated, (list, tuple)) or not all(isinstance(alias, str) for alias in stated):
        raise SchemaError(f"{where}: the aliases are no list of strings", hint='write {"aliases": ["Vertragsnummer"]}')
    return tuple(stated)


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
        elif origin is Literal and None in get_args(annotation):
            words = tuple(word for word in get_args(annotation) if word is not None)
            if not words:
                return annotation, optional, many, extra
            annotation, optional = Literal[words], True
        else:
            return annotation, optional, many, extra


def _notes(schema: type[BaseModel]) -> tuple[str, ...]:
    extra = schema.model_config.get("json_schema_extra")
    said = extra.get(NOTES, ()) if isinstance(extra, dict) else ()
    return tuple(map(str, said)) if isinstance(said, (list, tuple)) else ()


def _extra(info: FieldInfo) -> dict[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _choices(inner: Any, where: str) -> tuple[tuple[tuple[str, object], ...], tuple[Enum, ...]]:
    """What a `Literal` or an `Enum` allows, as texts to values, and the members where these are an `Enum`'s."""
    if get_origin(inner) is Literal:
        allowed = get_args(inner)
    elif isinstance(inner, type) and issubclass(inner, Enum):
        allowed = tuple(inner)
    else:
        return (), ()
    plain = [value.value if isinstance(value, Enum) else value for value in allowed]
    texts = [str(value) for value in plain]
    for value, text in zip(plain, texts, strict=True):
        if not isinstance(value, (str, int, float, Decimal, date)) or not text.strip():
            raise SchemaError(f"{where}: {value!r} is no choice that can stand in a document", hint=_HINT)
    if len(set(texts)) < len(texts):
        raise SchemaError(f"{where}: two choices are written alike", hint=_HINT)
    return tuple(zip(texts, plain, strict=True)), tuple(value for value in allowed if isinstance(value, Enum))


def _refuse_root(schema: type[BaseModel], where: str) -> None:
    if issubclass(schema, RootModel):
        raise SchemaError(f"{where}: a RootModel has no fields", hint="give the type itself, or a model with a field of it")


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
    elif not rest:
        data.setdefault(name, []).append(value)
    else:
        items = data.setdefault(name, [])
        while len(items) <= int(index):  # a row of which nothing could be read leaves a gap
            items.append({})
        _put(items[int(index)], rest, value)


def _place(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path or "the whole"
