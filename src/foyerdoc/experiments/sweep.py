"""A planned experiment, run: every question under its settings, into a table that a kill cannot spoil.

for run in sweep(Plan.load("plan.yaml"), Path("results")):
    print(run.number, "of", run.total)

RESULTS/results.parquet     every question's result under every run (`table`)
RESULTS/settings.json       the best setting of each knob, as a recipe
RESULTS/cache/              what the stages have made: may be deleted once all is done
"""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from foyerdoc.documents import Document
from foyerdoc.errors import UsageError
from foyerdoc.evaluation.gold import Gold
from foyerdoc.experiments.cache import Cache
from foyerdoc.experiments.design import Cell, deal, fraction, full
from foyerdoc.experiments.measuring import OF_ANSWERS, Item, items, measure
from foyerdoc.experiments.plan import MEASURES, OUTCOMES, Plan
from foyerdoc.experiments.stages import Stages
from foyerdoc.experiments.table import FILE, Results
from foyerdoc.recipe import Recipe

SETTINGS: Final = "settings.json"
_LOOKED_AT: Final = 65536


@dataclass(frozen=True, slots=True)
class Run:
    """One combination of levels in one replicate, and the questions that it is run on.

    Attributes:
        key: the hash of its settings and its replicate.
        replicate: from 0.
        cell: the levels.
        items: numbers of the questions.
    """

    key: str
    replicate: int
    cell: Cell
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A run that is in the table.

    Attributes:
        number, total: its place in the order of runs, from 1, and how many there are.
        run: what was run.
        made: what had to be computed for it, by stage; empty for one that was there already.
    """

    number: int
    total: int
    run: Run
    made: dict[str, int]


def design(plan: Plan, asked: Sequence[Item]) -> list[Run]:
    """The runs in the order in which they are run, which is drawn at random.

    Raises:
        UsageError: the fraction is larger than the design.
    """
    cells = full(plan.factors)
    if plan.fraction is not None:
        cells = fraction(cells, plan.fraction, np.random.default_rng([plan.seed, 0]))
    runs = []
    for replicate in range(plan.replicates):
        rng = np.random.default_rng([plan.seed, 1, replicate])
        hands = deal([item.language for item in asked], cells, plan.per_item or len(cells), rng)
        for number, cell in enumerate(cells):
            told = json.dumps([plan.settings, cell, replicate], sort_keys=True)
            chosen = tuple(item for item, hand in enumerate(hands) if number in hand)
            if chosen:
                runs.append(Run(hashlib.sha256(told.encode()).hexdigest()[:16], replicate, cell, chosen))
    order = np.random.default_rng([plan.seed, 2]).permutation(len(runs))
    return [runs[number] for number in order]


def count(plan: Plan) -> int:
    """How many runs there are at most: a combination that no question meets is left out."""
    cells = plan.fraction or math.prod(len(levels) for levels in plan.factors.values())
    return cells * plan.replicates


def sweep(plan: Plan, folder: Path) -> Iterator[Done]:
    """Run what is not in the folder's table yet. Killed at any moment, the same call goes on.

    Args:
        plan: what is varied.
        folder: where table, best settings and cache are kept.

    Yields:
        each run as soon as its results are on disk.

    Raises:
        UsageError: the folder holds the results of another plan, or another sweep fills it; or documents and questions do not
            fit each other.
        FoyerdocError: a document cannot be read, or a model cannot be loaded.
    """
    with _alone(folder), Cache(folder / "cache") as cache, Stages(plan.documents, cache) as stages:
        documents = stages.documents
        gold = Gold.read(plan.questions, {name: one.text for name, one in documents.items()})
        asked = items(gold, documents)
        if plan.goal in OF_ANSWERS and not any(item.answers for item in asked):
            raise UsageError(f"the goal is {plan.goal}, and the gold has places without answers", hint="goal: cited")
        results = _begun(plan, gold, documents, folder)
        runs = design(plan, asked)
        for number, run in enumerate(runs, 1):
            before = cache.made.copy()
            known = results.done()
            missing = [item for item in run.items if (run.key, asked[item].name) not in known]
            if missing:
                recipe = plan.recipe(run.cell, run.replicate)
                rows = [_row(stages, recipe, run, number, asked[item]) for item in missing]
                results = results.append(rows)
                results.write(folder)
            yield Done(number, len(runs), run, dict(cache.made - before))
        best_settings(plan, results).save(folder / SETTINGS, about={"goal": plan.goal, "best": best_levels(results, plan.goal)})


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others from filling the folder. The lock is SQLite's, which goes with the process, however it ends.

    Raises:
        UsageError: another sweep has it, or no folder can be there.
    """
    try:
        (folder / "cache").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be a folder: {error.strerror}", hint="name another place for results") from error
    with closing(sqlite3.connect(folder / "cache" / "running.sqlite", timeout=0, check_same_thread=False)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise UsageError(f"another sweep fills {folder}", hint="wait for it, or name another folder") from error
        yield


def best_levels(results: Results, goal: str) -> dict[str, Any]:
    """The level of each factor whose mean of an outcome is highest (of `refused` lowest), over all other factors.

    A balanced design deals every level the same company, so that means can be compared.
    """
    values = np.array(results.column(goal), dtype=float)
    values = -values if goal == "refused" else values
    best = {}
    for name, levels in results.factors.items():
        column = results.column(name)
        means = [_mean(values[[value == level for value in column]]) for level in levels]
        best[name] = levels[int(np.argmax(means))]
    return best


def best_settings(plan: Plan, results: Results) -> Recipe:
    """The plan's settings with the best level of every factor."""
    return plan.recipe(best_levels(results, plan.goal))


def _mean(values: Any) -> float:
    """Of what is known; minus infinity where nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else -np.inf


def _row(stages: Stages, recipe: Recipe, run: Run, number: int, item: Item) -> dict[str, Any]:
    found = stages.find(recipe, item.question)
    answer = stages.answer(recipe, found)
    chances = stages.chances(recipe, found)
    return {
        "run": run.key,
        "replicate": run.replicate,
        "order": number,
        "item": item.name,
        "document": item.document,
        "language": item.language,
        **run.cell,
        **measure(item, found, answer, chances),
    }


def _contents(plan: Plan) -> dict[str, str]:
    """Of examples and models, a hash of what tells them from others: names and sizes of files, their first bytes and last."""
    found = {}
    for name, path in {**plan.models, **({"examples": plan.examples} if plan.examples else {})}.items():
        digest = hashlib.sha256()
        for file in sorted(one for one in (path.rglob("*") if path.is_dir() else [path]) if one.is_file()):
            size = file.stat().st_size
            digest.update(f"{file.relative_to(path)} {size}\n".encode("utf-8", "surrogateescape"))
            with file.open("rb") as stream:
                digest.update(stream.read(_LOOKED_AT))
                stream.seek(max(0, size - _LOOKED_AT))
                digest.update(stream.read(_LOOKED_AT))
        found[name] = digest.hexdigest()
    return found


def _begun(plan: Plan, gold: Gold, documents: dict[str, Document], folder: Path) -> Results:
    """The folder's table, or an empty one.

    Raises:
        UsageError: it is of another plan, or of other questions or documents.
    """
    text = hashlib.sha256()
    for name in sorted(documents):
        text.update(hashlib.sha256(documents[name].text.encode("utf-8", "surrogatepass")).digest())
    # Where files lie does not matter, what is in them does.
    told = json.loads(plan.model_dump_json(exclude={"questions", "documents", "examples", "models"}))
    told |= {"gold": gold.version, "texts": text.hexdigest(), "files": _contents(plan)}
    if (folder / FILE).is_file():
        results = Results.read(folder)
        # Tables of before files were looked at do not say what was in them.
        known = told if "files" in results.plan else told.keys() - {"files"}
        differing = sorted(name for name in known if results.plan.get(name) != told[name] and name != "goal")
        if differing:
            hint = "name another folder, or go on with the plan as it was"
            raise UsageError(f"{folder} holds results of another plan: {', '.join(differing)} differ", hint=hint)
        return results
    return Results(plan.factors, MEASURES, OUTCOMES, (), told)
