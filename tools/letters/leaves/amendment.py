"""Policies: an endorsement that changes a running contract, or the request for one."""

from tools.letters.grammar import customer, firm, insurer, page

SITUATIONS = {
    "fr": (
        insurer(
            "vehicle",
            "Avenant à votre contrat {policy}|Changement de véhicule|Modification de contrat",
            """
            À votre demande, nous avons modifié votre contrat automobile avec effet au {soon}.
            =
            Véhicule sortant : {car}, {plate}
            Véhicule entrant : {car2}, {plate2}, valeur {big}
            Franchise casco : {deductible} [(inchangée)|au lieu de {deductible2}]
            Nouvelle prime annuelle : {premium}
            Toutes les autres dispositions restent en vigueur. Merci de signer et de nous renvoyer un exemplaire du présent \
            avenant.
            ? La différence de prime de {small} sera portée sur votre prochaine échéance.""",
        ),
        page(
            "insurer",
            "capital",
            "Avenant n° {n}|Avenant d'augmentation de capital",
            """
            Police : {policy}
            Preneur : {me}
            Date d'effet de l'avenant : {soon}

            Il est convenu entre les parties ce qui suit.
            Le capital assuré pour [le contenu|le bâtiment|les panneaux photovoltaïques] est porté de {sum} à {sum2}, à la \
            suite de
            [la construction d'une véranda|l'estimation du {date}|travaux de rénovation].
            ? La clause d'abandon de la règle proportionnelle est ajoutée.
            La prime annuelle passe de {premium} à {premium2}, taxes comprises.
            Le reste du contrat n'est pas modifié ; les articles non visés conservent leur plein effet.

            Fait en double à {town}, le {today}
            Le preneur        Pour la compagnie""",
        ),
        customer(
            "add-driver",
            "Ajouter un conducteur|Jeune conducteur sur mon contrat|Modification du contrat auto",
            """
            Ma fille [vient d'obtenir son permis|aura son permis le {soon}] et conduira régulièrement notre {car} ({plate}).
            Merci de l'inscrire comme conductrice
            sur le contrat {policy} à partir de cette date : {first} {surname}, née le {birth}.
            ? Je sais que la prime va augmenter, envoyez-moi simplement l'avenant.
            Pour le reste, rien ne change.""",
        ),
        customer(
            "solar",
            "Panneaux solaires|Extension de garantie|Piscine et panneaux : contrat habitation",
            """
            Nous avons fait installer [des panneaux photovoltaïques|une pompe à chaleur et une borne de recharge] pour {big}. Je
            vous demande de les inclure dans
            notre assurance habitation {policy}, contre la grêle et le vol également, dès la mise en service le {soon}.
            La facture de l'installateur est jointe. Profitez-en pour relever le capital du contenu à {sum}.""",
        ),
        firm(
            "broker",
            "broker-change",
            "Demande d'avenant - client {me}|Contrat {policy} : merci d'adapter",
            """
            Pour notre client {me}, merci d'établir un avenant au contrat {policy} avec effet immédiat :
            =
            - [passage de la casco complète à la mini-casco|suppression de la garantie vol]
            - franchise ramenée à {deductible}
            - [paiement semestriel|créancier : {bank}]
            Le client a un sinistre en cours ({claim}), qui ne doit pas être affecté. Attestation provisoire souhaitée par \
            retour de mail.""",
        ),
        insurer(
            "new-risk",
            "Votre contrat évolue|Nouvelle garantie|Confirmation de modification",
            """
            Nous confirmons l'ajout de [la garantie protection juridique|votre cave à vin|l'activité de chambre d'hôtes] à la
            police {policy}, à compter du {soon}.
            La somme assurée pour ce risque s'élève à {sum}, avec une franchise de {deductible}. Cet ajout entraîne un
            supplément annuel de {small}.
            Conservez cette lettre avec vos conditions particulières, qu'elle complète.""",
        ),
        customer(
            "franchise",
            "Modifier ma franchise|Changement de formule",
            """
            Je souhaite passer de la formule [confort à la formule de base|mini-casco à la casco complète] et fixer la franchise
            à {deductible} à partir du {soon}. Le véhicule reste le même ({plate}). Merci de m'envoyer l'avenant à signer et la
            nouvelle prime. Je garde évidemment le contrat
            {policy} chez vous.""",
        ),
        insurer(
            "delete-driver",
            "Avenant : suppression d'un conducteur|Votre demande du {date}",
            """
            Nous avons pris note que votre fils ne conduit plus la {car}. Son nom est retiré du contrat {policy} à dater du
            {soon}, ce qui ramène la prime annuelle de {premium} à {premium2}. La franchise « jeune conducteur » disparaît. Le
            présent avenant annule et remplace celui du {past} ; veuillez en signer un
            exemplaire.""",
        ),
    ),
    "de": (
        page(
            "insurer",
            "supplement",
            "Nachtrag Nr. {n}|Nachtrag zum Versicherungsschein|Vertragsänderung",
            """
            zum Vertrag {policy}
            Versicherungsnehmer: {me}
            gültig ab {soon}

            Grund der Änderung: [Fahrzeugwechsel|Umzug des versicherten Hausrats in eine größere Wohnung|Erhöhung der \
            Versicherungssumme|Einschluss Elementarschäden]

            bisher: [{car}, {plate}|{sum}|Wohnfläche {m2} m²]
            neu: [{car2}, {plate2}|{sum2}|Wohnfläche 128 m²]
            Selbstbeteiligung: {deductible}

            Beitrag bisher: {premium}
            Beitrag neu: {premium2}

            Alle übrigen Vereinbarungen bleiben unverändert bestehen. Dieser Nachtrag ist Bestandteil Ihres \
            Versicherungsscheins.
            {town}, {today}""",
        ),
        customer(
            "new-car",
            "Neues Auto|Fahrzeugwechsel|Bitte Vertrag {policy} umstellen",
            """
            ich habe [ein neues Auto gekauft|meinen alten {car} verkauft]. Bitte stellen Sie den Vertrag {policy} zum {soon} auf
            das neue Fahrzeug um:
            =
            {car2}, Kennzeichen {plate2}
            Fahrgestellnummer {vin}
            Vollkasko mit {deductible} Selbstbeteiligung
            Die Versicherungsbestätigung für die Zulassungsstelle brauche ich [bis {soon2}|möglichst bald].
            ? Der alte Wagen wird abgemeldet, die zu viel gezahlte Prämie verrechnen Sie bitte.""",
        ),
        customer(
            "raise-sum",
            "Versicherungssumme erhöhen|Hausrat anpassen|Änderung meiner Versicherung",
            """
            durch [eine Erbschaft|den Kauf von Möbeln und Kunst] ist unser Hausrat deutlich mehr wert als bei Abschluss. Bitte
            erhöhen Sie die Versicherungssumme
            von {sum} auf {sum2} und nehmen Sie [die Fahrräder|das Klavier] ausdrücklich auf.
            Schicken Sie mir den Nachtrag mit dem neuen Beitrag zur Unterschrift. Unterversicherung möchte ich auf jeden Fall
            vermeiden.""",
        ),
        insurer(
            "partner-added",
            "Änderung Ihres Vertrags {policy}|Nachtrag|Ihre Vertragsanpassung",
            """
            wie gewünscht haben wir [Ihre Partnerin {person2}|Ihren Hund|das Ferienhaus in {town2}] ab dem {soon} in Ihre
            [Privathaftpflicht|Hausratversicherung]
            aufgenommen. Der Jahresbeitrag beträgt nun {premium} statt {premium2}.
            Die Selbstbeteiligung von {deductible} gilt auch für das neue Risiko. Bitte heften Sie diesen Nachtrag zu Ihrem
            Versicherungsschein.
            ? Schäden aus der Zeit vor diesem Datum sind nicht mitversichert.""",
        ),
        firm(
            "broker",
            "broker-change",
            "Vertragsänderung {me}|Police {policy}, bitte Nachtrag",
            """
            unser gemeinsamer Kunde {me} hat [seine Werkstatt um eine Lackierkabine erweitert|zwei Mitarbeiter eingestellt|sein
            Dachgeschoss ausgebaut]. Wir bitten um
            Anpassung der Police {policy} per {soon}: neue Summe {sum}, Selbstbehalt {deductible}.
            Den Nachtrag senden Sie bitte an uns. [Die letzte Rechnung ist bereits bezahlt.|Der Kunde erwägt sonst einen
            Wechsel.]""",
        ),
        customer(
            "season",
            "Saisonkennzeichen|Teilkasko statt Vollkasko|Tarif umstellen",
            """
            bitte ändern Sie für meinen {car} ab {soon} die Kasko von Voll- auf Teilkasko mit {deductible} SB und tragen Sie
            [nur noch mich als Fahrer|9.000 km im Jahr]
            ein. Die Haftpflicht soll so bleiben. Was kostet es dann?""",
        ),
        page(
            "customer",
            "change-form",
            "Änderungsantrag|Antrag auf Vertragsänderung",
            """
            Vertrag {policy}, {me}
            Ich beantrage ab {soon}:
            [( ) anderes Fahrzeug  (x) weiterer Fahrer: {person2}|(x) anderes Fahrzeug: {car2}, {plate2}|(x) höhere \
            Versicherungssumme: {sum}]
            [Selbstbeteiligung neu {deductible}|Einschluss Glas|Einschluss Fahrräder bis {amount}]
            Vorschäden in den letzten fünf Jahren: [keine|einer, Hagel]
            Zahlungsweise unverändert
            {today}, {me}""",
        ),
        customer(
            "move-contents",
            "Hausratversicherung nach Umzug anpassen|Größere Wohnung",
            """
            wir ziehen am {soon} in eine Wohnung mit {m2} m². Bitte passen Sie die Hausratversicherung {policy} an: neue Fläche,
            neue Summe {sum}, Glas zusätzlich. Während des Umzugs sollen beide Wohnungen versichert sein. Ich bitte um einen
            Nachtrag mit der geänderten Prämie.""",
        ),
    ),
    "en": (
        page(
            "insurer",
            "endorsement",
            "Endorsement no. {n}|Policy endorsement|Mid-term adjustment",
            """
            Attaching to policy: {policy}
            Insured: {me}
            Effective date of change: {soon}

            It is hereby agreed that with effect from the above date
            [the vehicle insured is changed from {car} ({plate}) to {car2} ({plate2})|the sum insured on buildings is \
            increased from {sum} to {sum2}|\
            the insured premises are extended to include the unit at {newaddress}].
            ? The excess is amended to {deductible}.
            Additional premium: {small}      New annual premium: {premium}

            All other terms, conditions and exceptions remain unaltered.
            Signed {clerk}, {today}""",
        ),
        customer(
            "add-spouse",
            "Adding a driver|Please add my wife to the policy|Change of car",
            """
            Could you please add [my husband|my daughter] {first} {surname} (born {birth}, licence since {year}) to my motor
            policy {policy} from {soon}? [She|He] will be
            driving the {car} two or three days a week.
            ? I had a small bump last year which you already know about; no other claims.
            Send me the revised documents and let me know the extra premium, I will pay it by card.""",
        ),
        customer(
            "renovation",
            "Extension to house|Increase in sums insured|Update my home policy",
            """
            We have just finished [a kitchen extension|converting the attic] and our architect reckons it would cost {sum} to
            rebuild the house now. Please
            increase the buildings figure accordingly and add accidental damage from {soon}.
            We also bought [a ring valued at {big}|two e-bikes], which we would like named on the policy. Valuation
            attached.""",
        ),
        insurer(
            "confirm-change",
            "Change to your policy|We have updated your policy {policy}|Amendment confirmed",
            """
            As requested we have changed your policy {policy} with effect from {soon}. [Your new {car} ({plate}) is now covered
            in place of your old car.|Your policy now includes
            home office equipment up to {sum}.|Business use has been added for you.]
            An additional premium of {small} applies up to renewal; your excess stays at {deductible}. Please keep this letter
            with your schedule. Nothing else has changed.""",
        ),
        firm(
            "broker",
            "mta",
            "MTA request: {me}|{policy}: alteration to cover",
            """
            Please action the following change on policy {policy} for our client {me}, effective {soon}:
            =
            - increase stock from {sum} to {sum2}
            - [delete tenants' improvements|add employee tools]
            - excess to be {deductible}
            Please issue the endorsement and let us have the additional premium. The open claim {claim} relates to the \
            earlier position.""",
        ),
        customer(
            "electric-van",
            "new van|swap vehicle on fleet policy",
            """
            We've swapped one of the vans on our fleet policy. Out: {plate}. In: {car2}, {plate2}, value {big}, from
            {soon}. Same cover please, comprehensive,
            {deductible} excess. Can you send the cert and disc today, driver is collecting it at {time}.""",
        ),
        page(
            "customer",
            "change-form",
            "Request for mid-term change|Policy alteration form",
            """
            Policy {policy}      Policyholder {me}
            Please change from {soon}:
            [Vehicle to {car2}, {plate2}|Sum insured, contents, to {sum}|Add driver {person2}, born {birth}]
            [Excess to {deductible}|Add cover for bicycles|Delete windscreen cover]
            Convictions or claims since last renewal: [none|one windscreen]
            I understand that an additional premium may apply.
            {me}, {today}""",
        ),
        insurer(
            "index",
            "Increase in your sum insured|Notice of change to cover",
            """
            Following the valuation you sent, the sum insured for your home under {policy} rises from {sum} to {sum2} from
            {soon}. Your engagement ring is added as a specified item at {amount}. The extra premium is {small}. This
            endorsement overrides the corresponding lines of your schedule; please keep the two together.""",
        ),
    ),
    "lb": (
        customer(
            "car-lb",
            "Neien Auto|Auto wiesselen um Kontrakt",
            """
            ech hunn en neien Auto kaaft a wëll mäi Kontrakt {policy} ëmänneren. Ab dem {soon} fueren ech en {car2}, Plack
            {plate2}. Maacht w.e.g. eng Casco complète mat enger
            Franchise vun {deductible}. Schéckt mer den Avenant an déi gréng Kaart.""",
        ),
    ),
}
