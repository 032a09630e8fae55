"""How facts stand on a page: labels beside, above or within; columns, windows, tables, sentences."""

import random
from collections.abc import Callable, Sequence

from tools.forms.cases import Case
from tools.forms.roles import ROLES
from tools.forms.writer import Part, Writer

Fact = tuple[str, str]
"""A role and its label."""


def label(case: Case, role: str) -> str:
    """One of the ways to name a role in the document's language."""
    return case.rng.choice(ROLES[role].labels[case.language])


def value(case: Case, role: str) -> tuple[str, str]:
    """A role with its value, as a part of a line."""
    return role, case.get(role)


def block(writer: Writer, case: Case, roles: Sequence[str]) -> None:
    """Write roles with their labels in one of the ways that pages do."""
    style: Callable[[Writer, Case, Sequence[str]], None] = case.rng.choices(
        (_colons, _tabs, _pairs, _heads_over_values, _label_over_value, _run_on), weights=(5, 4, 2, 2, 2, 1)
    )[0]
    if roles:
        style(writer, case, roles)


def _colons(writer: Writer, case: Case, roles: Sequence[str]) -> None:
    mark = case.rng.choice((": ", ":\t", " : ", ":  ", " "))
    writer.lines([(label(case, role), mark, value(case, role)) for role in roles])


def _tabs(writer: Writer, case: Case, roles: Sequence[str]) -> None:
    mark = case.rng.choice(("\t", ":\t", "\t\t"))
    writer.lines([(label(case, role), mark, value(case, role)) for role in roles])


def _pairs(writer: Writer, case: Case, roles: Sequence[str]) -> None:
    """Two columns: two facts on a line."""
    mark = case.rng.choice((": ", " ", "\t"))
    rows: list[list[Part]] = []
    for at in range(0, len(roles), 2):
        row: list[Part] = []
        for role in roles[at : at + 2]:
            row += [*(("\t",) if row else ()), label(case, role), mark, value(case, role)]
        rows.append(row)
    writer.lines(rows)


def _heads_over_values(writer: Writer, case: Case, roles: Sequence[str]) -> None:
    """A row of labels, and under it a row of values."""
    for at in range(0, len(roles), 4):
        some = roles[at : at + 4]
        heads: list[Part] = []
        cells: list[Part] = []
        for role in some:
            heads += [*(("\t",) if heads else ()), label(case, role)]
            cells += [*(("\t",) if cells else ()), value(case, role)]
        writer.lines([heads, cells])


def _label_over_value(writer: Writer, case: Case, roles: Sequence[str]) -> None:
    rows: list[list[Part]] = []
    for role in roles:
        rows += [[label(case, role)], [value(case, role)]]
    writer.lines(rows)


def _run_on(writer: Writer, case: Case, roles: Sequence[str]) -> None:
    row: list[Part] = []
    for role in roles:
        row += [*((case.rng.choice((", ", " - ", "; ", " | ")),) if row else ()), label(case, role), " ", value(case, role)]
    writer.lines([row])


def window(writer: Writer, case: Case, role: str, *, above: str = "") -> None:
    """An address window: a name and where it is, with a word above or without."""
    rows: list[list[Part]] = [[above]] if above else []
    name = value(case, role)
    rows.append([name] if case.rng.random() < 0.8 else ["z.Hd. " if case.language == "de" else "Attn. ", name])
    if case.rng.random() < 0.25:
        rows.append([case.facts.person()])
    street, _, town = case.facts.address().partition(", ")
    rows += [[street], [town]]
    if case.rng.random() < 0.2:
        rows.append(
            [{"DE": "Deutschland", "FR": "France", "LU": "Luxembourg", "IE": "Ireland"}.get(case.facts.country, "Europe")]
        )
    writer.lines(rows)


def letterhead(writer: Writer, case: Case, role: str) -> None:
    """The sender at the head: a block, one line, or its name alone."""
    name = value(case, role)
    address = case.facts.address()
    style = case.rng.randrange(4)
    if style == 0:
        writer.lines([[name, case.rng.choice((" - ", ", ", " | ", " · ")), address]])
    elif style == 1:
        writer.lines([[name]])
    else:
        street, _, town = address.partition(", ")
        rows: list[list[Part]] = [[name], [street], [town]]
        if style == 3:
            rows += [[f"{label(case, each)} ", value(case, each)] for each in case.rng.sample(("phone", "mail", "vat_id"), 2)]
        writer.lines(rows)


def footer(writer: Writer, case: Case, role: str) -> None:
    """The small print at the foot: who, where, register, bank."""
    parts = [[value(case, role)], [case.facts.address()]]
    roles = case.rng.sample(("phone", "mail", "vat_id", "register_number", "manager", "iban", "bic"), case.rng.randrange(2, 6))
    facts: list[list[Part]] = [[f"{label(case, each)} ", value(case, each)] for each in roles]
    style = case.rng.randrange(3)
    if style == 0:
        writer.lines([*parts, *facts])
    elif style == 1:
        row: list[Part] = []
        for part in [*parts, *facts]:
            row += [*((" - ",) if row else ()), *part]
        writer.lines([row])
    else:
        cells = [*parts, *facts]
        rows = []
        for at in range(0, len(cells), 3):
            line: list[Part] = []
            for cell in cells[at : at + 3]:
                line += [*(("\t",) if line else ()), *cell]
            rows.append(line)
        writer.lines(rows)


def items(writer: Writer, case: Case) -> None:
    """A table of what is billed."""
    heads = {
        "fr": ("Pos.", "Désignation", "Qté", "P.U.", "Montant"),
        "de": ("Pos.", "Bezeichnung", "Menge", "Einzelpreis", "Betrag"),
        "en": ("No.", "Description", "Qty", "Unit price", "Amount"),
    }["fr" if case.language == "lb" else case.language]
    bare = case.rng.random() < 0.6
    numbered = case.rng.random() < 0.6
    rows: list[list[Part]] = [["\t".join(heads if numbered else heads[1:])]]
    for at, (name, count, price) in enumerate(case.items, 1):
        cells = [str(at), name, str(count), case.money(price, bare=bare), case.money(count * price, bare=bare)]
        rows.append(["\t".join(cells if numbered else cells[1:])])
        if case.rng.random() < 0.15:
            rows.append([f"\t{case.number()}"])
    writer.lines(rows)


def chatter(writer: Writer, case: Case, sentences: Sequence[str], most: int = 3) -> None:
    """Sentences that say nothing that is asked."""
    chosen = case.rng.sample(list(sentences), min(len(sentences), case.rng.randrange(most + 1)))
    if chosen:
        writer.lines([[sentence] for sentence in chosen])


def shuffled(rng: random.Random, roles: Sequence[str], share: float = 1.0) -> list[str]:
    """Some of the roles in another order."""
    kept = [role for role in roles if rng.random() < share]
    rng.shuffle(kept)
    return kept
