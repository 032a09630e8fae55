"""Sentences about another matter than the document's own: `(what they are about, sentence)`.

A letter that cancels a contract mentions a claim, a complaint mentions a bill: no word alone may give the label away.
What a sentence is about is the start of `category/subcategory`; it is not put into documents of that leaf, where it
would be no distraction. An empty string fits everywhere.
"""

Pool = tuple[tuple[str, str], ...]

CUSTOMER: dict[str, Pool] = {
    "fr": (
        ("claims", "Le sinistre de l'an dernier (dossier {claim2}) avait d'ailleurs été réglé [très vite|sans difficulté]."),
        ("claims/motor", "Pour information, la voiture accidentée en {year} a depuis été vendue."),
        ("claims/water", "Rien à voir avec le dégât des eaux de {year}, qui est clos."),
        ("billing", "J'ai bien payé la prime de {premium2} [le {past2}|en son temps]."),
        ("billing/payment", "Votre rappel s'est croisé avec mon virement, n'en tenez pas compte."),
        ("policies/cancellation", "Je tiens à rester assuré chez vous."),
        ("policies/cancellation", "Si cela continue, je finirai par résilier mes contrats."),
        ("correspondence/change", "Mon numéro de téléphone est toujours le {phone2}."),
        ("correspondence/change", "Mon adresse reste celle indiquée ci-dessus."),
        ("correspondence/information", "Accessoirement, pouvez-vous me dire à qui m'adresser pour une assurance voyage ?"),
        ("correspondence/complaint", "Je ne vous cache pas que l'attente au téléphone est pénible."),
        ("reports/medical", "Mon médecin m'a arrêté quelques jours, d'où ma réponse tardive."),
        ("reports/expert", "L'expert que vous aviez envoyé la dernière fois connaît la maison."),
        ("reports/repair", "Le devis reçu à l'époque était de {amount3}."),
        ("legal", "Je n'ai aucune envie d'aller devant un tribunal."),
        ("", "Merci de confirmer la bonne réception de ce message."),
        ("", "Vous pouvez me joindre en journée au {phone}."),
        ("", "J'ai aussi mis mon courtier en copie."),
    ),
    "de": (
        ("claims", "Der Schaden vom letzten Jahr (Nr. {claim2}) ist ja inzwischen [erledigt|abgeschlossen]."),
        ("claims/motor", "Das Auto aus dem damaligen Unfall habe ich übrigens verkauft."),
        ("claims/theft", "Mit dem Einbruch bei meinen Nachbarn hat das nichts zu tun."),
        ("billing", "Den Jahresbeitrag von {premium2} habe ich [am {past2}|längst] überwiesen."),
        ("billing/payment", "Ihre Mahnung hat sich mit meiner Zahlung überschnitten."),
        ("policies/cancellation", "Kündigen möchte ich deswegen nicht."),
        ("policies/cancellation", "Andernfalls muss ich mir überlegen, ob ich bei Ihnen versichert bleibe."),
        ("policies/amendment", "Die Versicherungssumme sollten wir uns bei Gelegenheit auch einmal ansehen."),
        ("correspondence/change", "Meine Telefonnummer ist unverändert {phone2}."),
        ("correspondence/information", "Nebenbei: Bieten Sie eigentlich auch Reiseversicherungen an?"),
        ("correspondence/complaint", "In Ihrer Warteschleife habe ich leider zwanzig Minuten verbracht."),
        ("reports/medical", "Wegen einer Grippe war ich krankgeschrieben und melde mich daher erst heute."),
        ("reports/expert", "Ihr Gutachter vom letzten Mal war sehr freundlich."),
        ("reports/repair", "Der damalige Kostenvoranschlag lag bei {amount3}."),
        ("legal", "Mit Anwälten möchte ich nichts zu tun haben."),
        ("", "Bitte bestätigen Sie mir kurz den Eingang."),
        ("", "Tagsüber erreichen Sie mich unter {phone}."),
        ("", "Mein Makler bekommt eine Kopie."),
    ),
    "en": (
        ("claims", "My claim last year (ref. {claim2}) was [dealt with|settled] promptly, I should say."),
        ("claims/motor", "The car from that old accident is long gone, by the way."),
        ("claims/water", "This has nothing to do with the leak in {year}, which is closed."),
        ("billing", "I paid the {premium2} premium [on {past2}|in full]."),
        ("billing/payment", "Your reminder crossed with my payment, so please ignore it."),
        ("policies/cancellation", "I would like to stay with you if at all possible."),
        ("policies/cancellation", "Otherwise I may not renew with you next year."),
        ("correspondence/change", "My number is still {phone2}."),
        ("correspondence/information", "As an aside, who should I talk to about travel cover?"),
        ("correspondence/complaint", "I was on hold for twenty-five minutes this morning, so I am writing instead."),
        ("reports/medical", "My GP signed me off for a few days, which is why I am only writing now."),
        ("reports/expert", "The loss adjuster you sent the last time knows the house."),
        ("reports/repair", "The estimate at the time was {amount3}."),
        ("legal", "I would rather not involve a solicitor."),
        ("", "Please let me know that you have received this."),
        ("", "I can be reached on {phone} most afternoons."),
        ("", "I have copied in my broker."),
    ),
    "lb": (
        ("claims", "De Schued vum leschte Joer (Dossier {claim2}) ass jo scho gereegelt."),
        ("billing", "D'Rechnung vun {premium2} hunn ech de {past2} bezuelt."),
        ("policies/cancellation", "Ech wëll awer bei Iech verséchert bleiwen."),
        ("correspondence/change", "Meng Telefonsnummer ass nach ëmmer {phone2}."),
        ("reports/expert", "Ären Expert vun der leschter Kéier kennt d'Haus."),
        ("", "Sot mer w.e.g. Bescheed, datt Dir dëst kritt hutt."),
        ("", "Dir erreecht mech am beschten owes um {phone}."),
    ),
}

