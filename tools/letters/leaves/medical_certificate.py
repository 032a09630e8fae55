"""Reports: a doctor certifies an injury, an illness, an incapacity for work or the need of a treatment."""

from tools.letters.grammar import firm, page

SITUATIONS = {
    "fr": (
        page(
            "doctor",
            "work",
            "Certificat médical|Certificat d'incapacité de travail|Arrêt de travail",
            """
            Je soussigné(e), docteur en médecine, certifie avoir examiné ce jour
            {me}, né(e) le {birth},
            et que son état de santé [entraîne une incapacité de travail à 100 %|justifie un arrêt complet] du {date} au \
            {soon} inclus.
            Cause : [maladie|accident|accident du trajet]. Sorties [autorisées|autorisées de 10 à 12 h et de 14 à 18 h].
            ? Prolongation possible.
            Fait à {town}, le {today}. Cachet et signature""",
        ),
        page(
            "doctor",
            "injury",
            "Certificat médical initial|Constat de lésions|Certificat descriptif",
            """
            Patient : {me}, {birth}
            Date de l'examen : {date}
            Faits relatés : [accident de la circulation|chute dans un escalier|morsure de chien|agression]

            Constatations : [entorse cervicale avec contracture|fracture du radius distal gauche, plâtrée|plaie du mollet, \
            cinq points de suture|hématomes multiples des avant-bras]
            ? Radiographies : [sans lésion osseuse|trait de fracture non déplacé]
            Durée prévisible des soins : {n} semaines, sauf complications
            Certificat remis en main propre à l'intéressé pour servir à son assureur.""",
        ),
        page(
            "doctor",
            "consolidation",
            "Certificat de consolidation|Rapport médical|Certificat de guérison",
            """
            Concerne : {me} - accident du {past}
            J'ai suivi ce patient jusqu'au {date}. Il a subi [une ostéosynthèse|une suture tendineuse] puis {n}0 séances de \
            rééducation.
            L'état est [consolidé avec séquelles|guéri sans séquelle] à la date du {date}.
            ? Séquelles : raideur modérée, douleurs à l'effort ; taux proposé {percent} %.
            La reprise du travail est [possible à temps plein|possible à mi-temps thérapeutique].""",
        ),
        firm(
            "doctor",
            "treatment",
            "Nécessité d'un traitement|Demande d'accord préalable|Patient {me}",
            """
            Je certifie que l'état de ma patiente {me} nécessite [une cure de {n} séances de kinésithérapie|une opération de la
            cataracte|un lit médicalisé à domicile pendant trois mois]. Ce traitement est médicalement indiqué
            et non esthétique. Diagnostic : [lombosciatique chronique|gonarthrose sévère].
            ? Le coût est de l'ordre de {amount}, l'accord de votre médecin-conseil étant demandé.""",
        ),
        page(
            "hospital",
            "discharge",
            "Rapport d'hospitalisation|Lettre de sortie|Bulletin de sortie",
            """
            Cher confrère,
            votre patient {me} ({birth}) a séjourné dans notre service du {past} au {date}.
            Motif : [fracture du col du fémur|traumatisme crânien léger|appendicite aiguë]
            Évolution : favorable après [intervention|surveillance de 48 heures]
            Traitement de sortie : [antalgiques, anticoagulants|antibiotiques 7 jours]
            ? Inapte à voyager par avion avant le {soon}.
            Contrôle dans {n} semaines. Bien confraternellement""",
        ),
        page(
            "doctor",
            "sport",
            "Attestation médicale|Certificat d'aptitude|Certificat d'annulation de voyage",
            """
            Je certifie que {me} [est apte à la pratique de la plongée|ne peut entreprendre le voyage prévu le {soon} en \
            raison d'une pneumonie|ne peut conduire un véhicule pendant {n} semaines].
            Date de la première constatation : {date}
            Délivré à la demande de l'intéressé(e).
            Le médecin, {town}, {today}""",
        ),
        firm(
            "doctor",
            "mail-report",
            "Patient {me} - mes constatations|Certificat demandé",
            """
            À la demande de ma patiente {me}, née le {birth}, je vous confirme l'avoir vue le {date} après [sa chute à
            ski|l'agression dont elle a été victime]. Elle présentait [une fracture de la clavicule|des contusions multiples et
            un état anxieux]. J'ai prescrit {n} semaines de repos complet.
            Un nouvel examen aura lieu le {soon}.""",
        ),
    ),
    "de": (
        page(
            "doctor",
            "work",
            "Ärztliche Bescheinigung|Arbeitsunfähigkeitsbescheinigung|Arztzeugnis",
            """
            {me}, geb. {birth}
            arbeitsunfähig seit: {date}
            voraussichtlich bis einschließlich: {soon}
            [Erstbescheinigung|Folgebescheinigung]
            Grad der Arbeitsunfähigkeit: [100 %|50 % ab {soon}]
            Ursache: [Krankheit|Unfall|Arbeitsunfall]
            festgestellt am {today}
            Stempel, Unterschrift""",
        ),
        page(
            "doctor",
            "injury",
            "Ärztliches Attest|Attest nach Unfall|Befundbericht",
            """
            Frau/Herr {me} stellte sich am {date} in unserer Praxis vor und gab an, [von einem Auto angefahren|auf Glatteis \
            gestürzt|von einem Hund gebissen] worden zu sein.
            Befund: [Prellung der linken Hüfte, Schürfwunden|HWS-Distorsion Grad I|Bisswunde am Unterarm, drei Zentimeter]
            ? Röntgen: [kein Anhalt für Fraktur|Fissur der 7. Rippe]
            Therapie: [Schonung, Schmerzmittel|Ruhigstellung, Wundversorgung]
            Behandlungsdauer etwa {n} Wochen. Dieses Attest dient zur Vorlage bei der Versicherung.""",
        ),
        firm(
            "doctor",
            "necessity",
            "Medizinische Notwendigkeit|Attest für {me}|Bescheinigung zur Vorlage",
            """
            hiermit bescheinige ich, dass bei meinem Patienten {me}, geb. {birth}, [eine stationäre Rehabilitation|ein
            Kniegelenkersatz|eine logopädische Behandlung] medizinisch notwendig ist. Diagnose: [Gonarthrose beidseits|Zustand
            nach Schlaganfall].
            Ambulante Maßnahmen wurden über {n} Monate ohne Erfolg durchgeführt.
            ? Kosten und Rechnungen sind dem Antrag des Patienten zu entnehmen.""",
        ),
        page(
            "hospital",
            "discharge",
            "Entlassungsbericht|Arztbrief|Kurzarztbrief",
            """
            Patient: {me}, geb. {birth}
            stationär {past} bis {date}
            Diagnosen: [distale Radiusfraktur rechts|Commotio cerebri|Kreuzbandruptur]
            Therapie: [Plattenosteosynthese|Überwachung|arthroskopische Rekonstruktion]
            Verlauf: komplikationslos
            ? Procedere: Fadenzug nach 12 Tagen, keine Belastung für {n} Wochen
            Mit freundlichen kollegialen Grüßen, {doctor}, Oberarzt""",
        ),
        page(
            "doctor",
            "final",
            "Ärztlicher Schlussbericht|Bericht über Dauerfolgen|Unfallschein",
            """
            Unfall vom {past}, Versicherte Person {me}
            1. Letzte Untersuchung: {date}
            2. Geklagte Beschwerden: [Belastungsschmerz|eingeschränkte Beweglichkeit der Schulter]
            3. Objektiver Befund: Beugung bis {n}0 Grad, Muskelminderung 2 cm
            4. Bleibt ein Dauerschaden? [ja, {percent} % Beinwert|nein]
            5. Arbeitsfähig ab: {soon}
            Praxisstempel""",
        ),
        page(
            "doctor",
            "travel",
            "Attest Reiseunfähigkeit|Bescheinigung|Zeugnis",
            """
            Zur Vorlage bei der Reiseversicherung wird bestätigt, dass {me} wegen [einer akuten Bronchitis|eines \
            Bänderrisses] die für {soon} gebuchte Reise nicht antreten kann. Erstmals behandelt am {date}. Vorerkrankung: \
            [nein|bekannt seit {year}].
            Gebühr nach GOÄ: {small}
            {town}, {today}""",
        ),
        firm(
            "hospital",
            "report",
            "Befundbericht {me}|Ihre Anfrage vom {past}",
            """
            auf Ihre Anfrage teilen wir mit: {me}, geboren {birth}, befand sich vom {past} bis {date} in unserer Behandlung. Es
            bestand [ein Bruch des Schienbeinkopfs|eine schwere Gehirnerschütterung]. Der Heilverlauf ist regelrecht.
            Arbeitsunfähigkeit ist bis {soon} anzunehmen, mit Dauerfolgen rechnen wir [nicht|in Höhe von
            etwa {percent} %].""",
        ),
    ),
    "en": (
        page(
            "doctor",
            "work",
            "Medical certificate|Certificate of incapacity|Fitness for work",
            """
            I certify that I examined {me} (DOB {birth}) on {date}
            and that in my opinion [he|she] is unfit for work due to [injury|illness|lower back pain]
            from {date} to {soon}.
            [First|Final|Intermediate] certificate
            ? May resume light duties in {n} weeks.
            Signed and stamped, {doctor}""",
        ),
        page(
            "doctor",
            "injury",
            "Medical report|Report on injuries|Doctor's note",
            """
            Re: {me}, date of birth {birth}
            I saw this patient on {date} following [a road traffic accident|a fall on a wet floor|a dog bite] on {past}.
            Findings: [soft tissue injury to the neck, reduced rotation|undisplaced fracture of the distal radius|4 cm \
            laceration, sutured]
            Treatment: [analgesia and physiotherapy|cast for {n} weeks]
            ? Prognosis: full recovery expected within {n2} months.
            This report is furnished at the request of the patient for insurance purposes.""",
        ),
        firm(
            "doctor",
            "necessity",
            "To whom it may concern: {me}|Treatment required|Letter in support of patient",
            """
            This is to certify that my patient {me} (DOB {birth}) has been under my care since {past} with [osteoarthritis of
            the hip|chronic migraine]. [He|She] requires [a hip replacement|a course of ten infusions], which in my clinical
            opinion is
            medically necessary and not cosmetic. Delay would worsen the outcome.
            ? I understand that the plan will consider the cost on receipt of this letter.""",
        ),
        page(
            "hospital",
            "discharge",
            "Discharge summary|Hospital discharge letter",
            """
            Patient: {me}    DOB: {birth}    MRN: {file}
            Admitted: {past}    Discharged: {date}
            Diagnosis: [acute appendicitis|fractured neck of femur|concussion]
            Procedure: [laparoscopic appendicectomy|hemiarthroplasty|none, observation]
            Medication: [paracetamol, enoxaparin|oral antibiotics for 7 days]
            ? Unfit to fly until {soon}; escort advised.
            Follow-up: outpatients in {n} weeks""",
        ),
        page(
            "doctor",
            "permanent",
            "Attending physician's statement|Medical questionnaire completed by doctor",
            """
            Name of patient: {me}
            Accident date: {past}
            Nature of injury: [torn rotator cuff|crush injury to left hand]
            Is there permanent disability? [Yes, estimated {percent} %|No]
            Dates totally disabled: {past} to {date}
            Any earlier condition that contributed? [None|Mild arthritis noted in {year}]
            Doctor's signature: {doctor}    {today}""",
        ),
        page(
            "doctor",
            "travel",
            "Certificate for travel insurer|Cancellation: medical certificate",
            """
            I confirm that {me} attended on {date} with [shingles|a ruptured ligament] and was advised not to travel on {soon}.
            The condition first presented on {date}. [It could not have been foreseen at booking.|There is a history since \
            {year}.]
            Fee for this certificate: {small}, paid by patient.
            {doctor}, {today}""",
        ),
        firm(
            "hospital",
            "report",
            "Medical report: {me}|Reply to your request",
            """
            In reply to your letter, this patient (born {birth}) attended our fracture clinic from {past} to {date} with [a
            tibial plateau fracture|a head injury]. Healing has been satisfactory. In our opinion a return to [manual work|desk
            work] is realistic from {soon}; we expect [no lasting disability|a residual disability of
            {percent} %].""",
        ),
    ),
    "lb": (
        firm(
            "doctor",
            "certificate-lb",
            "Certificat|Krankeschäin {me}",
            """
            ech certifiéieren, datt ech {me}, gebuer de {birth}, haut ënnersicht hunn an datt hien oder si wéinst [engem
            Accident|enger Krankheet] vum {date} bis den {soon} net schaffe ka goen. Diagnos: [Verstauchung vum Fouss|gebrache
            Schlësselbeen].
            Ausgang ass erlaabt.""",
        ),
    ),
}
