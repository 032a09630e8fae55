"""Greedy decoding over a KV cache: batches of unequal length, grammars, forced tokens, a shared and remembered prefix.

Every step feeds each row the tokens it does not have yet: the prompt at first, later one token, or several when the
grammar leaves no choice. Rows are aligned to the right; the gaps on their left are masked and take no position:

    step 1   . . . . p p p p     cache slots, row 1: its prompt is shorter
             q q q q q q q q     row 2
    step 2   . . a               row 1 chose one token
             b c d               row 2 was forced two more by its grammar
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from foyerdoc.errors import ModelError
from foyerdoc.models.scoring import Said
from foyerdoc.models.tree import trees

if TYPE_CHECKING:
    import torch

# Prompts are read in chunks of this many tokens and remembered by whole chunks: a chunk is always computed in the same shape,
# so that an answer does not depend on what was asked before.
_CHUNK = 128
# Rows times positions of logits that are held in float32 at once while scoring: 4 KB to 600 KB each.
_SCORED_AT_ONCE = 512
# Kinds of attention that take any mask.
_MASKED = ("sdpa", "eager")

_Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


class Guide:
    """What one answer may still contain. Wraps llguidance's matcher, whose errors are states, and raises them."""

    def __init__(self, tokenizer: Any, lark: str) -> None:
        from llguidance import LLMatcher

        self._matcher = LLMatcher(tokenizer, LLMatcher.grammar_from_lark(lark), log_level=0)
        self._mask = np.zeros((1, (tokenizer.vocab_size + 31) // 32), dtype=np.int32)
        # The matcher's own message may quote the grammar, and with it a document.
        self._check("the grammar is not valid", "check it with llguidance.LLMatcher.validate_grammar")

    def forced(self) -> list[int]:
        """The tokens that must come next, taken as consumed."""
        tokens: list[int] = self._matcher.compute_ff_tokens()
        if tokens:
            self.take(tokens)
        return tokens

    def take(self, tokens: list[int]) -> None:
        """Go on past these tokens."""
        self._matcher.consume_tokens(tokens)
        self._check("the grammar is too complex to go on", "make it smaller")

    @property
    def complete(self) -> bool:
        """Whether nothing may follow."""
        return bool(self._matcher.is_stopped())

    def allowed(self, vocabulary: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """(vocabulary,) bool: what may come next, the end included where the grammar may end."""
        from llguidance.numpy import fill_next_token_bitmask

        fill_next_token_bitmask(self._matcher, self._mask)
        self._check("the grammar is too complex to go on", "make it smaller")
        bits = np.unpackbits(self._mask.view(np.uint8)[0], bitorder="little").astype(bool)
        allowed = np.zeros(vocabulary, dtype=bool)
        n = min(vocabulary, bits.size)
        allowed[:n] = bits[:n]
        return allowed

    def _check(self, message: str, hint: str) -> None:
        if self._matcher.is_error():
            raise ModelError(message, hint=hint)


@dataclass(slots=True)
class Answer:
    """One row of a batch while it is decoded, and its result.

    Attributes:
        pending: tokens decided but not yet fed to the model.
        tokens: tokens of the answer, the one that ended it left out.
        log_probability: natural log, summed over choices; forced tokens are none.
    """

    pending: list[int]
    guide: Guide | None = None
    tokens: list[int] = field(default_factory=list)
    log_probability: float = 0.0
    finish: Literal["stop", "length"] | None = None

    def extend(self, chosen: list[int], limit: int, ends: frozenset[int]) -> None:
        """Take tokens up to an end token or the limit."""
        for token in chosen:
            if token in ends:
                self.finish = "stop"
                return
            self.tokens.append(token)
            self.pending.append(token)
            if len(self.tokens) == limit:
                # An answer that is complete with its last allowed token is not cut.
                self.finish = "stop" if self.guide is not None and self.guide.complete else "length"
                return
        if self.guide is not None and self.guide.complete:
            self.finish = "stop"


class _Batch:
    """Rows with their KV cache."""

    def __init__(self, model: Any, cache: Any, length: int, rows: int) -> None:
        import torch

        self.model = model
        self.cache = cache
        self.filled = torch.ones((rows, length), dtype=torch.long)  # (rows, cache slots): 1 where a token stands
        self.gaps = False

    def feed(self, tokens: Sequence[Sequence[int]]) -> torch.Tensor:
        """Show each row its next tokens; (rows, vocabulary) float32 logits after each row's last."""
        import torch

        width = max(map(len, tokens))
        ids = torch.zeros((len(tokens), width), dtype=torch.long)
        new = torch.zeros_like(ids)
        for row, row_tokens in enumerate(tokens):
            ids[row, width - len(row_tokens) :] = torch.tensor(row_tokens)
            new[row, width - len(row_tokens) :] = 1
        positions = (self.filled.sum(1, keepdim=True) + new.cumsum(1) - 1).clamp(min=0)
        self.filled = torch.cat([self.filled, new], dim=1)
        self.gaps = self.gaps or not bool(new.all())
        return self._forward(ids, positions, keep=1)[:, -1]

    def _forward(self, ids: torch.Tensor, positions: torch.Tensor, keep: int) -> torch.Tensor:
        device = self.model.device
        mask = self.filled.to(device) if self.gaps else None
        output = self.model(
            input_ids=ids.to(device),
            position_ids=positions.to(device),
            attention_mask=mask,
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=keep,
        )
        logits: torch.Tensor = output.logits.float()
        return logits

    def keep(self, rows: list[int]) -> None:
        """Drop the other rows."""
        import torch

        index = torch.tensor(rows)
        self.filled = self.filled[index]
        self.cache.batch_select_indices(index.to(self.model.device))


class Decoder:
    """Decodes with one model and remembers the KV cache of the last prompt. Not safe to use from several threads."""

    def __init__(self, model: Any, ends: frozenset[int]) -> None:
        self._model = model
        self._ends = ends
        self._kept: tuple[list[int], Any] | None = None
        self._said = Said(model)

    def decode(self, prompts: Sequence[list[int]], guides: Sequence[Guide | None], limit: int) -> Iterator[list[Answer]]:
        """Decode all prompts together; the same answers are yielded after each step, until every one has a `finish`."""
        answers = [Answer(list(prompt), guide) for prompt, guide in zip(prompts, guides, strict=True)]
        for answer in answers:
            # What the grammar forces at the very start is read together with the prompt.
            self._force(answer, limit)
        active = [answer for answer in answers if answer.finish is None]
        if active:
            batch, known = self._begin([answer.pending for answer in active])
            for answer in active:
                answer.pending = answer.pending[known:]
        yield answers
        while active:
            logits = batch.feed([answer.pending for answer in active])
            for answer, row in zip(active, logits, strict=True):
                answer.pending = []
                self._choose(answer, row, limit)
            going = [row for row, answer in enumerate(active) if answer.finish is None]
            if going and len(going) < len(active):
                batch.keep(going)
            active = [active[row] for row in going]
            yield answers

    def score(self, prompt: list[int], continuations: Sequence[list[int]]) -> _Floats:
        """Log-probability of each continuation after the prompt, which is computed once.

        So is what continuations begin with, where the model takes a mask of our own; it gives the same but for rounding.
        """
        scores = np.zeros(len(continuations))
        if not any(continuations):
            return scores
        cache, known = self._prefix(prompt[:-1])
        cache = _fork(cache, 1)
        if known < len(prompt) - 1:
            _Batch(self._model, cache, known, 1).feed([prompt[known:-1]])
        if self._takes_masks():
            self._score_trees(prompt, continuations, cache, scores)
        else:
            self._score_rows(prompt, continuations, cache, scores)
        return scores

    def score_many(self, begun: Sequence[list[int]], tails: Sequence[Sequence[list[int]]]) -> list[_Floats]:
        """Log-probability of each row's continuations; what rows have been shown and have said is remembered."""
        if not self._takes_masks():
            return [self.score(row, each) for row, each in zip(begun, tails, strict=True)]
        return self._said.score(begun, tails)

    def _takes_masks(self) -> bool:
        """Whether the model takes any mask over all that it was shown: its attention does, and no layer has a window."""
        from transformers import DynamicCache

        attention = self._model.config._attn_implementation  # noqa: SLF001 - it has no public name
        # The cache is asked, not the configuration: that of a model for pictures too has the window in another one within it.
        return attention in _MASKED and not any(DynamicCache(config=self._model.config).is_sliding)

    def _score_trees(self, prompt: list[int], continuations: Sequence[list[int]], cache: Any, scores: _Floats) -> None:
        import torch

        past, device = len(prompt) - 1, self._model.device
        for tree in trees(prompt[-1], continuations, _SCORED_AT_ONCE):
            output = self._model(
                input_ids=torch.tensor([tree.tokens], device=device),
                position_ids=torch.tensor([[past + depth for depth in tree.depths]], device=device),
                attention_mask=tree.mask(past, self._model.dtype).to(device),
                past_key_values=_fork(cache, 1),
                use_cache=True,
            )
            logits = output.logits[0].float().log_softmax(-1)  # (nodes, vocabulary)
            for number, steps in tree.steps.items():
                nodes, tokens = torch.tensor(steps, device=device).T
                scores[number] = float(logits[nodes, tokens].double().sum())

    def _score_rows(self, prompt: list[int], continuations: Sequence[list[int]], cache: Any, scores: _Floats) -> None:
        import torch

        order = sorted((i for i, tokens in enumerate(continuations) if tokens), key=lambda i: len(continuations[i]))
        while order:
            width = len(continuations[order[-1]])
            rows, order = order[-max(1, _SCORED_AT_ONCE // width) :], order[: -max(1, _SCORED_AT_ONCE // width)]
            fork = _fork(cache, len(rows))
            # Padded on the right: what follows a token cannot change its logits, so no mask is needed.
            ids = torch.zeros((len(rows), width), dtype=torch.long)
            targets = torch.full((len(rows), width), -1)
            for at, i in enumerate(rows):
                tokens = continuations[i]
                ids[at, : len(tokens)] = torch.tensor([prompt[-1], *tokens[:-1]])
                targets[at, : len(tokens)] = torch.tensor(tokens)
            positions = torch.arange(len(prompt) - 1, len(prompt) - 1 + width).expand(len(rows), -1)
            device = self._model.device
            output = self._model(
                input_ids=ids.to(device), position_ids=positions.to(device), past_key_values=fork, use_cache=True
            )
            logits = output.logits.float().log_softmax(-1)  # (rows, width, vocabulary)
            chosen = logits.gather(-1, targets.clamp(min=0).to(device)[..., None])[..., 0].cpu().double()
            scores[rows] = (chosen * (targets >= 0)).sum(1).numpy()

    def _force(self, answer: Answer, limit: int) -> None:
        if answer.guide is not None:
            answer.extend(answer.guide.forced(), limit, self._ends)

    def _choose(self, answer: Answer, logits: torch.Tensor, limit: int) -> None:
        import torch

        if answer.guide is not None:
            allowed = torch.from_numpy(answer.guide.allowed(logits.shape[-1]))
            logits = logits.masked_fill(~allowed.to(logits.device), -torch.inf)
        token = int(logits.argmax())
        answer.log_probability += float(logits[token] - logits.logsumexp(-1))
        if answer.guide is not None and token not in self._ends:
            answer.guide.take([token])
        answer.extend([token], limit, self._ends)
        if answer.finish is None:
            self._force(answer, limit)

    def _begin(self, prompts: Sequence[list[int]]) -> tuple[_Batch, int]:
        """A batch in which whole chunks of the prompts' common beginning are computed already, and their length."""
        shared = min(common(prompts), min(map(len, prompts)) - 1)
        cache, length = self._prefix(prompts[0][:shared])
        return _Batch(self._model, _fork(cache, len(prompts)), length, len(prompts)), length

    def _prefix(self, tokens: list[int]) -> tuple[Any, int]:
        """The remembered cache of these tokens' whole chunks, and how many tokens that is."""
        from transformers import DynamicCache

        whole = len(tokens) - len(tokens) % _CHUNK
        kept, cache = self._kept or ([], None)
        shared = common([kept, tokens[:whole]])
        length = shared - shared % _CHUNK
        surplus = len(kept) - length
        if cache is None or length == 0 or (surplus and (any(cache.is_sliding) or not cache.is_croppable)):
            cache, length = DynamicCache(config=self._model.config), 0
        else:
            cache = _fork(cache, 1)
            cache.crop(-surplus)
        batch = _Batch(self._model, cache, length, 1)
        for start in range(length, whole, _CHUNK):
            batch.feed([tokens[start : start + _CHUNK]])
        self._kept = (tokens[:whole], cache)
        return cache, whole


def _fork(cache: Any, rows: int) -> Any:
    """A cache that grows on its own; the tensors are shared until one of the two changes."""
    fork = copy.copy(cache)
    fork.layers = [copy.copy(layer) for layer in cache.layers]
    if rows > 1:
        fork.batch_repeat_interleave(rows)
    return fork


def common(sequences: Sequence[list[int]]) -> int:
    """Length of the beginning that all share."""
    first, last = min(sequences), max(sequences)
    for i, (a, b) in enumerate(zip(first, last, strict=False)):
        if a != b:
            return i
    return min(len(first), len(last))
