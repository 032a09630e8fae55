"""Blocks of a page: letterheads, windows, facts, tables of items, totals, footers.

Each is made for a `Case` and gives lines, an empty one between what stands apart.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest

from tools.forms.cases import Case, entries
from tools.forms.roles import role_of
from tools.forms.writer import Line, Part

Lines = list[Line]
Fact = tuple[Line, Line]
"""A label and what it labels."""


def said(case: Case, name: str, style: str = "") -> Part:
    """A role's value as a part of a line; an address on one line says its street and town too."""
    role = name.partition("#")[0]
    party = role_of(role).party
    if party and role.endswith("_address"):
        return role, [said(case, f"{party}_street"), case.rng.choice((", ", ", ", " - ", " · ")), said(case, f"{party}_town")]
    return role, case.get(name, style)


def label(case: Case, name: str) -> str:
    """What the document calls a role and nothing else, the same throughout; in some countries now and then in two languages."""
    if name not in case.labels:
        labels = role_of(name.partition("#")[0]).labels
        words = labels[case.language]
        word = case.rng.choice([word for word in words if word not in case.words] or words)
        case.words.add(word)
        if case.bilingual:
            other = case.rng.choice(labels["fr" if case.language == "de" else "de" if case.language == "fr" else "fr"])
            word = f"{word}{case.rng.choice((' / ', '/'))}{other}"
        case.labels[name] = case.rng.choice((word, word, word, word, word.upper())) if case.loud else word
    return case.labels[name]


def joined(parts: Iterable[Line], between: str) -> Line:
    """Several lines on one."""
    made: list[Part] = []
    for part in parts:
        made += [*((between,) if made else ()), *part]
    return made


# --- parties ----------------------------------------------------------------------------------------------------------------


def _home(case: Case, party: str) -> Lines:
    street, town = said(case, f"{party}_street"), said(case, f"{party}_town")
    if case.rng.random() < 0.15:
        return [[said(case, f"{party}_address")]]
    rows: Lines = [[street], [town]]
    if case.rng.random() < 0.15:
        rows.append([case.make(f"country_{case.country}")])
    return rows


def _reach(case: Case, party: str, most: int = 4) -> Lines:
    """Some of the ways to reach a party, with their labels."""
    some = case.rng.sample(("phone", "email", "vat", "fax", "web"), case.rng.randint(1, most))
    mark = case.rng.choice((" ", " ", ": ", ": ", " : ", ":"))
    return [_way(case, party, way, mark) for way in some]


def _way(case: Case, party: str, way: str, mark: str) -> Line:
    if way == "fax":
        return [f"Fax{mark}{case.make('phone')}"]
    if way == "web":
        return [f"www.{case.email(case.get(party)).partition('@')[2]}"]
    return [label(case, f"{party}_{way}"), mark, said(case, f"{party}_{way}")]


def head(case: Case, party: str) -> Lines:
    """A letterhead: a block, one line, a name alone, a name beside the ways to reach it."""
    name: Line = [said(case, party)]
    style = case.rng.randrange(6)
    if style == 0:
        return [[*name, case.rng.choice((" - ", ", ", " | ", " · ", " • ")), said(case, f"{party}_address")]]
    if style == 1:
        trades = case.get(party) not in case.people
        return [name, *([[case.make("tagline")]] if trades and case.rng.random() < 0.5 else [])]
    if style == 2:
        return [name, *_home(case, party), *_reach(case, party)]
    if style == 3:
        left, right = [name, *_home(case, party)], _reach(case, party)
        return [joined(pair, "\t") for pair in zip_longest(left, right, fillvalue=())]
    if style == 4:
        return [
            name,
            joined([[said(case, f"{party}_address")], *_reach(case, party, 3)], case.rng.choice((" - ", " | ", ", "))),
        ]
    return [name, *_home(case, party)]


def sender(case: Case, party: str) -> Lines:
    """The sender's one line above the window."""
    between = case.rng.choice((" - ", " · ", ", ", " | "))
    return [[said(case, party), between, said(case, f"{party}_street"), between, said(case, f"{party}_town")]]


def window(case: Case, party: str, above: str = "") -> Lines:
    """An address window of three to six lines; `labelled` puts a word above it."""
    rng = case.rng
    rows: Lines = []
    if above == "labelled" or rng.random() < 0.12:
        rows.append([label(case, party), rng.choice(("", "", ":"))])
    if case.get(party) in case.people and rng.random() < 0.35:
        rows.append([case.make("salutation")])
    rows.append([said(case, party)])
    if rng.random() < 0.2:
        rows.append([case.make("attention"), " ", said(case, f"{party}_contact")])
    elif rng.random() < 0.12:
        rows.append([case.make("co")])
    return [*rows, *_home(case, party)]


