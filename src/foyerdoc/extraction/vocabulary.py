"""What documents call things: the words of labels in French, German, English and Luxembourgish, by what they mean.

A schema says "invoice number", the page says "Rechnung Nr." or "N° de facture": both are INVOICE and NUMBER. The table holds
stems, found within compounds too (Rechnungsdatum is INVOICE and DATE); a stem between bars stands as a word of its own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_STEMS: dict[str, str] = {
    "number": (
        "|number| |numbers| |no| |nr| |num| |numero| nummer |n°| |nº| |#| |ref| |reference| |referenz| "
        "referenznummer |identifier| |id| kennzeichen zeichen"
    ),
    "date": "|date| |dated| |day| datum |tag| |jour|",
    "invoice": "invoice rechnung facture |bill| |billed| |billing| |quittung|",
    "order": "|order| |orders| |ordered| bestell auftrag commande |po|",
    "delivery": "deliver liefer livraison prestation leistung",
    "customer": (
        "customer client kunde buyer purchaser recipient acheteur |kaufer| |kaufers| empfanger destinataire "
        "besteller leistungsempf"
    ),
    "seller": (
        "seller supplier vendor verkaufer lieferant fournisseur vendeur |issuer| |issues| |sells| prestataire "
        "|aussteller|"
    ),
    "issue": "issue |issued| |written| emission |emis| |emise| ausgestellt ausstellung |drawn|",
    "due": "|due| |deadline| |until| fallig |bis| zahlbar echeance limite frist |delai|",
    "start": "|start| |starts| |from| |begin| |effective| |applies| beginn |ab| |effet| |debut| gultig |depuis| |wirkung|",
    "end": "|end| |ends| |ending| |expiry| |expires| |expiration| |ende| ablauf |fin| |terme| |jusqu|",
    "pay": "|pay| |paid| payment payable zahl uberweis payer paiement reglement regler |settle| |remit| virement |solde|",
    "paid_before": "|deposit| prepaid anzahlung acompte |deja|",
    "open": "|outstanding| |remaining| |still| offen |solde| |reste| |balance| |saldo| restbetrag",
    "total": "|total| |totals| |sum| |sums| gesamt summe somme |totaux| endbetrag |insgesamt| |ensemble|",
    "amount": "amount betrag montant |sum| |sums| summe |somme| |value| |wert| |valeur| |cost| kosten |price|",
    "line": "|position| |positions| position |unit| |einzelpreis| |unitaire| |stk| |each| |menge| |quantite|",
    "net": "|net| netto |ht| |excluding| |excl| |untaxed| |ohne| |hors| |without| |before| nettowert",
    "gross": (
        "|gross| |grand| |brutto| bruttosumme |ttc| |inkl| |incl| |including| |included| |inclusive| "
        "|compris| |comprises| |mit|"
    ),
    "tax": "|tax| |taxes| |vat| steuer |ust| |mwst| |tva| |taxe| |ust-betrag| |impot|",
    "rate": "|rate| |percent| |percentage| |satz| |taux| prozent steuersatz",
    "discount": "discount rabatt remise |rebate| skonto abschlag escompte |rabais|",
    "iban": "|iban| |account| |bankverbindung| bankkonto konto |compte| |rib|",
    "bank": "|bank| banque |kreditinstitut|",
    "bic": "|bic| |swift|",
    "policy": "policy police |contract| |contracts| vertrag contrat versicherungsschein |polizze| |polizzennummer|",
    "claim": "|claim| |claims| |claimed| schaden sinistre |loss| |damage| |dommage|",
    "case": "|case| aktenzeichen |az| |dossier| |affaire| |role| |gz|",
    "report": "|report| gutachten rapport bericht expertise |certificate| |attestation| |estimate| kostenvoranschlag |devis|",
    "premium": "premium pramie |prime| cotisation beitrag",
    "holder": "policyholder versicherungsnehmer |preneur| |souscripteur| |assure| |assuree| |insured| versicherte |took|",
    "claimant": (
        "claimant |plaintiff| klager |demandeur| |demanderesse| anspruchsteller geschadigte |lese| |victime| "
        "|declarant|"
    ),
    "defendant": "defendant beklagte |defendeur| |defenderesse| |against|",
    "author": "|author| |expert| gutachter sachverstandige |auteur| |arzt| |doctor| |medecin| |surveyor|",
    "sender": "|sender| absender |expediteur| |writes|",
    "name": "|name| |nom| |names| |called| firma |raison| |company|",
    "product": "|product| produkt |produit| |formule| |tarif|",
    "place": "|place| |town| |lieu| |ort| |city| |ville| schadenort |where|",
    "hearing": "hearing |termin| verhandlung audience |audiencia|",
    "examine": "examin |inspection| |inspected| besichtig untersuch |visite| |examen|",
    "subject": "|subject| |objet| betreff gegenstand |concerne| |owner| |patient|",
    "reply": "reply |answer| antwort reponse |respond|",
    "new": "|new| |neu| |neue| |neues| |nouveau| |nouvelle|",
    "frequency": "|frequency| |often| zahlungsweise |periodicite| |fractionnement| |monthly| |yearly|",
    "year": "|year| |yearly| |annual| jahr |annuel| |annuelle| |an|",
    "currency": "currency wahrung |devise| |monnaie|",
    "excess": "|excess| |deductible| selbstbe |franchise|",
    "phone": "phone telefon |tel| |fax| |mobile| |handy|",
    "mail": "|email| |e-mail| |mail| |courriel|",
    "description": "|description| |descriptions| beschreibung bezeichnung |designation| |libelle|",
    "period": "|period| zeitraum |periode|",
}  # fmt: skip


@lru_cache(maxsize=65536)
def concepts(text: str) -> frozenset[str]:
    """What a label speaks of, as names of concepts."""
    found = {name for word in plain(text).split() for name in _concepts_of(word)}
    if found & {"net", "gross"}:
        found.discard("tax")  # a tax that is included or left out is not the amount of the tax
    return frozenset(found)


@lru_cache(maxsize=65536)
def _concepts_of(word: str) -> tuple[str, ...]:
    """What a word speaks of. No stem holds a space, so a label speaks of what its words do; and words come again."""
    return tuple(name for name, pattern in _patterns().items() if pattern.search(word))


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """The text case-folded and without accents."""
    if text.isascii():
        return text.casefold().replace("_", " ")
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("_", " "))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    patterns = {}
    for name, stems in _STEMS.items():
        patterns[name] = re.compile("|".join(_part(stem) for stem in stems.split()))
    return patterns


def _part(stem: str) -> str:
    return rf"(?<![^\W_]){re.escape(stem.strip('|'))}(?![^\W_])" if stem.startswith("|") else re.escape(stem)