INSURER: dict[str, Pool] = {
    "fr": (
        ("billing", "Une facture séparée vous parviendra, le cas échéant."),
        ("correspondence/change", "Pensez à nous signaler tout changement d'adresse."),
        ("claims", "En cas de sinistre, notre ligne d'urgence est ouverte jour et nuit."),
        ("policies/conditions", "Les conditions générales sont disponibles sur notre site."),
        ("policies/cancellation", "Votre droit de résiliation reste régi par la loi."),
        ("correspondence/complaint", "Une réclamation peut être adressée à notre médiateur."),
        ("", "Pour toute question, votre agent reste à votre disposition."),
        ("", "Ce courrier est établi automatiquement et n'est pas signé."),
    ),
    "de": (
        ("billing", "Eine etwaige Rechnung erhalten Sie mit getrennter Post."),
        ("correspondence/change", "Bitte teilen Sie uns eine neue Anschrift oder Bankverbindung rechtzeitig mit."),
        ("claims", "Im Schadenfall erreichen Sie unseren Notdienst rund um die Uhr."),
        ("policies/conditions", "Die Allgemeinen Versicherungsbedingungen finden Sie auf unserer Internetseite."),
        ("policies/cancellation", "Ihr gesetzliches Kündigungsrecht bleibt unberührt."),
        ("correspondence/complaint", "Beschwerden nimmt auch der Ombudsmann entgegen."),
        ("", "Für Fragen steht Ihnen Ihr Berater gern zur Verfügung."),
        ("", "Dieses Schreiben wurde maschinell erstellt und ist ohne Unterschrift gültig."),
    ),
    "en": (
        ("billing", "Any invoice will be sent to you separately."),
        ("correspondence/change", "Please remember to tell us if you move or change bank."),
        ("claims", "If you need to make a claim, our helpline is open day and night."),
        ("policies/conditions", "The full policy wording can be found on our website."),
        ("policies/cancellation", "Your statutory right to cancel is not affected."),
        ("correspondence/complaint", "If you are unhappy with our service, please see our complaints procedure."),
        ("", "Your usual contact will be glad to answer any questions."),
        ("", "This letter was produced automatically and carries no signature."),
    ),
}
INSURER["lb"] = INSURER["fr"]
