"""What can be asked of a document: for each role its format, what schemas call it, and what documents call it.

A line of roles.txt: role | format | value | kin | names in schemas | descriptions | French, German, English labels.
Names and descriptions are in English / French / German; a name with `*` is used only where no other role of the document
has it too. `value` says how `cases` draws it. Roles of the same kin may be taken for one another: where a document has one,
it is not asked for another that belongs to other papers. A kin that ends in `!` is never asked where it is not said.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "fr", "de")
Worded = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Role:
    """Something that documents say.

    Attributes:
        value: how it is drawn, see `cases`.
        kin: what it may be taken for.
        names: in schemas, by language; `shared` are those that other roles have too.
        labels: in documents, by language.
        party: whose it is, for the roles that follow from a party.
    """

    name: str
    format: str
    value: str
    kin: str
    names: Worded
    shared: Worded
    descriptions: Worded
    labels: Worded
    many: bool = False
    party: str = ""


class UnknownRole(LookupError):
    """A layout speaks of a role that is not in roles.txt and does not follow from a party there."""


_WHO = frozenset({"person", "firm", "any", "insurer", "trade"})
"""How the names of parties are drawn."""


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _by_language(text: str) -> Worded:
    return dict(zip(LANGUAGES, (_split(part) for part in f"{text}//".split("/")), strict=False))


def _role(row: str) -> Role:
    name, form, value, kin, names, descriptions, *labels = (cell.strip() for cell in row.split("|"))
    called = _by_language(names)
    own = {language: tuple(each for each in some if not each.startswith("*")) for language, some in called.items()}
    if form == "name" and value.split(":")[0] in _WHO and not name.startswith("of_"):
        own = {language: (*some, *_named(some, language)) for language, some in own.items()}
    shared = {language: tuple(each[1:] for each in some if each.startswith("*")) for language, some in called.items()}
    french, german, english = (_split(cell) for cell in labels)
    spoken = {"fr": french, "de": german, "en": english, "lb": french}
    many = form.endswith("+")
    return Role(name, form.rstrip("+"), value, kin, own, shared, _by_language(descriptions), spoken, many)


def _named(nouns: tuple[str, ...], language: str) -> tuple[str, ...]:
    """What schemas call a party's name besides the party itself."""
    if not nouns:
        return ()
    return {"en": (f"{nouns[0]}_name", f"{nouns[-1]}.name"), "fr": (f"nom_{nouns[0]}",), "de": (f"{nouns[0]}_name",)}[language]


def _in_words(noun: str, language: str) -> str:
    """A party in a description; German nouns get their capitals and umlauts back."""
    if language != "de":
        return noun.replace("_", " ")
    return re.sub(r"(?<![eaq])ue", "ü", noun.replace("ae", "ä").replace("oe", "ö")).replace("_", " ").title()


def _read() -> dict[str, Role]:
    rows = Path(__file__).with_name("roles.txt").read_text(encoding="utf-8").splitlines()
    roles = [_role(row) for row in rows if row.strip() and not row.startswith("#")]
    return {role.name: role for role in roles}


ROLES = _read()


@cache
def role_of(name: str) -> Role:
    """A role by its name; `seller_phone` follows from the party `seller` and the role `of_phone`.

    Raises:
        UnknownRole: there is none.
    """
    if name in ROLES:
        return ROLES[name]
    party, _, own = name.rpartition("_")
    whose, what = ROLES.get(party), ROLES.get(f"of_{own}")
    if whose is None or what is None:
        raise UnknownRole(f"no role is called {name!r}")
    names = {
        language: tuple(
            pattern.replace("{}", noun)
            for pattern in what.names[language]
            for noun in whose.names[language]
            if "name" not in noun and "nom_" not in noun
        )
        for language in LANGUAGES
    }
    descriptions = {
        language: tuple(text.replace("{}", _in_words(noun, language)) for text in texts for noun in whose.names[language][:1])
        for language, texts in what.descriptions.items()
    }
    return Role(name, what.format, what.value, what.kin, names, what.shared, descriptions, what.labels, party=party)
