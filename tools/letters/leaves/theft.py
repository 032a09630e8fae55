"""Claims: burglary, robbery, theft or vandalism."""

from tools.letters.grammar import customer, firm, page

SITUATIONS = {
    "fr": (
        customer(
            "burglary",
            "Cambriolage|Effraction à mon domicile|Vol du {date}",
            """
            En rentrant [de vacances|du travail] le {date}, nous avons trouvé la porte de la terrasse forcée et toutes les
            armoires retournées.
            [Les bijoux de ma mère, deux montres et un ordinateur|Une console, de l'argent liquide et plusieurs bijoux] ont
            disparu.
            La police est passée relever les empreintes ; le procès-verbal porte le numéro {file}. Vous trouverez en annexe la
            liste des objets
            avec les factures que j'ai pu retrouver, pour un total de {big}.
            ? {craftsman} a fermé provisoirement la porte, {amount} payés de ma poche.
            Merci de me dire [quelles preuves il vous faut encore|si je peux faire remplacer la serrure].""",
        ),
        customer(
            "e-bike",
            "Vol de mon vélo électrique|Vélo disparu|Déclaration de vol",
            """
            Mon vélo, acheté {amount2} en {year}, a disparu [du local commun de la résidence|devant la gare de {town}] le {date}
            entre midi et
            {time}. Il était attaché par un antivol en U, que l'on a retrouvé scié.
            Plainte déposée le lendemain. Ci-joint la plainte, la facture et le numéro de cadre.
            [Ma formule habitation prévoit le vol hors domicile, si j'ai bien lu.|Quel sera le montant remboursé, vétusté
            comprise ?]""",
        ),
        customer(
            "bag-robbery",
            "Agression et vol de sac|Sac arraché|Vol à l'étranger",
            """
            J'ai été [bousculée|agressé] en pleine rue à {town2} le {date} vers {time} : un homme m'a arraché mon sac et s'est
            enfui à scooter. J'y
            avais mon téléphone, {small} en espèces, mes clés et mes papiers. J'ai une contusion au poignet, sans gravité.
            Comme l'adresse figurait sur mes papiers, j'ai fait changer les serrures. Je demande le remboursement du contenu et
            du serrurier.""",
        ),
        customer(
            "car-broken-into",
            "Vol dans la voiture|Vitre brisée et objets volés",
            """
            On a cassé la vitre de ma voiture pour prendre [le matériel photo|le porte-documents et la tablette] que j'avais
            laissés dans le coffre,
            le {date}, sur un parking de {town2}. La vitre est réglée par mon assurance auto ; je vous écris pour les objets,
            qui relèvent de mon contrat habitation.
            = {items_stolen}
            Le dépôt de plainte suit par courrier.""",
        ),
        customer(
            "graffiti",
            "Vandalisme|Graffitis sur la façade|Boîte aux lettres détruite",
            """
            Des inconnus ont [tagué la façade de notre maison|arraché l'interphone et fracassé la boîte aux lettres] dans la
            nuit du {date}. Le
            nettoyage est estimé à {amount} par {craftsman}. Une plainte contre X est déposée. Notre assurance couvre-t-elle les
            actes de
            malveillance ? Si oui, merci de considérer ceci comme ma déclaration.""",
        ),
        page(
            "customer",
            "stolen-list",
            "Déclaration de vol|Inventaire des objets volés|Déclaration vol avec effraction",
            """
            Assuré(e) : {me}
            Contrat : {policy}
            Lieu : {address}
            Date présumée : entre le {date} et le {today}
            Mode d'entrée : [fenêtre de cave fracturée|cylindre arraché|porte non verrouillée]
            Plainte : police de {town}, n° {file}

            Objets dérobés
            {items_stolen}

            Dégradations : [porte d'entrée, {amount}|aucune]
            Système d'alarme : [oui|non]
            Autre assurance : [non|oui, {insurer2}]

            Certifié sincère, {town}, le {today}
            {me}""",
        ),
        customer(
            "shop",
            "Vol dans mon commerce|Effraction au magasin",
            """
            Mon magasin a été cambriolé dans la nuit du {date}. Les voleurs ont [passé par le toit|brisé la vitrine avec un
            bélier] et emporté la caisse ({amount}) ainsi que du stock pour environ {big}. Les images de vidéosurveillance sont
            à la police. Je dois rester
            fermé {n} jours. Merci de me dire quel expert viendra et si la perte d'exploitation est couverte.""",
        ),
        customer(
            "cellar",
            "Cave fracturée|Vol dans ma cave|Cadenas forcé",
            """
            Toutes les caves de l'immeuble ont été visitées la semaine dernière. Dans la mienne on a pris :
            = {items_stolen}
            Le syndic a remplacé la porte commune à ses frais. Plainte n° {file}. Puis-je être remboursé en valeur à neuf ? \
            Pas de facture pour tout, malheureusement.""",
        ),
    ),
    "de": (
        customer(
            "break-in",
            "Einbruch|Bei uns wurde eingebrochen|Diebstahl {date}",
            """
            [in der Nacht zum {date}|während unseres Urlaubs] sind Unbekannte in unser Haus eingestiegen, vermutlich über das
            Badfenster. Es fehlen
            Schmuck, [Bargeld und zwei Tablets|eine Münzsammlung und das Tafelsilber]. Das Fenster und eine Innentür sind
            beschädigt.
            Die Polizei war vor Ort, Vorgangsnummer {file}. Die Aufstellung mit Wertangaben von zusammen {big} liegt bei.
            ? Für den Ring gibt es ein Gutachten des Juweliers.
            Bitte teilen Sie mir mit, ob ich das Fenster schon reparieren lassen darf; der Tischler will {amount}.""",
        ),
        customer(
            "bicycle",
            "Fahrrad gestohlen|E-Bike weg|Fahrraddiebstahl",
            """
            mein Fahrrad ist weg. Ich hatte es am {date} [am Bahnhof {town}|im Hof] mit einem Bügelschloss angeschlossen; als
            ich gegen {time}
            zurückkam, lag nur noch das Schloss da. Rahmennummer {file}, Kaufpreis {amount}.
            Anzeige ist erstattet. Ich bitte um Erstattung über die Hausratversicherung, [Fahrradklausel ist
            eingeschlossen|falls Fahrräder
            eingeschlossen sind].""",
        ),
        customer(
            "shop-till",
            "Einbruch im Geschäft|Diebstahl aus dem Lager|Schaden im Betrieb",
            """
            in meinem Laden in {town} wurde am {date} [die Eingangstür aufgehebelt|das Schaufenster eingeschlagen]. Gestohlen
            wurden die
            Wechselgeldkasse mit {amount} und Ware im Einkaufswert von {big}. Die Inventurliste und die Anzeige sende ich Ihnen
            mit.
            Wir mussten [zwei Tage|einen Tag] schließen. Prüfen Sie bitte auch den Ertragsausfall.""",
        ),
        customer(
            "vandal-garden",
            "Vandalismus|Sachbeschädigung am Haus|Gartenhaus aufgebrochen",
            """
            jemand hat unser Gartenhaus aufgebrochen und dort gewütet: Scheiben eingeworfen, Farbe verschüttet, [der Rasenmäher
            und zwei
            Kettensägen sind verschwunden|die Möbel zerschlagen]. Entdeckt habe ich es am {date}.
            Ich melde den Schaden hiermit zur Wohngebäude- und Hausratversicherung. Kosten nach erster Schätzung: {amount}.""",
        ),
        customer(
            "suitcase",
            "Koffer gestohlen|Diebstahl auf Reisen",
            """
            auf der Zugfahrt nach {town2} wurde mir am {date} der Koffer aus der Gepäckablage gestohlen. Inhalt laut Liste:
            = {items_stolen}
            Die Bahnpolizei hat die Anzeige aufgenommen. [Ein Teil der Belege ist leider im Koffer gewesen.|Belege füge ich \
            bei.] Bitte erstatten
            Sie den Zeitwert aus der Reisegepäckversicherung.""",
        ),
        page(
            "customer",
            "burglary-form",
            "Schadenanzeige Einbruchdiebstahl|Stehlgutliste",
            """
            Versicherungsnummer: {policy}
            Name: {me}
            Tatort: {address}
            Tatzeit: {date}, ca. {time} Uhr
            Polizeidienststelle / Aktenzeichen: {town} / {file}

            Wie gelangte der Täter hinein? [Terrassentür aufgehebelt|Schlüssel aus Briefkasten|gekipptes Fenster]
            Waren alle Türen abgeschlossen? [ja|nein]

            {items_stolen}

            Gebäudebeschädigung: [{amount}|keine]
            Alarmanlage: [vorhanden, nicht scharf|nein]
            Ort, Datum: {town}, {today}
            Unterschrift: {me}""",
        ),
        customer(
            "car-theft",
            "Handtasche geraubt|Raubüberfall",
            """
            man hat mich am {date} abends in {town2} überfallen und mir die Handtasche entrissen. Darin waren Handy, {small}
            Bargeld, Schlüssel und Ausweise. Die Schlösser habe ich sofort tauschen lassen ({amount}). Ich bin mit dem Schrecken
            davongekommen, war aber
            beim Arzt. Welche Kosten erstattet mir die Hausratversicherung?""",
        ),
        customer(
            "trick",
            "Trickdiebstahl|Falscher Handwerker",
            """
            ein Mann, der sich als Wasserwerker ausgab, hat meine {n}0-jährige Mutter abgelenkt, während ein zweiter ihren
            Schmuck und {amount} aus dem Schlafzimmer nahm. Aufgebrochen wurde nichts. Die Polizei ermittelt. Wir möchten den
            Verlust melden und hoffen, dass auch so etwas versichert ist.""",
        ),
    ),
    "en": (
        customer(
            "house-break-in",
            "Burglary at my home|Break-in on {date}|Theft claim",
            """
            I am writing to report a burglary. We came home on {date} to find the back door [kicked in|forced with a crowbar]
            and every drawer emptied.
            My late father's watch, two laptops and [a jewellery box|some cash] are missing. Gardaí took prints, PULSE number
            {file}.
            I am putting the list of items and values together (about {big} so far).
            ? The locksmith's bill for {amount} is attached.
            What evidence do you need where I no longer have receipts?""",
        ),
        customer(
            "shed",
            "Shed broken into|Tools stolen|Stolen bike",
            """
            The padlock on our shed was cut [last night|on {date}] and [my bicycle|a lawnmower, drill set and my son's bicycle]
            taken. Reported to the
            local station this morning. The bike alone cost {amount} in {year}.
            Is a shed covered under contents? I'd like to claim in any case. Photos of the broken lock attached.""",
        ),
        customer(
            "van-tools",
            "Theft from van|Tools taken, {plate}",
            """
            Thieves drilled the lock of my van overnight on {date} and emptied it. I am a self-employed electrician and
            everything I work with was in
            there.
            = {items_stolen}
            The van itself has only a small hole in the door. [I have a job starting on {soon}, so an interim payment would \
            help.|I reported it at
            once and have a crime number.]""",
        ),
        customer(
            "phone-snatched",
            "Phone and wallet stolen|Mugging abroad|Travel policy: stolen bag",
            """
            While on holiday I had my bag snatched from a café table on {date}. It contained my phone, sunglasses, {small} in
            cash and our passports.
            The local police gave me a report (in the local language, attached with a translation).
            I wish to claim for the contents and for the emergency passports, {amount} in all.""",
        ),
        customer(
            "pub-vandals",
            "Vandalism at premises|Windows smashed|Malicious damage",
            """
            Between closing time on {date} and the next morning somebody smashed three windows of our premises at {street} and
            sprayed paint over the
            frontage. Nothing appears to be stolen apart from the charity box. CCTV has been given to the police.
            {craftsman} boarded up the windows and has quoted {amount} for the glass. Please note our claim under the commercial
            policy.""",
        ),
        page(
            "customer",
            "theft-form",
            "Theft claim form|Statement of loss: theft",
            """
            Insured: {me}
            Policy no: {policy}
            Where did the loss occur? {address}
            When? {date}, around {time}
            Reported to: Garda station, {town}   Ref: {file}
            How was entry gained? [rear window|front door, lock forced|no sign of forced entry]

            Property stolen
            {items_stolen}

            Damage caused by thieves: [{amount}|none]
            Previous thefts: [none|one, in {year}]

            Signature {me}      {today}""",
        ),
        firm(
            "broker",
            "broker-theft",
            "{me}: burglary claim|New loss, contents",
            """
            Our client {me} (policy {policy}) telephoned today to say that the house was broken into on {date}. Jewellery and
            electronics
            worth roughly {big} were taken and a patio door was damaged. The alarm had been set.
            ? The client is understandably shaken; please telephone before writing.
            We enclose the signed statement and police reference. Please set up the claim and send the forms to us.""",
        ),
        customer(
            "parcel",
            "Stolen from hallway|Theft without break-in",
            """
            My son's [electric scooter|racing bike] and a parcel with a new laptop were taken from the shared hallway of our
            building on {date}. The front door had been left on the latch by a courier. I have reported it. Value about
            {amount}, receipts attached. Does the
            policy cover this as there was no forced entry?""",
        ),
        customer(
            "farm",
            "Stolen quad bike|Theft from farmyard",
            """
            A quad bike, a chainsaw and about 400 litres of diesel were taken from our yard at {town2} in the early hours of
            {date}. The gate had been cut off its hinges. The quad was bought for {big} in {year}. Please find attached the
            Garda report. A neighbour's CCTV shows a white van.""",
        ),
    ),
    "lb": (
        customer(
            "burglary-lb",
            "Abroch|Bei eis gouf agebrach|Déifstall",
            """
            bei eis gouf de {date} agebrach. D'Déif sinn duerch d'Kellerfënster erakomm an hunn [Bijouen a Geld|zwee Computeren
            an eng Auer]
            matgeholl. D'Police war do an huet e Pabeier ausgestallt, deen ech Iech matschécken. De Schued ass ongeféier {big}.
            Wat braucht Dir nach vu mir, fir datt dat rembourséiert gëtt?""",
        ),
        customer(
            "bike-lb",
            "Vëlo geklaut|Mäi Vëlo",
            """
            mäin Elektrovëlo ass mer de {date} op der Gare zu {town} geklaut ginn, obwuel e mat engem gudde Schlass ugespaart
            war. Ech hat e fir
            {amount} kaaft, d'Rechnung hunn ech nach. Plainte ass gemaach. Ass dat iwwer meng Haushaltsassurance gedeckt?""",
        ),
    ),
}
