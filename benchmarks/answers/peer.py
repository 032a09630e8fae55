"""Questions that their passages answer or do not, beside LlamaIndex's CitationQueryEngine with the same models.

    python -m benchmarks.answers.peer DATA [--keep FOLDER] [--model FOLDER | embedded] [--ranking] [--most 20] [--list]

Of qa/nomiracl.{fr,de,en}.jsonl.gz the questions that chose no threshold (every other one), `--most` of each language drawn
with a fixed seed. A question has ten passages of its own, which are on the subject, and an index of them; each side reads the
five that it ranks first, with the same embedder. The embedded language model writes the peer's answers, greedily, under its
own chat template and CitationQueryEngine's own prompt, which asks to say so when no source helps. Our quotes are chosen by
`--model`, by the ranking without it.

Our refusal is `Answer.abstained`. The peer has no such flag, so two readings are told: "says so" counts answers in which it
says that the sources do not answer (`SAYS_SO`, in three languages; the prompt's English is what it mostly uses); "says so or
cites nothing" adds those that name none of the sources by number, although each answer is told to. `--list` prints its answers
with their reading, to be looked through.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.answers.asking import chats, indexed, options, passages
from benchmarks.answers.scores import share
from benchmarks.questions import KeptEmbedder, nomiracl
from rich.console import Console
from rich.table import Table

from foyerdoc.chat import Chat
from foyerdoc.index.llamaindex import without_downloads
from foyerdoc.models.local import LocalModel
from foyerdoc.models.protocol import Message

with without_downloads():
    from llama_index.core import Document as Text
    from llama_index.core import VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.base.llms.types import CompletionResponse, LLMMetadata
    from llama_index.core.llms.custom import CustomLLM
    from llama_index.core.query_engine import CitationQueryEngine

LANGUAGES = ("fr", "de", "en")
READ = 5
WRITTEN = 64  # tokens of an answer, at most

SAYS_SO = re.compile(
    "|".join(
        (
            r"empty response",
            r"none of the (?:\w+ )?(?:sources|passages|texts)",
            r"no (?:\w+ )?(?:source|information|mention|answer)\b",
            r"not (?:\w+ ){0,2}(?:mention|provide|contain|specif|state|help|found|answer)",
            r"(?:can ?not|can't|could ?n.t|unable to) (?:be )?(?:\w+ )?(?:answer|determin|provid|find|found|say|help|identif)",
            r"do(?:es)?(?: not|n't) (?:\w+ )?(?:know|mention|provide|contain|specify|state|answer|say|give|have)",
            r"aucune? (?:des |de ces )?(?:\w+ )?(?:sources?|information|réponse|mention)",
            r"ne (?:\w+ )?(?:mentionn|répond|contien|précis|fourni|sai|peu|permet|di)\w* pas",
            r"kein\w* (?:der |dieser )?(?:\w+ )?(?:quelle|information|angabe|antwort|hinweis)",
            r"nicht (?:\w+ )?(?:erwähnt|beantwort|angegeben|enthalten|genannt|bekannt)",
        )
    ),
    re.IGNORECASE,
)


@dataclass
class Said:
    """What one side did with one question."""

    refused: bool
    uncited: bool = False
    text: str = ""


Ask = Callable[[int, dict], Said]


class SameEmbedder(BaseEmbedding):
    """Our embedder, in LlamaIndex's terms."""

    _embedder: KeptEmbedder

    def __init__(self, embedder: KeptEmbedder) -> None:
        super().__init__()
        self._embedder = embedder

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._embedder.embed_documents([text])[0].tolist()

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._embedder.embed_documents(texts).tolist()

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embedder.embed_queries([query])[0].tolist()

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class SameModel(CustomLLM):
    """Our language model, in LlamaIndex's terms."""

    _model: LocalModel

    def __init__(self, model: LocalModel) -> None:
        super().__init__()
        self._model = model

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(
            context_window=self._model.context_tokens, num_output=WRITTEN, model_name=self._model.name, is_chat_model=False
        )

    def complete(self, prompt: str, formatted: bool = False, **_: object) -> CompletionResponse:  # noqa: ARG002
        [said] = self._model.generate([[Message("user", prompt)]], max_tokens=WRITTEN)
        return CompletionResponse(text=said.text)

    def stream_complete(self, prompt: str, formatted: bool = False, **_: object) -> CompletionResponse:
        raise NotImplementedError


