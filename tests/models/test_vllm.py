"""What `ServerModel` promises of vLLM, asked of a real one: `make test-vllm`. The contract suite runs over it, too.

Skipped where it is not installed, as in `make test`: it takes gigabytes of disk. It computes on the CPU, in float32.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel, Field

from foyerdoc.chat import Chat
from foyerdoc.classification import Classifier
from foyerdoc.errors import ModelError
from foyerdoc.extraction import Extractor, Identifier
from foyerdoc.extraction.adapter import ADAPTER, GENERAL, folder_of, read_folder
from foyerdoc.finetuning.exporting.merging import merge
from foyerdoc.index import Index
from foyerdoc.models.embedded import embedded_generator
from foyerdoc.models.local import LocalModel
from foyerdoc.models.protocol import Grammar, Message
from foyerdoc.models.server import ServerModel
from foyerdoc.reading.parsing import parse
from foyerdoc.taxonomy import Node, Taxonomy
from tests.index.conftest import make_document
from tests.models import vllm

pytestmark = pytest.mark.skipif(not vllm.installed(), reason="vLLM is not installed: `make test-vllm` does it")

TALK = [Message("system", "You are brief."), Message("user", "Name the capital of Germany, please.")]
NAMES = ("claim", "invoice", "policy")
HOSTILE = 'RE#2026 // "a" ::= \\ %regex <b> é\u2028'
CLAIM = parse(
    "Claim form\n\nClaim number: S-2026-00418\nDate of loss: 14 February 2026\nEstimated damage: £2,350.00\n".encode(), "x.txt"
)
POLICY = make_document(
    "policy.txt",
    "The theft of jewellery is covered up to 3,000 euros. The deductible is 150 euros for each claim.",
    "Water damage in the cellar is excluded. Broken glass is covered without deductible.",
)


class Loss(BaseModel):
    claim_number: Identifier | None = Field(default=None, description="Number of the claim")
    loss_date: date | None = Field(default=None, description="Day on which the damage happened")
    damage: Decimal | None = Field(default=None, description="Estimated amount of the damage")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with vllm.serve(embedded_generator(), context=4096) as url:
        yield url


@pytest.fixture(scope="module")
def model(url: str) -> ServerModel:
    return ServerModel(url, vllm.NAME, dialect="vllm")


@pytest.fixture(scope="module")
def local() -> Iterator[LocalModel]:
    model = LocalModel(quantization="none", dtype="float32", device="cpu")
    yield model
    model.close()


def test_it_answers_counts_and_scores_as_the_same_weights_here(model: ServerModel, local: LocalModel) -> None:
    assert model.context_tokens == 4096
    assert model.count_prompt(TALK) == local.count_prompt(TALK)
    assert model.count_tokens("12,50 € | été") == local.count_tokens("12,50 € | été")
    (served,), (ours,) = (one.generate([TALK], max_tokens=12) for one in (model, local))
    assert served.text == ours.text
    assert served.log_probability == pytest.approx(ours.log_probability, abs=1e-2)
    texts = ["Berlin", "Bonn.", "", "The capital is Berlin", "été"]
    np.testing.assert_allclose(model.score(TALK, texts), local.score(TALK, texts), atol=1e-2)


@pytest.mark.parametrize("stream", [False, True])
def test_literals_of_any_characters_reach_it_whole(model: ServerModel, stream: bool) -> None:
    literal = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    grammar = Grammar(f'start: "{literal}"')
    if stream:
        assert "".join(model.stream(TALK, max_tokens=99, grammar=grammar)) == HOSTILE
    else:
        assert model.generate([TALK], max_tokens=99, grammar=grammar)[0].text == HOSTILE


def test_a_quote_is_held_to_its_text(model: ServerModel, local: LocalModel) -> None:
    text = "The theft of jewellery is covered up to 3,000 euros. The deductible is 150 euros."
    grammar = Grammar(f'start: "<<" quote ">>"\nquote: %regex {{"substring_words": "{text}"}}')
    conversation = [Message("user", f"{text}\nQuote what is said of the deductible.")]
    (served,), (ours,) = (one.generate([conversation], max_tokens=60, grammar=grammar) for one in (model, local))
    assert served.text == ours.text
    assert served.text[2:-2] in text


def test_labels_are_those_of_the_same_weights_here(model: ServerModel, local: LocalModel) -> None:
    taxonomy = Taxonomy(name="papers", categories=tuple(Node(name=name, description=f"A {name}") for name in NAMES))
    served, ours = (Classifier.zero_shot(taxonomy, one).classify(CLAIM) for one in (model, local))
    assert served.path == ours.path
    assert [one.path for one in served.alternatives] == [one.path for one in ours.alternatives]


def test_chat_quotes_and_writes_under_its_grammars(model: ServerModel, tmp_path: Path, embedder: object) -> None:
    with Index.open(tmp_path / "index", embedder=embedder) as index:
        index.add([POLICY])
        answer = Chat(index, model, write=True).ask("What is the deductible for the theft of jewellery?")
    assert not answer.abstained
    assert any(f"{model.name} wrote" in step for step in answer.steps)
    assert answer.citations
    assert answer.sentences
    for one in answer.citations:
        assert POLICY.text[one.span.start : one.span.end] == one.quote
    assert all(sentence.supported and sentence.citations for sentence in answer.sentences)


def test_a_tuned_extractor_is_served_merged(tmp_path: Path) -> None:
    folder = folder_of(GENERAL)
    merge(embedded_generator(), folder / ADAPTER, tmp_path / "merged")
    local = LocalModel(tmp_path / "merged", quantization="none", dtype="float32", device="cpu")
    ours = Extractor(Loss, local, settings=read_folder(folder)).extract(CLAIM)
    local.close()
    with vllm.serve(tmp_path / "merged", context=4096) as url:
        model = ServerModel(url, vllm.NAME, dialect="vllm")
        served = Extractor(Loss, model, settings=read_folder(folder)).extract(CLAIM)
    assert served.value == ours.value == Loss(claim_number="S-2026-00418", loss_date="2026-02-14", damage="2350.00")
    for name, field in served.fields.items():
        assert CLAIM.text[field.span.start : field.span.end] == field.raw
        assert field.confidence == pytest.approx(ours.fields[name].confidence, abs=1e-2)


def test_one_that_reads_no_grammars_of_llguidance_is_refused_before_it_sees_a_document() -> None:
    with vllm.serve(embedded_generator(), "--structured-outputs-config.backend", "xgrammar", context=512) as url:
        model = ServerModel(url, vllm.NAME, dialect="vllm")
        with pytest.raises(ModelError, match="does not hold its answers to a grammar") as caught:
            model.generate([TALK], max_tokens=4, grammar=Grammar('start: "yes" | "no"'))
        assert "guidance" in caught.value.hint
