"""A question that continues the one before it, as one that can be searched alone.

Without a model by rules; with one it is asked for the whole question, and the rules stand in when what it writes is empty
or speaks of something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from foyerdoc import prompts
from foyerdoc.index.lexical import content_words, stems
from foyerdoc.language import detect
from foyerdoc.models.protocol import Grammar, LanguageModel, Message

_FEW_WORDS = 3  # a question with fewer words of its own continues the one before
_MANY_WORDS = 6  # one with as many stands alone, whatever it begins with
_BACK = 3  # questions before this one that are looked at
_LONGEST = 300  # characters of a model's question
_TOKENS = 96
_SHARED = 0.6  # of the words of a model's question, those that the conversation must have

_LEADS = {
    "fr": "et mais alors donc puis ensuite sinon sauf il elle ils elles celui celle ceux celles ça cela ceci lui leur",
    "de": "und aber also dann sonst oder er sie es das dies dafür davon dazu darüber damit dabei dagegen deren dessen",
    "en": "and but so then otherwise or it they he she its their his her that those them what's",
    "lb": "an mee dann soss oder hien si et dat dofir dovun dozou",
}
_LEADS_OF_TWO = {"what about", "how about", "dans ce", "in dem", "in diesem", "en cas", "qu'en est-il", "wie steht's"}


def standing_alone(question: str, history: Sequence[Message], model: LanguageModel | None) -> tuple[str, list[str]]:
    """What to search for, and the steps that led there.

    Args:
        question: the newest.
        history: what was asked and answered before; its questions tell what a short one is about.
        model: asked for a question that stands alone; None leaves it to the rules.
    """
    before = [message.content for message in history if message.role == "user" and message.content.strip()]
    if not before:
        return question, []
    if model is not None and (condensed := _condensed(question, history, model)):
        return condensed, [f"{model.name} put the question as one that stands alone: {condensed}"]
    taken: list[str] = []
    newest = question
    while _continues(newest) and len(taken) < _BACK and before:
        newest = before.pop()
        taken.insert(0, newest)
    if not taken:
        return question, []
    named = "the question before" if len(taken) == 1 else f"the {len(taken)} questions before"
    return " ".join([*taken, question]), [f"took {named} together with this one"]


def language_of(question: str, history: Sequence[Message]) -> str:
    """The question's language, or that of the newest question before it that shows one; English when none does."""
    asked = [question, *(message.content for message in reversed(history) if message.role == "user")]
    return next((language for one in asked if (language := detect(one))), "en")


def _continues(question: str) -> bool:
    """Whether a question cannot stand alone: it is short, or begins with a pronoun or a connective."""
    own = len(content_words(question))
    if own < _FEW_WORDS:
        return True
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", question.lower().replace("’", "'"))
    asked_in = detect(question)
    leads = [_LEADS[asked_in]] if asked_in in _LEADS else _LEADS.values()
    leading = any(words[0] in known.split() for known in leads) or " ".join(words[:2]) in _LEADS_OF_TWO if words else False
    return leading and own < _MANY_WORDS


def _condensed(question: str, history: Sequence[Message], model: LanguageModel) -> str | None:
    """The model's question, or None when it is empty, too long, or made of words that nobody said."""
    recent = list(history)[-2 * _BACK :]
    conversation = prompts.stand_alone(question, recent)
    while len(recent) > 1 and model.count_prompt(conversation) + _TOKENS > model.context_tokens:
        recent = recent[1:]
        conversation = prompts.stand_alone(question, recent)
    line = Grammar(f"start: /[^\\n\\r]{{1,{_LONGEST}}}/") if model.grammars else None
    [written] = model.generate([conversation], max_tokens=_TOKENS, grammar=line)
    asked = written.text.strip().strip('"«»„“” ')
    if not asked or "\n" in asked or len(asked) > _LONGEST or written.finish == "length":
        return None
    language = language_of(question, history)
    said = {stem for text in (question, *(one.content for one in recent)) for stem in stems(text, language)}
    own = stems(asked, language)
    return asked if own and sum(stem in said for stem in own) >= _SHARED * len(own) else None
