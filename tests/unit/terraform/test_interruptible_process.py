"""Terraform is told once to end, whatever happens around it, and comes to its end; a stand-in sees what that is like."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tealform.terraform import interruptible_process, terraform_cli
from tests import projects, sessions

# It writes down how many SIGINTs it got until a moment after the first. A Python handler would take two in quick
# succession for one; the wake-up pipe gets a byte for each. Then it ends well, having told something. If nobody tells it
# to end, it does not wait for ever.
PATIENT = """
import os, pathlib, select, signal, sys
here = pathlib.Path(__file__).parent
received, wakeup = os.pipe()
os.set_blocking(wakeup, False)
signal.set_wakeup_fd(wakeup)
signal.alarm(20)
signal.signal(signal.SIGINT, lambda *_: None)
with (here / "calls").open("a") as calls:
    print(sys.argv[1], file=calls)
(here / "started").touch()
count = len(os.read(received, 1))
(here / "told").touch()
if select.select([received], [], [], 0.6)[0]:
    count += len(os.read(received, 100))
try:
    print("interrupted", flush=True)
except OSError:
    pass
(here / "signals").write_text(str(count))
"""

# It fills descriptor «stream» until it is told to end, and some more; like Terraform, it does not survive a broken pipe.
# Its exit code is «code».
TALKATIVE = """
import os, pathlib, signal, sys
here = pathlib.Path(__file__).parent
told = []
signal.signal(signal.SIGINT, lambda *_: told.append(1))
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
signal.alarm(20)
while not told:
    os.write({stream}, b"a line\\n" * 100)
for _ in range(1000):
    os.write({stream}, b"a line\\n" * 100)
(here / "ended").touch()
sys.exit({code})
"""

ORDER = """
import os
for number in range(200):
    os.write(1 + number % 2, b"%d\\n" % number)
"""

ASKING = """
print("Enter a value: ", end="", flush=True)
print("<", input(), ">", sep="")
"""

MUCH = """
import os
for _ in range(100):
    os.write(1, b"x" * 5000)
"""


@pytest.fixture(autouse=True)
def _ctrl_c_is_heeded() -> Iterator[None]:
    # Tests that run in the background ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def dev(tmp_path: Path) -> Path:
    return projects.write(tmp_path, {})


@pytest.fixture
def bin_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-in is, and what it writes."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.delenv("TF_DATA_DIR", raising=False)
    return folder


Begin = Callable[..., subprocess.Popen[str]]

# The command line without all that the harness does besides.
COMMAND = """
import sys, pathlib, tealform.terraform.interruptible_process
try:
    sys.exit(tealform.terraform.interruptible_process.run(sys.argv[2:], pathlib.Path(), eval(sys.argv[1]), 2))
except KeyboardInterrupt:
    sys.exit(130)
except BrokenPipeError:
    sys.exit(141)
