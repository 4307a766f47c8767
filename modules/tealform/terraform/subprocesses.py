"""Runs other programs to their end, or until whoever waits for them has had enough."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_SECONDS_TO_END = 5
_LEASH = Path(__file__).with_name("stdin_watchdog.py")


class Halt:
    """Ends what several threads do: the programs that they wait for, and then they themselves.

    Python brings Ctrl-C to the main thread alone.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = False
        self._waited_for: set[subprocess.Popen[str]] = set()

    def ask(self) -> None:
        """Ends what runs, and whatever is begun from now on."""
        with self._lock:
            self._asked = True
            for process in self._waited_for:
                process.terminate()

    def check(self) -> None:
        """Raises ``KeyboardInterrupt`` once somebody has asked."""
        if self._asked:
            raise KeyboardInterrupt

    @contextmanager
    def ends(self, process: subprocess.Popen[str]) -> Iterator[None]:
        """Ends ``process`` as soon as somebody asks, while the ``with`` block lasts."""
        with self._lock:
            self._waited_for.add(process)
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._waited_for.discard(process)
        self.check()


HALT = ContextVar("HALT", default=Halt())  # noqa: B039 - nobody asks the one that stands for «there is none»
"""The one that ends the programs of this thread."""


def run(
    command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None, seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs ``command``, without input, to its end, and returns what it wrote; what is no UTF-8 in it is replaced.

    Raises ``subprocess.TimeoutExpired`` if that takes longer than ``seconds``, ``OSError`` if it cannot be started.
    However this ends, the program has ended.
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
    """The command line of the same program, but it ends when its standard input does.

    A pipe's end comes with the end of whoever holds the other one, however that ends.
    """
    return [sys.executable, "-I", "-S", str(_LEASH), *command]


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
