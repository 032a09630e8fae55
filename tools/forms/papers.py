"""Bills, policies, claims, reports and other papers: a head, facts in sections, tables, sentences, a foot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.forms import layouts
from tools.forms.cases import Case, language_of
from tools.forms.writer import Part, Writer

_CHATTER = {
    "fr": (
        "Merci de votre confiance.", "Nous restons à votre disposition pour toute question.",
        "Les conditions générales figurent au verso.", "Aucun escompte pour paiement anticipé.",
        "Toute réclamation est à faire dans les 8 jours.", "Ce document a été établi par voie informatique.",
        "Merci d'indiquer la référence lors du paiement.",
    ),
    "de": (
        "Vielen Dank für Ihr Vertrauen.", "Bei Fragen stehen wir Ihnen gern zur Verfügung.",
        "Es gelten unsere allgemeinen Bedingungen.", "Die Ware bleibt bis zur Bezahlung unser Eigentum.",
        "Bitte geben Sie bei der Zahlung die Nummer an.", "Dieses Schreiben ist ohne Unterschrift gültig.",
    ),
    "en": (
        "Thank you for your business.", "Please contact us with any questions.", "Our general terms apply.",
        "Goods remain our property until paid for.", "Please quote the reference with your payment.",
        "This document is valid without a signature.",
    ),
}  # fmt: skip
_TITLES = {
    "invoice": {"fr": "FACTURE;Facture;Note d'honoraires;Décompte", "de": "RECHNUNG;Rechnung;Abrechnung;Honorarnote", "en": "INVOICE;Invoice;Tax invoice;Bill;Statement of fees"},
    "credit note": {"fr": "AVOIR;Note de crédit", "de": "GUTSCHRIFT;Stornorechnung", "en": "CREDIT NOTE;Credit"},
    "reminder": {"fr": "RAPPEL;Mise en demeure;Premier rappel", "de": "MAHNUNG;Zahlungserinnerung", "en": "REMINDER;Final notice;Overdue account"},
    "quote": {"fr": "DEVIS;Offre de prix", "de": "ANGEBOT;Kostenvoranschlag", "en": "QUOTATION;Estimate"},
    "order": {"fr": "Confirmation de commande", "de": "Auftragsbestätigung", "en": "Order confirmation"},
    "policy": {"fr": "CONDITIONS PARTICULIÈRES;Police d'assurance;Certificat d'assurance", "de": "VERSICHERUNGSSCHEIN;Police", "en": "POLICY SCHEDULE;Certificate of insurance;Schedule"},
    "claim": {"fr": "DÉCLARATION DE SINISTRE;Constat", "de": "SCHADENANZEIGE;Schadenmeldung", "en": "CLAIM FORM;Notification of loss"},
    "medical": {"fr": "CERTIFICAT MÉDICAL;Certificat d'incapacité de travail", "de": "ÄRZTLICHE BESCHEINIGUNG;Arbeitsunfähigkeitsbescheinigung", "en": "MEDICAL CERTIFICATE;Statement of fitness for work"},
    "expert": {"fr": "RAPPORT D'EXPERTISE", "de": "GUTACHTEN;Sachverständigengutachten", "en": "SURVEY REPORT;Assessor's report"},
    "payslip": {"fr": "BULLETIN DE PAIE;Fiche de salaire", "de": "LOHNABRECHNUNG;Entgeltabrechnung", "en": "PAYSLIP;Salary statement"},
    "lease": {"fr": "ÉTAT DES LIEUX;Contrat de bail - résumé", "de": "MIETVERTRAG - Übersicht;Mietbescheinigung", "en": "TENANCY SUMMARY;Rental statement"},
    "court": {"fr": "CONVOCATION;Citation à comparaître", "de": "LADUNG;Terminsmitteilung", "en": "NOTICE OF HEARING;Summons"},
    "booking": {"fr": "CONFIRMATION DE RÉSERVATION;Votre voyage", "de": "BUCHUNGSBESTÄTIGUNG;Ihre Reise", "en": "BOOKING CONFIRMATION;Your stay"},
    "meter": {"fr": "RELEVÉ DE COMPTEUR;Décompte annuel", "de": "ZÄHLERSTAND;Jahresabrechnung", "en": "METER READING;Annual statement"},
    "event": {"fr": "PROGRAMME;Invitation", "de": "EINLADUNG;Programm", "en": "INVITATION;Programme"},
    "company": {"fr": "EXTRAIT DU REGISTRE", "de": "REGISTERAUSZUG;Handelsregisterauszug", "en": "COMPANY EXTRACT;Register extract"},
    "warranty": {"fr": "CARTE DE GARANTIE;Bon de garantie", "de": "GARANTIEKARTE;Garantieschein", "en": "WARRANTY CARD;Guarantee"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper.

    Attributes:
        sender: the role of whoever writes.
        receiver: the role of whoever is written to; "" for papers without a window.
        sections: roles that stand together.
        totals: whether there is a table of what is billed, with totals.
    """

    sender: str
    receiver: str
    sections: tuple[tuple[str, ...], ...]
    totals: bool = False


