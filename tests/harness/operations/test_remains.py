"""What is said before anything else when a command has left something behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.operations import remains
from harness.operations.root_module import RootModule
from tests.harness.operations import modules


@pytest.fixture
def dev(tmp_path: Path) -> RootModule:
    return modules.write(tmp_path)


@pytest.mark.parametrize("state", [None, "", '{"version": 4}'])
def test_no_state_an_empty_one_and_a_whole_one_are_sound(dev: RootModule, state: str | None) -> None:
    if state is not None:
        (dev.folder / "terraform.tfstate").write_text(state)
    remains.check(dev)


def test_state_that_could_not_be_saved(dev: RootModule) -> None:
    (dev.folder / "errored.tfstate").write_text("{}")
    with pytest.raises(HarnessError) as told:
        remains.check(dev)
    assert str(told.value) == (
        "environments/dev/errored.tfstate: the last command changed things and could not save the state; this file is the "
        'state. See to what it said then, and run: make terraform ENV=dev ARGS="state push errored.tfstate"; then move the '
        "file away"
    )


@pytest.mark.parametrize("cut_off", ['{"version": 4, "res', "[1]", "\x00\x00"])
def test_half_a_state_names_the_backup(dev: RootModule, cut_off: str) -> None:
    (dev.folder / "terraform.tfstate").write_text(cut_off)
    (dev.folder / "terraform.tfstate.backup").write_text('{"version": 4}')
    with pytest.raises(
        HarnessError, match=r"environments/dev/terraform\.tfstate: is not whole.*tfstate\.backup is the state"
    ):
        remains.check(dev)


@pytest.mark.parametrize("backup", [None, "", '{"version'])
def test_half_a_state_without_a_sound_backup(dev: RootModule, backup: str | None) -> None:
    (dev.folder / "terraform.tfstate").write_text('{"version"')
    if backup is not None:
        (dev.folder / "terraform.tfstate.backup").write_text(backup)
    with pytest.raises(HarnessError, match="there is no backup beside it"):
        remains.check(dev)
