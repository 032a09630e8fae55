"""What values must add up to: a schema states it, code checks it.

    model_config = ConfigDict(json_schema_extra={"rules": ["net + tax = gross", "sum(lines.amount) = net", "start <= end"]})

A rule compares two sums of fields, numbers and `sum(list.field)`. It is checked when all its fields were found; amounts are
equal to two hundredths for each that is added up, since bills round line by line. Where a sum does not come out with the values
that were chosen, and does with one that was nearly chosen, that one is taken.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel

from foyerdoc.errors import SchemaError
from foyerdoc.extraction.schemas import Form, Leaf, models_within

_COMPARISON: Final = re.compile(r"<=|>=|<|>|=")
_TERM: Final = re.compile(
    r"\s*([+-]?)\s*(?:sum\(\s*(?P<each>[\w.]+)\s*\)|(?P<number>\d+(?:\.\d+)?)|(?P<field>[^\W\d][\w.]*))\s*"
)
_MOST_FIELDS, _MOST_CHOICES = 4, 7
_RECKONED: Final = frozenset({"amount", "number", "money", "percent", "date", "datetime"})
"""Kinds of values that can be added up or compared."""

_CENT: Final = Decimal("0.02")
_LEAST: Final = 1e-6
"""The share of what a model gave none."""
_HINT: Final = 'a rule reads "net + tax = gross", "sum(lines.amount) = net" or "start <= end"'


@dataclass(frozen=True, slots=True)
class _Term:
    sign: int
    path: str = ""
    each: str = ""
    number: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rule:
    """One comparison.

    Attributes:
        text: as the schema writes it.
        left, right: what is added up on either side.
        relation: "=", "<", "<=", ">" or ">=".
    """

    text: str
    left: tuple[_Term, ...]
    right: tuple[_Term, ...]
    relation: str

    def paths(self, found: Mapping[str, object]) -> frozenset[str]:
        """The fields that it speaks of, of those that were found."""
        return frozenset(path for term in (*self.left, *self.right) for path in _paths(term, found))

    def holds(self, found: Mapping[str, object]) -> bool | None:
        """Whether it is kept; None when a field of it was not found or is nothing that can be compared.

        Args:
            found: values by path, "lines[0].amount" those of lists.
        """
        sides = [_sum(terms, found) for terms in (self.left, self.right)]
        if sides[0] is None or sides[1] is None:
            return None
        (left, count), (right, more) = sides[0], sides[1]
        if isinstance(left, Decimal) != isinstance(right, Decimal):
            return None
        if self.relation == "=" and isinstance(left, Decimal) and isinstance(right, Decimal):
            return abs(left - right) <= _CENT * max(1, count + more - 1)
        if not _comparable(left, right):
            left, right = _day(left), _day(right)
        if self.relation == "=":
            return bool(left == right)
        first, second = (left, right) if self.relation.startswith("<") else (right, left)
        a: Any = first
        b: Any = second
        return bool(a <= b if "=" in self.relation else a < b)


def settle(
    rule: Rule, choices: Mapping[str, Sequence[object]], shares: Mapping[str, Sequence[float]] | None = None
) -> dict[str, int] | None:
    """The values under which a sum comes out, where those that were chosen do not make it: code reckons better than it reads.

    Args:
        rule: any; only equations of two to four single fields are settled.
        choices: for each field the values that it could have, the chosen one first (None: it was left absent).
        shares: how likely each of them is, 0 to 1; without, the further down the less.

    Returns:
        the place in `choices` of each field's value, those that are likeliest together, or without shares least far down, at
        least one field keeping its own; None when no combination makes the sum, when another one is as near, or when a value is
        zero: 0 + x = x proves nothing.
    """
    paths = [term.path for term in (*rule.left, *rule.right)]
    plain = rule.relation == "=" and all(term.path and not term.each for term in (*rule.left, *rule.right))
    if not plain or not 2 < len(set(paths)) == len(paths) <= _MOST_FIELDS or any(path not in choices for path in paths):
        return None
    costs = {path: _costs(len(choices[path]), None if shares is None else shares[path]) for path in paths}
    best: dict[tuple[object, ...], tuple[float, tuple[int, ...]]] = {}
    for places in itertools.product(*(range(min(len(choices[path]), _MOST_CHOICES)) for path in paths)):
        values = [choices[path][place] for path, place in zip(paths, places, strict=True)]
        proves = 0 in places and all(_is_number(value) and value for value in values)
        if proves and rule.holds(dict(zip(paths, values, strict=True))):
            cost = sum(costs[path][place] for path, place in zip(paths, places, strict=True))
            best[tuple(values)] = min(best.get(tuple(values), (cost, places)), (cost, places))
    nearest = sorted(best.values())
    if not nearest or (len(nearest) > 1 and nearest[1][0] == nearest[0][0]):
        return None
    return dict(zip(paths, nearest[0][1], strict=True))


def _costs(count: int, shares: Sequence[float] | None) -> Sequence[float]:
    """What it costs to take each of a field's values: nothing for the one that is surest."""
    return range(count) if shares is None else [-math.log(max(share, _LEAST)) for share in shares]


