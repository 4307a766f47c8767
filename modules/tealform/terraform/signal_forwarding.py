"""The signals that would end this process, while it waits for a program that must come to an end of its own."""

from __future__ import annotations

import os
import signal
import subprocess
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class EndedWellError(Exception):
    """The cause of what ``Interruptions`` raise once the program has ended well."""


class Interruptions:
    """Those that came while a ``with`` block lasted. A program is told by SIGINT, whichever it was.

    It is told once, since Terraform drops everything at a second SIGINT, which only another Ctrl-C insists on.
    A terminal sends Ctrl-C to the program as well, and nothing needs to be passed on. Without a terminal (CI), the
    program is to be in a process group of its own, so that whoever signals ours signals it through us only.
    """

    def __init__(self) -> None:
        self._came: list[int] = []
        self._told = False
        self._process: subprocess.Popen[bytes] | None = None
        self._terminal = _has_terminal()
        self.process_group = None if self._terminal else 0

    def __enter__(self) -> Interruptions:
        # nohup ignores SIGHUP: whoever uses it wants the program to go on.
        heeded = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        self._before = {number: signal.signal(number, self._handle) for number in heeded}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def tell(self, process: subprocess.Popen[bytes]) -> None:
        """From now on ``process`` is told, also of what came while it was started."""
        self._process = process
        if self._came:
            # If a terminal has told it as well, that is no harm: it has not begun anything.
            self.interrupt()

    def interrupt(self) -> None:
        """Asks the program to end, unless it has been told to."""
        if self._process is not None and not self._told:
            self._told = True
            self._process.send_signal(signal.SIGINT)

    def take_effect(self, ended_well: bool) -> None:
        """Raises what the first signal means, ``KeyboardInterrupt`` or ``SystemExit``, if the program ended well in spite of it.

        After SIGHUP in any case: whoever could be told how it ended is gone.
        """
        if signal.SIGHUP in self._came:
            raise SystemExit(128 + signal.SIGHUP)
        if ended_well and self._came:
            first = self._came[0]
            raise (KeyboardInterrupt() if first == signal.SIGINT else SystemExit(128 + first)) from EndedWellError()

    def _handle(self, number: int, _: FrameType | None) -> None:
        self._came.append(number)
        if self._process is None:
            return
        if number == signal.SIGINT:
            self._told = self._terminal  # Otherwise a second one is passed on, too.
        self.interrupt()


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
