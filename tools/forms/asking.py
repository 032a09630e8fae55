"""Which fields are asked of a document, under which names.

Some of what it says, values that are easily mixed up together; and some of what it does not say: lines of its own kind that
were left out, what other papers say, and the same of another party.
"""

import random
import re
from collections import defaultdict
from typing import Any

from tools.forms.bill import PAID
from tools.forms.cases import Case
from tools.forms.lists import entries
from tools.forms.roles import LANGUAGES, ROLES, Role, role_of
from tools.forms.scribe import Scribe, mentioned

_ABSENT = (0.1, 0.36)
_DESCRIBED = 0.68
_MOST = 14
_WANTED = 0.7
"""How often a role is asked that its layout wants to be asked; where it is not said, half as often."""
_SHORT = 0.12
"""Share of the names that can be said shorter, "policy" for "policy_number", where the description says what is meant."""
_KINDS = frozenset({"number", "no", "date", "name", "person", "amount", "reference", "numero", "nom", "montant", "personne"})
_OF_PARTIES = ("phone", "email", "vat", "iban", "address", "contact", "bank", "register")
_ALWAYS = ("sender", "receiver")
_SIGN = re.compile(r"€|euros?|EUR|CHF|S?Fr\.|£|GBP|\$|USD", re.IGNORECASE)


def asked(rng: random.Random, scribe: Scribe) -> list[dict[str, Any]]:
    """The fields of one document, in any order."""
    places = askable(scribe)
    there = [name for name in places if role_of(name).names["en"] or role_of(name).shared["en"]]
    chosen = _mixed_up(rng, there, rng.randint(3, 10))
    missing = max(1, round(len(chosen) * rng.uniform(*_ABSENT) * 1.35)) if rng.random() < 0.93 else 0
    if scribe.excerpt:
        missing = rng.randint(2, 6)
    chosen += unsaid(rng, scribe, set(places), missing)
    rng.shuffle(chosen)
    wanted = _wanted(rng, scribe, places)
    chosen = [*wanted, *(name for name in chosen if name not in wanted)][:_MOST]
    rng.shuffle(chosen)
    language = rng.choices(LANGUAGES, weights=(74, 13, 13))[0]
    camel = rng.random() < 0.08
    taken: set[str] = set()
    fields = []
    for name in chosen:
        path = _path(rng, role_of(name), places, language, taken)
        if path:
            described = rng.random() < _DESCRIBED
            if described and role_of(name).descriptions["en"] and rng.random() < _SHORT:
                path = _short(path, taken)
            taken.add(path)
            field = _field(rng, scribe, role_of(name), language, places.get(name, []), described=described)
            named = _camel(path) if camel else path
            fields.append({"path": named, "title": re.sub(r"[_.]|(?<=[a-z])(?=[A-Z])", " ", named).lower(), **field})
    return fields


def askable(scribe: Scribe) -> dict[str, list[tuple[int, int]]]:
    """Where each role stands. What is due is the total, and the sum of the items the net total, where nothing is between.

    The currency is what stands with the sums, where no words say it.
    """
    places = {name: found for name, found in scribe.places.items() if found and name not in scribe.case.hidden}
    signs = [
        (start + sign.start(), start + sign.end())
        for name, found in places.items()
        if role_of(name).format == "money"
        for start, end in found
        for sign in _SIGN.finditer(scribe.text[start:end])
    ]
    if signs:
        places.setdefault("currency", signs)
    if scribe.layout.kind == "credit note" and (total := sorted({*places.get("gross", ()), *places.get("credited", ())})):
        places["gross"] = places["credited"] = total
    if scribe.layout.kind not in PAID or "gross" not in places:
        return places
    bill = scribe.case.bill
    due = places.get("due_amount", [])
    if "paid" not in places and (bill.all_due or not (due or bill.carried)):
        places["due_amount"] = [*due, *(place for place in places["gross"] if place not in due)]
    if "net" in places and not bill.discounted and not bill.shipping:
        places.setdefault("subtotal", places["net"])
    return places


def _wanted(rng: random.Random, scribe: Scribe, places: dict[str, Any]) -> list[str]:
    """What the layout wants to be asked; what it does not say is asked to be left open."""
    never = _never(scribe, set(places))
    there = [name for name in scribe.asks if name in places and rng.random() < _WANTED]
    gone = [name for name in scribe.asks if name not in never and rng.random() < _WANTED / 2]
    return there + gone


def _mixed_up(rng: random.Random, there: list[str], count: int) -> list[str]:
    """Some roles, those of a format together more often than chance would have it."""
    by_format = defaultdict(list)
    for name in there:
        by_format[role_of(name).format].append(name)
    groups = [group for group in by_format.values() if len(group) > 1]
    chosen: list[str] = []
    for group in rng.sample(groups, min(len(groups), rng.randint(0, 2))):
        chosen += rng.sample(group, min(len(group), rng.randint(2, 3)))
    rest = [name for name in there if name not in chosen]
    return [*chosen, *rng.sample(rest, min(len(rest), max(0, count - len(chosen))))][:count]


