"""Documents, labels and models: the same for every variant."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import torch
from benchmarks.classify import runs
from benchmarks.classify.predictions import Run

from foyerdoc.models.bases import Base, base_folder, load_base, prepare
from foyerdoc.models.loading import fast_dtype, quietly
from foyerdoc.models.tokens import Tokens

Head = Literal["none", "lm", "labels"]
RANK, ALPHA = 16, 32
NOISE = 2**28
"""Random numbers that the weights of a random model are cut from: all different, but for one place in a few hundred million."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A model and how it is trained.

    Attributes:
        name: "e5", "smollm2" or "7b".
        task: "labels" trains a classification head, "answers" a causal model to write the label after the document.
        length: tokens that a document is cut to.
        documents: that are trained on.
        epochs: passes over them.
        batch_examples: documents of an optimiser step.
        batch_tokens: ours, the first that memory allows: tokens that go through the model at once.
        learning_rate: peak, of all that is learnt.
        plain: documents that the Trainer puts through at once, and whether it checkpoints activations; its default row.
        tuned: the same for its best row: the fastest of them is taken.
        tiny: random weights, a few layers: to see whether this runs.
    """

    name: str
    task: Literal["labels", "answers"]
    length: int
    documents: int
    epochs: int
    batch_examples: int
    batch_tokens: tuple[int, ...]
    learning_rate: float
    plain: tuple[int, bool]
    tuned: tuple[tuple[int, bool], ...]
    tiny: bool = False

    @property
    def steps(self) -> int:
        return -(-self.documents // self.batch_examples) * self.epochs

    @property
    def warm(self) -> int:
        """Steps that are not timed."""
        return self.steps // 3

    def small(self) -> Shape:
        """The same on a few short documents and a tiny model."""
        return replace(
            self,
            length=32,
            documents=16,
            epochs=3,
            batch_examples=4,
            batch_tokens=(128,),
            plain=(2, self.plain[1]),
            tuned=tuple((min(4, n), checkpointed) for n, checkpointed in self.tuned[:1]),
            tiny=True,
        )


SHAPES = {
    "e5": Shape("e5", "labels", 512, 1152, 3, 32, (16384,), 5e-4, (8, False), ((32, False), (16, False))),
    "smollm2": Shape("smollm2", "labels", 2048, 768, 2, 32, (16384, 8192), 5e-4, (8, False), ((32, False), (16, False))),
    "7b": Shape("7b", "answers", 2048, 256, 1, 16, (16384, 8192, 4096), 1e-4, (8, True), ((2, False), (4, False), (16, True))),
}


@dataclass(frozen=True, slots=True)
class Material:
    """Documents as token ids, with their labels.

    Attributes:
        ids: of each document, cut.
        labels: the number of each one's leaf.
        leaves: the labels.
    """

    ids: list[list[int]]
    labels: list[int]
    leaves: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=1)
def sheets(data: Path) -> tuple[tuple[runs.Item, ...], tuple[tuple[str, ...], ...]]:
    """The training sheets of service_public_fr in an order that has nothing to do with their subject, and their leaves."""
    split = runs.split(data, Run("", "service_public_fr"))
    order = sorted(split.train, key=lambda item: hashlib.sha1(item.id.encode(), usedforsecurity=False).hexdigest())
    return tuple(order), split.leaves


def material(shape: Shape, data: Path) -> Material:
    """The documents of a shape. A 7B shape has no tokenizer: it gets SmolLM2's tokens, whose numbers are taken modulo."""
    items, leaves = sheets(data)
    items = items[: shape.documents]
    tokens = Tokens(base_folder("e5" if shape.name == "e5" else "smollm2"))
    prefix = "query: " if shape.name == "e5" else ""
    found = tokens.ids([prefix + item.text for item in items])
    vocabulary = config_of(shape, "none", len(leaves)).vocab_size
    ids = [[number % vocabulary for number in _cut(each, shape)] for each in found]
    place = {leaf: i for i, leaf in enumerate(leaves)}
    return Material(ids, [place[item.path] for item in items], leaves)


def answers(shape: Shape, leaves: Sequence[Sequence[str]]) -> list[list[int]]:
    """Each leaf's name as tokens."""
    vocabulary = config_of(shape, "lm", len(leaves)).vocab_size
    names = Tokens(base_folder("smollm2")).ids([" / ".join(leaf) for leaf in leaves])
    return [[number % vocabulary for number in ids] for ids in names]


