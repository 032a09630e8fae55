"""Reports: a loss adjuster or surveyor describes cause and extent of a damage and values it."""

from tools.letters.grammar import firm, page

SITUATIONS = {
    "fr": (
        page(
            "expert",
            "water",
            "Rapport d'expertise|Rapport n° {file}|Expertise dégât des eaux",
            """
            Mandant : {insurer}
            Assuré : {me}          Sinistre : {claim}
            Visite du {date}, en présence de [l'assuré|l'assuré et du plombier]

            1. Circonstances. [Rupture d'un flexible sous évier|Défaut d'étanchéité du bac de douche|Débordement d'un chéneau \
            obstrué] survenue le {past}.
            2. Constatations. Taux d'humidité de {percent} % dans les cloisons ; parquet soulevé sur {m2} m² ; moisissures \
            naissantes.
            ? 3. Causes. L'installation date de {year}. Aucun défaut d'entretien n'a été relevé.
            4. Évaluation. Valeur à neuf {big} ; vétusté {percent2} % ; dommage net {amount}.
            ? 5. Recours. Possible contre l'installateur, dont la facture figure en annexe.
            Nous restons à disposition. L'expert""",
        ),
        page(
            "expert",
            "motor",
            "Rapport d'expertise automobile|Procès-verbal d'expertise|Expertise véhicule {plate}",
            """
            Véhicule : {car}, 1re mise en circulation {year}, {km} km, VIN {vin}
            Examiné le {date} chez {garage}
            Points de choc : [avant gauche|latéral droit|arrière]
            Compatibilité avec la déclaration : [oui|partielle, rayures anciennes sur l'aile]

            Réparations chiffrées : {amount} hors taxes
            Durée d'immobilisation : {n} jours
            Valeur avant sinistre : {big}
            [Véhicule réparable|Perte totale économique, épave estimée à {amount2}]
            ? Le devis du réparateur a été ramené de {amount3} au montant ci-dessus.
            Conclusions établies en toute indépendance.""",
        ),
        page(
            "expert",
            "fire",
            "Rapport préliminaire|Rapport d'expertise incendie|Note de synthèse",
            """
            Référence compagnie {claim}
            À la suite de notre mission du {past}, nous vous faisons part de nos constatations.
            Le feu a pris naissance [dans le tableau électrique|derrière un sèche-linge] ; la thèse criminelle est écartée. \
            La toiture est détruite sur un tiers, la suie a atteint l'étage.
            Dommage au bâtiment : {big}. Contenu, selon inventaire contrôlé : {amount}. Règle proportionnelle : [non \
            applicable|à appliquer, sous-assurance de {percent} %].
            Nous proposons une provision de {amount2}.""",
        ),
        firm(
            "expert",
            "cover-letter",
            "Nos conclusions - dossier {claim}|Expertise {me}|Sinistre {me}, {town}",
            """
            Nous avons examiné les lieux le {date}. La porte a été forcée au pied-de-biche, les traces concordent avec le récit
            de l'assurée. Sur les {n} bijoux réclamés, nous en tenons la moitié pour prouvés, factures et photos à l'appui.
            Après déduction de la vétusté, nous arrêtons le dommage à {amount}, contre {big} réclamés.
            ? Le détail par objet figure au tableau joint ; notre note d'honoraires suit.""",
        ),
        page(
            "expert",
            "judicial",
            "Rapport d'expertise judiciaire|Rapport contradictoire",
            """
            Commis par ordonnance du {past} ({court}), nous avons convoqué les parties le {date}. Étaient présents {me}, \
            {person2} et leurs conseils.
            Réponse aux questions :
            - origine des désordres : [défaut d'exécution de la chape|absence de drain|vice du matériau]
            - imputabilité : entreprise {craftsman} pour {percent} %
            - coût des remèdes : {big}
            Aucune conciliation n'a pu être obtenue. Nos préliminaires ont été communiqués ; les remarques des parties sont \
            en annexe.""",
        ),
        page(
            "expert",
            "short",
            "Rapport succinct|Fiche d'expertise",
            """
            Réf. {claim} - visite à distance du {date}
            Nature : [bris de vitrage|choc de véhicule contre clôture|surtension, appareils électriques]
            Cause vérifiée : oui
            Réclamé : {amount}   Admis : {amount2}
            Vétusté : {percent} %
            Remarques : [le devis comprend une amélioration non garantie|facture d'achat vue|pièces défectueuses conservées]
            Proposition : [règlement immédiat|refus, usure normale|compléter par une visite]""",
        ),
        firm(
            "expert",
            "supplement",
            "Complément à notre rapport|Note complémentaire {claim}",
            """
            Vous nous demandez de répondre aux objections de l'assurée. Nous maintenons que la fissure préexistait : elle
            apparaît sur une photographie de {year}. En revanche, le coût du plafonnage doit être relevé à {amount}, notre
            première évaluation ayant omis la chambre arrière.
            Le dommage total passe ainsi à {big}. Nous ne voyons pas d'autre correction à faire.""",
        ),
    ),
    "de": (
        page(
            "expert",
            "motor",
            "Gutachten|Schadengutachten {file}|Kfz-Gutachten",
            """
            Auftraggeber: {insurer}, Schaden {claim}
            Fahrzeug: {car}, {plate}, Erstzulassung {year}, Laufleistung {km} km
            Besichtigung: {date}, {garage}

            Schadenbeschreibung: [Anstoß vorne rechts, Längsträger gestaucht|Hageldellen auf allen waagerechten \
            Flächen|Streifschaden linke Seite]
            Vorschäden: [keine|Kratzer Heckklappe, nicht berücksichtigt]
            Reparaturkosten netto: {amount}
            Wertminderung: {small}
            Wiederbeschaffungswert: {big}
            Restwert: {amount2}
            Reparaturdauer: {n} Arbeitstage
            ? Der Schadenhergang laut Unfallbericht ist plausibel.
            Das Gutachten wurde nach bestem Wissen und unparteiisch erstattet.""",
        ),
        page(
            "expert",
            "water",
            "Gutachten Leitungswasserschaden|Schadenbericht|Regulierungsbericht",
            """
            Versicherungsnehmer: {me}
            Risikoort: {address}
            Ortstermin: {date}

            Ursache: [Lochkorrosion an einer Kupferleitung|undichte Silikonfuge, damit kein bestimmungswidriger Austritt aus \
            dem Rohr|gerissener Waschmaschinenschlauch]
            Umfang: Estrich durchfeuchtet auf {m2} m², Messwerte {percent} CM-%, Tapeten lösen sich
            Schadenhöhe Gebäude: {big}
            Schadenhöhe Hausrat: {amount}
            ? Unterversicherung: geprüft, liegt nicht vor
            Empfehlung: [regulieren|Trocknung freigeben, dann abrechnen|Regress gegen {craftsman} prüfen]""",
        ),
        page(
            "expert",
            "burglary",
            "Besichtigungsbericht|Bericht Einbruchdiebstahl",
            """
            Schadennummer {claim}
            Wir haben die Wohnung am {date} besichtigt. Hebelspuren an der Balkontür sind vorhanden und frisch. Der \
            Versicherungsnehmer machte glaubhafte Angaben.
            Von den geltend gemachten {big} halten wir {amount} für belegt. Für die Uhr fehlt ein Kaufnachweis.
            ? Die Reparatur der Tür wurde nach Angebot der Schreinerei mit {amount2} angesetzt.
            Der Zeitwertabzug beträgt durchschnittlich {percent} %.""",
        ),
        firm(
            "expert",
            "letter",
            "Unser Gutachten zu {claim}|Ergebnis der Besichtigung|Schaden {me}",
            """
            wie beauftragt haben wir das Gebäude nach dem Sturm untersucht. Von den Schäden am Dach sind nach unserer Auffassung
            nur etwa zwei Drittel auf den Sturm vom {past} zurückzuführen; der Rest beruht auf [morschen Latten|unterlassener
            Wartung].
            Den ersatzpflichtigen Schaden bewerten wir mit {big}, Neuwert. Das Angebot des Dachdeckers ist in mehreren
            Positionen überhöht. Messprotokoll und {n} Lichtbilder liegen an.""",
        ),
        page(
            "expert",
            "cause",
            "Sachverständigengutachten|Ursachenermittlung|Gerichtsgutachten",
            """
            Beweisbeschluss des Gerichts vom {past}, Az. {file}
            Beweisfrage: Ist der Brand auf [einen Defekt des Akkus|unsachgemäße Elektroarbeiten der Beklagten] zurückzuführen?
            Untersuchung: Die Brandspuren weisen den tiefsten Abbrand im Bereich der Steckdose auf. Schmelzperlen wurden im \
            Labor geprüft.
            Ergebnis: Die Frage ist mit hoher Wahrscheinlichkeit zu bejahen. Der Gebäudeschaden beträgt {big}.
            ? Zu den Einwendungen des Klägeranwalts wird im Ergänzungsgutachten Stellung genommen.""",
        ),
        page(
            "expert",
            "short",
            "Kurzgutachten|Prüfbericht",
            """
            Schaden-Nr. {claim}, Prüfung nach Aktenlage am {date}
            Gegenstand: [Glasbruch|Überspannung, Fernseher und Router|Zaun durch Fahrzeug beschädigt]
            Geltend gemacht: {amount}
            Anerkannt: {amount2}
            Begründung: [Stundensätze ortsüblich gekürzt|Gerät wirtschaftlich nicht reparabel|Vorschaden erkennbar]
            Alter der Sache: {n} Jahre, Abzug {percent} %
            Ergebnis: [plausibel|Ursache nicht nachgewiesen]""",
        ),
        firm(
            "expert",
            "supplement",
            "Ergänzende Stellungnahme|Nachtrag zu unserem Gutachten",
            """
            zu den Einwänden der Werkstatt nehmen wir wie folgt Stellung: Die Beilackierung der Tür ist technisch nicht
            erforderlich, die Kalibrierung dagegen schon. Die Reparaturkosten erhöhen sich damit auf {amount}, die Wertminderung
            bleibt bei {small}. An der Einschätzung zur Ursache
            ändert sich nichts; das Schadenbild passt zur Schilderung.""",
        ),
    ),
    "en": (
        page(
            "expert",
            "property",
            "Loss adjuster's report|Preliminary report|Report no. {n}",
            """
            Insured: {me}       Policy: {policy}       Claim: {claim}
            Date of loss: {past}     Inspected: {date}

            Circumstances: [a compression joint failed in the attic|a chip pan fire in the kitchen|slates lifted in the storm]
            Extent: two rooms affected, moisture readings up to {percent} %, flooring beyond repair
            Cause and liability: in our view an insured peril is operative. [No recovery prospects.|There may be a recovery \
            against {craftsman}.]
            Adequacy of sum insured: [adequate|underinsured by {percent2} %]
            Reserve: buildings {big}; contents {amount}
            ? Contractor's estimate considered and reduced.
            We recommend an interim payment of {amount2}. Our fee note will follow.""",
        ),
        page(
            "expert",
            "engineer",
            "Engineer's report|Motor assessor's report|Vehicle inspection",
            """
            Vehicle: {car}  {plate}  first registered {year}, {km} km
            Inspected at {garage} on {date}
            Damage consistent with reported accident: [yes|in part]
            Impact: [severe to nearside front, chassis leg distorted|moderate rear]
            Pre-accident value: {big}
            Labour, parts and paint as assessed: {amount} plus VAT
            Salvage: [category B, {amount2}|not applicable]
            Conclusion: [repairable, {n} days|uneconomic to repair; treat as total loss]
            I have no interest in the outcome of this claim.""",
        ),
        page(
            "expert",
            "theft",
            "Assessor's report: theft|Claim investigation report",
            """
            We attended at the risk address on {date} and interviewed {me}.
            Entry was by the rear window; tool marks were noted. The alarm log shows that it was set at {time}.
            Ownership of the camera and the rings has been verified with the retailers. No evidence was produced for the watch.
            Our valuation on an indemnity basis is {amount}, against {big} claimed.
            ? The insured has had two claims with {insurer2}, not disclosed.
            We suggest settlement on the above basis, subject to policy terms.""",
        ),
        firm(
            "expert",
            "surveyor-letter",
            "Our findings, {claim}|Structural inspection, {street}|Survey of {date}",
            """
            As instructed we inspected the house on {date}. The cracking in the rear return is [long-standing and due to thermal
            movement|consistent with recent subsidence caused by a leaking drain]. Crack widths are recorded on the enclosed
            drawing.
            We put the cost of the necessary works at {big} and would value the damage attributable to the event at {amount}.
            ? The owner's builder has priced for complete underpinning, which we do not consider justified.""",
        ),
        page(
            "expert",
            "final",
            "Final report|Adjustment of loss",
            """
            Claim {claim}, {me}
            Item - Claimed - Adjusted
            Building works - {big} - {amount}
            Contents - {amount2} - {amount3}
            Alternative accommodation - {small} - {small}
            Less policy excess {deductible}
            Reasons for adjustments: betterment, wear, no proof of purchase for item {n}.
            ? A form of acceptance has been signed by the insured.
            We certify that the above is a fair measure of the loss.""",
        ),
        firm(
            "expert",
            "supplement",
            "Addendum to report {claim}|Further comments on claim",
            """
            You asked us to comment on the builder's letter. We remain of the view that the staining pre-dates the storm, as the
            photographs from {year} show, and we have left it out. We do accept that the ceiling joists need replacing and would
            increase our figure to {big}. No other adjustment is
            called for. We consider the cause to be as first reported.""",
        ),
        page(
            "expert",
            "short",
            "Desktop assessment|Inspection note",
            """
            Ref {claim}; reviewed {date} from photographs
            Item: [broken window|television and router after lightning|garden wall struck by lorry]
            Claimed {amount}; allowed {amount2}
            Basis: [local rates|age {n} years, {percent} % depreciation|repairable, not to be replaced]
            Cause: [consistent|not established]
            Next step: [settle|site visit|refer to engineer]""",
        ),
    ),
    "lb": (
        firm(
            "expert",
            "report-lb",
            "Expertise {claim}|Mäi Rapport",
            """
            ech war de {date} bei Ärem Client {me} op der Plaz. D'Ursaach vum Schued ass [e futtise Joint um Rouer|de Stuerm vum
            {past}]. D'Feuchtegkeet an der Mauer ass {percent} %. Ech evaluéieren de Schued um Gebai op {big} an um
            Mobiliar op {amount}, Vetustéit ofgezunn.""",
        ),
    ),
}
