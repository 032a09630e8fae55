"""Which chunks and which search answer the demo's questions: a designed experiment, and the settings that come out of it."""

import json
import tempfile
from pathlib import Path

import foyerdoc as fd
from foyerdoc import demo
from foyerdoc.evaluation.gold import Evidence, Gold, QuestionAnnotation
from foyerdoc.experiments.plan import Plan
from foyerdoc.experiments.sweep import SETTINGS, sweep
from foyerdoc.experiments.table import Results
from foyerdoc.recipe import Recipe

documents = demo.folder() / "documents"
asked = [one for one in json.loads((demo.folder() / "truth.json").read_bytes())["questions"] if one["files"]]
gold = Gold(
    tuple(
        QuestionAnnotation(
            item=f"demo-{number}",
            annotator="truth",
            language=one["language"],
            question=one["question"],
            answers=tuple(one["phrases"]),
            evidence=tuple(Evidence(file, text=phrase) for file in one["files"] for phrase in one["phrases"]),
        )
        for number, one in enumerate(asked)
    )
)

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    gold.write(folder / "questions.jsonl")
    plan = Plan.of(
        {
            "questions": str(folder / "questions.jsonl"),
            "documents": [str(documents / one["files"][0]) for one in asked],
            "factors": {"chunk_size": [64, 256], "retrieval": ["dense", "lexical", "fused"]},
            "goal": "holds",
        }
    )
    for done in sweep(plan, folder / "results"):
        print(done.number, "of", done.total, done.run.cell, "computed:", done.made)
    results = Results.read(folder / "results")
    for row in results.rows:
        print(row["item"], row["chunk_size"], row["retrieval"], "found" if row["recall_at_5"] else "missed", row["f1"])

    recipe = Recipe.load(folder / "results" / SETTINGS)
    with fd.Index.open(folder / "best.index", recipe=recipe) as index:
        index.add(fd.clean(fd.read(path)) for path in sorted(documents.glob("*.pdf")))
        print(fd.Chat(index, recipe=recipe).ask(asked[0]["question"]).text)
