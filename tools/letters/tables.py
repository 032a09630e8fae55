"""Tables of items: the lines of a bill or a list, drawn once a document, with sums that add up."""

import random
from collections.abc import Callable

from tools.letters.items import ITEMS

VAT = {"LU": 17, "BE": 21, "FR": 20, "CH": 8.1, "DE": 19, "AT": 20, "IE": 23}
HEADS = {
    "fr": (("Désignation", "Montant"), ("Description", "Prix"), ("Libellé", "Total HT"), ("Poste", "Montant")),
    "de": (("Bezeichnung", "Betrag"), ("Leistung", "Preis"), ("Position", "Gesamt"), ("Gegenstand", "Wert")),
    "en": (("Description", "Amount"), ("Item", "Price"), ("Details", "Total"), ("Item", "Cost")),
}
Row = tuple[str, str]


def aligned(rows: list[Row]) -> str:
    """Columns as a fixed-width printer leaves them."""
    width = max(len(name) for name, _ in rows) + 4
    return "\n".join(f"{name:<{width}}{price:>14}" for name, price in rows)


def numbered(rows: list[Row]) -> str:
    """A position number before each line."""
    return "\n".join(f"{place} {name} {price}".removeprefix("0 ") for place, (name, price) in enumerate(rows))


LAYOUTS: tuple[Callable[[list[Row]], str], ...] = (
    aligned,
    numbered,
    lambda rows: "\n".join(f"{name} {price}" for name, price in rows),
    lambda rows: "\n".join(f"{name}\t{price}" for name, price in rows),
    lambda rows: "\n".join(f"| {name} | {price} |" for name, price in rows),
    lambda rows: "\n".join(f"- {name}: {price}" for name, price in rows[1:]),
    lambda rows: "\n".join(f"{name}\n{price}" for name, price in rows),
    lambda rows: "\n".join(f"{name} {'.' * max(3, 44 - len(name))} {price}" for name, price in rows[1:]),
)


class Tables:
    """The tables of one document.

    Args:
        rng: the document's own source of chance.
        language: one that `items.ITEMS` has.
        country: decides the rate of value-added tax.
        money: writes a sum.
    """

    def __init__(self, rng: random.Random, language: str, country: str, money: Callable[[float], str]) -> None:
        self._rng = rng
        self._language = language
        self._rate = VAT[country]
        self._money = money
        self.figures: dict[str, float] = {}

    def items(self, trade: str) -> str:
        """Lines of a trade; afterwards `figures` holds their net sum, the tax on it and the total."""
        pool = ITEMS[trade][self._language].split(";")
        rows = [self._rng.choice(HEADS[self._language])]
        net = 0.0
        for entry in self._rng.sample(pool, self._rng.randint(2, min(6, len(pool)))):
            name, span = entry.rsplit(": ", 1)
            low, high = (int(bound) for bound in span.split("-"))
            price = round(self._rng.uniform(low, high), 2)
            net += price
            rows.append((name, self._money(price)))
        net = round(net, 2)
        tax = round(net * self._rate / 100, 2)
        self.figures |= {"net": net, "vat": tax, "total": round(net + tax, 2)}
        return self._rng.choice(LAYOUTS)(rows)
