"""Contracts: running clauses in which the values stand within sentences."""

import datetime as dt
from collections.abc import Sequence

from tools.forms.cases import Case, language_of
from tools.forms.writer import Part, Writer

_TITLES = {
    "fr": "CONTRAT DE PRESTATION DE SERVICES;Contrat de fourniture;CONTRAT DE LICENCE;Accord de confidentialité;Contrat de distribution;Convention de partenariat",
    "de": "DIENSTLEISTUNGSVERTRAG;Liefervertrag;LIZENZVERTRAG;Geheimhaltungsvereinbarung;Vertriebsvertrag;Kooperationsvertrag;Werkvertrag",
    "en": "CONSULTING AGREEMENT;Master Services Agreement;SOFTWARE LICENCE AGREEMENT;Non-Disclosure Agreement;RESELLER AGREEMENT;"
    "Sponsorship Agreement;MANUFACTURING AND SUPPLY AGREEMENT;Joint Marketing Agreement;TRANSPORT SERVICES AGREEMENT;"
    "Maintenance Agreement;FRANCHISE AGREEMENT;Outsourcing Agreement;ENDORSEMENT CONTRACT;Collaboration Agreement;"
    "AMENDMENT NO. 1 TO HOSTING AGREEMENT;Strategic Alliance Agreement;CONTENT LICENSE;Agency Agreement;PROMOTION AGREEMENT",
}  # fmt: skip
_LAWS = {
    "fr": "Luxembourg;Belgique;France;Suisse", "de": "Deutschland;Österreich;Luxemburg;Schweiz",
    "en": "England and Wales;Ireland;Scotland;Delaware;New York;California;Texas;Ontario;Singapore;Illinois;Massachusetts;Ohio;"
    "Washington;Virginia;Georgia;New Jersey;Colorado;Nevada;Florida;Hong Kong;Israel;Luxembourg;New South Wales;Arizona;Utah",
}  # fmt: skip
_LAW_CLAUSES = {
    "fr": ("Le présent contrat est régi par le droit de {law}.", "Droit applicable : {law}. Les tribunaux de {town} sont compétents."),
    "de": ("Auf diesen Vertrag findet das Recht von {law} Anwendung.", "Es gilt das Recht von {law}; Gerichtsstand ist {town}."),
    "en": (
        "This Agreement is governed by the laws of {law}.",
        "The validity and construction of these terms follow the law of the State of {law}, its conflict rules aside.",
        "Any dispute is decided under the laws in force in {law}, and the courts of {town} have jurisdiction.",
        "The parties submit this contract to the internal law of {law}.",
    ),
}  # fmt: skip
_TERM = {
    "fr": ("Il prend effet le {effective} et se termine le {expiration}.", "La durée court du {effective} au {expiration}, sauf résiliation."),
    "de": ("Der Vertrag beginnt am {effective} und endet am {expiration}.", "Er läuft vom {effective} bis zum {expiration}."),
    "en": (
        "The term begins on {effective} and, unless ended earlier, expires on {expiration}.",
        "This Agreement takes effect as of {effective} (the \"Effective Date\") and remains in force until {expiration}.",
        "Effective Date: {effective}. The initial term ends {expiration}.",
    ),
}  # fmt: skip
_OPEN_TERM = {
    "fr": ("Il prend effet le {effective} pour une durée indéterminée.", "Il prend effet à la signature pour trois ans."),
    "de": ("Der Vertrag beginnt am {effective} und läuft auf unbestimmte Zeit.", "Er gilt ab Unterzeichnung für zwei Jahre."),
    "en": (
        "It applies from {effective} and continues for five years.",
        "The term is three years from the date of signature and renews for one year at a time.",
        "It shall be effective {effective} and may be ended by either side on ninety days' notice.",
    ),
}  # fmt: skip
_FEE = {
    "fr": ("Le prix convenu est de {fee} hors taxes.", "La responsabilité est limitée à {cap} par sinistre."),
    "de": ("Die Vergütung beträgt {fee} netto.", "Die Haftung ist auf {cap} je Schadenfall begrenzt."),
    "en": ("The fee for the services is {fee}, payable in advance.", "Neither side is liable for more than {cap} in any year."),
}
_CLAUSES = {
    "fr": (
        "Chaque partie traite comme confidentielles les informations reçues de l'autre.",
        "Toute modification doit être faite par écrit et signée des deux parties.",
        "La cession du contrat à un tiers requiert l'accord préalable de l'autre partie.",
        "En cas de force majeure, les obligations sont suspendues pendant la durée de l'empêchement.",
        "Les notifications sont envoyées par lettre recommandée aux adresses indiquées en tête.",
        "Le prestataire souscrit une assurance de responsabilité civile d'au moins {sum}.",
        "Un rapport est remis avant le {other} de chaque exercice.",
    ),
    "de": (
        "Jede Partei behandelt die Informationen der anderen vertraulich.",
        "Änderungen bedürfen der Schriftform und der Unterschrift beider Parteien.",
        "Eine Abtretung an Dritte ist nur mit Zustimmung der anderen Partei zulässig.",
        "Bei höherer Gewalt ruhen die Pflichten für die Dauer der Störung.",
        "Mitteilungen gehen per Einschreiben an die eingangs genannten Anschriften.",
        "Der Auftragnehmer unterhält eine Haftpflichtversicherung über mindestens {sum}.",
        "Die Anlage vom {other} ist Bestandteil dieses Vertrags.",
    ),
    "en": (
        "Each side keeps the other's information secret and uses it for this purpose alone.",
        "No change is valid unless made in writing and signed by both sides.",
        "Neither side may assign its rights without the other's prior consent, which may not be withheld without reason.",
        "A side that is prevented by events beyond its control is excused for as long as they last.",
        "Notices go by registered post to the addresses given above, and count as received on the third day.",
        "The contractor carries liability insurance of at least {sum} at its own cost.",
        "The schedule dated {other} forms part of these terms; where the two differ, these terms prevail.",
        "If a court finds a provision void, the others stay in force.",
        "Headings are for convenience and do not bear on the meaning.",
        "An officer of {third} may be heard as an independent expert where the sides disagree on figures.",
        "Either side may end the contract at once if the other is insolvent or does not mend a breach within thirty days.",
        "The earlier letter of intent of {other} is replaced by this contract.",
    ),
}  # fmt: skip
_PARTY_NAMES = {
    "fr": "le Prestataire;le Client;le Fournisseur;l'Acheteur;la Société", "de": "Auftragnehmer;Auftraggeber;Lieferant;Kunde;Gesellschaft",
    "en": "Supplier;Customer;Company;Contractor;Licensor;Licensee;Consultant;Client;Agent;Distributor;Recipient;Manufacturer",
}  # fmt: skip
_HEADINGS = {
    "fr": "Objet;Durée;Prix;Confidentialité;Droit applicable;Divers;Responsabilité;Notifications",
    "de": "Gegenstand;Laufzeit;Vergütung;Vertraulichkeit;Anwendbares Recht;Schlussbestimmungen;Haftung",
    "en": "Scope;Term;Fees;Confidentiality;Governing Law;Miscellaneous;Liability;Notices;Assignment;Insurance",
}


