"""What a language model learns: the task that the loop trains, and the tokens of its conversations.

<|im_start|>user Where does it apply?<|im_end|> <|im_start|>assistant In Europe.<|im_end|>
prompt: as `encode_conversation` makes it for inference                |  learnt: the answer and what ends it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from foyerdoc.errors import ModelError
from foyerdoc.models.conversations import encode_conversation, encode_text
from foyerdoc.models.packing import Pack
from foyerdoc.models.protocol import Conversation, Message

_HEAD_AT_ONCE: Final = 1024
"""Places whose logits exist at the same time: 4 bytes for each word of the vocabulary, 30,000 to 260,000 of them."""

_GROWTH: Final = 1.2
_SMALLEST: Final = 1024
_FEWEST: Final = 16


@dataclass(frozen=True, slots=True)
class Turns:
    """A conversation as tokens.

    Attributes:
        ids: of all its messages.
        learnt: places in `ids` that the model learns to predict, ascending, each above 0.
        left_out: answers before the last that the chat template shows otherwise once the conversation goes on; they are read
            and not learnt.
    """

    ids: tuple[int, ...]
    learnt: tuple[int, ...]
    left_out: int


def end_token(tokenizer: Any) -> int:
    """The token that the chat template puts behind an answer.

    Raises:
        ModelError: it puts none there, so that a model would never learn to end.
    """
    mark = "yes"
    turns = [{"role": "user", "content": "?"}, {"role": "assistant", "content": mark}]
    if not tokenizer.chat_template:
        raise ModelError("the tokenizer has no chat template", hint="use an instruction-tuned model")
    text = tokenizer.apply_chat_template(turns, tokenize=False)
    ids = tokenizer(text.rpartition(mark)[2], add_special_tokens=False)["input_ids"]
    end: int | None = next((token for token in ids if token in tokenizer.all_special_ids), tokenizer.eos_token_id)
    if end is None:
        raise ModelError("the chat template ends answers with no special token", hint="set the tokenizer's eos_token")
    return end


def encode_turns(tokenizer: Any, conversation: Conversation, end: int) -> Turns:
    """A conversation whose last message is the assistant's, as inference would have shown and written it.

    Raises:
        ModelError: the last message is not the assistant's, or nothing comes before it.
    """
    if len(conversation) < 2 or conversation[-1].role != "assistant":
        raise ModelError("a conversation to learn from ends with the assistant's message", hint="add the answer to be learnt")
    ids, start = _asked_and_said(tokenizer, conversation, end)
    learnt = set(range(start, len(ids)))
    left_out = 0
    for at in range(1, len(conversation) - 1):
        if conversation[at].role == "assistant":
            earlier, start = _asked_and_said(tokenizer, conversation[: at + 1], end)
            if earlier == ids[: len(earlier)]:
                learnt |= set(range(start, len(earlier)))
            else:
                left_out += 1
    return Turns(tuple(ids), tuple(sorted(learnt)), left_out)


def _asked_and_said(tokenizer: Any, conversation: Sequence[Message], end: int) -> tuple[list[int], int]:
    prompt = encode_conversation(tokenizer, conversation[:-1])
    return [*prompt, *encode_text(tokenizer, conversation[-1].content), end], len(prompt)


class AnsweringTask:
    """See `loop.Task`. The loss is -log of the probability of each token of the answers, each counting the same.

    Args:
        model: a PEFT model around a causal one whose attention is `PACKED`.
        train: to learn from.
        validation: to measure on.
        batch_tokens: read at once when measuring.
    """

    def __init__(self, model: Any, train: Sequence[Turns], validation: Sequence[Turns], *, batch_tokens: int) -> None:
        self._model = model.train()
        self._train, self._validation = train, validation
        self._batch_tokens = batch_tokens
        causal = model.get_base_model()
        self._body, self._head = causal.base_model, causal.get_output_embeddings()
        self._device: torch.device = self._head.weight.device
        self._longest = max((len(turns.ids) for turns in [*train, *validation]), default=1)
        self._plain = self._head_is_plain()

    def parameters(self) -> Mapping[str, Tensor]:
        """See `loop.Task`."""
        return {name: tensor for name, tensor in self._model.named_parameters() if tensor.requires_grad}

    def sizes(self) -> Sequence[int]:
        """See `loop.Task`."""
        return [len(turns.ids) for turns in self._train]

    def collate(self, rows: Sequence[int], _epoch: int) -> Mapping[str, Tensor]:
        """See `loop.Task`."""
        return self._batch([self._train[row] for row in rows])

    def loss(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """See `loop.Task`."""
        pack = Pack(batch["ids"], batch["positions"], batch["texts"], batch["bounds"], int(batch["longest"]))
        losses = self._losses(pack, batch["places"], batch["targets"])
        return (losses * batch["weights"]).sum(), batch["weights"].sum()

    def evaluate(self) -> Mapping[str, float]:
        """See `loop.Task`. The loss is natural-log, the mean over the answers' tokens."""
        if not self._validation:
            return {}
        self._model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for turns in _in_batches(self._validation, self._batch_tokens):
                batch = {name: _to(tensor, self._device) for name, tensor in self._batch(turns).items()}
                loss, weight = self.loss(batch)
                total, count = total + float(loss), count + int(weight)
        self._model.train()
        return {"loss": total / count, "answer_tokens": float(count)}

    def _batch(self, turns: Sequence[Turns]) -> dict[str, Tensor]:
        pack = Pack.of([one.ids for one in turns])
        learnt = [torch.tensor(one.learnt) + start for one, start in zip(turns, pack.bounds.tolist(), strict=False)]
        places = torch.cat(learnt)  # (answers' tokens,)
        batch = {
            "ids": pack.ids,
            "positions": pack.positions,
            "texts": pack.texts,
            "bounds": pack.bounds,
            "longest": torch.tensor(pack.longest),
            # A token is predicted from the one before it.
            "places": places - 1,
            "targets": pack.ids[places],
            "weights": torch.ones(len(places)),
        }
        return _padded(batch, self._longest) if self._device.type == "cuda" else batch

    def _losses(self, pack: Pack, places: Tensor, targets: Tensor) -> Tensor:
        """(places,) float32, -log of each target's probability."""
        if not self._plain:
            logits = self._model(**pack.inputs(), logits_to_keep=places).logits[0]
            return torch.nn.functional.cross_entropy(logits.float(), targets, reduction="none")
        states = self._body(**pack.inputs()).last_hidden_state[0][places]
        if len(places) <= _HEAD_AT_ONCE:
            return self._of_head(states, targets)
        pieces = zip(torch.split(states, _HEAD_AT_ONCE), torch.split(targets, _HEAD_AT_ONCE), strict=True)
        # Computed again on the way back, so that the logits of one piece exist at a time.
        losses: list[Tensor] = [
            checkpoint(self._of_head, *piece, use_reentrant=False, preserve_rng_state=False) for piece in pieces
        ]
        return torch.cat(losses)

    def _of_head(self, states: Tensor, targets: Tensor) -> Tensor:
        return torch.nn.functional.cross_entropy(self._head(states).float(), targets, reduction="none")

    def _head_is_plain(self) -> bool:
        """Whether a model's logits are what its head gives for the last states: some cap or scale them afterwards."""
        pack = Pack.of([[0, 1, 2, 3]]).to(self._device)
        with torch.no_grad():
            self._model.eval()
            whole = self._model(**pack.inputs()).logits.float()
            plain = self._head(self._body(**pack.inputs()).last_hidden_state).float()
            self._model.train()
        return bool(torch.allclose(whole, plain, rtol=1e-2, atol=1e-2 * float(whole.abs().max())))


