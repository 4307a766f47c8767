"""What is said before anything else when a command has left something behind."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.operations import state_files
from tealform.operations.root_module import GeneratedModule
from tests.unit.operations.conftest import generate, write


@pytest.fixture
def dev(tmp_path: Path) -> GeneratedModule:
    return write(tmp_path)


@pytest.mark.parametrize("state", [None, "", '{"version": 4}'])
def test_no_state_an_empty_one_and_a_whole_one_are_sound(dev: GeneratedModule, state: str | None) -> None:
    if state is not None:
        (dev.folder / "terraform.tfstate").write_text(state)
    state_files.check(dev)


def test_state_that_could_not_be_saved(dev: GeneratedModule) -> None:
    (dev.folder / "errored.tfstate").write_text("{}")
    with pytest.raises(TealformError) as captured:
        state_files.check(dev)
    assert str(captured.value) == (
        "environments/dev/errored.tfstate: the last command changed things and could not save the state; this file is the "
        "state. Fix the error that it reported, run: tealform terraform dev state push errored.tfstate; then move the file "
        "away"
    )


@pytest.mark.parametrize("cut_off", ['{"version": 4, "res', "[1]", "\x00\x00", "[" * 100_000])
def test_half_a_state_names_the_last_whole_one(dev: GeneratedModule, cut_off: str) -> None:
    (dev.folder / "terraform.tfstate").write_text(cut_off)
    (dev.folder / "terraform.tfstate.backup").write_text('{"version": 4}')
    with pytest.raises(TealformError, match=r"dev/terraform\.tfstate\.backup is the state before the last change"):
        state_files.check(dev)
    (dev.folder / "terraform.tfstate").write_text('{"version": 4}')
    dev.data_folder.mkdir(parents=True)
    state_files.back_up(dev)
    (dev.folder / "terraform.tfstate").write_text(cut_off)
    with pytest.raises(
        TealformError, match=r"environments/dev/\.terraform/tealform/before\.tfstate is the state before"
    ):
        state_files.check(dev)


FULL, NOTHING = '{"resources": [{"type": "aws_vpc"}]}', '{"resources": []}'


@pytest.mark.parametrize("copy", ["terraform.tfstate.backup", ".terraform/tealform/before.tfstate"])
def test_empty_state_where_there_was_a_full_one(dev: GeneratedModule, copy: str) -> None:
    dev.data_folder.mkdir(parents=True)
    (dev.folder / "terraform.tfstate").touch()
    (dev.folder / copy).write_text(FULL)
    with pytest.raises(TealformError) as captured:
        state_files.check(dev)
    assert str(captured.value) == (
        f"environments/dev/terraform.tfstate: is empty, so that all would be made a second time; environments/dev/{copy} is the "
        "state before the last change: copy it over terraform.tfstate. If nothing of it is there any more, remove "
        "terraform.tfstate"
    )
    (dev.folder / "terraform.tfstate").unlink()
    state_files.check(dev)


@pytest.mark.parametrize("copy", ["", NOTHING, FULL[:20]])
def test_empty_state_where_there_was_nothing(dev: GeneratedModule, copy: str) -> None:
    (dev.folder / "terraform.tfstate").touch()
    (dev.folder / "terraform.tfstate.backup").write_text(copy)
    state_files.check(dev)


@pytest.mark.parametrize("where", [{"backend": {"s3": {}}}, [{"cloud": {"organization": "acme"}}]])
def test_empty_state_is_what_is_left_of_one_that_was_moved(dev: GeneratedModule, where: Any) -> None:
    (dev.folder / "terraform.tfstate").touch()
    (dev.folder / "terraform.tfstate.backup").write_text(FULL)
    generate(dev.folder, {"terraform": {"backend": {"local": {}}}})
    with pytest.raises(TealformError, match="is empty"):
        state_files.check(dev)
    generate(dev.folder, {"terraform": where})
    state_files.check(dev)


@pytest.mark.parametrize("backup", [None, "", '{"version'])
def test_half_a_state_without_a_whole_copy(dev: GeneratedModule, backup: str | None) -> None:
    (dev.folder / "terraform.tfstate").write_text('{"version"')
    if backup is not None:
        (dev.folder / "terraform.tfstate.backup").write_text(backup)
    with pytest.raises(TealformError, match="there is no whole copy of it here"):
        state_files.check(dev)


def test_state_that_could_be_saved_nowhere(dev: GeneratedModule) -> None:
    (dev.folder / "errored.tfstate").touch()
    with pytest.raises(
        TealformError, match=r"terraform\.tfstate: could not be saved whole.*Then remove errored\.tfstate"
    ):
        state_files.check(dev)


def test_nothing_is_changed_on_a_disk_that_is_nearly_full(
    dev: GeneratedModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev.data_folder.mkdir(parents=True)
    left = SimpleNamespace(free=3 * 1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: left)
    with pytest.raises(
        TealformError, match=r"^environments/dev: the disk has 3 MB left, .* make room for 100 MB first"
    ):
        state_files.back_up(dev)
    left.free *= 100
    state_files.back_up(dev)
