"""Billing: an earlier bill has not been paid."""

from tools.letters.grammar import firm, insurer, page

SITUATIONS = {
    "fr": (
        insurer(
            "first",
            "Rappel|Prime impayée|Votre contrat {policy}",
            """
            Sauf erreur de notre part, la prime de {premium} échue le {past} pour votre contrat {policy} ne nous est pas encore
            parvenue. [Il s'agit sans doute d'un oubli.|Peut-être
            ce courrier croise-t-il votre versement.] Nous vous saurions gré de la régler dans les {days} jours sur {iban}.
            ? Si vous souhaitez un étalement, contactez-nous.""",
        ),
        insurer(
            "formal",
            "Mise en demeure|MISE EN DEMEURE - envoi recommandé|Dernier avertissement",
            """
            Malgré notre rappel, votre prime reste impayée. Par la présente, nous vous mettons formellement en demeure de payer
            {premium}, majorés de {small} de frais.
            À défaut de paiement intégral, la garantie de votre contrat {policy} sera suspendue à l'expiration d'un délai de
            trente jours ; dix jours plus tard nous aurons la faculté
            de le résilier. Un sinistre survenant pendant la suspension ne serait pas indemnisé.""",
        ),
        page(
            "insurer",
            "table",
            "Deuxième rappel|Relevé des impayés|Rappel n° {n}",
            """
            Client {customer}
            Situation au {today}

            Facture {invoice} du {past} : {premium}
            Déjà payé : [0,00|{small}]
            Frais de rappel : {small2}
            Solde à payer immédiatement : {premium2}

            IBAN : {iban}
            Passé le {soon}, votre dossier sera transmis à [un huissier|notre avocat].""",
        ),
        insurer(
            "rejected-debit",
            "Prélèvement refusé|Votre domiciliation du {date}",
            """
            Votre banque a rejeté le prélèvement de {premium} présenté le {date} (contrat {policy}). La somme, augmentée des
            frais de rejet de {small}, est dès lors exigible. Merci de la
            virer sous {days} jours. [Si vos coordonnées bancaires ont changé, signalez-le.|Un second rejet entraînerait la fin
            du paiement mensuel.]""",
        ),
        firm(
            "garage",
            "supplier-reminds",
            "Rappel facture {invoice}|Notre facture impayée, véhicule {plate}",
            """
            Notre facture {invoice} du {past}, d'un montant de {amount}, relative à la réparation du véhicule de votre assuré
            {me}, n'est toujours pas soldée. Le travail a été fait avec votre
            accord il y a plus de deux mois. Nous vous prions de régler sous huitaine ; au-delà, des intérêts de {percent} %
            s'ajouteront.""",
        ),
        insurer(
            "suspension",
            "Suspension de votre garantie|Votre véhicule n'est plus assuré",
            """
            Nous n'avons reçu aucun paiement suite à notre recommandé du {past}. La couverture de votre {car} ({plate}) est
            suspendue depuis aujourd'hui, 0 heure. Elle reprendra le lendemain du
            jour où nous aurons reçu {premium} et les frais. Le contrat n'est pas encore résilié : agissez vite.""",
        ),
        page(
            "customer",
            "reminder-slip",
            "DERNIER RAPPEL|Avis de non-paiement",
            """
            Contrat : {policy}
            Échéance impayée : {past}
            Montant initial : {premium}
            Intérêts de retard : {small}
            TOTAL : {premium2}
            Votre garantie [cessera|a cessé] ses effets le {soon} à 0 heure.
            Payez sans tarder par virement {iban}.
            Si ce montant est déjà réglé, ne tenez pas compte de cet avis.""",
        ),
    ),
    "de": (
        insurer(
            "friendly",
            "Zahlungserinnerung|Offener Beitrag|Ihre Rechnung {invoice}",
            """
            sicher haben Sie es nur übersehen: Der Beitrag von {premium} zu Ihrem Vertrag {policy} war am {past} fällig. Bitte
            überweisen Sie ihn bis zum {soon} auf {iban}.
            ? Haben Sie inzwischen gezahlt, betrachten Sie dieses Schreiben als gegenstandslos.""",
        ),
        insurer(
            "qualified",
            "Mahnung|Qualifizierte Mahnung|Letzte Mahnung vor Kündigung",
            """
            Ihre Zahlung ist trotz Erinnerung ausgeblieben. Wir fordern Sie auf, den Rückstand binnen zwei Wochen nach Zugang zu
            begleichen:
            =
            Folgebeitrag: {premium}
            Mahngebühr: {small}
            Tritt nach Ablauf der Frist ein Versicherungsfall ein, besteht kein Versicherungsschutz. Wir sind dann auch \
            berechtigt, den Vertrag {policy} fristlos zu kündigen.""",
        ),
        page(
            "insurer",
            "second",
            "2. Mahnung|Mahnung Nr. {n}|Kontoauszug mit Mahnung",
            """
            Vertrag {policy}, Kunde {customer}
            Stand {today}

            Rechnung vom {past}: {premium}
            Verzugszinsen: {small}
            Mahnspesen: {small2}
            Offen: {premium2}

            Zahlen Sie bis {soon}. Danach übergeben wir die Forderung dem [Inkasso|Betreibungsamt|Mahngericht].
            Konto: {iban}""",
        ),
        insurer(
            "returned-debit",
            "Rücklastschrift|Abbuchung nicht möglich",
            """
            die Abbuchung vom {date} über {premium} wurde von Ihrer Bank nicht eingelöst. Für die Rücklastschrift berechnen wir
            {small}. Bitte zahlen Sie den Gesamtbetrag innerhalb von {days}
            Tagen selbst ein, damit Ihr Versicherungsschutz (Nr. {policy}) bestehen bleibt. [Bei einer neuen Kontonummer
            brauchen wir ein neues Mandat.|Das Mandat haben wir gesperrt.]""",
        ),
        firm(
            "craftsman",
            "supplier",
            "Zahlungserinnerung Rechnung {invoice}|Überfällige Rechnung",
            """
            unsere Rechnung {invoice} vom {past} über {amount} für die Trocknung im Objekt Ihres Versicherungsnehmers {me} ist
            seit drei Wochen überfällig. Sie hatten uns
            den Auftrag selbst erteilt. Wir bitten um Ausgleich bis {soon}, sonst müssen wir Mahnkosten berechnen. Eine Kopie
            der Rechnung liegt bei.""",
        ),
        insurer(
            "instalments-broken",
            "Ratenzahlung|Ihre Vereinbarung vom {past}",
            """
            am {past} hatten wir vereinbart, dass Sie Ihren Beitragsrückstand in Raten tilgen. Die Rate vom {date} fehlt. Damit
            wird der gesamte Rest von {premium} auf einmal fällig. Geht bis
            {soon} nichts ein, leiten wir das gerichtliche Mahnverfahren ein. Für Schäden aus dieser Zeit leisten wir
            nicht.""",
        ),
        insurer(
            "first-premium",
            "Erstbeitrag nicht bezahlt|Kein Versicherungsschutz",
            """
            den ersten Beitrag für Ihren neuen Vertrag {policy} über {premium}, fällig am {past}, haben wir trotz Rechnung nicht
            erhalten. Solange er aussteht, besteht kein Schutz, auch wenn Ihnen der Versicherungsschein vorliegt. Holen Sie die
            Zahlung bis {soon} nach, sonst treten
            wir vom Vertrag zurück.""",
        ),
    ),
    "en": (
        insurer(
            "gentle",
            "Payment reminder|Premium outstanding|Your account {customer}",
            """
            Our records show that we have not received the premium of {premium} which fell due on {past} for your policy
            {policy}. If you have paid in the last few days, please ignore this
            letter. Otherwise please pay within {days} days to {iban}.""",
        ),
        insurer(
            "final",
            "Final notice|FINAL REMINDER|Your cover is at risk",
            """
            Despite our earlier letters the sum of {premium} remains unpaid. Unless we receive it, together with a late payment
            fee of {small}, by {soon}, cover under policy {policy} will be
            suspended and we will start cancellation. Claims arising after that date would not be met.""",
        ),
        page(
            "insurer",
            "statement",
            "Overdue account|Second reminder|Statement of arrears",
            """
            Customer: {customer}
            Policy: {policy}
            Position at {today}

            Invoice {invoice}, due {past}: {premium}
            Late fee: {small}
            Received: [nil|{small2}]
            Now payable: {premium2}

            Pay to {iban} before {soon} or contact us on {phone} to agree instalments.""",
        ),
        insurer(
            "failed-dd",
            "Your direct debit failed|Missed instalment",
            """
            We tried to collect your monthly instalment of {small} on {date} but your bank returned it unpaid. We will try again
            on {soon}; an administration charge of {small2} has been added. If
            that also fails the whole balance falls due and your insurance may be cancelled. [Have you changed banks? Send us
            the new details.|Please make sure there are funds.]""",
        ),
        firm(
            "lawyer",
            "collection",
            "Unpaid premium {invoice}|Letter before action: arrears",
            """
            We collect debts for {insurer2}. Our client instructs us that your invoice {invoice} for {premium}, due {past}, is
            unpaid after three reminders. With interest and our fee you now owe
            {premium2}. Pay to {iban} within {days} days. If not, our client may sue without further notice.""",
        ),
        firm(
            "craftsman",
            "supplier",
            "Overdue: our invoice {invoice}|Second request for payment",
            """
            We refer to our invoice {invoice} dated {past} for {amount}, for drying out works at your policyholder {me}'s house
            which your adjuster approved. It is now 60 days old. Kindly arrange
            payment this week or tell us what is holding it up; we do not wish to pass this on for collection.""",
        ),
        insurer(
            "sms-like",
            "Payment overdue|Reminder: {invoice}",
            """
            Hello {first}, a quick reminder that {premium} for invoice {invoice} was due on {past}. Pay today to keep your
            policy running. Already paid? Thank you, nothing more to do.""",
        ),
        firm(
            "garage",
            "garage-chases",
            "Account overdue|Outstanding balance {plate}",
            """
            Our statement shows {amount} still owing on invoice {invoice} of {past} for the repair of {me}'s car, which you
            authorised. The car went back to your customer eight weeks ago. We have written twice. Can you confirm a payment
            date? After {soon} we will look to the
            customer for the money and add interest.""",
        ),
    ),
    "lb": (
        insurer(
            "reminder-lb",
            "Rappel|Är Rechnung {invoice} ass nach op",
            """
            Är Primm vun {premium}, déi de {past} fälleg war, ass nach net bei eis ukomm. Bezuelt se w.e.g. bannent {days}
            Deeg op {iban}, soss musse mir Iech Mahnkäschte vun {small}
            rechnen, an Äre Kontrakt {policy} kéint suspendéiert ginn.""",
        ),
    ),
}
