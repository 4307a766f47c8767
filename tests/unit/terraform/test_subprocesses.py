from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tealform.terraform import subprocesses
from tealform.terraform.subprocesses import HALT, Halt

_SLEEP = [sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(60)"]


def test_output_and_exit_code_come_back(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd()); print(os.environ['WORD'], file=sys.stderr); sys.exit(3)"
    ran = subprocesses.run([sys.executable, "-c", code], {**os.environ, "WORD": "given"}, tmp_path)
    assert (ran.returncode, ran.stdout.strip(), ran.stderr.strip()) == (3, str(tmp_path), "given")


def test_what_takes_too_long_is_ended() -> None:
    started = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        subprocesses.run(_SLEEP, os.environ, seconds=0.5)
    assert time.monotonic() - started < 20


def test_halt_ends_the_program_that_a_thread_waits_for() -> None:
    halt, raised = Halt(), threading.Event()

    def wait() -> None:
        HALT.set(halt)
        try:
            subprocesses.run(_SLEEP, os.environ)
        except KeyboardInterrupt:
            raised.set()

    thread = threading.Thread(target=wait)
    thread.start()
    halt.ask()
    thread.join(20)
    assert raised.is_set()


def test_nothing_is_begun_after_a_halt() -> None:
    halt = Halt()
    halt.ask()
    with pytest.raises(KeyboardInterrupt):
        halt.check()


def test_leashed_program_ends_with_its_input() -> None:
    process = subprocess.Popen(subprocesses.watch_stdin(_SLEEP), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    process.communicate(timeout=20)
    assert process.returncode != 0


def test_leashed_program_that_does_not_start_says_so() -> None:
    process = subprocess.Popen(
        subprocesses.watch_stdin(["/no/such/program"]), stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 127
    assert b"No such file" in errors
