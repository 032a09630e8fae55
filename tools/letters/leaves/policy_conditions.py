"""Policies: general wording that applies to all customers of a product."""

from tools.letters.grammar import page

SITUATIONS = {
    "fr": (
        page(
            "insurer",
            "motor",
            "Conditions générales - Assurance automobile|Conditions générales Auto {thisyear}",
            """
            Article 1 - Définitions
            On entend par « assuré » le preneur, le propriétaire, le détenteur et tout conducteur autorisé du véhicule \
            désigné. Est « tiers » toute personne autre que \
            l'assuré responsable.
            ? Article 2 - Étendue territoriale. La garantie s'exerce dans les pays dont le sigle n'est pas biffé sur la carte \
            internationale.
            Article {n} - Casco
            La compagnie indemnise l'assuré des dommages causés au véhicule par [une collision, un versement, un acte de \
            vandalisme|l'incendie, la chute d'un arbre, la grêle ou \
            le heurt d'un animal]. La franchise prévue aux conditions particulières est déduite de l'indemnité.
            ? Article 9 - Exclusions. Sont exclus les dommages survenus lorsque le conducteur n'est pas titulaire d'un permis \
            valable, se trouve en état d'ivresse ou participe à une course de vitesse.
            Article 12 - Obligations en cas de sinistre
            L'assuré doit déclarer le sinistre par écrit dans les huit jours, s'abstenir de toute reconnaissance de \
            responsabilité et transmettre sans délai tout acte judiciaire.
            ? Article 17 - Paiement de la prime. À défaut de paiement dans les dix jours, la compagnie adresse une mise en \
            demeure ; la garantie est suspendue trente jours après son envoi.""",
        ),
        page(
            "insurer",
            "home",
            "Conditions générales Habitation|Dispositions générales - Multirisque habitation",
            """
            [TITRE I. CE QUI EST ASSURÉ|Chapitre 1 : vos garanties]
            1.1 Le bâtiment, ses dépendances et les biens à demeure, ainsi que le contenu appartenant à toute personne vivant \
            au foyer.
            1.2 Dégâts des eaux : nous couvrons l'écoulement accidentel d'eau provenant des conduites, appareils et toitures. \
            Nous ne couvrons pas l'infiltration lente due au défaut d'entretien.
            ? 1.3 Vol : la garantie s'applique en cas d'effraction, d'escalade, de violence ou d'usage de fausses clés. Les \
            bijoux sont limités à {percent} % du capital.
            ? 1.4 Catastrophes naturelles : inondation, tremblement de terre, affaissement de terrain.
            [TITRE II. L'INDEMNITÉ|Chapitre 2 : comment sommes-nous amenés à vous indemniser]
            2.1 L'indemnité est calculée en valeur à neuf, dans la limite des capitaux indiqués dans vos conditions \
            particulières.
            2.2 En cas de désaccord, chaque partie désigne son expert ; les deux experts en choisissent un troisième.
            ? 2.3 Résiliation : chacune des parties peut mettre fin au contrat après sinistre, moyennant préavis de trente \
            jours.""",
        ),
        page(
            "insurer",
            "travel",
            "Assurance voyage : conditions générales|Règlement de l'assistance aux personnes",
            """
            Qui est couvert ? Le titulaire du contrat et les membres de sa famille nommés dans celui-ci.
            Où ? Dans le monde entier, à l'exclusion du pays de domicile dans un rayon de 30 km.
            Frais médicaux à l'étranger : remboursement après intervention de la sécurité sociale, jusqu'à {sum} par personne.
            Rapatriement : organisé par notre centrale, sur décision de nos médecins uniquement. Les frais engagés sans notre \
            accord ne sont pas remboursés.
            Annulation : nous remboursons l'acompte en cas de décès, maladie grave, [convocation en justice|licenciement].
            ? Ne donnent lieu à aucune prestation : les états connus avant le départ, les sports aériens, les épidémies \
            lorsque le pays était déconseillé.
            Prescription : toute action dérivant du présent contrat se prescrit par trois ans.
            ? Réclamations : le client peut saisir le médiateur sans préjudice de son droit d'agir devant les tribunaux.""",
        ),
        page(
            "insurer",
            "liability",
            "Conditions générales RC vie privée|Responsabilité civile - conditions communes",
            """
            Objet de l'assurance. L'assureur prend en charge les conséquences pécuniaires de la responsabilité \
            extracontractuelle que l'assuré peut encourir pour des \
            dommages causés à des tiers dans le cadre de sa vie privée.
            Personnes assurées : le preneur, son conjoint cohabitant, leurs enfants même étudiant ailleurs, le personnel \
            domestique, les gardiens d'animaux.
            ? Bâtiments : la garantie couvre aussi le dommage causé par la résidence principale et ses jardins.
            Exclusions : les dommages causés intentionnellement, les véhicules soumis à l'assurance obligatoire, la pratique \
            de la chasse, les biens confiés.
            Direction du litige : à partir du moment où la garantie est due, l'assureur prend fait et cause pour l'assuré. \
            Aucune transaction n'est opposable à l'assureur sans son accord.
            ? Indexation : les montants suivent l'indice des prix à la consommation.""",
        ),
        page(
            "insurer",
            "health",
            "Règlement général santé|Conditions générales - complémentaire santé {thisyear}",
            """
            § 1 Admission. Peut s'affilier toute personne de moins de 65 ans affiliée à un régime légal.
            § 2 Délais d'attente : {n} mois pour les soins dentaires, neuf mois pour la maternité, aucun en cas d'accident.
            § 3 Prestations : frais d'hospitalisation, honoraires, lunettes, prothèses, selon le niveau choisi.
            ? § 4 L'assuré adresse ses factures acquittées dans les vingt-quatre mois ; passé ce délai, tout droit s'éteint.
            § 5 Cotisations : elles varient selon l'âge d'entrée et peuvent être adaptées au 1er janvier.
            ? § 6 Fin de l'affiliation : décès, résiliation à l'échéance, fraude.""",
        ),
        page(
            "insurer",
            "legal-protection",
            "Protection juridique - Conditions générales|Notice d'information",
            """
            Comment lire ce document ? Les mots en italique sont définis dans le lexique.
            Nous intervenons lorsqu'un litige vous oppose à un tiers dans le cadre de votre vie privée : consommation, \
            travail, voisinage, circulation.
            Vous avez le libre choix de votre avocat dès qu'une procédure est engagée. Nos paiements sont limités à {sum} par \
            litige.
            ? Seuil d'intervention : le litige doit porter sur plus de {small}.
            Ne sont pas garantis : les amendes, les litiges fiscaux, le divorce, les faits antérieurs à la souscription.
            ? Délai d'attente : {n} mois.
            Le contrat se renouvelle d'année en année, sauf opposition notifiée deux mois avant l'échéance.""",
        ),
    ),
    "de": (
        page(
            "insurer",
            "motor",
            "Allgemeine Bedingungen für die Kfz-Versicherung|AKB - Stand {thisyear}",
            """
            A. Welche Leistungen umfasst Ihre Kfz-Versicherung?
            A.1 Kfz-Haftpflicht: Wir befriedigen begründete und wehren unbegründete Schadenersatzansprüche ab, die durch den \
            Gebrauch des Fahrzeugs entstehen.
            A.2 Kasko: Versichert sind Beschädigung, Zerstörung und Verlust durch [Brand, Entwendung, Sturm, Hagel, Glasbruch \
            und Zusammenstoß mit Haarwild|Unfall und mut- oder böswillige \
            Handlungen Dritter].
            ? A.3 Was ist nicht versichert? Schäden, die Sie vorsätzlich oder bei Rennen herbeiführen, Reifenschäden, \
            Verschleiß.
            B. Beginn des Vertrags und vorläufiger Versicherungsschutz
            C. Beitragszahlung: Zahlen Sie den ersten Beitrag nicht unverzüglich, haben Sie von Anfang an keinen \
            Versicherungsschutz, es sei denn, Sie haben die Nichtzahlung nicht zu vertreten.
            ? D. Ihre Pflichten: Das Fahrzeug darf nur von berechtigten Fahrern mit Fahrerlaubnis gebraucht werden.
            E. Pflichten im Schadenfall: Anzeige innerhalb einer Woche; bei Diebstahl auch bei der Polizei.
            ? G. Kündigung: zum Ablauf mit einer Frist von einem Monat, nach Eintritt eines Schadens oder bei \
            Beitragserhöhung.""",
        ),
        page(
            "insurer",
            "contents",
            "Allgemeine Hausratversicherungsbedingungen|Bedingungen Hausrat Komfort",
            """
            § 1 Versicherte Sachen: der gesamte Hausrat in der im Versicherungsschein bezeichneten Wohnung, also alle Sachen, \
            die dem Haushalt zur privaten Nutzung dienen.
            § 2 Versicherte Gefahren: Brand, Blitzschlag, Einbruchdiebstahl, Raub, Leitungswasser, Naturgefahren.
            ? § 5 Leitungswasser ist Wasser, das aus Rohren oder Schläuchen der Wasserversorgung bestimmungswidrig austritt. \
            Nicht versichert: Plansch- und Reinigungswasser, Schwamm, Rückstau.
            § 9 Entschädigungsberechnung: Ersetzt wird der Wiederbeschaffungspreis von Sachen gleicher Art und Güte in \
            neuwertigem Zustand (Neuwert).
            ? § 11 Unterversicherung: Ist die Versicherungssumme niedriger als der Versicherungswert, wird nur anteilig \
            entschädigt.
            § 14 Obliegenheiten: Der Versicherungsnehmer hat den Schaden möglichst abzuwenden, ihn unverzüglich anzuzeigen \
            und ein Verzeichnis der abhandengekommenen Sachen einzureichen.
            ? § 20 Kündigung nach dem Versicherungsfall: beide Parteien, in Textform, binnen eines Monats.""",
        ),
        page(
            "insurer",
            "liability",
            "AHB|Allgemeine Versicherungsbedingungen Privathaftpflicht (AVB PHV)",
            """
            1 Gegenstand der Versicherung, Versicherungsfall
            Versicherungsschutz besteht für den Fall, dass der Versicherungsnehmer wegen eines Schadenereignisses aufgrund \
            gesetzlicher Haftpflichtbestimmungen privatrechtlichen Inhalts in \
            Anspruch genommen wird.
            2 Mitversicherte Personen: Ehegatte, Lebenspartner, unverheiratete Kinder bis zum Abschluss der Ausbildung.
            ? 3 Mietsachschäden an Räumen sind bis zur vereinbarten Summe gedeckt, nicht jedoch Glasschäden und Abnutzung.
            7 Ausschlüsse: Ansprüche wegen vorsätzlich herbeigeführter Schäden; Ansprüche der Versicherten untereinander; \
            Halten von Kraftfahrzeugen, Hunden und Pferden.
            ? 10 Fälligkeit des Beitrags; 10.2 Folgen verspäteter Zahlung des Folgebeitrags
            25 Obliegenheiten: Jeder Versicherungsfall ist innerhalb einer Woche anzuzeigen. Gegen einen Mahnbescheid ist \
            fristgerecht Widerspruch einzulegen.""",
        ),
        page(
            "insurer",
            "accident",
            "Unfallversicherung: Allgemeine Bedingungen|AUB {thisyear}",
            """
            Der Unfallbegriff
            Ein Unfall liegt vor, wenn die versicherte Person durch ein plötzlich von außen auf ihren Körper wirkendes \
            Ereignis unfreiwillig eine Gesundheitsschädigung erleidet.
            Welche Leistungsarten können vereinbart werden?
            Invalidität, Tagegeld, Krankenhaustagegeld, Todesfallleistung, Bergungskosten, kosmetische Operationen.
            [Gliedertaxe: Arm 70 %, Hand 55 %, Daumen 20 %, Bein 70 %, Auge 50 %.|Die Invalidität muss binnen 15 Monaten \
            ärztlich festgestellt sein.]
            ? Welche Auswirkung haben Krankheiten oder Gebrechen? Haben sie zu mindestens {percent} % mitgewirkt, mindert \
            sich die Leistung entsprechend.
            In welchen Fällen ist der Versicherungsschutz ausgeschlossen? Geistes- und Bewusstseinsstörungen durch \
            Trunkenheit, Straftaten, Kriegsereignisse, Motorsport.
            ? Was ist nach einem Unfall zu beachten? Ziehen Sie unverzüglich einen Arzt hinzu und unterrichten Sie uns.""",
        ),
        page(
            "insurer",
            "travel",
            "Bedingungen der Reiseversicherung|AVB Reise - gültig für alle Tarife",
            """
            Teil A: Gemeinsame Bestimmungen. Versichert ist jede im Vertrag genannte Person auf allen Reisen bis zu {n} Wochen.
            Teil B: Reiserücktritt. Leistung bei Tod, schwerer Erkrankung, Impfunverträglichkeit, [Verlust des \
            Arbeitsplatzes|Ladung zu einer Gerichtsverhandlung]. \
            Selbstbehalt {percent} % der Stornokosten.
            ? Teil C: Auslandskrankenschutz. Ersetzt werden ambulante und stationäre Heilbehandlung, schmerzstillende \
            Zahnbehandlung sowie der medizinisch sinnvolle Rücktransport.
            Teil D: Reisegepäck. Entschädigung zum Zeitwert; Bargeld, Schlüssel und Fahrkarten sind nicht versichert.
            ? Verjährung: drei Jahre. Anzuwendendes Recht: das Recht des Wohnsitzstaats.""",
        ),
        page(
            "insurer",
            "legal-protection",
            "Allgemeine Bedingungen Rechtsschutz (ARB)|Bedingungen für die \
        Rechtsschutzversicherung",
            """
            § 1 Der Versicherer sorgt dafür, dass der Versicherungsnehmer seine rechtlichen Interessen wahrnehmen kann, und \
            trägt die dafür erforderlichen Kosten.
            § 2 Leistungsarten: Schadenersatz-, Arbeits-, Wohnungs-, Steuer- und Straf-Rechtsschutz.
            § 3 Ausgeschlossen sind Streitigkeiten aus Bauvorhaben, Spiel und Wette, Kapitalanlagen sowie unter Mitversicherten.
            ? § 4 Wartezeit: {n} Monate nach Versicherungsbeginn.
            § 5 Übernommen werden Anwaltskosten nach Gebührenordnung, Gerichtskosten, Zeugen- und Sachverständigengebühren.
            ? § 17 Die freie Anwaltswahl bleibt gewahrt. Vor Klageerhebung ist Deckungszusage einzuholen.""",
        ),
    ),
    "en": (
        page(
            "insurer",
            "motor",
            "Motor policy booklet|Private Car - Policy Wording|Terms and conditions: car insurance",
            """
            Words with a special meaning
            "You" means the person named as insured in the schedule. "Excess" means the first part of any claim that you must \
            pay.
            Section 1 - Liability to others
            We will pay all amounts you are legally liable to pay for death, injury or damage to property caused by your car.
            Section 2 - Damage to your car
            We will, at our option, repair, replace or pay in cash for [accidental damage, fire, theft|storm, flood, \
            malicious damage]. We will not pay for wear and tear, \
            depreciation, mechanical breakdown or tyres damaged by braking.
            ? Section 4 - Windscreen. A claim under this section alone will not affect your no claims discount.
            General exceptions: We do not cover any accident while the car is driven by someone without a licence, used for \
            racing or let out on hire.
            ? General conditions: Tell us of any accident within 48 hours. Do not admit blame. Send us any writ or summons \
            unanswered.
            ? Cancelling: You may cancel at any time by returning your certificate; we may cancel by giving ten days' notice \
            to your last known address.""",
        ),
        page(
            "insurer",
            "home",
            "Household policy wording|Home insurance: your policy document|Policy conditions",
            """
            How this contract works
            This booklet, together with your schedule and any endorsement, is the contract between you and us. Not every \
            section applies to you: see your schedule.
            Buildings - what is covered: fire, lightning, explosion; storm or flood; escape of water from fixed tanks and \
            pipes; theft; subsidence.
            What is not covered: the first part of each claim; damage while the home is unoccupied for more than {n}0 days; \
            gates and fences in a storm; gradual damage.
            ? Contents - valuables are limited to {percent} % of the sum insured, and any one item to the single article limit.
            ? Accidental injury to domestic staff, tenants' liability, jury service.
            Claims conditions: report theft to the police, keep damaged items for inspection, provide receipts and valuations \
            at your own expense.
            ? Average: if the sum insured is less than the cost of rebuilding, we pay only a proportion.
            Fraud: if any claim is false in any respect, all benefit is forfeited.""",
        ),
        page(
            "insurer",
            "liability",
            "Public liability: general conditions|Commercial liability policy wording",
            """
            The Insurer will indemnify the Insured against all sums which the Insured shall become legally liable to pay as \
            damages in respect of accidental bodily injury \
            to any person or loss of property happening in connection with the Business.
            Definitions. "Business" is as described in the Schedule. "Period of Insurance" is as stated there.
            Exceptions: the Insurer shall not be liable for (a) employees; (b) vehicles; (c) professional advice; (d) \
            pollution other than sudden; (e) liquidated damages.
            ? Conditions precedent: the Insured shall give notice in writing of any occurrence, and no admission, offer or \
            settlement shall be made without consent.
            ? Limit: the limit of indemnity is the maximum for one occurrence, costs in addition.
            Arbitration. Any dispute as to amount shall be referred to an arbitrator appointed by the parties.""",
        ),
        page(
            "insurer",
            "health",
            "Health plan rules|Membership handbook - terms of cover",
            """
            1. Who can join: residents under 70 and their dependants.
            2. Waiting periods: 26 weeks for new conditions, {n} years for conditions that existed before joining, none for \
            accidents.
            3. Benefits: the tables of cover list what is paid for consultants, hospital rooms, scans and day care in each plan.
            ? 4. We do not pay for cosmetic surgery, long-term nursing, experimental treatment or missed appointments.
            5. How to claim: send original receipts within [six|three] months of the end of the year. We may ask your doctor \
            for a report.
            ? 6. Premiums are reviewed at each renewal date and may change for all members of a plan.
            7. Ending membership: you may leave at renewal; cover ends if premiums are unpaid.""",
        ),
        page(
            "insurer",
            "travel",
            "Travel cover - full terms|Travel policy conditions",
            """
            Important: this policy contains conditions about your health. Cover applies to residents only.
            Cancellation and curtailment: up to the limit shown, if you cannot travel because of death, illness, redundancy, \
            [jury service|a fire at home].
            Emergency medical: treatment, ambulance and repatriation agreed by our assistance team. No cover in your home \
            country.
            Baggage: loss, theft or damage, less wear; no cover for items left unattended in a public place or a vehicle \
            overnight.
            ? Delay: {small} for each full 12 hours.
            ? Exclusions that apply to every section: war, known events, winter sports unless the extra premium has been \
            paid, being under the influence of alcohol.
            Your duties: take reasonable care, keep tickets and receipts, let us take over legal rights in your name.""",
        ),
        page(
            "insurer",
            "pet",
            "Pet cover: terms and conditions|Policy booklet: bicycles and gadgets",
            """
            We promise to pay for the cover shown in your schedule, provided you keep to the terms in this booklet.
            What you are covered for: [vets' fees, death by accident, third party liability for dogs|loss, theft and \
            accidental damage of any bicycle, e-bike or gadget listed].
            What you are not covered for: anything in the first 14 days; [routine vaccinations and dental work|items left \
            unlocked]; the excess; deliberate acts.
            ? If you move house or buy another one, you must tell us.
            How we settle: replacement as new up to {n} years old, thereafter less {percent} % a year.
            ? Either of us may end the policy by giving 30 days' notice in writing.
            If we disagree, you may refer the matter to the ombudsman.""",
        ),
        page(
            "insurer",
            "income",
            "Life and income protection: policy conditions|General provisions",
            """
            1 Interpretation. In these conditions the singular includes the plural.
            2 Benefit becomes payable on proof satisfactory to the company of [the death of the life insured|total \
            disablement lasting beyond the deferred period].
            ? 3 Misstatement of age: benefits will be adjusted.
            4 Premiums are due in advance; thirty days of grace are allowed, after which the policy lapses without value.
            5 No benefit is payable for suicide within one year, war, or failure to follow medical advice.
            ? 6 Surrender and paid-up values are set out in the table overleaf.
            7 The claimant shall furnish medical certificates at his or her own expense. Assignment must be notified in \
            writing.""",
        ),
    ),
}
