// What the page says, in three languages. The markup names its texts by `data-t`, `data-t-label` and `data-t-placeholder`.

const WORDS = {
  en: {
    skip: "Skip to content", views: "Views", documents: "Documents", ask: "Ask", review: "Review", collection: "Collection",
    language: "Language", leave: "Sign out", signIn: "Sign in", key: "Key", open: "Open",
    signInWhy: "Your key opens the collections that you may see. It is kept until you close this tab.",
    badKey: "This key is not known.", dropHere: "Drop files here, or", choose: "choose files", uploads: "Uploads",
    nothingYet: "Nothing here yet.", name: "Name", label: "Label", confidence: "Confidence", state: "State", actions: "Actions",
    more: "More", back: "Back to the documents", show: "Show", pages: "Pages", text: "Text", save: "Save the file",
    fields: "Fields", issues: "What a reader should know", conversation: "Conversation", kind: "What to look for",
    answer: "Answer", passages: "Passages", question: "Question", questionHint: "Ask the documents of this collection",
    send: "Send", anew: "New conversation", makeReview: "Open a review page", gold: "Gold", addGold: "Add an export",
    saveGold: "Save all gold",
    reviewWhy: "A review page shows the documents that nobody has judged yet, the least sure first.",
    goldWhy: "What a review page exports is added here, and counts together with corrections made in the documents.",
    queued: "waiting", running: "working", ready: "ready", failed: "failed", cancelled: "cancelled",
    read: "reading", clean: "cleaning", classify: "labelling", extract: "extracting", index: "indexing",
    uploading: "sending", sent: "sent", there: "was there already", cancel: "Cancel", again: "Try again", remove: "Delete",
    sureRemove: "Delete {0}?", removed: "{0} was deleted", openLabel: "left open", notScored: "not scored",
    page: "Page {0}", found: "found", absent: "not in the document", unreadable: "unreadable", conflict: "several values",
    noFields: "No fields are extracted from this kind of document.", correct: "Correct", right: "Right",
    notThere: "Not in the document", value: "Right value", keep: "Keep", kept: "Kept as gold", corrected: "corrected: {0}",
    none: "none of them", by: "{0} ({1})", searching: "Searching …", source: "Open source {0}: {1}", nothingFound: "Nothing was found.",
    refused: "The documents do not answer this.", unverified: "not found in the document", reviewMade: "{0} documents are on the review page",
    goldTaken: "{0} lines were added", tooLarge: "The file is larger than {0} MB.", lost: "The service cannot be reached.", noPicture: "There is no picture of this document: its text is here.",
    chooseCollection: "Choose a collection first.", attachments: "{0} attachments are found with this document",
  },
  fr: {
    skip: "Aller au contenu", views: "Vues", documents: "Documents", ask: "Questions", review: "Relecture", collection: "Collection",
    language: "Langue", leave: "Se déconnecter", signIn: "Se connecter", key: "Clé", open: "Ouvrir",
    signInWhy: "Votre clé ouvre les collections que vous pouvez voir. Elle est gardée jusqu’à la fermeture de cet onglet.",
    badKey: "Cette clé n’est pas connue.", dropHere: "Déposez des fichiers ici, ou", choose: "choisissez des fichiers", uploads: "Envois",
    nothingYet: "Rien ici pour l’instant.", name: "Nom", label: "Catégorie", confidence: "Confiance", state: "État", actions: "Actions",
    more: "Suite", back: "Retour aux documents", show: "Afficher", pages: "Pages", text: "Texte", save: "Enregistrer le fichier",
    fields: "Champs", issues: "À savoir avant de lire", conversation: "Conversation", kind: "Que chercher",
    answer: "Réponse", passages: "Passages", question: "Question", questionHint: "Interrogez les documents de cette collection",
    send: "Envoyer", anew: "Nouvelle conversation", makeReview: "Ouvrir une page de relecture", gold: "Référence", addGold: "Ajouter un export",
    saveGold: "Enregistrer toute la référence",
    reviewWhy: "Une page de relecture montre les documents que personne n’a encore jugés, les moins sûrs d’abord.",
    goldWhy: "Ce qu’une page de relecture exporte s’ajoute ici, avec les corrections faites dans les documents.",
    queued: "en attente", running: "en cours", ready: "prêt", failed: "échec", cancelled: "annulé",
    read: "lecture", clean: "nettoyage", classify: "classement", extract: "extraction", index: "indexation",
    uploading: "envoi", sent: "envoyé", there: "déjà présent", cancel: "Annuler", again: "Réessayer", remove: "Supprimer",
    sureRemove: "Supprimer {0} ?", removed: "{0} a été supprimé", openLabel: "laissée ouverte", notScored: "non évaluée",
    page: "Page {0}", found: "trouvé", absent: "absent du document", unreadable: "illisible", conflict: "plusieurs valeurs",
    noFields: "Aucun champ n’est extrait de ce type de document.", correct: "Corriger", right: "Juste",
    notThere: "Absent du document", value: "Valeur juste", keep: "Garder", kept: "Gardé comme référence", corrected: "corrigé : {0}",
    none: "aucune", by: "{0} ({1})", searching: "Recherche …", source: "Ouvrir la source {0} : {1}", nothingFound: "Rien n’a été trouvé.",
    refused: "Les documents ne répondent pas à cette question.", unverified: "introuvable dans le document", reviewMade: "{0} documents sont sur la page de relecture",
    goldTaken: "{0} lignes ajoutées", tooLarge: "Le fichier dépasse {0} Mo.", lost: "Le service est injoignable.", noPicture: "Ce document n’a pas d’image : voici son texte.",
    chooseCollection: "Choisissez d’abord une collection.", attachments: "{0} pièces jointes sont trouvées avec ce document",
  },
  de: {
    skip: "Zum Inhalt", views: "Ansichten", documents: "Dokumente", ask: "Fragen", review: "Durchsicht", collection: "Sammlung",
    language: "Sprache", leave: "Abmelden", signIn: "Anmelden", key: "Schlüssel", open: "Öffnen",
    signInWhy: "Ihr Schlüssel öffnet die Sammlungen, die Sie sehen dürfen. Er bleibt, bis Sie diesen Tab schließen.",
    badKey: "Dieser Schlüssel ist nicht bekannt.", dropHere: "Dateien hier ablegen oder", choose: "Dateien wählen", uploads: "Gesendetes",
    nothingYet: "Noch nichts da.", name: "Name", label: "Art", confidence: "Sicherheit", state: "Stand", actions: "Aktionen",
    more: "Weitere", back: "Zurück zu den Dokumenten", show: "Anzeigen", pages: "Seiten", text: "Text", save: "Datei speichern",
    fields: "Felder", issues: "Was man wissen sollte", conversation: "Gespräch", kind: "Was gesucht wird",
    answer: "Antwort", passages: "Stellen", question: "Frage", questionHint: "Fragen Sie die Dokumente dieser Sammlung",
    send: "Senden", anew: "Neues Gespräch", makeReview: "Eine Durchsichtsseite öffnen", gold: "Gold", addGold: "Export hinzufügen",
    saveGold: "Alles Gold speichern",
    reviewWhy: "Eine Durchsichtsseite zeigt die Dokumente, die noch niemand beurteilt hat, die unsichersten zuerst.",
    goldWhy: "Was eine Durchsichtsseite exportiert, kommt hier dazu und zählt mit dem, was in den Dokumenten berichtigt wurde.",
    queued: "wartet", running: "in Arbeit", ready: "fertig", failed: "gescheitert", cancelled: "abgebrochen",
    read: "wird gelesen", clean: "wird bereinigt", classify: "wird eingeordnet", extract: "wird ausgelesen", index: "wird aufgenommen",
    uploading: "wird gesendet", sent: "gesendet", there: "war schon da", cancel: "Abbrechen", again: "Noch einmal", remove: "Löschen",
    sureRemove: "{0} löschen?", removed: "{0} wurde gelöscht", openLabel: "offen gelassen", notScored: "nicht bewertet",
    page: "Seite {0}", found: "gefunden", absent: "nicht im Dokument", unreadable: "unleserlich", conflict: "mehrere Werte",
    noFields: "Aus dieser Art von Dokument werden keine Felder ausgelesen.", correct: "Berichtigen", right: "Richtig",
    notThere: "Nicht im Dokument", value: "Richtiger Wert", keep: "Behalten", kept: "Als Gold behalten", corrected: "berichtigt: {0}",
    none: "keine davon", by: "{0} ({1})", searching: "Suche …", source: "Quelle {0} öffnen: {1}", nothingFound: "Nichts gefunden.",
    refused: "Die Dokumente beantworten das nicht.", unverified: "nicht im Dokument gefunden", reviewMade: "{0} Dokumente stehen auf der Durchsichtsseite",
    goldTaken: "{0} Zeilen hinzugefügt", tooLarge: "Die Datei ist größer als {0} MB.", lost: "Der Dienst ist nicht zu erreichen.", noPicture: "Von diesem Dokument gibt es kein Bild: hier ist sein Text.",
    chooseCollection: "Wählen Sie zuerst eine Sammlung.", attachments: "{0} Anlagen werden mit diesem Dokument gefunden",
  },
};

let language = "en";

/** A text in the chosen language, with its gaps filled. */
export function t(name, ...values) {
  const text = WORDS[language][name] ?? name;
  return text.replace(/\{(\d)\}/g, (_, number) => String(values[number] ?? ""));
}

/** Choose a language and write it into the markup; what the scripts have written is theirs to write again. */
export function speak(chosen) {
  language = chosen in WORDS ? chosen : "en";
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
  for (const element of document.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
  return language;
}

/** Whether all languages say the same things; for tests. */
export function complete() {
  const names = Object.values(WORDS).map((words) => Object.keys(words).sort().join());
  return names.every((one) => one === names[0]);
}
