"""What can be asked of a document: for each role its format, what schemas call it, and what documents call it.

role | format | names in schemas | descriptions | French labels | German labels | English labels        ; separates choices
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """Something that documents say. `labels` by language; Luxembourgish documents use the French ones."""

    name: str
    format: str
    names: tuple[str, ...]
    descriptions: tuple[str, ...]
    labels: dict[str, tuple[str, ...]]


_TABLE = """
invoice_number|identifier|invoice_number;invoice_no;number;numero_facture;rechnungsnummer;invoice.id|Number of the invoice;The invoice's own number;Reference that the supplier gave to this invoice;Numéro de la facture|Facture n°;N° de facture;Numéro de facture;Facture;Réf. facture;Pièce n°|Rechnung Nr.;Rechnungsnummer;Rechnungs-Nr.;Rechnung;Beleg-Nr.;Re.-Nr.|Invoice no.;Invoice number;Invoice #;Invoice;Inv. no.;Bill no.
issue_date|date|issue_date;invoice_date;date;issued;date_facture;rechnungsdatum;document_date|Day on which the invoice was issued;Date of the document;When it was written;Date d'émission;Ausstellungsdatum|Date;Date de facture;Date d'émission;Émise le;Le;Établie le|Datum;Rechnungsdatum;Ausgestellt am;vom;Belegdatum|Date;Invoice date;Issued;Issue date;Dated;Date of issue
due_date|date|due_date;pay_by;payment_due;echeance;faelligkeit;due|Day by which it has to be paid;Payment deadline;Latest day of payment;Date d'échéance|Échéance;À payer avant le;Payable jusqu'au;Date limite de paiement;À régler pour le|Fällig am;Zahlbar bis;Zahlungsziel;Fälligkeit;Zu zahlen bis|Due date;Payment due;Pay by;Due;Please pay before;Payable by
delivery_date|date|delivery_date;service_date;delivered;date_livraison;leistungsdatum|Day of the delivery or of the service;When the goods were delivered;Date de la prestation|Date de livraison;Livré le;Date de prestation;Prestation du|Lieferdatum;Leistungsdatum;Geliefert am;Ausführung|Delivery date;Delivered;Date of supply;Service date
order_date|date|order_date;ordered;date_commande;bestelldatum|Day of the order;When it was ordered|Date de commande;Commandé le;Commande du|Bestelldatum;Bestellt am;Bestellung vom|Order date;Ordered on;Order placed
order_number|identifier|order_number;order_no;purchase_order;numero_commande;bestellnummer|Number of the customer's order;Purchase order number;The order that this refers to|N° de commande;Commande n°;Votre commande;Bon de commande|Bestellnummer;Bestell-Nr.;Ihre Bestellung;Auftrag Nr.|Order no.;Purchase order;PO number;Your order;Order reference
customer_number|identifier|customer_number;customer_no;client_id;numero_client;kundennummer|Number under which the customer is known;Customer's account number|N° client;Client n°;Référence client;Code client|Kundennummer;Kunden-Nr.;Kd.-Nr.;Kundenkonto|Customer no.;Customer number;Account no.;Client ref.
delivery_note|identifier|delivery_note;delivery_note_number;bon_de_livraison;lieferschein|Number of the delivery note|Bon de livraison n°;BL n°;Livraison n°|Lieferschein Nr.;Lieferschein;LS-Nr.|Delivery note;Delivery note no.;Docket no.
seller|name|seller_name;supplier;vendor;issuer;seller.name;fournisseur;verkaeufer;company|Name of the company that sells and issues the invoice;Who sends the bill;Supplier's name;Nom du fournisseur;Firma des Ausstellers|Fournisseur;Vendeur;Prestataire;Émetteur|Verkäufer;Lieferant;Aussteller;Auftragnehmer|Seller;Supplier;Vendor;From;Issued by
buyer|name|buyer_name;customer;client;buyer.name;recipient;acheteur;kunde;bill_to|Name of the customer who receives the invoice;Who has to pay;Customer's name;Nom du client;Name des Käufers|Client;Acheteur;Facturé à;Destinataire|Kunde;Käufer;Rechnungsempfänger;Auftraggeber|Customer;Buyer;Bill to;Billed to;Client
net|money|net_total;net_amount;subtotal;total_ht;nettobetrag;totals.net;amount_without_tax|Total without taxes;Sum before VAT;Net amount;Montant hors taxes;Summe ohne Umsatzsteuer|Total HT;Montant HT;Total hors TVA;Sous-total;Base HT;Montant net|Nettobetrag;Summe netto;Zwischensumme;Gesamt netto;Warenwert netto;Netto|Net total;Subtotal;Total excl. VAT;Net amount;Amount before VAT;Total net
tax|money|tax_total;vat_amount;tax;vat;montant_tva;mehrwertsteuer;totals.tax|Total of the taxes;VAT amount;Sum of value added tax;Montant de la TVA;Betrag der Umsatzsteuer|TVA;Montant TVA;Total TVA;T.V.A.;TVA 17 %;Taxe|MwSt.;Mehrwertsteuer;Umsatzsteuer;USt.;zzgl. MwSt.;Steuerbetrag|VAT;VAT amount;Tax;Total VAT;Sales tax;VAT 23 %
gross|money|grand_total;total;gross_total;amount;total_ttc;gesamtbetrag;totals.gross;total_amount|Total with taxes included;Whole amount of the invoice;Grand total;Montant total TTC;Gesamtbetrag mit Steuern|Total TTC;Montant TTC;Total à payer;Total;Total général;Net à payer|Gesamtbetrag;Rechnungsbetrag;Summe brutto;Endbetrag;Gesamtsumme;Brutto;Total|Total;Grand total;Total incl. VAT;Invoice total;Amount payable;Total amount
paid|money|deposit;prepaid;already_paid;acompte;anzahlung|Amount that was paid in advance;Deposit already paid|Acompte versé;Déjà réglé;Acompte|Anzahlung;Bereits bezahlt;Abzüglich Anzahlung|Deposit;Paid in advance;Less deposit;Already paid
due_amount|money|due_amount;amount_due;balance;solde;zahlbetrag;to_pay|Amount still to be paid;What remains to be paid;Balance due;Reste à payer|Reste à payer;Solde à régler;Solde dû;À payer|Zahlbetrag;Restbetrag;Noch zu zahlen;Offener Betrag|Balance due;Amount due;Outstanding;To pay
discount|money|discount;rebate;remise;rabatt|Discount that was granted;Reduction of the price|Remise;Rabais;Escompte|Rabatt;Nachlass;Skonto|Discount;Rebate;Reduction
iban|iban|iban;account;bank_account;payee_iban;compte|Bank account to which the sum has to be paid;IBAN of the payee;Account number;Compte bancaire|IBAN;Compte;RIB;Notre compte IBAN;Coordonnées bancaires|IBAN;Konto;Bankverbindung;Unser Konto|IBAN;Account;Bank account;Pay to
bic|bic|bic;swift;bank_code|Code of the bank;SWIFT code|BIC;Code BIC;SWIFT|BIC;BIC/SWIFT;SWIFT-Code|BIC;SWIFT;Swift code
vat_id|identifier|vat_id;vat_number;seller_vat_id;numero_tva;ust_id|VAT identification number of the seller;Tax number of the issuer|N° TVA;TVA intracommunautaire;N° TVA intracom.;TVA n°|USt-IdNr.;USt-ID;UID-Nr.;Umsatzsteuer-ID|VAT no.;VAT reg. no.;VAT number;VAT ID
tax_rate|percent|tax_rate;vat_rate;taux_tva;steuersatz|Rate of the tax in per cent;VAT rate|Taux;Taux TVA|Steuersatz;MwSt.-Satz|VAT rate;Rate
phone|phone|phone;telephone;phone_number;tel|Telephone number;Number to call;Téléphone|Tél.;Téléphone;Tel.|Tel.;Telefon;Fon|Tel.;Phone;Telephone
mail|email|email;mail;contact_email;courriel|Address of mail;E-mail for questions|E-mail;Courriel;Mail|E-Mail;Mail;E-Mail-Adresse|Email;E-mail;Mail
contact|name|contact;contact_person;clerk;interlocuteur;ansprechpartner;handled_by|Person to ask;Who deals with it;Contact at the company;Name des Sachbearbeiters|Votre contact;Dossier suivi par;Interlocuteur;Gestionnaire|Ansprechpartner;Sachbearbeiter;Ihr Kontakt;Bearbeitet von|Contact;Your contact;Handled by;Prepared by
policy_number|identifier|policy_number;policy_no;policy;contract_number;numero_police;versicherungsnummer;vertragsnummer|Number of the insurance policy;Insurance contract's number;Numéro du contrat d'assurance|N° de police;Police n°;Contrat n°;N° de contrat;Numéro de police|Versicherungsschein Nr.;Policennummer;Vertragsnummer;Vertrag Nr.;Police|Policy no.;Policy number;Contract no.;Policy;Our policy
claim_number|identifier|claim_number;claim_no;claim_reference;numero_sinistre;schadennummer;case|Number of the claim;Reference of the loss;Numéro du sinistre|N° de sinistre;Sinistre n°;Réf. sinistre;Dossier sinistre|Schadennummer;Schaden-Nr.;Schadenfall;Unser Zeichen|Claim no.;Claim number;Claim ref.;Loss reference
policyholder|name|policyholder;insured;policyholder_name;preneur;versicherungsnehmer;holder|Person who took out the insurance;Name of the policyholder;Preneur d'assurance|Preneur d'assurance;Assuré;Souscripteur;Titulaire|Versicherungsnehmer;Versicherungsnehmerin;Versicherter;VN|Policyholder;Insured;Name of insured;Assured
insurer|name|insurer;insurance_company;assureur;versicherer|Insurance company;Name of the insurer|Assureur;Compagnie;Organisme assureur|Versicherer;Versicherungsgesellschaft;Gesellschaft|Insurer;Insurance company;Underwritten by
start_date|date|start_date;valid_from;effective_date;date_effet;beginn;starts|Day from which the cover applies;First day of the contract;When it begins;Date d'effet|Date d'effet;Prise d'effet;Début;À partir du;Valable dès le|Beginn;Versicherungsbeginn;Gültig ab;Ab;Vertragsbeginn|Start date;Effective from;Commencement;Cover starts;Valid from
end_date|date|end_date;valid_until;expiry_date;date_fin;ablauf;ends|Day on which the cover ends;Last day of the contract;Expiry;Date de fin|Fin;Date d'expiration;Jusqu'au;Échéance du contrat;Terme|Ablauf;Gültig bis;Ende;Vertragsende;Bis|End date;Expires;Expiry date;Cover ends;Valid until
premium|money|premium;annual_premium;prime;beitrag;jahrespraemie|Price of the insurance for a year;Premium to pay;Prime annuelle|Prime annuelle;Prime;Cotisation;Prime TTC|Jahresbeitrag;Prämie;Beitrag;Jahresprämie|Annual premium;Premium;Yearly premium;Premium incl. tax
sum_insured|money|sum_insured;insured_amount;capital;versicherungssumme;cover_limit|Highest amount that is paid;Sum insured;Capital assuré|Capital assuré;Somme assurée;Plafond;Montant assuré|Versicherungssumme;Deckungssumme;Höchstsumme|Sum insured;Limit of cover;Insured amount;Limit
deductible|money|deductible;excess;franchise;selbstbehalt|Share that the insured bears;Excess;Franchise à charge de l'assuré|Franchise;Franchise par sinistre|Selbstbeteiligung;Selbstbehalt;SB|Excess;Deductible;Policy excess
loss_date|date|loss_date;incident_date;date_of_loss;date_sinistre;schadendatum;happened_on|Day on which the damage happened;Date of the accident;Date du sinistre;Tag des Schadens|Date du sinistre;Date de l'accident;Survenu le;Date des faits|Schadentag;Schadendatum;Unfalltag;Ereignisdatum|Date of loss;Date of accident;Incident date;Occurred on
reported_date|date|reported_date;reported_on;date_declaration;gemeldet_am|Day on which the loss was reported|Déclaré le;Date de déclaration;Reçu le|Gemeldet am;Eingang;Meldedatum|Reported;Date reported;Received
loss_place|text|loss_place;place;location;lieu;schadenort|Where it happened;Place of the accident|Lieu;Lieu du sinistre;Lieu de l'accident|Schadenort;Unfallort;Ort|Place;Location;Place of accident
damage|money|damage_amount;estimated_damage;loss_amount;montant_dommages;schadenhoehe|Amount of the damage;Estimated cost;Montant estimé des dommages|Montant estimé;Estimation des dommages;Coût estimé|Schadenhöhe;Geschätzter Schaden;Schadensumme|Estimated damage;Amount claimed;Estimated cost
plate|identifier|plate;licence_plate;registration;immatriculation;kennzeichen;vehicle.plate|Registration number of the vehicle;Number plate;Plaque d'immatriculation|Immatriculation;Plaque;N° d'immatriculation|Kennzeichen;Amtl. Kennzeichen;Kfz-Kennzeichen|Registration;Number plate;Reg. no.
vehicle|text|vehicle;car;make_and_model;vehicule;fahrzeug|Make and model of the vehicle;Which car|Véhicule;Marque et modèle;Modèle|Fahrzeug;Fahrzeugtyp;Modell|Vehicle;Make and model;Car
vin|identifier|vin;chassis_number;numero_chassis;fahrgestellnummer|Number of the chassis|N° de châssis;VIN;Châssis|Fahrgestellnummer;FIN;Fahrzeug-Ident.-Nr.|VIN;Chassis no.;Chassis number
doctor|name|doctor;physician;medecin;arzt;treating_doctor|Doctor who treated;Name of the physician|Médecin;Médecin traitant;Praticien|Arzt;Behandelnder Arzt;Ärztin|Doctor;Physician;Treating doctor
patient|name|patient;patient_name;nom_patient;person|Person who was treated;Name of the patient|Patient;Patiente;Nom du patient|Patient;Patientin;Name|Patient;Name of patient;Patient name
birth_date|date|birth_date;date_of_birth;born;naissance;geburtsdatum|Day of birth|Né(e) le;Date de naissance;Naissance|Geburtsdatum;geb.;Geboren am|Date of birth;Born;DOB
from_date|date|unable_from;absence_from;from_date;period.start|First day of the period;From when|Du;À compter du;Début de l'arrêt|Vom;Ab;Arbeitsunfähig seit|From;Unfit from;Starting
to_date|date|unable_until;absence_until;to_date;period.end|Last day of the period;Until when|Au;Jusqu'au;Fin de l'arrêt|Bis;Voraussichtlich bis;Bis einschließlich|To;Until;Up to and including
expert|name|expert;surveyor;author;gutachter;expert_name|Who made the report;Name of the expert|Expert;Rapport établi par;Expert désigné|Sachverständiger;Gutachter;Erstellt von|Surveyor;Expert;Report by
report_number|identifier|report_number;report_no;reference;rapport;gutachten_nr|Number of the report|Rapport n°;N° de rapport;Référence|Gutachten Nr.;Gutachtennummer;Bericht Nr.|Report no.;Report number;Ref.
inspection_date|date|inspection_date;inspected_on;date_expertise;besichtigung|Day of the inspection|Visite du;Date d'expertise;Examiné le|Besichtigung am;Besichtigungstermin;Begutachtet am|Inspected;Date of inspection;Inspection
employee|name|employee;employee_name;salarie;arbeitnehmer;worker|Person who is employed;Name of the employee|Salarié;Salariée;Nom du salarié|Arbeitnehmer;Mitarbeiter;Name|Employee;Employee name;Name
employer|name|employer;employer_name;employeur;arbeitgeber|Company that employs|Employeur;Entreprise;Société|Arbeitgeber;Firma;Betrieb|Employer;Company;Employing company
gross_pay|money|gross_pay;gross_salary;salaire_brut;bruttolohn|Pay before deductions|Salaire brut;Brut;Total brut|Bruttolohn;Gesamtbrutto;Bruttogehalt|Gross pay;Gross salary;Total gross
net_pay|money|net_pay;net_salary;salaire_net;auszahlung|Pay after deductions;What is paid out|Salaire net;Net à payer;Net payé|Auszahlungsbetrag;Nettolohn;Auszahlung|Net pay;Net salary;Take-home pay
pay_period|text|pay_period;month;periode;abrechnungsmonat|Month that is paid|Période;Mois;Période de paie|Abrechnungsmonat;Zeitraum;Monat|Pay period;Month;Period
landlord|name|landlord;lessor;bailleur;vermieter|Who lets the flat|Bailleur;Propriétaire;Le bailleur|Vermieter;Vermieterin;Eigentümer|Landlord;Lessor;Owner
tenant|name|tenant;lessee;locataire;mieter|Who rents the flat|Locataire;Preneur;Le locataire|Mieter;Mieterin;Mietpartei|Tenant;Lessee;Occupier
rent|money|rent;monthly_rent;loyer;miete|Rent for a month|Loyer mensuel;Loyer;Loyer hors charges|Kaltmiete;Monatsmiete;Miete|Monthly rent;Rent;Rent per month
bond|money|deposit;rental_deposit;caution;kaution|Deposit that the tenant leaves|Garantie locative;Caution;Dépôt de garantie|Kaution;Mietkaution;Mietsicherheit|Deposit;Rental deposit;Security deposit
address|text|address;property_address;adresse;objekt|Address of the property;Where the object is|Adresse;Adresse du bien;Situation|Objekt;Anschrift;Adresse des Objekts|Address;Property;Premises
meter|identifier|meter_number;meter;compteur;zaehlernummer|Number of the meter|N° de compteur;Compteur|Zählernummer;Zähler-Nr.|Meter no.;Meter number
consumption|number|consumption;usage;consommation;verbrauch|Quantity that was used|Consommation;Volume consommé|Verbrauch;Verbrauchsmenge|Consumption;Units used
court|name|court;tribunal;gericht|Court that writes|Tribunal;Juridiction|Gericht;Spruchkörper|Court;Tribunal
case_number|identifier|case_number;docket;role;aktenzeichen|Number of the case|N° de rôle;Affaire n°;Rôle|Aktenzeichen;Az.;Geschäftszeichen|Case no.;Docket no.;Record no.
hearing_date|date|hearing_date;hearing;date_audience;termin|Day of the hearing|Audience du;Date d'audience;Audience|Termin;Verhandlungstermin;Termin am|Hearing;Hearing date;Date of hearing
plaintiff|name|plaintiff;claimant;demandeur;klaeger|Who sues|Demandeur;Partie demanderesse;Requérant|Kläger;Klägerin;Klagende Partei|Plaintiff;Claimant;Applicant
defendant|name|defendant;respondent;defendeur;beklagter|Who is sued|Défendeur;Partie défenderesse;Intimé|Beklagter;Beklagte;Beklagte Partei|Defendant;Respondent
event_name|text|event;event_name;competition;manifestation;veranstaltung|Name of the event|Manifestation;Événement;Épreuve|Veranstaltung;Wettbewerb;Anlass|Event;Competition;Occasion
event_date|date|event_date;held_on;date_evenement;veranstaltungstag|Day of the event|Date;A lieu le;Jour|Datum;Findet statt am;Tag|Date;Held on;Takes place on
venue|text|venue;where;salle;ort|Where the event is|Lieu;Salle;Endroit|Ort;Veranstaltungsort;Halle|Venue;Place;Where
register_number|identifier|register_number;company_number;rcs;handelsregister|Number in the register of companies|RCS;N° RCS;Registre de commerce|HRB;Handelsregister;Registernummer|Company no.;Registered no.;Reg. no.
manager|name|manager;director;managing_director;gerant;geschaeftsfuehrer|Who directs the company|Gérant;Directeur;Administrateur délégué|Geschäftsführer;Geschäftsführung;Vorstand|Director;Managing director;Manager
booking|identifier|booking_number;booking_reference;reservation;buchungsnummer|Number of the booking|N° de réservation;Réservation;Dossier|Buchungsnummer;Buchung;Reservierung|Booking no.;Booking reference;Confirmation
arrival|date|arrival;check_in;arrivee;anreise|Day of the arrival|Arrivée;Arrivée le;Check-in|Anreise;Ankunft;Check-in|Arrival;Check-in;Arriving
departure|date|departure;check_out;depart;abreise|Day of the departure|Départ;Départ le;Check-out|Abreise;Abfahrt;Check-out|Departure;Check-out;Leaving
hotel|name|hotel;accommodation;hebergement;unterkunft|Name of the hotel|Hôtel;Hébergement;Établissement|Hotel;Unterkunft;Haus|Hotel;Accommodation;Property
guest|name|guest;traveller;voyageur;gast|Person who travels|Voyageur;Client;Nom|Gast;Reisender;Name|Guest;Traveller;Name
product|text|product;item;article;produkt|What was bought or insured;Name of the product|Produit;Article;Désignation|Produkt;Artikel;Bezeichnung|Product;Item;Description
serial|identifier|serial_number;serial;numero_serie;seriennummer|Serial number of the device|N° de série;Série|Seriennummer;Serien-Nr.;S/N|Serial no.;Serial number;S/N
title|text|document_name;title;contract_title;titre;vertragstitel|Title of the document as it stands at its head;What the contract is called|||
parties|name|parties;contracting_parties;signatories;vertragsparteien|Companies and persons that make the contract;Names of all parties|||
agreement_date|date|agreement_date;signed_on;contract_date;date_contrat;vertragsdatum|Day on which the contract was made;When it was signed|||
effective|date|effective_date;applies_from;entry_into_force|Day from which the contract applies;When it enters into force|||
expiration|date|expiration_date;ends_on;term_end|Day on which the contract ends;End of the term|||
law|name|governing_law;applicable_law;droit_applicable;anwendbares_recht|State or country whose law governs the contract;Whose law applies|||
fee|money|fee;contract_value;remuneration;verguetung|Sum that is paid under the contract;Price agreed|||
cap|money|liability_cap;maximum_liability;plafond_responsabilite|Highest sum for which a party is liable|||
"""


def _roles() -> dict[str, Role]:
    found = {}
    for row in _TABLE.strip().splitlines():
        name, form, names, descriptions, *labels = row.split("|")
        split = [tuple(part for part in text.split(";") if part.strip()) for text in (names, descriptions, *labels)]
        by_language = dict(zip(("fr", "de", "en"), split[2:], strict=True))
        found[name] = Role(name, form, split[0], split[1], {**by_language, "lb": by_language["fr"]})
    return found


ROLES = _roles()