def peer(embedder: KeptEmbedder, model: LocalModel) -> Ask:
    """CitationQueryEngine over an index of a question's own passages."""
    same, llm = SameEmbedder(embedder), SameModel(model)

    def ask(_: int, row: dict) -> Said:
        texts = [Text(text=one["text"], id_=one["id"]) for one in row["passages"]]
        index = VectorStoreIndex.from_documents(texts, embed_model=same)
        engine = CitationQueryEngine.from_args(index, llm=llm, similarity_top_k=READ)
        response = engine.query(row["question"])
        text, sources = str(response), len(response.source_nodes)
        cited = {int(one) for some in re.findall(r"\[([\d, ]+)\]", text) for one in re.findall(r"\d+", some)}
        cited |= {int(one) for one in re.findall(r"\bsources? (\d+)", text, re.IGNORECASE)}
        return Said(SAYS_SO.search(text) is not None, not any(1 <= one <= sources for one in cited), text)

    return ask


def measure(title: str, ask: Ask, rows: list[dict], table: Table, console: Console, *, listed: bool) -> None:
    """Ask one side everything, and add its line for each reading of a refusal."""
    started, said = time.perf_counter(), []
    for number, row in enumerate(rows):
        said.append(one := ask(number, row))
        if listed:
            reading = "says so" if one.refused else "cites nothing" if one.uncited else "answers"
            console.print(
                f"[{reading}; answerable: {row['answerable']}] {row['question']} -> {one.text}", markup=False, highlight=False
            )
    seconds = (time.perf_counter() - started) / len(rows)
    readings = {title: [one.refused for one in said]}
    if any(one.text for one in said):
        readings = {f"{title}, says so": readings[title]}
        readings[f"{title}, says so or cites nothing"] = [one.refused or one.uncited for one in said]
    groups, answerable = list(range(len(rows))), [row["answerable"] for row in rows]
    for name, refused in readings.items():
        pairs = list(zip(refused, answerable, strict=True))
        wrongly_answered = share([not no and not yes for no, yes in pairs], [not yes for yes in answerable], groups)
        wrongly_refused = share([no and yes for no, yes in pairs], answerable, groups)
        right = share([no != yes for no, yes in pairs], [1] * len(pairs), groups)
        table.add_row(name, wrongly_answered, wrongly_refused, right, f"{seconds:.1f}")


def main() -> None:
    parser = options(__doc__)
    parser.set_defaults(most=20)
    parser.add_argument("--list", action="store_true", help="the peer's answers and how they are read")
    parser.add_argument("--languages", nargs="+", default=LANGUAGES, choices=LANGUAGES)
    told = parser.parse_args()
    console = Console(width=150)
    embedder, base = KeptEmbedder(told.keep), LocalModel()
    over = chats(told)
    for language in told.languages:
        rows = nomiracl(told.data / "qa" / f"nomiracl.{language}.jsonl.gz")[1::2]
        # All are put in order, so that fewer questions are the first of more.
        rows = random.Random(0).sample(rows, len(rows))[: told.most]
        answerable = sum(row["answerable"] for row in rows)
        table = Table(title=f"nomiracl.{language}: {len(rows)} questions, {answerable} of them answerable")
        for column in ("", "answered though unanswerable", "refused though answerable", "right", "s a question"):
            table.add_column(column)
        with indexed(passages(rows, language), embedder) as index:
            embedder.save()
            chat = over(index)

            def ours(number: int, row: dict, chat: Chat = chat) -> Said:
                return Said(chat.ask(row["question"], where={"question": str(number)}, k=READ).abstained)

            title = "foyerdoc" if told.model is None else f"foyerdoc, {told.model} chooses"
            measure(title, ours, rows, table, console, listed=False)
        embedder.save()
        measure("CitationQueryEngine", peer(embedder, base), rows, table, console, listed=told.list)
        console.print(table)
    embedder.close()
    base.close()


if __name__ == "__main__":
    main()
