"""What one document is about: a value for every role, drawn once, amounts that add up, dates in order."""

import datetime as dt
import random
from collections.abc import Callable
from functools import cached_property

from tools.forms.roles import ROLES
from tools.letters.facts import Facts

_FIRST = [
    "Alder",
    "Amber",
    "Arden",
    "Aster",
    "Balken",
    "Bastion",
    "Belvoir",
    "Birken",
    "Borealis",
    "Brisa",
    "Cadran",
    "Calmont",
    "Candor",
    "Cedral",
    "Cobalt",
    "Corail",
    "Dorning",
    "Elmir",
    "Eschen",
    "Falken",
    "Fennel",
    "Ferrand",
    "Galeon",
    "Garance",
    "Granit",
    "Harven",
    "Heliot",
    "Indigo",
    "Jorden",
    "Kestrel",
    "Klarwerk",
    "Lantern",
    "Larix",
    "Lumen",
    "Marbel",
    "Meridian",
    "Mistral",
    "Nordlicht",
    "Novalis",
    "Oriel",
    "Pavona",
    "Perlin",
    "Quarz",
    "Ravel",
    "Rivane",
    "Sable",
    "Sirocco",
    "Solaris",
    "Tavern",
    "Tessel",
    "Umbra",
    "Valmor",
    "Verdon",
    "Wendel",
    "Xylo",
    "Zephyr",
    "Zenit",
]
_TRADE = {
    "fr": "Bâtiment;Chauffage;Menuiserie;Transports;Conseil;Énergie;Imprimerie;Jardins;Santé;Logistique;Textiles;Voyages;Toitures",
    "de": "Bau;Heizungstechnik;Tischlerei;Spedition;Beratung;Energie;Druckerei;Gartenbau;Medizintechnik;Logistik;Reisen;Dachbau",
    "en": "Building;Heating;Joinery;Haulage;Consulting;Energy;Printing;Gardens;Medical;Logistics;Textiles;Travel;Software;Foods",
}
_FORMS = {
    "FR": "SARL;SAS;S.A.S.;SA;EURL;SCI", "BE": "SRL;SA;SPRL;ASBL;NV", "LU": "S.à r.l.;S.A.;Sàrl;SARL-S;SCS",
    "CH": "SA;Sàrl;AG;GmbH", "DE": "GmbH;AG;GmbH & Co. KG;KG;e.K.;UG (haftungsbeschränkt);e.V.", "AT": "GmbH;GesmbH;AG;OG",
    "IE": "Ltd;Limited;plc;DAC;LLP", "US": "Inc.;LLC;Corp.;Corporation;L.P.;Co.;, Inc.;, LLC",
}  # fmt: skip
_PRODUCTS = {
    "fr": "Lave-linge Ondine 7;Perceuse TX-40;Chaudière Calor 24;Vélo Pyrène;Canapé Rivage;Tablette Nova 10;Four Brisa",
    "de": "Waschmaschine Ondine 7;Bohrmaschine TX-40;Heizkessel Calor 24;Fahrrad Pyrene;Sofa Rivage;Tablet Nova 10;Backofen Brisa",
    "en": "Washing machine Ondine 7;Drill TX-40;Boiler Calor 24;Bicycle Pyrene;Sofa Rivage;Tablet Nova 10;Oven Brisa",
}
_EVENTS = {
    "fr": "Fête de la musique;Course du lac;Salon de l'habitat;Tournoi d'hiver;Journée portes ouvertes",
    "de": "Sommerfest;Seelauf;Wohnmesse;Winterturnier;Tag der offenen Tür",
    "en": "Summer Fair;Lakeside Run;Home Show;Winter Cup;Open Day",
}


def language_of(language: str) -> str:
    """The language whose words are used; Luxembourgish documents are written in French forms."""
    return "fr" if language == "lb" else language


