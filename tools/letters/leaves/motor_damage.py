"""Claims: loss or damage to a vehicle or caused by one."""

from tools.letters.grammar import customer, firm, page

SITUATIONS = {
    "fr": (
        customer(
            "bollard",
            "Choc en marche arrière|Sinistre {plate}|Ma {car}",
            """
            [Hier|Le {date}|En quittant le parking du supermarché le {date}], j'ai reculé contre une borne en béton que je
            n'avais pas
            vue. Le pare-chocs arrière est fendu et le hayon ne ferme plus [bien|qu'à moitié].
            ? Personne d'autre n'est concerné et la police n'est pas venue.
            [Dois-je passer par un garage agréé ou puis-je aller chez {garage} ?|{garage} peut prendre la voiture dès {soon}.]
            Mon
            contrat comprend une casco complète, [je vous prie donc de prendre en charge la réparation|merci d'ouvrir un
            dossier].""",
        ),
        customer(
            "windscreen",
            "Bris de glace|Pare-brise fissuré|Impact sur le pare-brise",
            """
            Sur l'autoroute, à hauteur de {town2}, un gravillon projeté par un camion a frappé mon pare-brise. L'impact [s'est
            étendu en
            une nuit|faisait deux centimètres, la fissure en fait maintenant quarante] et le contrôle technique est prévu le
            {soon}.
            Véhicule : {car}, immatriculé {plate}.
            ? Le remplacement coûte {amount} d'après {garage}, caméra comprise ; le devis est joint.
            Pouvez-vous me confirmer que la garantie vitres joue [sans franchise|malgré ma franchise de {deductible}] ?""",
        ),
        customer(
            "rear-end",
            "Accident du {date}|Constat amiable|Collision à {town}",
            """
            Je vous transmets le constat amiable rempli avec l'autre conducteur, {person2}, assuré chez {insurer2}. J'étais à
            l'arrêt au
            feu rouge quand il m'a percuté par l'arrière, vers {time}.
            [Le coffre est enfoncé et un feu est cassé|Ma voiture roule encore mais le bas de caisse touche la roue].
            ? Ma passagère se plaint d'une douleur à la nuque ; son médecin lui a donné un certificat que je vous enverrai si \
            besoin.
            Je n'ai commis aucune faute et [demande le remboursement intégral des dégâts|compte sur vous pour récupérer les
            frais auprès de
            l'adversaire].""",
        ),
        customer(
            "boar",
            "Collision avec un sanglier|Gibier|Animal sur la route",
            """
            Cette nuit vers {time}, entre {town} et {town2}, un sanglier a surgi du bois et je n'ai pas pu l'éviter. [L'avant
            gauche est
            détruit, le radiateur fuit|Le phare, l'aile et le capot sont touchés] et la dépanneuse a emmené la voiture chez
            {garage}.
            La police est venue et a dressé un procès-verbal dont j'attends la copie. [Que dois-je faire ?|Un véhicule de
            remplacement
            serait le bienvenu, je travaille à l'extérieur.]""",
        ),
        customer(
            "hail",
            "Grêle|Orage du {date}|Dégâts de grêle sur deux véhicules",
            """
            L'orage du {date} a cabossé nos deux voitures garées devant la maison : la {car} ({plate}) et la {car2} ({plate2}).
            On compte
            plus de {percent} impacts sur le toit et le capot.
            ? Les tuiles et la véranda n'ont heureusement rien.
            Merci d'envoyer un expert ou de nous indiquer [où et quand présenter les véhicules|le centre de débosselage].""",
        ),
        page(
            "customer",
            "accident-form",
            "Déclaration de sinistre automobile|Déclaration d'accident",
            """
            Preneur d'assurance : {me}
            N° de police : {policy}
            Véhicule : {car}    Plaque : {plate}    Kilométrage : {km}
            Conducteur au moment des faits : [le preneur|{person2}, permis depuis {year}]

            Date et heure : {date}, {time}
            Lieu : [rond-point à l'entrée de {town}|parking souterrain, {town}|{street}, {town}]
            Circonstances : [priorité à droite non respectée par l'autre véhicule|glissade sur le verglas, choc contre la \
            glissière|\
            portière ouverte contre un cycliste, vélo abîmé]
            Tiers : {person3}, {plate2}, compagnie {insurer2}

            Blessés : [non|oui, légers]    Police : [non|oui, commissariat de {town}]
            Dégâts apparents : [portières droites|avant complet|rétroviseur et aile]
            Estimation : [{amount}|inconnue]
            Garage choisi : {garage}

            Fait le {today}. Signature : {me}""",
        ),
        firm(
            "garage",
            "garage-for-client",
            "Prise en charge {plate}|Véhicule de {me}|Votre assuré {me}",
            """
            Nous avons en atelier la {car} de votre assuré {me}, [amenée sur plateau après un accrochage|vandalisée par un
            véhicule en
            fuite pendant la nuit, côté gauche|dont le pot catalytique a été arraché par un débris sur la chaussée] le {date}.
            Le client nous demande de déclarer le sinistre en son nom et souhaite être indemnisé au titre de sa casco ; sa
            déclaration
            signée et les photos sont annexées. Merci de nous donner le numéro de dossier et de mandater un expert avant tout
            démontage.""",
        ),
        customer(
            "stolen-mirror-bus",
            "Rétroviseur arraché|Un bus a touché ma voiture",
            """
            Petite déclaration : le bus de la ligne {n} a arraché mon rétroviseur ce matin [devant l'école|rue de la Gare] et ne
            s'est pas arrêté. Un parent d'élève a noté son numéro de parc, {file}. {garage}
            demande {amount}. Voulez-vous voir la voiture ou puis-je commander la pièce ?""",
        ),
        firm(
            "lawyer",
            "opponent",
            "Accident du {past} - réclamation matérielle|Véhicule de mon client {me}",
            """
            Mon client {me} a été heurté le {past} par le véhicule {plate2}, conduit par votre assuré {person2}, qui a franchi
            la ligne blanche. Je vous demande d'indemniser les dommages à sa {car} : {amount} de réparation, {small} par jour
            d'immobilisation et les frais de dépannage.
            Rapport d'expertise et facture joints. À défaut d'offre sous {days} jours, j'assignerai.""",
        ),
        customer(
            "long-story",
            "Choc avec un tracteur|Récit de mon accident",
            """
            Je reviens sur l'accident que j'ai eu avant-hier. Je roulais à {n}0 km/h sur la petite route de {town2} lorsque, à
            la sortie d'un virage, un tracteur tirant une remorque mal attelée m'a obligé à me déporter.
            Mon véhicule a heurté le talus puis un arbre ; les coussins gonflables se sont déclenchés.
            ? J'ai été vu à {hospital}, rien de grave.
            Le conducteur du tracteur, {person2}, reconnaît les faits. L'épave se trouve chez {garage}, où le gardiennage est
            facturé {small} par jour.
            Je souhaite savoir quand l'expert passera et comment ma voiture, achetée {big} en {year}, sera remboursée.""",
        ),
    ),
    "de": (
        customer(
            "parked-scratch",
            "Parkschaden|Kratzer am Auto|Unfallflucht in {town}",
            """
            als ich [heute Mittag|am {date}] zu meinem [geparkten Wagen|Auto auf dem Firmenparkplatz] zurückkam, war die gesamte
            Beifahrerseite
            verkratzt und der Spiegel hing herunter. Einen Zettel gab es nicht. Ich habe bei der Polizei Anzeige gegen Unbekannt
            erstattet.
            Es geht um den {car}, Kennzeichen {plate}. [Übernimmt meine Vollkasko das?|Ich möchte den Schaden über die Vollkasko
            abwickeln.]
            ? {garage} schätzt die Kosten auf rund {amount}, ein Kostenvoranschlag folgt.""",
        ),
        customer(
            "marten",
            "Marderbiss|Auto springt nicht an|Kabelschaden",
            """
            [seit gestern|seit dem {date}] leuchtet bei meinem {car} die Motorkontrolle. {garage} hat festgestellt, dass ein
            Marder die
            Zündkabel und einen Kühlschlauch durchgebissen hat. Die Rechnung über {amount} liegt bei, bezahlt habe ich sie
            schon.
            Bitte erstatten Sie mir den Betrag aus der Teilkasko auf das Konto {iban}.""",
        ),
        customer(
            "deer",
            "Wildunfall|Reh|Unfall vom {date}",
            """
            am {date} gegen {time} ist mir auf der Landstraße zwischen {town} und {town2} ein Reh vor das Auto gelaufen. Ich
            konnte nicht
            mehr bremsen. [Stoßfänger, Scheinwerfer und Haube sind hinüber|Der Wagen ist nicht mehr fahrbereit und steht bei
            {garage}].
            Die Wildunfallbescheinigung des Försters schicke ich mit. Wann kommt der Gutachter?""",
        ),
        customer(
            "own-fault",
            "Auffahrunfall|Schadenmeldung {policy}|Blechschaden",
            """
            leider bin ich am {date} [im Stau|an einer Ampel in {town}] auf den Vordermann aufgefahren. Die Schuld liegt bei
            mir. Der andere
            Wagen, Kennzeichen {plate2}, gehört {person2}; [verletzt wurde niemand|die Fahrerin klagte über Kopfschmerzen].
            Bitte regulieren Sie den fremden Schaden über die Kfz-Haftpflicht. Meinen eigenen {car} [lasse ich selbst
            richten|habe ich
            vollkaskoversichert, hier bitte ebenfalls prüfen].
            ? Muss ich nun mit einem höheren Beitrag rechnen?""",
        ),
        customer(
            "glass-short",
            "Steinschlag|Scheibe kaputt|Frontscheibe",
            """
            Steinschlag in der Frontscheibe, Riss quer durchs Sichtfeld, [passiert am {date} auf der Autobahn|gestern auf dem
            Heimweg].
            Kennzeichen {plate}, Teilkasko mit {deductible} SB.
            Kann ich die Scheibe direkt bei {garage} tauschen lassen und die rechnen mit Ihnen ab? Termin wäre am {soon}.""",
        ),
        page(
            "customer",
            "claim-form",
            "Kfz-Schadenanzeige|Schadenmeldung Kraftfahrt",
            """
            1. Angaben zum Versicherungsnehmer
            Name: {me}
            Versicherungsschein: {policy}
            Telefon: {phone}

            2. Fahrzeug
            Fabrikat: {car}
            amtl. Kennzeichen: {plate}
            Laufleistung: {km} km

            3. Schadenhergang
            Datum/Uhrzeit: {date}, {time} Uhr
            Ort: {street}, {town}
            [Beim Einparken Pfosten übersehen|Gegner missachtete Vorfahrt, Zusammenstoß vorne rechts|Dachlawine auf parkendes \
            Fahrzeug|\
            Fahrzeug im Unwetter durch Hagelkörner beschädigt]

            4. Gegner
            [keiner|{person2}, Kennzeichen {plate2}, versichert bei {insurer2}]

            5. Voraussichtliche Schadenhöhe
            [ca. {amount}|nicht bekannt]
            Reparaturbetrieb: {garage}

            ? Polizeilich aufgenommen: [ja, Tagebuchnummer {file}|nein]

            {town}, {today}          {me}""",
        ),
        firm(
            "company",
            "fleet",
            "Schaden an Lieferwagen {plate}|Flottenvertrag {policy}: neuer Schaden",
            """
            unser Fahrer {person2} hat am {date} beim Rangieren auf dem Hof eines Kunden [das Rolltor gestreift|ein Vordach
            touchiert]. Am
            Transporter {car} ist der Aufbau eingedrückt, am Tor des Kunden ist ein Element verbogen. Fotos und Skizze anbei.
            Bitte legen Sie den Schaden zum Flottenvertrag an und [beauftragen Sie einen Sachverständigen|teilen Sie uns die
            Schadennummer
            mit]. Das Fahrzeug wird dringend gebraucht.""",
        ),
        customer(
            "trailer",
            "Anhänger|Garagentor auf Autodach",
            """
            [das automatische Garagentor ist beim Hinausfahren auf mein Autodach gefallen|beim Rückwärtsfahren mit dem Anhänger
            bin ich eingeknickt]. Dach und Heckklappe meines {car} sind eingedrückt, am Tor selbst ist nichts. Das war am
            {date}, ohne fremde Beteiligung. Bitte melden Sie sich wegen der Kaskoregulierung; ein Kostenvoranschlag über
            {amount} ist im Anhang.""",
        ),
        firm(
            "lawyer",
            "opponent",
            "Schadenersatz aus Verkehrsunfall vom {past}|{me} ./. Ihr VN {person2}",
            """
            wir zeigen an, dass uns {me} beauftragt hat. Der Fahrer Ihres Versicherungsnehmers hat am {past} beim Spurwechsel
            den Pkw unserer Mandantschaft beschädigt. Wir beziffern:
            =
            Reparatur laut Gutachten: {amount}
            Nutzungsausfall: {small}
            Unkostenpauschale: {small2}
            Ausgleich erwarten wir binnen zwei Wochen, andernfalls erheben wir Klage.""",
        ),
        customer(
            "keyed",
            "Auto zerkratzt|Vandalismus am Pkw|Lackschaden",
            """
            über Nacht hat jemand meinen {car} rundherum mit einem Schlüssel zerkratzt und beide Spiegel abgetreten. Der Wagen
            stand vor dem Haus. Anzeige gegen Unbekannt ist erstattet. Der Lackierer veranschlagt {amount}. Ich habe Vollkasko
            bei
            Ihnen und bitte um Freigabe der Reparatur.""",
        ),
    ),
    "en": (
        customer(
            "roundabout",
            "Accident on {date}|Collision at roundabout|Damage to my car, {plate}",
            """
            I was involved in a collision [yesterday|on {date}] at the roundabout outside {town}. The other driver, {person2}
            ({plate2}, insured
            with {insurer2}), pulled out in front of me and I [clipped her front wing|could not stop in time]. Both cars were
            drivable.
            My {car} has a [bent bonnet and a broken headlamp|crushed bumper and the airbag light is on].
            ? The Gardaí attended and took both our statements.
            [I would like to claim under my comprehensive cover.|Please open a claim and tell me which repairer to use.] I
            attach photographs.""",
        ),
        customer(
            "kerb-storm",
            "Tree on car|Storm damage to vehicle|Branch through windscreen",
            """
            During last night's storm a branch came down on my car, which was parked [outside the house|on {street}]. The roof
            is dented and
            the windscreen is gone. I have covered it with a tarpaulin. Registration {plate}, {km} km on the clock.
            Is a hire car included while it is being fixed? {garage} can take it in on {soon}.
            ? The tree belongs to the council, if that makes any difference.""",
        ),
        customer(
            "carpark-ding",
            "Scrape in car park|Somebody hit my car|Parked car damaged",
            """
            Somebody reversed into my parked {car} at the shopping centre on {date} and drove off. A witness left a note with
            the number
            {plate2}. The rear door and sill are [pushed in|scraped down to the metal].
            {garage} has quoted {amount} for the repair. Could you please deal with the other party's insurer, or pay me under
            my own policy
            and recover the money from them?""",
        ),
        customer(
            "flooded-engine",
            "Car stalled in flood water|Engine damage after heavy rain",
            """
            On {date} I drove through what looked like a shallow puddle near {town2} and the engine cut out. The recovery truck
            brought the car
            to {garage}, who say the engine has taken in water and may need replacing, [at something like {big}|cost to be
            confirmed].
            My policy is comprehensive with an excess of {deductible}. Please let me know [how to proceed with the claim|whether
            you want to
            inspect the car before any work starts].""",
        ),
        page(
            "customer",
            "motor-form",
            "Motor Claim Form|Motor accident report form",
            """
            Policyholder: {me}
            Policy number: {policy}
            Driver: [as above|{person2}, named driver]
            Vehicle: {car}   Reg: {plate}   Mileage: {km}

            Date / time: {date} {time}
            Place: {street}, {town}
            What happened: [Skidded on ice and hit a stone wall|Other vehicle changed lane into my path|Deer ran out, struck \
            front nearside|\
            Shopping trolley blown into driver's door]

            Third party: [none|{person3}, reg {plate2}, insurer {insurer2}]
            Injuries: [none|bruising only]
            Garda report no.: [n/a|{file}]
            Damage: [front end|both nearside doors|rear bumper and boot]
            Estimated cost: [{amount}|not yet known]

            I declare that the above is true. Signed {me}, {today}""",
        ),
        firm(
            "broker",
            "broker-notice",
            "New motor claim: {me}|FNOL {plate}",
            """
            Please find below first notification of a loss from our mutual client {me}, policy {policy}.
            The insured's {car} was [struck by a bus while stationary|damaged when a garage door came down on it|run into from
            behind on the
            motorway slip road] on {date}. The vehicle is with {garage}. Third party details: {person2}, {plate2}.
            ? The client's no-claims bonus is protected, we believe.
            Kindly acknowledge, appoint an engineer and advise whether a courtesy car can be provided.""",
        ),
        customer(
            "ev-charger",
            "Damage at charging point|Car damaged by falling sign",
            """
            A metal sign blew off the charging station at {town2} on {date} and landed on the bonnet of my {car} ({plate}).
            Paint scratched to the metal, one sensor hanging off. The operator says it's my insurer's problem. Can I claim on
            my own policy without losing my bonus? Garage says {amount}.""",
        ),
        firm(
            "lawyer",
            "opponent",
            "Road traffic accident {past}: material damage|Our client {me}, vehicle {plate}",
            """
            We act for {me}, whose stationary car was struck by a van driven by your insured, {person2}. We claim on our
            client's behalf the cost of repairs at {amount}, towing at {small} and a hire car. Engineer's report attached.
            Please let us have
            your proposals within {days} days or we shall advise our client to issue proceedings.""",
        ),
        customer(
            "car-stolen",
            "My car has been stolen|Vehicle theft {plate}",
            """
            My {car} ({plate}) was gone from the driveway when I got up on {date}. Both keys are still here. The Gardaí have
            been told and gave me a reference. The car was worth about {big} and has a tracker that is not responding. What
            happens now with my comprehensive policy, and may I hire a car?""",
        ),
    ),
    "lb": (
        customer(
            "accident-lb",
            "Accident mam Auto|Schued um Auto {plate}",
            """
            ech hat [gëschter|de {date}] en Accident zu {town}. Beim [Erausfueren aus der Parklück|Ofbéien] huet mech en aneren
            Auto ({plate2}) op
            der Säit getraff. D'Dier ass agedréckt an de Spigel ass futti. Mir hunn e Constat gemaach, deen ech Iech hei
            matschécken.
            Den Auto steet bei der {garage}. [Kënnt Dir w.e.g. en Expert schécken?|Bezuelt d'Assurance och en Ersatzauto?]""",
        ),
        customer(
            "glass-lb",
            "Fënster vum Auto|Steeschlag",
            """
            op der Autobunn huet e Steen meng Scheif getraff, elo ass do e laange Rëss. Ech fueren e {car}, Plack {plate}.
            D'Garage
            {surname} seet, déi nei Scheif géif {amount} kaschten. Ass dat an menger Casco dran a wéi eng Franchise muss ech
            bezuelen?""",
        ),
    ),
}