def foot(case: Case, party: str) -> Lines:
    """The small print: who, how to reach it, bank, register; in columns, on one line or on several."""
    rng = case.rng
    mark = rng.choice((" ", " ", " ", ": ", ": ", ":"))

    def own(*ways: str) -> Lines:
        return [_way(case, party, way, mark) for way in ways if rng.random() < 0.8]

    banked = party != "bank" and rng.random() < 0.75
    bank: Lines = [[said(case, f"{party}_bank")], *own("iban", "bic")] if banked else []
    groups: list[Lines] = [
        [[said(case, party)], [said(case, f"{party}_street")], [said(case, f"{party}_town")]],
        own("phone", "fax", "email", "web"),
        bank,
        own("register", "vat", "manager"),
    ]
    groups = [group for place, group in enumerate(groups) if group and (place == 0 or rng.random() < 0.85)]
    style = rng.randrange(5)
    if style == 4:  # columns that were read one after the other
        return [line for group in groups for line in group]
    if style < 2:
        return [joined(row, "\t") for row in zip_longest(*groups, fillvalue=())]
    if style == 2:
        between = rng.choice((" - ", " | ", " · ", ", "))
        return [joined(group, between) for group in groups]
    return [joined((line for group in groups for line in group), rng.choice((" - ", " · ", " / ")))]


def sign(case: Case, day: str, *roles: str) -> Lines:
    """Who signs: names under lines, side by side or below one another, with place and day."""
    rows: Lines = []
    if case.rng.random() < 0.6:
        before, _, after = case.make("done_at").partition("{day}")
        rows += [[before, said(case, day), after], []]
    names: list[Line] = [[said(case, role)] for role in roles]
    words: list[Line] = [[label(case, role)] for role in roles]
    lines: list[Line] = [["_" * 18] for _ in roles]
    if case.rng.random() < 0.5:
        return [*rows, joined(words, "\t"), joined(lines, "\t"), joined(names, "\t")]
    return [*rows, *(row for three in zip(words, lines, names, strict=True) for row in three)]


# --- facts ------------------------------------------------------------------------------------------------------------------


def facts(case: Case, *wanted: str) -> Lines:
    """Labels and values in one of the ways of pages. `due_date!` is always there, `due_date?` half of the time."""
    odds = {"!": 1.0, "?": 0.5}
    names = [name.rstrip("!?") for name in wanted if case.rng.random() < odds.get(name[-1], 0.82)]
    pairs: list[Fact] = [([label(case, name)], [said(case, name)]) for name in names]
    for _ in range(case.rng.choice((0, 0, 0, 1, 2))):
        word, _, shape = case.make("junk").partition(" = ")
        pairs.insert(case.rng.randrange(len(pairs) + 1), ([word], [case.shape(shape)]))
    return shown(case, pairs)


def shown(case: Case, pairs: Sequence[Fact]) -> Lines:
    """Facts in one of the ways of pages."""
    style = case.rng.choices(list(_STYLES), weights=list(_STYLES.values()))[0]
    return style(case, pairs) if pairs else []


def _colons(case: Case, pairs: Sequence[Fact]) -> Lines:
    mark = case.rng.choice((": ", ": ", ": ", ": ", ":\t", " : ", " : ", ":", ":  ", " ", " ", " = "))
    return [[*word, mark, *value] for word, value in pairs]


def _tabs(case: Case, pairs: Sequence[Fact]) -> Lines:
    mark = case.rng.choice(("\t", "\t", ":\t", "\t\t"))
    return [[*word, mark, *value] for word, value in pairs]


def _two_a_line(case: Case, pairs: Sequence[Fact]) -> Lines:
    mark = case.rng.choice((": ", " ", "\t"))
    cells: list[Line] = [[*word, mark, *value] for word, value in pairs]
    return [joined(cells[at : at + 2], case.rng.choice(("\t", "    "))) for at in range(0, len(cells), 2)]


def _words_over_values(case: Case, pairs: Sequence[Fact]) -> Lines:
    """A row of labels above a row of values."""
    width = case.rng.choice((2, 3, 4, 5))
    rows: Lines = []
    for at in range(0, len(pairs), width):
        some = pairs[at : at + width]
        rows += [joined((word for word, _ in some), "\t"), joined((value for _, value in some), "\t")]
    return rows


