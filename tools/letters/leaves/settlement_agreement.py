"""Legal: the parties agree on a sum and give up further claims."""

from tools.letters.grammar import customer, firm, insurer, page

SITUATIONS = {
    "fr": (
        page(
            "insurer",
            "transaction",
            "Transaction|Convention transactionnelle|Protocole d'accord",
            """
            Entre {insurer}, ci-après la compagnie, et {me}, demeurant à {address}, ci-après le bénéficiaire, il est convenu \
            ce qui suit.
            1. Un différend oppose les parties au sujet [de l'accident du {past}|de l'incendie du {past}|du montant retenu \
            par l'expert], dossier {claim}.
            2. Sans reconnaissance de responsabilité, la compagnie verse {big}, pour solde de tout compte.
            3. Le bénéficiaire renonce à toute autre prétention et à toute action, née ou à naître, du chef de ces faits.
            ? 4. Il se désiste de l'instance pendante devant {court} ; chaque partie garde ses frais.
            ? 5. Le présent accord reste confidentiel.
            Fait en deux exemplaires, {town}, le {today}. Lu et approuvé, bon pour transaction.""",
        ),
        page(
            "insurer",
            "quittance",
            "Quittance|Quittance d'indemnité|Quittance définitive",
            """
            Sinistre {claim} du {past}
            Je soussigné(e) {me} déclare accepter de {insurer} la somme de {amount} en réparation [des dégâts à mon véhicule \
            {plate}|de mes dommages corporels et matériels|du vol déclaré].
            Moyennant ce paiement, je donne quittance entière et définitive et subroge la compagnie dans mes droits.
            ? Franchise de {deductible} déduite.
            À verser sur : {iban}
            Date et signature précédées de la mention « pour quittance »""",
        ),
        insurer(
            "offer",
            "Proposition d'indemnisation|Quittance à signer|Accord amiable dossier {claim}",
            """
            Suite à nos entretiens, nous vous proposons de clore le dossier {claim} par le versement d'une indemnité forfaitaire
            de {big}. Si vous acceptez, signez la convention ci-jointe : le paiement suivra dans les {days} jours. Votre
            signature met fin à toute
            réclamation, présente ou future, liée à l'événement du {past}.
            ? Prenez le temps de consulter un conseil.""",
        ),
        firm(
            "lawyer",
            "lawyers-agree",
            "Accord intervenu|{me} c/ votre assuré : transaction",
            """
            Je vous confirme que mon client accepte {big}, toutes causes confondues, et renonce au surplus de sa demande. Vous
            trouverez la transaction signée en double. Dès réception des fonds sur le compte tiers {iban}, je demanderai la
            radiation
            de l'affaire et l'audience du {soon} n'aura plus d'objet.""",
        ),
        page(
            "lawyer",
            "instalments",
            "Convention de règlement amiable|Accord de remboursement",
            """
            Les soussignés : {me} (le débiteur) et {insurer} (la créancière)
            exposent que la compagnie exerce un recours après avoir payé {big} à la victime de l'accident du {past}.
            Ils conviennent d'arrêter la dette à {amount}, payable en {n} versements dès le {soon}.
            Moyennant exécution complète, la créancière renonce au solde, aux intérêts et à l'action en justice.
            ? En cas de retard, la totalité redevient exigible.
            Signatures, {town}, {today}""",
        ),
        customer(
            "accept",
            "J'accepte votre offre|Quittance signée en annexe",
            """
            Après réflexion, j'accepte votre proposition de {amount} pour l'accident du {past}. Vous trouverez la quittance
            signée ci-jointe. Je confirme que je n'ai plus aucune prétention à faire valoir dans cette affaire et que je retire
            ma plainte. Merci de verser la somme
            sur {iban}.""",
        ),
        firm(
            "broker",
            "broker-accord",
            "Accord trouvé - {me}|Clôture amiable du sinistre {claim}",
            """
            Bonne nouvelle : après notre réunion avec le cabinet d'expertise, notre client se rallie au chiffre de {amount} et
            renonce à contester davantage. Il signe la transaction annexée, qui vaut solde de tout compte entre les parties.
            Merci d'ordonner le paiement sur {iban} et de nous retourner un exemplaire contresigné.""",
        ),
    ),
    "de": (
        page(
            "insurer",
            "release",
            "Abfindungserklärung|Vergleichs- und Abfindungserklärung|Abfindungsvertrag",
            """
            Schaden {claim} vom {past}
            Ich, {me}, geb. {birth}, erkläre mich gegen Zahlung von {big} wegen aller Ansprüche aus dem \
            [Verkehrsunfall|Hundebiss|Treppensturz] für endgültig abgefunden, seien sie bekannt oder unbekannt, gegenwärtig \
            oder zukünftig.
            ? Ausgenommen bleiben künftige Heilbehandlungskosten, soweit sie auf Sozialversicherungsträger übergehen.
            Die Zahlung erfolgt ohne Anerkennung einer Rechtspflicht auf {iban}.
            Ort, Datum: {town}, {today}      Unterschrift""",
        ),
        page(
            "lawyer",
            "settlement",
            "Vergleich|Außergerichtlicher Vergleich|Vereinbarung",
            """
            zwischen {me}, vertreten durch {lawyer}, und {insurer}
            § 1 Die Parteien streiten über Leistungen aus dem Vertrag {policy} [nach einem Einbruch|nach einem \
            Leitungswasserschaden|wegen Berufsunfähigkeit].
            § 2 Zur Abgeltung sämtlicher Ansprüche zahlt der Versicherer {big} binnen {days} Tagen.
            § 3 Damit sind alle wechselseitigen Forderungen erledigt. Die Klage wird zurückgenommen.
            ? § 4 Die Kosten werden gegeneinander aufgehoben.
            ? § 5 Widerrufsvorbehalt bis {soon}.
            {town}, den {today}""",
        ),
        page(
            "court",
            "court-settlement",
            "Protokoll mit Vergleich|Beschluss: Vergleich gemäß § 278 ZPO",
            """
            Geschäftszeichen {file}
            In dem Rechtsstreit {me} ./. {insurer} schließen die Parteien auf Vorschlag des Gerichts folgenden Vergleich:
            1. Die Beklagte zahlt an die Klägerin {big}.
            2. Mit Erfüllung sind die Klageforderung und alle weiteren Ansprüche aus dem Ereignis vom {past} abgegolten.
            3. Von den Kosten trägt die Klägerin {percent} %.
            vorgelesen und genehmigt""",
        ),
        insurer(
            "offer",
            "Vergleichsangebot|Abfindung zu Ihrem Schaden|Einigung {claim}",
            """
            nach unserem Gespräch bieten wir Ihnen ohne Anerkennung einer Rechtspflicht einen Vergleich an: Sie erhalten
            {amount}, und die Angelegenheit ist damit für beide Seiten endgültig abgeschlossen. Sind Sie einverstanden, senden
            Sie uns
            die beigefügte Abfindungserklärung unterschrieben bis {soon} zurück.
            ? Das Gutachten der Gegenseite erkennen wir nicht an.""",
        ),
        customer(
            "accept",
            "Vergleich angenommen|Unterschriebene Erklärung|Einverstanden mit Abfindung",
            """
            mit der von Ihnen vorgeschlagenen Zahlung von {amount} bin ich einverstanden. Die unterschriebene
            Abfindungserklärung liegt bei. Damit ist der Fall {claim} für mich erledigt und ich stelle keine weiteren
            Forderungen. Bitte überweisen Sie auf
            {iban}. Meine Beschwerde ziehe ich zurück.""",
        ),
        page(
            "insurer",
            "regress",
            "Ratenzahlungsvergleich|Schuldanerkenntnis und Vergleich",
            """
            Gläubigerin: {insurer}
            Schuldner: {me}
            Wegen des Unfalls vom {past}, den der Schuldner unter Alkohol verursacht hat, fordert die Gläubigerin {big} zurück.
            Die Beteiligten einigen sich auf {amount}, zahlbar in {n} Monatsraten ab {soon}.
            Nach pünktlicher Zahlung wird auf den Rest verzichtet; weitere Ansprüche bestehen dann nicht mehr.
            Unterschriften, {town}, {today}""",
        ),
        firm(
            "lawyer",
            "agreed",
            "Einigung in Sachen {me}|Vergleich zu {claim}",
            """
            namens unserer Mandantin nehmen wir Ihr Angebot von {big} an. Mit Zahlung sind sämtliche Ansprüche aus dem Ereignis
            vom {past} erledigt, ausdrücklich auch Zukunftsschäden. Die unterzeichnete Abfindungserklärung ist beigefügt. Die
            Klage nehmen wir nach Zahlungseingang auf {iban} zurück; der Termin am {soon} entfällt.""",
        ),
    ),
    "en": (
        page(
            "insurer",
            "agreement",
            "Settlement Agreement|Deed of settlement and release|Terms of settlement",
            """
            This agreement is made on {today} between {me} ("the Claimant") and {insurer} ("the Insurer").
            Background: a dispute has arisen concerning [the collision of {past}|the fire at {address}|the Claimant's fall on \
            {past}], ref. {claim}.
            1. The Insurer shall pay {big} within {days} days, without admission of liability.
            2. The Claimant accepts this in full and final settlement of all claims, known or unknown.
            ? 3. Proceedings {file} shall be struck out with no order as to costs.
            ? 4. The terms are confidential.
            Signed by the parties in the presence of {person2}""",
        ),
        page(
            "insurer",
            "discharge",
            "Form of discharge|Receipt and discharge|Release",
            """
            Claim {claim}      Date of loss {past}
            I, {me}, agree to accept the sum of {amount} from {insurer} in full discharge of my claim for [damage to my \
            vehicle {plate}|personal injury|contents stolen].
            I understand that I cannot make any further claim arising from the same event.
            Pay to: {iban}
            Signature          Witness          Date {today}""",
        ),
        firm(
            "lawyer",
            "solicitors-settle",
            "Settlement agreed: {me}|Without prejudice save as to costs|Terms of compromise",
            """
            Further to the joint consultation of {date}, we confirm that our client will take {big} plus costs in full and final
            settlement. The hearing on {soon} can be vacated. Please sign the enclosed terms and let us have the
            cheque within {days} days, whereupon a notice of discontinuance will be filed.""",
        ),
        insurer(
            "offer",
            "Offer of settlement|Closing your claim {claim}|Discharge form enclosed",
            """
            We are pleased that agreement has been reached. We will pay you {amount}, without admission of liability, once we
            have the enclosed form of discharge back with your signature. Please note that it brings the matter to an end: no
            further
            payment can be asked for later, even if your injury turns out to be worse.
            ? You may wish to take legal advice first.""",
        ),
        page(
            "lawyer",
            "mediation",
            "Mediation agreement|Heads of agreement",
            """
            Mediator: {person2}        Held at {town} on {date}
            Parties: {me}; {insurer}
            The parties have reached the following terms:
            (a) payment of {big} in [one sum|two equal parts];
            (b) [return of salvage to the Insurer|withdrawal of the complaint to the ombudsman];
            (c) each side waives all other rights against the other under policy {policy};
            (d) each bears its own costs.
            Binding upon signature.""",
        ),
        customer(
            "accept",
            "I accept your offer|Signed release attached",
            """
            I have thought it over and accept your figure of {amount} for the damage of {past}. The signed release is attached.
            I confirm that this is the end of the matter as far as I'm concerned and that I'll be making no further claim.
            Please
            pay {iban}.""",
        ),
        page(
            "court",
            "consent",
            "Consent order|Order by consent",
            """
            Record no. {file}
            {me}, Plaintiff, and {insurer}, Defendant
            Upon hearing counsel and by consent IT IS ORDERED
            that the Defendant pay the Plaintiff {big} within {days} days, without admission;
            that the claim be struck out with [costs to be taxed|no order as to costs];
            that the parties have no further claims against one another arising from the events of {past}.
            Liberty to apply. Dated {today}""",
        ),
    ),
    "lb": (
        customer(
            "accept-lb",
            "Averstane mat der Transaktioun|Quittance ënnerschriwwen",
            """
            ech sinn averstane mat der Zomm vun {amount}, déi Dir mer fir den Accident vum {past} ubitt. D'Transaktioun ass
            ënnerschriwwe bäigeluecht. Domat ass déi Saach fir mech eriwwer an ech froen näischt méi. Iwwerweist dat Geld
            w.e.g. op {iban}.""",
        ),
    ),
}
