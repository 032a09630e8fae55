"""The rows: a document each, with what is asked of it and where the answers stand."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.forms import contracts, papers
from tools.forms.cases import Case
from tools.forms.roles import ROLES, Role
from tools.forms.writer import Writer

_LANGUAGES = {"fr": 36, "de": 30, "en": 30, "lb": 4}
_SHARES = {"invoice": 12, "contract": 9, "policy": 4, "claim": 4}
_CONTRACT = ("title", "parties", "agreement_date", "effective", "expiration", "law", "fee", "cap")
_ABSENT = 0.2
_FIFTH = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One document.

    Attributes:
        kind: of paper, "invoice" ...
        fields: as `foyerdoc.finetuning.data.fields` reads them.
        held_out: whether it belongs to the fifth that is tested.
    """

    id: str
    text: str
    language: str
    kind: str
    fields: list[dict[str, Any]]
    held_out: bool


def forms(count: int, seed: int, language: str | None = None) -> Iterator[Row]:
    """Draw documents; the same arguments give the same rows, and a row depends on the seed and its place alone."""
    for place in range(count):
        yield _row(random.Random(f"{seed}:{place}"), place, language)  # noqa: S311 - seeded draws, nothing secret


def _row(rng: random.Random, place: int, only: str | None) -> Row:
    language = only or rng.choices(list(_LANGUAGES), weights=list(_LANGUAGES.values()))[0]
    kinds = [*papers.KINDS, "contract"]
    kind = rng.choices(kinds, weights=[_SHARES.get(name, 2) for name in kinds])[0]
    case, writer = Case(rng, language), Writer()
    if kind == "contract":
        contracts.write(writer, case)
    else:
        papers.write(writer, case, kind)
    fields = _asked(rng, writer, kind)
    # Which sender: the test documents come from firms that no training document has.
    sender = next(
        (case.get(role) for role in ("seller", "insurer", "employer", "parties") if role in writer.places), str(place)
    )
    held_out = int(hashlib.sha256(f"{kind}:{sender}".encode()).hexdigest(), 16) % _FIFTH == 0
    return Row(f"{kind.replace(' ', '-')}/{language}/{place:05}", writer.text.rstrip("\n"), language, kind, fields, held_out)


def _asked(rng: random.Random, writer: Writer, kind: str) -> list[dict[str, Any]]:
    """Some of what the document says, and some of what it does not say, in any order."""
    there = [role for role in writer.places if role in ROLES]
    possible = _CONTRACT if kind == "contract" else tuple(r for section in papers.KINDS[kind].sections for r in section)
    missing = [role for role in possible if role not in writer.places]
    others = [role for role in ROLES if role not in writer.places]
    chosen = rng.sample(there, min(len(there), rng.randrange(3, 13)))
    gone = max(1, round(len(chosen) * _ABSENT * rng.uniform(0.5, 2)))
    chosen += rng.sample(missing, min(len(missing), gone)) if rng.random() < 0.7 else []
    chosen += rng.sample(others, 1) if rng.random() < 0.4 else []
    rng.shuffle(chosen)
    fields, taken = [], set()
    for role in dict.fromkeys(chosen):
        field = _field(rng, ROLES[role], writer)
        if field["path"] not in taken:
            taken.add(field["path"])
            fields.append(field)
    return fields


def _field(rng: random.Random, role: Role, writer: Writer) -> dict[str, Any]:
    path = rng.choice(role.names)
    many = role.name == "parties"
    said: dict[str, list[list[int]]] = {}
    for start, end in writer.places.get(role.name, ()):
        said.setdefault(writer.text[start:end], []).append([start, end])
    values = [{"raw": raw, "places": places} for raw, places in said.items()]
    return {
        "path": path,
        "title": path.replace("_", " ").replace(".", " "),
        "description": rng.choice(role.descriptions) if rng.random() < 0.8 else "",
        "format": role.format,
        "many": many,
        "values": values if many else values[:1],
    }