def _word_over_value(case: Case, pairs: Sequence[Fact]) -> Lines:
    mark = case.rng.choice(("", "", ":"))
    return [line for word, value in pairs for line in ([*word, mark], value)]


def _value_over_word(case: Case, pairs: Sequence[Fact]) -> Lines:
    """As forms do that are filled in above a printed word."""
    left, right = case.rng.choice((("(", ")"), ("(", ")"), ("", "")))
    return [line for word, value in pairs for line in (value, [left, *word, right], [])]


def _run_on(case: Case, pairs: Sequence[Fact]) -> Lines:
    mark = case.rng.choice((" ", ": "))
    return [joined(([*word, mark, *value] for word, value in pairs), case.rng.choice((", ", " - ", "; ", " | ")))]


def _dotted(case: Case, pairs: Sequence[Fact]) -> Lines:
    fill = case.rng.choice((".", ".", " ", "_"))
    width = case.rng.randrange(24, 40)
    return [[*word, f" {fill * max(3, width - len(str(word[0])))} ", *value] for word, value in pairs]


def _words_then_values(case: Case, pairs: Sequence[Fact]) -> Lines:
    """All labels, then all values: two columns that were read one after the other."""
    mark = case.rng.choice(("", ":"))
    return [*([*word, mark] for word, _ in pairs[:4]), [], *(value for _, value in pairs[:4]), [], *_colons(case, pairs[4:])]


_STYLES: dict[Callable[[Case, Sequence[Fact]], Lines], float] = {
    _colons: 5, _tabs: 4, _two_a_line: 2, _words_over_values: 2.5, _word_over_value: 2, _value_over_word: 0.4, _run_on: 1,
    _dotted: 0.8, _words_then_values: 0.5,
}  # fmt: skip


# --- bills ------------------------------------------------------------------------------------------------------------------


def items(case: Case, _trade: str = "") -> Lines:
    """A table of what is billed (`case.trade`): some columns of many, with or without their heads."""
    rng = case.rng
    columns = [name for name, odds in _COLUMNS.items() if rng.random() < odds]
    if "rate" in columns:
        case.vague.add("tax_rate")
    between = rng.choice(("\t", "\t", "\t", "\t", " | ", "  ", " "))
    stacked = rng.random() < 0.1  # each cell on a line of its own, as some readers of tables give them

    def row(cells: list[Line]) -> Lines:
        return cells if stacked else [joined(cells, between)]

    rows = row([[rng.choice(entries(f"col_{name}", case.language))] for name in columns]) if rng.random() < 0.85 else []
    lines = case.bill.lines
    carried = rng.randrange(2, len(lines)) if len(lines) > 4 and rng.random() < 0.3 else 0
    for number, line in enumerate(lines, 1):
        rows += row(_cells(case, columns, number, line))
        if rng.random() < (0.85 if case.wordy else 0.08):
            rows += [[f"{case.indent}{case.make('subline')}"] for _ in range(rng.randint(1, 3 if case.wordy else 1))]
        if number == carried:
            rows += _carried(case, round(sum(round(count * price, 2) for _, count, _, price, _ in lines[:number]), 2))
    return rows


def _carried(case: Case, amount: float) -> Lines:
    """A sum at the foot of a page and again at the head of the next one."""
    said: Line = [case.make("carried"), "\t", case.money(amount, "bare" if case.bare else "")]
    again: Line = [case.make("carried"), "\t", case.money(amount, "bare" if case.bare else "")]
    return [said, [], *([[case.make("page").replace("#", "2")]] if case.rng.random() < 0.5 else []), again]


_COLUMNS = {
    "no": 0.45,
    "day": 0.12,
    "article": 0.3,
    "what": 1,
    "count": 0.75,
    "unit": 0.3,
    "price": 0.7,
    "rate": 0.3,
    "amount": 1,
}


def _cells(case: Case, columns: Sequence[str], number: int, line: tuple[str, float, str, float, float]) -> list[Line]:
    what, count, unit, price, rate = line
    style = "bare" if case.bare else ""
    cells: dict[str, Line] = {
        "no": [str(number)],
        "day": [case.make("date", "-40", "-3")],
        "article": [case.shape("##-####")],
        "what": [("items", what)],
        "count": [case.number(count, 0 if count == int(count) else 1)],
        "unit": [unit],
        "price": [case.money(price, style)],
        "rate": [case.percent(rate)],
        "amount": [case.money(round(count * price, 2), style)],
    }
    return [cells[name] for name in columns]


