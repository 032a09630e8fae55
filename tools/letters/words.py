"""The lists that documents draw their people, places and things from; `;` separates the choices.

All firms, car models and products are invented.
"""

# language: country and how often
COUNTRIES = {
    "fr": {"LU": 7, "BE": 5, "FR": 5, "CH": 3},
    "de": {"DE": 9, "LU": 5, "CH": 4, "AT": 2},
    "en": {"IE": 11, "LU": 6, "BE": 3},
    "lb": {"LU": 1},
}

FIRST_NAMES = {
    "fr": "Amélie;Bastien;Camille;Denis;Élodie;Fabrice;Geneviève;Hugo;Inès;Julien;Karim;Laurence;Mathieu;Nadia;Olivier;"
    "Pascale;Quentin;Rachida;Sébastien;Thérèse;Ursule;Valentin;Yasmine;Xavier;Marie-Claude;Jean-Marc;Aurore;Loïc",
    "de": "Anke;Bernd;Claudia;Dieter;Elke;Florian;Gudrun;Holger;Ilse;Jens;Katrin;Lothar;Marlies;Norbert;Petra;Ralf;Sabine;"
    "Thorsten;Ulrike;Volker;Wiebke;Yvonne;Zoran;Aylin;Mehmet;Heike;Urs;Beat;Regula",
    "en": "Aoife;Brendan;Ciara;Declan;Eimear;Fergus;Grace;Hannah;Ivan;Joanne;Kevin;Laura;Malachy;Niamh;Oisin;Priya;Rory;"
    "Sinead;Thomas;Una;Victor;Wendy;Deirdre;Malgorzata;Gareth;Colette",
    "lb": "Josiane;Nico;Marco;Monique;Guy;Fernand;Sylvie;Claudine;Jang;Tessy;Luc;Danielle;Romain;Martine;Pol;Christiane",
}
SURNAMES = {
    "fr": "Carlier;Delvigne;Marchal;Fontanel;Lacroisette;Bertholet;Grandjean;Poncelet;Vauthier;Derouet;Lambermont;Quinet;"
    "Chaumeil;Renaudot;Boisvert;Tissandier;Malherbe;Joncour;Wauquier;Pirotte;Henrion;Sauvagnac;Noirhomme;Belkacem;"
    "Ducommun;Favrod",
    "de": "Achterberg;Brockmann;Dietzel;Eberlein;Fahrenholz;Gerstner;Hollerbach;Imhoff;Jansing;Kesselring;Lindauer;"
    "Mühlhaus;Nagelschmidt;Oberhauser;Pfaffinger;Rautenberg;Steinbrecher;Tannhäuser;Uhlenbrock;Vogelsang;Wiesinger;"
    "Zumbühl;Yilmaz;Nowak;Brügger",
    "en": "Brannigan;Callanan;Devereux;Egan;Fallon;Gilhooly;Hartnett;Keaveney;Lenihan;Mulvaney;Nesbitt;O'Rahilly;"
    "Prendergast;Quirke;Rafferty;Scanlon;Tierney;Wexler;Ashdown;Marwood;Pettigrew;Kowalczyk;Okafor;Sharma",
    "lb": "Weydert;Schmitgen;Kieffer;Theisen;Lanners;Reuland;Birgen;Faber;Goedert;Hansen;Majerus;Thill;Wagener;Steffes;"
    "Ludig;Pauly",
}
STREETS = {
    "fr": "rue des Tilleuls;avenue de la Gare;rue du Moulin;chemin des Vignes;rue de l'École;place de l'Église;rue Haute;"
    "allée des Peupliers;route de la Forêt;rue de la Fontaine;boulevard du Nord;impasse du Lavoir;quai des Tanneurs",
    "de": "Lindenweg;Bahnhofstraße;Am Mühlbach;Schulstraße;Kirchgasse;Hauptstraße;Birkenallee;Im Rosengarten;Waldstraße;"
    "Bergweg;An der Ziegelei;Goethering;Feldstraße;Sonnenhalde",
    "en": "Station Road;Mill Lane;Chapel Street;Orchard Close;Harbour View;The Green;Ashgrove Avenue;Church Hill;"
    "Quarry Road;Riverside Terrace;Meadow Park;Upper Main Street",
    "lb": "rue de la Gare;rue des Champs;Kierchestrooss;rue Principale;rue du Cimetière;am Duerf;op der Héicht;rue de l'Ecole",
}
TOWNS = {
    "LU": "Luxembourg;Esch-sur-Alzette;Dudelange;Ettelbruck;Diekirch;Mersch;Differdange;Wiltz;Echternach;Grevenmacher;"
    "Junglinster;Bertrange",
    "BE": "Arlon;Namur;Liège;Bastogne;Bruxelles;Mons;Verviers;Marche-en-Famenne;Dinant;Wavre",
    "FR": "Metz;Thionville;Nancy;Longwy;Strasbourg;Reims;Lyon;Rennes;Dijon;Épinal;Annecy",
    "CH": "Lausanne;Fribourg;Neuchâtel;Bern;Zürich;Winterthur;Luzern;Biel;Sion;Thun",
    "DE": "Trier;Saarbrücken;Mainz;Koblenz;Köln;Freiburg;Kassel;Bitburg;Augsburg;Bremen;Leipzig;Erfurt",
    "AT": "Linz;Graz;Salzburg;Innsbruck;Wels;Dornbirn",
    "IE": "Dublin;Cork;Galway;Limerick;Athlone;Kilkenny;Sligo;Ennis;Naas;Wexford;Drogheda",
}
INSURERS = (
    "Corvessa;Halvern;Mirandelle;Ostvale;Quermont;Brivane;Tessalune;Nordavel;Aubrisse;Kelmora;Pontarel;Vestrana;Rhovane;"
    "Lystrale;Damarque"
)
INSURER_FORMS = {
    "fr": "{} Assurances;Assurances {} SA;La {} Assurances S.A.;{} Mutuelle;Compagnie {}",
    "de": "{} Versicherung AG;{} Versicherungen;{}-Versicherungsgruppe;{} Allgemeine Versicherungs-AG",
    "en": "{} Insurance dac;{} Insurance plc;{} Mutual;{} General Insurance",
    "lb": "{} Assurances;{} Versécherungen;Assurances {} SA",
}
CARS = (
    "Velora 3;Tarvos Kombi;Mistrel GT;Oslan City;Brekka 1.6;Juno Cargo;Altair Sport;Lumo e-Drive;Pavane Break;Dorsal 4x4;"
    "Kirra 1.2;Senda Hybrid"
)
BANKS = "Banque Orvaux;Caisse de Lormont;Halden Bank;Sparkontor Eibach;Lakeshore Bank;Banque Tervanne;Volkskasse Mühltal"

