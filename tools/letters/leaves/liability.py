"""Claims: damage or injury that an insured person caused to someone else."""

from tools.letters.grammar import customer, firm, page

SITUATIONS = {
    "fr": (
        customer(
            "child-ball",
            "Vitre cassée chez le voisin|Responsabilité civile familiale|Mon fils",
            """
            [Mercredi après-midi|Le {date}], mon fils de {n} ans a cassé la baie vitrée de notre voisine, {person2}, avec un
            ballon. Elle nous a
            remis un devis de {amount} et attend bien sûr que nous payions.
            Je pense que cela relève de notre responsabilité civile familiale. [Pouvez-vous régler directement la voisine
            ?|Dois-je avancer l'argent ?]
            ? Nos relations sont bonnes et je souhaite qu'elles le restent.""",
        ),
        customer(
            "dog-bite",
            "Mon chien a mordu|Incident avec notre chien|RC chien",
            """
            Notre chien a mordu le facteur au mollet le {date}. L'homme a été soigné à {hospital} et sera en arrêt {n} jours.
            [Son employeur
            m'annonce qu'il réclamera le salaire versé.|Il me demande ses frais médicaux et son pantalon.]
            Le chien est vacciné et était attaché, la laisse a cédé. Je vous déclare donc ce sinistre et vous transmettrai tout
            ce que je recevrai
            de la victime. J'ai tout de suite reconnu les faits sans m'engager sur une somme.""",
        ),
        customer(
            "tenant-floor",
            "Dégâts chez mon propriétaire|État des lieux de sortie",
            """
            En quittant mon appartement, j'ai fait tomber l'armoire dans l'escalier : le carrelage est éclaté et la rampe
            tordue. Le bailleur, {agency},
            me réclame {amount} et menace de garder la garantie locative.
            Je vous prie de prendre position envers lui au titre de ma responsabilité de locataire. Son courrier et mes photos
            sont annexés.""",
        ),
        firm(
            "person",
            "victim",
            "Demande d'indemnisation|Votre assuré {person2}|Chute devant le commerce",
            """
            Le {date}, j'ai glissé sur le trottoir verglacé et non salé devant le magasin de votre assuré, {person2}. Résultat :
            [une cheville
            cassée|un poignet fracturé et des lunettes en miettes]. J'ai trois semaines d'arrêt et je ne peux pas conduire.
            Je tiens votre assuré pour responsable et vous demande de m'indemniser : frais de soins, perte de salaire, lunettes
            ({amount}).
            ? Un témoin, {person3}, a appelé l'ambulance.
            À défaut de réponse, je consulterai un avocat.""",
        ),
        firm(
            "company",
            "worker-damage",
            "Dégât causé à un client|RC entreprise|Chantier {street}",
            """
            Nos ouvriers ont percé une conduite de gaz chez notre client {person2} le {date}. L'immeuble a été évacué et le
            restaurant du rez-de-chaussée
            a perdu son service du soir. Le client et le restaurateur nous ont tous deux mis en cause, le second pour {big}.
            Merci d'instruire le dossier dans le cadre de notre police RC exploitation {policy} et de prendre en charge la
            défense de nos intérêts.""",
        ),
        page(
            "customer",
            "liability-form",
            "Déclaration de sinistre - responsabilité civile",
            """
            Contrat : {policy}          Preneur : {me}
            Date des faits : {date}     Lieu : {street}, {town}
            Auteur du dommage : [moi-même|mon enfant|mon chien|ma femme de ménage]

            Victime / lésé
            Nom : {person2}
            Adresse : {newaddress}
            Assureur du lésé : [{insurer2}|inconnu]

            Récit : [J'ai renversé du vin rouge sur le canapé clair lors d'une invitation|Mon enfant a rayé une voiture avec \
            son vélo|\
            En aidant à déménager, j'ai laissé tomber la télévision d'un ami]
            Dommage réclamé : {amount}
            Lésions corporelles : [non|oui, légères]
            Reconnaissez-vous votre responsabilité ? [oui|partiellement|non]""",
        ),
        customer(
            "bike-pedestrian",
            "J'ai renversé une personne à vélo|Accident à vélo",
            """
            En descendant une piste cyclable le {date}, j'ai renversé une dame âgée, Mme {surname3}, qui s'est cassé le col du
            fémur. Sa famille me demande de payer la clinique, {big} à ce jour, et parle d'avocat. J'ai une assurance
            responsabilité chez vous : que dois-je répondre ?
            Je n'ai rien signé.""",
        ),
        customer(
            "work-friend",
            "Dommage causé en rendant service|Télévision d'un ami",
            """
            En aidant un ami à déménager, j'ai lâché son téléviseur dans l'escalier ; il est irréparable et la rampe est abîmée.
            L'appareil valait {amount}, voici la facture. Il ne veut pas d'histoires mais compte sur mon assurance. Est-ce que
            ma RC paie dans un cas pareil ?""",
        ),
    ),
    "de": (
        customer(
            "glasses-friend",
            "Haftpflichtschaden|Brille kaputt|Missgeschick",
            """
            bei einem Besuch habe ich mich am {date} versehentlich auf die Brille meines Bekannten {person2} gesetzt. Der
            Optiker
            verlangt für den Ersatz {amount}. Die Rechnung lege ich bei.
            Mein Bekannter möchte den Betrag von mir ersetzt haben. [Bitte überweisen Sie direkt an ihn: {iban}.|Übernimmt das
            meine
            Privathaftpflicht?]""",
        ),
        customer(
            "cyclist",
            "Radunfall|Habe mit dem Rad ein Auto beschädigt|Fußgängerin verletzt",
            """
            ich bin am {date} mit dem Fahrrad [gegen ein parkendes Auto gestoßen|mit einer Fußgängerin zusammengestoßen]. Die
            Geschädigte, {person2},
            hat mir heute einen Kostenvoranschlag über {amount} geschickt [und verlangt zusätzlich Schmerzensgeld|].
            Ich bitte Sie, den Fall über meine Privathaftpflicht (Nr. {policy}) zu übernehmen und der Dame zu antworten.
            Anerkannt habe ich nichts.""",
        ),
        customer(
            "horse",
            "Pferd ausgebrochen|Tierhalterhaftpflicht|Schaden durch mein Pferd",
            """
            unser Pferd ist am {date} von der Koppel ausgebrochen und auf die Straße gelaufen. Ein Autofahrer, {person2}, musste
            ausweichen
            und landete im Graben. Er ist [unverletzt|leicht verletzt], sein Wagen ({car}) wohl ein Totalschaden.
            Die Polizei war da. Sein Anwalt hat sich bereits gemeldet und fordert {big}. Bitte übernehmen Sie die weitere
            Korrespondenz.""",
        ),
        firm(
            "person",
            "injured",
            "Ihr Versicherungsnehmer {person2}|Forderung aus Unfall|Schadenersatz",
            """
            Ihr Versicherungsnehmer {person2} hat am {date} beim Baumfällen meinen Zaun und das Dach meines Schuppens zerstört.
            Er hat mir Ihre
            Anschrift gegeben und mir gesagt, seine Haftpflicht komme dafür auf.
            Ich mache {amount} geltend, laut beiliegendem Angebot von {craftsman}. [Außerdem fielen zwei Tage Arbeit an.|Bitte
            antworten Sie bis
            {soon}.]""",
        ),
        firm(
            "company",
            "business",
            "Betriebshaftpflicht: Schaden beim Kunden|Schadenmeldung {policy}",
            """
            beim Einbau einer Heizung hat unser Monteur am {date} bei unserem Kunden {person2} [das Parkett verbrannt|eine
            Wasserleitung angebohrt].
            Der Kunde fordert {big} und hält unsere Rechnung zurück.
            Wir melden den Vorgang zur Betriebshaftpflicht. Das Schreiben des Kunden, Bilder und der Montagebericht liegen bei.
            Bitte
            prüfen Sie, ob die Forderung der Höhe nach berechtigt ist, und wehren Sie sie andernfalls ab.""",
        ),
        page(
            "customer",
            "liability-form",
            "Schadenanzeige Haftpflicht|Haftpflicht-Schadenmeldung",
            """
            VN: {me}
            Police: {policy}
            Schadentag: {date}   Uhrzeit: {time}

            Wer hat den Schaden verursacht?
            [ich|Tochter, {n} Jahre|unser Hund|Haushaltshilfe]
            Geschädigte Person: {person2}, {newaddress}
            Verwandtschaft: [keine|Nachbar|Arbeitskollege]

            Was ist passiert?
            [Beim Umzug Fernseher fallen gelassen|Fußball durch Kellerfenster|Mietwohnung: Waschbecken \
            zerbrochen|Einkaufswagen gegen fremdes Auto]
            Höhe der Forderung: {amount}
            Personenschaden: [nein|Prellung]

            Unterschrift {me}, {today}""",
        ),
        customer(
            "flood-neighbour",
            "Wasserschaden beim Nachbarn verursacht|Ich habe einen Schaden angerichtet",
            """
            durch meine Unachtsamkeit ist die Badewanne übergelaufen, und bei {person2} unter mir ist die Decke
            heruntergekommen. In meiner Wohnung ist alles trocken. Seine Rechnung vom Maler über {amount} schickte er mir heute
            mit der Bitte um Zahlung. Bitte treten Sie als
            meine Haftpflichtversicherung ein.""",
        ),
        customer(
            "key-lost",
            "Schlüssel verloren|Schließanlage",
            """
            ich habe den Generalschlüssel meines Arbeitgebers verloren, vermutlich am {date} in der Bahn. Nun soll die
            Schließanlage im ganzen Haus getauscht werden, und mein Chef will {big} von mir. Schlüsselverlust steht in meiner
            Privathaftpflicht drin. Bitte sagen Sie mir, was ich ihm antworten soll.""",
        ),
    ),
    "en": (
        customer(
            "golf",
            "Third party damage|Golf ball incident|Personal liability",
            """
            I sliced a shot on {date} and the ball went over the fence and through the windscreen of a parked car belonging to
            {person2}. She has
            sent me a bill for {amount}. [My home policy mentions personal liability, does this fall under it?|I would like my
            insurance to
            deal with her directly.]
            ? I gave her my details but did not discuss money.""",
        ),
        customer(
            "visitor-fall",
            "Visitor fell on our steps|Possible injury claim|Accident at my house",
            """
            A delivery driver, {person2}, slipped on our front steps on {date} and hurt his back. He was taken to {hospital}.
            Today I got a letter from
            his solicitor, {lawyer}, alleging that the steps were unsafe and seeking compensation.
            I enclose the letter unanswered, as your booklet says to do. Please handle this under my household policy and tell
            me what to say if they ring.""",
        ),
        customer(
            "child-scooter",
            "Daughter scratched neighbour's car|Accidental damage by my child",
            """
            My {n}-year-old daughter ran her scooter along the side of a neighbour's new car on {date}. The neighbour
            ({person2}) is being decent about it but
            the body shop wants {amount} for the respray. Estimate attached.
            We have family liability with you under {policy}. Could you arrange payment to the neighbour?""",
        ),
        firm(
            "person",
            "pedestrian",
            "Injury caused by your insured|Claim against {company}|Fall in supermarket",
            """
            On {date} I slipped on a wet floor in the premises of your policyholder, {company}. There was no warning sign. I
            broke my wrist and have been
            unable to work since.
            I hold your insured responsible and I am claiming for my treatment, {n} weeks' wages and [the pain I am still in|my
            damaged glasses], to date
            {big}. They told me that you are their public liability insurer.
            ? I would prefer to settle this without going to court.""",
        ),
        firm(
            "company",
            "contractor",
            "Public liability notification|Incident on site, {street}",
            """
            We wish to notify an incident under our public liability policy {policy}. On {date} scaffolding erected by our crew
            fell onto the neighbouring
            property, damaging a conservatory and [a parked car|garden furniture]. Nobody was hurt.
            The neighbour, {person2}, has put us on notice of a claim of about {big}. Her letter and our site diary are
            attached. Please confirm cover and
            appoint somebody to deal with her.""",
        ),
        page(
            "customer",
            "liability-form",
            "Third party liability claim form|Personal liability: incident report",
            """
            Policyholder: {me}     Policy: {policy}
            Date of incident: {date}
            Location: {street}, {town}
            Who caused it? [myself|my son|my dog]
            Person affected: {person2}, {newaddress}
            What was damaged or who was hurt? [Dog knocked over an elderly walker, bruised hip|Spilled paint on a neighbour's \
            driveway|\
            Broke a vase in a shop]
            Sum demanded: {amount}
            Have you admitted fault? [No|Yes, verbally]
            Letters received: [none|one, enclosed]
            Signed: {me}, {today}""",
        ),
        customer(
            "burst-hose-below",
            "Damage to flat below mine|Neighbour claiming from me",
            """
            My washing machine hose came off and although nothing of mine was harmed, the flat below was soaked. The owner,
            {person2}, is holding me responsible and has sent an invoice for {amount} for redecoration. Please pass this to
            whoever deals with claims against your
            policyholders. I would be glad if you wrote to him directly.""",
        ),
        firm(
            "lawyer",
            "letter-of-claim",
            "Letter of claim: {me} v {person2}|Our client's injuries",
            """
            We are instructed by {me}, who was knocked down by a runaway bull belonging to your insured, {person2}, at the mart
            on {past}. Our client broke two ribs and cannot milk. We hold your insured liable and invite you to admit liability
            and compensate our client for injury, hired help ({amount}) and
            vouched expenses. Medical report to follow.""",
        ),
    ),
    "lb": (
        customer(
            "kid-lb",
            "Eist Kand huet eppes futti gemaach|Responsabilité civile",
            """
            eise Jong huet de {date} beim Spillen dem Noper, {person2}, d'Fënster vum Wantergaart zerklappt. De Noper huet eis
            en Devis vun {amount} ginn.
            Mir hunn eng Familljehaftpflicht bei Iech. Kënnt Dir dem Noper de Schued direkt bezuelen?""",
        ),
        customer(
            "dog-lb",
            "Eisen Hond|Schued un engem Drëtten",
            """
            eisen Hond huet de {date} um Trottoir eng Fra gebass, d'Madame {surname3}. Si war beim Dokter a wëllt elo hir
            Käschten an hir Box rembourséiert
            kréien, ongeféier {amount}. Ech mellen Iech dat, well mir dofir jo verséchert sinn.""",
        ),
    ),
}
