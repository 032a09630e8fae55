"""What fills the slots of one document: drawn once, then the same wherever the slot stands."""

import datetime as dt
import random
import re
import unicodedata
from collections.abc import Callable
from functools import cached_property

from tools.letters import words
from tools.letters.tables import Tables

# Languages without lists of their own borrow those of a neighbour.
BORROWED = {"lb": "fr"}

MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "lb": [
        "Januar",
        "Februar",
        "Mäerz",
        "Abrëll",
        "Mee",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
}
DATE_STYLES = {
    "fr": ("{d} {month} {y}", "{d:02}/{m:02}/{y}", "{d}.{m}.{y}", "{d:02}.{m:02}.{y}", "{d:02}-{m:02}-{y}"),
    "de": ("{d}. {month} {y}", "{d:02}.{m:02}.{y}", "{d}.{m}.{y}", "{d:02}.{m:02}.{yy:02}"),
    "en": ("{d} {month} {y}", "{d:02}/{m:02}/{y}", "{month} {d}, {y}", "{y}-{m:02}-{d:02}", "{d} {month:.3} {y}"),
    "lb": ("{d}. {month} {y}", "{d:02}.{m:02}.{y}", "{d}/{m}/{y}"),
}
# slot: days from the day of writing
DATES = {
    "today": (0, 0),
    "date": (-35, -2),
    "past": (-420, -45),
    "soon": (10, 45),
    "later": (50, 300),
    "birth": (-29000, -7500),
}
# slot: lowest, highest, rounded to
SUMS = {
    "small": (8, 160, 0.01),
    "amount": (120, 3400, 0.01),
    "big": (3500, 68000, 0.01),
    "premium": (140, 2300, 0.01),
    "sum": (15000, 900000, 5000),
    "million": (1000000, 25000000, 500000),
    "deductible": (100, 1500, 50),
}


