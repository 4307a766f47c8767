"""Programs in a session of their own: without a terminal as in CI, or on a terminal that a test types on."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

from tests.inventory import ROOT

CTRL_C = "\x03"
_PATIENCE_SECONDS = 20


def start(
    command: list[str],
    environment: dict[str, str],
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.STDOUT,
    stdin: int | None = None,
) -> subprocess.Popen[str]:
    """Starts ``command`` without a terminal; both its outputs are in ``stdout`` unless something else is said."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        text=True,
        start_new_session=True,
        preexec_fn=_heed_signals,
    )


def _heed_signals() -> None:
    # Under nohup or in the background, the tests ignore them, and so would what they start.
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def wait_for(file: Path) -> None:
    """Waits until a program has made ``file``."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not file.exists():
        assert time.monotonic() < deadline, f"{file.name} was not made within {_PATIENCE_SECONDS} seconds"
        time.sleep(0.05)


class Terminal:
    """A terminal on which ``command`` runs. ``shown`` is what it has shown so far."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.shown = ""
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            _heed_signals()
            os.chdir(ROOT)
            os.execve(command[0], command, environment)

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def read_until(self, text: str) -> None:
        while text not in self.shown:
            assert self._read(), f"«{text}» was never shown, but: {self.shown}"

    def end(self) -> int:
        """Reads to the end and returns the command's exit code."""
        while self._read():
            pass
        code = self._wait()
        os.close(self._terminal)
        return code

    def hang_up(self) -> int:
        """Closes the terminal, of which a shell tells all that runs on it, and returns the command's exit code."""
        os.killpg(self._process, signal.SIGHUP)
        os.close(self._terminal)
        return self._wait()

    def _wait(self) -> int:
        _, status = os.waitpid(self._process, 0)
        return os.waitstatus_to_exitcode(status)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], _PATIENCE_SECONDS)
        assert ready, f"nothing more was shown within {_PATIENCE_SECONDS} seconds: {self.shown}"
        try:
            read = os.read(self._terminal, 4096)
        except OSError:  # This is how Linux says that nobody writes any more.
            return False
        self.shown += read.decode(errors="replace")
        return bool(read)
