"""Blocks of bills: tables of items, totals in their many ways, what was open before, instalments, the slip to pay with."""

from collections.abc import Callable, Sequence

from tools.forms.blocks import Fact, Lines, joined, label, said, shown
from tools.forms.cases import Case
from tools.forms.lists import entries
from tools.forms.writer import Line, Part


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
        minus = rng.choice(("-", "- ", "")) if name in ("discount", "paid", "received") and rng.random() < 0.6 else ""
        if name == "due_amount" and bill.rounding:
            pairs.append(([case.make("rounding")], [case.money(bill.rounding, style)]))
        if name == "net" and bill.shipping:
            pairs.append(([case.make("shipping")], [case.money(bill.shipping, style)]))
        pairs.append((word, [minus, said(case, name, style)]))
    return [*by_rate, *_summed(case, pairs)]


def _summed(case: Case, pairs: Sequence[Fact]) -> Lines:
    """Sums with their words: on a line each, as readers of columns give them, or the last one without a word."""
    rng, way = case.rng, case.rng.random()
    if way < 0.07:
        return [line for pair in pairs for line in pair]
    if way < 0.13:
        return [*(word for word, _ in pairs), *(value for _, value in pairs)]
    if way < 0.2:
        return [joined((word for word, _ in pairs), "\t"), joined((value for _, value in pairs), "\t")]
    mark = rng.choice(("\t", "\t", ": ", "\t\t", " ", ":\t"))
    indent = rng.choice(("", "", "", "\t\t", "\t"))
    rows: Lines = [[indent, *word, mark, *value] for word, value in pairs]
    if not rows or way > 0.36:
        return rows
    word, value = pairs[-1]
    if way < 0.26:  # nothing but a rule sets the total apart
        return [*rows[:-1], *([[rng.choice("-=_") * rng.randrange(8, 30)]] if rng.random() < 0.6 else []), [indent, *value]]
    if way < 0.31:
        bold = rng.choice(("**", "**", "__", ">> ", "* "))
        return [*rows[:-1], [bold, *word, mark, *value, bold.strip() if " " not in bold else ""]]
    sign = case.currency  # in a column of its own, where sums do not have it already
    return [[indent, *word, f"\t{sign}\t" if case.bare else mark, *value] for word, value in pairs]


def _there(case: Case, wanted: Sequence[str]) -> list[str]:
    """The sums that make sense for this bill, some of them left out."""
    names = list(wanted)
    if case.bill.discounted and "discount" not in names:
        names = ["subtotal", "discount", *names]
    elif case.bill.shipping and "subtotal" not in names:
        names = ["subtotal", *names]
    if not case.bill.all_due and "due_amount" not in names and "gross" in names:
        account = ["previous_due", *(["received"] if case.bill.received else [])] if case.bill.carried else []
        where = 0 if account and case.rng.random() < 0.4 else len(names)
        names[where:where] = account
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


def ledger(case: Case) -> Lines:
    """Items with net sum, tax and gross sum each; the totals stand below in the same columns, with one word or none."""
    rng = case.rng
    if len(case.bill.by_rate) > 1 or case.bill.discounted or case.bill.shipping:
        return [*items(case), *totals(case, "net", "tax", "gross")]
    between = rng.choice(("\t", "\t", " | ", "  "))
    rows: Lines = []
    if rng.random() < 0.85:
        words: list[Line] = [[label(case, name)] for name in ("net", "tax", "gross")]
        rows.append(joined([[rng.choice(entries("col_what", case.language))], *words], between))
    for what, count, _, price, rate in case.bill.lines:
        net = round(count * price, 2)
        tax = round(net * rate / 100, 2)
        rows.append(joined([[("items", what)], *([case.money(sum_, "bare")] for sum_ in (net, tax, net + tax))], between))
    word = rng.choice(("", "", case.make("all_in_all")))
    sums: list[Line] = [[said(case, name, "bare" if name != "gross" or case.bare else "")] for name in ("net", "tax", "gross")]
    rows.append(joined([[word], *sums], between) if between.strip() == "" or word else joined(sums, between))
    return rows if case.bill.all_due else [*rows, *totals(case, "gross")]


def instalments(case: Case) -> Lines:
    """What has to be paid in parts, with their days; each of them is less than what is asked for."""
    rng = case.rng
    count = rng.choice((2, 3, 3, 4))
    part = round(case.amount("due_amount") / count, 2)
    style = "bare" if case.bare else ""
    parts = [part] * (count - 1) + [round(case.amount("due_amount") - part * (count - 1), 2)]
    days = [case.make("date", str(30 * at), str(30 * at + 4)) for at in range(1, count + 1)]
    between = rng.choice(("\t", ": ", " - ", " | "))
    numbered = rng.random() < 0.5
    mark = case.make("instalment_word")
    return [
        [case.make("in_parts")],
        *([f"{mark} {n}{between}" if numbered else "", day, between, case.money(sum_, style)]
          for n, (day, sum_) in enumerate(zip(days, parts, strict=True), 1)),
    ]  # fmt: skip


def slip(case: Case, seller: str, buyer: str) -> Lines:
    """The payment slip at the foot: who is paid, to which account, by whom, how much."""
    rng = case.rng
    due = case.bill.all_due
    owed: Part = ("due_amount", [said(case, "gross", "bare")]) if due else said(case, "due_amount", "bare")
    cells: list[tuple[str, Line]] = [
        ("slip_payee", [said(case, seller)]),
        ("slip_account", [said(case, f"{seller}_iban")]),
        ("slip_sum", [case.currency, " ", owed] if rng.random() < 0.5 else [owed]),
        ("slip_why", [said(case, "invoice_number")]),
        ("slip_payer", [said(case, buyer)]),
    ]
    if rng.random() < 0.3:
        cells.insert(3, ("slip_words", [case.make("words", "due_amount")]))
    if rng.random() < 0.4:
        rng.shuffle(cells)
    title: Lines = [[case.make("slip_title")]] if rng.random() < 0.8 else []
    pairs: list[Fact] = [([case.make(word)], value) for word, value in cells if word == "slip_sum" or rng.random() < 0.9]
    if rng.random() < 0.25:  # torn off at a line, the words printed pale and not read
        return [["- " * rng.randrange(8, 24)], *title, *(value for _, value in pairs)]
    return [*title, *shown(case, pairs)]


SUMS: dict[str, Callable[..., Lines]] = {
    "items": items, "totals": totals, "rates": rates, "ledger": ledger, "instalments": instalments, "slip": slip,
}  # fmt: skip
