"""Billing: the insurer asks its customer to pay the premium of a period."""

from tools.letters.grammar import firm, insurer, page

SITUATIONS = {
    "fr": (
        page(
            "insurer",
            "renewal",
            "Avis d'échéance|Avis d'échéance n° {invoice}|Quittance de prime",
            """
            Contrat {policy} - [Assurance habitation|Auto {plate}|Multirisque]
            Période du {soon} au {later}

            Prime nette : {premium2}
            Taxe d'assurance : {small}
            Frais de gestion : [néant|{small2}]
            Montant à payer : {premium}
            À régler pour le {soon}

            IBAN {iban} - communication : {invoice}
            ? En cas de non-paiement, la garantie pourrait être suspendue.
            ? Le détail de l'indexation figure au verso.""",
        ),
        insurer(
            "yearly-letter",
            "Votre prime annuelle|Échéance du {soon}|Facture {invoice}",
            """
            Votre contrat {policy} arrive à échéance le {soon}. Pour maintenir votre protection, merci de verser la somme de
            {premium} sur notre compte {iban} avant
            cette date, en rappelant la référence {invoice}.
            [La prime tient compte de votre nouveau degré bonus-malus.|L'indice de la construction a augmenté la prime de
            {percent} %.]
            ? Si vous avez choisi la domiciliation, rien à faire : le prélèvement est automatique.""",
        ),
        page(
            "insurer",
            "instalment",
            "Appel de prime trimestriel|Facture {invoice}|Décompte de prime",
            """
            Date : {today}
            Client : {customer}
            Facture : {invoice}
            Police(s) : {policy}, {policy2}

            RC familiale .......... {small}
            Incendie et vol ....... {premium2}
            Fractionnement 3 % .... {small2}
            TOTAL DÛ .............. {premium}

            Payable au plus tard le {soon}
            [Bulletin de versement ci-dessous|Virement : {iban} {bank}]
            Un talon séparé vous permet de signaler une nouvelle adresse.""",
        ),
        insurer(
            "adjustment",
            "Régularisation de prime|Complément de prime|Prime supplémentaire",
            """
            Suite à [l'avenant du {past}|votre déclaration de chiffre d'affaires], la prime de votre contrat {policy} pour la
            période en cours a été recalculée. Il reste en notre
            faveur un solde de {small}, que nous vous prions de verser dans les {days} jours sur {iban}, mention {invoice}.""",
        ),
        insurer(
            "mail-bill",
            "Votre facture est disponible|Nouvelle facture {invoice}",
            """
            Votre facture de prime n° {invoice} est disponible dans votre espace client.
            =
            Montant : {premium}
            Échéance : {soon}
            Contrat : {policy}
            [Le prélèvement aura lieu à la date indiquée.|Payez en ligne ou par virement sur {iban}.] Elle concerne la \
            période suivante de votre assurance et n'appelle aucune autre démarche.""",
        ),
        firm(
            "broker",
            "broker-quittance",
            "Quittance {invoice}|Prime à payer - votre contrat auto",
            """
            Au nom de {insurer2}, nous vous faisons parvenir la quittance de votre assurance pour la période du {soon} au
            {later}. Montant : {premium}, taxes comprises, à verser sur notre compte {iban} avant le {soon}, sous la référence
            {invoice}.
            La carte verte vous sera remise dès paiement. Votre avenant du mois passé y est déjà pris en compte.""",
        ),
        insurer(
            "first-bill",
            "Première prime|Prime à la souscription",
            """
            Votre contrat {policy} est prêt. La garantie entrera en vigueur dès le paiement de la première prime de {premium}, à
            verser au plus tard le {soon} sur {iban} avec la communication {invoice}. Un justificatif vous sera envoyé ensuite.
            Rien d'autre n'est à faire de votre côté.""",
        ),
    ),
    "de": (
        page(
            "insurer",
            "annual",
            "Beitragsrechnung|Beitragsrechnung {nextyear}|Prämienrechnung Nr. {invoice}",
            """
            Versicherungsnummer {policy}
            Kunde {me}
            Rechnungsdatum {today}

            Beitrag [Wohngebäude|Kfz {plate}|Hausrat] {soon} - {later}: {premium2}
            Versicherungsteuer: {small}
            Rechnungsbetrag: {premium}

            Zahlbar bis {soon} auf {iban}, Verwendungszweck {invoice}
            ? Ihr Beitrag hat sich gegenüber dem Vorjahr um {percent} % verändert. Grund ist der gestiegene Baupreisindex; es \
            besteht ein Kündigungsrecht.
            ? Bei nicht rechtzeitiger Zahlung kann der Versicherungsschutz entfallen.""",
        ),
        insurer(
            "letter",
            "Ihre Prämie für das neue Versicherungsjahr|Rechnung {invoice}|Fälligkeit {soon}",
            """
            am {soon} beginnt für Ihre Versicherung {policy} ein neues Versicherungsjahr. Bitte überweisen Sie den Jahresbeitrag
            in Höhe von {premium} bis zu diesem Tag auf
            unser Konto {iban}. [Einen Einzahlungsschein finden Sie anbei.|Die Rechnungsnummer lautet {invoice}.]
            ? Wegen des schadenfreien Verlaufs konnten wir Sie günstiger einstufen.""",
        ),
        insurer(
            "debit",
            "Lastschriftankündigung|Ankündigung der Abbuchung",
            """
            den Beitrag von {premium} für den Zeitraum {soon} bis {later} (Vertrag {policy}, Rechnung {invoice}) ziehen wir am
            {soon} per Lastschrift von Ihrem Konto
            {iban} ein. Bitte sorgen Sie für Deckung. [Hat sich Ihre Bankverbindung geändert, genügt eine kurze Nachricht.|Für
            Rücklastschriften fallen Kosten an.]""",
        ),
        page(
            "insurer",
            "swiss-style",
            "Prämienrechnung {thisyear}|Rechnung|Sammelrechnung",
            """
            Rechnung Nr.: {invoice}
            Kunden-Nr.: {customer}
            Prämienperiode: {soon} bis {later}

            Police {policy} Motorfahrzeug: {premium2}
            Police {policy2} Privathaftpflicht: {small}
            Stempelabgabe: {small2}
            Total zu unseren Gunsten: {premium}

            Zahlbar innert {days} Tagen
            [QR-Rechnung unten|IBAN {iban}, {bank}]
            Referenz: {file}""",
        ),
        insurer(
            "first",
            "Erstbeitrag|Ihre erste Rechnung|Einlösung der Police",
            """
            Ihren Versicherungsschein {policy} haben Sie bereits erhalten. Der Erstbeitrag von {premium} ist nun fällig, zu
            zahlen innerhalb von {days} Tagen auf {iban}
            (Rechnung {invoice}). Bitte beachten Sie: Wird der erste Beitrag nicht gezahlt, sind wir im Schadenfall
            leistungsfrei.""",
        ),
        firm(
            "broker",
            "broker-bill",
            "Beitragsrechnung für {me}|Prämie {nextyear}",
            """
            im Auftrag der {insurer2} übersenden wir die Beitragsrechnung {invoice} für das kommende Versicherungsjahr. Zu
            zahlen sind {premium} bis {soon} auf {iban}. Ihr Schadenfreiheitsrabatt ist berücksichtigt. Die Änderung vom {past}
            hat den Beitrag um
            {percent} % erhöht.""",
        ),
        page(
            "company",
            "associated",
            "Rechnung Gruppenversicherung|Beitragsabrechnung {invoice}",
            """
            Kunde {customer}
            Gruppenvertrag {policy}, versicherte Personen: {n}
            Abrechnungszeitraum {soon} bis {later}

            Beiträge: {premium2}
            Zugang {person2}: {small}
            Steuer: {small2}
            Endbetrag: {premium}
            Wir buchen den Betrag am {soon} von {iban} ab. Einwendungen bitte innerhalb von {days} Tagen.""",
        ),
    ),
    "en": (
        page(
            "insurer",
            "renewal-notice",
            "Renewal notice|Premium invoice {invoice}|Renewal invitation and invoice",
            """
            Policy: {policy}   [Private car {plate}|Home insurance|Commercial package]
            Insured: {me}
            Renewal date: {soon}

            Premium before levy: {premium2}
            Government levy: {small}
            Total due: {premium}
            Pay by: {soon}
            IBAN {iban}   Reference {invoice}

            ? Last year's premium was {premium3}.
            ? If we do not receive payment your cover will lapse at midnight.""",
        ),
        insurer(
            "letter",
            "Your premium is due|Invoice {invoice}|Renewal of your policy",
            """
            Your insurance {policy} is due for renewal on {soon}. The premium for the next twelve months is {premium}. [Please
            pay by bank transfer to {iban}, quoting {invoice}, by
            that date.|You may pay by card, by transfer to {iban} or in ten monthly instalments.]
            ? Your no claims discount has gone up to {n} years.""",
        ),
        page(
            "insurer",
            "instalments",
            "Instalment statement|Statement of premium {invoice}|Direct debit schedule",
            """
            Account: {customer}
            Invoice: {invoice}
            Date: {today}
            Policy: {policy}

            Annual premium {premium}
            Instalment 1 due {soon}: {small}
            Remaining nine instalments: {small2} each
            First collection from {iban}

            Credit charge: [nil|{percent} %]
            This is not a reminder: no payment is overdue.""",
        ),
        insurer(
            "additional",
            "Additional premium|Invoice for change to policy|Adjustment premium due",
            """
            Further to [the endorsement issued on {past}|your wages declaration], an additional premium of {small} is now
            payable for the period to {later} on policy {policy}.
            Please remit to {iban} by {soon} quoting invoice {invoice}.""",
        ),
        insurer(
            "mail",
            "Your bill is ready|New invoice {invoice}",
            """
            Your new invoice is ready.
            =
            Invoice: {invoice}
            Policy: {policy}
            Amount: {premium}
            Due: {soon}
            [We will collect this by direct debit.|Pay online or by transfer to {iban}.] It covers the coming year's \
            insurance.""",
        ),
        firm(
            "broker",
            "broker-debit-note",
            "Debit note {invoice}|Renewal premium {me}",
            """
            We enclose our debit note on behalf of {insurer2} for the renewal of the policy arranged through this office.
            =
            Client: {me}
            Premium {soon} to {later}: {premium2}
            Levy and fee: {small}
            Payable: {premium} by {soon}
            Transfers to our client premium account {iban}, please. Cover is subject to payment.""",
        ),
        insurer(
            "renewal-short",
            "Renewal: {premium} due|Time to renew",
            """
            Your cover under {policy} runs out on {soon}. To renew, pay {premium} by then, online or to {iban} quoting
            {invoice}. Your excess and benefits stay as they are; the full terms are in the attached schedule. If you do
            nothing, we'll collect by direct debit as last year.""",
        ),
    ),
    "lb": (
        insurer(
            "bill-lb",
            "Är Primm|Rechnung {invoice}",
            """
            fir Äre Kontrakt {policy} ass de {soon} d'Primm fir dat nächst Joer fälleg. Iwwerweist eis w.e.g. {premium} virum
            {soon} op de Kont {iban}, mat der Referenz
            {invoice}. Wann Dir eng Domiciliatioun hutt, braucht Dir näischt ze maachen.""",
        ),
    ),
}
