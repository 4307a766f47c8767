"""Two at once in one checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.operations.directory_lock import lock_folder
from tests import sessions
from tests.inventory import ROOT
from tests.unit.operations import modules

HOLDS = """
import sys, time
from pathlib import Path
from tealform.operations import root_module
from tealform.operations.directory_lock import at_work
root = Path(sys.argv[1])
with at_work(root_module.find(root, "dev"), "apply"):
    (root / "held").touch()
    time.sleep(60)
"""


def test_second_command_says_who_is_at_work_until_that_one_is_killed(tmp_path: Path) -> None:
    dev = modules.write(tmp_path)
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], cwd=ROOT)
    try:
        sessions.wait_for(tmp_path / "held")
        with pytest.raises(TealformError) as refused, lock_folder(dev, "plan"):
            pass
        start = f"environments/dev: make apply is at work here, process {holder.pid}, since 2"
        assert str(refused.value).startswith(start)
        assert str(refused.value).endswith("; wait until that has ended")
    finally:
        holder.kill()
        holder.wait()
    with lock_folder(dev, "plan"):
        pass


def test_commands_on_different_environments_do_not_wait_for_each_other(tmp_path: Path) -> None:
    dev, staging = modules.write(tmp_path), modules.write(tmp_path, name="staging")
    with lock_folder(dev, "plan"), lock_folder(staging, "plan"):
        assert dev.kept != staging.kept


def test_one_after_the_other(tmp_path: Path) -> None:
    dev = modules.write(tmp_path)
    for command in ("plan", "apply"):
        with lock_folder(dev, command):
            assert command in (dev.kept / "at-work").read_text()


def test_what_is_kept_is_for_its_owner_alone(tmp_path: Path) -> None:
    dev = modules.write(tmp_path)
    with lock_folder(dev, "plan"):
        assert dev.kept.stat().st_mode & 0o777 == 0o700