# {s}: a surname, {p}: a person, {t}: a town
FIRMS = {
    "garage": {
        "fr": "Garage {s};Carrosserie {s} & Fils;Auto-Service {s} SARL;Atelier {s}",
        "de": "Autohaus {s} GmbH;Karosserie {s};Kfz-Werkstatt {s} e.K.;Garage {s} AG",
        "en": "{s} Motors Ltd;{s} Bodyworks;{s} Auto Repairs",
    },
    "craftsman": {
        "fr": "{s} Sanitaire-Chauffage;Entreprise {s} SRL;Établissements {s};{s} & Associés Bâtiment;Ets {s} Père et Fils",
        "de": "{s} Haustechnik GmbH;Meisterbetrieb {s};{s} Sanierung GmbH;{s} Handwerk & Bau",
        "en": "{s} Building Services Ltd;{s} & Sons;{s} Maintenance;{s} Contractors",
    },
    "plumber": {
        "fr": "{s} Sanitaire;Plomberie {s};Chauffage {s} Sàrl",
        "de": "{s} Sanitär-Heizung;{s} Installationen GmbH;Rohrservice {s}",
        "en": "{s} Plumbing & Heating;{s} Plumbing",
    },
    "builder": {
        "fr": "Toitures {s};Peinture {s};Rénovation {s} SARL",
        "de": "Dachdeckerei {s};Malerbetrieb {s};Bauunternehmung {s} GmbH",
        "en": "{s} Roofing;{s} Builders Ltd;{s} Restoration",
    },
    "joiner": {
        "fr": "Menuiserie {s};Serrurerie {s} & Fils",
        "de": "Schreinerei {s};Tischlerei {s};Schlüsseldienst {s}",
        "en": "{s} Joinery;{s} Windows & Doors",
    },
    "expert": {
        "fr": "Cabinet d'expertise {s};Bureau d'expertises {s} & {s2};{s} Expertises",
        "de": "Sachverständigenbüro {s};Ingenieurbüro {s};Dipl.-Ing. {p}, Sachverständiger",
        "en": "{s} Loss Adjusters;{s} & {s2} Chartered Surveyors;{s} Assessors Ltd",
    },
    "doctor": {
        "fr": "Dr {p};Cabinet médical {s};Docteur {p}, médecin généraliste;Centre médical de {t}",
        "de": "Dr. med. {p};Praxis Dr. {s};Gemeinschaftspraxis Dres. {s} und {s2};Dr. {p}, Fachärztin für Allgemeinmedizin",
        "en": "Dr {p};{t} Medical Centre;Dr {p}, {s} Family Practice",
    },
    "hospital": {
        "fr": "Clinique des Tilleuls;Hôpital intercommunal de {t};Centre hospitalier du Val-{s}",
        "de": "Klinikum am Lindenberg;Krankenhaus {t}-Nord;Kreisklinik {t}",
        "en": "Lindenhall Hospital;{t} Bay Clinic;Hartwell Private Hospital",
    },
    "lawyer": {
        "fr": "Étude {s} & {s2};Maître {p}, avocat à la Cour;Cabinet d'avocats {s}",
        "de": "Kanzlei {s} & {s2};Rechtsanwälte {s};{p}, Rechtsanwältin",
        "en": "{s} & {s2} Solicitors;{s} Law LLP;{p}, Solicitors",
    },
    "court": {
        "fr": "Tribunal d'arrondissement de {t};Justice de paix de {t};Tribunal judiciaire de {t};"
        "Tribunal de première instance de {t}",
        "de": "Amtsgericht {t};Landgericht {t};Bezirksgericht {t}",
        "en": "The District Court, {t};The Circuit Court, {t};The High Court, {t}",
    },
    "broker": {
        "fr": "Courtage {s};{s} & {s2} Courtiers;Bureau d'assurances {s}",
        "de": "{s} Assekuranz;Versicherungsmakler {s};Agentur {p}",
        "en": "{s} Insurance Brokers;{s} & {s2} Brokers;{s} Financial Services",
    },
    "agency": {
        "fr": "Gérance {s};Syndic {s} & {s2};Régie immobilière {s}",
        "de": "Hausverwaltung {s};{s} Immobilienverwaltung;WEG-Verwaltung {s}",
        "en": "{s} Property Management;{s} Lettings;{s} Estates",
    },
    "company": {
        "fr": "Transports {s} SA;Boulangerie {s};{s} Négoce SARL;Hôtel {s};Fiduciaire {s}",
        "de": "{s} Transporte GmbH;Bäckerei {s};Gasthof {s};{s} Metallbau AG",
        "en": "{s} Haulage Ltd;{s} Foods;The {s} Hotel;{s} Engineering",
    },
}