def _in_batches(turns: Sequence[Turns], budget: int) -> list[list[Turns]]:
    batches: list[list[Turns]] = []
    room = 0
    for one in turns:
        if not batches or len(one.ids) > room:
            batches.append([])
            room = budget
        batches[-1].append(one)
        room -= len(one.ids)
    return batches


def _to(tensor: Tensor, device: torch.device) -> Tensor:
    return tensor if tensor.dim() == 0 else tensor.to(device)


def _padded(batch: Mapping[str, Tensor], longest: int) -> dict[str, Tensor]:
    """The batch in one of few shapes, so that a GPU can replay what it once recorded for each.

    What is added forms texts of its own, no longer than real ones; their tokens are not learnt.
    """
    pad = torch.nn.functional.pad
    tokens, learnt = len(batch["ids"]), len(batch["places"])
    fill = _next_size(tokens, _SMALLEST) - tokens
    more = _next_size(learnt, _SMALLEST) - learnt
    extra = [longest] * (fill // longest) + ([fill % longest] if fill % longest else [])
    lengths = [*batch["bounds"].diff().tolist(), *extra]
    lengths += [0] * (_next_size(len(lengths), _FEWEST) - len(lengths))
    counts = torch.tensor(lengths)
    bounds = pad(counts.cumsum(0), (1, 0))
    texts = torch.repeat_interleave(torch.arange(len(lengths)), counts)
    return {
        "ids": pad(batch["ids"], (0, fill)),
        "positions": torch.arange(tokens + fill) - bounds[texts],
        "texts": texts,
        "bounds": bounds.to(torch.int32),
        "longest": torch.tensor(longest),
        "places": pad(batch["places"], (0, more)),
        "targets": pad(batch["targets"], (0, more)),
        "weights": pad(batch["weights"], (0, more)),
    }


def _next_size(size: int, smallest: int) -> int:
    """The next of a row of sizes, each a fifth larger than the one before."""
    room = float(smallest)
    while int(room) < size:
        room *= _GROWTH
    return int(room)
