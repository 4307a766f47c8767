"""Runs other programs to their end, to a time limit, or until another thread stops them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_SECONDS_TO_END = 5
_WATCHDOG = Path(__file__).with_name("stdin_watchdog.py")


class Halt:
    """Ends the programs that several threads wait for, and then the threads.

    Python raises ``KeyboardInterrupt`` for Ctrl-C only in the main thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = False
        self._waited_for: set[subprocess.Popen[str]] = set()

    def ask(self) -> None:
        """End all running programs, and those that are started from now on."""
        with self._lock:
            self._asked = True
            for process in self._waited_for:
                process.terminate()

    def check(self) -> None:
        """Raise ``KeyboardInterrupt`` after ``ask`` was called."""
        if self._asked:
            raise KeyboardInterrupt

    @contextmanager
    def ends(self, process: subprocess.Popen[str]) -> Iterator[None]:
        """End ``process`` when ``ask`` is called while the ``with`` block lasts."""
        with self._lock:
            self._waited_for.add(process)
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._waited_for.discard(process)
        self.check()


HALT = ContextVar("HALT", default=Halt())  # noqa: B039 - nobody calls ask on the default
"""The one that ends the programs of this thread."""


def run(
    command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None, seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``command``, without input, to its end, and return its output; bytes that are not UTF-8 are replaced.

    Raises ``subprocess.TimeoutExpired`` if it takes longer than ``seconds``, ``OSError`` if it cannot be started.
    The program never outlives this call.
    """
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            with HALT.get().ends(process):
                output, errors = process.communicate(timeout=seconds)
        except BaseException:
            _end(process)
            raise
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def watch_stdin(command: Sequence[str]) -> list[str]:
    """Return a command line that runs ``command`` until its standard input ends.

    A pipe ends when the process at its other end ends, for any reason.
    """
    return [sys.executable, "-I", "-S", str(_WATCHDOG), *command]


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