class Case:
    """The values of one document.

    Args:
        rng: the document's own source of chance.
        language: "fr", "de", "en" or "lb".
    """

    def __init__(self, rng: random.Random, language: str) -> None:
        self.rng, self.language = rng, language
        self.facts = Facts(rng, language)
        self.day = self.facts.today
        self._known: dict[str, str] = {}
        self._year_first = rng.random() < 0.08

    def get(self, role: str) -> str:
        """The value of a role as the document writes it."""
        if role not in self._known:
            self._known[role] = self._make(role)
        return self._known[role]

    def say(self, role: str, value: str) -> str:
        """Lay a role's value down."""
        self._known[role] = value
        return value

    def _make(self, role: str) -> str:
        form = ROLES[role].format
        if role in self._makers:
            return self._makers[role]()
        if role in self.amounts:
            return self.money(self.amounts[role])
        if form == "date":
            return self.date(self.days[role])
        if form == "money":
            return self.money(round(self.rng.uniform(20, 9000), 2))
        if form == "identifier":
            return self.number()
        if form == "percent":
            return self.percent(self.rate)
        if form == "name":
            return self.firm() if role in _FIRMS or self.rng.random() < _FIRM_SHARE.get(role, 0.0) else self.facts.person()
        return self.text(role)

    @cached_property
    def _makers(self) -> dict[str, Callable[[], str]]:
        facts = self.facts
        return {
            "iban": facts.iban,
            "phone": facts.phone,
            "mail": lambda: facts.mail_of(self.get("seller")),
            "bic": lambda: (
                "".join(self.rng.choices("BCDFGHKLMNPRSTVW", k=4)) + facts.country + self.rng.choice(("22", "33", "2L"))
            ),
            "vat_id": lambda: facts.country + "".join(str(self.rng.randrange(10)) for _ in range(self.rng.choice((8, 9)))),
            "plate": facts.plate,
            "vin": facts.vin,
            "insurer": facts.insurer,
            "doctor": lambda: f"Dr {facts.person()}" if self.rng.random() < 0.7 else facts.person(),
            "court": lambda: facts.firm("court") if self.rng.random() < 0.5 else self._court(),
            "vehicle": lambda: facts.get("car"),
            "consumption": lambda: str(self.rng.randrange(80, 9000)),
        }

    def _court(self) -> str:
        kind = {"fr": "Tribunal d'arrondissement de {}", "de": "Amtsgericht {}", "en": "{} District Court"}
        return kind[language_of(self.language)].format(self.facts.town())

    # --- people, firms, numbers -------------------------------------------------------------------------------------------

    def firm(self, country: str | None = None) -> str:
        """An invented firm: thousands of them by combination."""
        rng = self.rng
        form = rng.choice(_FORMS[country or self.facts.country].split(";"))
        trade = rng.choice(_TRADE[language_of(self.language)].split(";"))
        surname = self.facts._pick(_surnames(self.language))  # noqa: SLF001 - the letters' own list
        core = rng.choice(
            (
                f"{rng.choice(_FIRST)} {trade}",
                f"{surname} {trade}",
                f"{rng.choice(_FIRST)}{rng.choice(_FIRST).lower()}",
                f"{surname} & {self.facts._pick(_surnames(self.language))}",  # noqa: SLF001
                f"{rng.choice(_FIRST)}-{trade}",
                rng.choice(_FIRST),
                f"{trade} {self.facts.town()}",
            )
        )
        core = core.upper() if rng.random() < 0.12 else core
        return f"{core}{form}" if form.startswith(",") else f"{core} {form}" if rng.random() < 0.85 else core

    def number(self) -> str:
        """A reference number in one of many habits."""
        if self.rng.random() < 0.5:
            return self.facts.number()
        shape = self.rng.choice(
            (
                "####",
                "######",
                "########",
                "@@#####",
                "@@@-####-##",
                "{y}{m}##",
                "{y}-####",
                "@#-#####",
                "##-####-@",
                "#####/{yy}",
            )
        )
        shape = shape.replace("{yy}", f"{self.day.year % 100:02}").replace("{y}", str(self.day.year)).replace("{m}", "04")
        return "".join(
            str(self.rng.randrange(10)) if c == "#" else self.rng.choice("ABDEFGKLMNPRSTVX") if c == "@" else c for c in shape
        )

    def text(self, role: str) -> str:
        """Words for the roles that are no names."""
        language = language_of(self.language)
        if role in {"address", "loss_place", "venue"}:
            return (
                self.facts.address()
                if role == "address" or self.rng.random() < 0.4
                else f"{self.facts.street()}, {self.facts.town()}"
            )
        if role == "pay_period":
            from tools.letters.facts import MONTHS

            return f"{self.rng.choice(MONTHS[self.language])} {self.day.year}"
        if role == "event_name":
            return f"{self.rng.choice(_EVENTS[language].split(';'))} {self.day.year}"
        return self.rng.choice(_PRODUCTS[language].split(";"))

    # --- amounts and dates ------------------------------------------------------------------------------------------------

    @cached_property
    def rate(self) -> float:
        """The tax's rate in per cent."""
        return self.rng.choice(
            {"DE": (19, 7), "FR": (20, 10, 5.5), "LU": (17, 14, 8, 3), "CH": (8.1, 2.6)}.get(self.facts.country, (21, 23))
        )

    @cached_property
    def items(self) -> list[tuple[str, int, float]]:
        """Lines of a bill: what, how many, the price of one."""
        count = self.rng.randrange(1, 6)
        names = self.rng.sample(_ITEMS[language_of(self.language)].split(";"), count)
        return [(name, self.rng.choice((1, 1, 2, 3, 5, 10)), round(self.rng.uniform(3, 480), 2)) for name in names]

    @cached_property
    def amounts(self) -> dict[str, float]:
        """The totals of the bill, and other sums."""
        net = round(sum(count * price for _, count, price in self.items), 2)
        discount = round(net * self.rng.choice((0.02, 0.05, 0.1)), 2)
        tax = round(net * self.rate / 100, 2)
        gross = round(net + tax, 2)
        paid = round(gross * self.rng.choice((0.2, 0.3, 0.5)), 2)
        rent = float(self.rng.randrange(550, 2400, 10))
        pay = round(self.rng.uniform(1900, 7200), 2)
        return {
            "net": net, "discount": discount, "tax": tax, "gross": gross, "paid": paid, "due_amount": round(gross - paid, 2),
            "premium": round(self.rng.uniform(90, 2400), 2), "sum_insured": float(self.rng.randrange(10, 900) * 5000),
            "deductible": float(self.rng.randrange(2, 30) * 50), "damage": round(self.rng.uniform(150, 24000), 2),
            "rent": rent, "bond": 3 * rent, "gross_pay": pay, "net_pay": round(pay * self.rng.uniform(0.58, 0.8), 2),
            "fee": float(self.rng.randrange(2, 400) * 500), "cap": float(self.rng.randrange(1, 50) * 100000),
        }  # fmt: skip

    @cached_property
    def days(self) -> dict[str, dt.date]:
        """The dates of the document, in an order that makes sense."""

        def after(low: int, high: int, start: dt.date | None = None) -> dt.date:
            return (start or self.day) + dt.timedelta(days=self.rng.randint(low, high))

        start, loss, unfit, arrival, signed = after(-700, 60), after(-90, -2), after(-10, 2), after(10, 200), after(-900, 0)
        effective = signed if self.rng.random() < 0.3 else after(-20, 60, signed)
        return {
            "issue_date": self.day, "due_date": after(7, 60), "delivery_date": after(-30, 0), "order_date": after(-60, -8),
            "start_date": start, "end_date": after(300, 1100, start), "loss_date": loss, "reported_date": after(1, 20, loss),
            "birth_date": after(-29000, -7000), "from_date": unfit, "to_date": after(2, 40, unfit),
            "inspection_date": after(-20, -1), "hearing_date": after(20, 200), "event_date": after(10, 200),
            "arrival": arrival, "departure": after(1, 21, arrival), "agreement_date": signed, "effective": effective,
            "expiration": after(300, 3000, effective),
        }  # fmt: skip

    def money(self, value: float, *, bare: bool = False) -> str:
        """A sum as the document writes it, with or without its currency."""
        text = self.facts.money(value)
        return "".join(c for c in text if c.isdigit() or c in ".,' ").strip() if bare else text

    def percent(self, value: float) -> str:
        """A rate as the document writes it."""
        shown = f"{value:g}"
        return (shown if self.language == "en" else shown.replace(".", ",")) + self.rng.choice((" %", "%"))

    def date(self, day: dt.date) -> str:
        """A date as the document writes it."""
        return day.isoformat() if self._year_first else self.facts.date(day)


def _surnames(language: str) -> str:
    from tools.letters.words import SURNAMES

    return SURNAMES[language]


_FIRMS = frozenset({"seller", "employer", "hotel"})
_FIRM_SHARE = {"buyer": 0.6, "plaintiff": 0.4, "defendant": 0.5, "landlord": 0.3, "expert": 0.2, "policyholder": 0.2}
_ITEMS = {
    "fr": "Main-d'œuvre;Déplacement;Fournitures;Peinture murale;Réparation de fuite;Abonnement mensuel;Nettoyage;Vis et chevilles;"
    "Pose de carrelage;Consultation;Forfait entretien;Papier A4;Livraison;Contrôle annuel;Location de matériel",
    "de": "Arbeitszeit;Anfahrt;Material;Wandanstrich;Leckreparatur;Monatsgebühr;Reinigung;Schrauben und Dübel;Fliesen verlegen;"
    "Beratung;Wartungspauschale;Papier A4;Versand;Jahresprüfung;Gerätemiete",
    "en": "Labour;Call-out;Materials;Wall painting;Leak repair;Monthly fee;Cleaning;Screws and plugs;Tiling;Consultation;"
    "Maintenance plan;A4 paper;Delivery;Annual inspection;Equipment hire",
}
