"""Layouts that nobody wrote: bills, statements, notices and letters put together at random, see papers.txt and wordings.txt.

A composition is drawn by its kind, its number and its language alone, so that whoever learns from one document of it knows its
layout: `held_out` takes all documents of a composition or none. What is written into it is drawn anew for each document.
"""

import random
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from tools.forms.bill import PAID
from tools.forms.drafting import CONTRACTS, contract
from tools.forms.gathering import GATHERED, gathered
from tools.forms.templates import Layout
from tools.forms.wordings import Wordings

COMPOSITIONS = 400
"""Of each kind and language."""
_LANGUAGES = ("fr", "de", "en")
_PEOPLE = frozenset({"writer", "policyholder"})
_TRADE = frozenset({"invoice", "credit note", "quote", "order confirmation", "delivery note"})
_LONE, _CROWDED, _CORRECTS = 0.36, 0.45, 0.55
"""How often the writer's name stands alone, a bill has several nearly equal sums, a credit note the old sum and the new."""

Lines = list[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper that can be composed.

    Attributes:
        share: how often it is drawn, among the others.
        number, date: roles at its head; `own` where the number is its own and not that of a contract.
        facts: roles that may stand beside them; `+` joins those that stay together.
        table: the list of its tables, or "letter".
        sums: the line that says its sums.
    """

    kind: str
    share: float
    writer: str
    reader: str
    number: str
    own: bool
    date: str
    facts: tuple[str, ...]
    table: str
    sums: str


def _paper(row: str) -> Paper:
    kind, share, writer, reader, number, date, facts, table, sums = (cell.strip() for cell in row.split("|"))
    own = not number.startswith("*")
    return Paper(kind, float(share), writer, reader, number.lstrip("*"), own, date, tuple(facts.split()), table, sums)


@cache
def _papers() -> dict[str, Paper]:
    rows = Path(__file__).with_name("papers.txt").read_text(encoding="utf-8").splitlines()
    papers = (_paper(row) for row in rows if row.strip() and not row.startswith("#"))
    return {paper.kind: paper for paper in papers}


def kinds(language: str) -> dict[str, float]:
    """Kinds that can be composed in a language, with their shares."""
    if language not in _LANGUAGES:
        return {}
    papers = {paper.kind: paper.share for paper in _papers().values()} | GATHERED
    return papers | ({kind: drafted.share for kind, drafted in CONTRACTS.items()} if language == "en" else {})


@cache
def composed(kind: str, number: int, language: str) -> Layout:
    """The layout of a composition.

    Raises:
        KeyError: nothing of this kind is composed.
    """
    name = f"composed-{number:03}"
    named = Layout(kind, name, language, ())
    rng = random.Random(named.id)  # noqa: S311 - seeded draws, nothing secret
    if kind in GATHERED:
        lines = gathered(kind, Wordings(rng, language, {}, held_out=named.held_out))
    elif kind in CONTRACTS:
        lines = contract(kind, Wordings(rng, language, {}, held_out=named.held_out))
    else:
        paper = _papers()[kind]
        roles = {"writer": paper.writer, "reader": paper.reader, "number": paper.number, "date": paper.date}
        lines = _Composer(paper, Wordings(rng, language, roles, held_out=named.held_out)).lines()
    return Layout(kind, name, language, tuple(lines))


class _Composer:
    """One composition of a paper."""

    def __init__(self, paper: Paper, words: Wordings) -> None:
        self.paper, self.words, self.rng = paper, words, words.rng
        self.writer, self.reader = paper.writer, paper.reader
        self.billed = paper.sums.startswith("@totals")
        self.titled = words.one(f"title_{paper.kind.replace(' ', '_')}")[0]
        self.terms = self._terms()
        self.lone = self.writer not in _PEOPLE and words.chance(_LONE)
        # where the name is not said at the head it is at the foot, or nowhere
        self.named = self.rng.choices(("head", "foot", "nowhere"), weights=(6, 4, 1.2))[0] if self.lone else "any"
        self.crowded = self.billed and "untaxed" not in self.terms and words.chance(_CROWDED)
        words.roles["title"] = f"={self.titled}"

    def lines(self) -> Lines:
        """All of it, with empty lines between most of its blocks."""
        apart = self.rng.choice((1.0, 0.9, 0.9, 0.5, 0.0))
        blocks = self._letter() if self.paper.table == "letter" else self._page()
        made: Lines = [f"@bill {' '.join(sorted(self.terms))}"] if self.terms else []
        if asks := self._asks():
            made.append(f"@ask {' '.join(asks)}")
        if self.lone:  # those who are mentioned might be taken for them
            made.append(f"@vague contact broker {self.writer}_contact {self.writer}_manager")
        if self.writer == "seller" and self.words.chance(0.12):
            made.append("@let seller person")
        for block in filter(None, blocks):
            made += block + ([""] if self.words.chance(apart) else [])
        return made

    def _asks(self) -> list[str]:
        """What this paper is hard to read for."""
        asks = [self.writer, self.reader] if self.lone else []
        if self.crowded:
            asks += ["gross", "net", "tax"]
            asks += ["due_amount"] if self.paper.kind in PAID else []
        if "carried" in self.terms:
            asks.append("previous_due")
        return [*asks, *(["credited", "original_total"] if self.paper.kind == "credit note" else [])]

    def _terms(self) -> set[str]:
        """What is special about its bill."""
        odds = {"exempt": 0.08, "untaxed": 0.06, "mixed": 0.08, "rounded": 0.07, "shipped": 0.1}
        if self.paper.kind == "credit note":
            odds = {"exempt": 0.08, "cancelled": 0.25}
        elif self.paper.kind == "medical bill":
            odds = {"exempt": 0.25, "untaxed": 0.35, "rounded": 0.05}
        terms = {term for term, share in odds.items() if self.billed and self.words.chance(share)}
        if self.words.chance(0.1) and self.paper.sums:
            terms.add("bare")
        if self.paper.kind == "credit note":
            terms |= {"negative"} if self.words.chance(0.5) else {"plain"}
        if self.paper.kind == "invoice" and self.words.chance(0.14):
            terms.add("carried")
        if self.paper.kind in ("quote", "order confirmation", "payment reminder"):
            terms.add("plain")
        terms -= {"mixed"} if terms & {"exempt", "untaxed"} else set()
        return terms | ({"exempt", "plain"} if "untaxed" in terms else set())

    def _page(self) -> list[Lines]:
        face, more = self._face()
        later = more if self.words.chance(0.3) else []
        return [*face, *([] if later else more), *self._body(), *self._end(later)]

    # --- the head of the page -------------------------------------------------------------------------------------------

    def _opening(self) -> Lines:
        """Who writes: a letterhead, the sender's line, or nothing yet."""
        if self.writer in _PEOPLE:
            return self.words.one("home")
        if self.lone:
            return self.words.one(f"lone_{self.named}")
        odds = self.rng.random()
        if odds < 0.4:
            return [f"@head {self.writer}"]
        if odds < 0.55:
            return [f"@sender {self.writer}"]
        return self.words.one("letterhead")

    def _headline(self) -> Lines:
        pool = "headline" if self.paper.own else "headline_by_facts"
        if self.paper.kind == "payment reminder":
            pool = "headline_payment_reminder"
        return self.words.one(pool)

    def _groups(self, said: str) -> list[str]:
        """One to three groups of facts; what the headline does not say stands in the first."""
        head = [f"{role}!" for role in (self.paper.number, self.paper.date) if f"{{{role}}}" not in said]
        if self.paper.kind == "payment reminder" and head:
            head = [role for role in head if role != f"{self.paper.number}!"]
        must = [fact for fact in self.paper.facts if "!" in fact]
        others = [fact for fact in self.paper.facts if fact not in must]
        facts = must + self.rng.sample(others, self.rng.randint(min(2, len(others)), max(2, len(others) * 2 // 3)))
        self.rng.shuffle(facts)
        cut = sorted(self.rng.choices(range(1, len(facts) + 1), k=self.rng.choice((0, 0, 1, 1, 2))))
        cut = [0, *cut, len(facts)]
        groups = [" ".join(facts[start:end]).replace("+", " ").split() for start, end in pairwise(cut)]
        first = head + groups[0]
        if self.words.chance(0.2):
            self.rng.shuffle(first)
        return [f"facts {' '.join(group)}" for group in (first, *groups[1:]) if group]

    def _face(self) -> tuple[list[Lines], list[Lines]]:
        """The letterhead, the window, the headline and the facts, in one of the ways of pages; and what facts are left."""
        title = self._headline()
        groups = self._groups("\n".join(title))
        facts, more = [f"@{groups[0]}"], [[f"@{group}"] for group in groups[1:]]
        if self.paper.kind in _TRADE and self.words.chance(0.15):
            more.insert(0, self.words.one("reader_vat"))
        writer, reader, opening = self.writer, self.reader, self._opening()
        window = [f"@window {reader}{self.rng.choice(('', '', ' labelled'))}"]
        if self.words.chance(0.2):
            way = f"{reader}_{self.rng.choice(('vat', 'phone', 'email'))}"
            window.append(f"? {{#{way}}}: {{{way}}}")
        if self.paper.kind == "receipt" and self.words.chance(0.6):
            window = []
        faces: list[list[Lines]] = [
            [opening, window, title, facts],
            [opening, window, title, facts],
            [opening, window, facts, title],
            [opening, title, window, facts],
            [opening, title, facts, window],
            [title, opening, window, facts],
            [title, facts, opening, window],
            [window, opening, title, facts],
            [opening, [f"@beside window {reader} // {groups[0]}"], title],
            [opening, title, [f"@beside window {reader} labelled // {groups[0]}"]],
            [opening, title, [f"@beside {groups[0]} // window {reader}"]],
            [[f"@beside head {writer} // {groups[0]}"], window, title],
            [[f"@beside window {reader} // head {writer}"], title, facts],
            [title, [f"@beside window {writer} labelled // window {reader} labelled"], facts],
            [title, facts, [f"@beside window {reader} labelled // window {writer} labelled"]],
            [opening, title, self.words.one("to_reader"), facts],
            [opening, self.words.one("to_reader"), facts, title],
            [opening, title, [f"{facts[0]} {reader}! {reader}_address? {reader}_vat?"]],
            [title, [f"@facts {writer}! {writer}_address {reader}! {reader}_address"], facts],
            [title, window, facts],
        ]
        if self.paper.kind in _TRADE:
            faces += [[opening, title, [f"@beside window {reader} labelled // window ship_to labelled"], facts]] * 3
            faces += [[opening, window, ["@window ship_to labelled"], title, facts]]
        if self.lone:
            faces = self._lone_faces(opening, title, facts)
        face = self.rng.choice(faces)
        if self.paper.kind in PAID and self.words.chance(0.25):
            face = [*face]
            face.insert(self.rng.randrange(len(face) + 1), self.words.one("summary"))
        return face, more

    def _lone_faces(self, opening: Lines, title: Lines, facts: Lines) -> list[list[Lines]]:
        """No word says who writes; others are only addressed or mentioned, here and there."""
        reader, group = self.reader, facts[0].removeprefix("@")
        window = self.rng.choice(([f"@window {reader}"], [f"@window {reader}"], self.words.one("window_of_others")))
        faces: list[list[Lines]] = [
            [opening, window, title, facts],
            [window, title, facts, opening],
            [window, opening, title, facts],
            [opening, title, facts, window],
            [title, opening, facts, window],
            [title, facts, window, opening],
            [opening, [f"@beside window {reader} // {group}"], title],
            [[f"@beside {group} // window {reader}"], title, opening],
        ]
        for face in faces:
            for said in self.words.some("mention", 0, 2):
                face.insert(self.rng.randrange(len(face) + 1), said)
        return faces

    # --- the rest -------------------------------------------------------------------------------------------------------

    def _body(self) -> list[Lines]:
        """The table and the sums."""
        table = self.words.one(f"table_{self.paper.table}") if self.paper.table else []
        if self.crowded and "shipped" not in self.terms and self.words.chance(0.35):
            return [table] if table != ["@items"] else [["@ledger"], *self._more_sums()]
        intro = self.words.one("intro") if self.paper.kind in _TRADE and self.words.chance(0.4) else []
        sums = self._sums()
        if "bare" in self.terms:
            intro = [*intro, *self.words.one("in_currency")]
        if not table or not sums:
            return [intro, table, sums]
        parts = [table, sums] if self.words.chance(0.88) else [sums, table]
        return [intro, *parts, *(self._more_sums() if self.crowded else [])]

    def _more_sums(self) -> list[Lines]:
        """Sums beside those of the bill: the same ones again, in parts, of other papers."""
        more = self.words.some("beside_the_sum", 0, 2)
        if self.words.chance(0.4):
            more.append(self.words.one("sum_in_words"))
        if self.paper.kind in PAID and self.words.chance(0.3):
            more.append(["@instalments"])
        self.rng.shuffle(more)
        if self.paper.kind in PAID and self.words.chance(0.35):
            more.append([f"@slip {self.writer} {self.reader}"])
        return more

    def _sums(self) -> Lines:
        if not self.billed:
            return [self.paper.sums] if self.paper.sums else []
        if "untaxed" in self.terms:
            return ["@totals gross", *self.words.one("untaxed")]
        if "shipped" in self.terms:
            return ["@totals net tax gross"]
        ways = ("net tax gross", "net tax gross", "net tax gross", "tax gross", "gross tax net", "gross")
        way = self.rng.choice(ways)
        if self.paper.kind == "credit note":
            return [*self._credited(way), *(self.words.one("zero_rated") if "exempt" in self.terms else [])]
        sums = [f"@totals {way}"]
        if self.words.chance(0.1):
            sums = ["@rates", "@totals gross"]
        return [*sums, *(self.words.one("zero_rated") if "exempt" in self.terms else [])]

    def _credited(self, way: str) -> Lines:
        """The sums of a credit note, with what was billed before and what should have been."""
        sums = [f"@totals {way.replace('gross', self.rng.choice(('gross', 'credited')))}"]
        corrected = self.words.one("corrected") if self.words.chance(_CORRECTS) else []
        return [*corrected, *sums] if self.words.chance(0.6) else [*sums, *corrected]

    def _end(self, later: list[Lines]) -> list[Lines]:
        """What is said below: sentences, the bank, more facts, the foot of the page."""
        kind = self.paper.kind.replace(" ", "_")
        said = self.words.some(f"say_{kind}", 0, 4)
        if said and self.words.chance(0.3):
            said = [[" ".join(line for lines in said for line in lines)]]
        ends = [*said, *later]
        if self.paper.kind in (*PAID, "premium notice", "payment reminder") and self.words.chance(0.4):
            ends.append(self.rng.choice((self.words.one("bank_line"), [f"@facts {self.writer}_iban! {self.writer}_bic"])))
        if self.billed and self.words.chance(0.35):
            ends.append(self.words.one("chat"))
        self.rng.shuffle(ends)
        if self.words.chance(0.15):
            signed = f"{{{self.writer}}}" if self.writer in _PEOPLE or self.words.chance(0.5) else "{contact}"
            signed = "{contact}" if self.named == "nowhere" else signed
            ends.append([*self.words.one("bye"), signed])
        return [*ends, self._foot()]

    def _foot(self) -> Lines:
        odds = self.rng.random()
        if self.writer in _PEOPLE:
            return [f"{{{self.writer}}}"]
        if self.lone and self.named != "head":
            return self.words.one(f"lone_{self.named}_end")
        if odds < 0.55:
            return [f"@foot {self.writer}"]
        return self.words.one("foot_line") if odds < 0.8 else [f"? {{{self.writer}}}"]

    def _letter(self) -> list[Lines]:
        """Who to whom, when, about what; some sentences in any order; who signs."""
        day, subject = self.words.one("day_line"), self.words.one("subject")
        facts = self.rng.sample(self.paper.facts, self.rng.randint(0, 2))
        window = [f"@window {self.reader}"] if self.words.chance(0.75) else self.words.one("to_reader")
        opening = self._opening()
        heads: list[list[Lines]] = [
            [opening, window, day, subject],
            [opening, day, window, subject],
            [day, opening, window, subject],
            [opening, window, subject, day],
            [[f"@beside window {self.reader} // head {self.writer}"], day, subject],
        ]
        head = self.rng.choice(heads)
        if facts:
            head = [*head, [f"@facts {' '.join(facts)}"]]
        kind = self.paper.kind.replace(" ", "_")
        sentences = [line for lines in self.words.some(f"say_{kind}", 4, 10) for line in lines]
        paragraphs: list[Lines] = []
        while sentences:
            taken = self.rng.randint(1, 4)
            paragraphs.append([" ".join(sentences[:taken])])
            sentences = sentences[taken:]
        signed = [*self.words.one("bye"), *(["{contact}"] if self.writer not in _PEOPLE else []), f"{{{self.writer}}}"]
        foot = [] if self.writer in _PEOPLE else self._foot()
        return [*head, self.words.one("hello"), *paragraphs, signed, foot]
