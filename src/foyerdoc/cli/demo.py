"""`foyerdoc demo`: the main job on the bundled mailbox, beside what is true."""

from __future__ import annotations

import json as jsonlib
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foyerdoc.cli.app import Json, app, brief, err, files_of, out, print_json, progress, report, stops_on_error
from foyerdoc.cli.documents import print_fields
from foyerdoc.cli.questions import print_answer
from foyerdoc.demo import folder as demo_folder
from foyerdoc.results import Answer
from foyerdoc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from foyerdoc.pipeline import Outcome


@app.command()
def demo(
    documents: Annotated[
        Path | None, typer.Option(help="A folder of other documents to run on.", exists=True, file_okay=False)
    ] = None,
    index: Annotated[Path | None, typer.Option(help="Where to keep the index; dropped afterwards by default.")] = None,
    json: Json = False,
) -> None:
    """Read, label, extract, index and ask, over an invented insurer's mailbox, and compare with what is true."""
    from foyerdoc.chat import Chat
    from foyerdoc.classification import Classifier
    from foyerdoc.demo.schemas import SCHEMAS
    from foyerdoc.index import Index
    from foyerdoc.pipeline import Pipeline

    home = demo_folder()
    truth = jsonlib.loads((home / "truth.json").read_text(encoding="utf-8"))
    seconds: dict[str, float] = defaultdict(float)
    with stops_on_error(), tempfile.TemporaryDirectory(prefix="foyerdoc-demo-") as temporary:
        paths = files_of([documents or home / "documents"])
        with Index.open(index or Path(temporary)) as opened:
            classifier = Classifier.load(home / "classifier")
            pipeline = Pipeline(Taxonomy.load(home / "taxonomy.json"), SCHEMAS, classifier=classifier, index=opened)
            outcomes = []
            for outcome in progress(pipeline.run(paths), len(paths), "reading, labelling, extracting, indexing"):
                outcomes.append(outcome)
                for stage, spent in outcome.seconds.items():
                    seconds[stage] += spent
                show(outcome, truth["documents"], json=json)
            chat = Chat(opened)
            for question in truth["questions"]:
                started = time.perf_counter()
                answer = chat.ask(question["question"])
                seconds["ask"] += time.perf_counter() - started
                show_answer(answer, question, json=json)
        summary = {**scores(outcomes, truth["documents"]), "seconds": {k: round(v, 1) for k, v in seconds.items()}}
        print_json({"summary": summary}) if json else show_summary(summary)


def show(outcome: Outcome, truth: Mapping[str, Any], *, json: bool) -> None:
    """Print one document's label beside the true one, its fields and its issues."""
    expected = truth.get(outcome.name, {})
    if json:
        print_json({"file": outcome.name, "expected": expected, **_without_text(outcome)})
        return
    out.print(f"\n[bold]{brief(outcome.name)}[/bold]")
    if outcome.error is not None:
        report(outcome.error)
    if outcome.document is not None:
        for issue in outcome.document.issues:
            out.print(f"  [yellow]{issue.code}[/yellow]: {brief(issue.message, 160)}")
    if outcome.prediction is not None:
        nearest = outcome.prediction.alternatives[0].path
        said = " / ".join(outcome.prediction.path) or f"(left open; nearest {' / '.join(nearest)})"
        true = " / ".join(expected.get("path", ())) or "not known"
        verdict = "[green]right[/green]" if said == true else "[red]wrong[/red]" if expected else ""
        out.print(f"  label {brief(said)}   [dim]true: {brief(true)}[/dim] {verdict}")
    if outcome.extraction is not None and outcome.document is not None:
        print_fields(outcome.extraction, outcome.document)


def show_answer(answer: Answer, question: Mapping[str, Any], *, json: bool) -> None:
    """Print an answer with its citations, and where the true one stands."""
    if json:
        print_json({"question": question, "right": is_right(answer, question), "answer": answer})
        return
    verdict = "[green]right[/green]" if is_right(answer, question) else "[red]wrong[/red]"
    true = " or ".join(question["phrases"]) or "the mailbox does not say"
    out.print(f"\n[bold]{brief(question['question'], 200)}[/bold]  {verdict} [dim](true: {brief(true)})[/dim]")
    print_answer(answer)


def is_right(answer: Answer, question: Mapping[str, Any]) -> bool:
    """Whether a question was declined that cannot be answered, or a quote of a right document holds the key phrase."""
    if not question["files"]:
        return answer.abstained
    return any(
        citation.verified and citation.document_name in question["files"] and _plain(phrase) in _plain(citation.quote)
        for citation in answer.citations
        for phrase in question["phrases"]
    )


def scores(outcomes: list[Outcome], truth: Mapping[str, Any]) -> dict[str, Any]:
    """Counts of right labels and fields over the documents whose truth is known."""
    known = [outcome for outcome in outcomes if outcome.name in truth]
    labelled = [(outcome.prediction, tuple(truth[outcome.name]["path"])) for outcome in known if outcome.prediction]
    right = wrong = missed = 0
    for outcome in known:
        found = outcome.extraction.fields if outcome.extraction else {}
        for name, field in truth[outcome.name]["fields"].items():
            said = found[name].raw if name in found else None
            right += said is not None and _plain(said) == _plain(field["raw"])
            wrong += said is not None and _plain(said) != _plain(field["raw"])
            missed += said is None
    return {
        "documents": len(known),
        "read": sum(1 for outcome in known if outcome.document is not None),
        "left_open": sum(1 for said, _ in labelled if not said.path),
        "category_right": sum(1 for said, true in labelled if said.path[:1] == true[:1]),
        "subcategory_right": sum(1 for said, true in labelled if said.path == true),
        "nearest_category_right": sum(1 for said, true in labelled if said.alternatives[0].path[:1] == true[:1]),
        "nearest_subcategory_right": sum(1 for said, true in labelled if said.alternatives[0].path == true),
        "fields_right": right,
        "fields_wrong": wrong,
        "fields_missed": missed,
    }


def show_summary(summary: Mapping[str, Any]) -> None:
    """Print the counts and the time that each stage took."""
    n, fields = summary["documents"], summary["fields_right"] + summary["fields_wrong"] + summary["fields_missed"]
    out.print(f"\n[bold]{summary['read']} of {n} documents read[/bold]")
    if n:
        for label, key in (("as decided", ""), ("nearest label", "nearest_")):
            category, subcategory = summary[f"{key}category_right"], summary[f"{key}subcategory_right"]
            out.print(
                f"{label:14} category right {category} of {n} ({category / n:.0%}), "
                f"subcategory right {subcategory} of {n} ({subcategory / n:.0%})"
                + (f", left open {summary['left_open']}" * (not key))
            )
    if fields:
        out.print(
            f"fields right   {summary['fields_right']} of {fields} ({summary['fields_right'] / fields:.0%}), "
            f"{summary['fields_wrong']} wrong, {summary['fields_missed']} missed"
        )
    err.print("seconds: " + ", ".join(f"{stage} {spent}" for stage, spent in summary["seconds"].items()))


def _without_text(outcome: Outcome) -> dict[str, Any]:
    document = outcome.document
    return {
        "language": document.language if document else None,
        "issues": document.issues if document else (),
        "prediction": outcome.prediction,
        "extraction": outcome.extraction,
        "error": outcome.error,
        "seconds": outcome.seconds,
    }


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