def write(writer: Writer, case: Case) -> None:
    """A contract: title, parties, numbered clauses, signatures."""
    rng, language = case.rng, language_of(case.language)
    title = case.say("title", rng.choice(_TITLES[language].split(";")))
    if rng.random() < 0.3:
        writer.lines(
            [[rng.choice(("CONFIDENTIAL", "EXECUTION COPY", f"Exhibit {rng.randrange(1, 20)}", "Annex A", "DRAFT 3"))]]
        )
    writer.lines([[("title", title)]])
    signed = case.say("agreement_date", _day(case, case.days["agreement_date"]))
    same = case.days["effective"] == case.days["agreement_date"]
    case.say("effective", signed if same else _day(case, case.days["effective"]))
    case.say("expiration", _day(case, case.days["expiration"]))
    case.say("law", rng.choice(_LAWS[language].split(";")))
    names = _parties(case)
    for parts in _opening(case, names, signed):
        writer.lines([parts])
    clauses = _clauses(case)
    rng.shuffle(clauses)
    headings = rng.sample(_HEADINGS[language].split(";"), min(len(clauses), len(_HEADINGS[language].split(";"))))
    headed = rng.random() < 0.5
    for number, parts in enumerate(clauses, 1):
        head: list[Part] = [f"{number}. ", f"{headings[(number - 1) % len(headings)]}. " if headed else ""]
        writer.lines([[*head, *parts]])
    _signatures(writer, case, names)