"""


@pytest.fixture
def command(bin_: Path) -> list[str]:
    """The command line that runs the stand-in."""
    return [sys.executable, "-c", COMMAND, "1", str(bin_ / "terraform"), "plan"]


@pytest.fixture
def begin(bin_: Path, command: list[str]) -> Begin:
    """Starts that, without a terminal, with the text of the stand-in."""

    def begin(text: str, **streams: Any) -> subprocess.Popen[str]:
        _write(bin_, text)
        return sessions.start(command, dict(os.environ), **streams)

    return begin


def _write(bin_: Path, text: str) -> None:
    projects.write_program(bin_ / "terraform", f"#!{sys.executable}\n{text}")


def _count_signals(bin_: Path) -> str:
    return (bin_ / "signals").read_text()


def test_ctrl_c_reaches_terraform_once_and_then_takes_effect(dev: Path, bin_: Path) -> None:
    _write(bin_, PATIENT)
    terminal = sessions.Terminal(projects.command(dev.parent.parent, "terraform", "dev", "plan"), dict(os.environ))
    sessions.wait_for(bin_ / "started")
    terminal.type(sessions.CTRL_C)
    assert terminal.end() == 130
    assert _count_signals(bin_) == "1"
    # It has ended well, and nothing else has begun.
    assert (bin_ / "calls").read_text() == "init\n"


@pytest.mark.parametrize(
    ("send", "number", "code"),
    [
        (os.kill, signal.SIGINT, 130),
        (os.killpg, signal.SIGINT, 130),
        (os.killpg, signal.SIGTERM, 143),
        (os.killpg, signal.SIGHUP, 129),
    ],
)
def test_signal_in_ci_reaches_terraform_once_and_then_takes_effect(
    begin: Begin, bin_: Path, send: Callable[[int, signal.Signals], None], number: signal.Signals, code: int
) -> None:
    process = begin(PATIENT)
    sessions.wait_for(bin_ / "started")
    send(process.pid, number)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == code
    assert output == "interrupted\n"
    assert _count_signals(bin_) == "1"


@pytest.mark.parametrize(
    ("then", "signals", "code"), [([signal.SIGINT], "2", 130), ([signal.SIGTERM, signal.SIGHUP], "1", 129)]
)
def test_only_another_ctrl_c_insists(
    begin: Begin, bin_: Path, then: list[signal.Signals], signals: str, code: int
) -> None:
    process = begin(PATIENT)
    sessions.wait_for(bin_ / "started")
    process.send_signal(signal.SIGINT)
    sessions.wait_for(bin_ / "told")
    for number in then:
        process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode == code
    assert _count_signals(bin_) == signals


def test_hangup_under_nohup_is_of_no_consequence(command: list[str], bin_: Path) -> None:
    _write(bin_, PATIENT)
    command = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *command]
    process = sessions.start(command, dict(os.environ))
    sessions.wait_for(bin_ / "started")
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.3)
    assert not (bin_ / "told").exists()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130


def test_terminal_that_is_closed_while_lines_are_shown(command: list[str], bin_: Path) -> None:
    _write(bin_, PATIENT)
    command[3] = "print"
    terminal = sessions.Terminal(command, dict(os.environ))
    sessions.wait_for(bin_ / "started")
    assert terminal.hang_up() == 129
    assert _count_signals(bin_) == "1"


def test_ctrl_c_in_a_plan_that_ends_well_takes_effect(dev: Path, bin_: Path) -> None:
    projects.write_program(bin_ / "terraform", "#!/bin/sh\n")
    assert terraform_cli.run(dev, "init") == 0
    _write(bin_, PATIENT)
    with pytest.raises(KeyboardInterrupt):
        _interrupted_once_begun(bin_, lambda: terraform_cli.stream_output(dev, list[str]().append, print, "plan"))
    assert _count_signals(bin_) == "1"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def _interrupted_once_begun(bin_: Path, act: Callable[[], object]) -> None:
    def interrupt() -> None:
        sessions.wait_for(bin_ / "started")
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        act()
    finally:
        thread.join()


def test_signal_that_comes_while_terraform_is_started(bin_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(bin_, PATIENT)
    real = subprocess.Popen

    def popen(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        process: subprocess.Popen[bytes] = real(*arguments, **options)
        sessions.wait_for(bin_ / "started")
        signal.raise_signal(signal.SIGINT)
        return process

    monkeypatch.setattr(subprocess, "Popen", popen)
    with pytest.raises(KeyboardInterrupt):
        interruptible_process.run([str(bin_ / "terraform"), "plan"], bin_, list[str]().append, 2)
    assert _count_signals(bin_) == "1"


@pytest.mark.parametrize("stream", [1, 2])
def test_listener_that_fails_does_not_leave_terraform_alone(bin_: Path, stream: int) -> None:
    _write(bin_, TALKATIVE.format(stream=stream, code=1))
    lines = []

    def on_line(line: str) -> None:
        lines.append(line)
        raise ValueError(line)

    with pytest.raises(ValueError, match="a line"):
        interruptible_process.run([str(bin_ / "terraform"), "plan"], bin_, on_line, on_line)
    assert (bin_ / "ended").exists()
    assert lines == ["a line"]


@pytest.mark.parametrize(("stream", "own", "shown"), [(1, 0, 141), (1, 1, 1), (2, 0, 141)])
def test_reader_that_ends_does_not_end_terraform(begin: Begin, bin_: Path, stream: int, own: int, shown: int) -> None:
    """As of ``| head``, or of ``| tee``, which Ctrl-C ends."""
    streams = [subprocess.PIPE, subprocess.DEVNULL]
    stdout, stderr = streams if stream == 1 else reversed(streams)
    process = begin(TALKATIVE.format(stream=stream, code=own), stdout=stdout, stderr=stderr)
    reader = process.stdout or process.stderr
    assert reader is not None
    assert reader.readline() == "a line\n"
    reader.close()
    assert process.wait(20) == shown
    assert (bin_ / "ended").exists()


def test_lines_for_the_same_pipe_stay_in_order(begin: Begin) -> None:
    output, _ = begin(ORDER).communicate(timeout=20)
    assert output.splitlines() == [str(number) for number in range(200)]


def test_question_is_shown_at_once(begin: Begin) -> None:
    process = begin(ASKING, stdin=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.read(15) == "Enter a value: "
    output, _ = process.communicate("yes\n", timeout=20)
    assert output == "<yes>\n"


def test_pipe_that_does_not_block_loses_nothing(begin: Begin) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    process = begin(MUCH, stdout=writer)
    os.close(writer)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    with os.fdopen(reader, "rb") as stream:
        assert len(stream.read()) == 500_000
    assert process.wait(20) == 0
