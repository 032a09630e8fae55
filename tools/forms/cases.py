"""What one document is about: a value for every role, drawn once, amounts that add up, dates in order.

How a role's value is drawn (the third column of roles.txt), with what it needs after colons:

    date:other role:0:30     so many days after another role's date; `today` is the day of writing
    money:10:500:0.01        a sum between two, rounded; calc:gross-paid a sum of other roles; bill: from the table of items
    percent:5,10  int:1:9    a rate; a whole number
    shape:@-####             letters and digits; number, plate, vin, iban, bic, vat, register, phone, email, time, month
    person, firm, any:0.5    a name; any: a firm as often as said; trade:doctor as `tools.letters` names one; insurer
    titled, short:seller     a person with an academic title; a firm's name without its legal form, as its logo says it
    list:cause               an entry of lists.txt
    street, town, address    of the role's party
"""

import datetime as dt
import random
import re
from collections.abc import Callable
from functools import cached_property

from tools.forms.bill import Bill
from tools.forms.lists import entries
from tools.forms.roles import Role, role_of
from tools.forms.spelling import in_words
from tools.letters import words
from tools.letters.facts import DATE_STYLES, MONTHS, Facts
from tools.letters.grammar import choose

ABROAD = {"UK": ("£", "GBP"), "US": ("$", "USD")}
_VAT_SHAPES = {
    "LU": "LU########", "DE": "DE#########", "FR": "FR###########", "BE": "BE 0###.###.###", "CH": "CHE-###.###.###",
    "AT": "ATU########", "IE": "IE#######F", "UK": "GB ### #### ##", "US": "##-#######",
}  # fmt: skip
_REGISTERS = {
    "LU": "B######;B######;B ######;RCS Luxembourg B######", "DE": "HRB #####;HRA ####;HRB ######",
    "FR": "### ### ###;RCS ### ### ###",
    "BE": "BE 0###.###.###;0###.###.###", "CH": "CH-###.#.###.###-#", "AT": "FN ######f", "IE": "######", "UK": "0#######",
    "US": "C#######",
}  # fmt: skip
_FORMS = {
    "FR": "SARL;SAS;S.A.S.;SA;EURL;SNC;S.A.R.L.;SASU;SCOP", "BE": "SRL;SA;SPRL;NV;SC;BV;ASBL",
    "LU": "S.à r.l.;S.A.;Sàrl;S.à r.l.-S;SCS;SE;S.C.A.;s.à r.l.", "CH": "SA;Sàrl;AG;GmbH",
    "DE": "GmbH;AG;GmbH & Co. KG;KG;e.K.;UG;OHG;eG;UG (haftungsbeschränkt);AG & Co. KG;mbH;GbR;SE & Co. KGaA;e.V.",
    "AT": "GmbH;GesmbH;AG;OG;KG;GmbH & Co KG;e.U.", "IE": "Ltd;Limited;plc;DAC;LLP;Ltd.", "UK": "Ltd;Limited;plc;LLP;Ltd.;PLC",
    "US": "Inc.;LLC;Corp.;Corporation;L.P.;, Inc.;, LLC;Holdings, Inc.",
}  # fmt: skip
_SYLLABLES = [
    syllables.split(";")
    for syllables in (
        "Bra;Cor;Del;Fen;Gar;Hol;Kel;Lum;Mar;Nor;Or;Per;Quin;Ros;Sil;Tar;Ul;Val;Wes;Zan;Ar;Be;Ca;Do;El;Fi;Ge;Ha;Ju;Ly",
        "da;me;vi;lo;ra;ti;so;ne;",
        "nt;ris;va;lia;mar;dex;tis;ron;la;quo;bert;wick;gard;mont;tec;nova",
    )
]
_FIRMS = (
    "{coined} {form}", "{coined} {trade} {form}", "{one} {trade} {form}", "{one} & {two} {form}", "{trade} {one} {form}",
    "{coined} {trade}", "{one} & {two}", "{initials} {trade} {form}", "{coined}-{two} {form}", "{trade} {coined} {form}",
    "{coined} Group {form}", "{coined} International {form}", "{one} {form}", "{town} {trade} {form}",
    "{house} {one} {form}", "{house} {one} & {two} {form}", "{one}, {two} & {three} {form}", "{one} {sons} {form}",
    "{coined} {trade} ({town}) {form}",
)  # fmt: skip
_HOUSES = {
    "fr": "Maison;Ets;Établissements;Atelier;Groupe", "de": "Gebr.;Haus;Autohaus;Atelier;Werkstatt",
    "en": "House of;Bros.;Studio;Atelier", "lb": "Maison;Atelier",
}  # fmt: skip
_SONS = {"fr": "& Fils;Frères;et Associés", "de": "& Söhne;& Partner;Nachf.", "en": "& Sons;& Co.;Bros", "lb": "& Fils;& Co"}
_TITLES = {
    "fr": "Dr;Pr;Me;Maître;Docteur;Dr.", "de": "Dr.;Prof. Dr.;Dr. med.;Dipl.-Ing.;Dr. jur.;Prof. Dr. Dr.;Mag.",
    "en": "Dr;Dr.;Professor;Prof.;Sir;Rev.", "lb": "Dr;Me",
}  # fmt: skip
"""Titles that belong to a name; what one is addressed by (Herr, Madame, Mr) does not."""
_SHORT = {"fr": "{d:02}/{m:02}/{yy:02}", "de": "{d}.{m}.{yy:02}", "en": "{d:02}-{mon}-{yy:02}", "lb": "{d}.{m}.{yy:02}"}
_LONG = {"fr": "{d} {month} {y}", "de": "{d}. {month} {y}", "en": "{month} {d}, {y}", "lb": "{d}. {month} {y}"}
_ORDINAL = (
    "{d}{th} day of {month}, {y}", "{d}{th} day of {month} {y}", "{month} {d}{th}, {y}", "{month} {d}, {y}", "{d} {month} {y}",
)  # fmt: skip


