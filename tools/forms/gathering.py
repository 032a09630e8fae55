"""Contracts of two to eight parties in French, German and English: who concludes them is said in many ways, and all count.

Beside the parties stand others who are not: who represents them, witnesses, notaries, firms that are spoken of. The contract
ends on a day, after a time that has to be reckoned, or never.
"""

import re

from tools.forms.wordings import Wordings

Lines = list[str]

GATHERED = {
    "shareholders agreement": 3.0,
    "partnership agreement": 2.5,
    "settlement agreement": 2.5,
    "cooperation agreement": 3.0,
    "share transfer agreement": 2.0,
}
"""Kinds of contract that are composed so, and how often each is drawn among the other papers."""
_SIZES = {2: 20, 3: 22, 4: 20, 5: 14, 6: 10, 7: 8, 8: 6}
_PEOPLE = 0.35
_ADDRESSED = re.compile(r"\[M(?:\.|r|onsieur)\|[^]]*\] (?=\{parties)")
_DATES = {"said": 5, "reckoned": 3, "none": 3}
"""How often the last day is said, has to be reckoned from a time, or there is none."""
_NUMBERS = (
    ("(1) ", "(2) ", "(3) ", "(4) ", "(5) ", "(6) ", "(7) ", "(8) "),
    ("1. ", "2. ", "3. ", "4. ", "5. ", "6. ", "7. ", "8. "),
    ("a) ", "b) ", "c) ", "d) ", "e) ", "f) ", "g) ", "h) "),
    ("(i) ", "(ii) ", "(iii) ", "(iv) ", "(v) ", "(vi) ", "(vii) ", "(viii) "),
    ("I. ", "II. ", "III. ", "IV. ", "V. ", "VI. ", "VII. ", "VIII. "),
    ("- ",) * 8,
    ("",) * 8,
)
_CLAUSES = {
    "fr": ("Article {n}. ", "Art. {n} – ", "{n}. "),
    "de": ("§ {n} ", "{n}. ", "Ziffer {n}: "),
    "en": ("{n}. ", "Section {n}. ", "Clause {n}: "),
}


def gathered(kind: str, words: Wordings) -> Lines:
    """The lines of a contract of a kind."""
    return _Gathering(kind, words).lines()


