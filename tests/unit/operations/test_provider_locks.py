"""The providers' lock files, from a mirror that this test makes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.operations import provider_locks
from tealform.operations.provider_locks import PLATFORMS
from tests.unit.operations.conftest import write

REQUIRED = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "6.25.0"}}}}


def _mirror(folder: Path, version: str) -> str:
    for platform in PLATFORMS:
        package = folder / "registry.terraform.io" / "hashicorp" / "aws" / version / platform
        package.mkdir(parents=True)
        (package / f"terraform-provider-aws_v{version}").write_text(f"for {platform}")
    return f"-fs-mirror={folder}"


@pytest.fixture(autouse=True)
def nothing_of_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", os.devnull)


def test_every_environment_gets_the_digests_of_all_platforms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("dev", "prod"):
        write(tmp_path, REQUIRED, name)
    mirror = _mirror(tmp_path / "mirror", "6.25.0")
    provider_locks.lock(tmp_path, [], [mirror], print)
    assert capsys.readouterr().out == (
        "environments/dev/.terraform.lock.hcl: written\nenvironments/prod/.terraform.lock.hcl: written\n"
    )
    locked = (tmp_path / "environments" / "dev" / ".terraform.lock.hcl").read_text()
    assert locked.count('"h1:') == len(PLATFORMS)
    assert 'version     = "6.25.0"' in locked
    provider_locks.lock(tmp_path, [], [mirror], print)
    assert capsys.readouterr().out.count(": unchanged\n") == 2


def test_providers_that_cannot_be_had_leave_every_file_as_it_was(tmp_path: Path) -> None:
    dev = write(tmp_path, REQUIRED)
    file = dev.folder / ".terraform.lock.hcl"
    file.write_text("as it was")
    with pytest.raises(TealformError, match=r"every lock file is as it was: .*6\.25\.0"):
        provider_locks.lock(tmp_path, [], [_mirror(tmp_path / "mirror", "6.24.0")], print)
    assert file.read_text() == "as it was"


def test_providers_are_found_in_either_form_of_a_block(tmp_path: Path) -> None:
    dev = write(tmp_path, {"terraform": [REQUIRED["terraform"]]})
    provider_locks.lock(tmp_path, [], [_mirror(tmp_path / "mirror", "6.25.0")], print)
    assert 'version     = "6.25.0"' in (dev.folder / ".terraform.lock.hcl").read_text()


def test_nothing_to_lock(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    with pytest.raises(TealformError, match=r"write environments/<name>/environment\.hcl"):
        provider_locks.lock(tmp_path, [], [], print)
