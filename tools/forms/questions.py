"""What people type to find a value in their papers: few words, seldom a sentence.

A role's labels and descriptions are the words; a phrase is asked as it stands, or with what its language puts in front.
"""

import random
import re
from collections.abc import Callable, Collection, Iterator

from tools.forms.corpus import drawn, written
from tools.forms.roles import Role, role_of
from tools.forms.scribe import Scribe

_SHORTEST = 3  # letters of the longest word of a label: "Az." is not asked
_MARK = {"fr": " ?", "de": "?", "en": "?"}
_LOWER, _UNMARKED, _FRONTED = 0.25, 0.3, 0.4
_LOOSE = {
    "fr": "le la les du de d' au aux à par pour dès sur jusqu'au avant en vers votre vos né née reçu",
    "de": "am ab bis vom von an zu um gegen für durch bei geb noch bereits abzgl zzgl ihr ihre ihren unser",
    "en": "by on to from at of until for up before after with in dated issued where your our",
}
"""Labels that begin or end with one of these words lean on the value beside them: nobody asks so."""
_HEADS = {
    "fr": {
        "le": "numéro nom montant taux total solde lieu code type compte motif capital salaire loyer prix délai mode produit",
        "la": "date durée valeur prime période franchise référence somme remise cause banque devise surface caution garantie",
        "l'": "adresse échéance heure objet acompte impôt indemnité index employeur assureur immatriculation identifiant",
    },
    "de": {
        "der": "tag name ort betrag beitrag preis wert zeitraum saldo satz lohn zweck termin beginn ablauf selbstbehalt stand",
        "die": "nummer summe anschrift adresse frist gebühr steuer miete prämie beteiligung höhe art dauer ung zeit fälligkeit",
        "das": "datum entgelt gehalt kennzeichen zeichen konto objekt gericht kapital gewicht",
    },
    "en": {
        "the": "number date amount total name address premium fee rate price sum value balance period deadline reference type "
        "currency deposit excess deductible salary rent payment charge time place cause reading term tax discount"
    },
}
"""The nouns that can stand behind "what is", by their article; a German word is known by its end."""
_SUMS = {
    "fr": ("la", "Montant de la {}"),
    "de": ("die", "Höhe der {}"),
    "en": ("the", "Amount of the {}"),
}
_ASKS: dict[str, Callable[[str, str, bool], str]] = {
    "fr": lambda the, what, _: f"{'Quel' if the == 'le' else 'Quelle'} est {the}{'' if the.endswith(chr(39)) else ' '}{what}",
    "de": lambda the, what, sum_: f"{'Wie hoch' if sum_ else 'Was'} ist {the} {what}",
    "en": lambda the, what, _: f"What is {the} {what}",
}


def papers(count: int, seed: int) -> Iterator[Scribe]:
    """The documents that `forms` draws."""
    for place in range(count):
        rng = random.Random(f"{seed}:{place}")  # noqa: S311 - seeded draws, nothing secret
        yield written(drawn(rng), rng)


def phrases(role: Role, language: str) -> list[str]:
    """The role in words that stand alone."""
    loose = _LOOSE[language].split()
    found = []
    for said in (*role.labels[language], *role.descriptions[language]):
        # "Adresse (client)" and "Anschrift: Kunde" are typed without the signs; what a thing is not, nobody asks.
        phrase = re.sub(r"[():]", "", said.split(", not ")[0].split(", nicht ")[0]).strip()
        words = re.findall(r"\w+'?", phrase.casefold())
        if max(map(len, words)) >= _SHORTEST and "{" not in phrase and words[0] not in loose and words[-1] not in loose:
            found.append(phrase)
    return list(dict.fromkeys(found))


def typed(rng: random.Random, name: str, language: str, said: Collection[str], text: str = "") -> str:
    """A role as a question, in words that mean none of the other roles that are said, or "".

    Args:
        text: in small letters; words that stand in it are not used.
    """
    taken = [
        phrase.casefold()
        for other in said
        if other != name
        for phrase in (*role_of(other).labels[language], *role_of(other).descriptions[language])
    ]
    own = [
        phrase for phrase in phrases(role_of(name), language) if not any(phrase.casefold() in other for other in (*taken, text))
    ]
    return _in_a_form(rng, rng.choice(own), language, money=role_of(name).format == "money") if own else ""


def _in_a_form(rng: random.Random, phrase: str, language: str, *, money: bool) -> str:
    """A phrase as one of the forms that people type."""
    article = _article(phrase, language)
    if article and rng.random() < _FRONTED:
        return _ASKS[language](article, _inside(phrase, language), money) + _MARK[language]
    if money and " " not in phrase and article == _SUMS[language][0] and rng.random() < _FRONTED:
        phrase = _SUMS[language][1].format(_inside(phrase, language))
    if rng.random() < _LOWER:
        phrase = phrase.lower()
    return phrase if rng.random() < _UNMARKED else phrase + _MARK[language]


def _article(phrase: str, language: str) -> str:
    """The article of a phrase's noun, or "" where the table does not know it."""
    words = re.split(r" (?:of|for|to|on|in|incl|excl)\b|,", phrase)[0].split() if language == "en" else phrase.split()
    noun = words[-1 if language == "en" else 0].casefold()
    for article, heads in _HEADS[language].items():
        if any(noun.endswith(head) if language == "de" else noun == head for head in heads.split()):
            return article
    return ""


def _inside(phrase: str, language: str) -> str:
    """A phrase within a sentence: German nouns and abbreviations keep their capitals."""
    return phrase if language == "de" or phrase[1:2].isupper() else phrase[0].lower() + phrase[1:]
