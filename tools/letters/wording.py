"""Salutations, closings and labels of each language. `{...}` and `[a|b]` as in grammar; `;` separates the choices."""

WORDING = {
    "fr": {
        "notice": "Ce message et ses annexes sont confidentiels. Si vous n'êtes pas le destinataire, merci de "
        "le supprimer et d'avertir l'expéditeur.;"
        "Pensez à l'environnement avant d'imprimer ce courriel.;"
        "Avis : ce message peut contenir des informations protégées. Toute diffusion sans autorisation est interdite.",
        "quoted": "Le {past}, {insurer} a écrit : > Nous avons bien reçu votre message et vous répondrons dans "
        "les meilleurs délais.;"
        "De : {clerk} - {past} > Bonjour, > Pouvez-vous m'en dire plus ? > Bien à vous, {clerk}",
        "small_print": "Vos données sont traitées conformément au règlement européen sur la protection des "
        "données. Vous disposez d'un droit d'accès.;"
        "Nos bureaux sont ouverts du lundi au vendredi de 8h30 à 17h00. Rendez-vous possible en soirée.;"
        "Document établi par ordinateur. Merci de rappeler nos références dans toute correspondance.",
        "greet_insurer": "Madame, Monsieur,;Bonjour,;Mesdames, Messieurs,;Chère Madame, cher Monsieur,;"
        "Bonjour Madame {surname2},;Madame,",
        "greet_customer": "Madame, Monsieur,;Chère cliente, cher client,;Cher assuré,;Bonjour {me},;Madame,;Monsieur,",
        "close": "Veuillez agréer, Madame, Monsieur, mes salutations distinguées.;Avec mes remerciements anticipés.;"
        "Je vous prie de croire à l'assurance de ma considération.;Bien à vous,;Meilleures salutations;"
        "Dans l'attente de vous lire,",
        "close_mail": "Cordialement,;Bien cordialement,;Merci d'avance,;Bonne journée;Salutations,;Cdlt",
        "from": "De;Expéditeur;From",
        "to": "À;A;Destinataire;To",
        "sent": "Envoyé;Date;Le",
        "subject": "Objet;Concerne;Sujet;Objet",
        "policy": "Contrat n°;Police n°;N° de police;Notre contrat;Votre contrat",
        "claim": "Dossier;N° de dossier;Réf. sinistre;Nos réf.;Vos références",
        "customer": "N° client;Client;Réf. client",
        "phone": "Tél.;Téléphone;GSM",
        "name": "Nom et prénom;Nom;Preneur d'assurance;Vous êtes",
        "message": "Votre message;Description;Message;Votre demande;Exposé",
        "address": "Adresse;Domicile",
        "mail": "Courriel;E-mail",
        "place": "{town}, le {today};Le {today};Fait à {town}, le {today};{today}",
        "page": "Page %a sur %b;%a/%b;- %a -;page %a",
        "foot": "RCS {town} B {file} · {iban};{phone} · info@mail.example · TVA {file};{iban} - {bank};"
        "Siège social : {address}",
        "enclosed": "Annexes : [photos, facture|2 pièces|copie|mentionnées];P.J. [3|1|photos];"
        "Annexe : [copie du contrat|documents]",
        "vague": "Contrat {policy};Votre courrier du {past};Dossier {claim};Urgent;Mon contrat;Important;"
        "Suite à notre entretien téléphonique;{me};Message depuis votre espace client;Documents",
        "forward": "---------- Message transféré ----------;-----Message d'origine-----;Début du message réexpédié :",
        "mobile": "Envoyé depuis mon téléphone;Envoyé de mon mobile",
        "dept": "Service [clients|gestion|production|sinistres|contrats];Votre gestionnaire : {clerk};"
        "Pour la compagnie, {clerk};{clerk}, conseil clientèle",
        "web": "Formulaire de contact;Message du site internet;Espace client - nouveau message;FORMULAIRE EN LIGNE",
    },
    "de": {
        "notice": "Diese E-Mail ist vertraulich. Sind Sie nicht der richtige Adressat, löschen Sie sie bitte "
        "und informieren Sie den Absender.;"
        "Bitte denken Sie an die Umwelt, bevor Sie diese Nachricht ausdrucken.;"
        "Hinweis: Der Inhalt dieser Nachricht ist nur für den Empfänger bestimmt.",
        "quoted": "Am {past} schrieb {insurer}: > Ihre Nachricht ist eingegangen. Wir melden uns so bald wie möglich.;"
        "Von: {clerk}, {past} > Guten Tag, > könnten Sie mir dazu bitte mehr schreiben? > Gruß {clerk}",
        "small_print": "Ihre Daten verarbeiten wir nach der Datenschutz-Grundverordnung. Sie haben das Recht "
        "auf Auskunft und Berichtigung.;"
        "Sie erreichen uns montags bis freitags von 8 bis 17 Uhr und nach Vereinbarung.;"
        "Bitte geben Sie bei Rückfragen stets unser Zeichen an. Maschinell erstellt.",
        "greet_insurer": "Sehr geehrte Damen und Herren,;Guten Tag,;Guten Tag Frau {surname2},;"
        "Sehr geehrter Herr {surname2},;Hallo,;Sehr geehrtes Team,",
        "greet_customer": "Sehr geehrte Damen und Herren,;Sehr geehrte Kundin, sehr geehrter Kunde,;Guten Tag {me},;"
        "Sehr geehrte Frau {surname2},",
        "close": "Mit freundlichen Grüßen;Freundliche Grüsse;Hochachtungsvoll;Mit freundlichem Gruß;"
        "Vielen Dank im Voraus und freundliche Grüße",
        "close_mail": "Viele Grüße;Beste Grüße;MfG;Danke und Gruß;LG;Mit freundlichen Grüßen",
        "from": "Von;Absender;From",
        "to": "An;Empfänger;To",
        "sent": "Gesendet;Datum;Date",
        "subject": "Betreff;Betrifft;Thema;Betreff",
        "policy": "Vertrag Nr.;Versicherungsnummer;Police Nr.;Vertragsnummer;Versicherungsschein-Nr.",
        "claim": "Aktenzeichen;Unser Zeichen;Schaden-Nr.;Ihr Zeichen;Vorgang",
        "customer": "Kundennummer;Kunden-Nr.;Partnernummer",
        "phone": "Tel.;Telefon;Mobil",
        "name": "Name, Vorname;Name;Versicherungsnehmer;Versicherte Person",
        "message": "Ihre Nachricht;Nachricht;Beschreibung;Ihr Anliegen;Schilderung",
        "address": "Anschrift;Adresse",
        "mail": "E-Mail;Mail",
        "place": "{town}, den {today};{town}, {today};{today};Datum: {today}",
        "page": "Seite %a von %b;%a/%b;- %a -;Blatt %a",
        "foot": "Amtsgericht {town} HRB {file} · {iban};{phone} · info@mail.example · USt-IdNr. {file};{bank} {iban};"
        "Sitz: {address}",
        "enclosed": "Anlagen: [Fotos, Rechnung|2|Kopie|wie erwähnt];Anlage;Beilage: [Kopie des Vertrags|Unterlagen]",
        "vague": "Vertrag {policy};Ihr Schreiben vom {past};Vorgang {claim};Dringend;Mein Vertrag;Wichtig;Unser Telefonat;"
        "{me};Nachricht aus dem Kundenportal;Unterlagen",
        "forward": "-------- Weitergeleitete Nachricht --------;-----Ursprüngliche Nachricht-----;"
        "Anfang der weitergeleiteten Nachricht:",
        "mobile": "Von meinem Handy gesendet;Gesendet vom Mobiltelefon",
        "dept": "Kundenservice;i. A. {clerk};{clerk}, Sachbearbeitung;Abteilung [Vertrag|Schaden|Bestand|Kundendienst];"
        "Ihre Ansprechpartnerin: {clerk}",
        "web": "Kontaktformular;Nachricht über die Website;Kundenportal - neue Nachricht;ONLINE-FORMULAR",
    },
    "en": {
        "notice": "This e-mail is confidential. If you are not the intended recipient please delete it and tell "
        "the sender.;"
        "Please consider the environment before printing this e-mail.;"
        "Disclaimer: the contents of this message are for the addressee only and may be privileged.",
        "quoted": "On {past}, {insurer} wrote: > Thank you for your message. We will come back to you as soon as we can.;"
        "From: {clerk}, {past} > Hello, > could you tell me a little more about this? > Regards, {clerk}",
        "small_print": "We process your data in accordance with the General Data Protection Regulation. You may "
        "ask for access at any time.;"
        "Our offices are open Monday to Friday, 9 am to 5 pm, and by appointment.;"
        "Please quote our reference in all correspondence. Calls may be recorded.",
        "greet_insurer": "Dear Sir or Madam,;Dear Sirs,;Hello,;Hi there,;Dear Ms {surname2},;To whom it may concern,;"
        "Good morning,",
        "greet_customer": "Dear customer,;Dear {me},;Dear policyholder,;Dear Mr {surname2},;Dear Ms {surname2},;Hello {me},",
        "close": "Yours faithfully,;Yours sincerely,;I look forward to hearing from you.;With thanks,",
        "close_mail": "Kind regards,;Regards,;Many thanks,;Best wishes,;Thanks;Rgds",
        "from": "From;Sender",
        "to": "To;Recipient",
        "sent": "Sent;Date",
        "subject": "Subject;Re;RE;Subject",
        "policy": "Policy no.;Policy number;Our policy;Your policy;Policy ref.",
        "claim": "Our ref.;Reference;Claim no.;Your ref.;File",
        "customer": "Customer no.;Client number;Customer ref.",
        "phone": "Tel.;Phone;Mobile",
        "name": "Full name;Name;Policyholder;Insured",
        "message": "Your message;Message;Description;How can we help?;Details",
        "address": "Address;Postal address",
        "mail": "Email;E-mail",
        "place": "{town}, {today};{today};Date: {today}",
        "page": "Page %a of %b;%a/%b;- %a -;p. %a",
        "foot": "Registered office: {address}. Registered no. {file};{phone} | info@mail.example | VAT {file};"
        "{bank} {iban};Regulated by the competent authority. Reg. no. {file}",
        "enclosed": "Encl. [photos|2|as mentioned];Enclosures: [3|copy letter|photographs];Attachments: scan.pdf",
        "vague": "Policy {policy};Your letter of {past};Ref {claim};Urgent;My policy;Important;Our phone call;{me};"
        "Message from the customer area;Documents",
        "forward": "---------- Forwarded message ----------;-----Original Message-----;Begin forwarded message:",
        "mobile": "Sent from my phone;Sent from mobile, excuse typos",
        "dept": "Customer Services;{clerk}, [Underwriting|Claims|Accounts|Renewals];For and on behalf of the company;{clerk}",
        "web": "Contact form;Website enquiry;Customer portal: new message;ONLINE FORM",
    },
    "lb": {
        "notice": "Dëse Message ass vertraulech. Wann Dir net den Adressat sidd, läscht e w.e.g.",
        "quoted": "De {past} huet {insurer} geschriwwen: > Mir hunn Äre Message kritt a mellen eis esou séier wéi méiglech.",
        "small_print": "Mir sinn all Dag vu 8.30 bis 17.00 Auer fir Iech do.;Äre Kontakt: {clerk}, {phone}",
        "greet_insurer": "Moien,;Gudde Moien,;Dir Dammen an Dir Hären,;Léif Madame {surname2},;Bonjour,",
        "greet_customer": "Léiwe Client,;Moien {me},;Léif Clientin, léiwe Client,",
        "close": "Mat beschte Gréiss;Mat frëndleche Gréiss;Villmools Merci am Viraus;"
        "Ech soen Iech Merci a bleiwen mat beschte Gréiss",
        "close_mail": "Beschte Merci;Schéine Gréiss;Merci an e schéinen Dag;Bis geschwënn",
        "from": "Vun;De;From",
        "to": "Un;À;To",
        "sent": "Geschéckt;Date;Datum",
        "subject": "Betreff;Objet;Sujet",
        "policy": "Kontrakt Nr.;Police Nr.;N° contrat",
        "claim": "Dossier;Dossier Nr.;Réf.",
        "customer": "Client Nr.;N° client",
        "phone": "Tel.;Handy;GSM",
        "name": "Numm;Virnumm an Numm",
        "message": "Äre Message;Message;Beschreiwung",
        "address": "Adress",
        "mail": "E-Mail",
        "place": "{town}, den {today};{today}",
        "page": "Säit %a vun %b;%a/%b",
        "foot": "{phone} · info@mail.example;{iban} - {bank}",
        "enclosed": "Annexen: [Fotoen|2|Kopie]",
        "vague": "Kontrakt {policy};Dossier {claim};Wichteg;Meng Assurance;{me};Dokumenter",
        "forward": "---------- Message transféré ----------",
        "mobile": "Vu mengem Handy geschéckt",
        "dept": "Service clientèle;{clerk}",
        "web": "Kontaktformulaire;Message vun der Internetsäit",
    },
}
