"""Reports: an offer of what a repair or replacement would cost, before the work is done."""

from tools.letters.grammar import firm, page

SITUATIONS = {
    "fr": (
        page(
            "garage",
            "garage",
            "Devis|Devis n° {file}|Devis de réparation {plate}",
            """
            Client : {me}
            Véhicule : {car} - {plate} - {km} km
            Établi le {today}, valable [30 jours|jusqu'au {soon}]

            {items_garage}

            Total hors TVA {net}
            TVA {vat}
            Total estimé {total}

            Sous réserve de dommages cachés constatés au démontage.
            ? Aucune intervention sans accord écrit du client ou de sa compagnie ({insurer}).
            Délai : {n} jours ouvrables""",
        ),
        page(
            "plumber",
            "plumber",
            "Offre de prix|Devis plomberie|Proposition {file}",
            """
            Pour : {me}, {address}
            Suite à notre visite du {date}, nous vous proposons :

            {items_plumber}

            Montant HTVA {net}
            TVA {vat}
            Prix total {total}

            Acompte de {percent} % à la commande. Début possible : {soon}.
            Bon pour accord (date et signature) :""",
        ),
        page(
            "builder",
            "builder",
            "Devis estimatif|Offre n° {file}|Estimation des travaux",
            """
            Objet : [réfection après dégât des eaux|réparation de toiture après tempête|peinture du salon], {address}

            {items_builder}

            Total {net} + TVA {vat} = {total}
            Validité de l'offre : trois mois
            ? Prix susceptibles d'évoluer selon le coût des matériaux.
            ? Copie destinée à votre assureur, sinistre {claim}.
            Facturation selon métré exécuté.""",
        ),
        firm(
            "craftsman",
            "mail-offer",
            "Devis pour {me}|Estimation demandée|Offre {file}",
            """
            Comme convenu avec votre expert, voici notre estimation pour [le remplacement de la porte et du châssis forcés|la
            réparation du mur d'enceinte renversé|le nettoyage de la façade]. Il faudrait compter {amount} hors TVA, pose
            comprise, et {n} jours de travail.
            Nous pourrions commencer le {soon} dès réception de votre accord. [L'offre est sans engagement.|Les plinthes ne sont
            pas comprises.]""",
        ),
        page(
            "joiner",
            "joiner",
            "Devis {file}|Offre menuiserie",
            """
            Demandeur : {me}
            {items_joiner}

            Hors taxes {net}
            TVA {vat}
            TTC {total}
            Délai de livraison : {n} semaines après commande
            Offre gratuite et sans engagement, valable jusqu'au {soon}.""",
        ),
        firm(
            "garage",
            "short",
            "devis {plate}|Estimation rapide",
            """
            On a regardé la {car} de votre client {me} : pare-chocs, aile et capteurs, il faut compter dans les {amount} TTC,
            peut-être plus une fois démontée. {n} jours de délai pour les pièces. Vous nous donnez le feu vert ou vous envoyez
            l'expert d'abord ?""",
        ),
        page(
            "builder",
            "variants",
            "Offre de prix {file}|Deux variantes pour votre toiture",
            """
            Madame, Monsieur,
            Vous nous avez demandé un prix pour {address}. Nous vous soumettons deux variantes :
            Variante A, réparation locale : {amount} HTVA
            Variante B, remplacement complet : {big} HTVA
            Chantier d'environ {n} jours, à convenir. TVA selon le taux en vigueur.
            Ces prix ne vous engagent à rien et restent fermes jusqu'au {soon}.""",
        ),
        page(
            "garage",
            "glass",
            "Devis pare-brise|Chiffrage {file}",
            """
            Véhicule {car}, {plate}
            Prix indicatif, aucune commande passée.
            {items_garage}
            HT {net}, TVA {vat}, soit {total} TTC
            Rendez-vous possible le {soon}. Le chiffrage peut être transmis à {insurer} pour accord préalable.""",
        ),
    ),
    "de": (
        page(
            "garage",
            "garage",
            "Kostenvoranschlag|Kostenvoranschlag Nr. {file}|KVA {plate}",
            """
            Kunde: {me}
            Fahrzeug: {car}, {plate}, {km} km
            Datum: {today}

            {items_garage}

            Summe netto {net}
            MwSt. {vat}
            Voraussichtliche Kosten {total}

            Unverbindlich; nach Zerlegung können weitere Schäden sichtbar werden.
            ? Gültig bis {soon}. Gebühr wird bei Auftragserteilung verrechnet.
            ? Schaden-Nr. {claim} bei {insurer}""",
        ),
        page(
            "plumber",
            "plumber",
            "Angebot|Angebot {file}|Offerte Sanitär",
            """
            Objekt: {address}
            Sehr geehrte Damen und Herren, gerne bieten wir Ihnen nach Besichtigung am {date} an:

            {items_plumber}

            Nettosumme {net}
            MwSt. {vat}
            Angebotssumme {total}

            Ausführung: ab {soon}
            Wir würden uns über Ihren Auftrag freuen. Die Abrechnung erfolgt nach tatsächlichem Aufwand.""",
        ),
        page(
            "builder",
            "builder",
            "Angebot Nr. {file}|Kostenschätzung|Leistungsverzeichnis mit Preisen",
            """
            Bauherr: {me}
            Maßnahme: [Sanierung nach Wasserschaden|Dachreparatur nach Sturm|Instandsetzung nach Küchenbrand]

            {items_builder}

            netto {net}, MwSt. {vat}, brutto {total}
            Bindefrist: {soon}
            ? Eventualposition: Asbestprüfung, nach Bedarf
            Auftrag erteilt: ______________""",
        ),
        firm(
            "craftsman",
            "mail-offer",
            "Angebot für {me}|Kostenvoranschlag wie besprochen|Preisanfrage {claim}",
            """
            auf Wunsch Ihres Kunden {me} haben wir uns [die aufgebrochene Tür|den umgestürzten Zaun|die nassen Wände] angesehen.
            Die Instandsetzung würde nach unserer Schätzung {amount} zzgl. MwSt. kosten, Dauer etwa {n} Tage.
            Sobald Sie die Kosten freigeben, bestellen wir das Material. [Ein früherer Termin als der {soon} ist leider nicht
            möglich.|Dieses Angebot gilt vier Wochen.]""",
        ),
        page(
            "joiner",
            "joiner",
            "Offerte {file}|Angebot Türen und Fenster",
            """
            für {me}, {address}
            {items_joiner}

            Total exkl. MwSt. {net}
            MwSt. {vat}
            Total inkl. MwSt. {total}
            Lieferfrist {n} Wochen. Preise freibleibend bis {soon}.
            Die Offerte dient zur Vorlage bei der Versicherung.""",
        ),
        firm(
            "garage",
            "short",
            "Schätzung {plate}|Voraussichtliche Reparaturkosten",
            """
            wir haben uns den {car} Ihres Kunden {me} angesehen: Stoßfänger, Kotflügel und Sensor, das dürfte auf rund {amount}
            inkl. Steuer kommen, nach dem Zerlegen eventuell mehr. Teile brauchen {n} Tage. Sollen wir loslegen oder schicken
            Sie erst einen Gutachter?""",
        ),
        page(
            "builder",
            "estimate-b",
            "Kostenermittlung|Vorläufige Kalkulation {file}",
            """
            Auf Grundlage der Begehung vom {date} würden folgende Kosten anfallen:
            {items_builder}
            Netto {net} zuzüglich MwSt. {vat}, gesamt {total}
            Noch nicht enthalten: [Trocknung|Entsorgung von Asbest].
            Beginn frühestens {soon}, sofern der Versicherer zustimmt. Kein Festpreis.""",
        ),
    ),
    "en": (
        page(
            "garage",
            "garage",
            "Estimate|Repair estimate {file}|Estimate for {plate}",
            """
            Customer: {me}
            Vehicle: {car}   Reg: {plate}   Mileage: {km}
            Date: {today}

            {items_garage}

            Net {net}
            VAT {vat}
            Estimated total {total}

            This is an estimate only and may change once the vehicle is stripped.
            ? Valid until {soon}. For {insurer}, claim {claim}.
            Work will start on receipt of authorisation.""",
        ),
        page(
            "plumber",
            "plumber",
            "Quotation|Quote {file}",
            """
            For: {me}, {address}
            Further to our visit on {date} we are pleased to quote for [repairing the leak and making good|replacing the \
            cylinder]:

            {items_plumber}

            Subtotal {net}
            VAT {vat}
            Quoted price {total}

            We could start on {soon}. Please sign and return one copy to accept.""",
        ),
        page(
            "builder",
            "builder",
            "Quotation {file}|Builder's estimate|Schedule of works and prices",
            """
            Client: {me}
            Works: [reinstatement after burst pipe|roof repairs following storm|making good after fire]

            {items_builder}

            Total ex VAT {net}
            VAT {vat}
            Total {total}
            Price held for {days} days; provisional sums to be adjusted.
            ? Two other firms have been asked to tender at your insurer's request.
            Programme: {n} weeks from instruction""",
        ),
        firm(
            "craftsman",
            "mail-offer",
            "Quote for {me}|Estimate as requested|Price for repairs",
            """
            We called to {me}'s house on {date} as your adjuster asked. To [replace the forced door and frame|rebuild the garden
            wall hit by the car|take down and renew the ceiling] we would charge {amount} plus VAT, all in. It would be about
            {n} days' work.
            If you let us have the go-ahead we could be there on {soon}. [The price is good for a month.|Painting is not
            included.]""",
        ),
        page(
            "joiner",
            "joiner",
            "Quotation: doors and windows|Estimate {file}",
            """
            Prepared for {me}
            {items_joiner}

            Net {net}, VAT {vat}, total {total}
            Lead time {n} weeks from order and deposit.
            No obligation. Offer open until {soon}.""",
        ),
        firm(
            "garage",
            "short",
            "estimate {plate}|Rough cost for your customer's car",
            """
            Had a look at the {car} for your customer {me}. Bumper, wing and sensors, we'd expect it to come to around {amount}
            including VAT, could be more when it's apart. Parts take {n} days to arrive. Shall we go ahead or do you want
            your engineer to see it first?""",
        ),
        page(
            "joiner",
            "windows-b",
            "Proposal {file}|Price for your approval",
            """
            Thank you for your enquiry of {date}. Our price for the work described would be as follows.
            {items_joiner}
            {net} + VAT {vat} = {total}
            A deposit of {percent} % is payable with order. Nothing will be ordered until you, or your insurer, confirm in \
            writing. Open for {days} days.""",
        ),
    ),
    "lb": (
        firm(
            "craftsman",
            "mail-lb",
            "Devis|Offer fir d'Reparatur",
            """
            hei ass eisen Devis fir [den Daach|d'Buedzëmmer|déi nei Dier] bei Ärem Client {me}. D'Aarbechte géifen ongeféier
            {amount} ouni TVA kaschten an {n} Deeg daueren. Wann Dir averstane sidd, kënne mir den {soon} ufänken.""",
        ),
    ),
}
