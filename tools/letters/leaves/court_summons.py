"""Legal: a party is sued or called before a court."""

from tools.letters.grammar import firm, page

SITUATIONS = {
    "fr": (
        page(
            "court",
            "assignation",
            "Assignation|Exploit d'ajournement|Assignation devant le tribunal",
            """
            L'an {thisyear}, le {today}, à la requête de {me}, demeurant à {address}, ayant pour avocat {lawyer},
            je soussigné(e), huissier de justice à {town}, ai donné assignation à :
            {insurer}, prise en la personne de son représentant légal,
            à comparaître le {soon} à {time} devant {court}.
            EN FAIT. Le {past}, [le véhicule assuré a percuté celui du requérant|une canalisation a inondé l'appartement du \
            requérant|le requérant a été victime d'un cambriolage]. L'expert a chiffré les dommages à {big}. La partie \
            assignée refuse de les régler.
            ? EN DROIT. Attendu que la garantie est acquise aux termes de l'article {n} des conditions générales.
            PAR CES MOTIFS, s'entendre condamner à payer la somme de {big}, outre les intérêts légaux, une indemnité de \
            procédure de {amount} et les frais.""",
        ),
        page(
            "court",
            "convocation",
            "Convocation|Citation à comparaître|Avis d'audience",
            """
            Affaire : {me} c/ {insurer}
            N° du rôle : {file}

            Vous êtes invité(e) à vous présenter à l'audience publique du {soon}, à {time}, salle {n}, pour [y être entendu \
            en qualité de partie défenderesse|voir statuer sur les demandes exposées dans la requête annexée].
            Objet de la demande : paiement de {amount} à titre [d'indemnité d'assurance|de réparation du préjudice|de prime \
            impayée].
            ? Vous pouvez vous faire représenter par un avocat. Si vous ne comparaissez pas, un jugement pourra être rendu \
            contre vous par défaut.
            Le greffier""",
        ),
        firm(
            "lawyer",
            "served",
            "Assignation signifiée|Audience du {soon} - {me}|Acte à transmettre à votre service juridique",
            """
            Je vous transmets l'assignation signifiée à votre assuré {me} à la requête de {person2}, devant {court}, pour
            l'audience du {soon}.
            Le demandeur réclame {big} [pour les blessures subies lors de l'accident du {past}|au titre des malfaçons et du
            trouble de jouissance]. Constitution d'avocat nécessaire sous quinzaine.
            ? Un arrangement a été proposé puis refusé.""",
        ),
        page(
            "lawyer",
            "reply-claim",
            "Requête introductive|Citation directe|Conclusions introductives d'instance",
            """
            À Madame le Juge de paix de {town}
            Pour : {me}, demandeur
            Contre : 1) {person2} ; 2) {insurer}, défendeurs

            Le demandeur expose que le {past} son [vélo a été renversé|commerce a été incendié par le voisin]. Un certificat \
            médical et un devis sont versés aux débats.
            Il demande de fixer l'affaire à l'audience du {soon}, de déclarer les défendeurs responsables et de les condamner \
            solidairement à {big}.
            ? Subsidiairement, de nommer un expert judiciaire.
            Sous toutes réserves, {lawyer}""",
        ),
        page(
            "court",
            "witness",
            "Citation de témoin|Mandat de comparution|Convocation devant le tribunal de police",
            """
            Dans la cause pénale et civile contre {person2}, prévenu de [coups et blessures involontaires|délit de fuite], la \
            compagnie {insurer} étant appelée comme partie civilement responsable,
            {me} est cité(e) à comparaître le {soon} à {time} au palais de justice de {town}.
            Les parties civiles réclament ensemble {big}. Munissez-vous de la présente et d'une pièce d'identité.""",
        ),
        page(
            "court",
            "referee",
            "Assignation en référé|Requête en injonction de payer",
            """
            Nous, Président du {court},
            Vu la requête présentée par {lawyer} pour {me},
            [fixons l'affaire à l'audience de référé du {soon} à {time}|ordonnons à {insurer} de payer {amount} ou de former \
            contredit dans les quinze jours].
            Il est demandé [la désignation d'un expert chargé de décrire les fissures|une provision de {big} à valoir sur le \
            préjudice corporel].
            Signification faite à la partie défenderesse le {today} par exploit d'huissier. Coût : {small}""",
        ),
        page(
            "court",
            "small-claim",
            "Avis de fixation|Notification d'une requête",
            """
            Rôle {file}
            Le greffe porte à la connaissance de {insurer} que {me} a déposé une requête tendant au paiement de {amount}, \
            motif pris [d'un remboursement de soins refusé|d'une résiliation jugée abusive].
            La cause sera plaidée à l'audience du {soon} à {time}.
            Conclusions et pièces à déposer au plus tard huit jours avant.
            Défaut : le jugement sera réputé contradictoire.""",
        ),
    ),
    "de": (
        page(
            "lawyer",
            "suit",
            "Klage|Klageschrift|Klage wegen Forderung",
            """
            An das [Amtsgericht|Landgericht] {town}
            In Sachen {me}, Kläger, Prozessbevollmächtigte: {lawyer}
            gegen {insurer}, Beklagte
            wegen Leistung aus [Hausratversicherung|Kaskoversicherung|Unfallversicherung]. Vorläufiger Streitwert: {big}

            Namens des Klägers erheben wir Klage und beantragen, die Beklagte zu verurteilen, {big} nebst Zinsen von fünf \
            Prozentpunkten über dem Basiszinssatz zu zahlen und die Kosten zu tragen.
            Begründung: Am {past} kam es zu einem [Einbruch|Wasserrohrbruch|Verkehrsunfall]. Der Sachverständige bezifferte \
            den Schaden. Die Beklagte lehnte mit Schreiben vom {date} ab.
            ? Beweis: Gutachten, Zeugnis der {person2}, Rechnung vom {past}.""",
        ),
        page(
            "court",
            "hearing",
            "Ladung|Ladung zum Termin|Terminsladung",
            """
            Geschäftszeichen: {file}
            In dem Rechtsstreit {me} gegen {insurer}
            werden Sie zur [mündlichen Verhandlung|Güteverhandlung und Beweisaufnahme] geladen auf

            {soon}, {time} Uhr, Sitzungssaal {n}

            ? Das persönliche Erscheinen der Parteien ist angeordnet. Ein Vergleich soll erörtert werden.
            Gegen eine nicht erschienene Partei kann Versäumnisurteil ergehen.
            Auf richterliche Anordnung, die Geschäftsstelle""",
        ),
        page(
            "court",
            "service",
            "Zustellung einer Klage|Aufforderung zur Klageerwiderung|Verfügung",
            """
            Az. {file}
            Sehr geehrte Damen und Herren,
            anliegend wird Ihnen die Klage der {me} vom {date} zugestellt. Es wird das schriftliche Vorverfahren angeordnet. \
            Wollen Sie sich verteidigen, müssen Sie dies binnen einer Notfrist von zwei Wochen durch einen Rechtsanwalt \
            anzeigen.
            Verlangt werden {big} [wegen einer fehlerhaften Reparatur|Schmerzensgeld und Verdienstausfall|rückständige Prämien].
            ? Zu erwidern ist bis {soon}.""",
        ),
        page(
            "court",
            "conciliation",
            "Vorladung zur Schlichtungsverhandlung|Schlichtungsgesuch|Mahnbescheid",
            """
            [Schlichtungsbehörde {town}|Friedensrichteramt {town}]
            Klagende Partei: {me}, vertreten durch {lawyer}
            Beklagte Partei: {insurer}
            Rechtsbegehren: Die Beklagte sei zu verpflichten, {amount} nebst Zins zu 5 % seit {past} zu bezahlen.
            Verhandlung: {soon}, {time} Uhr
            Sachverhalt: [Mietauto beschädigt, Leistung verweigert|Sturz auf vereister Treppe des Versicherten]
            Bei Säumnis der beklagten Partei kann die Klagebewilligung erteilt werden.""",
        ),
        firm(
            "lawyer",
            "served",
            "Klage zugestellt: {me}|Eilt: Notfrist|Rechtsstreit {file}",
            """
            unserem Mandanten {me}, bei Ihnen haftpflichtversichert, ist heute die beigefügte Klage des {person2} zugestellt
            worden. Er soll {big} zahlen, weil sein Hund den Kläger gebissen haben soll. Frühe erste Verhandlung ist am
            {soon} um {time} Uhr vor dem {court}. Bitte bestätigen Sie die Verteidigungsübernahme; die Frist läuft.""",
        ),
        page(
            "court",
            "witness",
            "Zeugenladung|Ladung als Zeuge",
            """
            {me} ist im Verfahren {person2} gegen {insurer}, Az. {file}, als Zeugin oder Zeuge zu vernehmen.
            Termin: {soon}, {time} Uhr, Saal {n}, {court}
            Thema: [Hergang des Unfalls vom {past}|Zustand der Treppe|Wert der gestohlenen Münzen]
            Bringen Sie diese Ladung und einen Ausweis mit. Bei unentschuldigtem Ausbleiben droht ein Ordnungsgeld.
            ? Auslagen werden auf Antrag erstattet.""",
        ),
        page(
            "court",
            "order",
            "Einstweilige Verfügung|Beweissicherung: Ladung der Beteiligten",
            """
            {court}, Az. {file}
            Antragstellerin: {me}
            Antragsgegner: {person2}, Streithelferin: {insurer}
            Auf Antrag vom {date} wird ein selbständiges Beweisverfahren zu [Feuchteschäden|Rissen am Nachbarhaus] angeordnet.
            Anhörungstermin: {soon}, {time} Uhr. Die Beteiligten werden hierzu geladen. Gegenstandswert {big}.""",
        ),
    ),
    "en": (
        page(
            "court",
            "civil-bill",
            "Civil Bill|Claim Notice|Personal Injuries Summons",
            """
            BETWEEN {me}, Plaintiff
            and {person2} and {insurer}, Defendants

            You are hereby required within {days} days of service to enter an appearance, in person or by solicitor.
            The Plaintiff's claim is for damages for [personal injuries sustained on {past} when the Defendant's vehicle \
            collided with his|loss caused by water escaping from the Defendant's premises].
            Particulars of special damage: medical expenses {amount}, vehicle repairs {amount2}, loss of earnings {big}.
            ? Particulars of negligence: driving too fast; failing to keep a proper lookout.
            AND TAKE NOTICE that in default judgment may be given against you.
            Return date: {soon}. Dated {today}. {lawyer}, for the Plaintiff.""",
        ),
        page(
            "court",
            "hearing",
            "Notice of hearing|Summons to appear|Hearing date",
            """
            Record no. {file}
            {me} v. {insurer}
            You are summoned to attend before the court sitting at {town} on {soon} at {time}, Courtroom {n}, when the above \
            [action|application] will be heard.
            Sum claimed: {big}
            ? Bring with you all documents on which you rely, including the engineer's report.
            If you do not attend, the court may make an order in your absence.
            Office of the Registrar""",
        ),
        firm(
            "lawyer",
            "served",
            "Proceedings served on your insured|Summons: {me}|Urgent - appearance due",
            """
            We enclose a summons which was served on our client {me}, your policyholder, yesterday. The plaintiff, {person2},
            alleges that she fell on his premises on {past} and sues for {big} before {court}.
            An appearance must be entered by {soon}. Please confirm urgently that you will nominate solicitors to defend. The
            earlier settlement talks came to nothing.""",
        ),
        page(
            "lawyer",
            "statement-of-claim",
            "Statement of Claim|Particulars of Claim",
            """
            1. The Plaintiff is a [shopkeeper|teacher] residing at {address}.
            2. The Defendant is an insurance undertaking and issued policy {policy}.
            3. On {past} the insured premises were damaged by [fire|a burst main]. The loss adjuster valued the loss at {big}.
            4. Wrongfully and in breach of contract the Defendant has refused to indemnify the Plaintiff.
            ? 5. The Plaintiff repeats the exclusion clause relied upon and denies that it applies.
            The Plaintiff claims: {big}; interest pursuant to statute; costs.
            To be mentioned before {court} on {soon}.""",
        ),
        page(
            "court",
            "small-claims",
            "Small claims: notice to respondent|Witness summons|District court summons",
            """
            Claimant: {me}
            Respondent: {insurer}
            Amount: {small}
            Claim number: {file}
            The claimant says that [you failed to refund premium after cancellation|her phone was stolen and you would not pay].
            If you dispute this you must return the attached notice within 15 days; the matter will then be listed on {soon} \
            at {time}.
            Issued at {town}, {today}.""",
        ),
        firm(
            "lawyer",
            "threat-issued",
            "Proceedings have issued: {me} v your insured|Service of summons",
            """
            We refer to previous correspondence and your refusal to make an offer. By way of service we enclose a copy of the
            Personal Injuries Summons issued on {date} out of {court}, record no. {file}, claiming {big} and costs. Kindly let
            us have an appearance within {days} days, failing which we
            shall move for judgment. The first return date is {soon}.""",
        ),
    ),
    "lb": (
        firm(
            "person",
            "summons-lb",
            "Virluedung virun d'Geriicht|Citatioun",
            """
            ech hunn haut eng Citatioun virun de Friddensriichter zu {town} kritt. D'Affär gëtt den {soon} um {time} Auer
            opgeruff. De {person2} huet mech ageklot a wëll {big} fir säin Accident. Heibäi ass de ganzen Akt, iwwerhuelt Dir
            mäin
            Affekot? D'Frist leeft.""",
        ),
    ),
}
