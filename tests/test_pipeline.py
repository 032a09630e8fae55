from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel

import foyerdoc as fd
from foyerdoc.demo import folder
from foyerdoc.demo.schemas import SCHEMAS
from foyerdoc.errors import DamagedFile, EmptyFile, ModelError, UsageError
from foyerdoc.models.protocol import Embedder
from tests.extraction.liking import Chokes

MAILBOX = folder() / "documents"
TAXONOMY = fd.Taxonomy.load(folder() / "taxonomy.json")


class Bill(BaseModel):
    total: Decimal | None = None


def test_files_become_outcomes_in_order_with_their_attachments_and_errors(tmp_path: Path, embedder: Embedder) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    paths = [MAILBOX / "demande.txt", broken, MAILBOX / "remboursement-soins.eml", MAILBOX / "avis-2026-77410.pdf"]
    with fd.Index.open(tmp_path / "index", embedder=embedder) as index:
        outcomes = list(fd.Pipeline(TAXONOMY, SCHEMAS, index=index).run(paths))
        names = [outcome.name for outcome in outcomes]
        assert names[:3] == ["demande.txt", "broken.pdf", "remboursement-soins.eml"]
        assert names[3].startswith("remboursement-soins.eml > ")
        assert names[-1] == "avis-2026-77410.pdf"
        assert isinstance(outcomes[1].error, DamagedFile)
        assert outcomes[1].document is None

        for outcome in outcomes:
            if outcome.document is None:
                continue
            assert outcome.error is None
            assert outcome.prediction is not None
            assert outcome.prediction.confidence is None
            for span in outcome.prediction.evidence:
                assert outcome.document.text[span.start : span.end].strip()
            for field in outcome.extraction.fields.values() if outcome.extraction else ():
                assert (field.span is None) == (field.raw is None)
                if field.span is not None:
                    assert outcome.document.text[field.span.start : field.span.end] == field.raw
        notice = outcomes[-1]
        assert notice.prediction.path == ("billing", "premium invoice")
        assert notice.extraction.fields["iban"].value == "LU209990012345678901"
        assert notice.extraction.fields["iban"].boxes[0].page == 1
        assert {"read", "clean", "classify", "extract", "index"} <= set(notice.seconds)
        hits = index.search("prime à payer", k=3, where={"category": "billing"})
        assert {hit.document_name for hit in hits} == {"avis-2026-77410.pdf"}


def test_a_model_takes_documents_together_and_one_that_fails_fails_alone(tmp_path: Path, embedder: Embedder) -> None:
    taxonomy = fd.Taxonomy.model_validate(
        {"name": "mail", "categories": [{"name": "bill", "description": "A bill to pay", "schema": "bill"}]}
    )
    texts = ["Total: 5,00 €", "Gift, Total: 5,00 €", "", "Total: 6,00 €"]
    paths = [tmp_path / f"{i}.txt" for i in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    model = Chokes(total=["5,00 €", "6,00 €"])
    classifier = fd.Classifier.zero_shot(taxonomy, embedder=embedder)
    outcomes = list(fd.Pipeline(taxonomy, {"bill": Bill}, classifier=classifier, model=model).run(paths))
    assert [outcome.path for outcome in outcomes] == paths
    assert [type(outcome.error) for outcome in outcomes] == [type(None), ModelError, EmptyFile, type(None)]
    assert [o.extraction.value.total if o.extraction else None for o in outcomes] == [Decimal(5), None, None, Decimal(6)]
    assert outcomes[1].prediction is not None
    outcomes = list(fd.Pipeline(taxonomy, {"bill": Bill}, classifier=classifier, model=model).run([paths[0], paths[3]]))
    assert max(model.together) == 2
    assert all({"read", "clean", "classify", "extract"} <= set(outcome.seconds) for outcome in outcomes)


def test_a_schema_that_the_taxonomy_names_must_be_given(embedder: Embedder) -> None:
    with pytest.raises(UsageError, match="legal"):
        fd.Pipeline(TAXONOMY, {name: schema for name, schema in SCHEMAS.items() if name != "legal"}, embedder=embedder)


def test_stages_are_told_and_what_is_raised_there_stops_the_run(tmp_path: Path, embedder: Embedder) -> None:
    told: list[tuple[str, str]] = []
    with fd.Index.open(tmp_path / "index", embedder=embedder) as index:

        def watch(path: Path, stage: str) -> None:
            told.append((path.name, stage))
            if stage == "index" and path.name == "demande.txt":
                raise KeyboardInterrupt

        pipeline = fd.Pipeline(TAXONOMY, SCHEMAS, index=index, watch=watch)
        files = [MAILBOX / "avis-2026-77410.pdf", MAILBOX / "demande.txt"]
        with pytest.raises(KeyboardInterrupt):
            list(pipeline.run(files))
        assert [stage for name, stage in told if name == "avis-2026-77410.pdf"] == ["clean", "classify", "extract", "index"]
        assert [one.name for one in index.documents()] == ["avis-2026-77410.pdf"]
