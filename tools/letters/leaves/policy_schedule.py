"""Policies: the particulars of one customer's contract."""

from tools.letters.grammar import insurer, page

SITUATIONS = {
    "fr": (
        page(
            "insurer",
            "home",
            "Conditions particulières|Assurance habitation - Conditions particulières|Votre contrat \
        habitation",
            """
            Contrat n° {policy}
            Preneur d'assurance : {me}
            Date d'effet : {soon} à 0 heure    Échéance annuelle : {later}
            Durée : un an, renouvelable tacitement

            Bien assuré : [maison unifamiliale|appartement] de {m2} m², {address}
            Qualité : [propriétaire occupant|locataire]

            [Garanties|Risques couverts] - Capital - Franchise
            Incendie et éléments naturels - {sum} - {deductible}
            Dégâts des eaux - {sum2} - {deductible}
            Vol et vandalisme - {sum3} - {deductible2}
            Bris de vitrages - [inclus|valeur à neuf] - sans
            RC vie privée - {million} - {small}

            Prime annuelle, taxes comprises : {premium}
            Fractionnement : [annuel|semestriel|mensuel]

            Les conditions générales [Habitation 04/{thisyear}|HAB-2], dont le preneur reconnaît avoir reçu un exemplaire, \
            font partie du contrat.
            Le preneur        La compagnie""",
        ),
        page(
            "insurer",
            "motor",
            "Conditions particulières auto|Police d'assurance automobile",
            """
            Police {policy}, client {customer}
            Souscripteur et conducteur habituel : {me}, né(e) le {birth}, permis de {year}
            Véhicule : {car}, plaque {plate}, châssis {vin}
            Valeur assurée : {big}
            Usage : [privé et chemin du travail|professionnel]
            Degré bonus-malus : {n}

            Responsabilité civile [illimitée|{million}]
            Casco : [complète|mini : vol, incendie, bris de glace, gibier]
            Franchise casco : {deductible}
            Protection du conducteur : {sum2}
            Assistance : [Europe, véhicule de remplacement|pays limitrophes]

            Effet : {soon}      Terme : {later}
            Prime nette {premium2}, taxe comprise {premium}

            Bénéficiaire en cas de sinistre total : [le souscripteur|l'organisme de leasing]""",
        ),
        page(
            "insurer",
            "life",
            "Contrat de prévoyance - Conditions personnelles|Certificat d'assurance vie",
            """
            N° {policy}
            Assuré : {me}, né(e) le {birth}
            Capital en cas de décès : {sum}
            Rente en cas d'incapacité : {amount} par mois après un délai de 90 jours
            Bénéficiaires : le conjoint, à défaut les enfants par parts égales
            Début {soon}, fin {later}
            Prime mensuelle {small}, payable par domiciliation sur {iban}
            ? L'assuré a répondu au questionnaire médical le {date} ; aucun supplément n'est appliqué.""",
        ),
        insurer(
            "sent",
            "Bienvenue|Votre nouvelle police {policy}|Documents contractuels",
            """
            Nous vous remercions de votre confiance. Voici le résumé de votre contrat {policy}, qui prend effet le {soon}.
            =
            Assuré : {me}
            Objet : [collection d'instruments de musique|bateau de plaisance|cabinet de kinésithérapie] à l'adresse {address}
            Capital : {sum}
            Franchise par sinistre : {deductible}
            Prime par an : {premium}
            Merci de vérifier ces données, de signer le double et de nous le retourner. Le contrat est conclu pour [un|trois] \
            an(s).
            ? Une facture suivra par courrier séparé.""",
        ),
        page(
            "insurer",
            "business",
            "Police multirisque entreprise|Conditions particulières RC professionnelle",
            """
            Assuré : {company}
            Activité déclarée : [commerce de détail|petite restauration|travaux de menuiserie]
            Effectif : {n} personnes      Chiffre d'affaires : {million}
            Siège : {address}

            Garantie | Montant | Franchise
            RC exploitation | {million2} | {deductible}
            RC après livraison | {million2} | {deductible}
            Contenu et marchandises | {sum} | {deductible2}
            Perte d'exploitation (12 mois) | {sum2} | 3 jours

            Clauses applicables : [102, 114 et 230|A7, C2]
            Prime provisoire {premium}, à régulariser sur déclaration du chiffre d'affaires
            Prise d'effet {soon}, première échéance {later}
            Établi à {town}, le {today}""",
        ),
        insurer(
            "summary-mail",
            "Récapitulatif de vos garanties|Votre contrat {policy} est en vigueur",
            """
            Votre contrat est désormais actif. En voici l'essentiel :
            =
            - personnes couvertes : {me} et [son conjoint|ses deux enfants]
            - formule : [tous risques voyage|santé 3 étoiles|protection juridique famille]
            - plafond : {sum} par an
            - franchise : {deductible}
            - cotisation : {small} par mois
            - du {soon} au {later}
            [La carte d'assuré vous parviendra par la poste.|Gardez ce message avec les conditions générales.]""",
        ),
        page(
            "insurer",
            "vehicle-green",
            "Vos conditions personnelles|Police n° {policy}",
            """
            1. Les parties
            Assureur : {insurer}, entreprise agréée
            Preneur : {me}, {address}
            2. L'objet
            [Camionnette {car}, {plate}|Immeuble de rapport, {n} logements|Chien de race, puce {file}]
            3. Les garanties souscrites
            [Incendie|Responsabilité civile] : oui, {sum}
            [Vol|Bris de glace] : oui, franchise {deductible}
            Défense en justice : [oui|non souscrite]
            4. La prime
            {premium} par an, payable par [trimestre|virement]
            5. La durée
            Du {soon} au {later}, puis d'année en année sauf renon
            Antécédents déclarés : {n} sinistre(s) en cinq ans""",
        ),
    ),
    "de": (
        page(
            "insurer",
            "contents",
            "Versicherungsschein|Police Hausrat|Hausratversicherung - Versicherungsschein",
            """
            Versicherungsschein-Nr. {policy}
            Versicherungsnehmer: {me}, geb. {birth}
            Versicherungsort: {address}
            Wohnfläche: {m2} m²

            Versicherte Gefahren: Feuer, Leitungswasser, Sturm/Hagel, Einbruchdiebstahl[, weitere Elementarschäden|]
            Versicherungssumme: {sum}
            Wertsachen bis {percent} %
            Fahrräder bis {amount}
            Selbstbeteiligung je Schadenfall: {deductible}

            Beginn: {soon}, mittags 12 Uhr       Ablauf: {later}
            Zahlungsweise: [jährlich|vierteljährlich]
            Beitrag inkl. Versicherungsteuer: {premium}

            Es gelten die [VHB {thisyear}|Allgemeinen Hausratbedingungen] sowie die Klauseln [7110 und 7160|PK 3].""",
        ),
        page(
            "insurer",
            "motor",
            "Kraftfahrtversicherung - Versicherungsschein|Fahrzeugpolice|Nachweis Ihres \
        Versicherungsschutzes",
            """
            Vertrag: {policy}       Kunde: {customer}
            Fahrzeug: {car}, {plate}
            FIN: {vin}
            Halter und VN: {me}
            Fahrerkreis: [VN und Partner|ab 23 Jahren]
            Jährliche Fahrleistung: 12.000 km, Stellplatz: [Garage|Straße]

            Haftpflicht | SF {n} | {percent} % | {premium}
            Vollkasko | SF {n2} | SB {deductible} | {premium2}
            Teilkasko | SB {deductible2} | eingeschlossen
            Schutzbrief | {small}

            Deckungssumme Personen-, Sach- und Vermögensschäden: {million}
            Versicherungsbeginn: {soon}
            Hauptfälligkeit: 01.01.""",
        ),
        page(
            "insurer",
            "liability",
            "Privat-Haftpflicht Police|Versicherungspolice {policy}|Ihr Vertrag im Überblick",
            """
            Sehr geehrte Kundin, sehr geehrter Kunde,
            hier finden Sie alle persönlichen Daten Ihres Vertrags.

            Versichert: {me} [und Familie|als Single]
            Produkt: Privathaftpflicht [Komfort|Basis|Premium]
            Deckungssumme: {million} pauschal
            Mietsachschäden bis {sum}
            Schlüsselverlust bis {sum2}
            Hund: [Dackel, Chip {file}|nicht versichert]
            Selbstbehalt: {deductible}
            Vertragsdauer: {soon} bis {later}, verlängert sich jeweils um ein Jahr
            Jahresprämie: {premium}
            Zahlung: Lastschrift von {iban}""",
        ),
        insurer(
            "welcome",
            "Ihr Versicherungsschein|Willkommen bei uns|Police {policy}",
            """
            vielen Dank für Ihren Antrag vom {date}, den wir gern annehmen. Mit diesem Schreiben erhalten Sie Ihren
            Versicherungsschein:
            =
            Versicherungsnehmerin: {me}
            Gegenstand: [Wohngebäude Baujahr {year}|Photovoltaikanlage|Oldtimer {car}], {address}
            Neuwert: {sum}
            Selbstbehalt: {deductible}
            Beitrag im Jahr: {premium}
            Beginn: {soon}
            Bitte prüfen Sie die Angaben. Weicht etwas von Ihrem Antrag ab, können Sie innerhalb eines Monats widersprechen.
            ? Die Beitragsrechnung kommt gesondert.""",
        ),
        page(
            "insurer",
            "life",
            "Risikolebensversicherung - Versicherungsurkunde|Unfallversicherung: Ihre Leistungen",
            """
            Nr. {policy}, ausgestellt am {today}
            Versicherte Person: {me}, geboren {birth}
            [Todesfallsumme: {sum}|Invaliditätssumme: {sum}, Progression 350 %]
            [Bezugsberechtigt: Ehegatte|Bezugsrecht: gesetzliche Erben]
            [Krankenhaustagegeld: {small}|Beitragsbefreiung bei Berufsunfähigkeit: ja]
            Laufzeit: {soon} bis {later}
            Monatsbeitrag: {small2}
            Besondere Vereinbarung: [Motorradfahren mitversichert|Ausschluss Vorerkrankung Knie links|keine]""",
        ),
        insurer(
            "summary-mail",
            "Ihr Schutz auf einen Blick|Vertragsübersicht {policy}",
            """
            Ihr Vertrag ist ab sofort aktiv. Das haben Sie versichert:
            =
            - Personen: {me}, [Familie|Einzelperson]
            - Tarif: [Rechtsschutz Plus|Zahnzusatz 80|Tierkranken Hund]
            - Höchstleistung {sum} im Jahr
            - Selbstbehalt {deductible}
            - Monatsbeitrag {small}
            - Laufzeit {soon} bis {later}
            Den unterschriebenen Antrag und die Bedingungen finden Sie im Portal.""",
        ),
    ),
    "en": (
        page(
            "insurer",
            "home",
            "Policy Schedule|Home Insurance Schedule|Schedule of cover",
            """
            Policy number: {policy}
            Insured: {me}
            Period of insurance: {soon} to {later}
            Property insured: {address}
            Construction: [standard|stone with slate roof]   Bedrooms: {n}

            Section            Sum insured        Excess
            Buildings          {sum}              {deductible}
            Contents           {sum2}             {deductible}
            All risks          {amount}           {small}
            Liability to public {million}         nil

            Endorsements applying: [03 Locks warranty, 11 Alarm|none]
            Annual premium including levy: {premium}
            This schedule forms part of your policy and should be read together with the policy booklet.""",
        ),
        page(
            "insurer",
            "motor",
            "Private car schedule|Motor policy schedule|Your motor policy at a glance",
            """
            Policyholder: {me}, DOB {birth}
            Policy: {policy}
            Vehicle: {car}   Registration: {plate}   Value: {big}
            Class of use: [social, domestic and pleasure|including commuting]
            Drivers: {me}; {person2} (named)
            No claims discount: {n} years, [protected|not protected]

            Cover: [Comprehensive|Third party, fire and theft]
            Excess, own damage: {deductible}
            Windscreen: [unlimited with approved repairer|{amount}]
            Breakdown assistance: [included|not taken]

            From {soon}, 00:01, until {later}
            Premium {premium}, [paid in full|payable in 10 instalments]""",
        ),
        page(
            "insurer",
            "business",
            "Commercial combined: schedule|Certificate of insurance and schedule|Professional \
        indemnity schedule",
            """
            The Insured: {company}
            The Business: [bakery and tea room|electrical contracting|bookkeeping services]
            Premises: {address}
            Policy no. {policy}
            Limit of indemnity, public liability: {million}
            Limit of indemnity, employers' liability: {million2}
            Stock and contents: {sum}
            Business interruption, {n} months: {sum2}
            Excess each and every claim: {deductible}
            Warranties: [hot work, burglar alarm|stock 15 cm off the floor]
            Inception {soon}; renewal {later}
            Premium {premium} plus levy
            Signed for the insurer, {today}""",
        ),
        insurer(
            "welcome",
            "Your new policy {policy}|Welcome|Policy documents",
            """
            Thank you for insuring with us. Your cover starts on {soon} and the particulars we hold are these:
            =
            Insured: {me}
            Cover: [caravan, sited at {address}|annual multi-trip travel, family|dog, crossbreed, aged {n}]
            Limit: {sum}
            Excess: {deductible}
            Yearly premium: {premium}
            Expiry: {later}
            Please check them carefully and tell us within 14 days if anything is wrong. [The policy booklet is enclosed.|You \
            may change your mind in that time.]""",
        ),
        page(
            "insurer",
            "life",
            "Life cover: policy particulars|Income protection: member's schedule",
            """
            Policy {policy}
            Life insured: {me}, born {birth}
            [Sum payable on death: {sum}|Benefit: {amount} a month after 13 weeks]
            [Indexation: {percent} % a year|Serious illness benefit: {sum2}]
            Beneficiary: [{person2}, spouse|the estate]
            Commencement: {soon}     Term: {n}5 years
            Monthly premium: {small} by direct debit
            Smoker status declared: [non-smoker|smoker]""",
        ),
        page(
            "insurer",
            "marine",
            "Cover note|Pleasure craft schedule|Certificate of insurance",
            """
            This is to certify that {me} is insured under policy {policy}
            Subject matter: [sailing yacht, 9.2 m, built {year}|horse, bay mare, stabled at {address}|wedding reception on \
            {later}]
            Agreed value: {big}
            Third party limit: {million}
            Deductible: {deductible}
            Geographical limits: [Irish and UK waters|the European Union]
            Period: {soon} to {later}, both days inclusive
            Premium: {premium}
            Special terms: [laid up November to March|none]""",
        ),
    ),
    "lb": (
        insurer(
            "welcome-lb",
            "Äre neie Kontrakt|Police {policy}",
            """
            mir soen Iech Merci fir Äert Vertrauen. Hei sinn d'Donnéeë vun Ärem Kontrakt {policy}:
            =
            Verséchert Persoun: {me}
            Objet: [Appartement|Haus], {address}
            Verséchert Zomm: {sum}
            Franchise: {deductible}
            Joresprimm: {premium}
            Ufank: {soon}, Enn: {later}
            Kontrolléiert w.e.g. alles a schéckt eis eng ënnerschriwwe Kopie zréck.""",
        ),
    ),
}
