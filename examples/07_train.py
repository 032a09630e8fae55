"""From labelled rows to a classifier that is tuned, measured, saved and loaded again. About a minute on two cores."""

import json
import tempfile
from pathlib import Path

import foyerdoc as fd
from foyerdoc.finetuning.classifier import train_classifier
from foyerdoc.finetuning.config import ClassifierConfig
from foyerdoc.finetuning.data.examples import read_examples, split, taxonomy_of
from foyerdoc.finetuning.reporting.outcomes import predict
from foyerdoc.finetuning.reporting.report import per_cent, told_of_thresholds, write_classifier_report

SENTENCES = {
    ("claims", "glass"): ["The {} has a crack in its windscreen.", "Un caillou a fissuré la vitre de {}.", "Steinschlag: {}."],
    ("claims", "theft"): ["Someone stole {} last night.", "On m'a volé {} hier.", "{} wurde mir gestohlen."],
    ("contracts", "cancellation"): ["I cancel the policy for {}.", "Je résilie le contrat de {}.", "Ich kündige {}."],
    ("contracts", "change"): ["Please add {} to my policy.", "Merci d'assurer aussi {}.", "Bitte versichern Sie auch {}."],
}
THINGS = ["the Opel", "my van", "la Clio", "notre moto", "den Anhänger", "das Wohnmobil", "our camper", "le scooter"]

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for (category, subcategory), sentences in SENTENCES.items():
            for number, (thing, sentence) in enumerate((t, s) for t in THINGS for s in sentences):
                row = {"id": f"{subcategory}-{number}", "text": sentence.format(thing)}
                file.write(json.dumps({**row, "category": category, "subcategory": subcategory}) + "\n")

    found = read_examples(folder / "rows.jsonl")
    taxonomy = taxonomy_of(found.examples, "mailbox")
    train, test = split(found.examples, 0.25)
    print(len(train), "documents to learn from,", len(test), "to test on")

    config = ClassifierConfig(epochs=3, folds=2, rank=8)
    trained = train_classifier(train, folder / "mailbox", taxonomy=taxonomy, config=config)
    for system, measures in trained.metrics.items():
        print(f"held out, {system}: {per_cent(measures['accuracy'])} right")
    for note in trained.notes:
        print("note:", note)

    classifier = fd.Classifier.load(folder / "mailbox")
    tested = predict(classifier, test)
    right = sum(tested.best(row)[0] == example.path for row, example in enumerate(test))
    print(right, "of", len(test), "test documents right")
    for sentence in told_of_thresholds(tested, trained.calibration) if trained.calibration else ():
        print(" ", sentence)
    report = write_classifier_report(trained, test=tested)
    print(report.name, report.stat().st_size, "bytes")