class Case:
    """The values of one document.

    Args:
        rng: the document's own source of chance.
        language: "fr", "de", "en" or "lb".

    Attributes:
        bare: whether tables leave the currency out; loud: whether labels are now and then in capitals; bilingual: whether
            they are in two languages; wordy: whether each item is told in several lines.
        indent: before such a line.
        labels: what the document calls each role, as far as it has been said; words: all labels that were used.
        hidden: roles that it says in a way that nobody can point at; vague: those that something else in it speaks of, so
            that they are not asked where it does not say them.
        trade: of what is billed, a list's name; "" for any.
        given: how roles are drawn in this document, if not as roles.txt says.
        terms: what is special about its bill, see `Bill`; rated: whether it has shown the sums of each rate.
        people: names of persons that were drawn.
    """

    def __init__(self, rng: random.Random, language: str) -> None:
        self.rng, self.language = rng, language
        self.facts = Facts(rng, language)
        self.country = self.facts.country
        if language == "en" and rng.random() < 0.65:
            self.country = rng.choice(list(ABROAD))
        self.bare = rng.random() < 0.55
        self.loud = rng.random() < 0.15
        self.wordy = rng.random() < 0.25
        self.indent = rng.choice(("\t", "\t\t", "", "", "  "))
        self.bilingual = rng.random() < (0.12 if self.country in ("LU", "BE", "CH") and language != "en" else 0)
        self.labels: dict[str, str] = {}
        self.words: set[str] = set()
        self.hidden: set[str] = set()
        self.vague: set[str] = set()
        self.trade = ""
        self.given: dict[str, str] = {}
        self.terms: set[str] = set()
        self.rated = False
        self.people: set[str] = set()
        self._spelled: dict[tuple[str, str], str] = {}
        self._days: dict[str, dt.date] = {"today": self.facts.today}
        self._amounts: dict[str, float] = {}
        self._homes: dict[str, tuple[str, str]] = {}
        self._date = _date_style(rng, language, self.country)
        self._ordinal, self._day_of = rng.choice(_ORDINAL), rng.choice(_ORDINAL[:2])
        self._group, self._point = self._marks()
        self._money = self._money_style()
        self._minus = rng.choice(("-{}", "-{}", "-{}", "- {}", "\u2212{}"))

    # --- roles ----------------------------------------------------------------------------------------------------------

    def get(self, name: str, style: str = "") -> str:
        """A role's value as the document writes it in a style; `attendees#2` is the second of several values."""
        if (name, style) not in self._spelled:
            self._spelled[name, style] = self._spell(name, style)
        return self._spelled[name, style]

    def _spell(self, name: str, style: str) -> str:
        role = role_of(name.partition("#")[0])
        if role.format == "money":
            return self.money(self.amount(name), style)
        if role.format == "date":
            return self.date(self.day(name), style)
        if style:
            return {"upper": str.upper, "lower": str.lower}[style](self.get(name))
        taken = {said for (other, _), said in self._spelled.items() if other.partition("#")[0] == role.name}
        for _ in range(8):
            said = self._draw(role, self.given.get(name, self.given.get(role.name, role.value)))
            if said not in taken:
                break
        return said

    def _draw(self, role: Role, way: str) -> str:
        sort, *needs = way.split(":")
        if role.party and sort in ("street", "town", "address"):
            street, town = self.home(role.party)
            return {"street": street, "town": town, "address": f"{street}, {town}"}[sort]
        if role.party and sort == "email":
            return self.email(self.get(role.party))
        return self.make(sort, *needs)

    def day(self, name: str) -> dt.date:
        """The day of a date's role."""
        if name not in self._days:
            _, base, low, high = role_of(name.partition("#")[0]).value.split(":")
            self._days[name] = self.day(base) + dt.timedelta(days=self.rng.randint(int(low), int(high)))
        return self._days[name]

    def amount(self, name: str) -> float:
        """The sum of a money's role."""
        if name not in self._amounts:
            sort, *needs = role_of(name.partition("#")[0]).value.split(":")
            if sort == "bill":
                self._amounts |= self.bill.sums()
            elif sort == "calc":
                terms = re.findall(r"([+-]?)(\w+)", needs[0])
                self._amounts[name] = round(sum(self.amount(term) * (-1 if sign == "-" else 1) for sign, term in terms), 2)
            else:
                self._amounts[name] = self._sum(*needs)
        return self._amounts[name]

    def figures(self) -> dict[str, str]:
        """The sums that were drawn so far, without sign and currency."""
        return {name: self.money(abs(value), "bare") for name, value in self._amounts.items()}

    def home(self, party: str) -> tuple[str, str]:
        """Street and town of a party."""
        if party not in self._homes:
            self._homes[party] = self._address()
        return self._homes[party]

    @cached_property
    def bill(self) -> Bill:
        """The table of items of this document."""
        return Bill(self, self.trade)

    # --- anything of a sort ---------------------------------------------------------------------------------------------

    def make(self, sort: str, *needs: str) -> str:
        """A value of a sort, another one each time; a sort that is not known is a list's name."""
        if sort in self._makers:
            return self._makers[sort](*needs)
        if sort == "list":
            sort = needs[0]
        return self.filled(self.rng.choice(entries(sort, self.language)))

    def filled(self, text: str) -> str:
        """A text with its alternatives drawn and its slots filled with what nobody asks for."""
        said = choose(text, self.rng)
        return re.sub(r"\{~([\w:.-]+)\}", lambda slot: self.make(*slot[1].split(":")), said)

    @cached_property
    def _makers(self) -> dict[str, Callable[..., str]]:
        facts, rng = self.facts, self.rng
        return {
            "number": self._reference, "shape": lambda *shapes: self.shape(rng.choice(":".join(shapes).split(","))),
            "plate": facts.plate, "vin": facts.vin, "iban": facts.iban, "phone": self._phone, "email": self.email,
            "bic": self._bic, "vat": lambda: self.shape(_VAT_SHAPES[self.country]),
            "register": lambda: self.shape(rng.choice(_REGISTERS[self.country].split(";"))),
            "person": self.person, "titled": self._titled, "firm": self.firm, "brand": self._brand, "short": self._short,
            "words": self._in_words,
            "any": lambda share: self.firm() if rng.random() < float(share) else self.person(),
            "insurer": facts.insurer, "trade": facts.firm,
            "car": lambda: rng.choice(words.CARS.split(";")), "bank": lambda: rng.choice(words.BANKS.split(";")),
            "street": lambda: self._address()[0], "town": self._town, "address": lambda: ", ".join(self._address()),
            "date": lambda *near: self.date(self._some_day(*near)),
            "long": lambda *near: self.date(self._some_day(*near), "long"),
            "nth": lambda: self.date(self._some_day("-1500", "-720"), "nth"),
            "money": lambda low="8", high="4000", step="0.01": self.money(self._sum(low, high, step)),
            "bare": lambda low="8", high="900", step="0.01": self.money(self._sum(low, high, step), "bare"),
            "million": lambda: self.money(float(rng.randrange(1, 60) * 250000)),
            "percent": lambda rates="2,3,5,10,15,17,20,25,50": self.percent(float(rng.choice(rates.split(",")))),
            "int": lambda low="1", high="40": str(rng.randint(int(low), int(high))),
            "time": lambda: facts.get(f"time{rng.randrange(9)}"), "month": self._month,
            "rate": lambda: self.percent(self.bill.lines[0][4]), "currency": lambda: self.currency,
            "year": lambda: str(self.day("today").year - rng.randrange(0, 12)),
        }  # fmt: skip

    def _some_day(self, low: str = "-500", high: str = "200") -> dt.date:
        return self.day("today") + dt.timedelta(days=self.rng.randint(int(low), int(high)))

    def _sum(self, low: str, high: str, step: str) -> float:
        size = float(step)
        return round(round(self.rng.uniform(float(low), float(high)) / size) * size, 2)

    def shape(self, shape: str) -> str:
        """Digits for `#`, letters for `@`, the year for `Y`."""
        made = "".join(str(self.rng.randrange(10)) if c == "#" else c for c in shape)
        made = re.sub("@", lambda _: self.rng.choice("ABCDEFGHKLMNPRSTVWX"), made)
        return made.replace("Y", str(self.day("today").year))

    def _reference(self) -> str:
        if self.rng.random() < 0.5:
            return self.facts.number().replace(" ", self.rng.choice((" ", "", "", ".")))
        shapes = (
            "Y-####;Y/###;@@####;@@-#####;####;#####;######;Y####;##-####-##;@@@####;#/Y;###/Y/@@;@-##-#####;########;Y.####"
        )
        return self.shape(self.rng.choice(shapes.split(";")))

    def _month(self) -> str:
        day = self._some_day("-90", "0")
        if self.rng.random() < 0.25:
            return f"{day:%m/%Y}"
        return f"{MONTHS[self.language][day.month - 1]} {day.year}"

    # --- names and addresses --------------------------------------------------------------------------------------------

    def person(self) -> str:
        """A name, some with two first names, an initial, or the surname first in capitals."""
        name = self.facts.person()
        first, _, last = name.rpartition(" ")
        odds = self.rng.random()
        if odds < 0.08:
            name = f"{first} {self.rng.choice('ABDEHJLMPRST')}. {last}"
        elif odds < 0.12:
            name = f"{last.upper()} {first}"
        self.people.add(name)
        return name

    def firm(self) -> str:
        """An invented firm: a name, what it does, its legal form."""
        rng = self.rng
        surnames = words.SURNAMES[self.language].split(";")
        coined = "".join(rng.choice(some) for some in _SYLLABLES)
        trade = rng.choice(entries("trade", self.language))
        form = rng.choice(_FORMS[self.country].split(";"))
        one, two = rng.sample(surnames, 2)
        pattern = rng.choice(_FIRMS)
        town = self._town().partition(",")[0]
        initials = "".join(rng.sample("ABCDEGHKLMNPRSTVW", 3))
        three = rng.choice([name for name in surnames if name not in (one, two)])
        house, sons = (rng.choice(some[self.language].split(";")) for some in (_HOUSES, _SONS))
        name = pattern.format(
            coined=coined, trade=trade, form=form, one=one, two=two, three=three, town=town, initials=initials, house=house,
            sons=sons,
        )  # fmt: skip
        return name.replace(" ,", ",")

    def _titled(self) -> str:
        name = f"{self.rng.choice(_TITLES[self.language].split(';'))} {self.person()}"
        self.people.add(name)
        return name

    def _short(self, party: str) -> str:
        """A party as its logo says it; whoever looks for its name finds the whole of it elsewhere, or nothing to be sure of."""
        self.vague.add(party)
        name = self.get(party)
        for form in sorted(_FORMS[self.country].split(";"), key=len, reverse=True):
            name = name.removesuffix(form).rstrip(" ,")
        return self.rng.choice((name, name.upper(), name.lower()))

    def _in_words(self, role: str) -> str:
        """A sum in words; its cents are figures."""
        whole, cents = divmod(round(abs(self.amount(role)) * 100), 100)
        money = {"EUR": "euros", "CHF": "francs", "GBP": "pounds", "USD": "dollars"}[self.currency]
        if self.language == "de":
            money = {"euros": "Euro", "francs": "Franken"}.get(money, money)
        return f"{in_words(whole, self.language)} {money} {cents:02}/100"

    def _brand(self) -> str:
        return f"{''.join(self.rng.choice(some) for some in _SYLLABLES)} {self.rng.choice(entries('trade', self.language))}"

    def email(self, name: str = "") -> str:
        """An address of mail, of somebody or of a firm, under a domain that cannot exist."""
        firm = re.sub(r"[^a-z]", "", self.facts.mail_of(name or self.firm()).partition("@")[0])
        local = self.rng.choice(
            ("info", "contact", "office", "service", "mail", self.facts.mail_of(self.person()).partition("@")[0])
        )
        return f"{local}@{firm}.example" if self.rng.random() < 0.8 else self.facts.mail_of(name or self.person())

    def _town(self) -> str:
        return self.rng.choice(entries(f"towns_{self.country}", "en")) if self.country in ABROAD else self.facts.town()

    def _address(self) -> tuple[str, str]:
        if self.country == "UK":
            return self.facts.street(), f"{self._town()} {self.shape('@@# #@@')}"
        if self.country == "US":
            return f"{self.rng.randrange(12, 9800)} {self.make('street_us')}", f"{self._town()} {self.shape('#####')}"
        street, _, town = self.facts.address().partition(", ")
        return street, town

    def _bic(self) -> str:
        country = "GB" if self.country == "UK" else self.country
        return self.shape("@@@@") + country + self.rng.choice(("2L", "33", "22", "2LXXX", "BBXXX"))

    def _phone(self) -> str:
        if self.country == "UK":
            return self.shape(self.rng.choice(("+44 1### ######", "01### ######", "020 #### ####")))
        if self.country == "US":
            return self.shape(self.rng.choice(("(###) 555-01##", "###-555-01##", "+1 ### 555 01##")))
        return self.facts.phone()

    # --- money and dates ------------------------------------------------------------------------------------------------

    def _marks(self) -> tuple[str, str]:
        if self.country == "CH":
            return self.rng.choice("'’"), "."
        if self.language == "en":
            return ",", "."
        if self.language == "de":
            return self.rng.choice((".", ".", ".", "")), ","
        if self.language == "lb":
            return ".", ","
        return self.rng.choice((" ", " ", ".", "\u00a0", "\u202f", "")), ","

    def _money_style(self) -> str:
        if self.country == "CH":
            return self.rng.choice(("CHF {}", "Fr. {}", "{} CHF", "SFr. {}"))
        if self.country in ABROAD:
            sign, code = ABROAD[self.country]
            return self.rng.choice((f"{sign}{{}}", f"{sign}{{}}", f"{sign} {{}}", f"{code} {{}}", f"{{}} {code}"))
        if self.language == "en":
            return self.rng.choice(("€{}", "EUR {}", "€ {}", "{} EUR"))
        last = " euros" if self.language in ("fr", "lb") else " Euro"
        return self.rng.choice(("{} €", "{} €", "{} EUR", "EUR {}", "€ {}", "{}" + last, "{}€", "{}\u00a0€"))

    def leave_currency_out(self) -> None:
        """Write all sums without their currency, as documents do that name it once."""
        self.bare, self._money = True, "{}"

    @property
    def currency(self) -> str:
        """The code of the document's currency."""
        return ABROAD[self.country][1] if self.country in ABROAD else "CHF" if self.country == "CH" else "EUR"

    def number(self, value: float, digits: int = 2) -> str:
        """A number as the document writes it."""
        return f"{value:,.{digits}f}".replace(",", "\0").replace(".", self._point).replace("\0", self._group)

    def money(self, value: float, style: str = "") -> str:
        """A sum as the document writes it: `bare` without its currency, `round` without cents where it has none."""
        digits = 0 if style == "round" and value == int(value) else 2
        text = self.number(abs(value), digits)
        said = text if style == "bare" else self._money.format(text)
        return self._minus.format(said) if value < 0 else said

    def percent(self, value: float) -> str:
        """A rate as the document writes it."""
        shown = f"{value:g}".replace(".", self._point)
        return shown + ("%" if self.language == "en" or self.bare else " %")

    def date(self, day: dt.date, style: str = "") -> str:
        """A date as the document writes it: `long` with the month's name, `nth` and `dayof` as contracts do, `short`."""
        pattern = {"": self._date, "long": _LONG[self.language], "short": _SHORT[self.language], "dayof": self._day_of}.get(
            style, self._ordinal
        )
        if style in ("nth", "dayof") and self.language != "en":
            pattern = _LONG[self.language]
        month = MONTHS[self.language][day.month - 1]
        th = "th" if 10 < day.day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
        return pattern.format(d=day.day, m=day.month, y=day.year, yy=day.year % 100, month=month, mon=month[:3], th=th)


def _date_style(rng: random.Random, language: str, country: str) -> str:
    if rng.random() < 0.07:
        return "{y}-{m:02}-{d:02}"
    if country == "US":
        return rng.choice(("{month} {d}, {y}", "{m:02}/{d:02}/{y}", "{mon} {d}, {y}", "{month} {d}, {y}"))
    return rng.choice(DATE_STYLES[language]).replace("{month:.3}", "{mon}")
