"""Correspondence: the writer is dissatisfied and asks for it to be put right."""

from tools.letters.grammar import customer, firm, page

SITUATIONS = {
    "fr": (
        customer(
            "slow-claim",
            "Dossier {claim} toujours sans réponse|Réclamation|Délai inacceptable",
            """
            Voilà [trois mois|onze semaines] que j'ai déclaré mon dégât des eaux et je n'ai reçu ni visite d'expert ni
            indemnité. Mes appels aboutissent chaque fois à une autre personne qui
            « transmet ». Ma fille dort toujours dans le salon.
            [Je trouve cela indigne d'une compagnie à qui je paie {premium} par an.|J'attends une date ferme et le nom d'un
            responsable.] Sans réaction d'ici le {soon}, je saisirai le médiateur.""",
        ),
        customer(
            "refusal",
            "Contestation de votre refus|Votre lettre du {date}|Refus d'indemnisation",
            """
            Je conteste votre décision du {date} de ne pas indemniser le vol de mon vélo. Vous invoquez l'absence d'effraction ;
            or le procès-verbal de police, que vous avez, mentionne une serrure
            forcée. [Avez-vous seulement lu le dossier ?|Votre gestionnaire m'avait dit au téléphone que tout était en ordre.]
            Je vous demande de revoir votre position et de me verser les {amount} auxquels j'ai droit.""",
        ),
        customer(
            "price",
            "Augmentation injustifiée|Ma prime|Facture {invoice} contestée",
            """
            Ma facture passe de {premium} à {premium2} sans un mot d'explication, alors que je n'ai eu aucun sinistre depuis
            {year}. Un client fidèle mérite mieux que cela.
            J'attends une explication écrite et un geste commercial. [Je ne demande pas à partir, mais j'y songe.|Je paierai
            l'ancien montant en attendant.]""",
        ),
        customer(
            "rude",
            "Accueil déplorable|Comportement de votre collaborateur|Plainte",
            """
            Lors de ma visite à votre agence de {town} le {date}, votre employé m'a reçue [debout|entre deux portes] et m'a
            répondu, devant d'autres clients, que je n'avais « qu'à lire le contrat ».
            Je venais simplement déposer un certificat médical.
            Je m'attends à des excuses et souhaite que mon dossier soit confié à quelqu'un d'autre.""",
        ),
        customer(
            "repair-bad",
            "Garage agréé : travail bâclé|Réparation mal faite",
            """
            Le garage que vous m'avez imposé, {garage}, m'a rendu une voiture [dont la portière siffle|d'une teinte différente à
            l'avant] après trois semaines d'attente. La facture, vous l'avez
            payée sans contrôle. Je ne suis pas satisfait et vous demande de faire refaire le travail ailleurs, à vos frais,
            avec une voiture de remplacement.""",
        ),
        page(
            "customer",
            "complaint-form",
            "Formulaire de réclamation|Saisine du service réclamations",
            """
            Nom : {me}
            Contrat : {policy}      Dossier : {claim}
            Objet de l'insatisfaction : [délai de traitement|montant de l'indemnité|qualité de l'accueil|prélèvement effectué \
            deux fois]
            Exposé : [L'expert a estimé les dommages à {big} et vous m'en offrez la moitié.|J'ai été prélevé de {premium} le \
            {past} puis le {date}.|On m'a fait remplir trois fois le même formulaire.]
            Ce que j'attends de vous : [un nouveau calcul|le remboursement immédiat|une réponse motivée]
            Première réclamation à ce sujet : [non, déjà écrit le {past}|oui]
            {today}, {me}""",
        ),
        firm(
            "lawyer",
            "lawyer-complains",
            "Mon client {me} / dossier {claim}|Réclamation formelle",
            """
            Mon client {me} me consulte au sujet de la gestion de son sinistre. Il déplore un silence de quatre mois et un refus
            dont la motivation tient en une ligne.
            Avant toute démarche en justice, je vous invite à réexaminer sa demande et à me faire connaître, pour le {soon}, une
            position motivée, clauses à l'appui.
            Mon client attend en outre des excuses pour les propos de votre inspecteur.""",
        ),
        customer(
            "short-angry",
            "pas content|Toujours rien !",
            """
            Ça fait quatre fois que j'appelle pour mon pare-brise. On me promet, on ne fait rien. Maintenant je reçois un rappel
            de prime en plus ! Franchement c'est se moquer du monde. Je veux que quelqu'un de compétent me rappelle
            aujourd'hui.""",
        ),
        customer(
            "loyal",
            "Déception d'un fidèle client|Lettre au directeur",
            """
            Assuré chez vous depuis {year}, je n'ai jamais eu à me plaindre. Mais la façon dont on a traité notre cambriolage
            nous a blessés : on nous a soupçonnés, on a exigé des factures de bijoux reçus de nos parents, puis proposé {small}.
            ? Ma femme en est tombée malade.
            J'en appelle à vous personnellement pour que ce dossier soit repris avec un minimum de considération.
            Si rien ne change, nous résilierons tout.""",
        ),
    ),
    "de": (
        customer(
            "no-answer",
            "Beschwerde|Seit Wochen keine Antwort|Mein Anliegen vom {past}",
            """
            am {past} habe ich Ihnen alle Unterlagen zu meinem Schaden {claim} geschickt, [per Einschreiben|zweimal]. Seither:
            nichts. Am Telefon heißt es immer, man rufe zurück. Das tut
            niemand.
            So geht man nicht mit Kunden um. Ich erwarte bis zum {soon} eine Entscheidung, ansonsten wende ich mich an die
            Aufsicht.""",
        ),
        customer(
            "reduced",
            "Widerspruch gegen Ihre Abrechnung|Kürzung nicht nachvollziehbar",
            """
            Sie haben mir statt der beantragten {amount} nur {small} überwiesen. Die Begründung, mein Fernseher sei nur noch ein
            Drittel wert, ist für mich nicht nachvollziehbar, denn ich habe eine
            Neuwertversicherung. Ich lege gegen diese Abrechnung Widerspruch ein und bitte um Nachzahlung[, und zwar zügig|].
            ? Meinem Nachbarn haben Sie den gleichen Schaden voll bezahlt.""",
        ),
        customer(
            "advisor",
            "Falsch beraten|Beratung durch Herrn {surname3}|Unzufrieden",
            """
            Ihr Vertreter hat mir beim Abschluss versichert, Überschwemmung sei dabei. Jetzt, wo der Keller voll war, will davon
            keiner mehr etwas wissen. Ich fühle mich [getäuscht|schlecht beraten].
            Bitte nehmen Sie Stellung und sagen Sie mir, wie Sie den Schaden von {big} aus der Welt schaffen wollen.""",
        ),
        customer(
            "double-debit",
            "Doppelt abgebucht|Beschwerde wegen Abbuchung|Ärger mit Rechnung {invoice}",
            """
            zum zweiten Mal in diesem Jahr haben Sie den Beitrag von {premium} doppelt abgebucht. Mein Konto war dadurch im
            Minus und die Bank verlangt {small} Zinsen. Ihr Kundendienst meinte dazu nur, das
            könne schon mal vorkommen.
            Ich verlange das Geld und die Zinsen zurück und möchte wissen, wie Sie das künftig verhindern. Von einer Mahnung
            wegen der zurückgegebenen Lastschrift möchte ich verschont bleiben.""",
        ),
        customer(
            "expert-rude",
            "Ihr Gutachter|Beschwerde über Besichtigung am {date}",
            """
            der von Ihnen geschickte Gutachter kam zwei Stunden zu spät, blieb zehn Minuten und erklärte, das sei „alles alt“.
            Den Dachboden hat er gar nicht angesehen. Sein Gutachten ist entsprechend
            [lückenhaft|einseitig]. Ich bin damit nicht einverstanden und bitte Sie, jemand anderen zu beauftragen.""",
        ),
        page(
            "customer",
            "complaint-form",
            "Beschwerdeformular|Ihre Beschwerde",
            """
            Name: {me}
            Vertrag / Schaden: {policy} / {claim}
            Worüber möchten Sie sich beschweren? [Bearbeitungsdauer|Ablehnung|Unfreundlichkeit|Beitragserhöhung]
            Was ist vorgefallen? [Drei Monate nach dem Einbruch noch kein Geld.|Die Werkstatt wartet seit {past} auf Ihre \
            Freigabe.|Kündigung geschickt, trotzdem Rechnung erhalten.]
            Was sollen wir tun? [Schaden bezahlen|Entschuldigung|Rechnung stornieren]
            Haben Sie sich schon an die Schlichtungsstelle gewandt? [nein|ja]
            {today}""",
        ),
        firm(
            "broker",
            "broker-complains",
            "Kunde {me}: so geht es nicht|Eskalation Vorgang {claim}",
            """
            unser Kunde {me} ist zu Recht verärgert, und wir sind es auch: Der Nachtrag, den wir am {past} angefordert haben,
            ist bis heute nicht da, dafür hat der Kunde eine Mahnung bekommen.
            Bitte klären Sie das auf Leitungsebene, nehmen Sie die Mahngebühr zurück und rufen Sie den Kunden an.""",
        ),
        customer(
            "long",
            "Schreiben an die Geschäftsleitung|So nicht!",
            """
            seit {year} bin ich Ihr Kunde und habe immer pünktlich gezahlt. Nun hatte ich meinen ersten Hagelschaden, und was
            ist? Erst verliert man meine Fotos, dann kommt ein Gutachter ohne Leiter, und am Ende erhalte ich einen Brief voller
            Paragrafen und {small}.
            Für mich ist das ein Armutszeugnis. Ich erwarte, dass jemand mit Verstand den Fall noch einmal prüft und mich
            anruft. Kündigen kann ich danach immer noch.
            Eine Kopie geht an die Verbraucherzentrale.""",
        ),
    ),
    "en": (
        customer(
            "delay",
            "Formal complaint|Still waiting|Claim {claim}: unacceptable delay",
            """
            I wish to make a formal complaint about the handling of my claim. It is now [ten|fourteen] weeks since the burst
            pipe and we are still living with bare concrete. I have been passed between four
            people, each of whom asked me for the same photographs.
            I want a named person, a date for payment and [an apology|compensation for our hotel bills]. If I have no proper
            reply by {soon}, I shall go to the ombudsman.""",
        ),
        customer(
            "declined",
            "Your decision to decline|I disagree with your letter|Appeal",
            """
            I refer to your letter of {date} turning down my claim for the stolen bicycle. You say that the shed was not
            "securely locked", but the Garda report you were sent describes a cut padlock. That is
            simply unfair and I do not accept it.
            Please have the decision reviewed by somebody who has not been involved so far and pay the {amount} I am owed.""",
        ),
        customer(
            "renewal-price",
            "Outrageous renewal quote|Price increase",
            """
            {percent} per cent on top of last year, no claims in {n} years, and when I rang I was offered the lower price within
            thirty seconds. Why should I have to ring? I feel that I have been overcharged
            for years and I would like this looked into and the difference for previous years refunded.""",
        ),
        customer(
            "callcentre",
            "Poor service|Your phone line|Treatment by your staff",
            """
            On {date} I spent fifty minutes on hold only to be cut off twice. When I finally got through, the person told me
            that "everybody has problems" and hung up. I was calling about a court letter
            with a deadline, not to chat.
            I expect better. Please listen to the recording and let me know what you will do about it.""",
        ),
        customer(
            "cancel-mixup",
            "Cancelled by mistake!|You cancelled the wrong policy",
            """
            I asked you to cancel the policy on my old van and instead you cancelled my home insurance. I found out from a
            letter from the bank. Since then I've sent three emails and got three
            automatic replies. I am furious. Reinstate it today, confirm in writing that there was no gap, and explain how this
            could happen.""",
        ),
        page(
            "customer",
            "complaint-form",
            "Complaint form|Customer complaint",
            """
            Name: {me}
            Policy or claim: {claim}
            What went wrong? [Repairer chosen by you returned the car with a rattle|Refund promised on {past} has not \
            arrived|Surveyor did not turn up, twice]
            How has it affected you? [Lost two days' pay|I had to borrow a car|Overdraft charges of {small}]
            How would you like us to put it right? [Pay me|Apologise and refund|Send another garage]
            Have you complained before? [Yes, on {past}|No]
            {today}""",
        ),
        firm(
            "agency",
            "agency-complains",
            "Unhappy with block claim handling|{claim}: formal complaint",
            """
            We act for the owners' management company and have been asked to lodge a complaint. The adjuster's report has been
            with you since {past}, contractors are pressing for payment of {big} and
            nobody returns our calls. The directors consider this a breach of your own service charter. Please escalate and
            respond within {days} working days.""",
        ),
        customer(
            "cash-offer",
            "Settlement figure far too low|Your offer of {amount}",
            """
            I have your offer of {amount} for my car and it is an insult. Similar cars are advertised for {big}; I enclose three
            examples. Nobody asked me about the new engine. I also resent being told to "take it or leave it". I am not signing
            any release. Please explain how the figure was reached and
            improve it.""",
        ),
    ),
    "lb": (
        customer(
            "slow-lb",
            "Reklamatioun|Ech sinn net zefridden",
            """
            ech sinn guer net zefridden. De {past} hunn ech mäi Schued gemellt (Dossier {claim}) a bis haut huet kee sech
            gemellt. All Kéiers wann ech uruffen, ass een aneren um Telefon.
            Ech erwaarden eng Äntwert virum {soon}, soss ginn ech bei de Mediateur.""",
        ),
        customer(
            "price-lb",
            "Ze deier|Ech si rosen",
            """
            meng Primm ass vun {premium} op {premium2} geklommen an ech hat nach ni en Accident. Dat fannen ech net korrekt.
            Ech wëll eng Erklärung an datt Dir dat nach eng Kéier nokuckt. Beim leschten Uruff war Är Mataarbechterin och net
            frëndlech.""",
        ),
    ),
}
