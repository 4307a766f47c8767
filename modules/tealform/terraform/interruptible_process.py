"""Runs a program that must come to an end of its own, like Terraform, which holds a lock and has a state to save."""

from __future__ import annotations

import io
import os
import select
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import IO, TypeVar

from tealform.terraform.signal_forwarding import Interruptions

LineHandler = Callable[[str], None]
Piece = TypeVar("Piece", str, bytes)

_CHUNK = 65536
# What is ignored when a Go program starts it leaves alone, and so do the providers that it starts: a terminal that is
# closed sends SIGHUP to all of them. https://pkg.go.dev/os/signal#hdr-Default_behavior_of_signals_in_Go_programs
_DEAF_TO_HANGUPS = ("/bin/sh", "-c", 'trap "" HUP; exec "$@"', "sh")


def run(command: Iterable[str], folder: Path, output: int | LineHandler, errors: int | LineHandler) -> int:
    """Runs ``command`` in ``folder`` to its end; returns its exit code (128 + n if signal n ended it).

    What it writes goes to ``output`` and ``errors``: file descriptors, or functions that get each line. If one of them
    fails, the program is interrupted, and the failure is raised once it has ended; that nobody reads any more only if it
    ended well, since otherwise its exit code says more.

    SIGINT, SIGTERM and SIGHUP interrupt it. If it ends well all the same, they take effect then, as
    ``Interruptions.take_effect`` says, lest the next step begin. To be called from the main thread, which alone may
    handle signals.
    """
    with Interruptions() as interruptions:
        sys.stdout.flush()
        process = subprocess.Popen(
            [*_DEAF_TO_HANGUPS, *command],
            cwd=folder,
            stdout=_descriptor(output),
            stderr=subprocess.STDOUT if _are_one(output, errors) else _descriptor(errors),
            process_group=interruptions.process_group,
        )
        interruptions.tell(process)
        failures = _pass_on(process, output, errors, interruptions.interrupt)
        code = process.wait()
    interruptions.take_effect(ended_well=code == 0 and not failures)
    for failure in failures:
        if code == 0 or not isinstance(failure, OSError):
            raise failure
    return code if code >= 0 else 128 - code


def _descriptor(to: int | LineHandler) -> int:
    """Where the program itself writes. A pipe whose reader ends would end it at once, so that is kept away from it."""
    if callable(to):
        return subprocess.PIPE
    mode = os.fstat(to).st_mode
    return subprocess.PIPE if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else to


def _are_one(output: int | LineHandler, errors: int | LineHandler) -> bool:
    """Whether both are the same file or pipe, in which lines are to stay in order."""
    return not callable(output) and not callable(errors) and os.path.sameopenfile(output, errors)


def _pass_on(
    process: subprocess.Popen[bytes],
    output: int | LineHandler,
    errors: int | LineHandler,
    interrupt: Callable[[], None],
) -> list[BaseException]:
    """Passes on what the program writes where it does not write itself; returns what failed in that."""
    failures: list[BaseException] = []

    def fail(failure: BaseException) -> None:
        failures.append(failure)
        interrupt()

    aside = threading.Thread(target=_pass_stream_on, args=(process.stderr, errors, fail))
    aside.start()
    _pass_stream_on(process.stdout, output, fail)
    aside.join()
    return failures


def _pass_stream_on(stream: IO[bytes] | None, to: int | LineHandler, fail: Callable[[BaseException], None]) -> None:
    if stream is None:
        return
    with stream:
        if callable(to):
            lines = io.TextIOWrapper(stream, encoding="utf-8", errors="replace")
            _give(lines, lambda line: to(line.rstrip("\n")), fail)
        else:
            _give(iter(partial(os.read, stream.fileno(), _CHUNK), b""), partial(_write, to), fail)


def _give(pieces: Iterable[Piece], take: Callable[[Piece], None], fail: Callable[[BaseException], None]) -> None:
    """Gives all of ``pieces`` to ``take``; once that has failed, the rest goes nowhere, so that nobody has to wait."""
    failed = False
    for piece in pieces:
        if failed:
            continue
        try:
            take(piece)
        except BaseException as failure:
            failed = True
            fail(failure)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(descriptor, data) :]
        except BlockingIOError:  # Somebody who shares the pipe has made it so.
            select.select([], [descriptor], [])