_BILLED = ("invoice_number", "issue_date", "due_date", "delivery_date", "order_date", "order_number", "customer_number",
           "delivery_note", "contact")  # fmt: skip
KINDS = {
    "invoice": Kind("seller", "buyer", (_BILLED,), totals=True),
    "credit note": Kind("seller", "buyer", (("invoice_number", "issue_date", "order_number", "customer_number"),), totals=True),
    "reminder": Kind("seller", "buyer", (("invoice_number", "issue_date", "due_date", "customer_number", "due_amount"),)),
    "quote": Kind("seller", "buyer", (("issue_date", "customer_number", "contact", "delivery_date"),), totals=True),
    "order": Kind("seller", "buyer", (("order_number", "order_date", "delivery_date", "customer_number"),), totals=True),
    "policy": Kind(
        "insurer", "policyholder",
        (("policy_number", "policyholder", "issue_date", "customer_number"), ("start_date", "end_date", "premium", "sum_insured", "deductible"),
         ("vehicle", "plate", "vin"), ("iban", "contact")),
    ),
    "claim": Kind(
        "policyholder", "insurer",
        (("policy_number", "claim_number", "policyholder", "birth_date"), ("loss_date", "reported_date", "loss_place", "damage"),
         ("vehicle", "plate"), ("iban", "phone", "mail")),
    ),
    "medical": Kind("doctor", "", (("patient", "birth_date"), ("from_date", "to_date", "issue_date", "doctor"))),
    "expert": Kind(
        "expert", "insurer",
        (("report_number", "claim_number", "policy_number", "issue_date", "inspection_date"), ("vehicle", "plate", "vin", "loss_date"),
         ("damage", "expert", "policyholder")),
    ),
    "payslip": Kind("employer", "employee", (("employee", "employer", "pay_period", "birth_date", "issue_date"), ("gross_pay", "net_pay", "iban"))),
    "lease": Kind("landlord", "tenant", (("landlord", "tenant", "address"), ("start_date", "end_date", "rent", "bond", "iban"))),
    "court": Kind("court", "defendant", (("case_number", "issue_date", "hearing_date"), ("plaintiff", "defendant", "court"))),
    "booking": Kind("hotel", "guest", (("booking", "guest", "hotel", "issue_date"), ("arrival", "departure", "gross", "phone"))),
    "meter": Kind("seller", "buyer", (("customer_number", "meter", "consumption", "issue_date", "address"), ("gross", "due_date"))),
    "event": Kind("seller", "", (("event_name", "event_date", "venue", "contact", "phone"),)),
    "company": Kind("seller", "", (("register_number", "seller", "manager", "address", "vat_id", "start_date"),)),
    "warranty": Kind("seller", "", (("product", "serial", "order_date", "end_date", "buyer", "seller"),)),
}  # fmt: skip


