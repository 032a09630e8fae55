"""What an experiment varies, on which questions, and how much of it is run: `plan.yaml`.

    questions: questions.jsonl          # gold questions: answers, and the place of each (docs/formats.md)
    documents: [articles]               # files and folders
    factors:
      chunk_size: [64, 128, 256]
      retrieval: [dense, lexical, fused]
    settings: {model: smollm2}          # the same in all runs; what is left out is as the library does it
    per_item: 4                         # combinations that a question meets; all when it is left out

What it does not know it refuses by name.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictFloat, StrictInt, StrictStr, ValidationError

from foyerdoc.errors import MissingDependency, UsageError
from foyerdoc.experiments.design import Cell
from foyerdoc.models.naming import is_served, named_model
from foyerdoc.recipe import Choice, Recipe, said


def _plain(value: object) -> object:
    """Refuse what is neither a text nor a number; and numbers that neither JSON nor a table of results can hold."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("neither a text nor a number")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("a whole number of more than 64 bits")
    return value


Value: TypeAlias = Annotated[StrictStr | StrictInt | StrictFloat, BeforeValidator(_plain)]
"""A level of a factor, or a value in a prompt."""

MEASURES: Final = ("recall_at_1", "recall_at_5", "shown", "belief", "supported")
OUTCOMES: Final = ("exact_match", "f1", "holds", "cited", "refused")
KNOBS: Final = (*(name for name in Recipe.model_fields if name != "examples"), "few_shot")

_OF_MODELS: Final = {"quantization", "adapter", "prompt_language", "prompt_length", "few_shot"}
_NAMED: Final = ("embedder", "model", "adapter")
_FOLDERS_OF_THE_HOUSE: Final = {"e5", "smollm2", "quoter", "ranking", "none"}


class Plan(BaseModel):
    """A designed experiment.

    Attributes:
        questions: a `.jsonl` file of gold questions, or a folder of such.
        documents: files, and folders whose files are read.
        factors: the levels of each knob that is varied: `KNOBS`.
        settings: the others' values.
        models: folders by the name that levels of `embedder`, `model` and `adapter` use for them.
        examples: a `.jsonl` file of solved choices, of which `few_shot` takes some: `recipe.Choice`.
        replicates: how often the whole is done, each time with other draws, 1 to 1,000.
        fraction: how many of all combinations are run; all when None.
        per_item: combinations that a question meets in each replicate; all when None.
        seed: of all draws.
        goal: the outcome by which the best settings are chosen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: Path
    documents: tuple[Path, ...] = Field(min_length=1)
    factors: dict[str, tuple[Value, ...]] = Field(min_length=1)
    settings: dict[str, Value] = {}
    models: dict[str, Path] = {}
    examples: Path | None = None
    replicates: int = Field(default=1, ge=1, le=1000)
    fraction: int | None = Field(default=None, ge=1)
    per_item: int | None = Field(default=None, ge=1)
    seed: int = Field(default=0, ge=0)
    goal: str = "f1"

    @classmethod
    def load(cls, path: str | Path) -> Plan:
        """Read a plan; its paths are taken from the folder that it is in.

        Raises:
            MissingDependency: PyYAML is not installed.
            UsageError: the file is not there, is no YAML, or asks for something unknown, which is named.
        """
        return cls.of(read_yaml(path), Path(path).parent)

    @classmethod
    def of(cls, told: Mapping[str, Any], folder: Path = Path()) -> Plan:
        """A plan of plain data.

        Raises:
            UsageError: it asks for something unknown, which is named.
        """
        try:
            plan = cls.model_validate(told)
        except ValidationError as error:
            raise UsageError(f"the plan: {said(error)}", hint="docs/experiments.md shows what a plan may say") from None
        plan = plan.model_copy(
            update={
                "questions": folder / plan.questions,
                "documents": tuple(folder / one for one in plan.documents),
                "models": {name: folder / one for name, one in plan.models.items()},
                "examples": None if plan.examples is None else folder / plan.examples,
            }
        )
        _check(plan)
        return plan

    def recipe(self, cell: Cell, replicate: int = 0) -> Recipe:
        """The settings of a combination, the plan's own names of models as folders.

        Raises:
            UsageError: a value is out of range; or there are fewer examples than asked for.
        """
        told: dict[str, Any] = {**self.settings, **cell}
        shots = told.pop("few_shot", 0)
        for knob in _NAMED:
            if told.get(knob) in self.models:
                told[knob] = str(self.models[told[knob]])
        recipe = Recipe.of(told)
        if not shots:
            return recipe
        if self.examples is None:
            raise UsageError("few_shot asks for examples, and the plan names none", hint="examples: FILE.jsonl")
        pool = choices(self.examples)
        if shots > len(pool):
            raise UsageError(f"few_shot asks for {shots} of {len(pool)} examples", hint="write more of them")
        drawn = random.Random(f"{self.seed} {replicate}").sample(pool, int(shots))  # noqa: S311 - a design, no secret
        return recipe.model_copy(update={"examples": tuple(drawn)})


def read_yaml(path: str | Path) -> dict[str, Any]:
    """The mapping that a YAML file holds.

    Raises:
        MissingDependency: PyYAML is not installed.
        UsageError: the file is not there, or is none.
    """
    try:
        import yaml
    except ImportError as error:
        raise MissingDependency("plans are YAML", hint="pip install 'foyerdoc[experiments]'") from error
    try:
        told = yaml.safe_load(Path(path).read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read", hint="name the plan's file") from error
    # A number of thousands of digits, a day that no month has, brackets in brackets without end: none is a YAMLError.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise UsageError(f"{path} is no YAML{f', line {mark.line + 1}' if mark else ''}", hint="mend the line") from error
    if not isinstance(told, dict) or not all(isinstance(name, str) for name in told):
        raise UsageError(f"{path} is no mapping of names to values", hint="docs/experiments.md shows a plan")
    return told


def choices(path: Path) -> list[Choice]:
    """The solved choices of a `.jsonl` file.

    Raises:
        UsageError: it is not there, or a line is none; the line is named.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UsageError(f"{path} cannot be read", hint="name a .jsonl file of examples") from error
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(Choice.model_validate_json(line))
            except ValidationError as error:
                raise UsageError(f"{path.name}, line {number}: {said(error)}", hint="question, sentences, answer") from None
    return found


