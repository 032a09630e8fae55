"""Models before the first question: they take seconds, which a load balancer would rather wait than a user."""

from __future__ import annotations

import logging
import threading
from typing import Final

from foyerdoc.errors import FoyerdocError
from foyerdoc.service.library import Library

logger = logging.getLogger("foyerdoc.service")

_PATIENCE: Final = 30.0  # seconds until what could not be loaded is tried again


class Loading:
    """The thread that loads them when the service starts, if it holds a document: without one there is nothing to ask."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._done = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._load, name="foyerdoc-loading", daemon=True)

    @property
    def done(self) -> bool:
        """Whether there is nothing to wait for any more."""
        return self._done.is_set()

    def start(self) -> None:
        """Begin, and do not wait."""
        if self._library.ledger.collections():
            self._thread.start()
        else:
            self._done.set()

    def stop(self) -> None:
        """End when what is being loaded is."""
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _load(self) -> None:
        while not self._ending.is_set():
            try:
                self._library.load()
            except Exception as error:  # noqa: BLE001 - whatever it is, the service answers what needs no model
                said = str(error) if isinstance(error, FoyerdocError) else type(error).__name__
                logger.error("the models cannot be loaded (%s): trying again", said)
                self._ending.wait(_PATIENCE)
            else:
                self._done.set()
                return