def tokenizer(name: str) -> Any:
    """As transformers' collators want it."""
    from transformers import AutoTokenizer

    found = AutoTokenizer.from_pretrained(base_folder("e5" if name == "e5" else "smollm2"), local_files_only=True)
    if found.pad_token is None:
        found.pad_token = found.eos_token
    return found


def our_base(shape: Shape, device: str, *, resident: bool | None) -> Base:
    """The base as `load_base` gives it."""
    head: Literal["none", "lm"] = "lm" if shape.task == "answers" else "none"
    if shape.name != "7b" and not shape.tiny:
        return load_base(shape.name, resident=resident, device=device, head=head)
    dtype = fast_dtype(device)
    model = random_model(shape, head, device, getattr(torch, dtype))
    return prepare(model, Path(), f"random {shape.name}", quantization="nf4", resident=resident, device=device, dtype=dtype)


def plain_model(shape: Shape, head: Head, device: str, labels: int = 2, *, four_bit: bool = True) -> Any:
    """What transformers loads: NF4 with double quantisation, or 16 bits. Layers that are new are not quantised."""
    import transformers

    dtype = getattr(torch, fast_dtype(device))
    if shape.name == "7b" or shape.tiny:
        return random_model(shape, head, device, dtype, labels)
    loader: Any = transformers.AutoModelForSequenceClassification if head == "labels" else transformers.AutoModelForCausalLM
    more: dict[str, Any] = {"num_labels": labels} if head == "labels" else {}
    if shape.name == "e5":
        # Packed attention has no dropout on a GPU; without it the padded one is faster, and computes the same.
        more["attention_probs_dropout_prob"] = 0.0
    with quietly():
        return loader.from_pretrained(
            base_folder(shape.name),
            dtype=dtype,
            device_map={"": device},
            quantization_config=_nf4(dtype) if four_bit else None,
            local_files_only=True,
            **more,
        )


def random_model(shape: Shape, head: Head, device: str, dtype: torch.dtype, labels: int = 2) -> Any:
    """A model with random weights in NF4, quantised tensor by tensor: it takes little more than its 4-bit size to make."""
    import transformers

    config = config_of(shape, head, labels)
    kind: Any = {
        "none": transformers.AutoModel,
        "lm": transformers.AutoModelForCausalLM,
        "labels": transformers.AutoModelForSequenceClassification,
    }[head]
    with quietly():
        with torch.device("meta"):
            empty = kind.from_config(config)
        generator = torch.Generator(device).manual_seed(0)
        largest = max(tensor.numel() for tensor in empty.state_dict().values())
        size = max(2 * largest, 2**16) if shape.tiny else NOISE
        noise = torch.randn(size, generator=generator, device=device, dtype=dtype).mul_(config.initializer_range)
        state, at = {}, 0
        for name, tensor in empty.state_dict().items():
            if tensor.dim() < 2:
                state[name] = (torch.ones if "norm" in name.lower() and name.endswith("weight") else torch.zeros)(
                    tensor.shape, device=device, dtype=dtype
                )
                continue
            at = (at + 7919) % (size - tensor.numel())
            state[name] = noise[at : at + tensor.numel()].view(tensor.shape)
            at += tensor.numel()
            if "embed" in name or "head" in name:
                state[name] = state[name].clone()  # stays as it is: the noise would stay with it
        return type(empty).from_pretrained(
            None, config=config, state_dict=state, dtype=dtype, device_map={"": device}, quantization_config=_nf4(dtype)
        )


def config_of(shape: Shape, head: Head, labels: int) -> Any:
    """The model's configuration: Mistral's defaults are the 7B shape."""
    import transformers

    more = {"num_labels": labels} if head == "labels" else {}
    small: dict[str, Any] = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2}
    if shape.name == "7b":
        few = {**small, "num_key_value_heads": 1, "head_dim": 32} if shape.tiny else {}
        return transformers.MistralConfig(sliding_window=None, pad_token_id=2, **few, **more)
    if not shape.tiny:
        return transformers.AutoConfig.from_pretrained(base_folder(shape.name), local_files_only=True, **more)
    if shape.name == "e5":
        return transformers.BertConfig(vocab_size=1000, pad_token_id=0, **small, **more)
    return transformers.LlamaConfig(vocab_size=1000, pad_token_id=2, num_key_value_heads=1, **small, **more)


def _nf4(dtype: torch.dtype) -> Any:
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
        llm_int8_skip_modules=["classifier", "score", "pooler", "pooler.dense", "lm_head"],
    )


def _cut(ids: list[int], shape: Shape) -> list[int]:
    # E5 ends every text with a mark of its own.
    return ids if len(ids) <= shape.length else [*ids[: shape.length - 1], ids[-1]]
