"""Python objects that a command line or a job names."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel

from foyerdoc.errors import FoyerdocError, UsageError


def load_schema(name: str) -> type[BaseModel]:
    """The pydantic model that `FILE.py:Class` or `package.module:Class` names, or that a JSON Schema describes.

    Raises:
        UsageError: there is none.
        SchemaError: the JSON Schema has something that is not supported.
    """
    if name.endswith(".json"):
        from foyerdoc.extraction.jsonschema import from_json_schema

        return from_json_schema(Path(name))
    found = load_object(name, "schema")
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        raise UsageError(f"{name!r} is not a pydantic model", hint="name a class that derives from pydantic.BaseModel")
    return found


def load_schemas(given: Iterable[str]) -> dict[str, type[BaseModel]]:
    """What `load_schema` makes of each `NAME=PLACE`, by its name.

    Raises:
        UsageError, SchemaError: as `load_schema`; one has no name.
    """
    return {name: load_schema(place) for name, place in map(named, given)}


def named(given: str) -> tuple[str, str]:
    """The name and the place of `NAME=PLACE`.

    Raises:
        UsageError: there is no name.
    """
    name, equals, place = given.partition("=")
    if not equals:
        raise UsageError(f"--schema {given}: no name", hint="write NAME=FILE.py:Class, named as the taxonomy or the rows do")
    return name, place


def load_object(name: str, what: str) -> object:
    """What `FILE.py:name` or `package.module:name` names.

    Args:
        name: where it is.
        what: what it should be, for the message.

    Raises:
        UsageError: there is none, or the module raises something, or ends the process, while it is imported.
    """
    place, _, attribute = name.rpartition(":")
    with users_code(place):
        try:
            module = _module_from(Path(place)) if place.endswith(".py") else importlib.import_module(place)
            found: object = getattr(module, attribute)
        except (ImportError, OSError, AttributeError, ValueError) as error:
            raise UsageError(f"no {what} {name!r}", hint="write FILE.py:name or package.module:name") from error
    return found


@contextmanager
def users_code(place: str) -> Iterator[None]:
    """Run what stands in a file of the user's, which may raise anything, or end the process. Ctrl-C still does.

    Raises:
        FoyerdocError: as the code raised it; `UsageError` for all else.
    """
    try:
        yield
    except (FoyerdocError, KeyboardInterrupt):
        raise
    except BaseException as error:
        hint = "run it with python to see why; it should define what is named, and not end the program"
        raise UsageError(f"{place} stopped with {type(error).__name__}", hint=hint) from error


def _module_from(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"foyerdoc schemas in {path}", path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    # Where pydantic looks up annotations that are strings (`from __future__ import annotations`).
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
