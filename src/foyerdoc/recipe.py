"""How documents are cut, found and answered from: what a settings file holds, and what an experiment varies.

    {"format": 1, "settings": {"chunk_size": 128, "retrieval": "fused", "k": 5, ...}}

What is left out is as the library does it by default. `Index.open`, `Chat`, `Pipeline` and the command line (`--settings`)
take a recipe.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foyerdoc import storage
from foyerdoc.errors import UsageError

FORMAT: Final = 1

Quantization = Literal["none", "int8", "nf4", "fp4", "nf4-single"]
PromptLanguage = Literal["en", "fr", "de"]
PromptLength = Literal["short", "long"]


class Choice(BaseModel):
    """An example of choosing: a question, numbered sentences, and the number of the one that answers, 0 for none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    sentences: tuple[str, ...] = Field(min_length=1, max_length=9)
    answer: int = Field(ge=0)


class Recipe(BaseModel):
    """One setting of every knob.

    Attributes:
        chunk_size: tokens of a chunk at most, as the embedder counts.
        overlap: tokens that neighbouring chunks share.
        embedder: "e5" for the embedded one, else a sentence-transformers model's folder or name.
        retrieval: by meaning ("dense"), by words ("lexical") or by both.
        dense: what meaning weighs where both count, 0 to 1.
        k: passages that are read.
        model: who chooses among their sentences: "quoter" for the one that comes with foyerdoc (it knows the embedded embedder
            alone), "ranking" for nobody, else a language model, as `named_model` reads it.
        quantization: of the language model, where it is run here: 16 bits ("none"), "int8", "nf4" or "fp4" with double
            quantisation, "nf4-single" for NF4 without.
        adapter: folder of the language model's adapter, "none" for none.
        prompt_language: in which the language model is asked.
        prompt_length: whether its instruction says all that matters, or the task alone.
        examples: shown to the language model before the question.
        threshold: cosine below which the documents do not answer; None for the fitted one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    chunk_size: int = Field(default=256, ge=8)
    overlap: int = Field(default=0, ge=0)
    embedder: str = "e5"
    retrieval: Literal["fused", "dense", "lexical"] = "fused"
    dense: float = Field(default=0.7, ge=0, le=1)
    k: int = Field(default=5, ge=1)
    model: str = "quoter"
    quantization: Quantization = "nf4"
    adapter: str = "none"
    prompt_language: PromptLanguage = "en"
    prompt_length: PromptLength = "long"
    examples: tuple[Choice, ...] = ()
    threshold: float | None = Field(default=None, ge=0, le=1)

    @property
    def weight(self) -> float:
        """What meaning weighs beside words, 0 to 1."""
        return {"dense": 1.0, "lexical": 0.0}.get(self.retrieval, self.dense)

    @property
    def generates(self) -> bool:
        """Whether a language model is asked."""
        return self.model not in {"quoter", "ranking"}

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Recipe:
        """A recipe of settings from outside.

        Raises:
            UsageError: one is not known, or out of range; it is named.
        """
        try:
            return cls.model_validate(settings)
        except ValidationError as error:
            raise UsageError(said(error), hint=f"settings are {', '.join(cls.model_fields)}") from None

    @classmethod
    def load(cls, path: str | Path) -> Recipe:
        """The recipe of a settings file.

        Raises:
            UsageError: the file is not there, or is none; what is wrong is named.
        """
        path = Path(path)
        try:
            told = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            hint = 'write {"format": 1, "settings": {...}}'
            raise UsageError(f"{path} is not there, or is no JSON", hint=hint) from error
        if not isinstance(told, dict) or told.get("format") != FORMAT or not isinstance(told.get("settings"), dict):
            raise UsageError(f"{path} is no settings file of format {FORMAT}", hint='write {"format": 1, "settings": {...}}')
        return cls.of(told["settings"])

    def save(self, path: str | Path, *, about: dict[str, Any] | None = None) -> None:
        """Write the recipe as a settings file, whole or not at all; `about` says where it comes from."""
        content = {"format": FORMAT, **({"about": about} if about else {}), "settings": self.model_dump(mode="json")}
        storage.write_file(Path(path), json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n")


def said(error: ValidationError) -> str:
    """What is wrong first, with its place and without the values that were given."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "it"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    reason = first["msg"].removeprefix("Value error, ")
    return f"{place}: {reason[:1].lower()}{reason[1:]}{more}"
