"""`Chat`: answers from an index, each with its quotes, or says that the documents do not answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from foyerdoc import prompts
from foyerdoc.chat import support, writing
from foyerdoc.chat.citing import cite, judged
from foyerdoc.chat.finding import Candidate, Found, closeness, find, read
from foyerdoc.chat.followups import language_of, standing_alone
from foyerdoc.chat.telling import ended, numbered, told
from foyerdoc.errors import UsageError
from foyerdoc.index import Index
from foyerdoc.index.filters import Where
from foyerdoc.index.lexical import content_words
from foyerdoc.models.protocol import LanguageModel, Message
from foyerdoc.quoting import Quoter, bundled_for
from foyerdoc.results import Answer, Citation, Fingerprint, Hit, Sentence

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.chat_engine.types import BaseChatEngine

    from foyerdoc.chat.entailment import Entailment
    from foyerdoc.recipe import Recipe

# Chosen on half of the development questions (docs/chat.md).
_CLOSE = 0.05  # quotes that score this little less than the best are quoted too
_QUOTES = 3  # at most
_SHOWN = 12  # sentences that a language model chooses among, or writes from
_WEAK = 0.835  # the documents do not answer when no passage and no sentence has a higher cosine
_PASSAGES = 5  # that are read
_NONE = 0.5  # nor when a model that scores finds it likelier than this that no sentence answers
_SHARE = 0.5  # of the best sentence's probability, from which on such a model's others are quoted too
_SHORT = 4  # words: a quoter, which has learnt from whole questions, refuses so short ones only ...
_NEAR = 0.85  # ... where no cosine is above this
_WORD = re.compile(r"\w+")
_CALIBRATED = "multilingual-e5-small"  # the embedder that both were fitted for

_PHRASES = {
    "fr": "Les documents ne répondent pas à cette question. Recherché : {}.",
    "de": "Die Dokumente beantworten diese Frage nicht. Gesucht wurde: {}.",
    "en": "The documents do not answer this question. Looked for: {}.",
    "lb": "D'Dokumenter äntweren net op dës Fro. Gesicht gouf: {}.",
}


class Chat:
    """Answers questions from an index. Holds no conversation: the caller passes its history. Safe for several threads.

    Args:
        index: what is asked.
        model: chooses the quotes and puts follow-up questions as ones that stand alone; None leaves that to the quoter, or to
            the embedder and the words, and to rules.
        quoter: reads the sentences in their passages: which of them answer, and whether any does; asked where the best passage
            is in the question's language. By default the one that comes with foyerdoc when the index has the embedded
            embedder, whose scores it was trained with; None for none.
        threshold: cosine below which the documents do not answer, 0 to 1; it decides in a quoter's place. By default, where no
            quoter is asked, the one fitted for the embedded embedder; else none.
        none: the documents do not answer when it is likelier than this that no sentence does, 0 to 1: for a model that chooses
            and scores, by default a half; else for the quoter, by default as fitted, and of a question of up to four words
            only where no cosine is above 0.85.
        write: whether the model writes the answer from the quotes, instead of choosing among them. Sentences that their
            quotes do not bear out are left out; where none remains, the quotes themselves are the answer.
        keep_unsupported: keep those sentences, marked "[?]" in the text and `supported=False`.
        entailment: a model of inference that also has to find a written sentence in its quotes.
        recipe: what model, quoter and threshold are when they are left out, how meaning and words are weighed, how many
            passages are read, and how the model is asked to choose.

    Raises:
        UsageError: the threshold is out of range, or there is no model to write.
    """

    def __init__(
        self,
        index: Index,
        model: LanguageModel | None = None,
        *,
        quoter: Quoter | Literal["bundled"] | None = "bundled",
        threshold: float | None = None,
        none: float | None = None,
        write: bool = False,
        keep_unsupported: bool = False,
        entailment: Entailment | None = None,
        recipe: Recipe | None = None,
    ) -> None:
        if recipe is not None:
            model = language_model(recipe) if model is None else model
            quoter = None if quoter == "bundled" and recipe.model != "quoter" else quoter
            threshold = recipe.threshold if threshold is None else threshold
        if threshold is not None and not 0 <= threshold <= 1:
            raise UsageError(f"a threshold of {threshold}", hint="give a cosine, 0 to 1")
        if none is not None and not 0 <= none <= 1:
            raise UsageError(f"a probability of {none} that no sentence answers", hint="give one from 0 to 1")
        if not isinstance(quoter, Quoter | None) and quoter != "bundled":
            raise UsageError(f"a quoter of the type {type(quoter).__name__}", hint="pass Quoter(folder), None, or leave it out")
        if write and model is None:
            raise UsageError("there is no model to write the answer", hint="pass model=..., or leave write out")
        self._index = index
        self._model = model
        self._quoter = bundled_for(index.embedder) if quoter == "bundled" else quoter
        self._threshold = threshold
        self._none = none
        self._writes = write
        self._keeps = keep_unsupported
        self._entailment = entailment
        self._dense = None if recipe is None else recipe.weight
        self._k = _PASSAGES if recipe is None else recipe.k
        self._manner = prompts.PLAIN if recipe is None else _manner(recipe)

    def ask(
        self, question: str, *, history: Sequence[Message] = (), where: Where | None = None, k: int | None = None
    ) -> Answer:
        """Answer a question with quotes, or say that the documents do not answer it.

        Args:
            question: in French, German, English or Luxembourgish; others are answered too, but refused in English.
            history: the conversation so far; it tells what a question that cannot stand alone is about.
            where: as in `Index.search`.
            k: chunks that are read; the recipe's, or 5, by default.

        Returns:
            Sentences that each are one quote, best first, or those that the model wrote. When abstained, `text` says what
            was looked for and `hits` are the nearest passages.

        Raises:
            UsageError: the question is empty, `k` is not positive, or no document has what `where` asks for.
            ModelError: the model cannot be asked.
        """
        return ended(self.stream(question, history=history, where=where, k=k))

    async def aask(
        self, question: str, *, history: Sequence[Message] = (), where: Where | None = None, k: int | None = None
    ) -> Answer:
        """As `ask`, in a thread of its own: the event loop goes on meanwhile."""
        return await asyncio.to_thread(self.ask, question, history=history, where=where, k=k)

    def stream(
        self, question: str, *, history: Sequence[Message] = (), where: Where | None = None, k: int | None = None
    ) -> Generator[str, None, Answer]:
        """The text of `ask`'s answer, sentence by sentence, each checked before it is given.

        The generator returns the answer itself (`yield from` gives it).
        """
        return (yield from self._answered(self.find(question, history, where, k)))

    def answer(self, found: Found) -> Answer:
        """The answer from what was found already, by `find` of a chat over the same index.

        Raises:
            ModelError: the model cannot be asked.
        """
        return ended(self._answered(found))

    def chances(self, found: Found) -> tuple[float, ...]:
        """How likely the model finds that none of the first sentences answers, and that each of them does; they sum to 1.

        Returns:
            one more than the sentences that it is shown; nothing where no model that scores chooses.

        Raises:
            ModelError: the model cannot be asked.
        """
        if self._model is None or self._writes or not self._model.scores or not found.candidates:
            return ()
        shown = self._shown(found, self._model, writing.SCORED)
        return tuple(writing.chances(self._model, found.question, shown, self._manner).tolist())

    def _answered(self, found: Found) -> Generator[str, None, Answer]:
        weak = self._weakness(found)
        if weak is not None:
            return (yield from told(self._decline(found, *weak)))
        notes = _Notes()
        if self._writes and self._model is not None:
            answer = yield from self._written(found, self._model, notes)
            if answer is not None:
                return answer
        chosen = self._chosen(found, notes)
        if not chosen:
            return (yield from told(self._decline(found, "no sentence was found to answer the question", notes)))
        return (yield from told(self._quoted(found, chosen, notes)))

    def find(self, question: str, history: Sequence[Message] = (), where: Where | None = None, k: int | None = None) -> Found:
        """What `ask` answers from: passages and their sentences, weighed.

        Raises:
            UsageError: as `ask`.
        """
        if not question.strip():
            raise UsageError("the question is empty", hint="ask something")
        query, steps = standing_alone(question, history, self._model)
        language = language_of(question, history)
        found = find(self._index, query, language, where=where, k=self._k if k is None else k, dense=self._dense)
        if self._quoter is not None:
            if found.readable:
                found = read(found, self._quoter)
            else:
                step = "the best passage is in another language than the question: ordered by meaning and words alone"
                found = replace(found, steps=(*found.steps, step))
        return replace(found, steps=(*steps, *found.steps))

    def as_query_engine(self, *, where: Where | None = None, k: int | None = None) -> BaseQueryEngine:
        """The chat as a LlamaIndex query engine, whose source nodes are the quotes."""
        from foyerdoc.chat.engines import ChatQueryEngine

        return ChatQueryEngine(self, where=where, k=k)

    def as_chat_engine(self, *, where: Where | None = None, k: int | None = None) -> BaseChatEngine:
        """The chat as a LlamaIndex chat engine, which keeps the conversation."""
        from foyerdoc.chat.engines import ConversationEngine

        return ConversationEngine(self, where=where, k=k)

    def _weakness(self, found: Found) -> tuple[str, _Notes] | None:
        """Why the evidence is too weak to answer from, and the step that says so; None when it is not."""
        if not found.candidates:
            return "nothing was found", _Notes()
        nearest, threshold = closeness(found), self._limit(found)
        if threshold is not None and nearest < threshold:
            step = f"the nearest passage or sentence has a cosine of {nearest:.3f}, less than {threshold:.3f}: not answered"
            return "the nearest passages are too far from the question", _Notes([step])
        limit = self._likely_none()
        short = self._none is None and self._calibrated() and len(_WORD.findall(found.question)) <= _SHORT
        if found.none is not None and limit is not None and found.none > limit and not (short and nearest >= _NEAR):
            step = f"that no sentence answers is {found.none:.3f} likely, more than {limit:.3f}: not answered"
            return "no sentence of the nearest passages is likely to answer", _Notes([step])
        return None

    def _likely_none(self) -> float | None:
        """The probability of "none" above which the quoter refuses; None where a model or a threshold decides."""
        if self._threshold is not None or self._quoter is None or (self._model is not None and not self._writes):
            return None
        return self._quoter.none if self._none is None else self._none

    def _limit(self, found: Found) -> float | None:
        if self._threshold is not None:
            return self._threshold
        if found.none is not None and self._likely_none() is not None:
            return None
        return _WEAK if self._calibrated() else None

    def _calibrated(self) -> bool:
        return self._index.embedder.name.startswith(_CALIBRATED)

    def _chosen(self, found: Found, notes: _Notes) -> list[Candidate]:
        if self._model is not None and not self._writes:
            chosen = (self._likeliest if self._model.scores else self._named)(found, self._model, notes)
            if chosen is not None:
                return chosen
        best = found.candidates[0]
        if best.odds is not None and self._quoter is not None:
            chosen = [one for one in found.candidates[:_QUOTES] if one.score >= best.score - self._quoter.gap]
            notes.steps.append(f"quoted the {len(chosen)} likeliest")
            return chosen
        chosen = [one for one in found.candidates[:_QUOTES] if one.score >= best.score - _CLOSE]
        notes.steps.append(f"quoted the {len(chosen)} nearest by meaning, words and passage")
        return chosen

    def _likeliest(self, found: Found, model: LanguageModel, notes: _Notes) -> list[Candidate]:
        """What a model that scores finds likely to answer; nothing when it finds it too likely that no sentence does."""
        none, *chances = self.chances(found)
        notes.steps.append(f"{model.name} finds it {none:.2f} likely that none of {len(chances)} sentences answers")
        if none > (_NONE if self._none is None else self._none):
            return []
        ranked = sorted(zip(chances, found.candidates, strict=False), key=lambda pair: -pair[0])[:_QUOTES]
        return [candidate for chance, candidate in ranked if chance >= _SHARE * ranked[0][0]]

    def _named(self, found: Found, model: LanguageModel, notes: _Notes) -> list[Candidate] | None:
        """The sentences whose numbers a model writes; None when it writes something else."""
        shown = self._shown(found, model, _SHOWN)
        numbers = writing.choose(model, found.question, shown, self._manner)
        if numbers is None:
            notes.steps.append(f"{model.name} was asked for numbers of sentences and wrote something else")
            return None
        notes.steps.append(f"{model.name} chose {len(numbers)} of {len(shown)} sentences")
        return [found.candidates[number - 1] for number in numbers]

    def _shown(self, found: Found, model: LanguageModel, most: int) -> list[str]:
        shown = [candidate.text for candidate in found.candidates[:most]]
        return shown[: writing.fitting(model, found.question, shown, manner=self._manner)]

    def _quoted(self, found: Found, chosen: Sequence[Candidate], notes: _Notes) -> Answer:
        # What cannot be located is not shown.
        citations = [one for one in (cite(candidate, found) for candidate in chosen) if one.verified]
        notes.steps.append(f"looked every quote up in its document: {len(citations)} of {len(chosen)} stand there")
        citations = [replace(citation, number=number) for number, citation in enumerate(citations, 1)]
        # A sentence that is its quote is borne out by it.
        sentences = [Sentence(" ".join(one.quote.split()), (one.number,), supported=True) for one in citations]
        return self._made(found, " ".join(map(numbered, sentences)), (sentences, citations), None, notes)

    def _written(self, found: Found, model: LanguageModel, notes: _Notes) -> Generator[str, None, Answer | None]:
        """The model's answer, each sentence checked before it is shown; None when nothing of it can be."""
        shown = [candidate.text for candidate in found.candidates[:_SHOWN]]
        shown = shown[: writing.fitting(model, found.question, shown, language=found.language)]
        drafts = writing.write(model, found.question, found.language, shown)
        cited: dict[int, Citation] = {}
        sentences: list[Sentence] = []
        written = borne = 0
        while True:
            try:
                draft = next(drafts)
            except StopIteration as end:
                ending: writing.Ending = end.value
                break
            written += 1
            why = self._objection(draft, found)
            borne += why is None
            if why is not None:
                kept = self._keeps and draft.numbers
                notes.issues.append(f"sentence {written} of the model is {'marked' if kept else 'left out'}: {why}")
                if not kept:
                    continue
            for number in draft.numbers:
                citation = cite(found.candidates[number - 1], found)
                cited.setdefault(number, replace(citation, number=len(cited) + 1))
            sentences.append(Sentence(draft.text, tuple(cited[number].number for number in draft.numbers), why is None))
            yield (" " if len(sentences) > 1 else "") + numbered(sentences[-1])
        if ending.left:
            notes.issues.append("what the model wrote without naming a quote is left out")
        notes.steps.append(f"{model.name} wrote {written} sentences from {len(shown)} quotes")
        if ending.none:
            return (yield from told(self._decline(found, "the model found no answer in the quotes", notes)))
        notes.steps.append(f"checked each against the quotes that it names: {borne} of {written} are borne out")
        if not sentences:
            notes.steps.append("answered with the quotes themselves instead")
            return None
        return self._made(found, " ".join(map(numbered, sentences)), (sentences, judged(cited, sentences)), None, notes)

    def _objection(self, draft: writing.Draft, found: Found) -> str | None:
        chosen = [found.candidates[number - 1] for number in draft.numbers]
        if not all(cite(one, found).verified for one in chosen):
            return "a quote of it does not stand in its document"
        quotes = [support.Quoted(one.text, one.language, one.chunk.text) for one in chosen]
        why = support.objection(draft.text, quotes, self._closeness)
        if why is None and self._entailment and not self._entailment.follows(draft.text, [quote.text for quote in quotes]):
            return "it does not follow from its quotes, by the model of inference"
        return why

    def _closeness(self, sentence: str, quotes: Sequence[support.Quoted]) -> float:
        if not self._index.embedder.name.startswith(_CALIBRATED):
            return 0.0
        relevance = self._index.relevance(sentence, [(quote.text, quote.language) for quote in quotes])
        return max(cosine for cosine, _ in relevance)

    def _decline(self, found: Found, reason: str, notes: _Notes) -> Answer:
        words = ", ".join(content_words(found.question)) or found.question.strip()
        text = _PHRASES.get(found.language, _PHRASES["en"]).format(words)
        return self._made(found, text, ((), ()), reason, notes)

    def _made(
        self,
        found: Found,
        text: str,
        content: tuple[Sequence[Sentence], Sequence[Citation]],
        reason: str | None,
        notes: _Notes,
    ) -> Answer:
        model, embedder = self._model, self._index.embedder.name
        limit = self._limit(found)
        settings = (
            ("embedder", embedder),
            ("prompts", prompts.VERSION),
            ("threshold", "none" if limit is None else str(limit)),
            *(
                (("quoter", self._quoter.name), ("none", str(self._likely_none())))
                if self._quoter and found.none is not None
                else ()
            ),
            *((("write", "unsupported kept" if self._keeps else "unsupported left out"),) if self._writes else ()),
            *((("entailment", self._entailment.name),) if self._writes and self._entailment else ()),
        )
        return Answer(
            text=text,
            sentences=tuple(content[0]),
            citations=tuple(content[1]),
            abstained=reason is not None,
            reason=reason,
            steps=(*found.steps, *notes.steps),
            issues=tuple(notes.issues),
            hits=tuple(Hit(one.chunk, one.score, one.document_name, dict(one.metadata)) for one in found.evidence),
            fingerprint=Fingerprint(model.name if model else embedder, model.adapter if model else None, settings),
        )


class _Notes:
    """What was done and what did not fit, as it happens."""

    def __init__(self, steps: Sequence[str] = ()) -> None:
        self.steps = list(steps)
        self.issues: list[str] = []


def _manner(recipe: Recipe) -> prompts.Manner:
    examples = tuple((one.question, one.sentences, str(one.answer)) for one in recipe.examples)
    return prompts.Manner(recipe.prompt_language, recipe.prompt_length == "long", examples)


def language_model(recipe: Recipe) -> LanguageModel | None:
    """The language model that a recipe names, not loaded yet; None where it names none."""
    if not recipe.generates:
        return None
    from foyerdoc.models.naming import named_model

    adapter = None if recipe.adapter == "none" else Path(recipe.adapter)
    return named_model(recipe.model, adapter=adapter, quantization=recipe.quantization)
