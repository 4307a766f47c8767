"""Runs a program that must end by itself, like Terraform, which has a lock and must save its state."""

from __future__ import annotations

import io
import os
import select
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import IO, TypeVar

LineHandler = Callable[[str], None]
Piece = TypeVar("Piece", str, bytes)

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_CHUNK = 65536
# A Go program does not handle a signal that is ignored when it starts, and neither do the providers that it starts: a
# terminal that is closed sends SIGHUP to all of them.
# https://pkg.go.dev/os/signal#hdr-Default_behavior_of_signals_in_Go_programs
_IGNORE_HANGUPS = ("/bin/sh", "-c", 'trap "" HUP; exec "$@"', "sh")


class EndedWellError(Exception):
    """The cause of an interruption that is raised after the program has ended well."""


def run(command: Iterable[str], folder: Path, output: int | LineHandler, errors: int | LineHandler) -> int:
    """Run ``command`` in ``folder`` to its end; return its exit code (128 + n if signal n ended it).

    ``output`` and ``errors`` are file descriptors, or functions that get each line. If one of them fails, the program is
    interrupted, and the failure is raised once it has ended. A pipe that nobody reads any more is such a failure only if
    the program ended well; otherwise its exit code says more.

    SIGINT, SIGTERM and SIGHUP interrupt the program. If it ends well nevertheless, they take effect then, so that the next
    step does not begin: this raises ``KeyboardInterrupt`` or ``SystemExit``, whose cause is an ``EndedWellError``. SIGHUP
    always takes effect. Call this from the main thread, which is the only one that can handle signals.
    """
    with _SignalForwarding() as signals:
        sys.stdout.flush()
        process = subprocess.Popen(
            [*_IGNORE_HANGUPS, *command],
            cwd=folder,
            stdout=_descriptor(output),
            stderr=subprocess.STDOUT if _are_same(output, errors) else _descriptor(errors),
            process_group=signals.process_group,
        )
        signals.forward_to(process)
        failures = _copy_output(process, output, errors, signals.interrupt)
        code = process.wait()
    signals.raise_received(ended_well=code == 0 and not failures)
    for failure in failures:
        if code == 0 or not isinstance(failure, OSError):
            raise failure
    return code if code >= 0 else 128 - code


class _SignalForwarding:
    """Forwards signals that arrive while a ``with`` block lasts to a program, as SIGINT.

    Only the first is forwarded, because Terraform ends at once at a second SIGINT; only another Ctrl-C asks for that.
    A terminal sends Ctrl-C to the program itself, so that it is not forwarded. Without a terminal (CI), the program must
    be in a process group of its own, so that a signal to our group reaches it only through us.
    """

    def __init__(self) -> None:
        self._received: list[int] = []
        self._is_interrupted = False
        self._process: subprocess.Popen[bytes] | None = None
        self._has_terminal = _has_terminal()
        self.process_group = None if self._has_terminal else 0

    def __enter__(self) -> _SignalForwarding:
        # nohup ignores SIGHUP, so that the program continues.
        handled = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        self._before = {number: signal.signal(number, self._handle) for number in handled}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def forward_to(self, process: subprocess.Popen[bytes]) -> None:
        """Forward signals to ``process`` from now on, and those that arrived while it was started."""
        self._process = process
        if self._received:
            # A terminal may have interrupted it too. That does no harm: it has not begun anything.
            self.interrupt()

    def interrupt(self) -> None:
        """Ask the program to end, unless that was done."""
        if self._process is not None and not self._is_interrupted:
            self._is_interrupted = True
            self._process.send_signal(signal.SIGINT)

    def raise_received(self, ended_well: bool) -> None:
        """Raise what the first signal means, if the program ended well. SIGHUP is always raised: nobody reads a result."""
        if signal.SIGHUP in self._received:
            raise SystemExit(128 + signal.SIGHUP)
        if ended_well and self._received:
            first = self._received[0]
            raise (KeyboardInterrupt() if first == signal.SIGINT else SystemExit(128 + first)) from EndedWellError()

    def _handle(self, number: int, _: FrameType | None) -> None:
        self._received.append(number)
        if self._process is None:
            return
        if number == signal.SIGINT:
            self._is_interrupted = self._has_terminal  # Without a terminal, a second one is forwarded too.
        self.interrupt()


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _descriptor(to: int | LineHandler) -> int:
    """Return the target that the program itself writes to; not a pipe, whose closed end would end it at once."""
    if callable(to):
        return subprocess.PIPE
    mode = os.fstat(to).st_mode
    return subprocess.PIPE if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else to


def _are_same(output: int | LineHandler, errors: int | LineHandler) -> bool:
    """Whether both are the same file or pipe, in which lines must stay in order."""
    return not callable(output) and not callable(errors) and os.path.sameopenfile(output, errors)


def _copy_output(
    process: subprocess.Popen[bytes],
    output: int | LineHandler,
    errors: int | LineHandler,
    interrupt: Callable[[], None],
) -> list[BaseException]:
    """Copy what the program writes into pipes; return the failures of that, which ``interrupt`` the program."""
    failures: list[BaseException] = []

    def fail(failure: BaseException) -> None:
        failures.append(failure)
        interrupt()

    thread = threading.Thread(target=_copy_stream, args=(process.stderr, errors, fail))
    thread.start()
    _copy_stream(process.stdout, output, fail)
    thread.join()
    return failures


def _copy_stream(stream: IO[bytes] | None, to: int | LineHandler, fail: Callable[[BaseException], None]) -> None:
    if stream is None:
        return
    with stream:
        if callable(to):
            lines = io.TextIOWrapper(stream, encoding="utf-8", errors="replace")
            _copy(lines, lambda line: to(line.rstrip("\n")), fail)
        else:
            _copy(iter(partial(os.read, stream.fileno(), _CHUNK), b""), partial(_write, to), fail)


def _copy(pieces: Iterable[Piece], take: Callable[[Piece], None], fail: Callable[[BaseException], None]) -> None:
    """Pass ``pieces`` to ``take``. After a failure, read and discard the rest, so that the program is not blocked."""
    has_failed = False
    for piece in pieces:
        if has_failed:
            continue
        try:
            take(piece)
        except BaseException as failure:
            has_failed = True
            fail(failure)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(descriptor, data) :]
        except BlockingIOError:  # Another process that shares the pipe has made it non-blocking.
            select.select([], [descriptor], [])
