"""What a model said to a prompt: what a matrix asks for, a grid shows, and ChainForge exports."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Response:
    """What a model said to a prompt.

    Attributes:
        model: as the plan calls it.
        template: the prompt's name; empty for a response from elsewhere.
        prompt: as it was asked.
        text: the response.
        variables: the values that stand in the prompt.
        about: the other values of the same row.
        grades: each metric's, 0 to 1; empty where nothing is expected.
    """

    model: str
    template: str
    prompt: str
    text: str
    variables: Mapping[str, str]
    about: Mapping[str, str] = field(default_factory=dict)
    grades: Mapping[str, float] = field(default_factory=dict)

    @property
    def item(self) -> str:
        """The hash of its values: responses to the same under other prompts and models share it."""
        told = json.dumps({**self.about, **self.variables}, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()[:16]
