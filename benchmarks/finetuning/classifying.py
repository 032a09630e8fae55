"""Documents a second: the classifier, a padded loop over the same base, and labels written by a language model.

All heads and adapters are random or absent: what they cost does not depend on what they say. A generated label is as long as
the document's true one and its end token, as a model that has learnt its task writes it; in a batch the longest one counts.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from benchmarks.finetuning import measuring
from benchmarks.finetuning.material import SHAPES, Shape, plain_model, sheets, tokenizer
from benchmarks.finetuning.ours import network_for

from foyerdoc.classification import Classifier
from foyerdoc.classification.network import Encoded, TrainedScorer
from foyerdoc.documents import Document
from foyerdoc.finetuning.data.examples import Example, taxonomy_of
from foyerdoc.models.bases import base_folder
from foyerdoc.models.tokens import Tokens

_WARM = 16

Work = Callable[[Sequence[Document]], int]
"""Labels documents; says how many it labelled."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Documents and the names of their labels.

    Attributes:
        documents: their text cut to what every variant reads.
        names: "category / subcategory" of each.
        paths: the same as a path.
    """

    documents: list[Document]
    names: dict[str, str]
    paths: dict[str, tuple[str, ...]]


def stack(data: Path, name: str, tokens: int, most: int) -> Stack:
    """Sheets cut to so many tokens of a base, its marks included."""
    items, _ = sheets(data)
    count = Tokens(base_folder(name))
    documents = []
    for item in items[:most]:
        places = count.offsets(item.text)
        # Room for marks, and for a prefix or a prompt.
        end = places[tokens - 33][1] if len(places) > tokens - 32 else len(item.text)
        documents.append(Document(id=item.id, name=item.id, media_type="text/plain", text=item.text[:end], language="fr"))
    paths = {item.id: item.path for item in items[:most]}
    return Stack(documents, {key: " / ".join(path) for key, path in paths.items()}, paths)


def classifier(shape: Shape, given: Stack, device: str, *, lora: str = "merged", resident: bool | None = None) -> Work:
    """Ours, from documents to predictions, with their chunks, evidence and alternatives."""
    examples = [Example(id=one.id, document=one, path=given.paths[one.id]) for one in given.documents]
    taxonomy = taxonomy_of(examples, "labels")
    network = network_for(shape, device, len(taxonomy.leaves()), lora=lora, resident=resident)
    tokens = Tokens(base_folder(shape.name))
    vocabulary = network.backbone.get_input_embeddings().weight.shape[0]  # type: ignore[operator]

    class Within(Tokens):
        """A tiny model's vocabulary is smaller than its tokenizer's."""

        def ids(self, texts: Sequence[str]) -> list[list[int]]:
            return [[number % vocabulary for number in ids] for ids in super().ids(texts)]

    if shape.tiny:
        tokens = Within(base_folder(shape.name))
    encoded = Encoded(network.backbone.config, tokens, chunk_tokens=256, prefix="query: " if shape.name == "e5" else "")
    scorer = TrainedScorer(network, encoded, name=shape.name, adapter="random", settings=())
    made = Classifier(taxonomy, scorer)
    return lambda documents: sum(bool(found.alternatives) for found in made.classify_many(documents))


def padded(shape: Shape, device: str, batch: int, labels: int) -> Work:
    """transformers' sequence classification in 16 bits: batches in the order given, padded to their longest."""
    model = plain_model(shape, "labels", device, labels, four_bit=False).eval()
    turned = tokenizer(shape.name)
    turned.padding_side = "right"
    model.config.pad_token_id = turned.pad_token_id
    prefix = "query: " if shape.name == "e5" else ""
    vocabulary = model.config.vocab_size

    def work(documents: Sequence[Document]) -> int:
        done = 0
        for at in range(0, len(documents), batch):
            texts = [prefix + document.text for document in documents[at : at + batch]]
            given = turned(texts, padding=True, truncation=True, max_length=shape.length, return_tensors="pt")
            given = {"input_ids": given["input_ids"] % vocabulary, "attention_mask": given["attention_mask"]}
            with torch.inference_mode():
                logits = model(**{name: tensor.to(device) for name, tensor in given.items()}).logits
            done += len(logits.argmax(dim=1).tolist())
        return done

    return work


