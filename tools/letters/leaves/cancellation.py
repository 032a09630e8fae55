"""Policies: notice that a contract is to end or will not be renewed, from either side."""

from tools.letters.grammar import customer, firm, insurer, page

SITUATIONS = {
    "fr": (
        customer(
            "car-sold",
            "Vente de mon véhicule|Plus de voiture|Contrat auto {policy}",
            """
            J'ai vendu ma {car} ({plate}) le {date} et [je n'en rachète pas|j'utilise désormais une voiture de fonction]. Je
            vous demande donc de mettre fin
            au contrat {policy} à cette date et de me rembourser la part de prime non courue sur {iban}.
            ? L'acte de vente et le retrait des plaques sont joints.""",
        ),
        customer(
            "after-claim",
            "Résiliation après sinistre|Fin de contrat|Lettre recommandée",
            """
            Par courrier du {past} vous avez réglé, très partiellement, mon dégât des eaux (dossier {claim}). Déçu par ce
            règlement, je fais usage de la
            faculté prévue par vos conditions générales et résilie mon contrat habitation avec un préavis de trente jours.
            Veuillez m'envoyer une attestation de résiliation ainsi qu'un relevé des sinistres des cinq dernières années.
            Je n'attends pas de nouvelle offre de votre part.""",
        ),
        customer(
            "annual",
            "Non-reconduction|Contrat à échéance du {later}|Résiliation {policy}",
            """
            [Par la présente|Conformément à la loi], je vous informe que je ne souhaite pas reconduire mon assurance {policy},
            dont l'échéance est fixée au {later}.
            J'ai trouvé ailleurs les mêmes garanties pour {premium} par an.
            ? Merci aussi de stopper la domiciliation bancaire.
            Je vous remercie de m'en accuser réception par écrit.""",
        ),
        insurer(
            "insurer-unpaid",
            "Fin de votre contrat|Résiliation de plein droit|Contrat {policy}",
            """
            Malgré notre mise en demeure du {past}, la prime de {premium} n'a pas été réglée. Les garanties, suspendues depuis
            trente jours, prennent
            définitivement fin ce jour : votre contrat {policy} est résilié.
            [Vous roulez donc sans assurance ; veuillez restituer la carte verte.|Aucun sinistre postérieur ne sera indemnisé.]
            La créance échue reste due et sera confiée à notre service contentieux.""",
        ),
        insurer(
            "insurer-claims",
            "Résiliation de votre contrat à l'échéance|Non-renouvellement",
            """
            L'examen de votre dossier montre {n} sinistres en deux ans. Nous avons le regret de vous informer que nous ne
            renouvellerons pas votre contrat
            {policy} au-delà du {later}, ce dont la présente vaut notification, envoyée sous pli recommandé.
            Jusqu'à cette date vous restez couvert aux conditions actuelles. Un relevé de sinistralité est annexé pour votre
            futur assureur.""",
        ),
        firm(
            "broker",
            "broker-cancels",
            "Résiliation pour le compte de {me}|Mandat et renon",
            """
            Munis du mandat ci-joint, nous résilions au nom de notre client {me} les contrats suivants à leur prochaine échéance
            ({later}) :
            =
            {policy} - habitation
            {policy2} - [familiale|auto]
            Le nouvel assureur sera {insurer2}. Merci de confirmer, y compris l'absence d'arriéré.""",
        ),
        customer(
            "move-abroad",
            "Départ à l'étranger|Je quitte le pays",
            """
            Je pars m'installer définitivement [au Portugal|au Canada] le {soon}. Mon appartement est rendu ce jour-là et
            l'assurance locative {policy} n'a plus d'objet.
            Merci de la clôturer au {soon}. [Ma nouvelle adresse pour le décompte final : {newaddress}.|Le trop-perçu peut être
            viré sur mon compte habituel.]""",
        ),
        page(
            "customer",
            "cancel-form",
            "Formulaire de résiliation|Demande de résiliation",
            """
            Nom : {me}
            Contrat à résilier : {policy}
            Motif : [vente du bien|échéance annuelle|augmentation tarifaire|double assurance auprès de {insurer2}|décès du \
            preneur]
            Date souhaitée : {later}
            Remboursement éventuel sur : {iban}
            Justificatif joint : [acte de vente|nouvelle police|aucun]
            Lu et approuvé, {today}
            {me}""",
        ),
        customer(
            "short",
            "Résilier svp|fin du contrat {policy}",
            """
            Je voudrais arrêter mon assurance {policy}, je n'en ai plus besoin [depuis que j'ai vendu la moto|puisque
            mon employeur me couvre]. Dites-moi à partir de quand c'est possible et ce que vous me rendez.""",
        ),
    ),
    "de": (
        customer(
            "ordinary",
            "Kündigung|Vertrag {policy}|Kündigung zum Ablauf",
            """
            hiermit kündige ich meine [Hausratversicherung|Kfz-Versicherung|Rechtsschutzversicherung] Nr. {policy} fristgerecht
            zum {later}, hilfsweise zum
            nächstmöglichen Zeitpunkt. Bitte bestätigen Sie mir die Kündigung schriftlich.
            ? Die Einzugsermächtigung widerrufe ich zum selben Tag.
            ? Von Anrufen Ihrer Kundenrückgewinnung bitte ich abzusehen.""",
        ),
        customer(
            "price-rise",
            "Beitragserhöhung|Sonderkündigung|Ihre Prämienanpassung",
            """
            mit Ihrer Rechnung vom {date} haben Sie den Beitrag von {premium} auf {premium2} angehoben, ohne dass sich die
            Leistung verbessert. Ich mache
            deshalb von meinem Sonderkündigungsrecht Gebrauch: Der Vertrag {policy} soll zum {soon} enden.
            Zu viel gezahlte Beiträge erstatten Sie bitte auf {iban}.""",
        ),
        customer(
            "after-claim",
            "Vertragsende nach Schadenfall|Schaden {claim}: Kündigung",
            """
            nachdem Sie den Diebstahl meines Fahrrads abgelehnt haben, möchte ich nicht länger bei Ihnen versichert sein. Ich
            beende den Vertrag {policy}
            außerordentlich [mit sofortiger Wirkung|mit Monatsfrist].
            Gegen die Ablehnung gehe ich getrennt vor. Bitte schicken Sie mir eine Bestätigung und die Bescheinigung über den
            Schadenverlauf.""",
        ),
        customer(
            "death",
            "Todesfall|Vertrag meines Vaters|Auflösung des Haushalts",
            """
            mein Vater, {person2}, ist am {date} verstorben. Seine Wohnung wird zum {soon} aufgelöst. Ich bitte Sie, seine
            Verträge {policy} und {policy2}
            zu diesem Termin zu beenden und die Restbeiträge an die Erbengemeinschaft auszuzahlen. Sterbeurkunde und Erbschein
            liegen bei.""",
        ),
        insurer(
            "insurer-risk",
            "Kündigung Ihres Vertrags {policy}|Beendigung des Versicherungsverhältnisses",
            """
            wir haben den Schaden {claim} abgeschlossen und die Entschädigung von {amount} überwiesen. Gleichzeitig machen wir
            von unserem Kündigungsrecht im
            Schadenfall Gebrauch: Das Versicherungsverhältnis endet am {soon}, 24 Uhr.
            ? Den nicht verbrauchten Beitrag erstatten wir Ihnen.
            Bitte kümmern Sie sich rechtzeitig um anderweitigen Schutz.""",
        ),
        insurer(
            "confirm-cancel",
            "Bestätigung Ihrer Kündigung|Vertragsende {later}",
            """
            Ihre Kündigung vom {date} haben wir erhalten. Der Vertrag {policy} wird zum {later} aufgehoben; [schade, dass Sie
            gehen|bis dahin sind Sie wie
            gewohnt versichert]. Ein Guthaben von {small} überweisen wir auf Ihr Konto.
            ? Haben Sie es sich anders überlegt? Dann genügt ein Anruf.""",
        ),
        page(
            "customer",
            "cancel-form",
            "Kündigungsformular|Widerruf / Kündigung",
            """
            Versicherungsnehmer: {me}
            Vertragsnummer: {policy}
            Ich kündige [zum Ablauf|wegen Risikowegfalls|wegen Verkaufs des Fahrzeugs {plate}|wegen doppelter Versicherung]
            Termin: {later}
            Neuer Versicherer: [{insurer2}|keine Angabe]
            Bestätigung erbeten an: {mail}
            {town}, {today}, {me}""",
        ),
        firm(
            "broker",
            "broker-cancels",
            "Kündigung im Auftrag von {me}|Maklervollmacht und Kündigung",
            """
            namens und in Vollmacht unseres Kunden {me} kündigen wir die Verträge {policy} und {policy2} zum {later}. Grund ist
            ein Anbieterwechsel zu {insurer2}. Bitte bestätigen Sie uns Termin und schadenfreie Jahre; offene Rechnungen gleicht
            der Kunde noch aus.""",
        ),
        customer(
            "short",
            "Kündigung Vertrag|Versicherung beenden",
            """
            ich brauche die Versicherung {policy} nicht mehr, das [Moped ist verkauft|Pferd ist gestorben]. Bitte zum {soon}
            beenden und kurz bestätigen. Was wird mir erstattet?""",
        ),
    ),
    "en": (
        customer(
            "no-renewal",
            "I do not wish to renew|Renewal of {policy}|Cancellation",
            """
            My [home|car|travel] insurance, policy {policy}, falls due on {later}. I have found a better price elsewhere and
            will not be renewing. Please take this as notice and
            make sure that no further direct debits are taken from my account.
            ? Kindly send proof of my no claims bonus.
            Thank you for your service over the last {n} years.""",
        ),
        customer(
            "sold-house",
            "House sold|Please cancel my policy",
            """
            The sale of {address} closes on {soon}, so I will no longer have an interest in the property. Would you please
            cancel the policy from that day and refund the balance
            of the premium ({premium} was paid in full on {past})?
            The open claim for the storm damage should of course still be dealt with.""",
        ),
        customer(
            "cooling-off",
            "Changed my mind|Cooling-off|Withdrawal from policy {policy}",
            """
            I took out a policy with you online on {date} and now realise that I am already covered through work. I am within
            the fourteen days, so please treat the
            contract as withdrawn and return the {premium} to my card.""",
        ),
        insurer(
            "insurer-default",
            "Notice of cancellation|Cancellation of your policy {policy}|Your cover is ending",
            """
            We wrote to you on {past} about two missed instalments. As we have not received payment, we hereby give you ten
            days' notice that policy {policy} will be
            cancelled with effect from {soon}. You must return the certificate and disc; driving without insurance is an
            offence.
            ? If a claim has been made in this period the full year's premium remains payable.""",
        ),
        insurer(
            "insurer-withdraw",
            "We will not be inviting renewal|End of your policy",
            """
            We are withdrawing from [holiday home|thatched property] insurance at the end of the year. Your policy {policy} will
            therefore come to an end on {later} and
            we will not be offering renewal terms. This is no reflection on you or your claims record.
            Your broker, {broker}, can help you to arrange cover with another company.""",
        ),
        firm(
            "broker",
            "broker-lapse",
            "Lapse instructions: {me}|{policy}: not renewing",
            """
            The above client has accepted terms from {insurer2}. Please lapse policy {policy} at renewal on {later} and issue a
            confirmed claims experience for five years.
            ? The recent invoice can be credited.
            Should the client owe anything for mid-term changes, let us know before month end.""",
        ),
        customer(
            "scrapped-car",
            "cancel car insurance|car scrapped",
            """
            The {car} ({plate}) failed its test and went to the scrapyard on {date}. No need for the insurance any more so
            please cancel from then and let me know what I get
            back. Cert is in the post to you. Not buying another for now.""",
        ),
        page(
            "customer",
            "cancel-form",
            "Request to cancel a policy|Cancellation form",
            """
            Policyholder: {me}
            Policy: {policy}
            Cancel from: {soon}
            Reason: [vehicle sold|moving abroad|cheaper quotation|no longer required]
            Certificate returned: [yes|lost]
            Refund to: {iban}
            I understand that cover stops at midnight on the date above.
            {me}     {today}""",
        ),
    ),
    "lb": (
        customer(
            "cancel-lb",
            "Kënnegung|Kontrakt {policy} ophiewen",
            """
            ech wëll mäi Kontrakt {policy} op den {later} kënnegen. [Ech hunn den Auto verkaaft an d'Placke ginn zréck.|Ech hunn
            eng méi bëlleg Assurance fonnt.]
            Schéckt mer w.e.g. eng Bestätegung an iwwerweist d'Suen, déi ech ze vill bezuelt hunn, op {iban}.""",
        ),
    ),
}
