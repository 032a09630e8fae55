"""The door to FAISS."""

from __future__ import annotations

from types import ModuleType

from foyerdoc.errors import MissingDependency


def load_faiss() -> ModuleType:
    """The package.

    Raises:
        MissingDependency: it is not installed.
    """
    try:
        import faiss
    except ImportError as error:
        raise MissingDependency(
            "searching needs FAISS", hint="pip install 'foyerdoc[cpu]', or 'foyerdoc[gpu]' on a machine with a GPU"
        ) from error
    module: ModuleType = faiss
    return module
