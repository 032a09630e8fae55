"""What every worker makes its pipeline from: names and paths, so that it can be sent and compared."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from foyerdoc.classification import Classifier
from foyerdoc.errors import UsageError
from foyerdoc.extraction.named import load_object, load_schema, users_code
from foyerdoc.pipeline import Pipeline
from foyerdoc.settings import Limits
from foyerdoc.storage import MANIFEST, sha256
from foyerdoc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from foyerdoc.embedding import SentenceEmbedder


class Job(BaseModel):
    """What is done with every file.

    Attributes:
        pipeline: `FILE.py:function` or `package.module:function` that returns a `Pipeline`, in place of the next three.
        taxonomy: the labels, as JSON.
        classifier: folder of a trained classifier; zero-shot over the taxonomy without.
        schemas: by the name that the taxonomy gives each, what `load_schema` takes; without any nothing is extracted.
        index: whether documents go into an index, too.
        embedder: the index's, a folder or a name on the hub that is on this machine; the embedded one by default.
        max_tokens, overlap: of the index's chunks.
        seconds: limit of one file's reading.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pipeline: str | None = None
    taxonomy: Path | None = None
    classifier: Path | None = None
    schemas: dict[str, str] = Field(default_factory=dict)
    index: bool = True
    embedder: str | None = None
    max_tokens: int = Field(default=256, ge=1)
    overlap: int = Field(default=0, ge=0)
    seconds: float = Field(default=300.0, gt=0)

    @property
    def limits(self) -> Limits:
        """Of one file's reading."""
        return Limits(seconds=self.seconds)

    def make_pipeline(self, embedder: SentenceEmbedder) -> Pipeline:
        """The pipeline itself, without an index: what goes where is not a worker's to decide.

        Args:
            embedder: of a classifier without training. The index's, so that it is loaded once and embeds a chunk once.

        Raises:
            UsageError: neither a pipeline nor a taxonomy is named, or both; or what is named is not there.
        """
        if self.pipeline is not None:
            if self.taxonomy or self.classifier or self.schemas:
                raise UsageError("a pipeline and its parts are named", hint="name the one or the others")
            made = load_object(self.pipeline, "pipeline")
            with users_code(self.pipeline):
                found = made() if callable(made) else made
            if not isinstance(found, Pipeline):
                raise UsageError(f"{self.pipeline} makes no Pipeline", hint="name a function that returns one")
            return found
        if self.taxonomy is None:
            raise UsageError("nothing says what to do", hint="name a taxonomy, or FILE.py:function that makes a Pipeline")
        taxonomy = Taxonomy.load(self.taxonomy)
        classifier = Classifier.load(self.classifier) if self.classifier is not None else None
        schemas = {name: load_schema(place) for name, place in self.schemas.items()}
        return Pipeline(taxonomy, schemas, classifier=classifier, embedder=embedder, limits=self.limits)

    def make_embedder(self) -> SentenceEmbedder:
        """The index's embedder; nothing is loaded yet."""
        from foyerdoc.embedding import SentenceEmbedder

        return SentenceEmbedder(self.embedder)

    def digest(self) -> str:
        """SHA-256 of the settings and of what the files that they name hold, hexadecimal: the same job again has the same."""
        named = [self.pipeline, *self.schemas.values()]
        files = [Path(one.rpartition(":")[0] or one) for one in named if one and (".py:" in one or one.endswith(".json"))]
        places = [self.taxonomy, self.classifier, *files]
        told = [self.model_dump_json(exclude={"taxonomy", "classifier", "seconds"}), *(_content(place) for place in places)]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _content(path: Path | None) -> str:
    if path is None:
        return "none"
    file = path / MANIFEST if path.is_dir() else path
    if not file.is_file():
        raise UsageError(f"{path} is not there", hint="name a file, or a folder that foyerdoc made")
    return sha256(file)
