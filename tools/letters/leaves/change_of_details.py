"""Correspondence: a new postal address, name, telephone number or bank account."""

from tools.letters.grammar import customer, firm, insurer, page

SITUATIONS = {
    "fr": (
        customer(
            "moved",
            "Déménagement|Nouvelle adresse|Changement d'adresse",
            """
            [Je vous informe que nous avons déménagé.|À partir du {soon}, j'habiterai ailleurs.] Merci d'envoyer désormais tout
            courrier à :
            =
            {me}
            {newaddress}
            ? Cela vaut pour tous mes contrats, dont le {policy}.
            ? L'assurance du nouveau logement est prise par mon compagnon, il n'y a donc rien à modifier dans les \
            garanties.""",
        ),
        customer(
            "bank",
            "Nouveau compte bancaire|Coordonnées bancaires|Changement d'IBAN",
            """
            J'ai changé de banque. Veuillez prélever mes primes, à compter de la prochaine échéance, sur le compte {iban} auprès
            de la {bank}. L'ancien compte ({iban2}) sera fermé le {soon}.
            ? Les remboursements de soins peuvent aussi y être versés.
            Le mandat de prélèvement signé est joint.""",
        ),
        customer(
            "married",
            "Changement de nom|Mariage|Mon nouveau nom",
            """
            Suite à mon [mariage|divorce], je m'appelle désormais {first} {surname}. Pourriez-vous mettre à jour mes contrats et
            mes accès en ligne ? Copie de l'acte ci-jointe. Mon adresse et mon téléphone ne
            changent pas.""",
        ),
        customer(
            "phone-mail",
            "Nouveau numéro|Mes coordonnées",
            """
            Petit mot pour vous donner mon nouveau numéro de GSM : {mobile}. L'ancien ne fonctionne plus[, ce qui explique sans
            doute que votre expert n'ait pas pu me joindre|]. Mon adresse e-mail devient {mail}.""",
        ),
        page(
            "customer",
            "details-form",
            "Communication d'un changement d'adresse|Mise à jour de vos coordonnées",
            """
            Nom : {me}
            N° client : {customer}
            Ancienne adresse : {address}
            Nouvelle adresse : {newaddress}
            Valable dès le : {soon}
            Téléphone : {phone}
            Courriel : {mail}
            [IBAN : {iban}|Compte bancaire inchangé]
            Concerne les polices : [toutes|{policy}]
            Signature {me}, {today}""",
        ),
        firm(
            "company",
            "seat",
            "Transfert de notre siège|Nouvelle raison sociale|Changement d'adresse de facturation",
            """
            Veuillez noter que notre société [a transféré son siège social|change de dénomination] au {soon}. Nos nouvelles
            coordonnées :
            =
            {company2}
            {newaddress}
            Tél. {phone}
            Merci d'adapter vos fichiers et d'adresser dorénavant factures et avis d'échéance à cette adresse.""",
        ),
        customer(
            "temporary",
            "Réexpédition temporaire du courrier|Adresse provisoire",
            """
            Notre maison étant inhabitable après l'incendie, veuillez jusqu'à nouvel ordre adresser notre courrier chez ma mère
            : {newaddress}. Téléphone inchangé. La gestion du sinistre {claim} suit son cours, ce mot ne concerne que
            l'adresse.""",
        ),
    ),
    "de": (
        customer(
            "moved",
            "Umzug|Neue Adresse|Adressänderung",
            """
            ich bin umgezogen. Meine neue Anschrift lautet [ab sofort|ab dem {soon}]:
            =
            {newaddress}
            Bitte ändern Sie das bei allen Verträgen (Kundennummer {customer}). [Ihre letzte Rechnung kam mit \
            Nachsendeaufkleber an.|Die alte Adresse gilt nicht mehr.]
            ? Die Möbel sind eingelagert; wegen des Hausrats melde ich mich später.""",
        ),
        customer(
            "bank",
            "Neue Bankverbindung|Kontowechsel|SEPA-Mandat",
            """
            mein Konto bei der alten Bank gibt es nicht mehr. Bitte buchen Sie die Beiträge zu {policy} künftig von diesem Konto
            ab:
            =
            {bank}
            {iban}
            [Kontoinhaberin bin weiterhin ich.|Das Mandat habe ich unterschrieben beigelegt.] So vermeiden wir hoffentlich \
            Rücklastschriften und Mahnungen.""",
        ),
        customer(
            "name",
            "Namensänderung|Heirat|Neuer Familienname",
            """
            ich habe [geheiratet|meinen Geburtsnamen wieder angenommen] und heiße jetzt {first} {surname}. Bitte aktualisieren
            Sie meine Unterlagen und schicken Sie mir eine neue Versicherungskarte. Heiratsurkunde in Kopie anbei. Sonst
            bleibt alles beim Alten.""",
        ),
        customer(
            "phone",
            "Neue Handynummer|Kontaktdaten",
            """
            meine Handynummer hat sich geändert, sie lautet jetzt {mobile}. Auch die Mailadresse ist neu: {mail}. Bitte im
            System anpassen, damit der Termin mit dem Gutachter nicht ins Leere läuft.""",
        ),
        page(
            "customer",
            "details-form",
            "Änderungsmitteilung|Mitteilung neuer Anschrift",
            """
            Kunde: {me}, {customer}
            Geburtsdatum: {birth}
            Bisherige Anschrift: {address}
            Neue Anschrift: {newaddress}
            gültig ab: {soon}
            Telefon: {phone}
            [Neues Konto: {iban}|Bankverbindung bleibt]
            Betrifft Verträge: [alle|{policy}, {policy2}]
            Datum, Unterschrift: {today} {me}""",
        ),
        firm(
            "agency",
            "manager-change",
            "Verwalterwechsel|Neue Rechnungsanschrift WEG {street}",
            """
            zum {soon} haben wir die Verwaltung der Eigentümergemeinschaft {street} übernommen. Bitte richten Sie Post und
            Prämienrechnungen zum Vertrag {policy} künftig an uns:
            =
            {agency}
            {newaddress}
            Neue Bankverbindung der Gemeinschaft: {iban}
            Verwaltervollmacht liegt bei. Der Versicherungsumfang ändert sich nicht.""",
        ),
        insurer(
            "insurer-own",
            "Wir ziehen um|Unsere neue Bankverbindung",
            """
            ab dem {soon} erreichen Sie uns unter einer neuen Anschrift: {newaddress}, Telefon {phone}. [Zahlungen leisten Sie
            bitte auf unser neues Konto {iban}.|Ihr Ansprechpartner bleibt derselbe.] Für Ihren Vertrag ändert sich dadurch
            nichts.""",
        ),
        customer(
            "separated",
            "Getrennte Post|Neue Anschrift nach Trennung",
            """
            mein Mann und ich leben getrennt. Bitte schicken Sie meine Post und meine Rechnungen ab sofort an {newaddress} und
            nicht mehr in die alte Wohnung. Abgebucht werden soll von meinem eigenen Konto {iban}. Über die Aufteilung der
            Verträge reden wir später.""",
        ),
    ),
    "en": (
        customer(
            "moved",
            "Change of address|We have moved|New address",
            """
            Please note that [we have moved house|I will be moving on {soon}]. My new address for all correspondence is:
            =
            {newaddress}
            ? My car is still kept off the road at night, and the landlord insures the building.
            Please update policy {policy} and anything else you have for me.""",
        ),
        customer(
            "bank",
            "New bank details|Change of bank account|Direct debit",
            """
            I have switched banks. From now on please take my direct debit from {iban} ({bank}). The old account closes on
            {soon}, so kindly make sure that the next instalment is not missed.
            ? Any claim payments should go there as well.""",
        ),
        customer(
            "name",
            "Change of name|New surname|Please update my name",
            """
            I recently [got married|reverted to my maiden name] and am now {first} {surname}. Could you amend your records and
            reissue the certificate in the new name? Copy of the civil certificate attached. Same address, same car, same
            everything
            else.""",
        ),
        customer(
            "phone-mail",
            "new number|Updated contact details",
            """
            New mobile for me: {mobile}. Email has changed too, it's {mail} now. Please use these for anything about the
            claim or the renewal. Old ones are dead.""",
        ),
        page(
            "customer",
            "details-form",
            "Change of contact details|Amend my personal details",
            """
            Name: {me}
            Customer no.: {customer}
            Previous address: {address}
            New address: {newaddress}
            Moving date: {soon}
            Phone: {phone}
            Email: {mail}
            [Bank account: {iban}|Bank account: no change]
            Policies affected: [all|{policy}]
            Signature: {me}   Date: {today}""",
        ),
        firm(
            "company",
            "firm-moves",
            "We are moving|Change of registered office|New billing address",
            """
            Please be advised that our [registered office|accounts department] is moving. With effect from {soon} all invoices,
            renewal notices and correspondence for {company} should be sent to:
            =
            {newaddress}
            accounts contact: {person2}, {phone}
            Our policy number is {policy}. There is no change to the insured premises.""",
        ),
        firm(
            "person",
            "executor",
            "Correspondence for the late {person2}|Care of address",
            """
            My mother, {person2}, has gone into a nursing home and I am looking after her affairs under a power of attorney
            (copy enclosed). Kindly send her post, bills included, to me at {newaddress} and use my number {mobile}. Her
            contracts
            remain as they are.""",
        ),
        customer(
            "typo",
            "Correction to my details|You have my old address",
            """
            Your renewal letter was sent to an address I left two years ago and only reached me by chance. The right one is
            {newaddress}. You also have my surname misspelt: it is {surname}, as in my e-mail. Could you correct both?
            Everything else in the letter is fine and I'll pay as usual.""",
        ),
    ),
    "lb": (
        customer(
            "moved-lb",
            "Nei Adress|Ech si geplënnert",
            """
            ech si geplënnert a wunnen elo op enger neier Adress: {newaddress}. Ännert dat w.e.g. fir all meng Kontrakter
            (Client {customer}). Meng Telefonsnummer bleift déiselwecht.""",
        ),
        customer(
            "bank-lb",
            "Neie Kont|Nei Bankverbindung",
            """
            ech hunn d'Bank gewiesselt. Zitt d'Primm vum Kontrakt {policy} w.e.g. vun elo u vun dësem Kont of: {iban} ({bank}).
            Deen ale Kont gëtt den {soon} zougemaach.""",
        ),
    ),
}
