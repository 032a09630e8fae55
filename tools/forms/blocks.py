"""Blocks of a page: letterheads, windows, facts, lists, footers; those of bills are in `sums`.

Each is made for a `Case` and gives lines, an empty one between what stands apart.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest

from tools.forms.cases import Case
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
    rows += _addressed(case, party)
    if rng.random() < 0.2:
        rows.append([case.make("attention"), " ", said(case, f"{party}_contact")])
    elif rng.random() < 0.12:
        rows.append([case.make("co")])
    return [*rows, *_home(case, party)]


def _addressed(case: Case, party: str) -> Lines:
    """A name, with what one puts before a name above it or on its line."""
    one, odds = case.get(party) in case.people, case.rng.random()
    word = case.make("salutation" if one else "before_firm")
    if odds < (0.2 if one else 0.08):
        return [[word], [said(case, party)]]
    return [[f"{word} ", said(case, party)]] if odds < (0.4 if one else 0.22) else [[said(case, party)]]


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


# --- lists ------------------------------------------------------------------------------------------------------------


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
    "head": head, "sender": sender, "window": window, "facts": facts, "foot": foot, "sign": sign, "list": many,
}  # fmt: skip
