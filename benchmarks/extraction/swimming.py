"""Swimming results of ExtractBench: a published JSON Schema with lists of objects, against gold that people wrote.

    python -m benchmarks.extraction.swimming FOLDER [--model FOLDER] [--list]

FOLDER holds swimming-schema.json and pdf+gold. The published schema is asked as it is. What is found and the gold are brought
into one form, one list of results, the age group being one more field of a result; in four of five files the gold has a level
("events") that the schema does not have, always with one event.

Each value is compared by its own `evaluation_config`: exact, without case, or as a number; "fuzzy" is a similarity by edits of
0.8, and "semantic", which ExtractBench leaves to a language model, is equality without case, marks and white space. Results
are matched one to one so that most of their values are equal. Values that stand nowhere on the page, such as the rank "NA",
count as missing all the same.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from benchmarks.extraction.asking import extractor_of, options_of
from benchmarks.extraction.scores import show_fields
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from scipy.optimize import linear_sum_assignment

import foyerdoc as fd
from foyerdoc.evaluation.comparing import plain
from foyerdoc.extraction.jsonschema import from_json_schema

RESULTS = "results"
SAME: Mapping[str, Callable[[str, str], bool]] = {
    "string_exact": lambda a, b: a == b,
    "string_case_insensitive": lambda a, b: a.casefold() == b.casefold(),
    "integer_exact": lambda a, b: float(a) == float(b),
    "string_fuzzy": lambda a, b: Levenshtein.normalized_similarity(a.casefold(), b.casefold()) >= 0.8,
    "string_semantic": lambda a, b: plain(a) == plain(b),
}
"""Comparisons by their name in a schema's `evaluation_config`."""

Values = Mapping[str, Any]
"""Single values by their path, "athlete_details.team"; null is left out."""


def main() -> int:
    parser = options_of(__doc__)
    options = parser.parse_args()
    console = Console(width=130)
    published = json.loads((options.folder / "swimming-schema.json").read_bytes())
    extractor = extractor_of(options, from_json_schema(published))
    same = {path: SAME[name] for path, name in comparisons(published, "")}
    by_field: dict[str, dict[str, list[str]]] = {path: defaultdict(list) for path in same}
    files = sorted((options.folder / "pdf+gold").glob("*.pdf"))[: options.most]
    found_rows = gold_rows = tables = 0
    for file in files:
        document = fd.clean(fd.read(file))
        result = extractor.extract(document)
        head, rows = flat(result.value.model_dump(mode="json") if result.value else {})
        gold_head, gold = flat(json.loads(file.with_suffix(".gold.json").read_bytes()))
        found_rows, gold_rows = found_rows + len(rows), gold_rows + len(gold)
        tables += sum(block.kind == "table" for block in document.blocks)
        for said, wanted in [(head, gold_head), *matched(rows, gold, same)]:
            for path, outcome in judged(said, wanted, same):
                by_field[path][file.stem].append(outcome)
        if options.list:
            console.print(file.stem, head, rows, result.issues, markup=False, highlight=False)
    show_fields(console, by_field, ("right", "wrong", "invented", "missing"), f"{len(files)} files, each value of each result")
    console.print(f"{found_rows} results found of {gold_rows}, from {tables} tables that were recognised")
    return 0


def comparisons(schema: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    """How each single value is compared, by its path; lists of objects have no path of their own."""
    for name, told in schema["properties"].items():
        if told.get("type") == "array":
            yield from comparisons(told["items"], "")
        elif told.get("type") == "object":
            yield from comparisons(told, f"{prefix}{name}.")
        elif name == "records":
            yield name, "string_semantic"
        else:
            yield prefix + name, told["evaluation_config"]


def flat(value: Mapping[str, Any]) -> tuple[Values, list[Values]]:
    """The values beside the lists, and those of each result. Records are one value, their order left out."""
    (event,) = value.get("events") or [value]
    head = dict(leaves({"championship": value.get("championship"), "event_details": event.get("event_details")}, ""))
    rows: list[Values] = []
    for group in event.get("age_groups") or []:
        for result in group[RESULTS] or []:
            records = " ".join(sorted(result.get("records") or [])) or None
            rows.append(dict(leaves({"age_group": group["age_group"], **result, "records": records}, "")))
    return head, rows


def leaves(value: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from leaves(inner, f"{prefix}{name}.")
        elif inner is not None:
            yield prefix + name, inner


def judged(said: Values, wanted: Values, same: Mapping[str, Callable[[str, str], bool]]) -> Iterator[tuple[str, str]]:
    """Outcomes of one object's values, by path."""
    for path in said.keys() | wanted.keys():
        if path not in said:
            yield path, "missing"
        elif path not in wanted:
            yield path, "invented"
        elif same[path](str(said[path]).strip(), str(wanted[path]).strip()):
            yield path, "right"
        else:
            yield path, "wrong"
            yield path, "missing"


def matched(
    found: Sequence[Values], gold: Sequence[Values], same: Mapping[str, Callable[[str, str], bool]]
) -> Iterator[tuple[Values, Values]]:
    """Results one to one, so that most of their values are right; those that are left over stand beside nothing."""
    right = np.array([[sum(o == "right" for _, o in judged(a, b, same)) for b in gold] for a in found])
    pairs = dict(zip(*map(list, linear_sum_assignment(right.reshape(len(found), len(gold)), maximize=True)), strict=True))
    yield from ((found[i], gold[j]) for i, j in pairs.items())
    yield from ((each, {}) for i, each in enumerate(found) if i not in pairs)
    yield from (({}, each) for j, each in enumerate(gold) if j not in pairs.values())


if __name__ == "__main__":
    raise SystemExit(main())
