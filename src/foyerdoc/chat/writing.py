"""A model's sentences out of numbered quotes, each with the numbers it rests on, as they are written.

A grammar allows nothing else where the model follows one; where it does not, what has another form is not an answer.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foyerdoc import prompts
from foyerdoc.models.protocol import Grammar, LanguageModel, Message

MAX_TOKENS = 320
SCORED = 9
"""Sentences that a model which scores chooses among: their numbers have one digit, so none begins another."""
_SENTENCES = 4
_LONGEST = 400  # characters of a sentence

# Brackets are for numbers alone, so that no sentence can carry one that was not given to it.
_CITED = re.compile(
    r"\s*(?P<text>[^\[\]\n\r]*[^\[\]\s])\s*(?P<numbers>(?:\[[0-9]+(?:\s*,\s*[0-9]+)*\]\s*)+)(?P<stop>[.!?](?!\S))?"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One sentence as a model wrote it, and the numbers of the quotes that it names."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """How the writing ended: `none` says that the model saw no answer, `left` that it wrote something without a quote."""

    none: bool
    left: bool


def write(model: LanguageModel, question: str, language: str, quotes: Sequence[str]) -> Generator[Draft, None, Ending]:
    """The sentences of an answer as soon as each is whole. The generator returns how the writing ended."""
    conversation = prompts.write_answer(question, language, quotes)
    grammar = _sentences(len(quotes)) if model.grammars else None
    return (yield from _read(model.stream(conversation, max_tokens=MAX_TOKENS, grammar=grammar), len(quotes)))


def choose(
    model: LanguageModel, question: str, sentences: Sequence[str], manner: prompts.Manner = prompts.PLAIN
) -> list[int] | None:
    """The numbers of the sentences that a model finds to answer a question, the best first; None when it wrote no numbers."""
    conversation = prompts.choose_sentences(question, sentences, manner)
    grammar = _numbers(len(sentences)) if model.grammars else None
    [written] = model.generate([conversation], max_tokens=8, grammar=grammar)
    text = written.text.strip().removesuffix(".")
    if re.fullmatch(r"[0-9]+(\s*,\s*[0-9]+){0,2}", text) is None:
        return None
    numbers = [int(number) for number in text.split(",")]
    if any(number > len(sentences) for number in numbers):
        return None
    return [number for number in dict.fromkeys(numbers) if number]


def chances(
    model: LanguageModel, question: str, sentences: Sequence[str], manner: prompts.Manner = prompts.PLAIN
) -> NDArray[np.float64]:
    """How likely a model that scores finds each sentence to be the answer.

    Args:
        model: scores.
        question: one that stands alone.
        sentences: `SCORED` at most.
        manner: how it is asked.

    Returns:
        (1 + sentences,) float64 that sum to 1: of none, then of each sentence. All in one pass, nothing is generated.
    """
    conversation = prompts.choose_sentences(question, sentences, manner)
    scores = model.score(conversation, [str(number) for number in range(len(sentences) + 1)])
    likely: NDArray[np.float64] = np.exp(scores - np.logaddexp.reduce(scores))
    return likely


def fitting(
    model: LanguageModel,
    question: str,
    quotes: Sequence[str],
    *,
    language: str | None = None,
    manner: prompts.Manner = prompts.PLAIN,
) -> int:
    """How many of the quotes fit into a model's context, one at least: for writing in a language, for choosing without one."""

    def prompt(count: int) -> tuple[Message, ...]:
        if language is None:
            return prompts.choose_sentences(question, quotes[:count], manner)
        return prompts.write_answer(question, language, quotes[:count])

    count, room = len(quotes), model.context_tokens - (8 if language is None else MAX_TOKENS)
    while count > 1 and model.count_prompt(prompt(count)) > room:
        count -= 1
    return count


def _read(pieces: Iterable[str], count: int) -> Generator[Draft, None, Ending]:
    """Sentences out of text that arrives in pieces. One is whole when something follows it, or nothing more comes."""
    text, told = "", 0
    for piece in pieces:
        text += piece
        while (match := _CITED.match(text)) and match.end() < len(text):
            text = text[match.end() :]
            told += 1
            yield _draft(match, count)
    if match := _CITED.match(text):
        text = text[match.end() :]
        told += 1
        yield _draft(match, count)
    left = text.strip()
    return Ending(none=not told and left.rstrip(".") == "0", left=bool(left) and not (not told and left.rstrip(".") == "0"))


def _draft(match: re.Match[str], count: int) -> Draft:
    """A number that was not given takes the sentence's others with it: what rests on nothing real rests on nothing."""
    numbers = tuple(dict.fromkeys(int(number) for number in re.findall("[0-9]+", match["numbers"])))
    known = all(1 <= number <= count for number in numbers)
    return Draft(" ".join((match["text"] + (match["stop"] or "")).split()), numbers if known else ())


def _numbers(count: int) -> Grammar:
    """Up to three of the numbers from 1 to `count`, or "0": whatever the sentences say, nothing else can be written."""
    return Grammar(f'start: "0" | number | number ", " number | number ", " number ", " number\nnumber: {_options(count)}\n')


def _sentences(count: int) -> Grammar:
    """A few sentences without brackets, each with one or two of the numbers from 1 to `count`; or "0"."""
    more = " | ".join(" ".join(["sentence"] + ['" " sentence'] * n) for n in range(_SENTENCES))
    return Grammar(
        f'start: "0" | {more}\n'
        'sentence: WORDS " [" number "]" | WORDS " [" number ", " number "]"\n'
        f"WORDS: /[^\\s\\[\\]<>][^\\n\\r\\[\\]<>]{{0,{_LONGEST}}}[^\\s\\[\\]<>]/\n"
        f"number: {_options(count)}\n"
    )


def _options(count: int) -> str:
    return " | ".join(f'"{number}"' for number in range(1, count + 1))
