"""How answers are told: piece by piece, each sentence with its numbers."""

from __future__ import annotations

from collections.abc import Generator

from foyerdoc.results import Answer, Sentence


def numbered(sentence: Sentence) -> str:
    """A sentence as it is shown: with its numbers in brackets, and "[?]" when they do not bear it out."""
    return " ".join([sentence.text, *(f"[{number}]" for number in sentence.citations), *["[?]"] * (not sentence.supported)])


def told(answer: Answer) -> Generator[str, None, Answer]:
    """An answer that is made already, in the pieces of a stream."""
    if answer.abstained:
        yield answer.text
    for i, sentence in enumerate(answer.sentences):
        yield (" " if i else "") + numbered(sentence)
    return answer


def ended(answering: Generator[str, None, Answer]) -> Answer:
    """What a stream returns, once all of it is told."""
    while True:
        try:
            next(answering)
        except StopIteration as end:
            answer: Answer = end.value
            return answer