class _Gathering:
    """One composition: its parties, in what order and by what names they are told."""

    def __init__(self, kind: str, words: Wordings) -> None:
        self.words, self.rng = words, words.rng
        self.title = words.one(f"title_{kind.replace(' ', '_')}")[0]
        self.count = self.rng.choices(list(_SIZES), weights=list(_SIZES.values()))[0]
        self.names = [f"parties#{number}" for number in range(1, self.count + 1)]
        most = self.rng.choice((0.0, _PEOPLE, _PEOPLE, 0.9))
        self.people = {name for name in self.names if words.chance(most)}
        self.titled = {name for name in sorted(self.people) if words.chance(0.33)}
        self.aliases = self._aliases()
        self.ends = self.rng.choices(list(_DATES), weights=list(_DATES.values()))[0]
        words.roles |= {"title": f"title={self.title}", "day": f"agreement_date:{self.rng.choice(('long', 'long', 'nth'))}"}

    def lines(self) -> Lines:
        """All of it."""
        lets = ["@ask parties expiration_date agreement_date"]
        lets += [f"@let {name} {self._drawn(name)}" for name in self.names]
        body = [*self._clauses(), *self.words.some("clause_of_many", 1, 4)]
        self.rng.shuffle(body)
        parts = [
            self.words.one("mark_of_many") if self.words.chance(0.25) else [],
            self._cover() if self.words.chance(0.25) else [],
            ["{title=" + self.title + "}"],
            *self._preamble(),
            *(self.words.some("recital_of_many", 1, 3) if self.words.chance(0.6) else []),
            *self._numbered(body),
            [f"@some 2 6 {'clause_en' if self.words.language == 'en' else 'clause'}"] if self.words.chance(0.4) else [],
            *self._signed(),
        ]
        made: Lines = []
        for part in filter(None, parts):
            made += [*part, ""]
        return [*lets, *made]

    def _drawn(self, name: str) -> str:
        return "titled" if name in self.titled else "person" if name in self.people else "firm"

    def _aliases(self) -> Lines:
        """What the contract calls each party: a number, a letter, a part it plays, or initials."""
        way = self.rng.randrange(4)
        if way < 2 or (way == 3 and self.people):
            word, marks = self.words.one("one_party")[0], "ABCDEFGH" if way == 0 else "12345678"
            return [f"{word} {mark}" for mark in marks[: self.count]]
        if way == 2:
            return [f"{{~shape:{'@' * self.rng.randint(2, 4)}}}" for _ in self.names]
        return self.rng.sample(self.words.one("parts_played")[0].split(", "), self.count)

    # --- who --------------------------------------------------------------------------------------------------------------

    def _cover(self) -> Lines:
        """The names alone, one below the other."""
        style = self.rng.choice((":upper", ""))
        between = self.words.one("and_on_cover")[0] if self.words.chance(0.6) else ""
        names = [line for name in self.names for line in (between, f"{{{name}{style}}}") if line]
        return [f"{{title={self.title}}}", "", *(names[1:] if between else names)]

    def _party(self, place: int, pool: str = "") -> str:
        name = self.names[place]
        pool = pool or ("member_person" if name in self.people else "member")
        address = "~address" if self.words.chance(0.7) else "~town"
        self.words.roles |= {"name": name, "address": address}
        said = " ".join(self.words.one(pool)).replace("ALIAS", self.aliases[place])
        # Herr Dr. is said, Madame Maître and Mr Professor are not
        return _ADDRESSED.sub("", said) if name in self.titled and self.words.language != "de" else said

    def _preamble(self) -> list[Lines]:
        """Who concludes it: in one sentence, one below the other, in a table, or as two sides of several each."""
        way = self.rng.choices(("sentence", "listed", "table", "sides", "bare"), weights=(4, 5, 2, 2, 2))[0]
        if way == "table":
            rows = [self._party(place, "member_row") for place in range(self.count)]
            return [self.words.one("before_table"), [*(self.words.one("table_head") if self.words.chance(0.6) else []), *rows]]
        if way == "bare":
            joined = self._series([f"{{{name}}}" for name in self.names])
            return [[line.replace("PARTIES", joined) for line in self.words.one("preamble_of_names")]]
        parties = [self._party(place) for place in range(self.count)]
        if way == "sentence":
            return [[line.replace("PARTIES", self._series(parties)) for line in self.words.one("preamble_of_many")]]
        numbers = self.rng.choice(_NUMBERS)
        end = self.rng.choice((";", ",", ";", ""))
        listed = [f"{number}{party}{end}" for number, party in zip(numbers, parties, strict=False)]
        if way == "sides" and self.count > 2:
            cut = self.rng.randrange(1, self.count)
            first, other = self.words.one("sides")[0].split(" / ")
            return [self.words.one("between_them"), listed[:cut], [first], listed[cut:], [other], self.words.one("so_agreed")]
        joiner = self.words.one("and_on_cover") if self.words.chance(0.3) else []
        spread = self.words.chance(0.5)
        blocks = [[line, ""] if spread else [line] for line in listed]
        blocks.insert(len(blocks) - 1, joiner)
        return [self.words.one("between_them"), [line for block in blocks for line in block], self.words.one("so_agreed")]

    def _series(self, said: Lines) -> str:
        last = self.words.one("last_joined")[0]
        between = self.rng.choice((", ", ", ", "; "))
        return between.join(said[:-1]) + f" {last} " + said[-1]

    # --- what and until when ----------------------------------------------------------------------------------------------

    def _clauses(self) -> list[Lines]:
        """The term, when it begins, whose law applies."""
        term = self.words.one(f"ends_{self.ends}") if self.ends != "none" or self.words.chance(0.6) else []
        law = self.words.one("law_of_many") if self.words.chance(0.7) else []
        begins = self.words.one("begins") if self.words.chance(0.4) else []
        return [clause for clause in (term, law, begins) if clause]

    def _numbered(self, clauses: list[Lines]) -> list[Lines]:
        number = self.rng.choice(_CLAUSES[self.words.language])
        return [[f"{number}{clause[0]}", *clause[1:]] for clause in clauses]

    def _signed(self) -> list[Lines]:
        """Who signs, for whom, and who is there besides; some contracts name the parties here again, some do not."""
        done = self.words.one("done_of_many")
        way = self.rng.choices(("each", "row", "people", "nobody"), weights=(5, 2, 2, 1))[0]
        others = self.words.one("witnessed") if self.words.chance(0.35) else []
        if way == "nobody":
            return [done, others]
        if way == "people":
            return [done, ["{~person}\t{~person}"], others]
        if way == "row":
            pairs = [self.names[at : at + 2] for at in range(0, self.count, 2)]
            return [done, *(["\t".join(f"{{{name}}}" for name in pair), "________\t________"] for pair in pairs), others]
        style = self.rng.choice((":upper", "", "", ""))
        pool = self.words.one("signs_for")
        blocks = [
            [f"{{{name}{style}}}", *(pool if name not in self.people else ["____________________"])] for name in self.names
        ]
        return [done, *blocks, others]
