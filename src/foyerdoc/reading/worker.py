"""Reading in a process of its own, so that a hostile file costs a process and not the service.

This is its owner's side. What runs inside is `reading.child`, started as `python -m`, so callers need no main guard. Requests
go to its standard input and answers come from its standard output: lengths, JSON and the file's bytes; nothing is pickled.
It stays for further files until it has read enough of them, dies, or is killed for overrunning its time.
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

from foyerdoc.errors import DamagedFile, LimitExceeded, ReadError, UsageError, by_code
from foyerdoc.settings import Limits

HEADER = struct.Struct(">IQ")  # JSON length, raw length
ANSWER = struct.Struct(">cQ")  # kind, length
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
            [sys.executable, "-P", "-m", "foyerdoc.reading.child"],
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
        pending = [memoryview(HEADER.pack(len(request), len(raw))), memoryview(request), memoryview(raw)]
        received = bytearray()
        expected = ANSWER.size
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
                if expected == ANSWER.size and len(received) >= expected:
                    expected += ANSWER.unpack_from(received)[1]
        return ANSWER.unpack_from(received)[0], bytes(received[ANSWER.size :])

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
