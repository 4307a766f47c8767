"""What Terraform is asked to do, seen by a stand-in that writes down how it was called."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import terraform
from harness.errors import HarnessError
from tests.harness import projects, sessions

# It answers with the exit code in the file «code», and if its first argument is «init» with that in «init-code».
STAND_IN = """#!/bin/sh
here=$(dirname "$0")
echo "$PWD: $*" >> "$here/calls"
echo "this is $1"
[ "$1" != init ] || exit $(cat "$here/init-code")
exit $(cat "$here/code")
"""


class Terraform:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        program = folder / "terraform"
        program.write_text(STAND_IN)
        program.chmod(0o755)
        self.answer()

    def answer(self, code: int = 0, init: int = 0) -> None:
        (self.folder / "code").write_text(str(code))
        (self.folder / "init-code").write_text(str(init))

    def calls(self) -> list[str]:
        """What it was asked since the last time, the folder's name before the arguments."""
        file = self.folder / "calls"
        calls = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [call[call.rindex("/", 0, call.index(": ")) + 1 :] for call in calls]


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terraform:
    stand_in = Terraform(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(stand_in.folder), prepend=":")
    monkeypatch.delenv("TF_DATA_DIR", raising=False)
    return stand_in


@pytest.fixture
def dev(tmp_path: Path) -> Path:
    return projects.write(tmp_path, _requiring("~> 6.0"))


def _requiring(version: str, **more: Any) -> dict[str, Any]:
    return {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": version}}}, **more}


def test_arguments_and_folder_are_passed_on(called: Terraform, dev: Path) -> None:
    terraform.run(dev, "init", "-upgrade")
    terraform.run(dev, "plan", "-out=release.tfplan", "-target=a b")
    assert called.calls() == [
        "dev: init -no-color -upgrade",
        "dev: plan -no-color -out=release.tfplan -target=a b",
    ]


@pytest.mark.parametrize("code", [0, 1, 2])
def test_exit_code_is_passed_on(called: Terraform, dev: Path, code: int) -> None:
    called.answer(code)
    assert terraform.run(dev, "plan") == code


def test_what_a_signal_ended_has_the_exit_code_of_a_shell(called: Terraform, dev: Path) -> None:
    (called.folder / "terraform").write_text("#!/bin/sh\nkill -KILL $$\n")
    assert terraform.run(dev, "validate") == 137


@pytest.mark.parametrize("command", ["plan", "apply", "destroy", "output"])
def test_first_command_is_preceded_by_init(called: Terraform, dev: Path, command: str) -> None:
    terraform.run(dev, command)
    assert called.calls() == ["dev: init -no-color -input=false", f"dev: {command} -no-color"]
    terraform.run(dev, command)
    assert called.calls() == [f"dev: {command} -no-color"]


def test_other_commands_are_not_preceded_by_init(called: Terraform, dev: Path) -> None:
    terraform.run(dev, "validate")
    assert called.calls() == ["dev: validate -no-color"]


def test_what_init_says_stays_out_of_the_output(
    called: Terraform, dev: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    terraform.run(dev, "output")
    output, errors = capfd.readouterr()
    assert output == "this is output\n"
    assert errors == "terraform init in environments/dev\nthis is init\n"


def test_failed_init_ends_the_command_and_is_repeated(called: Terraform, dev: Path) -> None:
    called.answer(init=1)
    assert terraform.run(dev, "apply") == 1
    assert called.calls() == ["dev: init -no-color -input=false"]
    called.answer()
    assert terraform.run(dev, "apply") == 0
    assert called.calls() == ["dev: init -no-color -input=false", "dev: apply -no-color"]


def test_init_is_repeated_for_other_providers_and_another_lock_file(called: Terraform, dev: Path) -> None:
    terraform.run(dev, "init")
    called.calls()
    projects.write(dev.parent.parent, _requiring("~> 7.0"))
    terraform.run(dev, "plan")
    assert len(called.calls()) == 2
    (dev / ".terraform.lock.hcl").write_text('provider "aws" {}')
    terraform.run(dev, "plan")
    assert len(called.calls()) == 2
    terraform.run(dev, "plan")
    assert called.calls() == ["dev: plan -no-color"]


def test_init_is_not_repeated_for_other_resources(called: Terraform, dev: Path) -> None:
    terraform.run(dev, "init")
    called.calls()
    projects.write(dev.parent.parent, _requiring("~> 6.0", resource={"terraform_data": {"new": {}}}))
    terraform.run(dev, "plan")
    assert called.calls() == ["dev: plan -no-color"]


def test_init_by_hand_is_left_to_terraform(called: Terraform, dev: Path) -> None:
    (dev / ".terraform" / "providers").mkdir(parents=True)
    terraform.run(dev, "plan")
    assert called.calls() == ["dev: plan -no-color"]


def test_data_may_be_elsewhere(called: Terraform, dev: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TF_DATA_DIR", str(tmp_path / "elsewhere"))
    terraform.run(dev, "plan")
    terraform.run(dev, "plan")
    assert len(called.calls()) == 3
    assert not (dev / ".terraform").exists()


def test_nothing_generated_is_an_error(called: Terraform, tmp_path: Path) -> None:
    folder = tmp_path / "environments" / "dev"
    folder.mkdir(parents=True)
    with pytest.raises(HarnessError, match="run: make synth ENV=dev"):
        terraform.run(folder, "plan")
    assert called.calls() == []


def test_record_of_init_names_no_secret(called: Terraform, dev: Path) -> None:
    projects.write(dev.parent.parent, {"terraform": {"backend": {"http": {"password": "secret"}}}})
    terraform.run(dev, "init")
    written = [file.read_text() for file in (dev / ".terraform").iterdir()]
    assert written
    assert "secret" not in json.dumps(written)


# It writes down how many SIGINTs it got until half a second after the first. A Python handler would
# take two in quick succession for one; the wake-up pipe gets a byte for each.
INTERRUPTED = f"""#!{sys.executable}
import os, pathlib, signal, time
here = pathlib.Path(__file__).parent
received, wakeup = os.pipe()
os.set_blocking(wakeup, False)
signal.set_wakeup_fd(wakeup)
signal.signal(signal.SIGINT, lambda *_: None)
(here / "started").touch()
count = len(os.read(received, 1))
time.sleep(0.5)
os.set_blocking(received, False)
try:
    count += len(os.read(received, 100))
except BlockingIOError:
    pass
(here / "signals").write_text(str(count))
"""


@pytest.fixture
def interrupted(called: Terraform, dev: Path) -> Path:
    """The folder of a Terraform that is not finished until it is interrupted."""
    (called.folder / "terraform").write_text(INTERRUPTED)
    return called.folder


def test_ctrl_c_reaches_terraform_once(interrupted: Path, tmp_path: Path) -> None:
    terminal = sessions.Terminal(projects.command(tmp_path, "init", "dev"), dict(os.environ))
    sessions.wait_for(interrupted / "started")
    terminal.type(sessions.CTRL_C)
    assert terminal.end() == 0
    assert (interrupted / "signals").read_text() == "1"


@pytest.mark.parametrize("send", [os.kill, os.killpg])
def test_signal_in_ci_reaches_terraform_once(
    interrupted: Path, tmp_path: Path, send: Callable[[int, signal.Signals], None]
) -> None:
    process = sessions.start(projects.command(tmp_path, "init", "dev"), dict(os.environ))
    sessions.wait_for(interrupted / "started")
    send(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert (process.returncode, output) == (0, "")
    assert (interrupted / "signals").read_text() == "1"
