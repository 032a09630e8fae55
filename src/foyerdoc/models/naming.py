"""A language model by the name that a command line or a settings file gives it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final, cast

from foyerdoc.errors import UsageError
from foyerdoc.models.local import LocalModel, Quantization
from foyerdoc.models.protocol import LanguageModel
from foyerdoc.models.server import Dialect, ServerModel

EMBEDDED: Final = "smollm2"
KEY: Final = "FOYERDOC_SERVER_KEY"
"""The variable that holds the key of a model's server, where it wants one."""

_SERVED: Final = re.compile(r"(?P<dialect>vllm|llama\.cpp)\+(?P<url>https?://[^#\s]+)#(?P<model>\S+)", re.IGNORECASE)


def is_served(name: str) -> bool:
    """Whether a name says that a server runs the model."""
    return re.match(r"[^/\\]*\+https?:", name, re.IGNORECASE) is not None


def named_model(name: str, *, adapter: Path | None = None, quantization: Quantization = "nf4") -> LanguageModel:
    """The model of this name, not loaded yet.

    Args:
        name: "smollm2" for the embedded one; a folder; a name on the hub, if it is on this machine; or one that a server runs,
            "vllm+http://HOST:8000/v1#MODEL" or "llama.cpp+http://HOST:8080/v1#MODEL".
        adapter, quantization: of a model that is run here, as for `LocalModel`.

    Raises:
        UsageError: the name says "+http:" and is none of a server's; an adapter is named for a server's model; the key or the
            address cannot be used.
    """
    if not is_served(name):
        return LocalModel(None if name == EMBEDDED else name, adapter=adapter, quantization=quantization)
    served = _SERVED.fullmatch(name)
    if served is None:
        hint = "write vllm+http://HOST:8000/v1#MODEL, or llama.cpp+http://HOST:8080/v1#MODEL"
        raise UsageError("that is no model of a server", hint=hint)
    if adapter is not None:
        raise UsageError("a server serves an adapter as a model of its own", hint="name that one, without an adapter")
    dialect = cast("Dialect", served["dialect"].lower())
    return ServerModel(served["url"], served["model"], api_key=os.environ.get(KEY, "").strip() or None, dialect=dialect)