def _check(plan: Plan) -> None:
    hint = f"knobs are {', '.join(KNOBS)}"
    for name in (*plan.factors, *plan.settings):
        if name not in KNOBS:
            raise UsageError(f"the plan varies or sets {name!r}, which is not known", hint=hint)
    both = sorted(plan.factors.keys() & plan.settings.keys())
    if both:
        raise UsageError(f"{both[0]!r} is varied and set", hint="leave one out")
    for name, levels in plan.factors.items():
        if len(set(levels)) < 2 or len(set(levels)) < len(levels):
            raise UsageError(f"the levels of {name!r} are fewer than two, or one comes twice", hint="name each once")
        for level in levels:
            _check_value(plan, name, level)
    for name, value in plan.settings.items():
        _check_value(plan, name, value)
    _check_used(plan)
    _check_together(plan)
    if plan.goal not in OUTCOMES:
        raise UsageError(f"the goal is {plan.goal!r}", hint=f"outcomes are {', '.join(OUTCOMES)}")


def _check_value(plan: Plan, name: str, value: Any) -> None:
    if name == "few_shot":
        if not isinstance(value, int) or value < 0:
            raise UsageError("few_shot is a number of examples", hint="write 0, 1, 2 ...")
        return
    if name in _NAMED and value not in plan.models and value not in _FOLDERS_OF_THE_HOUSE and "/" not in str(value):
        known = ", ".join(sorted({*plan.models, *_FOLDERS_OF_THE_HOUSE}))
        raise UsageError(f"{name} {value!r} is not known", hint=f"known are {known}; name others under models:")
    try:
        Recipe.model_validate({name: value})
    except ValidationError as error:
        raise UsageError(f"the plan gives {name} the value {value!r}: {said(error)}", hint="see docs/experiments.md") from None


def _check_used(plan: Plan) -> None:
    """A knob that no run looks at would show as one without effect."""
    models = _levels(plan, "model", "quoter")
    generates = any(model not in {"quoter", "ranking"} for model in models)
    idle = sorted(_OF_MODELS & plan.factors.keys())
    if idle and not generates:
        raise UsageError(f"{idle[0]!r} is varied and no run asks a language model", hint="set model: smollm2")
    here = [model for model in models if model not in {"quoter", "ranking"} and not is_served(str(model))]
    idle = sorted({"quantization", "adapter"} & plan.factors.keys())
    if idle and not here:
        raise UsageError(f"{idle[0]!r} is varied and no run asks a model of this machine", hint="it is the server's business")
    modes = _levels(plan, "retrieval", "fused")
    if "dense" in plan.factors and "fused" not in modes:
        raise UsageError("'dense' weighs meaning beside words, and no run takes both", hint="set retrieval: fused")
    if "quoter" in models and set(_levels(plan, "embedder", "e5")) - {"e5"}:
        # With another embedder nobody would be asked, and the difference would be put down to the embedder.
        raise UsageError("the quoter knows the embedder e5 alone", hint="set model: ranking, or a language model")


def _check_together(plan: Plan) -> None:
    """What would fail under some combinations only, hours after the start."""
    overlap, size = max(_levels(plan, "overlap", 0)), min(_levels(plan, "chunk_size", Recipe().chunk_size))
    if overlap >= size:
        raise UsageError(f"an overlap of {overlap} tokens in chunks of {size}", hint="keep overlaps below all sizes of chunks")
    for name in {*_levels(plan, "embedder", "e5"), *_levels(plan, "model", "quoter"), *_levels(plan, "adapter", "none")}:
        if name in plan.models and not plan.models[name].exists():
            raise UsageError(f"{plan.models[name]}, the model {name!r}, is not there", hint="name its folder under models:")
    served = [model for model in _levels(plan, "model", "quoter") if is_served(str(model))]
    for model in served:
        named_model(str(model))
    if served and set(_levels(plan, "adapter", "none")) != {"none"}:
        raise UsageError("a server serves an adapter as a model of its own", hint="name that one under model, no adapter")
    plan.recipe({"few_shot": max(_levels(plan, "few_shot", 0))})


def _levels(plan: Plan, knob: str, default: Value) -> tuple[Any, ...]:
    return plan.factors.get(knob, (plan.settings.get(knob, default),))
