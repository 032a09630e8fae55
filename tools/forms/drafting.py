"""Contracts that nobody wrote: a cover, who concludes what and when, clauses in any order, signatures, exhibits; in English."""

import re
from dataclasses import dataclass

from tools.forms.wordings import Wordings

Lines = list[str]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A kind of contract that can be composed.

    Attributes:
        share: how often it is drawn, among the other papers.
        parties: roles of the two parties.
        aliases: what the contract calls each of them.
        keys: clauses that matter for it, besides those of all contracts; lists `key_...` of wordings.txt.
    """

    share: float
    parties: tuple[str, str]
    aliases: tuple[str, str]
    keys: tuple[str, ...] = ("fee", "cap")


_NEUTRAL = ("parties#1", "parties#2")
CONTRACTS: dict[str, Drafted] = {
    "services agreement": Drafted(
        3, ("provider", "client"), ("Provider;Contractor;Service Provider", "Client;Customer;Company")
    ),
    "consulting agreement": Drafted(2, ("provider", "client"), ("Consultant;Adviser;Contractor", "Company;Client"), ("fee",)),
    "licence agreement": Drafted(3, ("licensor", "licensee"), ("Licensor", "Licensee"), ("royalty", "territory", "fee", "cap")),
    "distribution agreement": Drafted(
        2.5, ("seller", "buyer"), ("Supplier;Company;Manufacturer", "Distributor;Reseller"), ("territory", "royalty", "cap")
    ),
    "supply agreement": Drafted(2.5, ("seller", "buyer"), ("Seller;Supplier;Manufacturer", "Buyer;Purchaser;Customer")),
    "non-disclosure agreement": Drafted(
        2, ("discloser", "receiver"), ("Disclosing Party;Discloser;Company", "Receiving Party;Recipient"), ()
    ),
    "sponsorship agreement": Drafted(1.5, ("sponsor", "organiser"), ("Sponsor", "Organizer;Promoter;Club"), ("fee",)),
    "joint venture agreement": Drafted(2, _NEUTRAL, ("Partner A;First Party", "Partner B;Second Party"), ("cap", "territory")),
    "franchise agreement": Drafted(
        1.5, ("licensor", "licensee"), ("Franchisor", "Franchisee"), ("royalty", "territory", "fee", "insurance")
    ),
    "agency agreement": Drafted(1.5, _NEUTRAL, ("Principal;Company", "Agent;Representative"), ("royalty", "territory")),
    "hosting agreement": Drafted(1.5, ("provider", "client"), ("Host;Provider", "Customer;Subscriber"), ("fee", "cap")),
    "maintenance agreement": Drafted(
        1.5, ("provider", "client"), ("Contractor;Vendor", "Customer;Owner"), ("fee", "insurance")
    ),
    "marketing agreement": Drafted(1.5, _NEUTRAL, ("Company;Marketer", "Partner;Affiliate"), ("royalty", "territory", "fee")),
    "outsourcing agreement": Drafted(
        1.5, ("provider", "client"), ("Supplier;Vendor", "Customer;Company"), ("fee", "cap", "insurance")
    ),
    "development agreement": Drafted(1.5, _NEUTRAL, ("Developer;Contractor", "Company;Sponsor"), ("fee", "royalty", "cap")),
    "transportation agreement": Drafted(
        1.5, _NEUTRAL, ("Carrier;Transporter", "Shipper;Customer"), ("fee", "insurance", "cap")
    ),
    "employment contract": Drafted(1.5, ("employer", "employee"), ("Company;Employer", "Executive;Employee"), ()),
}
_PEOPLE = {"consulting agreement": (0.5, 0.03), "employment contract": (0.0, 1.0), "non-disclosure agreement": (0.03, 0.2)}
"""How often the parties of a kind are persons."""
_NUMBERED = (
    "{n}. HEAD. TEXT", "{n}. HEAD. TEXT", "{n}. HEAD. TEXT", "Section {n}. HEAD. TEXT", "{n}.\tHEAD\nTEXT", "{n}. TEXT",
    "ARTICLE {n}\nHEAD\nTEXT", "{n}) HEAD - TEXT", "HEAD. TEXT", "{n}.0 HEAD\nTEXT", "Clause {n} (HEAD)\nTEXT",
)  # fmt: skip
"""How clauses are numbered."""
_OTHERS = ("Guarantor", "Parent", "Additional Party", "Manager", "Investor", "Affiliate")
_SMALL = frozenset({"and", "of", "for", "as", "a"})


def contract(kind: str, words: Wordings) -> Lines:
    """The lines of a contract of a kind."""
    return _Contract(kind, words).lines()


class _Contract:
    """One composition of a contract."""

    def __init__(self, kind: str, words: Wordings) -> None:
        self.words, self.rng = words, words.rng
        self.kind, self.drafted = kind, CONTRACTS[kind]
        self.title = words.one(f"title_{re.sub('[ -]', '_', kind)}")[0]
        self.names = [self._named(role) for role in self.drafted.parties]
        self.aliases = [self.rng.choice(some.split(";")) for some in self.drafted.aliases]
        for number in range(3, self.rng.choice((3, 3, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9))):  # a third to eighth party
            self.names.append(f"parties#{number}")
            self.aliases.append(_OTHERS[number - 3])
        self.articled = self.rng.choice(("the ", "", ""))
        day = "agreement_date"
        self.starts = self.rng.choices(("together", "later", "unsaid", "defined"), weights=(4, 3, 2, 1.5))[0]
        if self.starts == "together":
            day = "agreement_date+effective_date"
        style = self.rng.choice(("nth", "dayof", "long", "long"))
        words.roles |= {"day": f"{day}:{style}", "title": f"title={self.title}"}
        self.open_day = words.chance(0.2)
        self.numbered, self.loud = self.rng.choice(_NUMBERED), words.chance(0.3)
        odds = _PEOPLE.get(kind, (0.0, 0.03))
        self.people = {role for role, share in zip(self.drafted.parties, odds, strict=True) if words.chance(share)}
        self.people -= set(_NEUTRAL)

    def lines(self) -> Lines:
        """All of it."""
        made: Lines = []
        parts = [
            self.words.one("mark") if self.words.chance(0.35) else [],
            self._cover() if self.words.chance(0.4) else [],
            ["{title=" + self.title + "}"],
            self._preamble(),
            *self._recitals(),
            *self._definitions(),
            *self._clauses(),
            *self._signed(),
            *(self.words.some("exhibit", 1, 2) if self.words.chance(0.35) else []),
        ]
        for part in filter(None, parts):
            made += [*(self._filled(line) for line in part), ""]
        owners = {self._role(name) for name in self.names}
        lets = [f"@let {role} {'person' if role in self.people else 'firm'}" for role in sorted(owners)]
        if any("state of {governing_law" in line.lower() for line in made):
            lets.append("@let governing_law list:state")
        return ["@ask parties expiration_date", *lets, *made]

    def _named(self, role: str) -> str:
        return role if role.startswith("parties#") else f"{role}+parties"

    def _role(self, name: str) -> str:
        return name.partition("+")[0].partition("#")[0]

    def _filled(self, line: str) -> str:
        """A line with what the parties are called and when it begins."""
        since = {"together": "the Effective Date", "defined": "the Effective Date", "later": "{effective_date:long}"}
        line = line.replace("SINCE", since.get(self.starts, "the date hereof"))
        for word, alias in zip(("FIRST", "SECOND"), self.aliases, strict=False):
            line = re.sub(rf"\b{word}\b", self.articled + alias, line)
        line = re.sub(r"(?:^|(?<=[.)-] ))the (?=[A-Z])", "The ", line)
        return line.replace("NAMED", " ".join(w if w in _SMALL else w.capitalize() for w in self.title.lower().split()))

    # --- who, what and when ---------------------------------------------------------------------------------------------

    def _day(self, lines: Lines) -> Lines:
        """Now and then the day is left open, to be filled in by hand."""
        if not self.open_day:
            return lines
        day = "{" + self.words.roles["day"] + "}"
        blank = self.rng.choice(("____ day of __________, {~year}", "_________, {~year}", "__________"))
        return [line.replace(day, f"[{day}|{blank}]") for line in lines]

    def _cover(self) -> Lines:
        style = self.rng.choice((":upper", ":upper", ""))
        names = [f"{{{name}{style}}}" for name in self.names]
        between = self.rng.choice(("by and between", "BETWEEN", "between", "among"))
        joined = [line for name in names for line in (self.rng.choice(("and", "and", "AND", "- and -")), name)][1:]
        if self.words.chance(0.15):
            joined = [f" {self.rng.choice(('and', 'AND'))} ".join(names)]
        day = self._day(self.words.one("cover_day")) if self.words.chance(0.7) else []
        return [f"{{title={self.title}}}", between, *joined, *day]

    def _party(self, place: int) -> str:
        name = self.names[place]
        own = self._role(name)
        self.words.roles |= {"name": name, "address": "~address" if own == "parties" else f"{own}_address"}
        said = " ".join(self.words.one("party_person" if own in self.people else "party"))
        return said.replace("ALIAS", self.aliases[place])

    def _preamble(self) -> Lines:
        """One long sentence, or the parties one below the other."""
        parties = [self._party(place) for place in range(len(self.names))]
        last = f"{', ' if len(parties) > 2 else ' '}and "
        if self.words.chance(0.25):
            numbers = self.rng.choice(([f"({n}) " for n in range(1, 9)], [f"{mark}. " for mark in "ABCDEFGH"], [""] * 8))
            listed = [f"{number}{party}" for number, party in zip(numbers, parties, strict=False)]
            joined = "\n" + "\n".join(f"{party};" for party in listed[:-1]) + f"\nand\n{listed[-1]}"
        else:
            joined = ", ".join(parties[:-1]) + last + parties[-1]
        pool = "preamble_effective" if self.starts == "together" else "preamble"
        lines = self.words.one(pool)
        if self.words.roles["day"].endswith("dayof"):
            lines = [re.sub(r"(?<!this )(?=\{agreement_date)", "the ", line) for line in lines]
        text = " ".join(self._day(lines)).replace("PARTIES", joined)
        return [line.strip() for line in text.split("\n")]

    def _recitals(self) -> list[Lines]:
        if self.words.chance(0.35):
            return []
        found = [lines[0] for lines in self.words.some("recital", 1, 4)]
        style = self.rng.randrange(3)
        if style:
            plain = [line.removeprefix("WHEREAS, ") for line in found]
            plain = [line[:1].upper() + line[1:] for line in plain]
            marks = "ABCD" if style == 1 else "1234"
            found = [f"({mark}) {line}." for mark, line in zip(marks, plain, strict=False)]
        else:
            found = [f"{line};" for line in found]
        ends = self.rng.choice(
            ("NOW, THEREFORE, the parties agree as follows:", "It is agreed:", "THE PARTIES AGREE AS FOLLOWS:")
        )
        return [self.words.one("recital_head") if self.words.chance(0.6) else [], *([line] for line in found), [ends]]

    # --- clauses --------------------------------------------------------------------------------------------------------

    def _definitions(self) -> list[Lines]:
        found = [lines[0] for lines in self.words.some("definition", 2, 6)] if self.words.chance(0.45) else []
        if self.starts == "defined":
            found.insert(0, '"Effective Date" means {effective_date:long}.')
        return [[*self._numbered(f"{{n}}. Definitions. {found[0]}"), *found[1:]]] if found else []

    def _clauses(self) -> list[Lines]:
        """What matters for this kind and what stands in any contract, in any order."""
        keys = [key for key in ("term", "law", "notice", *self.drafted.keys) if self.words.chance(0.85)]
        if self.kind == "employment contract":
            keys += ["salary"]
        found = []
        for key in keys:
            maybe = "? " if self.words.chance(0.3) else ""
            found.append(f"{maybe}{self.words.one(f'key_{key}')[0]}")
        most = self.rng.choice((1, 1, 2, 3))
        goods = 0 if self.kind == "employment contract" else 6
        for name, high in (("clause_en", 8), ("clause_long", 4), ("clause_more", goods)):
            found += [lines[0] for lines in self.words.some(name, min(most - 1, high), high * most)]
        self.rng.shuffle(found)
        return [self._numbered(clause) for clause in found]

    def _numbered(self, clause: str) -> Lines:
        """A clause with its number and its heading as this contract has them."""
        maybe, head, text = re.fullmatch(r"(\? )?\{n\}\. ([^.]+)\. (.*)", clause).groups("")  # type: ignore[union-attr]
        made = self.numbered.replace("HEAD", head.upper() if self.loud else head).replace("TEXT", text).split("\n")
        # what may be left out is one line, so that no heading stands alone
        return [maybe + ": ".join(made).replace("\t", " ")] if maybe else made

    # --- the end --------------------------------------------------------------------------------------------------------

    def _signed(self) -> list[Lines]:
        """Who signs for whom, side by side or one after the other."""
        style = self.rng.choice((":upper", "", ""))
        by = self.rng.choice(
            ("By: ____________________", "By: /s/ {~person}", "Signature: ______________", "/s/ {~person}", "By:")
        )
        rows = [by, *(row for row in ("Name: {~person}", "Title: {~office}") if self.words.chance(0.7) and "{~" not in by)]
        if "{~" in by and self.words.chance(0.6):
            rows.append(self.rng.choice(("Title: {~office}", "Its: {~office}", "{~office}")))
        if self.words.chance(0.4):
            dates = ("Date: ____________", "Date: ________" if self.open_day else "Date: [{~long}|________]")
            rows.append(self.rng.choice(dates))
        above = self.words.chance(0.5)
        blocks = []
        for name, alias in zip(self.names, self.aliases, strict=True):
            head = [f"{alias.upper()}:"] if above else []
            signed = rows if self._role(name) not in self.people else ["_" * 20]
            blocks.append([*head, f"{{{name}{style}}}", *signed])
        if len(blocks) == 2 and self.words.chance(0.4):
            length = max(map(len, blocks))
            padded = [block + [""] * (length - len(block)) for block in blocks]
            blocks = [["\t".join(pair) for pair in zip(*padded, strict=True)]]
        return [self.words.one("sign_head") if self.words.chance(0.8) else [], *blocks]
