"""A conversation as the tokens a model is shown: inference, scoring and training all come through here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from foyerdoc.errors import ModelError
from foyerdoc.models.protocol import Conversation, Message


def encode_conversation(tokenizer: Any, conversation: Conversation) -> list[int]:
    """Token ids of a conversation, up to and including the words that open the model's answer.

    A message that spells one of the tokenizer's special tokens ("<|im_end|>") gets a space into it, so that no document
    can end its own turn and speak for someone else.

    Args:
        tokenizer: a fast transformers tokenizer with a chat template.

    Raises:
        ModelError: the conversation is empty or the tokenizer has no chat template.
    """
    if not conversation:
        raise ModelError("a conversation needs at least one message", hint="pass a user's message")
    if not tokenizer.chat_template:
        raise ModelError("the tokenizer has no chat template", hint="use an instruction-tuned model")
    turns = [{"role": message.role, "content": _defuse(tokenizer, message)} for message in conversation]
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def encode_text(tokenizer: Any, text: str) -> list[int]:
    """Token ids of plain text, in which special tokens have no special meaning."""
    ids: list[int] = tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    return ids


def _defuse(tokenizer: Any, message: Message) -> str:
    specials = tuple(sorted(token.content for token in tokenizer.added_tokens_decoder.values() if token.special))
    return _pattern(specials).sub(lambda match: match[0][0] + " " + match[0][1:], message.content)


@lru_cache(maxsize=16)
def _pattern(specials: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted((token for token in specials if len(token) > 1), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
