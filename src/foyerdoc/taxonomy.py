"""The categories and subcategories that documents are sorted into, with what each of them means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from foyerdoc.errors import SchemaError


class Node(BaseModel):
    """One label of a taxonomy.

    Attributes:
        name: the label, unique among its siblings.
        description: what belongs here, in a sentence or two; zero-shot classification reads it.
        schema_name: the extraction schema of documents with this label; inherited by the labels below.
        children: the finer labels.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str = Field(min_length=1)
    description: str = Field(min_length=1)
    schema_name: str | None = Field(default=None, alias="schema")
    children: tuple[Node, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Node:
        names = [child.name for child in self.children]
        if len(set(names)) != len(names):
            raise ValueError(f"two labels under {self.name!r} have the same name")
        return self


class Taxonomy(BaseModel):
    """A tree of labels. `Taxonomy.load("taxonomy.json")` reads one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    categories: tuple[Node, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Taxonomy:
        names = [child.name for child in self.categories]
        if len(set(names)) != len(names):
            raise ValueError("two categories have the same name")
        return self

    @classmethod
    def load(cls, path: str | Path) -> Taxonomy:
        """Read a taxonomy from a JSON file.

        Raises:
            SchemaError: it is not a taxonomy; the message names the place.
        """
        try:
            return cls.model_validate_json(Path(path).read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise SchemaError(
                f"{path}: {first['msg']} at {where or 'the top'}", hint="docs/classification.md shows a taxonomy"
            ) from error

    def leaves(self) -> tuple[tuple[str, ...], ...]:
        """The paths of the labels without finer ones, in order."""
        return tuple(path for path, node in self.walk() if not node.children)

    def walk(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Every label with its path from the root, parents first."""
        pending: list[tuple[tuple[str, ...], Node]] = [((node.name,), node) for node in reversed(self.categories)]
        while pending:
            path, node = pending.pop()
            yield path, node
            pending += [((*path, child.name), child) for child in reversed(node.children)]

    def schema_of(self, path: tuple[str, ...]) -> str | None:
        """The name of the extraction schema for a label: its own, or the nearest above it.

        Raises:
            KeyError: there is no such label.
        """
        found, level = None, self.categories
        for name in path:
            node = next((node for node in level if node.name == name), None)
            if node is None:
                raise KeyError(path)
            found, level = node.schema_name or found, node.children
        return found
