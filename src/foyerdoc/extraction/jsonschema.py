"""A JSON Schema as a pydantic model: what schemas written for other tools say, with the words that the prompt needs.

What is understood: objects with `properties` and `required`; `string` with the formats `date`, `date-time` and those of
`schemas.FORMATS`; `number`, `integer`, `boolean`; `enum` and `const` of strings; arrays; null beside one other type, as
`["string", "null"]` or in `anyOf` or `oneOf`; several types of single values, as one that holds them all; `allOf` of one;
`$ref` to `$defs` or `definitions`; `title`, `description`, `examples`. Keywords that JSON Schema does not have are annotations
there: they are left out, unless one is a known word misspelt. That, and what was made of several types, is in the issues of
every extraction. Anything else is refused by the field's path.

Source: JSON Schema, draft 2020-12 (https://json-schema.org/draft/2020-12).
"""

from __future__ import annotations

import json
import re
import reprlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from types import GenericAlias
from typing import Any, Final, Literal, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, create_model

from foyerdoc.errors import SchemaError
from foyerdoc.extraction.schemas import FORMATS, NOTES

_HINT: Final = "docs/extraction.md lists what of JSON Schema is understood"
_SCALARS: Final[Mapping[str, type]] = {"string": str, "number": Decimal, "integer": int, "boolean": bool}
_DATES: Final[Mapping[str, type]] = {"date": date, "date-time": datetime}
_NUMBERS: Final = frozenset({"float", "double", "decimal", "int32", "int64"})
"""Formats of numbers that say how a program stores them, not what they look like."""

_UNIONS: Final = ("anyOf", "oneOf", "allOf")
_BELONGS: Final[Mapping[str, frozenset[str]]] = {
    "properties": frozenset({"object"}),
    "required": frozenset({"object"}),
    "rules": frozenset({"object"}),
    "items": frozenset({"array"}),
    "enum": frozenset({"string"}),
    "const": frozenset({"string"}),
    "format": frozenset({"string", "number", "integer"}),
}
"""Keywords that say what a value is, and the types beside which they can stand."""

_SAYING: Final = frozenset({"type", *_BELONGS, *_UNIONS})
_WORDS: Final = ("title", "description", "examples", "aliases")
_KNOWN: Final = frozenset(
    {
        *("$schema", "$id", "$comment", "$defs", "$ref", "definitions", "default", *_WORDS, *_SAYING),
        *("additionalProperties", "deprecated", "readOnly", "writeOnly", "minimum", "maximum", "exclusiveMinimum"),
        *("exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems"),
        *("id", "contentEncoding", "contentMediaType", "contentSchema", NOTES),
    }
)
"""Keywords that are understood, or that only narrow a value: `pattern` and the bounds are not enforced."""

_REFUSED: Final = frozenset(
    {
        *("not", "if", "then", "else", "prefixItems", "additionalItems", "contains", "minContains", "maxContains"),
        *("patternProperties", "propertyNames", "minProperties", "maxProperties", "dependentRequired", "dependentSchemas"),
        *("dependencies", "unevaluatedItems", "unevaluatedProperties", "$anchor", "$dynamicAnchor", "$dynamicRef"),
        *("$recursiveAnchor", "$recursiveRef", "$vocabulary", "disallow", "divisibleBy", "extends", "nullable"),
    }
)
"""Keywords of JSON Schema's drafts, and of OpenAPI, that say what is valid and are not understood."""

_FIGURES: Final = re.compile(r"(?:\\[d.+-]|\[(?:\\?[-+.,\d]|\\d)+\]|[\^$()?!+*|:{},\d-])+")
"""A pattern of figures alone, such as pydantic writes for a Decimal that is told as a string."""

_SINGLE: Final = frozenset({*_SCALARS.values(), *_DATES.values()})
_SHORT_WORD: Final = 6
"""Letters: a foreign keyword that is shorter is likely to differ from a known one by a letter only by chance."""

_DEEPEST: Final = 32
_MOST_FIELDS: Final = 1000
_MOST_SCHEMAS: Final = 20_000
"""How many schemas are visited in all, those behind references as often as they are referred to."""


