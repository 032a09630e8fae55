"""What values must add up to: a schema states it, code checks it.

    model_config = ConfigDict(json_schema_extra={"rules": ["net + tax = gross", "sum(lines.amount) = net", "start <= end"]})

A rule compares two sums of fields, numbers and `sum(list.field)`. It is checked when all its fields were found; amounts are
equal to two hundredths for each that is added up, since bills round line by line. Where a sum does not come out with the values
that were chosen, and does with one that was nearly chosen, that one is taken.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel

from foyerdoc.errors import SchemaError
from foyerdoc.extraction.schemas import Form

_COMPARISON: Final = re.compile(r"<=|>=|<|>|=")
_TERM: Final = re.compile(
    r"\s*([+-]?)\s*(?:sum\(\s*(?P<list>\w+)\.(?P<each>[\w.]+)\s*\)|(?P<number>\d+(?:\.\d+)?)|(?P<field>[A-Za-z_][\w.]*))\s*"
)
_MOST_FIELDS, _MOST_CHOICES = 4, 7
_CENT: Final = Decimal("0.02")
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
        if self.relation == "=":
            if isinstance(left, Decimal) and isinstance(right, Decimal):
                return abs(left - right) <= _CENT * max(1, count + more - 1)
            return bool(left == right)
        first, second = (left, right) if self.relation.startswith("<") else (right, left)
        a: Any = first
        b: Any = second
        return bool(a <= b if "=" in self.relation else a < b)


def settle(rule: Rule, choices: Mapping[str, Sequence[object]]) -> dict[str, int] | None:
    """The values under which a sum comes out, where those that were chosen do not make it: code reckons better than it reads.

    Args:
        rule: any; only equations of two to four single fields are settled.
        choices: for each field the values that it could have, the chosen one first (None: it was left absent).

    Returns:
        the place in `choices` of each field's value, those that are least far down, at least one field keeping its own; None
        when no combination makes the sum, when another one is as near, or when a value is zero: 0 + x = x proves nothing.
    """
    paths = [term.path for term in (*rule.left, *rule.right)]
    plain = rule.relation == "=" and all(term.path and not term.each for term in (*rule.left, *rule.right))
    if not plain or not 2 < len(set(paths)) == len(paths) <= _MOST_FIELDS or any(path not in choices for path in paths):
        return None
    best: dict[tuple[object, ...], tuple[int, tuple[int, ...]]] = {}
    for places in itertools.product(*(range(min(len(choices[path]), _MOST_CHOICES)) for path in paths)):
        values = [choices[path][place] for path, place in zip(paths, places, strict=True)]
        proves = 0 in places and all(isinstance(value, Decimal) and value for value in values)
        if proves and rule.holds(dict(zip(paths, values, strict=True))):
            best[tuple(values)] = min(best.get(tuple(values), (sum(places), places)), (sum(places), places))
    nearest = sorted(best.values())
    if not nearest or (len(nearest) > 1 and nearest[1][0] == nearest[0][0]):
        return None
    return dict(zip(paths, nearest[0][1], strict=True))


def rules_of(schema: type[BaseModel], form: Form) -> tuple[Rule, ...]:
    """The rules that a schema states.

    Raises:
        SchemaError: a rule is none, or speaks of a field that the schema does not have; the message holds the rule.
    """
    extra = schema.model_config.get("json_schema_extra")
    stated = extra.get("rules", ()) if isinstance(extra, Mapping) else ()
    known = {leaf.path for leaf in form.leaves} | {f"{rows.path}.{leaf.path}" for rows in form.tables for leaf in rows.leaves}
    rules = tuple(_parse(str(text)) for text in stated) if isinstance(stated, (list, tuple)) else ()
    for rule in rules:
        for term in (*rule.left, *rule.right):
            path = f"{term.path}.{term.each}" if term.each else term.path
            if path and path not in known:
                raise SchemaError(f"the rule {rule.text!r}: the schema has no field {path}", hint=_HINT)
    return rules


def _parse(text: str) -> Rule:
    relations = _COMPARISON.findall(text)
    if len(relations) != 1:
        raise SchemaError(f"the rule {text!r} is not one comparison", hint=_HINT)
    left, right = _COMPARISON.split(text)
    return Rule(text, _terms(left, text), _terms(right, text), relations[0])


def _terms(side: str, rule: str) -> tuple[_Term, ...]:
    terms: list[_Term] = []
    at = 0
    while at < len(side):
        match = _TERM.match(side, at)
        if match is None or (terms and not match[1]):
            raise SchemaError(f"the rule {rule!r} is no sum of fields on one side", hint=_HINT)
        sign = -1 if match[1] == "-" else 1
        if match["number"]:
            terms.append(_Term(sign, number=Decimal(match["number"])))
        else:
            terms.append(_Term(sign, match["list"] or match["field"], match["each"] or ""))
        at = match.end()
    if not terms:
        raise SchemaError(f"the rule {rule!r} has an empty side", hint=_HINT)
    return tuple(terms)


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
            if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
                return None
            total += term.sign * Decimal(str(value))
            count += 1
        total += term.sign * term.number
    return total, count