def _parties(case: Case) -> list[str]:
    country = case.rng.choice((None, "US", "US", "IE")) if case.language == "en" else None
    count = case.rng.choices((2, 3, 4), weights=(8, 2, 1))[0]
    return [case.firm(country) if case.rng.random() < 0.9 else case.facts.person() for _ in range(count)]


def _day(case: Case, day: dt.date) -> str:
    """A date in the manner of contracts."""
    if case.language != "en" or case.rng.random() < 0.4:
        return case.date(day)
    suffix = "th" if 10 < day.day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return case.rng.choice(
        (
            f"{day:%B} {day.day}, {day.year}",
            f"{day.day}{suffix} day of {day:%B}, {day.year}",
            f"{day:%B} {day.day}{suffix}, {day.year}",
        )
    )


def _opening(case: Case, names: Sequence[str], signed: str) -> list[list[Part]]:
    rng, language = case.rng, language_of(case.language)
    short = rng.sample(_PARTY_NAMES[language].split(";"), len(names)) if len(names) < 5 else []
    said: list[list[Part]] = []
    for name, role in zip(names, short, strict=True):
        where = f", {case.facts.address()}," if rng.random() < 0.6 else ","
        defined = rng.choice((f' (the "{role}")', f' ("{role}")', f", hereinafter {role}", ""))
        said.append([("parties", name), f"{where}{defined}" if defined else where.rstrip(",")])
    day: Part = ("agreement_date", signed)
    if rng.random() < 0.35:
        between = {"fr": "Entre", "de": "Zwischen", "en": "Between"}[language]
        rows: list[list[Part]] = [[between], *said]
        made = {"fr": "Fait le ", "de": "Geschlossen am ", "en": "Made on "}[language]
        return [*rows, [made, day]] if rng.random() < 0.8 else rows
    joined: list[Part] = []
    for at, parts in enumerate(said):
        joined += [*((" et " if language == "fr" else " und " if language == "de" else " and ",) if at else ()), *parts]
    begin = {
        "fr": ("Le présent contrat est conclu le ", " entre "),
        "de": ("Dieser Vertrag wird am ", " geschlossen zwischen "),
        "en": (rng.choice(("This Agreement is made on ", "This contract, dated as of ", "Entered into this ")), " between "),
    }[language]
    return [[begin[0], day, begin[1], *joined, "."]]


def _clauses(case: Case) -> list[list[Part]]:
    rng, language = case.rng, language_of(case.language)
    clauses: list[list[Part]] = []
    if rng.random() < 0.85:
        clauses.append(_said(case, rng.choice(_LAW_CLAUSES[language])))
    if rng.random() < 0.55:
        clauses.append(_said(case, rng.choice(_TERM[language])))
    else:
        clauses.append(_said(case, rng.choice(_OPEN_TERM[language])))
    clauses += [_said(case, text) for text in _FEE[language] if rng.random() < 0.5]
    fill = [*_CLAUSES[language]] * rng.choice((1, 1, 2, 4))
    clauses += [_said(case, text) for text in rng.sample(fill, rng.randrange(3, len(fill)))]
    return clauses


def _said(case: Case, pattern: str) -> list[Part]:
    """A clause with its values: those of roles, and others that nobody asks for."""
    parts: list[Part] = []
    for at, piece in enumerate(pattern.replace("}", "{").split("{")):
        if at % 2 == 0:
            parts.append(piece)
        elif piece in {"town", "sum", "other", "third"}:
            parts.append(_other(case, piece))
        else:
            parts.append((piece, case.get(piece)))
    return [part for part in parts if part]


def _other(case: Case, piece: str) -> str:
    if piece == "town":
        return case.facts.town()
    if piece == "sum":
        return case.money(float(case.rng.randrange(1, 40) * 250000))
    if piece == "third":
        return case.firm()
    return _day(case, case.day - dt.timedelta(days=case.rng.randrange(30, 2000)))


def _signatures(writer: Writer, case: Case, names: Sequence[str]) -> None:
    by = {"fr": "Pour ", "de": "Für ", "en": case.rng.choice(("For ", "By: ", "Signed for "))}[language_of(case.language)]
    if case.rng.random() < 0.7:
        writer.lines([[by, ("parties", name), "\t", case.facts.person()] for name in names])