def totals(case: Case, *wanted: str) -> Lines:
    """The sums of a bill, those that it has; taxes by rate in lines or a table of their own."""
    rng, bill = case.rng, case.bill
    style = "bare" if case.bare else ""
    several = len(bill.by_rate) > 1
    if several:
        case.hidden.add("tax_rate")
    by_rate = rates(case) if not case.rated and (several or rng.random() < 0.15) else []
    pairs: list[Fact] = []
    for name in _there(case, wanted or ("net", "tax", "gross")):
        word: list[Part] = [label(case, name)]
        if name == "tax" and not several and rng.random() < 0.6:
            word += [" ", said(case, "tax_rate")]
        elif name == "discount" and rng.random() < 0.6:
            word += [f" {case.percent(bill.share)}"]
        minus = rng.choice(("-", "- ", "")) if name in ("discount", "paid") and rng.random() < 0.6 else ""
        if name == "due_amount" and bill.rounding:
            pairs.append(([case.make("rounding")], [case.money(bill.rounding, style)]))
        if name == "net" and bill.shipping:
            pairs.append(([case.make("shipping")], [case.money(bill.shipping, style)]))
        pairs.append((word, [minus, said(case, name, style)]))
    return [*by_rate, *_summed(case, pairs)]


def _summed(case: Case, pairs: Sequence[Fact]) -> Lines:
    """Sums with their words: on a line each, or as readers of columns give them."""
    way = case.rng.random()
    if way < 0.08:
        return [line for pair in pairs for line in pair]
    if way < 0.15:
        return [*(word for word, _ in pairs), *(value for _, value in pairs)]
    if way < 0.22:
        return [joined((word for word, _ in pairs), "\t"), joined((value for _, value in pairs), "\t")]
    mark = case.rng.choice(("\t", "\t", ": ", "\t\t", " ", ":\t"))
    indent = case.rng.choice(("", "", "", "\t\t", "\t"))
    return [[indent, *word, mark, *value] for word, value in pairs]


def _there(case: Case, wanted: Sequence[str]) -> list[str]:
    """The sums that make sense for this bill, some of them left out."""
    names = list(wanted)
    if case.bill.discounted and "discount" not in names:
        names = ["subtotal", "discount", *names]
    elif case.bill.shipping and "subtotal" not in names:
        names = ["subtotal", *names]
    if not case.bill.all_due and "due_amount" not in names and "gross" in names:
        names += ["paid", "due_amount"]
    gone = {"discount"} if not case.bill.discounted else set()
    gone |= {"subtotal"} if not case.bill.discounted and not case.bill.shipping else set()
    gone |= {"paid"} if not case.bill.advanced else set()
    gone |= {"due_amount"} if case.bill.all_due else set()
    gone |= {name for name in ("net", "tax") if not case.bill.shipping and case.rng.random() < 0.08}
    return [name for name in names if name not in gone]


def rates(case: Case) -> Lines:
    """Net sum and tax for each rate; they are the bill's own sums where there is one rate alone."""
    case.rated = True
    single = len(case.bill.by_rate) == 1
    names = ("tax_rate", "net", "tax")
    if single:
        rows = [[[said(case, name, "bare" if name != "tax_rate" else "")] for name in names]]
    else:
        sums = case.bill.by_rate.items()
        rows = [[[case.percent(rate)], [case.money(net, "bare")], [case.money(tax, "bare")]] for rate, (net, tax) in sums]
    if case.rng.random() < 0.3:
        mark = case.rng.choice((" = ", ": ", "\t"))
        return [*([label(case, "tax"), " ", *rate, " / ", *net, mark, *tax] for rate, net, tax in rows), []]
    return [joined(([label(case, name)] for name in names), "\t"), *(joined(row, "\t") for row in rows), []]


def many(case: Case, role: str, low: str, high: str) -> Lines:
    """Several values of a role: with dashes, numbers, on one line, or bare."""
    count = case.rng.randint(int(low), int(high))
    values: list[Line] = [[said(case, f"{role}#{number}")] for number in range(1, count + 1)]
    style = case.rng.randrange(5)
    if style == 0:
        return [["- ", *value] for value in values]
    if style == 1:
        return [[f"{number}. ", *value] for number, value in enumerate(values, 1)]
    if style == 2:
        return [[label(case, role), case.rng.choice((": ", " ", " : ")), *joined(values, case.rng.choice((", ", "; ", " / ")))]]
    if style == 3:
        return [[label(case, role)], *values]
    return [["• ", *value] for value in values]


BLOCKS: dict[str, Callable[..., Lines]] = {
    "head": head, "sender": sender, "window": window, "facts": facts, "items": items, "totals": totals, "rates": rates,
    "foot": foot, "sign": sign, "list": many,
}  # fmt: skip