def write(writer: Writer, case: Case, name: str) -> None:
    """A paper of a kind: its parts in an order and a form of its own."""
    kind, rng = KINDS[name], case.rng
    title = rng.choice(_TITLES[name][language_of(case.language)].split(";"))
    head: list[Callable[[], None]] = [lambda: layouts.letterhead(writer, case, kind.sender)]
    if kind.receiver and rng.random() < 0.85:
        above = layouts.label(case, kind.receiver) if rng.random() < 0.35 else ""
        head.append(lambda: layouts.window(writer, case, kind.receiver, above=above))
    if rng.random() < 0.25:
        head.reverse()
    head.insert(rng.randrange(len(head) + 1), lambda: _title(writer, case, title, name))
    for part in head:
        part()
    bodies = [layouts.shuffled(rng, section, 0.8) for section in kind.sections]
    if len(bodies) > 1 and rng.random() < 0.3:
        rng.shuffle(bodies)
    for body in bodies:
        if rng.random() < 0.2:
            layouts.chatter(writer, case, _CHATTER[language_of(case.language)], 1)
        layouts.block(writer, case, body)
    if kind.totals:
        layouts.items(writer, case)
        totals(writer, case)
    if kind.totals and rng.random() < 0.75:
        payment(writer, case)
    layouts.chatter(writer, case, _CHATTER[language_of(case.language)])
    if rng.random() < 0.6:
        layouts.footer(writer, case, kind.sender)


def _title(writer: Writer, case: Case, title: str, name: str) -> None:
    """The title alone, or with the number and the day beside it."""
    if name in {"invoice", "credit note"} and case.rng.random() < 0.35:
        number, day = layouts.value(case, "invoice_number"), layouts.value(case, "issue_date")
        between = {"fr": " du ", "de": " vom ", "en": " of "}[language_of(case.language)]
        mark = {"fr": " n° ", "de": " Nr. ", "en": " no. "}[language_of(case.language)]
        parts: list[Part] = [title, case.rng.choice((mark, " ", ": ")), number]
        writer.lines([[*parts, between, day] if case.rng.random() < 0.6 else parts])
    else:
        writer.lines([[title]])


def totals(writer: Writer, case: Case) -> None:
    """The sums of a bill, some of them left out, in a block of lines or a table of rates."""
    rng = case.rng
    bare = rng.random() < 0.45
    roles = ["net", "tax", "gross"]
    if rng.random() < 0.3:
        roles = ["net", "discount", "tax", "gross"]
    if rng.random() < 0.3:
        roles += ["paid", "due_amount"]
    if rng.random() < 0.1:
        roles.remove("net")
    for role in roles:
        case.say(role, case.money(case.amounts[role], bare=bare and rng.random() < 0.9))
    if rng.random() < 0.25:
        heads: list[Part] = [
            layouts.label(case, "tax_rate"),
            "\t",
            layouts.label(case, "net"),
            "\t",
            layouts.label(case, "tax"),
        ]
        cells: list[Part] = [
            layouts.value(case, "tax_rate"),
            "\t",
            layouts.value(case, "net"),
            "\t",
            layouts.value(case, "tax"),
        ]
        writer.lines([heads, cells])
    mark = rng.choice(("\t", ": ", "\t\t", " ", ":\t"))
    indent = rng.choice(("", "", "\t\t"))
    rows: list[list[Part]] = []
    for role in roles:
        shown = layouts.label(case, role)
        if role == "tax" and rng.random() < 0.4:
            shown += f" {case.get('tax_rate')}"
        rows.append([indent, shown, mark, layouts.value(case, role)])
    writer.lines(rows)


_PAY = {
    "fr": ("Merci de verser le montant de {} sur le compte {}.", "À régler avant le {} : {}."),
    "de": ("Bitte überweisen Sie {} auf das Konto {}.", "Zahlbar bis {}: {}."),
    "en": ("Please transfer {} to account {}.", "Payable by {}: {}."),
}


def payment(writer: Writer, case: Case) -> None:
    """How to pay: a sentence with values in it, or facts."""
    first, second = _PAY[language_of(case.language)]
    owed = "due_amount" if "due_amount" in writer.places else "gross"
    style = case.rng.randrange(3)
    if style == 0:
        writer.lines([_filled(first, layouts.value(case, owed), layouts.value(case, "iban"))])
    elif style == 1:
        writer.lines([_filled(second, layouts.value(case, "due_date"), layouts.value(case, owed))])
        if case.rng.random() < 0.7:
            layouts.block(writer, case, ["iban", "bic"])
    else:
        layouts.block(writer, case, layouts.shuffled(case.rng, ("iban", "bic", "due_date"), 0.8))


def _filled(pattern: str, *values: tuple[str, str]) -> Sequence[Part]:
    """A sentence with values where its braces are."""
    parts: list[Part] = []
    for text, value in zip(pattern.split("{}"), (*values, ("", "")), strict=True):
        parts += [text, value] if value[0] else [text]
    return parts
