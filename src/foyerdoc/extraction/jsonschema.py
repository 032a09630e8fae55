"""A JSON Schema as a pydantic model: what schemas written for other tools say, with the words that the prompt needs.

What is understood: objects with `properties` and `required`; `string` with the formats `date`, `date-time` and those of
`schemas.FORMATS`; `number`, `integer`, `boolean`; `enum` and `const` of strings; arrays; null beside one other type, as
`["string", "null"]` or in `anyOf` or `oneOf`; `$ref` to `$defs` or `definitions`; `title`, `description`, `examples`. Anything
else is refused by the field's path, never left out.

Source: JSON Schema, draft 2020-12 (https://json-schema.org/draft/2020-12).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import GenericAlias
from typing import Any, Final, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, create_model

from foyerdoc.errors import SchemaError
from foyerdoc.extraction.schemas import FORMATS

_HINT: Final = "docs/extraction.md lists what of JSON Schema is understood"
_SCALARS: Final[Mapping[str, type]] = {"string": str, "number": Decimal, "integer": int, "boolean": bool}
_DATES: Final[Mapping[str, type]] = {"date": date, "date-time": datetime}
_KNOWN: Final = frozenset(
    {
        *("$schema", "$id", "$comment", "$defs", "$ref", "definitions", "title", "description", "examples", "default"),
        *("type", "format", "properties", "required", "items", "enum", "const", "anyOf", "oneOf", "allOf"),
        *("additionalProperties", "deprecated", "readOnly", "writeOnly", "minimum", "maximum", "exclusiveMinimum"),
        *("exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems"),
        *("aliases", "rules"),
    }
)
"""Keywords that are understood, or that only narrow a value: `pattern` and the bounds are not enforced."""


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
        except (OSError, ValueError) as error:
            raise SchemaError(f"{schema} is no readable JSON", hint="give the path of a JSON Schema") from error
    if not isinstance(schema, Mapping):
        raise SchemaError("a JSON Schema is an object", hint=_HINT)
    found, _ = _Reader(schema).resolve(schema, "the whole", ())
    if "properties" not in found:
        raise SchemaError("the schema describes no object with properties", hint=_HINT)
    return _Reader(schema).model(found, str(found.get("title") or "Schema"), "", ())


class _Reader:
    """Reads one schema, whose references it follows."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root

    def model(self, schema: Mapping[str, Any], name: str, path: str, within: tuple[str, ...]) -> type[BaseModel]:
        required = frozenset(schema.get("required", ()))
        fields: dict[str, Any] = {}
        for key, value in schema["properties"].items():
            where = f"{path}.{key}" if path else key
            if not key.isidentifier():
                raise SchemaError(
                    f"{where}: the name is no identifier", hint="rename the property: letters, digits and _ alone"
                )
            told, known = self.resolve(value, where, within)
            kind, optional = self.type_of(told, where, known)
            extra = {word: told[word] for word in ("aliases", "examples") if word in told}
            if told.get("format") in FORMATS and kind is str:
                extra["format"] = told["format"]
            default: Any = ... if key in required and not optional else [] if _is_list(kind) else None
            annotation = kind if default is ... or _is_list(kind) else kind | None
            fields[key] = (
                annotation,
                Field(
                    default,
                    description=str(told.get("description") or told.get("title") or "") or None,
                    json_schema_extra=extra,
                ),
            )
        clean = re.sub(r"\W", "", name) or "Schema"
        # pydantic's own overloads do not know fields that are only known at run time.
        rules = schema.get("rules", ())
        config = ConfigDict(json_schema_extra={"rules": list(rules)})
        make: Any = create_model
        return cast(type[BaseModel], make(clean, __doc__=schema.get("description"), __config__=config, **fields))

    def resolve(self, schema: Any, where: str, within: tuple[str, ...]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """The schema behind references, with what stands beside them; and the references that lead here."""
        if not isinstance(schema, Mapping):
            raise SchemaError(f"{where}: {schema!r} describes no value", hint=_HINT)
        while "$ref" in schema:
            name = str(schema["$ref"])
            if name in within:
                raise SchemaError(f"{where}: an object within itself", hint=_HINT)
            found: Any = self._root
            for part in name.removeprefix("#/").split("/"):
                found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
            if not name.startswith("#/") or not isinstance(found, Mapping):
                raise SchemaError(f"{where}: the reference {name} leads nowhere in this schema", hint=_HINT)
            schema = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
            within = (*within, name)
        if unknown := set(schema) - _KNOWN:
            raise SchemaError(f"{where}: {min(unknown)} is not supported", hint=_HINT)
        return schema, within

    def type_of(self, schema: Mapping[str, Any], where: str, within: tuple[str, ...]) -> tuple[Any, bool]:
        """The Python type, and whether null is allowed."""
        for word in ("anyOf", "oneOf", "allOf"):
            if word in schema:
                return self._union(schema[word], word, where, within)
        names = schema.get("type")
        choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if choices is not None:
            words = [choice for choice in choices if choice is not None]
            if not words or not all(isinstance(word, str) for word in words):
                raise SchemaError(f"{where}: an enum of something else than strings", hint=_HINT)
            return Literal[tuple(words)], None in choices or (isinstance(names, list) and "null" in names)
        optional = isinstance(names, list) and "null" in names
        kinds = [name for name in (names if isinstance(names, list) else [names]) if name not in ("null", None)]
        if not kinds and "properties" in schema:
            kinds = ["object"]
        if len(kinds) != 1:
            raise SchemaError(f"{where}: {'several types' if kinds else 'no type'}", hint=_HINT)
        return self._single(kinds[0], schema, where, within), optional

    def _single(self, kind: str, schema: Mapping[str, Any], where: str, within: tuple[str, ...]) -> Any:
        if kind == "object":
            if "properties" not in schema:
                raise SchemaError(f"{where}: an object without properties", hint=_HINT)
            return self.model(schema, where, where, within)
        if kind == "array":
            told, known = self.resolve(schema.get("items"), f"{where}[]", within)
            inner, _ = self.type_of(told, f"{where}[]", known)
            return GenericAlias(list, inner)
        if kind not in _SCALARS:
            raise SchemaError(f"{where}: the type {kind} is not supported", hint=_HINT)
        return _DATES.get(str(schema.get("format")), _SCALARS[kind]) if kind == "string" else _SCALARS[kind]

    def _union(self, parts: Any, word: str, where: str, within: tuple[str, ...]) -> tuple[Any, bool]:
        told = [self.resolve(part, where, within) for part in parts]
        others = [(part, known) for part, known in told if part.get("type") != "null"]
        if len(others) != 1:
            raise SchemaError(f"{where}: {word} of several types", hint=_HINT)
        kind, optional = self.type_of(others[0][0], where, others[0][1])
        return kind, optional or len(told) > 1


def _is_list(kind: Any) -> bool:
    return getattr(kind, "__origin__", None) is list