def generated(shape: Shape, given: Stack, device: str, batch: int) -> Work:
    """transformers' `generate` of the label, greedy, over the NF4 model; padded on the left."""
    model: Any = plain_model(shape, "lm", device).eval()
    turned = tokenizer(shape.name)
    turned.padding_side = "left"
    lengths = {key: len(turned(name, add_special_tokens=False)["input_ids"]) + 1 for key, name in given.names.items()}
    vocabulary = model.config.vocab_size

    def work(documents: Sequence[Document]) -> int:
        done = 0
        for at in range(0, len(documents), batch):
            some = documents[at : at + batch]
            texts = [
                turned.apply_chat_template(
                    [{"role": "user", "content": f"{document.text}\n\nLabel?"}], tokenize=False, add_generation_prompt=True
                )
                for document in some
            ]
            asked = turned(texts, padding=True, add_special_tokens=False, return_tensors="pt")
            ids = (asked["input_ids"] % vocabulary).to(device)
            length = max(lengths[document.id] for document in some)
            with torch.inference_mode():
                out = model.generate(
                    input_ids=ids,
                    attention_mask=asked["attention_mask"].to(device),
                    do_sample=False,
                    max_new_tokens=length,
                    min_new_tokens=length,
                    pad_token_id=turned.pad_token_id,
                )
            done += len(turned.batch_decode(out[:, ids.shape[1] :], skip_special_tokens=True))
        return done

    return work


def rates(works: dict[str, Work], documents: Sequence[Document], seconds: float, rounds: int = 3) -> list[dict[str, Any]]:
    """Documents a second of variants that take turns; medians over the rounds.

    Every variant is warmed up, then sees the same documents from the first on, as many as it can in its share of the time.

    Args:
        works: the variants.
        documents: in the order of the file.
        seconds: of one variant in one round, about.
        rounds: turns.
    """
    found: dict[str, list[float]] = {name: [] for name in works}
    counts: dict[str, int] = {}
    for name, work in works.items():
        work(documents[:_WARM])  # loading of kernels, first allocations
        measuring.wait()
        started = time.perf_counter()
        work(documents[:_WARM])
        each = (time.perf_counter() - started) / min(_WARM, len(documents))
        counts[name] = min(len(documents), max(_WARM, int(seconds / each) // 64 * 64))
    for _ in range(rounds):
        for name, work in works.items():
            some = documents[: counts[name]]
            measuring.wait()
            started = time.perf_counter()
            done = work(some)
            found[name].append(done / (time.perf_counter() - started))
    return [
        {
            "variant": name,
            "documents/s": round(statistics.median(found[name]), 1),
            "lowest to highest": f"{min(found[name]):.1f} to {max(found[name]):.1f}",
            "documents": counts[name],
        }
        for name in works
    ]


def compare(data: Path, device: str, seconds: float, *, tiny: bool) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every variant over short documents (what E5 reads at once) and over longer ones: a title and its rows."""
    e5, smollm2 = (SHAPES[name].small() if tiny else SHAPES[name] for name in ("e5", "smollm2"))
    most = 8 if tiny else 1024
    short, long = stack(data, "e5", 64 if tiny else 512, most), stack(data, "smollm2", 96 if tiny else 2048, most)
    for title, given in (("short", short), ("long", long)):
        labels = len(set(given.paths.values()))
        works: dict[str, Work] = {
            "foyerdoc, e5": classifier(e5, given, device),
            "foyerdoc, smollm2": classifier(smollm2, given, device),
            "padded loop, smollm2, batches of 16": padded(smollm2, device, 16, labels),
            "padded loop, smollm2, batches of 64": padded(smollm2, device, 64, labels),
            "generate, smollm2 NF4, one by one": generated(smollm2, given, device, 1),
            "generate, smollm2 NF4, batches of 16": generated(smollm2, given, device, 16),
        }
        if title == "short":
            works["padded loop, e5, batches of 16"] = padded(e5, device, 16, labels)
            works["padded loop, e5, batches of 64"] = padded(e5, device, 64, labels)
        rows = rates(works, given.documents, seconds)
        by_name = {row["variant"]: row["documents/s"] for row in rows}
        for row in rows:
            for against in (
                "padded loop, e5, batches of 16",
                "padded loop, smollm2, batches of 16",
                "generate, smollm2 NF4, one by one",
                "generate, smollm2 NF4, batches of 16",
            ):
                if against in by_name:
                    row[f"x {against.removesuffix(', batches of 16')}"] = round(row["documents/s"] / by_name[against], 2)
        yield f"{title} documents", rows
        works.clear()
        measuring.clear()
