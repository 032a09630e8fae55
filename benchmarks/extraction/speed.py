"""Fields a second beside `generate` under a JSON schema: the same weights, prompts and documents.

    pip install --no-deps xgrammar==0.2.9 apache-tvm-ffi==0.1.15.post2
    python -m benchmarks.extraction.speed [--model FOLDER|general] [--device cuda] [--count 64] [--batches 1,16]

Made bills (`tools.forms`, layouts that nothing is learnt from), nine fields. transformers' `generate` decodes greedily in the
answer's own form, its grammar compiled once by xgrammar; prompts are padded on the left. Ours scores what may stand there. Each
is warmed up on other documents first, both take the documents in the same groups, and rounds alternate.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from statistics import median
from typing import Any

from pydantic import BaseModel, Field
from rich.console import Console
from rich.table import Table
from tools.forms.corpus import forms, held_out

import foyerdoc as fd
from foyerdoc.documents import Document
from foyerdoc.extraction.adapter import ADAPTER, Settings, folder_of, read_folder
from foyerdoc.extraction.choosing import ask
from foyerdoc.extraction.grounding import Ground
from foyerdoc.extraction.schemas import form_of
from foyerdoc.models.local import LocalModel
from foyerdoc.models.protocol import Conversation

MOST_TOKENS = 400


class Bill(BaseModel):
    """What is asked."""

    invoice_number: str | None = Field(default=None, description="Number of the invoice")
    issue_date: date | None = Field(default=None, description="Day on which the invoice was issued")
    due_date: date | None = Field(default=None, description="Day by which it has to be paid")
    seller_name: str | None = Field(default=None, description="Name of the company that sells")
    buyer_name: str | None = Field(default=None, description="Name of the customer who buys")
    net_total: Decimal | None = Field(default=None, description="Total without taxes")
    tax_total: Decimal | None = Field(default=None, description="Total of the taxes")
    grand_total: Decimal | None = Field(default=None, description="Total with taxes included")
    iban: str | None = Field(default=None, description="Bank account to which the sum has to be paid")


LEAVES = form_of(Bill).leaves


def bills() -> Iterator[Document]:
    """Invoices of held-out layouts, in three languages."""
    for row in forms(100_000, seed=11):
        if row.kind == "invoice" and held_out(row):
            yield Document(id=row.id, name=row.id, media_type="text/plain", text=row.text, language=row.language)


class Plain:
    """`generate` with a JSON schema.

    Attributes:
        tokens: generated so far; masking: seconds spent on masks.
    """

    def __init__(self, model: LocalModel) -> None:
        import xgrammar
        from xgrammar.contrib.hf import LogitsProcessor

        self._model = model
        # The very weights that ours runs on, merged and resident where it has them so.
        self._network = model._load()
        self._tokenizer = model._tokenizer()
        self._tokenizer.padding_side = "left"
        self._tokenizer.pad_token = self._tokenizer.pad_token or self._tokenizer.eos_token
        told = xgrammar.TokenizerInfo.from_huggingface(self._tokenizer, vocab_size=self._network.config.vocab_size)
        compiler = xgrammar.GrammarCompiler(told)
        compiled = compiler.compile_json_schema(json.dumps(_schema()), any_whitespace=False, separators=(", ", ": "))
        self._processor = lambda: _Timed(LogitsProcessor(compiled))
        self.tokens, self.masking, self.steps = 0, 0.0, 0

    def __call__(self, documents: Sequence[Document]) -> None:
        """Answer for a group of documents."""
        import torch

        texts = [self._tokenizer.apply_chat_template(_messages(self._prompt(d)), tokenize=False, add_generation_prompt=True)
                 for d in documents]  # fmt: skip
        batch = self._tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False).to(self._network.device)
        timed = self._processor()
        with torch.inference_mode():
            told = self._network.generate(
                **batch,
                max_new_tokens=MOST_TOKENS,
                do_sample=False,
                logits_processor=[timed],
                pad_token_id=self._tokenizer.pad_token_id,
            )
        answers = told[:, batch["input_ids"].shape[1] :]
        self.tokens += int((answers != self._tokenizer.pad_token_id).sum())
        self.masking += timed.seconds
        self.steps += timed.steps

    def _prompt(self, document: Document) -> Conversation:
        return ask(Ground.of(document), LEAVES, self._model).conversation


class _Timed:
    """A logits processor, and how long it takes."""

    def __init__(self, inner: Any) -> None:
        self._inner, self.seconds, self.steps = inner, 0.0, 0

    def __call__(self, ids: Any, scores: Any) -> Any:
        import torch

        if scores.is_cuda:
            torch.cuda.synchronize()
        started = time.perf_counter()
        masked = self._inner(ids, scores)
        if scores.is_cuda:
            torch.cuda.synchronize()
        self.seconds += time.perf_counter() - started
        self.steps += 1
        return masked


def _messages(conversation: Conversation) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in conversation]


def _schema() -> dict[str, Any]:
    """The answer's own form: null, or a line's number and a stretch of it."""
    pair = {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2, "maxItems": 2}
    entry = {"anyOf": [{"type": "null"}, pair | {"items": False}]}
    names = [leaf.path for leaf in LEAVES]
    return {
        "type": "object",
        "properties": dict.fromkeys(names, entry),
        "required": names,
        "additionalProperties": False,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a trained extractor's folder, or general; the base as it is by default")
    parser.add_argument("--device")
    parser.add_argument("--count", type=int, default=64, help="documents a round")
    parser.add_argument("--batches", type=lambda text: [int(each) for each in text.split(",")], default=[1, 16])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = folder_of(options.model) if options.model else None
    model = LocalModel(adapter=folder / ADAPTER if folder else None, device=options.device)
    settings = read_folder(folder) if folder else Settings()
    extractor = fd.Extractor(Bill, model, settings=settings)
    plain = Plain(model)

    def ours(documents: Sequence[Document]) -> None:
        list(extractor.extract_many(documents))

    asked = list(islice(bills(), options.count + max(options.batches)))
    warm, asked = asked[options.count :], asked[: options.count]
    table = Table("documents at once", "foyerdoc", "generate", "times", title=f"fields a second, {len(LEAVES)} fields each")
    for batch in options.batches:
        speeds: dict[str, list[float]] = {"ours": [], "plain": []}
        for system in (ours, plain):
            system(warm[:batch])
        plain.tokens, plain.masking, plain.steps = 0, 0.0, 0
        for _ in range(options.rounds):
            speeds["ours"].append(_speed(ours, asked, batch))
            speeds["plain"].append(_speed(plain, asked, batch))
        times = [a / b for a, b in zip(speeds["ours"], speeds["plain"], strict=True)]
        row = (str(batch), *(_told(v) for v in speeds.values()), _told(times))
        table.add_row(*row)
        # At once: a run that is cut has told what it knew.
        Console(width=150).print(
            f"{' | '.join(row)}; generate: {plain.tokens / options.rounds / len(asked):.0f} tokens a document, "
            f"{1e6 * plain.masking / plain.steps:.0f} µs of mask a step"
        )
    Console(width=150).print(table)
    return 0


def _speed(system: Callable[[Sequence[Document]], None], documents: Sequence[Document], batch: int) -> float:
    """Fields a second."""
    started = time.perf_counter()
    for at in range(0, len(documents), batch):
        system(documents[at : at + batch])
    return len(documents) * len(LEAVES) / (time.perf_counter() - started)


def _told(values: Sequence[float]) -> str:
    return f"{median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


if __name__ == "__main__":
    raise SystemExit(main())
