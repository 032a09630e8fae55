"""Prompt templates by models by values: every prompt is asked of every model, every response kept and graded.

A plan, which is a sweep's with `prompts`:

    prompts:
      plain: "Translate {word} into German."
      polite: "Please translate {word} into German. Answer with one word."
    models: [smollm2]
    rows: [{word: chat, expected: Katze}, {word: chien, expected: Hund}]      # values that belong together
    variables: {}                                                             # values of which each meets each
    expected: "{expected}"
    metrics: [exact_match, f1, contains]

What becomes of it:

    FOLDER/grid.html          all responses beside each other
    FOLDER/responses.json     and responses.xlsx: as ChainForge has them (`chainforge`)
    FOLDER/results.parquet    the grades, with prompt and model as factors
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from foyerdoc import prompts
from foyerdoc.chat.answering import language_model
from foyerdoc.errors import UsageError
from foyerdoc.evaluation.metrics.answers import exact, f1
from foyerdoc.experiments import chainforge
from foyerdoc.experiments.cache import Cache
from foyerdoc.experiments.kept import KeptModel
from foyerdoc.experiments.plan import Value
from foyerdoc.experiments.response import Response
from foyerdoc.experiments.table import Results, Row
from foyerdoc.language import detect
from foyerdoc.recipe import Quantization, Recipe, said

Metric = Literal["exact_match", "f1", "contains"]

_MOST: Final = 100_000
_TOGETHER: Final = 8  # prompts that are generated in one batch


class Matrix(BaseModel):
    """A matrix of prompts.

    Attributes:
        prompts: templates by name, with `{variables}`.
        models: "smollm2", folders or names.
        rows: values that belong together.
        variables: values of which each is asked with each, and with each row.
        expected: a template of the right answer; without one nothing is graded.
        metrics: how.
        quantization: of the models.
        max_tokens: of a response.
        responses: files of other responses, as ChainForge exports them, which are graded and shown beside these.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompts: dict[str, StrictStr] = Field(min_length=1)
    models: tuple[StrictStr, ...] = Field(min_length=1)
    rows: tuple[dict[str, Value], ...] = ()
    variables: dict[str, tuple[Value, ...]] = {}
    expected: StrictStr | None = None
    metrics: tuple[Metric, ...] = ("exact_match", "f1", "contains")
    quantization: Quantization = "nf4"
    max_tokens: int = Field(default=128, ge=1)
    responses: tuple[Path, ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any], folder: Path = Path()) -> Matrix:
        """A matrix of plain data; paths are taken from the folder.

        Raises:
            UsageError: it asks for something unknown, a template has a variable without values, or there are none or too many;
                it is named.
        """
        try:
            matrix = cls.model_validate(told)
        except ValidationError as error:
            raise UsageError(f"the plan: {said(error)}", hint="docs/experiments.md shows a matrix of prompts") from None
        empty = [name for name, some in matrix.variables.items() if not some]
        if twice := sorted({name for row in matrix.rows for name in row} & matrix.variables.keys()):
            raise UsageError(f"{twice[0]!r} is in rows and in variables", hint="leave one out")
        count = max(1, len(matrix.rows)) * math.prod(map(len, matrix.variables.values()))
        if empty or count > _MOST:
            reason = f"{empty[0]!r} has no value" if empty else f"{count:,} combinations of values"
            raise UsageError(f"the plan: {reason}", hint=f"give values that make 1 to {_MOST:,} prompts a template")
        values = matrix.values()
        for name, template in [*matrix.prompts.items(), *([("expected", matrix.expected)] if matrix.expected else [])]:
            for variable in prompts.variables(template):
                if any(variable not in row for row in values):
                    raise UsageError(
                        f"{name!r} has the variable {variable!r} without a value", hint="add it to rows or variables"
                    )
        return matrix.model_copy(update={"responses": tuple(folder / one for one in matrix.responses)})

    def values(self) -> list[dict[str, str]]:
        """Each row with each combination of the variables' values, all as texts."""
        crossed = [dict(zip(self.variables, some, strict=True)) for some in product(*self.variables.values())]
        rows = self.rows or ({},)
        return [{name: str(value) for name, value in {**row, **some}.items()} for row in rows for some in crossed]


def ask(matrix: Matrix, folder: Path) -> Iterator[Response]:
    """Ask what is not in the folder's cache yet.

    Yields:
        the responses, graded, model by model and template by template; those from elsewhere last.

    Raises:
        ModelMissing: a model is not on this machine.
        UsageError: a file of responses is none.
    """
    with Cache(folder / "cache") as cache:
        for name in matrix.models:
            model = language_model(Recipe.of({"model": name, "quantization": matrix.quantization}))
            if model is None:
                raise UsageError(f"{name!r} is no language model", hint="name smollm2, or a model's folder")
            kept = KeptModel(model, cache)
            try:
                for template in matrix.prompts:
                    yield from (graded(matrix, one) for one in _asked(matrix, kept, name, template))
            finally:
                kept.close()
    for path in matrix.responses:
        yield from (graded(matrix, one) for one in chainforge.read(path))


def graded(matrix: Matrix, response: Response) -> Response:
    """The same with its grades; without any where the expected answer cannot be told from its values."""
    values = {**response.about, **response.variables}
    if matrix.expected is None or not set(prompts.variables(matrix.expected)) <= values.keys():
        return response
    wanted = prompts.fill(matrix.expected, values)
    language = detect(wanted) or "unknown"
    found = {
        "exact_match": float(exact(response.text, [wanted], language)),
        "f1": f1(response.text, [wanted], language),
        "contains": float(wanted.casefold() in response.text.casefold()),
    }
    return replace(response, grades={name: found[name] for name in matrix.metrics})


def table(matrix: Matrix, responses: list[Response]) -> Results:
    """The graded responses as results: prompt and model are the factors."""
    outcomes = list(matrix.metrics)
    known = [one for one in responses if one.grades]
    templates = list(dict.fromkeys(one.template or "imported" for one in known))
    models = list(dict.fromkeys(one.model for one in known))
    rows: list[Row] = []
    for one in known:
        cell = {"prompt": one.template or "imported", "model": one.model}
        run = hashlib.sha256(json.dumps(cell, sort_keys=True).encode()).hexdigest()[:16]
        place = {"run": run, "replicate": 0, "order": templates.index(cell["prompt"]), "item": one.item, "document": one.item}
        language = detect(one.prompt) or "unknown"
        rows.append({**place, "language": language, **cell, **{name: one.grades[name] for name in outcomes}})
    plan = json.loads(matrix.model_dump_json(exclude={"responses"}))
    return Results({"prompt": templates, "model": models}, [], outcomes, (), plan).append(rows)


def _asked(matrix: Matrix, model: KeptModel, name: str, template: str) -> Iterator[Response]:
    text = matrix.prompts[template]
    used = set(prompts.variables(text))
    values = matrix.values()
    for start in range(0, len(values), _TOGETHER):
        some = values[start : start + _TOGETHER]
        filled = [prompts.fill(text, row) for row in some]
        answers = model.generate([prompts.own(one) for one in filled], max_tokens=matrix.max_tokens)
        for row, prompt, answer in zip(some, filled, answers, strict=True):
            inside = {key: value for key, value in row.items() if key in used}
            about = {key: value for key, value in row.items() if key not in used}
            yield Response(name, template, prompt, answer.text, inside, about)
