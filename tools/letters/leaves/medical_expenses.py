"""Claims: a request to reimburse treatment, medicines, a hospital stay or transport home."""

from tools.letters.grammar import customer, firm, page

SITUATIONS = {
    "fr": (
        customer(
            "physio",
            "Remboursement kiné|Frais de santé|Note d'honoraires",
            """
            Veuillez trouver ci-joint les notes d'honoraires de [ma kinésithérapeute|l'ostéopathe] pour les séances du {past} au
            {date}, ainsi que
            l'ordonnance. La caisse a déjà pris en charge {small}, il reste {amount} à ma charge.
            Merci de verser la différence sur mon compte {iban}.""",
        ),
        customer(
            "ski",
            "Accident de ski - frais à l'étranger|Hospitalisation pendant mes vacances",
            """
            Pendant nos vacances, ma fille s'est cassé la jambe sur les pistes le {date}. Elle a été descendue en hélicoptère,
            opérée à {hospital} et nous
            sommes rentrés en ambulance. Nous avons dû avancer {big}.
            Je vous envoie [les originaux des factures|toutes les pièces] et vous prie de nous rembourser au titre de
            l'assistance voyage.
            ? Les skis loués ont été rendus, il n'y a pas de dommage matériel.
            Le certificat du chirurgien est joint, au cas où.""",
        ),
        customer(
            "glasses-teeth",
            "Lunettes et dentiste|Remboursement complémentaire|Prestations optiques",
            """
            Comme chaque année, je vous transmets nos frais non remboursés par la caisse :
            = {items_care}
            Ils concernent [mon épouse et moi|nos deux enfants]. Les décomptes de la caisse sont agrafés derrière chaque \
            facture.
            Virement comme d'habitude, s'il vous plaît.""",
        ),
        customer(
            "hospital-room",
            "Hospitalisation {me}|Chambre individuelle|Facture de la clinique",
            """
            J'ai été hospitalisé [cinq|trois] nuits à {hospital} pour une opération de la hanche, en chambre individuelle. La
            clinique m'envoie sa facture de
            {big} avec un délai de paiement au {soon}.
            Mon contrat prévoit la chambre individuelle et le libre choix du médecin. [Pouvez-vous payer directement la clinique
            ?|Dois-je d'abord
            l'envoyer à ma caisse ?]""",
        ),
        page(
            "customer",
            "health-form",
            "Demande de remboursement de frais médicaux|Feuille de prestations",
            """
            Affilié : {me}               Né(e) le {birth}
            Contrat santé : {policy}
            Bénéficiaire : [l'affilié|conjoint|enfant]
            Nature : [maladie|accident du {date}|maternité]

            Détail des frais
            {items_care}

            Part remboursée par la caisse : {small}
            À rembourser sur IBAN {iban}

            Pièces : [factures acquittées|ordonnance et factures|décompte de la caisse]
            {town}, le {today}          Signature : {me}""",
        ),
        firm(
            "hospital",
            "third-party-payer",
            "Tiers payant : {me}|Demande de prise en charge",
            """
            Votre assuré(e) {me}, né(e) le {birth}, séjourne dans notre établissement depuis le {date} à la suite d'une
            [appendicite|fracture du bassin].
            Nous sollicitons votre prise en charge des frais d'hospitalisation, estimés à {big}, et du supplément de chambre.
            Le bulletin d'entrée et le rapport du médecin sont joints. Sans accord de votre part, les frais seront demandés au
            patient à sa sortie.""",
        ),
        customer(
            "short-scan",
            "factures médecin|remboursement",
            """
            En pièces jointes mes dernières factures : dermato, pharmacie, laboratoire. Total {amount}, la caisse m'a
            rendu {small}. [Merci de virer le reste.|Le solde sur mon compte habituel svp.]""",
        ),
        customer(
            "cure",
            "Frais de cure|Remboursement thérapie",
            """
            Comme votre médecin-conseil avait donné son accord, j'ai suivi ma cure du {past} au {date}. Voici les factures
            acquittées (logement, soins, transport), en tout {amount}. La caisse m'a versé {small}. Veuillez me rembourser ce
            que prévoit mon contrat d'hospitalisation. Mon certificat de fin de cure est
            joint pour information.""",
        ),
    ),
    "de": (
        customer(
            "dentist",
            "Zahnarztrechnung|Erstattung Krone|Zahnzusatz",
            """
            anbei die Rechnung meines Zahnarztes {doctor} für [die neue Krone|eine Wurzelbehandlung] über {amount}. Die
            Krankenkasse hat davon
            {small} übernommen, den Bescheid finden Sie auf der zweiten Seite.
            Bitte überweisen Sie den tariflichen Anteil auf mein Konto {iban}.
            ? Der Heil- und Kostenplan war von Ihnen im Vorfeld genehmigt worden.""",
        ),
        customer(
            "abroad",
            "Krank im Urlaub|Auslandsreise-Krankenversicherung|Arztkosten im Ausland",
            """
            auf unserer Reise musste ich am {date} wegen [einer Blinddarmentzündung|eines Hundebisses] ins Krankenhaus.
            Behandlung, Medikamente und der
            Krankenwagen haben umgerechnet {amount} gekostet, die ich mit Kreditkarte bezahlt habe.
            Die Quittungen und den Entlassungsbrief schicke ich Ihnen im Original. [Fehlt noch etwas?|Bitte erstatten Sie mir
            den Betrag.]""",
        ),
        customer(
            "bundle",
            "Arztrechnungen|Belege {thisyear}|Leistungsabrechnung",
            """
            ich reiche die gesammelten Belege für [mich und meine Tochter|das letzte Quartal] ein:
            = {items_care}
            Rezepte liegen jeweils bei. Sollte der Selbstbehalt schon ausgeschöpft sein, bitte ich um Auszahlung des vollen \
            Betrags.""",
        ),
        customer(
            "accident-rehab",
            "Kosten nach Unfall|Krankengymnastik|Reha",
            """
            nach meinem Sturz vom Pferd am {past} war ich bis zum {date} in Behandlung. Die Unfallversicherung schließt laut
            Police Heilkosten ein. Ich
            bitte daher um Erstattung von {amount} für Krankengymnastik, [Schiene und Fahrten|Zuzahlungen und Hilfsmittel].
            Ein ärztliches Attest haben Sie bereits. Rechnungen: {n} Blatt.""",
        ),
        page(
            "customer",
            "health-form",
            "Leistungsantrag Krankenzusatzversicherung|Rückerstattungsgesuch",
            """
            Versicherte Person: {me}, geb. {birth}
            Vertragsnummer: {policy}
            Grund: [Krankheit|Unfall vom {date}|Vorsorge]

            {items_care}

            Leistung der Grundversicherung: [{small}|noch offen]
            Auszahlung an: {iban}
            Beilagen: [Originalrechnungen|Rezept, Quittungen]
            Datum {today}      Unterschrift {me}""",
        ),
        firm(
            "hospital",
            "cost-approval",
            "Kostenübernahme {me}|Patient {me}, geb. {birth}",
            """
            die oben genannte Patientin wurde am {date} stationär aufgenommen ([Oberschenkelhalsbruch|akute Gallenkolik]) und
            hat angegeben, bei Ihnen
            zusatzversichert zu sein. Wir bitten um Kostenübernahme für Wahlleistungen (Einbettzimmer, Chefarzt) in Höhe von
            voraussichtlich {big}.
            Bitte antworten Sie per Fax. Die Rechnung stellen wir nach Entlassung direkt an Sie, sofern Ihre Zusage
            vorliegt.""",
        ),
        customer(
            "rescue",
            "Rettungshubschrauber|Bergungskosten",
            """
            nach meinem Skiunfall vom {date} hat mir die Bergrettung {amount} in Rechnung gestellt, dazu kommen {big} für den
            Krankenrücktransport nach Hause. Die Kasse zahlt davon nichts. Ich bitte um Erstattung aus dem Reiseschutz. Der
            Entlassungsbrief und
            die Zahlungsbelege sind beigefügt. Die kaputten Ski melde ich nicht.""",
        ),
        customer(
            "short-bills",
            "Belege|Rechnung Physio",
            """
            anbei Physio- und Apothekenrechnungen, zusammen {amount}. Rezept hängt dran. Konto wie immer. Danke!""",
        ),
    ),
    "en": (
        customer(
            "consultant",
            "Medical receipts|Reimbursement of consultant fees|Health plan claim",
            """
            Please find attached receipts for [my visits to a consultant|my son's physiotherapy] between {past} and {date},
            totalling {amount}. My GP's
            referral is included.
            I believe my plan pays [half of outpatient costs|everything above the annual excess]. Kindly refund me to
            {iban}.""",
        ),
        customer(
            "holiday-ill",
            "Hospital bill abroad|Travel insurance medical claim|Taken ill on holiday",
            """
            My husband was admitted to hospital on the third day of our holiday with [pneumonia|a suspected heart attack]. He
            was there for {n} nights and we
            paid {big} before they would discharge him. Your assistance line arranged the flight home with a nurse.
            I now wish to be reimbursed for the hospital, the medicines and my extra hotel nights. All the invoices are
            attached.
            ? We will not claim for the holiday we missed.
            What else do you need from his doctor?""",
        ),
        customer(
            "teeth",
            "Dental claim|Broken tooth|Refund for dental treatment",
            """
            I broke a front tooth on {date} (a cherry stone, of all things) and had to have a crown fitted. The dentist's bill
            came to {amount}, which I have
            paid. Cover note says dental emergencies are included. Receipt and x-ray report attached, bank details as on
            file.""",
        ),
        customer(
            "short-receipts",
            "receipts|GP and pharmacy",
            """
            Photos of this month's receipts below. GP twice, blood tests, pharmacy. [Comes to {amount} I think.|Total
            {amount}.] Membership {policy}.
            Please pay into the usual account.""",
        ),
        page(
            "customer",
            "health-form",
            "Medical expenses claim form|Outpatient claim",
            """
            Member: {me}      Date of birth: {birth}
            Plan number: {policy}
            Patient: [member|spouse|child]
            Treatment because of: [illness|accident on {date}|pregnancy]
            Treating doctor: {doctor}

            {items_care}

            Paid by the public scheme: [{small}|nil]
            Pay to IBAN: {iban}

            I authorise my doctor to give the insurer any information it needs.
            {me}, {today}""",
        ),
        firm(
            "hospital",
            "guarantee",
            "Request for guarantee of payment|Patient: {me}",
            """
            The above patient, date of birth {birth}, was admitted to our care on {date} following [a fall from a ladder|acute
            abdominal pain] and tells us that
            you provide cover. Surgery is planned. We estimate the cost of the stay at {big}.
            Please confirm by return that you will meet these costs directly; otherwise we will have to ask the patient to
            settle on discharge.
            A short clinical summary is enclosed.""",
        ),
        customer(
            "maternity",
            "Maternity benefit|Optical and maternity receipts",
            """
            I enclose the invoices for my [maternity stay|varifocal glasses] together with the statement from the public scheme,
            which paid {small}. According to the table of benefits the plan should contribute towards the remaining {amount}.
            Could you transfer it to the account on file? My
            new doctor is {doctor}.""",
        ),
        customer(
            "accident-policy",
            "Personal accident: medical costs|Broken collarbone, receipts enclosed",
            """
            After my fall from the ladder on {past} I had an operation, then {n} weeks of physiotherapy. My accident policy
            {policy} says it refunds treatment costs that nobody else pays. That leaves {amount}; statements and receipts
            enclosed, along with my doctor's certificate. I'm not claiming lost wages.""",
        ),
    ),
    "lb": (
        customer(
            "receipts-lb",
            "Remboursement|Dokteschrechnungen|Fraisen",
            """
            hei sinn d'Rechnunge vum [Zänndokter|Kiné] an d'Deelzettele vun der Krankekeess. Et bleift nach {amount}, déi ech
            selwer bezuelt hunn. Kënnt Dir mer
            dat w.e.g. op mäi Kont {iban} iwwerweisen?""",
        ),
        customer(
            "vacation-lb",
            "Spidol an der Vakanz|Käschten am Ausland",
            """
            an der Vakanz gouf meng Fra krank a louch {n} Deeg am Spidol. Mir hunn do {big} misse bezuelen. D'Rechnungen an de
            Bericht vum Dokter sinn
            heibäi. Mir hu bei Iech eng Reesverséchegung a géifen d'Sue gär zréckkréien.""",
        ),
    ),
}
