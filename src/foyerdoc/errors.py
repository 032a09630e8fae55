"""What can go wrong, as one tree.

    FoyerdocError
    ├── ReadError               the file could not become a document
    │   ├── EncryptedFile       it wants a password, or another one
    │   ├── DamagedFile         it is truncated, or not what it says it is
    │   ├── EmptyFile           it has no bytes, no pages or nothing to read
    │   ├── UnsupportedFile     no reader exists for this kind of file
    │   └── LimitExceeded       a limit in `settings.Limits` stopped it
    ├── MissingDependency       an optional package or program is not installed
    ├── ModelError              a model, adapter or tokenizer does not fit
    │   └── ModelMissing        the model's files are not on this machine
    ├── TrainingError           a training run cannot go on; what it had reached is kept
    ├── ExportError             an export could not be made, or answers otherwise than its adapter; nothing of it is kept
    ├── GoldError               ground truth or predictions to evaluate are not in their format, or do not fit their document
    ├── SchemaError             a schema or taxonomy asks for something that is not supported
    ├── IndexCorrupted          an index on disk fails its own checks
    ├── IndexBusy               an index cannot be read or written just now
    └── UsageError              arguments that contradict each other
        └── NoIndex             there is no index where one must be

Every error has a `hint`: what the caller can do next. Messages carry names, counts and limits, never document text.
"""

from __future__ import annotations

from typing import ClassVar


class FoyerdocError(Exception):
    """The root of everything that this library raises on purpose.

    Attributes:
        hint: what the caller can do next, as a sentence.
        code: a stable name for programs ("encrypted_file"); it does not change between versions.
        retryable: whether the same call can succeed later without any change.
    """

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})"

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process boundaries in callers' own pools; keyword arguments are lost by the default.
        return _rebuild, (type(self), self.message, self.hint)


class ReadError(FoyerdocError):
    """The file could not become a document."""

    code = "unreadable_file"


class EncryptedFile(ReadError):
    """The file wants a password, or another one than was given."""

    code = "encrypted_file"


class DamagedFile(ReadError):
    """The file is truncated, or not what it says it is."""

    code = "damaged_file"


class EmptyFile(ReadError):
    """The file has no bytes, no pages or nothing to read."""

    code = "empty_file"


class UnsupportedFile(ReadError):
    """No reader exists for this kind of file."""

    code = "unsupported_file"


class LimitExceeded(ReadError):
    """A limit in `settings.Limits` stopped the reading: size, pages, decompressed bytes, memory or time."""

    code = "limit_exceeded"


class MissingDependency(FoyerdocError):
    """An optional package or program is not installed; the hint is the command that installs it."""

    code = "missing_dependency"


class ModelError(FoyerdocError):
    """A model, adapter or tokenizer does not fit what was asked of it."""

    code = "model_error"


class ModelMissing(ModelError):
    """The model's files are not on this machine."""

    code = "model_missing"


class TrainingError(FoyerdocError):
    """A training run cannot go on: its examples do not suffice, the loss is not a number, memory or disk ran out."""

    code = "training_error"


class ExportError(FoyerdocError):
    """An export could not be made, or answers otherwise than the adapter it was made from. Nothing of it is kept."""

    code = "export_error"


class GoldError(FoyerdocError):
    """Ground truth or predictions to evaluate are not in their format, or do not fit their document.

    The message says the file, the line and the reason.
    """

    code = "gold_error"


class SchemaError(FoyerdocError):
    """A schema or taxonomy asks for something that is not supported."""

    code = "schema_error"


class IndexCorrupted(FoyerdocError):
    """An index on disk fails its own checks."""

    code = "index_corrupted"


class IndexBusy(FoyerdocError):
    """An index cannot be read or written just now: another writer holds it, or the disk is full. Trying again can help."""

    code = "index_busy"
    retryable = True


class UsageError(FoyerdocError):
    """Arguments that contradict each other or are out of range."""

    code = "usage_error"


class NoIndex(UsageError):
    """There is no index where one must be."""

    code = "no_index"


def _rebuild(kind: type[FoyerdocError], message: str, hint: str) -> FoyerdocError:
    return kind(message, hint=hint)


def by_code(code: str) -> type[FoyerdocError]:
    """The error class that carries a code, for errors that crossed a process boundary as JSON.

    Raises:
        KeyError: no class carries it.
    """
    pending = [FoyerdocError]
    while pending:
        kind = pending.pop()
        if kind.code == code:
            return kind
        pending += kind.__subclasses__()
    raise KeyError(code)
