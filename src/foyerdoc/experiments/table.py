"""The results of an experiment: one row for each item under each run, in one Parquet file that names the columns' roles.

    RESULTS/results.parquet
        run, replicate, order, item, document, language      whose result it is
        one column for each factor                           the settings, assigned by the design
        one for each measure                                 what happened on the way: recall, support
        one for each outcome                                 what was wanted: exact match, F1

The roles stand as JSON in the schema's metadata under "foyerdoc":
`{"format": 1, "factors": {name: [levels]}, "measures": [...], "outcomes": [...], "plan": {...}}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from foyerdoc import storage
from foyerdoc.errors import DamagedFile, MissingDependency, UsageError

if TYPE_CHECKING:
    from types import ModuleType

FILE: Final = "results.parquet"
FORMAT: Final = 1
KEYS: Final = ("run", "replicate", "order", "item", "document", "language")

Level: TypeAlias = str | int | float
Row: TypeAlias = Mapping[str, Any]

_METADATA: Final = b"foyerdoc"
_WHOLE: Final = {"replicate", "order"}


@dataclass(frozen=True, slots=True)
class Results:
    """Every item's result under every run.

    Attributes:
        factors: each factor's levels, all strings or all numbers.
        measures: columns of numbers on the way to an outcome; an empty cell is None.
        outcomes: columns of numbers that were wanted.
        rows: a dictionary each, with `KEYS`, the factors, the measures and the outcomes.
        plan: what was planned, as it was read.

    Raises:
        UsageError: two columns have one name, a factor's levels are mixed, or a row lacks a column or has another one.
    """

    factors: Mapping[str, Sequence[Level]]
    measures: Sequence[str]
    outcomes: Sequence[str]
    rows: Sequence[Row] = ()
    plan: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = self.columns
        twice = sorted({name for name in columns if columns.count(name) > 1})
        if twice:
            raise UsageError(f"two columns are called {twice[0]!r}", hint="name factors, measures and outcomes apart")
        for name, levels in self.factors.items():
            texts = {isinstance(level, str) for level in levels}
            if len(texts) > 1:
                raise UsageError(f"the levels of {name!r} are texts and numbers", hint="write all of them as texts")
        wanted = set(columns)
        for row in self.rows:
            if row.keys() != wanted:
                other = sorted(row.keys() ^ wanted)
                raise UsageError(f"a row of results lacks or adds {', '.join(other)}", hint="give every column, None for empty")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns' names in their order."""
        return (*KEYS, *self.factors, *self.measures, *self.outcomes)

    def column(self, name: str) -> list[Any]:
        """One column's values, row by row.

        Raises:
            UsageError: there is none of this name.
        """
        if name not in self.columns:
            raise UsageError(f"no column is called {name!r}", hint=f"there are {', '.join(self.columns)}")
        return [row[name] for row in self.rows]

    def done(self) -> set[tuple[str, str]]:
        """Which items have been asked under which runs."""
        return {(row["run"], row["item"]) for row in self.rows}

    def append(self, rows: Iterable[Row]) -> Results:
        """The same with more rows; of a run and item that is there already the new row stays."""
        kept = {(row["run"], row["item"]): row for row in [*self.rows, *rows]}
        return Results(self.factors, self.measures, self.outcomes, tuple(kept.values()), self.plan)

    def write(self, folder: str | Path) -> Path:
        """Write `results.parquet` into a folder: a kill at any moment leaves the file before or this one.

        Returns:
            the file.

        Raises:
            MissingDependency: pyarrow is not installed.
            UsageError: a value is of another type than its column.
        """
        arrow, parquet = _arrow()
        roles = {
            "format": FORMAT,
            "factors": {name: list(levels) for name, levels in self.factors.items()},
            "measures": list(self.measures),
            "outcomes": list(self.outcomes),
            "plan": dict(self.plan),
        }
        schema = arrow.schema([(name, self._type(arrow, name)) for name in self.columns])
        schema = schema.with_metadata({_METADATA: json.dumps(roles, ensure_ascii=False).encode()})
        try:
            table = arrow.Table.from_pylist([dict(row) for row in self.rows], schema=schema)
        except (arrow.ArrowInvalid, arrow.ArrowTypeError) as error:
            raise UsageError("a result is of another type than its column", hint="measures and outcomes are numbers") from error
        content = BytesIO()
        parquet.write_table(table, content, compression="zstd")
        path = Path(folder) / FILE
        storage.write_file(path, content.getvalue())
        return path

    @classmethod
    def read(cls, folder: str | Path) -> Results:
        """Read the results of a folder, or a Parquet file by name.

        Raises:
            MissingDependency: pyarrow is not installed.
            UsageError: there are none.
            DamagedFile: the file is none that this wrote, or of a newer format.
        """
        arrow, parquet = _arrow()
        path = Path(folder)
        path = path / FILE if path.is_dir() else path
        if not path.is_file():
            raise UsageError(f"{path} is not there", hint="foyerdoc sweep plan.yaml --out FOLDER makes it")
        hint = "name the folder that `foyerdoc sweep` filled"
        try:
            table = parquet.read_table(path)
            roles = json.loads((table.schema.metadata or {})[_METADATA])
        except (arrow.ArrowInvalid, KeyError, ValueError, OSError) as error:
            raise DamagedFile(f"{path} is no table of results", hint=hint) from error
        if not isinstance(roles, dict) or roles.get("format") != FORMAT:
            raise DamagedFile(f"{path} is of another format than {FORMAT}", hint="make it again with this version of foyerdoc")
        try:
            found = cls(roles["factors"], roles["measures"], roles["outcomes"], tuple(table.to_pylist()), roles["plan"])
        except (KeyError, TypeError, AttributeError, UsageError) as error:
            raise DamagedFile(f"{path} does not say what its columns are", hint=hint) from error
        if other := next(found._not_numbers(), None):
            raise DamagedFile(f"{path}: {other!r} holds something else than numbers", hint=hint)
        return found

    def _not_numbers(self) -> Iterator[str]:
        """The measures and outcomes that hold something else."""
        for name in (*self.measures, *self.outcomes):
            if not all(value is None or isinstance(value, int | float) for value in self.column(name)):
                yield name

    def _type(self, arrow: Any, name: str) -> Any:
        if name in self.factors:
            levels = self.factors[name]
            if any(isinstance(level, str) for level in levels):
                return arrow.string()
            return arrow.int64() if all(isinstance(level, int) for level in levels) else arrow.float64()
        if name in KEYS:
            return arrow.int64() if name in _WHOLE else arrow.string()
        return arrow.float64()


def _arrow() -> tuple[ModuleType, ModuleType]:
    """Arrow and Parquet."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingDependency("results are kept as Parquet", hint="pip install 'foyerdoc[experiments]'") from error
    return pa, pq