def unsaid(rng: random.Random, scribe: Scribe, there: set[str], count: int) -> list[str]:
    """Roles that the document does not say: its own kind's, the same of another party, those of other papers."""
    never = _never(scribe, there)
    own = [name for name in sorted(mentioned(scribe.layout)) if name not in never and not role_of(name).kin.endswith("!")]
    said = {role_of(name).kin for name in there} - {""}
    if scribe.excerpt:
        # What was cut off may be said again by another role that is left.
        own = [name for name in own if role_of(name).kin not in said]
    parties = [name for name in sorted(there) if name in ROLES and f"{name}_street" in there]
    of_parties = [f"{party}_{what}" for party in parties for what in _OF_PARTIES]
    plainly = {ROLES[name].kin for name in there if name in ROLES} - {""}
    of_parties = [name for name in of_parties if name not in never and role_of(name).kin not in plainly]
    likely = said | {role_of(name).kin for name in own}
    others = [name for name, role in ROLES.items() if name not in never and _stranger(role) and role.kin not in likely - {""}]
    pools = [pool for pool in (own, own, of_parties, others) if pool]
    found: list[str] = []
    for _ in range(count * 3):
        name = rng.choice(rng.choice(pools))
        if name not in found and len(found) < count:
            found.append(name)
    return found


def silent(scribe: Scribe, there: set[str], name: str) -> bool:
    """Whether a document says neither a role nor anything that could be taken for it."""
    kin = role_of(name).kin
    return (
        name not in _never(scribe, there) and not kin.endswith("!") and (not kin or kin not in {role_of(n).kin for n in there})
    )


def _never(scribe: Scribe, there: set[str]) -> set[str]:
    """What cannot be asked as if the document did not say it."""
    # Where there is one item, or no tax, the figure of a sum that is not said stands there all the same.
    figures = {name for name, figure in scribe.case.figures().items() if figure in scribe.text}
    return there | scribe.case.hidden | scribe.case.vague | scribe.headed | figures | _half_said(there)


def _stranger(role: Role) -> bool:
    """Whether it can be asked of papers that have nothing to do with it: someone writes and someone receives each of them."""
    return not role.name.startswith("of_") and role.kin not in _ALWAYS and not role.kin.endswith("!") and bool(role.names["en"])


def _half_said(there: set[str]) -> set[str]:
    """What is said, but nowhere in one piece or in these words: an address on two lines, a total that is due."""
    said: set[str] = set()
    for name in there:
        party, _, own = name.rpartition("_")
        said |= {f"{party}_address"} if own == "street" else {f"{party}_street", f"{party}_town"} if own == "address" else set()
    if "agreement_date" in there:
        said.add("effective_date")
    if "gross" in there:
        said |= {"due_amount", "subtotal"} | (set() if {"net", "tax"} & there else {"net"})
    return said


def _path(rng: random.Random, role: Role, places: dict[str, Any], language: str, taken: set[str]) -> str:
    """A name in schemas that no other field has and nothing else that the document says, or ""."""
    said = {name for other in places if other != role.name for some in role_of(other).names.values() for name in some}
    names = [name for name in role.names[language] or role.names["en"] if name not in said]
    if role.name in places:
        shared = role.shared[language] or role.shared["en"]
        others = {name for other in places if other != role.name for some in role_of(other).shared.values() for name in some}
        names += [name for name in shared if name not in others] * 2
    names = [name for name in names if not any(_clash(name, other) for other in taken)]
    return rng.choice(names) if names else ""


def _short(path: str, taken: set[str]) -> str:
    """A name without the word that says of what kind the value is, where another field's name is not like it."""
    words = path.split("_")
    if words[-1] in _KINDS:
        words = words[:-1]
    elif words[0] in _KINDS - {"no"} and words[1:2] != ["of"]:
        words = words[1:]
    rest = "_".join(words)
    return rest if rest and "." not in path and not any(_clash(rest, other) for other in taken) else path


def _clash(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _camel(path: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), path)


def _field(
    rng: random.Random, scribe: Scribe, role: Role, language: str, places: list[tuple[int, int]], *, described: bool
) -> dict[str, Any]:
    """All of a field but its name."""
    text = scribe.text
    by_spelling: dict[str, list[list[int]]] = {}
    for start, end in places:
        by_spelling.setdefault(text[start:end], []).append([start, end])
    values: list[dict[str, Any]] = [{"raw": raw, "places": found} for raw, found in by_spelling.items()]
    if role.many:
        once = {raw.casefold(): raw for raw in reversed(by_spelling)}
        values = sorted((value for value in values if value["raw"] in once.values()), key=lambda value: value["places"])
    descriptions = role.descriptions[language] or role.descriptions["en"]
    field: dict[str, Any] = {
        "description": rng.choice(descriptions) if descriptions and described else "",
        "format": role.format,
    }
    if role.format == "choice":
        field["choices"] = _choices(rng, scribe.case, role)
    return field | {"many": role.many, "values": values if role.many else values[:1]}


def _choices(rng: random.Random, case: Case, role: Role) -> list[str]:
    choices = list(entries(role.value.removeprefix("list:"), case.language))
    rng.shuffle(choices)
    return choices
