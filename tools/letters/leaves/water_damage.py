"""Claims: damage to a building or its contents by escaping or penetrating water."""

from tools.letters.grammar import customer, firm, page

SITUATIONS = {
    "fr": (
        customer(
            "washing-machine",
            "Fuite machine à laver|Dégât des eaux|Inondation de la buanderie",
            """
            Le tuyau d'arrivée de ma machine à laver [a lâché|s'est déboîté] pendant mon absence [dans la nuit du {date}|le
            {date}]. Il y avait
            trois centimètres d'eau dans [la buanderie et le couloir|tout le rez-de-chaussée] et le stratifié gondole déjà.
            J'ai coupé l'arrivée, épongé et pris des photos. [Puis-je jeter les meubles abîmés ou faut-il attendre votre expert
            ?|Merci de
            m'indiquer si je dois garder le parquet abîmé.]
            ? La machine avait trois ans et le plombier n'y touche plus, il me renvoie vers vous.""",
        ),
        customer(
            "upstairs-neighbour",
            "Infiltration par le plafond|Fuite venant de l'étage|Taches au plafond",
            """
            Depuis [le {date}|quelques jours], de l'eau coule du plafond de ma salle de bains. Elle vient de l'appartement de
            {person2}, au-dessus,
            où le joint de la douche serait usé. La peinture cloque, [un luminaire a sauté|deux dalles du faux plafond sont
            tombées].
            Nous avons rempli ensemble un constat, que voici. Mon assurance habitation porte le numéro {policy}.
            ? Le syndic a été averti mais dit que ce n'est pas son affaire.
            Je vous remercie d'ouvrir un dossier et [de prendre contact avec son assureur {insurer2}|de mandater
            quelqu'un].""",
        ),
        customer(
            "frozen-pipe",
            "Tuyau gelé|Rupture de canalisation|Résidence secondaire",
            """
            En arrivant dans notre maison de vacances le {date}, nous avons trouvé la cuisine sous l'eau : une conduite a gelé
            puis éclaté
            derrière l'évier. [Les meubles bas sont perdus|La cloison s'effrite] et l'électricité a été coupée par sécurité.
            {craftsman} a fait une réparation d'urgence pour {amount} ; le reste, séchage et peinture, dépassera [sans doute
            {big}|largement
            nos moyens].
            ? Le chauffage était réglé sur hors gel, je peux le prouver par les relevés.
            Que dois-je vous fournir pour être indemnisé ?""",
        ),
        customer(
            "river",
            "Inondation du {date}|Cave inondée|Crue",
            """
            La rivière est sortie de son lit le {date} et notre cave s'est remplie jusqu'à la quatrième marche. Chaudière,
            congélateur,
            outillage, [les albums de famille|les vélos des enfants] : tout a trempé. Les pompiers ont pompé jusqu'à {time}.
            Notre police comprend l'extension catastrophes naturelles. Nous sommes sans chauffage, une avance nous aiderait
            beaucoup.
            La liste des biens suit dès que nous pourrons redescendre.""",
        ),
        customer(
            "roof-rain",
            "Infiltration d'eau de pluie|Toiture|Orage",
            """
            La tempête a déplacé des tuiles et la pluie est entrée par le toit : [le plafond de la chambre s'est
            affaissé|l'isolant du grenier est
            détrempé] et le matelas est à jeter. {craftsman} a posé une bâche et établi un devis de {amount}, ci-joint.
            Je vous demande de couvrir la toiture ainsi que les dégâts à l'intérieur, sous déduction de la franchise.
            ? Le toit a été révisé en {year}, facture à l'appui.""",
        ),
        page(
            "customer",
            "water-form",
            "Constat dégât des eaux|Déclaration - dommages par l'eau",
            """
            Assuré : {me}                      Contrat : {policy}
            Adresse du risque : {address}
            Qualité : [propriétaire occupant|locataire|copropriétaire]

            Date de constatation : {date}
            Origine : [rupture de canalisation encastrée|débordement d'un appareil ménager|infiltration par \
            façade|refoulement d'égout]
            Fuite réparée : [oui, le {date}|non]     Recherche de fuite : [oui|non]

            Locaux touchés : [cuisine, couloir|salle de bains et chambre|cave et garage]
            Dommages immobiliers : [peintures, parquet|plafond, papier peint|carrelage décollé]
            Dommages mobiliers : [canapé, tapis|armoire|néant]
            Voisin concerné : [{person2}, assuré chez {insurer2}|aucun]
            Évaluation provisoire : {amount}

            Documents joints : photos[, facture du plombier|, devis|]
            Signature de l'assuré : {me}""",
        ),
        customer(
            "shower-short",
            "fuite|Eau chez moi",
            """
            Ma chaudière a perdu toute son eau pendant la nuit, le sol du hall est trempé et ça descend chez la voisine.
            Le chauffagiste passe cet après-midi. Je fais quoi pour l'assurance ? Contrat {policy}, je suis au {phone}.""",
        ),
        firm(
            "agency",
            "syndic",
            "Dégât des eaux résidence {street}|Copropriété : déclaration",
            """
            En notre qualité de syndic, nous vous déclarons un dégât des eaux survenu le {date} dans l'immeuble sis {address}.
            Une colonne d'évacuation s'est rompue ; les caves 4 à 9 et l'appartement de {person2} sont touchés.
            L'entreprise {craftsman} est intervenue, sa facture de {amount} est annexée. Veuillez désigner un expert et nous
            indiquer si les parties privatives entrent dans la police collective.""",
        ),
        customer(
            "long-story",
            "Plafond effondré|Sinistre à mon domicile du {date}",
            """
            Permettez-moi de vous raconter ce qui nous est arrivé. Dimanche soir, un bruit sourd : le plafond de la salle à
            manger venait de tomber sur la table. Le receveur de douche de l'étage fuyait depuis un moment sans que rien ne
            se voie.
            Le parquet en chêne est noirci, le buffet de ma grand-mère s'est gonflé et la télévision ne s'allume plus.
            ? Nous avons appelé {craftsman}, qui a coupé l'eau et réclame {small}.
            Le devis du plâtrier s'élève à {amount}. Nous aimerions être fixés avant de commander quoi que ce soit.""",
        ),
    ),
    "de": (
        customer(
            "dishwasher",
            "Wasser in der Küche|Leitungswasserschaden|Spülmaschine ausgelaufen",
            """
            [gestern Abend|am {date}] ist unsere Spülmaschine ausgelaufen, weil der Zulaufschlauch geplatzt ist. Das Wasser
            stand in der ganzen
            Küche und ist [unter den Estrich|in die Wohnung darunter zu Familie {surname3}] gelaufen.
            Der Sockel der Einbauküche quillt auf, das Parquet löst sich. Bitte schicken Sie jemanden, der sich das ansieht, und
            sagen Sie mir,
            [ob ich Trocknungsgeräte mieten darf|wer die Trocknung bezahlt].
            ? Hausrat und Gebäude sind beide bei Ihnen versichert (Nr. {policy}).""",
        ),
        customer(
            "pipe-in-wall",
            "Rohrbruch|Feuchter Fleck an der Wand|Nasse Wand im Bad",
            """
            hinter den Fliesen in unserem Bad ist ein Rohr undicht. Aufgefallen ist es uns am {date} durch einen dunklen Fleck
            an der Wand zum
            Schlafzimmer. {craftsman} hat das Leck geortet und die Wand geöffnet; die Leitung ist {year} verlegt worden.
            [Die Kosten der Lecksuche betragen {amount}.|Tapete, Laminat und die Rückwand des Schranks sind verschimmelt.] Ich
            bitte um
            Übernahme der Kosten und um Mitteilung der Schadennummer.""",
        ),
        customer(
            "cellar-backwater",
            "Keller unter Wasser|Rückstau|Starkregen",
            """
            der Starkregen vom {date} hat bei uns den Kanal überlastet, das Wasser drückte durch den Bodenablauf in den Keller.
            Es stand
            [knöchelhoch|fast einen halben Meter]. Betroffen sind Waschmaschine, Gefriertruhe, Heizungssteuerung und der [frisch
            renovierte
            Hobbyraum|Vorratsraum].
            Elementarschäden haben wir mitversichert. [Die Feuerwehr hat ausgepumpt.|Ausgepumpt haben wir selbst, mit Hilfe der
            Nachbarn.] Wie
            geht es jetzt weiter?
            ? Eine Liste mit Kaufbelegen im Wert von etwa {big} stelle ich gerade zusammen.""",
        ),
        customer(
            "aquarium",
            "Aquarium geplatzt|Wasserschaden Wohnzimmer",
            """
            unser Aquarium mit 240 Litern ist [heute Nacht|am {date}] gerissen. Das Wasser hat den Teppich, das Sideboard und
            die Steckdosen
            erwischt. [Den Fischen geht es gut.|Der Vermieter macht sich Sorgen um das Parkett.]
            Ich möchte den Schaden meiner Hausratversicherung melden. Neu gekauft habe ich bislang nichts. Fotos hängen an.""",
        ),
        firm(
            "agency",
            "property-manager",
            "Leitungswasserschaden {street}|Objekt {street}, Schadenmeldung",
            """
            für die von uns verwaltete Liegenschaft {address} melden wir einen Leitungswasserschaden. Am {date} trat im 2. OG
            aus einem
            Steigstrang Wasser aus; betroffen sind [drei Wohnungen|Treppenhaus und zwei Wohnungen]. Mieterin {person2} kann ihr
            Bad
            nicht benutzen.
            Die Notreparatur hat {craftsman} ausgeführt. Bitte legen Sie den Schaden zum Gebäudevertrag an und teilen Sie mit,
            ob Sie
            einen Regulierer entsenden. [Ein Angebot über die Trocknung reichen wir nach.|Mietausfall wird vorsorglich
            angemeldet.]""",
        ),
        page(
            "customer",
            "water-form",
            "Schadenanzeige Leitungswasser|Schadenmeldung Gebäude / Hausrat",
            """
            Versicherungsnehmer: {me}
            Vertrag: {policy}
            Schadenort: {address}
            Schadentag: {date}

            Woher kam das Wasser?
            [Zuleitung unter der Spüle|Heizkörperventil|Waschmaschine|Balkonabdichtung, Regenwasser]
            Wer hat den Schaden entdeckt? [Ich selbst|Nachbarin {person2}|Hausmeister]
            Ist die Ursache behoben? [ja|nein, Handwerker kommt am {soon}]

            Beschädigte Sachen:
            {items_builder}

            Sind Dritte betroffen? [nein|ja, Wohnung darunter]
            Bankverbindung für die Entschädigung: {iban}

            {today}, {me}""",
        ),
        customer(
            "neighbour-above",
            "Wasser tropft von oben|Schaden durch Nachbarn",
            """
            aus der Wohnung über mir tropft es seit {date} durch die Wohnzimmerdecke. Der Nachbar, {person2}, hatte die
            Badewanne laufen lassen. Meine Vorhänge und [der Lautsprecher|ein Ölbild] haben Wasser abbekommen. Er sagt, seine
            Haftpflicht sei
            zuständig, ich möchte es aber erst einmal meiner Hausratversicherung melden. Wie machen wir das?""",
        ),
        customer(
            "heating",
            "Heizung ausgelaufen|Estrich nass",
            """
            der Druck der Heizung fiel seit Tagen ab, jetzt wissen wir warum: Die Fußbodenheizung hat ein Loch. Unter dem
            Fertigparkett steht das Wasser, in der Ecke schimmelt es. Der Installateur will {amount} und der Bodenleger noch
            einmal so viel. Bitte um Schadennummer und Rückruf.""",
        ),
        customer(
            "short",
            "Wasserschaden!!|überschwemmung bad",
            """
            Toilette übergelaufen, Bad und Flur unter Wasser, Feuerwehr war da. Brauche heute noch jemanden von der
            Versicherung. Vertrag {policy}, Tel. {phone}.""",
        ),
    ),
    "en": (
        customer(
            "attic-tank",
            "Burst tank in attic|Water through ceiling|Home claim {policy}",
            """
            The water tank in our attic [burst|split along a seam] on {date}, while we were away for the weekend. Water came
            through two bedroom
            ceilings, down the stairs and into the hall. [The landing carpet is ruined|Part of the ceiling has come down] and
            the
            electrics have tripped.
            I turned off the mains and called {craftsman}, who charged {amount} for the emergency visit. Receipt attached.
            ? We are staying with my sister in the meantime.
            Could you please send a loss adjuster [as soon as possible|this week] and let me know if alternative accommodation
            is covered?""",
        ),
        customer(
            "dripping-shower",
            "Leak under shower|Damp patch in kitchen ceiling|Escape of water",
            """
            We noticed a brown stain on the kitchen ceiling on {date}. It turns out the shower waste above has been leaking,
            [possibly for weeks|
            since the tray was moved]. The joists are wet and the plumber had to cut a hole to get at the pipe.
            I understand that repairing the pipe itself is my expense, but I would like to claim for the ceiling, the units
            below and the cost of
            [finding the leak|drying out].""",
        ),
        customer(
            "river-flood",
            "Flooding at {street}|House flooded|Flood damage",
            """
            The river came up on {date} and we had [eight inches|about a foot] of water in the kitchen and living room. Floors,
            skirting, sofa and
            fridge are all beyond saving. [The council delivered sandbags too late.|We moved what we could upstairs.]
            Our policy includes flood cover with an excess of {deductible}. Please register a claim and tell me if I can start
            throwing things
            out, because the smell is getting bad.""",
        ),
        customer(
            "tenant-short",
            "leak in flat|Water everywhere|boiler leaking",
            """
            Boiler has leaked all over the utility room floor since last night, lino is lifting and next door's wall is wet too.
            Plumber came out,
            says it's a failed [valve|pressure vessel]. My contents and buildings are with you. Can somebody ring me on {phone}
            to start
            a claim please?""",
        ),
        firm(
            "agency",
            "managing-agent",
            "Escape of water at {street}|Block policy {policy}: new loss",
            """
            We act for the owners of the apartment block at {address}. On {date} a riser joint failed on the third floor and
            water tracked down
            through [apartments 7, 11 and 15|four apartments and the lobby]. Carpets, plaster and two kitchens are affected.
            Emergency works were carried out by {craftsman}. Please accept this as notification under the block policy, confirm
            the
            excess for escape of water and appoint an adjuster.
            ? One leaseholder has already threatened a solicitor's letter over the delay.""",
        ),
        page(
            "customer",
            "home-form",
            "Property Claim Form - Water|Home insurance claim",
            """
            Name of insured: {me}
            Policy: {policy}
            Address of damage: {address}
            Date discovered: {date}

            Cause (tick one): [(x) burst or leaking pipe  ( ) appliance  ( ) storm|( ) burst or leaking pipe  (x) appliance  \
            ( ) storm|\
            ( ) burst or leaking pipe  ( ) appliance  (x) storm, rain through roof]
            Rooms affected: [kitchen, utility|bathroom and bedroom below|hall, stairs]
            Has the leak been stopped? [Yes|Not yet]
            Is anyone else responsible? [No|Neighbour above, {person2}]

            Amount claimed
            Building: {amount}
            Contents: {amount2}

            Plumber: {craftsman}
            Signed {me}     Date {today}""",
        ),
        customer(
            "snow-melt",
            "Water coming in through roof|Snow melt damage",
            """
            When the snow melted on {date} water found its way under the slates and down the chimney breast. The bedroom
            wallpaper is hanging off and the carpet squelches. {craftsman} has quoted {amount} for the roof. I know wear and
            tear isn't covered but the roof
            was redone in {year}. Could you open a file and tell me what to do about drying?""",
        ),
        customer(
            "dehumidifier",
            "Wet walls after storm|Rain through window frame",
            """
            In the storm of {date} rain was driven in around the gable window and ran down inside the wall. The plaster has
            blown, the skirting is warped and a bookcase is spoiled. I took readings with a borrowed meter: {percent} per cent.
            Can I hire a dehumidifier and add it to the claim? Estimate for
            making good {amount}, enclosed.""",
        ),
    ),
    "lb": (
        customer(
            "washing-lb",
            "Waasserschued|Waasser an der Kiche|Waasserschued zu {town}",
            """
            mir haten [gëschter|de {date}] e Waasserschued doheem. De Schlauch vun der Wäschmaschinn ass geplatzt an d'Waasser
            ass bis an de Gank
            gelaf. De Parquet ass futti an d'Mauer ass naass.
            De Plombier war schonn do a kritt {amount}, d'Rechnung schécken ech mat. [Wéini kann den Expert
            laanschtkommen?|Kënnt Dir w.e.g. en
            Dossier opmaachen?]""",
        ),
        customer(
            "cellar-lb",
            "Keller iwwerschwemmt|Iwwerschwemmung",
            """
            nom Onwieder vum {date} stoung eise Keller ënner Waasser. D'Heizung, d'Gefréierschaf an en etlech Miwwele sinn net
            méi ze gebrauchen.
            D'Pompjeeë waren do fir ze pompelen. Mir brauche séier Hëllef, well mir keng Heizung méi hunn. Fotoen si
            bäigeluecht.""",
        ),
    ),
}