def rules_of(schema: type[BaseModel], form: Form) -> tuple[Rule, ...]:
    """The rules that a schema states.

    Raises:
        SchemaError: a rule is none, speaks of a field that the schema does not have or that is neither a number nor a date, or
            is stated by a model within the schema, where nothing would check it; the message holds the rule or the model.
    """
    for inner in models_within(schema):
        if _stated(inner):
            raise SchemaError(
                f"{inner.__name__} stands within {schema.__name__} and states rules", hint="state them in the outermost model"
            )
    listed = {f"{rows.path}.{leaf.path}": (rows.path, leaf) for rows in form.tables for leaf in rows.leaves if not leaf.many}
    single = {leaf.path: leaf for leaf in form.leaves if not leaf.many}
    known = _Known(
        frozenset(single),
        {path: (rows, leaf.path) for path, (rows, leaf) in listed.items()},
        frozenset(
            path for path, leaf in [*single.items(), *((path, leaf) for path, (_, leaf) in listed.items())] if _is_words(leaf)
        ),
    )
    return tuple(_parse(text, known) for text in _stated(schema))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a rule can speak of: single fields, and fields of lists with their list and their path within it."""

    fields: frozenset[str]
    lists: Mapping[str, tuple[str, str]]
    words: frozenset[str]
    """Those of both that are words, which nothing can be reckoned with."""


def _is_words(leaf: Leaf) -> bool:
    return leaf.type is str if leaf.kind == "choice" else leaf.kind not in _RECKONED


def _stated(schema: type[BaseModel]) -> Sequence[str]:
    extra = schema.model_config.get("json_schema_extra")
    stated = extra.get("rules", ()) if isinstance(extra, Mapping) else ()
    if not isinstance(stated, (list, tuple)) or not all(isinstance(text, str) for text in stated):
        raise SchemaError(f"the rules of {schema.__name__} are no list of strings", hint=_HINT)
    return [str(text) for text in stated]


def _parse(text: str, known: _Known) -> Rule:
    relations = _COMPARISON.findall(text)
    if len(relations) != 1:
        raise SchemaError(f"the rule {text!r} is not one comparison", hint=_HINT)
    left, right = _COMPARISON.split(text)
    return Rule(text, _terms(left, text, known), _terms(right, text, known), relations[0])


def _terms(side: str, rule: str, known: _Known) -> tuple[_Term, ...]:
    terms: list[_Term] = []
    at = 0
    while at < len(side):
        match = _TERM.match(side, at)
        if match is None or (terms and not match[1]):
            raise SchemaError(f"the rule {rule!r} is no sum of fields on one side", hint=_HINT)
        sign = -1 if match[1] == "-" else 1
        if (named := match["each"] or match["field"]) in known.words:
            raise SchemaError(
                f"the rule {rule!r}: {named} is neither a number nor a date", hint="give the field the type Decimal"
            )
        if match["number"]:
            terms.append(_Term(sign, number=Decimal(match["number"])))
        elif match["each"] in known.lists:
            terms.append(_Term(sign, *known.lists[match["each"]]))
        elif match["field"] in known.fields:
            terms.append(_Term(sign, match["field"]))
        else:
            raise SchemaError(f"the rule {rule!r}: {_unknown(match['each'], match['field'], known)}", hint=_HINT)
        at = match.end()
    if not terms:
        raise SchemaError(f"the rule {rule!r} has an empty side", hint=_HINT)
    return tuple(terms)


def _unknown(each: str | None, field: str | None, known: _Known) -> str:
    if field in known.lists:
        return f"{field} stands in a list, write sum({field})"
    return f"the schema has no list with the field {each}" if each else f"the schema has no single field {field}"


def _paths(term: _Term, found: Mapping[str, object]) -> Iterator[str]:
    if term.each:
        pattern = re.compile(rf"{re.escape(term.path)}\[\d+\]\.{re.escape(term.each)}")
        yield from (path for path in found if pattern.fullmatch(path))
    elif term.path in found:
        yield term.path


def _sum(terms: Sequence[_Term], found: Mapping[str, object]) -> tuple[Decimal | date, int] | None:
    """What a side comes to, and how many values were added; None when one is missing. A date stands alone."""
    total, count = Decimal(0), 0
    for term in terms:
        paths = list(_paths(term, found))
        if term.path and not paths:
            return None
        for path in paths:
            value = found[path]
            if isinstance(value, (date, datetime)):
                return (value, 1) if len(terms) == 1 and len(paths) == 1 else None
            if not _is_number(value):
                return None
            total += term.sign * Decimal(str(value))
            count += 1
        total += term.sign * term.number
    return total, count


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _comparable(left: Decimal | date, right: Decimal | date) -> bool:
    """Whether Python compares the two: not a day with a moment, nor a moment that has a zone with one that has none."""
    if isinstance(left, datetime) and isinstance(right, datetime):
        return (left.tzinfo is None) == (right.tzinfo is None)
    return isinstance(left, datetime) == isinstance(right, datetime)


def _day(value: Decimal | date) -> Decimal | date:
    return value.date() if isinstance(value, datetime) else value
