"""The table of items of a document, with sums that add up."""

from typing import TYPE_CHECKING

from tools.forms.lists import entries, lists
from tools.letters.items import ITEMS
from tools.letters.tables import VAT

if TYPE_CHECKING:
    from tools.forms.cases import Case

PAID = frozenset({"invoice", "medical bill"})
"""Kinds of paper whose total is what has to be paid."""
RATES = {**VAT, "UK": 20, "US": 8.25}
REDUCED = {"LU": 8, "BE": 6, "FR": 10, "CH": 2.6, "DE": 7, "AT": 10, "IE": 13.5, "UK": 5, "US": 4}


class Bill:
    """What is billed: lines of one trade with quantity, price and rate of tax; whatever is summed up adds up.

    The terms of the case: `exempt` is taxed at nothing and `mixed` in part, `negative` gives back, `rounded` is paid in steps
    of 0.05, `shipped` adds what the delivery costs, `plain` has neither discount nor prepayment, `carried` also asks for what
    was left open before, `cancelled` gives back all that was billed.

    Attributes:
        lines: (what, quantity, unit, unit price, rate).
        discount: what is taken off before tax; shipping: what is added before tax.
        rounding: what is added to the total to make it even.
        previous: what was open before, received: what was paid of it; corrected: what a bill should have come to.
    """

    def __init__(self, case: "Case", trade: str = "") -> None:
        rng = case.rng
        spoken = "fr" if case.language == "lb" else case.language
        trades = [*ITEMS, *(name for name in lists() if name.startswith("items_"))]
        trade = trade or rng.choice(trades)
        pool = ITEMS[trade][spoken].split(";") if trade in ITEMS else list(entries(trade, case.language))
        rates = [float(RATES[case.country])] * 3 + [float(REDUCED[case.country])]
        only = rng.choice(rates) if rng.random() < 0.7 else None
        only = 0.0 if "exempt" in case.terms else only
        if "mixed" in case.terms:
            rates, only = [0.0, *rates], None
        backwards = rng.choice(((-1, 1), (1, -1))) if "negative" in case.terms else (1, 1)
        self.lines: list[tuple[str, float, str, float, float]] = []
        for entry in rng.sample(pool, min(len(pool), rng.choice((1, 2, 2, 3, 3, 4, 5, 6, 8, 11)))):
            what, _, span = entry.rpartition(": ")
            low, _, high = span.partition("-")
            price = round(rng.uniform(float(low), float(high)), 2)
            count = rng.choice((1, 1, 1, 2, 3, 4, 1.5, 2.5, 10)) * backwards[0]
            unit = rng.choice(entries("unit", case.language))
            rate = rng.choice(rates) if only is None else only
            self.lines.append((case.filled(what), count, unit, price * backwards[1], rate))
        self._total = round(sum(round(count * price, 2) for _, count, _, price, _ in self.lines), 2)
        self.share = rng.choice((2, 3, 5, 10, 15))
        plain = case.terms & {"negative", "plain"}
        self.discounted = rng.random() < 0.2 and not plain
        self.discount = round(self._total * self.share / 100, 2) if self.discounted else 0.0
        self._advance = rng.choice((0.1, 0.3, 0.5))
        self.advanced = rng.random() < 0.22 and not plain
        self.shipping = round(rng.uniform(4, 45), 2) if "shipped" in case.terms else 0.0
        gross = sum(net + tax for net, tax in self.by_rate.values())
        self.rounding = round(round(gross * 20) / 20 - gross, 2) if "rounded" in case.terms else 0.0
        self.carried = "carried" in case.terms
        self.previous = round(rng.uniform(0.3, 2.2) * abs(gross) + 1, 2) if self.carried else 0.0
        self.received = round(self.previous * rng.choice((0, 0.5, 1, 1, 1)), 2)
        self.corrected = 0.0 if "cancelled" in case.terms else round(rng.choice((0.2, 0.6, 1, 1, 3)) * rng.uniform(20, 900), 2)

    @property
    def all_due(self) -> bool:
        """Whether the total is what has to be paid."""
        return not self.advanced and not self.rounding and not self.carried

    @property
    def by_rate(self) -> dict[float, tuple[float, float]]:
        """For each rate of tax the net sum and the tax on it."""
        found: dict[float, float] = {}
        for _, count, _, price, rate in self.lines:
            found[rate] = found.get(rate, 0.0) + round(count * price, 2)
        left = (1 - self.share / 100) if self.discounted else 1.0
        sums = {rate: round(net * left, 2) for rate, net in sorted(found.items())}
        first = self.lines[0][4]
        sums[first] = round(sums[first] + self.shipping, 2)
        return {rate: (net, round(net * rate / 100, 2)) for rate, net in sums.items()}

    def sums(self) -> dict[str, float]:
        """The amounts of the roles whose value is `bill`."""
        net = round(sum(net for net, _ in self.by_rate.values()), 2)
        tax = round(sum(tax for _, tax in self.by_rate.values()), 2)
        gross = round(net + tax, 2)
        paid = round(gross * self._advance, 2) if self.advanced else 0.0
        return {
            "subtotal": self._total, "discount": self.discount, "net": net, "tax": tax, "gross": gross, "paid": paid,
            "due_amount": round(gross - paid + self.rounding + self.previous - self.received, 2),
            "previous_due": self.previous, "received": self.received,
            "corrected_total": self.corrected, "original_total": round(self.corrected + abs(gross), 2),
        }  # fmt: skip
