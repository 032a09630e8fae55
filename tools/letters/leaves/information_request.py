"""Correspondence: a question about cover, a document to be sent, the state of a file."""

from tools.letters.grammar import customer, firm, insurer, page

SITUATIONS = {
    "fr": (
        customer(
            "certificate",
            "Attestation d'assurance|Demande d'attestation|Pour mon bailleur",
            """
            Mon propriétaire me demande une attestation d'assurance habitation pour l'année {nextyear}. Pourriez-vous me
            l'envoyer par courriel [à cette adresse|avant le {soon}] ? Le contrat porte le numéro {policy}.
            ? La prime est payée, si c'est ce qui bloque.""",
        ),
        customer(
            "cover-question",
            "Question sur ma couverture|Suis-je assuré ?|Renseignement",
            """
            [Nous partons cet été avec une caravane de location|Je compte louer ma maison à des vacanciers|Mon fils va étudier à
            {town2}] et je voudrais savoir si mon contrat {policy} nous couvre [en cas de vol ou de
            dégât des eaux|et avec quelle franchise].
            Faut-il une extension et combien coûterait-elle ? Rien n'est décidé, je me renseigne.""",
        ),
        customer(
            "state-of-file",
            "Où en est mon dossier ?|Suivi {claim}|Petite question",
            """
            Je me permets de prendre des nouvelles de mon dossier {claim}. L'expert est passé le {past} et m'a dit que son
            rapport vous serait remis sous quinzaine.
            Pouvez-vous m'indiquer [si vous l'avez reçu et quand je peux espérer un règlement|ce qui manque encore] ? Aucune
            urgence, c'est pour m'organiser avec le peintre.""",
        ),
        customer(
            "copy-contract",
            "Copie de mon contrat|Duplicata|Documents égarés",
            """
            En rangeant mes papiers, je ne retrouve ni mes conditions particulières ni [la carte verte|les conditions
            générales]. Auriez-vous l'amabilité de m'en adresser une copie ? Je souhaiterais aussi
            connaître la date d'échéance et le délai de préavis.""",
        ),
        firm(
            "lawyer",
            "lawyer-asks",
            "Demande de pièces|Votre assuré {person2}|Dossier {claim}",
            """
            Je suis le conseil de {me}, victime de l'accident du {past} impliquant votre assuré. Pourriez-vous me communiquer le
            numéro de dossier, le nom du gestionnaire et une copie du constat amiable ?
            ? Le rapport de l'expert judiciaire n'étant pas attendu avant l'automne, je n'ai pas de chiffres à vous soumettre \
            à ce stade.""",
        ),
        insurer(
            "insurer-asks",
            "Pièces manquantes|Informations complémentaires|Votre dossier {claim}",
            """
            Nous avons bien reçu votre envoi. Pour poursuivre l'étude de votre dossier, il nous manque [la copie du permis de
            conduire et la facture d'achat|le dépôt de plainte|une réponse aux questions ci-dessous] :
            =
            - Depuis quand êtes-vous propriétaire du bien ?
            - Existe-t-il une autre assurance ?
            - [Qui occupait les lieux au moment des faits ?|Le véhicule a-t-il été réparé ?]
            Merci de répondre pour le {soon}.""",
        ),
        firm(
            "broker",
            "bank-asks",
            "Confirmation de garantie|Demande de renseignements - client {me}",
            """
            Notre client {me} change de banque et l'organisme prêteur veut savoir si le bâtiment est assuré pour sa valeur de
            reconstruction. Pouvez-vous nous préciser le capital, les garanties acquises et l'existence
            d'une cession en faveur d'un tiers ? Une simple réponse par retour suffit.""",
        ),
        page(
            "customer",
            "info-form",
            "Demande d'information|Votre question",
            """
            Nom : {me}
            Êtes-vous client ? [oui, n° {customer}|pas encore]
            Sujet : [attestation pour l'école|assurer un drone|délai pour déclarer un sinistre|couverture d'un colocataire]
            Question : [Faut-il une garantie spéciale et quel en serait le prix ?|Pouvez-vous m'envoyer le document par \
            e-mail ?|Je voudrais comprendre comment fonctionne la franchise.]
            Réponse souhaitée par [téléphone, {phone}|courriel]
            {today}""",
        ),
        customer(
            "claims-history",
            "Relevé d'informations|Historique de sinistres",
            """
            Mon nouvel assureur me réclame un relevé de sinistres des cinq dernières années ainsi que mon degré bonus-malus.
            Pourriez-vous me les transmettre ? J'en aurais besoin pour le {soon}. Merci aussi de me préciser si la facture de
            {date} est bien soldée.""",
        ),
    ),
    "de": (
        customer(
            "certificate",
            "Bescheinigung|Bitte um Versicherungsbestätigung|Nachweis für Vermieter",
            """
            für [meinen Vermieter|die Zulassungsstelle|die Bank] brauche ich eine Bestätigung, dass die Versicherung {policy}
            besteht. Könnten Sie mir diese bitte [per E-Mail|bis {soon}] schicken?
            ? Der Beitrag ist bezahlt.""",
        ),
        customer(
            "cover-question",
            "Frage zum Versicherungsschutz|Bin ich versichert?|Anfrage",
            """
            wir überlegen, [eine Wallbox in der Garage einzubauen|unser Auto für drei Monate nach Spanien mitzunehmen|einen Hund
            aus dem Tierheim zu holen]. Ist das in meinem Vertrag {policy} mitversichert oder brauche ich
            dafür etwas Neues? Mich interessiert vor allem, was bei Diebstahl oder einem Schaden an Dritten gilt.""",
        ),
        customer(
            "state",
            "Stand der Bearbeitung|Rückfrage zu {claim}|Wie ist der Stand?",
            """
            ich wollte mich freundlich erkundigen, wie weit Sie mit meinem Schaden {claim} sind. Den Kostenvoranschlag habe ich
            am {past} nachgereicht. [Darf ich den Auftrag schon erteilen?|Wann kann ich mit einer Antwort
            rechnen?] Es eilt nicht sehr.""",
        ),
        customer(
            "tax",
            "Beitragsbescheinigung für das Finanzamt|Steuerbescheinigung {thisyear}",
            """
            bitte senden Sie mir für die Steuererklärung eine Übersicht der im letzten Jahr gezahlten Beiträge zu allen meinen
            Verträgen (Kundennummer {customer}). Die Rechnungen finde ich leider nicht mehr.""",
        ),
        firm(
            "lawyer",
            "lawyer-asks",
            "Anfrage in Sachen {me}|Bitte um Auskunft",
            """
            wir vertreten {me}. Bitte teilen Sie uns mit, ob zum Unfalltag {past} für das Fahrzeug {plate} Deckung bestand,
            unter welcher Nummer der Vorgang geführt wird und ob bereits ein Gutachten vorliegt. Akteneinsicht bei der
            Staatsanwaltschaft ist beantragt. Ansprüche beziffern wir später.""",
        ),
        insurer(
            "insurer-asks",
            "Rückfragen zu Ihrem Schaden|Bitte um Unterlagen",
            """
            vielen Dank für Ihre Meldung. Damit wir weiterarbeiten können, benötigen wir noch einige Angaben von Ihnen:
            =
            - [Wann wurde das Gerät gekauft?|Wer wohnt außer Ihnen im Haus?]
            - Liegt eine polizeiliche Anzeige vor?
            - [Gibt es Fotos?|Ist der Raum ständig bewohnt?]
            Schicken Sie uns die Antworten bis {soon} zurück, gern formlos.""",
        ),
        firm(
            "doctor",
            "doctor-asks",
            "Frage zur Kostenübernahme|Patientin {me}",
            """
            meine Patientin {me} fragt, ob ihre Zusatzversicherung bei Ihnen auch Osteopathie übernimmt und wie viele Sitzungen.
            Eine Behandlung hat noch nicht begonnen. Für eine kurze Auskunft wäre ich dankbar.""",
        ),
        page(
            "customer",
            "info-form",
            "Anfrage|Ihre Frage an uns",
            """
            Name: {me}
            Kunde: [ja, Nr. {customer}|nein]
            Thema: [Bestätigung für die Schule|Auslandsfahrt mit Mietwagen|Fristen im Schadenfall|Mitversicherung der \
            Lebensgefährtin]
            Frage: [Was ist gedeckt und bis zu welcher Summe?|Welche Unterlagen brauchen Sie dafür?|Könnten Sie mir ein \
            Exemplar der Bedingungen zusenden?]
            Antwort bitte per [Post|Mail an {mail}]
            {today}""",
        ),
        customer(
            "payout",
            "Wann kommt die Auszahlung?|Frage zu meiner Lebensversicherung",
            """
            meine Lebensversicherung {policy} läuft am {later} ab. Wie hoch wird die Auszahlung voraussichtlich sein, muss ich
            sie versteuern und welche Unterlagen benötigen Sie von mir? Gäbe es auch eine Rente? Ich möchte das nur vorab
            wissen.""",
        ),
    ),
    "en": (
        customer(
            "letter-of-cover",
            "Proof of insurance|Letter of indemnity|Confirmation of cover needed",
            """
            Could you please send me [a letter confirming that my home is insured, noting the bank's interest|my no claims bonus
            certificate|a copy of my certificate of motor insurance]? The bank's solicitor needs it by {soon}. Policy
            number {policy}.
            ? Nothing else has changed.""",
        ),
        customer(
            "am-i-covered",
            "Quick question|Query about cover|Am I covered?",
            """
            We are thinking of [getting a wood-burning stove|renting out our spare room|driving to France in August]. Would our
            policy {policy} still cover us, for theft and liability in particular, and would there be an
            additional charge? I'd like to know before we decide.""",
        ),
        customer(
            "progress",
            "Any news?|Update on claim {claim}|Checking in",
            """
            I am just checking in on my claim {claim}. The loss adjuster was here on {past} and was very helpful. Could you tell
            me whether his report has come in and [what happens next|roughly when payment might be made]? Thanks for your help
            so
            far.""",
        ),
        customer(
            "documents",
            "Copy of policy documents|Lost my paperwork|Duplicate please",
            """
            I have mislaid my policy booklet and schedule. Would you be able to email me a copy? I'd also like to know when the
            policy renews, how much notice is needed to cancel, and what my current excess is.""",
        ),
        firm(
            "lawyer",
            "solicitor-asks",
            "Request for information|Your insured {person2}|Our client {me}",
            """
            We act for {me}, who was a passenger in the vehicle {plate} on {past}. Please confirm whether you were the insurer
            on that date, the claim number and the person dealing. We also ask for a copy of any engineer's report you may hold.
            No proceedings have been issued. We await your reply before taking instructions.""",
        ),
        insurer(
            "insurer-asks",
            "We need some more information|Outstanding documents, {claim}",
            """
            Thank you for contacting us. Before we can go any further we would be grateful for the following:
            =
            - [proof of purchase|a copy of your driving licence]
            - the name of your doctor or Garda station
            - [photographs of the damage|details of any other insurance]
            Please reply by {soon}; you can do so by answering this message.""",
        ),
        firm(
            "broker",
            "quote-question",
            "Query re {me}|Indicative terms?",
            """
            Our client {me} is considering adding [a second premises|professional indemnity] later in the year. Could you
            indicate whether you would entertain this, what information you'd need and a ballpark premium? This is an enquiry
            only, please do not
            change anything on {policy}.""",
        ),
        page(
            "customer",
            "info-form",
            "Enquiry|General enquiry form",
            """
            Name: {me}
            Existing customer: [yes, {customer}|no]
            I would like to know: [how to obtain a certificate for my landlord|whether my e-bike is covered abroad|what \
            documents are needed for a claim under a funeral plan]
            Preferred reply: [email|phone {phone}]
            Date: {today}""",
        ),
        customer(
            "bill-query",
            "What does this charge mean?|Query about my invoice",
            """
            My invoice {invoice} shows an item called "levy" of {small} and another called "adjustment". I am happy to pay, I
            would simply like to understand what they are. Could you also confirm when the direct debit goes out? Thanks.""",
        ),
    ),
    "lb": (
        customer(
            "certificate-lb",
            "Certificat d'assurance|Attestatioun",
            """
            ech bräicht eng Attestatioun vu menger Haushaltsassurance {policy} fir mäi Proprietär. Kënnt Dir mer déi w.e.g. per
            Mail schécken? D'Primm ass bezuelt.""",
        ),
        customer(
            "question-lb",
            "Eng Fro|Sinn ech verséchert?",
            """
            ech hunn eng Fro zu mengem Kontrakt {policy}. Mir ginn de Summer mam Auto [an Italien|a Kroatien] an ech wéilt
            wëssen, ob mir do bei engem Accident oder Déifstall och verséchert sinn an
            ob ech nach eng gréng Kaart brauch.""",
        ),
    ),
}
