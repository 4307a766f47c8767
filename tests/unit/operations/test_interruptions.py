"""Commands that are killed or interrupted at any moment, or run at once: the state is whole, and the next one continues."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.operations.root_module import GeneratedModule
from tealform.terraform import terraform_binaries
from tests import sessions
from tests.inventory import ROOT
from tests.unit.operations.conftest import local_resources, put_stand_in_on_path, unchecked_command, write

THINGS = 6
Process = subprocess.Popen[str]


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A file that is there once the first thing is being made."""
    return tmp_path / "begun"


@pytest.fixture
def dev(tmp_path: Path, begun: Path, monkeypatch: pytest.MonkeyPatch) -> GeneratedModule:
    """Things that each take a moment to be made, one after the other."""
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    slowly = {
        "local-exec": {"command": f"touch '{begun}'; sleep 0.2; while [ -e '{begun}-wait' ]; do sleep 0.05; done"}
    }
    made = {
        f"n{number}": {"provisioner": [slowly], "depends_on": [f"terraform_data.n{number - 1}"] if number else []}
        for number in range(THINGS)
    }
    return write(tmp_path, {"resource": {"terraform_data": made}}, settings="disposable = true")


def _run(module: GeneratedModule, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = unchecked_command(module.folder.parent.parent, *arguments)
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def _start(module: GeneratedModule, *arguments: str) -> Process:
    return sessions.start(
        unchecked_command(module.folder.parent.parent, *arguments), {**os.environ, "CHECKPOINT_DISABLE": "1"}
    )


def _kill_everything(process: Process) -> None:
    """As a machine does that loses its power: nobody may clean up."""
    children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False).stdout
    for each in (process.pid, *map(int, children.split())):
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    process.communicate()


def _bring_to_its_end(module: GeneratedModule) -> None:
    for command in ("plan", "apply"):
        ran = _run(module, command, "dev")
        assert ran.returncode == 0, ran.stderr
        if ran.stdout.startswith("dev: no changes"):
            break
    assert len(local_resources(module)) == THINGS
    assert _run(module, "plan", "dev").stdout.startswith("dev: no changes")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_plan_that_is_killed_at_any_moment(dev: GeneratedModule, seed: int) -> None:
    moments = random.Random(seed)
    for _ in range(3):
        _kill_after(_start(dev, "plan", "dev"), moments.uniform(0.1, 1.0))
        # There is a whole plan or none, never half of one.
        before = len(local_resources(dev))
        applied = _run(dev, "apply", "dev")
        assert (applied.returncode, len(local_resources(dev))) in [(2, before), (0, THINGS)], applied.stderr
    _bring_to_its_end(dev)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_apply_that_is_killed_at_any_moment(dev: GeneratedModule, seed: int) -> None:
    moments = random.Random(seed)
    for _ in range(2):
        planned = _run(dev, "plan", "dev")
        assert planned.returncode == 0, planned.stderr
        _kill_after(_start(dev, "apply", "dev"), moments.uniform(0.3, 1.5))
        assert len(local_resources(dev)) in range(THINGS + 1)
    _bring_to_its_end(dev)


def _kill_after(process: Process, seconds: float) -> None:
    time.sleep(seconds)
    _kill_everything(process)


@pytest.mark.slow
def test_interrupted_apply_saves_what_it_did_and_says_how_to_go_on(dev: GeneratedModule, begun: Path) -> None:
    assert _run(dev, "plan", "dev").returncode == 0
    process = _start(dev, "apply", "dev")
    sessions.wait_for(begun)
    process.send_signal(signal.SIGINT)
    captured, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Interrupt received" in captured
    assert captured.endswith("is in the state, and the plan is used up; tealform plan dev shows what is left\n")
    assert 0 < len(local_resources(dev)) < THINGS
    assert not (dev.folder / ".terraform.tfstate.lock.info").exists()
    _bring_to_its_end(dev)


