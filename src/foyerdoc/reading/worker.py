"""Reading in a process of its own, so that a hostile file costs a process and not the service.

The process is started as `python -m foyerdoc.reading.worker`, so callers need no main guard. It reads requests from
its standard input and answers on its standard output: lengths, JSON and the file's bytes; nothing is pickled. It may
open no network connection. It stays for further files until it has read enough of them, dies, or is killed for
overrunning its time.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import selectors
import signal
import struct
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from foyerdoc.errors import DamagedFile, FoyerdocError, LimitExceeded, ReadError, UsageError, by_code
from foyerdoc.settings import Limits

_HEADER = struct.Struct(">IQ")  # JSON length, raw length
_ANSWER = struct.Struct(">cQ")  # kind, length
_MAX_USES = 400  # a process is replaced then, so that what parsers leak stays small
_PIECE = 1 << 20
_LONGEST = 1e6  # seconds; timers and polls of the system take no more
_MOST = 1 << 53
_MOMENT = 0.2  # seconds between looks at whether the answer is still wanted


class Stopped(Exception):
    """The caller no longer waits for the answer."""


def call(request: dict[str, Any], raw: bytes, *, name: str, limits: Limits, stop: threading.Event | None = None) -> bytes:
    """Have a process answer a request about a file.

    Args:
        request: what to do, as `answer` takes it.
        raw: the file's bytes.
        name: the file's name, for messages.
        limits: `seconds` is enforced from outside, the others within the process.
        stop: when set, the process is killed and the call ends within a moment.

    Returns:
        The answer's bytes.

    Raises:
        UsageError: the password cannot be sent.
        Stopped: `stop` was set.
        FoyerdocError: what the process raised, or `LimitExceeded` when it overran its time, or `DamagedFile` when it died.
    """
    seconds = min(_LONGEST, limits.seconds)
    sent = {**{key: min(_MOST, limit) for key, limit in asdict(limits).items()}, "seconds": seconds}
    try:
        message = orjson.dumps({**request, "name": name, "limits": sent})
    except TypeError as error:
        raise UsageError(f"{name}: the password is not text", hint="pass a str without surrogates") from error
    try:
        process = _POOL.take()
    except OSError as error:
        raise _not_started(name, error) from error
    try:
        kind, payload = process.exchange(message, raw, time.monotonic() + seconds, stop)
    except TimeoutError as error:
        process.kill()
        raise LimitExceeded(
            f"{name}: reading took more than {limits.seconds:g} s and was stopped",
            hint="raise Limits.seconds, or split the file",
        ) from error
    except (EOFError, BrokenPipeError) as error:
        code = process.kill()
        raise DamagedFile(
            f"{name}: the reader died on it (exit {code})",
            hint="raise Limits.memory_bytes if it is large; else open it in its own program",
        ) from error
    except OSError as error:
        process.kill()
        raise _not_started(name, error) from error
    except BaseException:
        process.kill()
        raise
    _POOL.give_back(process)
    if kind == b"E":
        code, reason, hint = orjson.loads(payload)
        raise by_code(code)(reason, hint=hint)
    return payload


def _not_started(name: str, error: OSError) -> ReadError:
    return ReadError(
        f"{name}: no process to read it could be started ({error.strerror or type(error).__name__})",
        hint="see that Python can be started from sys.executable, and that memory and file handles are left",
    )


class _Process:
    def __init__(self) -> None:
        root = str(Path(__file__).parents[2])
        paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        # One thread each: many files are read by many processes. -P keeps a caller's working directory off the path.
        quiet = {"PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.uses = 0
        self._popen = subprocess.Popen(
            [sys.executable, "-P", "-m", "foyerdoc.reading.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **quiet},
            start_new_session=True,  # so that programs it starts die with it
        )
        for pipe in (self._stdin, self._stdout):
            os.set_blocking(pipe.fileno(), False)

    @property
    def _stdin(self) -> Any:
        return self._popen.stdin

    @property
    def _stdout(self) -> Any:
        return self._popen.stdout

    def is_alive(self) -> bool:
        return self._popen.poll() is None

    def exchange(self, request: bytes, raw: bytes, deadline: float, stop: threading.Event | None) -> tuple[bytes, bytes]:
        """Send a request and wait for its answer.

        Raises:
            Stopped: the caller no longer waits.
            TimeoutError: the deadline passed.
            EOFError, BrokenPipeError: the process died.
        """
        self.uses += 1
        pending = [memoryview(_HEADER.pack(len(request), len(raw))), memoryview(request), memoryview(raw)]
        received = bytearray()
        expected = _ANSWER.size
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            selector.register(self._stdin, selectors.EVENT_WRITE)
            while len(received) < expected:
                left = max(deadline - time.monotonic(), 0.0)
                events = selector.select(left if stop is None else min(left, _MOMENT))
                if stop is not None and stop.is_set():
                    raise Stopped
                if not events and time.monotonic() >= deadline:
                    raise TimeoutError
                for key, _ in events:
                    if key.fileobj is self._stdin:
                        pending = self._send(pending)
                        if not pending:
                            selector.unregister(self._stdin)
                    else:
                        piece = os.read(self._stdout.fileno(), _PIECE)
                        if not piece:
                            raise EOFError
                        received += piece
                if expected == _ANSWER.size and len(received) >= expected:
                    expected += _ANSWER.unpack_from(received)[1]
        return _ANSWER.unpack_from(received)[0], bytes(received[_ANSWER.size :])

    def _send(self, pending: list[memoryview]) -> list[memoryview]:
        while pending and not len(pending[0]):
            pending = pending[1:]
        if pending:
            sent = os.write(self._stdin.fileno(), pending[0][:_PIECE])
            pending = [pending[0][sent:], *pending[1:]]
        return [piece for piece in pending if len(piece)]

    def kill(self) -> int:
        """End it and all that it started; its exit status."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        code = self._popen.wait()
        self._stdin.close()
        self._stdout.close()
        return code


class _Pool:
    """Processes waiting for their next file. Safe to use from several threads and after a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Process] = []
        self._owner = os.getpid()

    def take(self) -> _Process:
        with self._lock:
            if self._owner != os.getpid():  # a forked child must not talk to its parent's processes
                self._idle, self._owner = [], os.getpid()
            while self._idle:
                process = self._idle.pop()
                if process.is_alive():
                    return process
                process.kill()
        return _Process()

    def give_back(self, process: _Process) -> None:
        with self._lock:
            if process.uses < _MAX_USES and len(self._idle) < (os.cpu_count() or 1) and self._owner == os.getpid():
                self._idle.append(process)
                return
        process.kill()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        if self._owner == os.getpid():
            for process in idle:
                process.kill()


_POOL = _Pool()
atexit.register(_POOL.close)


# --- inside the process ----------------------------------------------------------------------------------------------


def main() -> None:
    """Answer requests until the standard input ends."""
    requests = sys.stdin.buffer
    # Parsers that print must not be taken for answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.addaudithook(_refuse_network)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    while header := requests.read(_HEADER.size):
        n_request, n_raw = _HEADER.unpack(header)
        request = orjson.loads(requests.read(n_request))
        kind, payload = _answer(request, requests.read(n_raw))
        answers.write(_ANSWER.pack(kind, len(payload)))
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
