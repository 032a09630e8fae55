"""What runs inside a reading process: `reading.worker` sends it files and takes its answers.

It may open no network connection.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import Any

import orjson

from foyerdoc.errors import DamagedFile, FoyerdocError, LimitExceeded
from foyerdoc.reading.worker import ANSWER, HEADER
from foyerdoc.settings import Limits


def main() -> None:
    """Answer requests until the standard input ends."""
    requests = sys.stdin.buffer
    # Parsers that print must not be taken for answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.addaudithook(_refuse_network)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    while header := requests.read(HEADER.size):
        n_request, n_raw = HEADER.unpack(header)
        request = orjson.loads(requests.read(n_request))
        kind, payload = _answer(request, requests.read(n_raw))
        answers.write(ANSWER.pack(kind, len(payload)))
        answers.write(payload)
        answers.flush()


def _end_with(parent: int) -> None:
    """End this process, and the programs it started, once the one that started it is gone: nobody waits for the answer.

    The kernel's own signal for this would not do: it comes when the thread that started the process ends.
    """
    while os.getppid() == parent:
        time.sleep(1.0)
    os.killpg(0, signal.SIGKILL)


def _answer(request: dict[str, Any], raw: bytes) -> tuple[bytes, bytes]:
    limits = Limits(**request["limits"])
    _limit_memory(limits.memory_bytes)
    # Should the parent be gone and a parser not let `_end_with` run, nobody else would end an endless loop.
    signal.setitimer(signal.ITIMER_REAL, limits.seconds + 10)
    try:
        return b"R", _do(request, raw, limits)
    except FoyerdocError as error:
        return b"E", orjson.dumps([error.code, error.message, error.hint])
    except MemoryError:
        message = f"{request['name']}: needs more than {limits.memory_bytes} bytes of memory"
        return b"E", orjson.dumps([LimitExceeded.code, message, "raise Limits.memory_bytes, or split the file"])
    except Exception as error:  # noqa: BLE001 - the process's boundary: whatever a parser raises becomes one typed error
        message = f"{request['name']}: could not be parsed ({type(error).__name__})"
        return b"E", orjson.dumps(
            [DamagedFile.code, message, "open it in its own program; if that fails too, ask for it again"]
        )
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _do(request: dict[str, Any], raw: bytes, limits: Limits) -> bytes:
    from foyerdoc.reading.parsing import parse
    from foyerdoc.serialization import dumps

    if request["do"] == "words":
        from foyerdoc.reading.pdf import words_of

        words = words_of(raw, request["name"], request["password"], request["pages"])
        return orjson.dumps({str(page): found for page, found in words.items()})
    if request["do"] == "pictures":
        from foyerdoc.reading.picturing import draw

        return draw(raw, request["name"], request["password"], request["pages"], request["dpi"])
    document = parse(raw, request["name"], password=request["password"], limits=limits, boxes=request["boxes"])
    return dumps(document, boxes=True)


def _limit_memory(size: int) -> None:
    if sys.platform == "linux":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))


def _refuse_network(event: str, _arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"):
        raise PermissionError("a reader may not use the network")


if __name__ == "__main__":
    main()