def from_json_schema(schema: Mapping[str, Any] | str | Path) -> type[BaseModel]:
    """A pydantic model of a JSON Schema.

    Args:
        schema: the schema, or the file that holds it.

    Raises:
        SchemaError: it is no schema of an object, or a field is of a kind that is not supported; the message names it.
    """
    if isinstance(schema, (str, Path)):
        try:
            schema = json.loads(Path(schema).read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise SchemaError(f"{schema} is no readable JSON", hint="give the path of a JSON Schema") from error
    if not isinstance(schema, Mapping):
        raise SchemaError("a JSON Schema is an object", hint=_HINT)
    reader = _Reader(schema)
    told = reader.told(schema, "", ())
    if not isinstance(told.kind, type) or not issubclass(told.kind, BaseModel):
        raise SchemaError("the schema describes no object with properties", hint=_HINT)
    return told.kind


@dataclass(frozen=True, slots=True)
class _Told:
    """What a schema says of one value: its Python type, whether it may be null, and the words about it."""

    kind: Any
    optional: bool
    words: Mapping[str, Any]


class _Reader:
    """Reads one schema, whose references it follows."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._depth = self._fields = self._visited = 0
        self._unknown: set[str] = set()
        self._widened: list[str] = []

    def told(self, schema: Any, where: str, within: tuple[str, ...]) -> _Told:
        """What a schema says of the value at a path.

        Args:
            schema: with its references.
            where: the path, "seller.name"; empty for the whole.
            within: the references that lead here.
        """
        if self._depth == _DEEPEST:
            raise _refusal(where, f"more than {_DEEPEST} schemas within each other")
        self._depth += 1
        try:
            schema, within = self._resolve(schema, where, within)
            for word in _UNIONS:
                if word in schema:
                    return self._union(schema, word, where, within)
            return self._plain(schema, where, within)
        finally:
            self._depth -= 1

    def _resolve(self, schema: Any, where: str, within: tuple[str, ...]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """The schema behind references, with what stands beside them; and the references that lead here."""
        if not isinstance(schema, Mapping):
            raise _refusal(where, f"{reprlib.repr(schema)} describes no value")
        self._visit(where)
        while "$ref" in schema:
            self._visit(where)
            name = str(schema["$ref"])
            if name in within:
                raise _refusal(where, "an object within itself")
            found: Any = self._root
            for part in name.removeprefix("#/").split("/"):
                found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
            if not name.startswith("#/") or not isinstance(found, Mapping):
                raise _refusal(where, f"the reference {name} leads nowhere in this schema")
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            for word in sorted(_SAYING & beside.keys()):
                if beside[word] != found.get(word):
                    raise _refusal(where, f"{word} beside $ref")
            schema = {**found, **beside}
            within = (*within, name)
        unknown = set(schema) - _KNOWN
        if refused := [str(word) for word in unknown if word in _REFUSED or not isinstance(word, str)]:
            raise _refusal(where, f"{min(refused)} is not supported")
        for word in sorted(unknown - self._unknown):
            if meant := _misspelt(word):
                raise _refusal(where, f"{word} is no keyword, {meant} is one")
        self._unknown |= unknown
        return schema, within

    def _visit(self, where: str) -> None:
        self._visited += 1
        if self._visited > _MOST_SCHEMAS:
            raise _refusal(
                where, f"more than {_MOST_SCHEMAS:,} schemas, those that are referred to several times counted each time"
            )

    def _union(self, schema: Mapping[str, Any], word: str, where: str, within: tuple[str, ...]) -> _Told:
        """One type, or several of single values, and null beside or not; what stands beside the union may only add words."""
        if not isinstance(schema[word], list) or not schema[word]:
            raise _refusal(where, f"{word} is no list of schemas")
        parts = [self._resolve(part, where, within) for part in schema[word]]
        others = [(part, known) for part, known in parts if part.get("type") not in ("null", ["null"])]
        nullable = len(parts) > len(others)
        if not others or (word == "allOf" and len(parts) != 1):
            raise _refusal(where, f"{word} of {'several types' if others else 'no type'}")
        for beside in sorted(_SAYING & schema.keys() - {word}):
            if beside != "type" or any(schema["type"] != part.get("type") for part, _ in others):
                raise _refusal(where, f"{word} beside {beside}")
        if any(part.get("type") == "number" for part, _ in others):
            if any(part == {"type": "string"} for part, _ in others):
                self._widened.append(f"{where}: a number or a string, read as a number")
            others = [(part, known) for part, known in others if not _is_of_figures(part)]
        told = [self.told(part, where, known) for part, known in others]
        inner = told[0] if len(told) == 1 else self._widest(told, where, f"{word} of several types")
        return _Told(inner.kind, inner.optional or nullable, {**inner.words, **_words(schema, where)})

    def _widest(self, told: Sequence[_Told], where: str, refused: str) -> _Told:
        """What holds the values of several types: what all are, the choices of all, a number, or the text as it stands."""
        kinds = [each.kind for each in told]
        words = {word: said for each in reversed(told) for word, said in each.words.items() if word != "format"}
        formats = {each.words.get("format") for each in told}
        optional = any(each.optional for each in told)
        if all(get_origin(kind) is Literal for kind in kinds):
            choices = tuple(dict.fromkeys(choice for kind in kinds for choice in get_args(kind)))
            return _Told(Literal[choices], optional, words)
        if not all(get_origin(kind) is Literal or kind in _SINGLE for kind in kinds):
            raise _refusal(where, refused)
        if len({*kinds}) == len(formats) == 1:
            (named,) = formats
            return _Told(kinds[0], optional, {**words, "format": named} if named else words)
        kind = Decimal if set(kinds) <= {int, Decimal} else str
        self._widened.append(f"{where}: of several types, read as {'a number' if kind is Decimal else 'the text as it stands'}")
        return _Told(kind, optional, words)

    def notes(self) -> list[str]:
        """What was left out of the schema or read as something wider, a sentence each."""
        unknown = ", ".join(sorted(self._unknown))
        left = [f"the schema's keywords {unknown} are none of JSON Schema and say nothing here"] if unknown else []
        return [*left, *dict.fromkeys(self._widened)]

    def _plain(self, schema: Mapping[str, Any], where: str, within: tuple[str, ...]) -> _Told:
        stated = schema.get("type", [])
        names = stated if isinstance(stated, list) else [stated]
        if not all(isinstance(name, str) for name in names):
            raise _refusal(where, f"the type {reprlib.repr(stated)} is neither a name nor a list of names")
        kinds = [name for name in dict.fromkeys(names) if name != "null"]
        if not kinds and "type" not in schema:
            kinds = ["object"] if "properties" in schema else ["string"] if {"enum", "const"} & schema.keys() else []
        if not kinds:
            raise _refusal(where, "no type")
        if len(kinds) > 1:
            # A keyword that belongs to one of the types says nothing of the others.
            told = [self._plain({**schema, "type": [kind]}, where, within) for kind in kinds if set(kinds) <= _SCALARS.keys()]
            if not told:
                raise _refusal(where, "several types")
            return replace(self._widest(told, where, "several types"), optional="null" in names)
        (kind,) = kinds
        if kind not in ("object", "array", *_SCALARS):
            raise _refusal(where, f"the type {kind} is not supported")
        for word, owners in _BELONGS.items():
            if word in schema and kind not in owners:
                raise _refusal(where, f"{word} beside the type {kind}")
        optional, words = "null" in names, _words(schema, where)
        if kind == "object":
            return _Told(self._model(schema, where, within), optional, words)
        if kind == "array":
            inner = self.told(schema.get("items"), f"{where}[]", within)
            return _Told(GenericAlias(list, inner.kind), optional, {**inner.words, **words})
        if "enum" in schema or "const" in schema:
            choices = schema.get("enum", [schema.get("const")])
            return _Told(_choices(choices, schema, where), optional or None in choices, words)
        return _scalar(kind, schema.get("format"), where, optional=optional, words=words)

    def _model(self, schema: Mapping[str, Any], where: str, within: tuple[str, ...]) -> type[BaseModel]:
        properties, required = schema.get("properties"), schema.get("required", [])
        if not isinstance(properties, Mapping) or not properties:
            raise _refusal(where, "an object without properties")
        if not _is_names(required):
            raise _refusal(where, "required is no list of names")
        rules = schema.get("rules", [])
        if not _is_names(rules) or (rules and where):
            raise _refusal(where, "rules within the schema, not at its top" if where else "rules is no list of strings")
        fields: dict[str, Any] = {}
        for key, value in properties.items():
            path = f"{where}.{key}" if where else str(key)
            if not _is_field(key):
                raise SchemaError(
                    f"{path}: no identifier that a pydantic model can have as a field",
                    hint="rename the property: letters, digits and _ alone, a letter first, no method of pydantic's",
                )
            self._fields += 1
            if self._fields > _MOST_FIELDS:
                raise _refusal(path, f"more than {_MOST_FIELDS} fields")
            fields[key] = _field(self.told(value, path, within), required=key in required)
        told, title = schema.get("description"), schema.get("title")
        clean = re.sub(r"\W", "", where or (title if isinstance(title, str) else "")) or "Schema"
        # The whole is made last, when all of it was read.
        config = ConfigDict(json_schema_extra={"rules": list(rules), NOTES: [] if where else list(self.notes())})
        # pydantic's own overloads do not know fields that are only known at run time.
        make: Any = create_model
        with warnings.catch_warnings():
            # A document may well have a "register" or a "copy": nothing here calls pydantic's own of that name.
            warnings.filterwarnings("ignore", r"Field name .* shadows an attribute", UserWarning)
            return cast(type[BaseModel], make(clean, __doc__=told, __config__=config, **fields))


def _field(told: _Told, *, required: bool) -> tuple[Any, Any]:
    """A field as `create_model` wants it."""
    listed = getattr(told.kind, "__origin__", None) is list
    needed = required and not told.optional
    default: Any = ... if needed else [] if listed else None
    extra = {word: told.words[word] for word in ("aliases", "examples", "format") if word in told.words}
    description = told.words.get("description") or told.words.get("title") or None
    return told.kind if needed or listed else told.kind | None, Field(default, description=description, json_schema_extra=extra)


def _scalar(kind: str, named: object, where: str, *, optional: bool, words: Mapping[str, Any]) -> _Told:
    """A string or a number with its format, which is told with the words where the type alone does not say it."""
    if named is None or (kind != "string" and isinstance(named, str) and named in _NUMBERS):
        return _Told(_SCALARS[kind], optional, words)
    if not isinstance(named, str) or named not in (FORMATS if kind == "string" else ("money", "percent")):
        raise _refusal(where, f"the format {reprlib.repr(named)} of the type {kind} is not known")
    if named in _DATES:
        return _Told(_DATES[named], optional, words)
    return _Told(_SCALARS[kind], optional, {**words, "format": named})


def _choices(choices: object, schema: Mapping[str, Any], where: str) -> Any:
    if not isinstance(choices, list):
        raise _refusal(where, "enum is no list")
    words = [choice for choice in choices if choice is not None]
    if not words or not all(isinstance(word, str) for word in words):
        raise _refusal(where, "an enum of something else than strings")
    if "format" in schema:
        raise _refusal(where, "format beside enum")
    return Literal[tuple(words)]


def _words(schema: Mapping[str, Any], where: str) -> dict[str, Any]:
    """What a schema says about a value for people."""
    for word in ("title", "description"):
        if not isinstance(schema.get(word, ""), str):
            raise _refusal(where, f"{word} is no string")
    if not _is_names(schema.get("aliases", [])):
        raise _refusal(where, "aliases is no list of strings")
    return {word: schema[word] for word in _WORDS if word in schema}


def _is_names(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value)


def _is_field(key: object) -> bool:
    if not isinstance(key, str) or not key.isidentifier() or key.startswith("_"):
        return False
    return not (key.startswith("model_") and hasattr(BaseModel, key))


def _is_of_figures(schema: Mapping[str, Any]) -> bool:
    """Whether a string beside a number is that number again, as pydantic writes a Decimal: bare, or with a pattern."""
    if schema == {"type": "string"}:
        return True
    pattern = schema.get("pattern")
    if schema.get("type") != "string" or not isinstance(pattern, str) or schema.keys() & _BELONGS.keys():
        return False
    # Without a point it may be a postcode or a year.
    return "." in pattern and ("\\d" in pattern or "0-9" in pattern) and _FIGURES.fullmatch(pattern) is not None


def _misspelt(word: str) -> str | None:
    """The keyword that a foreign word was probably meant to be: it differs in case alone, or in a letter or two."""
    if word.startswith("x-"):
        return None
    meant = {known.casefold(): known for known in _SAYING}
    near = get_close_matches(word.casefold(), meant, 1, 1.0 if len(word) < _SHORT_WORD else 0.85)
    return meant[near[0]] if near else None


def _refusal(where: str, said: str) -> SchemaError:
    return SchemaError(f"{where or 'the whole'}: {said}", hint=_HINT)
