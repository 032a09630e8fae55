"""What stands on bills, estimates and lists: trade, language, then lines `description: lowest-highest price`."""

ITEMS = {
    "garage": {
        "fr": "Main-d'œuvre carrosserie 4,5 h: 240-480;Pare-chocs avant: 280-720;Aile avant gauche: 150-340;"
        "Peinture 2 éléments: 300-650;Phare droit LED: 320-900;Petites fournitures: 15-45;"
        "Dépose et repose pare-brise: 90-180;Pare-brise feuilleté: 260-640;Recalibrage caméra: 140-290;"
        "Rétroviseur extérieur: 110-310;Redressage portière: 180-420;Géométrie: 75-130;Batterie: 120-240",
        "de": "Arbeitslohn Karosserie 38 AW: 260-520;Stoßfänger vorn: 290-760;Kotflügel links: 160-350;"
        "Lackierung inkl. Material: 340-700;Scheinwerfer rechts: 330-950;Kleinteile: 12-40;"
        "Windschutzscheibe: 250-660;Kamera kalibrieren: 140-280;Außenspiegel: 110-320;Tür instand setzen: 190-430;"
        "Achsvermessung: 80-140;Kühler: 210-480;Verbringungskosten: 60-110",
        "en": "Labour 6.0 hrs: 270-520;Front bumper cover: 280-740;N/S front wing: 150-340;Paint and materials: 310-680;"
        "Headlamp unit O/S: 300-900;Consumables: 10-40;Windscreen, heated: 260-650;ADAS calibration: 140-290;"
        "Door mirror: 110-310;Wheel alignment: 70-130;Radiator: 190-460",
    },
    "plumber": {
        "fr": "Recherche de fuite: 180-390;Remplacement tuyau cuivre 22 mm: 140-420;Main-d'œuvre plombier 3 h: 170-290;"
        "Déplacement: 35-70;Flexible et joints: 18-60;Assèchement, location déshumidificateur 10 jours: 240-520;"
        "Groupe de sécurité: 90-160;Robinet d'arrêt: 35-85;Rebouchage mur: 110-260;Chauffe-eau 150 l: 520-980",
        "de": "Leckortung: 190-400;Kupferrohr erneuern: 150-430;Monteurstunden 4,0 h: 220-340;Anfahrt: 30-75;"
        "Dichtungen und Kleinmaterial: 15-50;Trocknungsgerät, Miete 14 Tage: 260-560;Eckventil: 25-60;"
        "Wandschlitz verschließen: 120-280;Siphon: 30-70;Warmwasserspeicher: 540-990",
        "en": "Leak detection: 170-380;Replace 22mm copper pipe: 140-400;Plumber 3.5 hrs: 180-320;Call-out: 50-95;"
        "Dehumidifier hire, 10 days: 230-510;Isolation valve: 28-70;Make good wall: 110-270;"
        "Hot water cylinder: 490-960;Sundries: 12-45",
    },
    "builder": {
        "fr": "Dépose du parquet 14 m²: 190-380;Fourniture et pose stratifié: 620-1400;"
        "Peinture plafond, deux couches: 280-690;Plaques de plâtre: 310-720;Évacuation des gravats: 120-260;"
        "Échafaudage: 380-940;Remplacement de 60 tuiles: 420-980;Zinguerie: 260-610;Protection du chantier: 60-140",
        "de": "Laminat entfernen und entsorgen: 180-390;Vinylboden liefern und verlegen: 640-1450;"
        "Decke streichen: 260-650;Gipskartonplatten: 300-710;Gerüststellung: 390-960;"
        "Dachziegel ersetzen, 50 St.: 410-970;Dachrinne erneuern: 270-620;Baustelleneinrichtung: 80-160;"
        "Schuttentsorgung: 110-250",
        "en": "Strip out flooring: 180-370;Supply and fit laminate: 600-1380;Ceiling, two coats: 250-640;"
        "Plasterboard and skim: 320-760;Scaffolding: 400-980;Replace slates, approx. 45: 420-990;"
        "Gutters and downpipes: 250-600;Skip hire: 190-320;Protection of site: 50-120",
    },
    "joiner": {
        "fr": "Porte d'entrée 3 points: 1200-2600;Cylindre de sécurité: 90-210;Vitrage double 120 x 95: 210-480;"
        "Pose et réglage: 160-380;Fermeture provisoire: 110-240;Châssis oscillo-battant: 480-960;"
        "Mastic et quincaillerie: 20-60",
        "de": "Haustür mit Mehrfachverriegelung: 1250-2700;Sicherheitszylinder: 95-220;Isolierglas 120 x 95: 220-490;"
        "Montage: 170-390;Notverschalung: 110-250;Fensterflügel: 460-940;Beschläge: 35-90",
        "en": "Composite door with multipoint lock: 1150-2500;Security cylinder: 85-200;"
        "Double glazed unit 1200x950: 200-470;Fitting: 160-370;Emergency boarding up: 110-260;Ironmongery: 30-80;"
        "Window sash: 420-900",
    },
    "fees": {
        "fr": "Visite des lieux et constat: 180-340;Rédaction du rapport: 220-480;Frais de déplacement 64 km: 30-60;"
        "Photographies: 15-45;Secrétariat: 20-60;Seconde visite: 120-220;Vacation 3 h: 240-510",
        "de": "Ortstermin: 190-350;Gutachtenerstellung: 240-520;Fahrtkosten 71 km: 30-65;Lichtbilder 18 St.: 25-50;"
        "Schreibkosten: 20-55;Nebenkosten: 15-40",
        "en": "Site visit: 180-350;Preparation of report: 220-500;Mileage 58 km: 25-55;Photographs: 15-40;"
        "Administration: 20-60;Second attendance: 110-230",
    },
    "stolen": {
        "fr": "Vélo électrique noir: 1400-3900;Ordinateur portable: 500-1900;Bague en or, un diamant: 400-3200;"
        "Appareil photo et objectif: 450-2100;Montre homme: 180-2500;Console de jeux: 200-550;Espèces: 80-600;"
        "Sac à main cuir: 120-700;Perceuse et outillage: 150-800;Tablette: 250-900",
        "de": "E-Bike, schwarz: 1500-4200;Notebook: 500-1900;Goldkette 585: 300-1800;Kamera mit Objektiv: 450-2200;"
        "Armbanduhr: 180-2600;Spielkonsole: 200-550;Bargeld: 80-600;Bohrmaschine und Werkzeug: 150-850;"
        "Tablet: 250-900;Silberbesteck: 300-1500",
        "en": "Electric bicycle, grey: 1300-3900;Laptop: 500-1900;Gold bracelet: 300-1900;Camera and lens: 450-2100;"
        "Gents watch: 180-2500;Games console: 200-550;Cash: 80-600;Handbag: 120-700;Power tools: 150-800;"
        "Tablet: 250-900;Golf clubs: 350-1400",
    },
    "care": {
        "fr": "Consultation spécialiste: 55-130;Radiographie genou: 40-110;Pharmacie: 12-75;"
        "Kinésithérapie 9 séances: 180-340;Analyses de sang: 30-140;Nuit en chambre individuelle: 90-240;"
        "Couronne céramique: 480-1100;Verres progressifs: 220-680;Transport en ambulance: 150-620",
        "de": "Konsultation Facharzt: 55-140;Röntgen Knie: 40-110;Medikamente: 12-80;Physiotherapie 10 x: 190-360;"
        "Labor: 30-150;Zuschlag Einzelzimmer: 90-260;Zahnkrone: 490-1200;Gleitsichtgläser: 230-700;"
        "Krankentransport: 150-640",
        "en": "Consultant visit: 80-220;X-ray: 60-130;Prescription medicines: 12-80;Physiotherapy x 8: 280-480;"
        "Blood tests: 40-150;Private room, per night: 190-480;Crown, upper left: 500-1100;"
        "Ambulance transfer: 150-620;MRI scan: 210-420",
    },
}
