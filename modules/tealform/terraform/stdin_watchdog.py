"""Runs a program until standard input ends: ``python -I -S stdin_watchdog.py PROGRAM ARGUMENT …``."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

_SECONDS_TO_END = 5
_NOT_STARTED = 127


def main(command: list[str]) -> int:
    """Run ``command``; return its exit code, or 127 if it cannot be started."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    except OSError as error:
        print(error.strerror, file=sys.stderr)
        return _NOT_STARTED
    threading.Thread(target=_end_with_input, args=(process,), daemon=True).start()
    return process.wait()


def _end_with_input(process: subprocess.Popen[bytes]) -> None:
    # Not sys.stdin: a waiting thread would keep its lock until the interpreter ends.
    while os.read(0, 1024):
        pass
    process.terminate()
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
