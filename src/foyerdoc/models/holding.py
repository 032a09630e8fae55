"""Whether a text that somebody else generated is one that a grammar allows, looked at piece by piece."""

from __future__ import annotations

from foyerdoc.errors import ModelError
from foyerdoc.models.protocol import Grammar

_OUTSIDE = "check that the server enforces grammars, or use a LocalModel"


class Held:
    """A text beside its grammar. Every byte is a token here, so that no model's tokenizer is needed.

    Args:
        grammar: what the text has to keep to.

    Raises:
        ModelError: the grammar is not valid.
    """

    def __init__(self, grammar: Grammar) -> None:
        from llguidance import LLMatcher, LLTokenizer

        self._matcher = LLMatcher(LLTokenizer("byte"), LLMatcher.grammar_from_lark(grammar.lark), log_level=0)
        if self._matcher.is_error():
            # The matcher's own message may quote the grammar, and with it a document.
            raise ModelError("the grammar is not valid", hint="check it with llguidance.LLMatcher.validate_grammar")

    def take(self, piece: str) -> None:
        """Go on past a piece of the text.

        Raises:
            ModelError: the grammar does not allow it there.
        """
        written = list(piece.encode("utf-8", "surrogatepass"))
        if self._matcher.try_consume_tokens(written) != len(written):
            raise ModelError("the answer is outside its grammar", hint=_OUTSIDE)

    def end(self) -> None:
        """The text ends here, and not because it was cut.

        Raises:
            ModelError: the grammar asks for more.
        """
        if not self._matcher.is_accepting():
            raise ModelError("the answer ends before its grammar does", hint=_OUTSIDE)

    @property
    def complete(self) -> bool:
        """Whether nothing may follow."""
        return bool(self._matcher.is_stopped())