class Facts:
    """The people, places, dates, sums and numbers of one document.

    Args:
        rng: the document's own source of chance.
        language: "fr", "de", "en" or "lb".
    """

    def __init__(self, rng: random.Random, language: str) -> None:
        self.rng = rng
        self.language = language
        shares = words.COUNTRIES[language]
        self.country = rng.choices(list(shares), weights=list(shares.values()))[0]
        self.today = dt.date(2021, 1, 4) + dt.timedelta(days=rng.randrange(2200))
        self._date_style = rng.choice(DATE_STYLES[language])
        self._money_style = rng.choice(self._money_styles())
        self._known: dict[str, str] = {}
        self._makers: dict[str, Callable[[], str]] = {
            "me": self.person, "person": self.person, "clerk": self.person, "doctor": lambda: f"Dr {self.person()}",
            "surname": lambda: self._pick(words.SURNAMES[language]),
            "first": lambda: self._pick(words.FIRST_NAMES[language]),
            "town": self.town, "street": self.street, "address": self.address, "newaddress": self.address,
            "phone": self.phone, "mobile": self.phone, "mail": lambda: self.mail_of(self.get("me")), "iban": self.iban,
            "bank": lambda: self._pick(words.BANKS), "insurer": self.insurer, "car": lambda: self._pick(words.CARS),
            "plate": self.plate, "vin": self.vin,
            "km": lambda: f"{rng.randrange(4, 190)}{self._thousands}{rng.randrange(1000):03}",
            "policy": self.number, "claim": self.number, "invoice": self.number, "file": self.number, "customer": self.number,
            "n": lambda: str(rng.randrange(2, 10)), "days": lambda: rng.choice(("8", "10", "14", "15", "30")),
            "percent": lambda: str(rng.choice((3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75))),
            "year": lambda: str(self.today.year - rng.randrange(1, 15)), "thisyear": lambda: str(self.today.year),
            "nextyear": lambda: str(self.today.year + 1), "m2": lambda: str(rng.randrange(38, 240)),
            "time": lambda: f"{rng.randrange(6, 23)}{self._hour_mark}{rng.randrange(0, 60, 5):02}",
        }  # fmt: skip

    def get(self, slot: str) -> str:
        """The value of a slot; a number at its end makes it another one of the same sort.

        Raises:
            KeyError: no such slot.
        """
        if slot not in self._known:
            self._known[slot] = self._make(re.sub(r"\d$", "", slot) if slot != "m2" else slot)
        return self._known[slot]

    def _make(self, sort: str) -> str:
        if sort in DATES:
            return self.date(self.today + dt.timedelta(days=self.rng.randint(*DATES[sort])))
        if sort in SUMS:
            low, high, step = SUMS[sort]
            return self.money(round(self.rng.uniform(low, high) / step) * step)
        if sort in words.FIRMS:
            return self.firm(sort)
        if sort.startswith("items_"):
            return self.tables.items(sort.removeprefix("items_"))
        if sort in ("total", "net", "vat"):
            return self.money(self.tables.figures[sort])
        return self._makers[sort]()

    def _pick(self, choices: str) -> str:
        return self.rng.choice(choices.split(";"))

    @cached_property
    def tables(self) -> Tables:
        """The tables of this document, which know their totals."""
        return Tables(self.rng, BORROWED.get(self.language, self.language), self.country, self.money)

    @property
    def _hour_mark(self) -> str:
        return {"fr": "h", "lb": ".", "en": ":", "de": ":"}[self.language]

    @property
    def _thousands(self) -> str:
        return {"CH": "'", "IE": ","}.get(self.country, "," if self.language == "en" else self.rng.choice((".", " ", "")))

    def _money_styles(self) -> tuple[str, ...]:
        if self.country == "CH":
            return ("CHF {en}", "Fr. {en}", "{en} CHF")
        if self.language == "en":
            return ("€{en}", "EUR {en}", "€ {en}", "{en} EUR")
        if self.language == "fr":
            return ("{space} €", "{dot} EUR", "{dot} €", "{plain} euros", "{space} EUR")
        return ("{dot} €", "EUR {dot}", "{dot} Euro", "{dot} EUR")

    def money(self, value: float) -> str:
        """A sum of money as this document writes it; whole sums often without cents."""
        cents = value != int(value) or self.rng.random() < 0.4
        text = f"{value:,.2f}" if cents else f"{value:,.0f}"
        swiss = text.replace(",", "'") if self.country == "CH" else text
        dot = text.translate(str.maketrans(",.", ".,"))
        return self._money_style.format(en=swiss, dot=dot, space=dot.replace(".", " "), plain=dot.replace(".", ""))

    def date(self, day: dt.date) -> str:
        """A date as this document writes it."""
        month = MONTHS[self.language][day.month - 1]
        return self._date_style.format(d=day.day, m=day.month, y=day.year, yy=day.year % 100, month=month)

    def person(self) -> str:
        """A name; one in eight comes from another language, as it does in Luxembourg."""
        language = self.rng.choice(list(words.SURNAMES)) if self.rng.random() < 0.125 else self.language
        return f"{self._pick(words.FIRST_NAMES[language])} {self._pick(words.SURNAMES[language])}"

    def town(self) -> str:
        """A town of the document's country."""
        return self._pick(words.TOWNS[self.country])

    def street(self) -> str:
        """A street with its number."""
        street, number = self._pick(words.STREETS[self.language]), self.rng.randrange(1, 148)
        return f"{street} {number}" if self.language == "de" or self.country == "CH" else f"{number} {street}"

    def address(self) -> str:
        """Street and town on one line."""
        digits = {"DE": 5, "FR": 5}.get(self.country, 4)
        code = f"{self.rng.randrange(10 ** (digits - 1), 10**digits)}"
        if self.country == "IE":
            return f"{self.street()}, {self.town()}, Co. {self.rng.choice(('Clare', 'Meath', 'Kerry', 'Louth', 'Mayo'))}"
        return f"{self.street()}, {'L-' if self.country == 'LU' else ''}{code} {self.town()}"

    def phone(self) -> str:
        """A telephone number."""
        prefix = {"LU": "+352", "BE": "+32 4", "FR": "+33 3", "CH": "+41 2", "DE": "+49 6", "AT": "+43 7", "IE": "+353 8"}[
            self.country
        ]
        return f"{prefix}{self.rng.choice(('', ' '))}{' '.join(f'{self.rng.randrange(100):02}' for _ in range(4))}"

    @staticmethod
    def mail_of(name: str) -> str:
        """The address of a person or firm, under a domain that can never exist."""
        plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
        parts = re.findall(r"[a-z]{2,}", plain)[:2]
        return f"{'.'.join(parts) or 'info'}@mail.example"

    def iban(self) -> str:
        """An account number with a valid checksum (ISO 13616), in groups of four or not."""
        digits = {"LU": 16, "BE": 12, "FR": 23, "CH": 17, "DE": 18, "AT": 16, "IE": 14}[self.country]
        account = "".join(str(self.rng.randrange(10)) for _ in range(digits))
        if self.country == "IE":
            account = "".join(self.rng.choices("BCDFGHKLMNPR", k=4)) + account
        moved = "".join(str(int(sign, 36)) for sign in f"{account}{self.country}00")
        iban = f"{self.country}{98 - int(moved) % 97:02}{account}"
        return " ".join(re.findall(".{1,4}", iban)) if self.rng.random() < 0.75 else iban

    def insurer(self) -> str:
        """An insurer's name."""
        return self._pick(words.INSURER_FORMS[self.language]).format(self._pick(words.INSURERS))

    def firm(self, trade: str) -> str:
        """The name of a firm, practice, court ... of a trade in `words.FIRMS`."""
        pattern = self._pick(words.FIRMS[trade][BORROWED.get(self.language, self.language)])
        first, second = self.rng.sample(words.SURNAMES[self.language].split(";"), 2)
        return pattern.format(s=first, s2=second, p=self.person(), t=self.town())

    def number(self) -> str:
        """A reference number: every house has its own habit."""
        shape = self.rng.choice(
            ("#######", "##.###.###", "@@-######", "{y}/#####", "@######", "{y}-@@-####", "### ### ##", "@@@####/##")
        )
        shape = shape.replace("{y}", str(self.today.year))
        return "".join(self._sign(mark) for mark in shape)

    def _sign(self, mark: str) -> str:
        if mark == "#":
            return str(self.rng.randrange(10))
        return self.rng.choice("ABCDEFGHKLMNPRSTVW") if mark == "@" else mark

    def plate(self) -> str:
        """A number plate."""
        shape = {
            "LU": "@@ ####",
            "BE": "#-@@@-###",
            "FR": "@@-###-@@",
            "CH": "VD ######",
            "DE": "TR-@@ ###",
            "AT": "L-#####@",
            "IE": "##1-D-#####",
        }
        return "".join(self._sign(mark) for mark in shape[self.country])

    def vin(self) -> str:
        """A chassis number of 17 signs."""
        return "".join(self.rng.choices("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", k=17))