def test_apply_that_ended_well_in_spite_of_ctrl_c_says_so(
    dev: GeneratedModule, begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As Terraform does when Ctrl-C comes late.
    finishes = f"trap 'exit 0' INT; touch '{begun}'; while :; do sleep 0.1; done"
    put_stand_in_on_path(tmp_path / "bin", monkeypatch, apply=finishes)
    assert _run(dev, "plan", "dev").returncode == 0
    process = _start(dev, "apply", "dev")
    sessions.wait_for(begun)
    process.send_signal(signal.SIGINT)
    captured, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert captured.endswith("environments/dev: interrupted when all was done: the plan has been applied\n")
    assert "there is no plan to apply" in _run(dev, "apply", "dev").stderr


def test_plan_of_an_apply_that_was_killed_is_not_applied_again(dev: GeneratedModule, begun: Path) -> None:
    assert _run(dev, "plan", "dev").returncode == 0
    process = _start(dev, "apply", "dev")
    sessions.wait_for(begun)
    _kill_everything(process)
    # Terraform has saved nothing yet, so that it would not notice.
    assert local_resources(dev) == []
    again = _run(dev, "apply", "dev")
    assert again.returncode == 2
    assert again.stderr.endswith(
        "environments/dev: an apply of this plan was broken off, and what it has done may not all be in the state; run: "
        "tealform plan dev, which shows what is left\n"
    )
    assert _run(dev, "plan", "dev").returncode == 0


@pytest.fixture
def wait(begun: Path) -> Path:
    """Nothing is finished while this file is there."""
    file = Path(f"{begun}-wait")
    file.touch()
    return file


@pytest.mark.slow
def test_two_at_once(dev: GeneratedModule, begun: Path, wait: Path) -> None:
    assert _run(dev, "plan", "dev").returncode == 0
    first = _start(dev, "apply", "dev")
    sessions.wait_for(begun)
    for command in ("plan", "apply", "destroy"):
        second = _run(dev, command, "dev")
        assert second.returncode == 2
        assert second.stderr.startswith(
            f"environments/dev: tealform apply is running here, process {first.pid}, since "
        )
    wait.unlink()
    first.communicate(timeout=30)
    assert first.returncode == 0
    assert len(local_resources(dev)) == THINGS


@pytest.mark.slow
def test_state_that_somebody_else_has_locked(dev: GeneratedModule, begun: Path, wait: Path) -> None:
    """From another checkout, or with Terraform itself."""
    assert _run(dev, "plan", "dev").returncode == 0
    command = [*terraform_binaries.list_terraforms()[0].command, "apply", "-auto-approve"]
    other = subprocess.Popen(command, cwd=dev.folder, stdout=subprocess.DEVNULL)
    try:
        sessions.wait_for(begun)
        refused = _run(dev, "plan", "dev")
        assert refused.returncode == 1
        assert "Error acquiring the state lock" in refused.stderr
        assert "Who:" in refused.stderr
    finally:
        wait.unlink()
        other.wait()
    assert _run(dev, "plan", "dev").returncode == 0


HOLDS_LOCK = """
import sys, time
from pathlib import Path
from tealform.operations import root_module
root = Path(sys.argv[1])
with root_module.find(root, "dev").lock("apply"):
    (root / "held").touch()
    time.sleep(60)
"""


def test_second_command_says_who_is_at_work_until_that_one_is_killed(tmp_path: Path) -> None:
    dev = write(tmp_path)
    holder = subprocess.Popen([sys.executable, "-c", HOLDS_LOCK, str(tmp_path)], cwd=ROOT)
    try:
        sessions.wait_for(tmp_path / "held")
        with pytest.raises(TealformError) as refused, dev.lock("plan"):
            pass
        start = f"environments/dev: tealform apply is running here, process {holder.pid}, since 2"
        assert str(refused.value).startswith(start)
        assert str(refused.value).endswith("; wait until it has ended")
    finally:
        holder.kill()
        holder.wait()
    with dev.lock("plan"):
        pass


def test_commands_on_different_environments_do_not_wait_for_each_other(tmp_path: Path) -> None:
    dev, staging = write(tmp_path), write(tmp_path, name="staging")
    with dev.lock("plan"), staging.lock("plan"):
        assert dev.data_folder != staging.data_folder


def test_one_after_the_other(tmp_path: Path) -> None:
    dev = write(tmp_path)
    for command in ("plan", "apply"):
        with dev.lock(command):
            assert command in (dev.data_folder / "at-work").read_text()
            assert dev.data_folder.stat().st_mode & 0o777 == 0o700, "only its owner may read it"
