"""Billing: a garage, craftsman, expert or other supplier bills what was done or delivered."""

from tools.letters.grammar import firm, page

SITUATIONS = {
    "fr": (
        page(
            "garage",
            "garage",
            "Facture {invoice}|Facture de réparation|FACTURE",
            """
            Date : {today}
            Client : {me}
            Véhicule : {car} - {plate} - {km} km
            Ordre de réparation {file} du {date}

            {items_garage}

            Total HT {net}
            TVA {vat}
            Total TTC {total}

            ? Sinistre {claim}, compagnie {insurer} : franchise de {deductible} à charge du client.
            Payable [à 30 jours|dès réception|au plus tard le {soon}] sur {iban}
            Véhicule restitué le {date}. Pièces remplacées garanties deux ans.""",
        ),
        page(
            "plumber",
            "plumber",
            "Facture n° {invoice}|Facture dépannage|Note de travaux",
            """
            Chantier : {address}
            Intervention du {date} [à la demande de votre assurance|en urgence, de nuit]

            {items_plumber}

            Montant hors taxes : {net}
            TVA : {vat}
            Net à payer : {total}

            Conditions : {days} jours net. {iban}
            ? Travaux réalisés conformément à notre devis {file}.""",
        ),
        page(
            "builder",
            "builder",
            "Facture {invoice}|Facture travaux de remise en état|Décompte final",
            """
            Maître d'ouvrage : {me}
            Objet : remise en état après [incendie de cuisine|tempête|dégât des eaux], dossier {claim}

            {items_builder}

            Sous-total {net}
            TVA {vat}
            À payer {total}
            Acompte reçu le {past} : {small}

            Échéance : {soon}
            IBAN {iban}""",
        ),
        page(
            "expert",
            "expert-fee",
            "Note d'honoraires|État de frais {invoice}|Facture d'honoraires",
            """
            À : {insurer}
            Mission : expertise [bâtiment|véhicule {plate}], assuré {me}
            Votre référence : {claim}

            {items_fees}

            Honoraires HT {net}, TVA {vat}
            Total : {total}
            Notre rapport vous a été envoyé le {date}.
            Virement à 30 jours : {iban}""",
        ),
        firm(
            "craftsman",
            "mail-invoice",
            "Facture {invoice}|Votre facture|Solde des travaux",
            """
            Veuillez trouver en pièce jointe notre facture {invoice} pour [le remplacement de la porte forcée chez {me}|le
            séchage et la peinture chez {me}|la pose d'une bâche
            et la réparation de la toiture], travaux terminés le {date}.
            Le montant s'élève à {amount}, TVA comprise, payable pour le {soon} sur {iban}. [Votre cliente a signé la cession de
            créance.|L'assuré a réglé sa franchise.]""",
        ),
        firm(
            "garage",
            "rental",
            "Facture location {invoice}|Véhicule de remplacement {me}",
            """
            Nous vous facturons la mise à disposition d'un véhicule de remplacement à votre assuré {me} du {past} au {date},
            pendant l'immobilisation de sa {car}, ainsi que le remorquage. Total : {amount} TVA incluse (facture {invoice}),
            payable à {days} jours sur {iban}. L'accord de
            votre service assistance porte le numéro {file}.""",
        ),
        page(
            "doctor",
            "medical-adviser",
            "Note d'honoraires|Mémoire d'honoraires {invoice}",
            """
            À l'attention de {insurer}
            Expertise médicale de {me}, dossier {claim}, séance du {date}
            Examen et rapport : {amount}
            Examens complémentaires : {small}
            Total à verser : {amount2}
            Sur le compte {iban}, dans les 30 jours. Exonéré de TVA.
            Le rapport vous a été adressé sous pli séparé.""",
        ),
    ),
    "de": (
        page(
            "garage",
            "garage",
            "Rechnung {invoice}|Reparaturrechnung|RECHNUNG",
            """
            Rechnungsdatum: {today}
            Kunde: {me}
            Fahrzeug: {car}, {plate}, {km} km
            Auftrag {file}

            {items_garage}

            Zwischensumme: {net}
            MwSt.: {vat}
            Rechnungsbetrag: {total}

            ? Abtretung an {insurer} zu Schaden {claim} liegt vor.
            Zahlbar [sofort ohne Abzug|bis {soon}|innerhalb von 14 Tagen]
            Bankverbindung: {iban}""",
        ),
        page(
            "plumber",
            "plumber",
            "Rechnung Nr. {invoice}|Rechnung Notdienst|Handwerkerrechnung",
            """
            Leistungsort: {address}
            Leistungsdatum: {date}
            [Rohrbruch in der Küche behoben|Leck gesucht und Leitung erneuert]

            {items_plumber}

            Netto {net}
            Umsatzsteuer {vat}
            Brutto {total}

            Darin enthaltene Lohnkosten nach § 35a: {small}
            Bitte überweisen Sie innerhalb von {days} Tagen: {iban}""",
        ),
        page(
            "builder",
            "builder",
            "Schlussrechnung {invoice}|Rechnung|Abrechnung Sanierung",
            """
            Bauvorhaben: {me}, {address}
            Versicherungsschaden {claim} bei {insurer}

            {items_builder}

            Summe netto {net}
            zzgl. MwSt. {vat}
            Gesamtbetrag {total}
            abzüglich Anzahlung {small}

            Zahlungsziel: {soon}
            {bank}, {iban}
            Die Arbeiten wurden gemäß unserem Angebot ausgeführt und am {date} abgenommen.""",
        ),
        page(
            "expert",
            "expert-fee",
            "Honorarrechnung|Liquidation {invoice}|Gebührenrechnung Gutachten",
            """
            Auftraggeber: {insurer}
            Zu unserem Gutachten {file} vom {date}, Schaden {claim}

            {items_fees}

            Nettohonorar {net}
            Umsatzsteuer {vat}
            Zu zahlen {total}
            {iban}, Fälligkeit {soon}""",
        ),
        firm(
            "craftsman",
            "mail-invoice",
            "Rechnung {invoice}|Unsere Rechnung|Abrechnung Auftrag {file}",
            """
            anbei erhalten Sie unsere Rechnung {invoice} über {amount} für die [Notverglasung|Trocknung|Malerarbeiten] bei Ihrem
            Versicherungsnehmer {me}. Die
            Arbeiten wurden am {date} abgeschlossen, der Regiezettel ist unterschrieben.
            Wir bitten um Überweisung auf {iban} bis {soon}. [Der Kostenvoranschlag wurde eingehalten.|Die Mehrstunden hatten
            wir telefonisch mit Ihrem Gutachter geklärt.]""",
        ),
        page(
            "joiner",
            "joiner",
            "Rechnung {invoice}|Lieferung und Montage",
            """
            Auftraggeberin: {me}
            Ausführung: {date}, {street}

            {items_joiner}

            netto {net} / MwSt. {vat} / brutto {total}
            Zahlbar rein netto bis {soon}.
            IBAN {iban}
            ? Nach Einbruch vom {past}, Anzeige liegt der Versicherung vor.""",
        ),
        firm(
            "garage",
            "rental",
            "Mietwagenrechnung {invoice}|Abschlepprechnung",
            """
            für Abschleppen und Mietwagen während der Reparatur des {car} ({plate}) Ihres Versicherungsnehmers {me} berechnen
            wir {amount} inklusive Mehrwertsteuer. Mietdauer {n} Tage, Rückgabe am {date}. Bitte begleichen Sie die Rechnung
            {invoice} innerhalb von {days} Tagen auf
            {iban}. Sicherungsabtretung anbei.""",
        ),
        page(
            "lawyer",
            "lawyer-fee",
            "Kostennote|Vergütungsrechnung {invoice}",
            """
            An {insurer}, Schaden {claim}
            In Sachen {me} ./. {person2}
            Verfahrensgebühr: {amount}
            Terminsgebühr: {small}
            Auslagen und Umsatzsteuer: {small2}
            Rechnungsbetrag {amount2}
            Leistungszeitraum {past} bis {date}. Fällig {soon} auf {iban}.""",
        ),
    ),
    "en": (
        page(
            "garage",
            "garage",
            "Invoice {invoice}|Repair invoice|TAX INVOICE",
            """
            Date: {today}
            Customer: {me}
            Vehicle: {car}   Reg: {plate}   Odometer: {km}
            Job no.: {file}

            {items_garage}

            Net: {net}
            VAT: {vat}
            Total: {total}

            ? Insurer: {insurer}, claim {claim}. Excess of {deductible} paid by customer on collection.
            Terms: [30 days|payment on collection|due {soon}]
            IBAN {iban}""",
        ),
        page(
            "plumber",
            "plumber",
            "Invoice no. {invoice}|Invoice - emergency call-out",
            """
            To: {me}, {address}
            Work carried out {date}: [burst pipe in attic|leak under bath, pipe renewed]

            {items_plumber}

            Subtotal {net}
            VAT {vat}
            Amount due {total}

            Please pay within {days} days to {iban}. Thank you for your business.""",
        ),
        page(
            "builder",
            "builder",
            "Invoice {invoice}|Final account|Invoice for reinstatement works",
            """
            Client: {me}
            Site: {address}
            Insurance ref: {claim} ([storm|fire|escape of water])

            {items_builder}

            Net amount {net}
            VAT {vat}
            Total payable {total}
            Less deposit {small}

            Payment due {soon}, {bank}, {iban}
            Works completed {date} in line with our quotation.""",
        ),
        page(
            "expert",
            "expert-fee",
            "Fee note {invoice}|Invoice for professional services",
            """
            To {insurer}
            Re: insured {me}, your claim {claim}

            {items_fees}

            Fees {net}
            VAT {vat}
            Total {total}
            Our report issued on {date}. Settlement within 30 days to {iban}.""",
        ),
        firm(
            "craftsman",
            "mail-invoice",
            "Invoice {invoice}|Our invoice for your policyholder|Completed works",
            """
            Please see our invoice {invoice} attached for [boarding up and reglazing at the premises of {me}|drying and
            redecoration at {me}'s house|removal of the fallen tree]. The job was
            finished on {date} and signed off by your client.
            The total is {amount} including VAT, due {soon}, payable to {iban}. [The estimate was approved by your adjuster.|The
            policyholder has paid the excess directly.]""",
        ),
        page(
            "joiner",
            "joiner",
            "Sales invoice {invoice}|Invoice: supply and fit",
            """
            Invoice to: {me}
            Fitted on: {date}

            {items_joiner}

            Goods and labour {net}
            VAT {vat}
            Balance now due {total}
            Bank details {iban}. Overdue accounts bear interest.
            ? Lock and door replaced after a break-in; keep this invoice for your insurer.""",
        ),
        page(
            "craftsman",
            "rental",
            "Invoice {invoice}|Hire and cleaning charges",
            """
            Bill to: {insurer}, re {me}, claim {claim}
            Period {past} to {date}
            [Dehumidifiers, 4 units|Replacement car, group B|Specialist cleaning after fire]: {amount}
            Delivery and collection: {small}
            VAT included: {small2}
            Please pay: {amount2}
            Due {soon}, IBAN {iban}
            Authorised by your adjuster on {past}.""",
        ),
        page(
            "lawyer",
            "legal-fee",
            "Fee note {invoice}|Bill of costs",
            """
            To {insurer}
            Re: your insured {me}; defence of the claim brought by {person2}
            Professional fee: {amount}
            Outlay, court fees: {small}
            VAT: {small2}
            Total now due: {amount2}
            For work done from {past} to {date}. Remit to {iban} within 30 days.""",
        ),
    ),
    "lb": (
        firm(
            "craftsman",
            "mail-lb",
            "Rechnung {invoice}|Eis Rechnung",
            """
            hei ass eis Rechnung {invoice} fir d'Aarbechten, déi mir de {date} bei Ärem Client {me} gemaach hunn ([nei
            Dier|Waasserleitung gefléckt|Daach reparéiert]). Den
            Total ass {amount} mat TVA, ze bezuelen bis de {soon} op {iban}.""",
        ),
    ),
}
