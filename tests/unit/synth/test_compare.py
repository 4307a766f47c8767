"""``tealform synth --check``: whether the generated files are what the settings generate, without writing any."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from tealform.service import lambda_packages
from tealform.settings.loader import GENERATED
from tealform.synth.app import App, SynthResult
from tests import support
from tests.unit.bootstrap.projects import ACCOUNT, S3, shared
from tests.unit.bootstrap.projects import write as write_project

DEV = f"environments/dev/{GENERATED}"
TEST = f"environments/test/{GENERATED}"
ARCHIVE = "environments/dev/smoke-test.zip"


@functools.cache
def generated(text: str, name: str) -> str:
    return support.generate_text({"dev": text, "test": support.environment()}, name)


def write(root: Path, text: str | None = None) -> None:
    """Write two environments, of which ``dev`` says ``text``, and what was generated for both of them before."""
    for name, before in (("dev", support.environment()), ("test", support.environment())):
        folder = root / "environments" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "environment.hcl").write_text(text if text and name == "dev" else before)
        (folder / GENERATED).write_text(generated(before, name))


def compare(root: Path, *names: str) -> tuple[SynthResult, list[str]]:
    """Return the result and the echoed lines, and make sure that nothing was written."""
    before = {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in root.rglob("*") if file.is_file()}
    lines: list[str] = []
    result = App().compare(root, names, lines.append)
    assert {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in root.rglob("*") if file.is_file()} == before
    return result, lines


def test_current_files(tmp_path: Path) -> None:
    write(tmp_path)
    result, lines = compare(tmp_path)
    assert (result.changed, result.errors, lines) == ([], [], ["Synthesizing dev, test"])


def test_changed_settings_show_the_difference(tmp_path: Path) -> None:
    write(tmp_path, support.environment(top="log_retention_days = 731"))
    result, lines = compare(tmp_path)
    assert (result.changed, result.errors) == ([DEV], [])
    assert f"--- {DEV} (on disk)" in lines
    assert any(line.startswith("-") and '"retention_in_days": 365' in line for line in lines)
    assert any(line.startswith("+") and '"retention_in_days": 731' in line for line in lines)


def test_refresh_writes_what_differs_and_reports_what_it_was(tmp_path: Path) -> None:
    write(tmp_path, support.environment(top="log_retention_days = 731"))
    lines: list[str] = []
    result = App().refresh(tmp_path, (), lines.append)
    assert (result.changed, result.errors) == ([DEV], [])
    assert any(line.startswith("+") and '"retention_in_days": 731' in line for line in lines)
    assert compare(tmp_path)[0].changed == []


def test_refresh_writes_valid_environments_beside_an_invalid_one(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / TEST).unlink()
    (tmp_path / "environments" / "dev" / "environment.hcl").write_text("mistake = 1\n")
    result = App().refresh(tmp_path, (), lambda _: None)
    assert result.changed == [TEST]
    assert any("mistake" in error for error in result.errors)
    assert (tmp_path / TEST).is_file()


def test_only_named_environments_are_compared(tmp_path: Path) -> None:
    write(tmp_path, support.environment(top="log_retention_days = 731"))
    assert compare(tmp_path, "test")[0].changed == []
    assert compare(tmp_path, "dev")[0].changed == [DEV]


def test_missing_file(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / TEST).unlink()
    result, lines = compare(tmp_path)
    assert result.changed == [TEST]
    assert f"{TEST}: missing" in lines


def test_file_that_is_not_text(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / DEV).write_bytes(b"\xff\xfe")
    result, lines = compare(tmp_path)
    assert result.changed == [DEV]
    assert f"{DEV}: differs" in lines


def test_file_with_other_line_endings(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / DEV).write_bytes((tmp_path / DEV).read_bytes().replace(b"\n", b"\r\n"))
    result, lines = compare(tmp_path)
    assert result.changed == [DEV]
    assert f"{DEV}: differs in its line endings" in lines


def test_archive_that_nothing_refers_to(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / ARCHIVE).write_bytes(lambda_packages.SMOKE_TEST.content)
    result, lines = compare(tmp_path)
    assert result.changed == [ARCHIVE]
    assert f"{ARCHIVE}: nothing refers to it" in lines


def test_archive_that_is_missing(tmp_path: Path) -> None:
    write(tmp_path, support.environment(service="release { smoke_test {} }"))
    assert compare(tmp_path)[0].changed == [ARCHIVE, DEV]


def test_file_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / DEV).unlink()
    (tmp_path / DEV).mkdir()
    (tmp_path / TEST).unlink()
    result, _ = compare(tmp_path)
    assert result.errors == [f"{DEV}: cannot be read: Is a directory"]
    assert result.changed == [TEST]


def test_errors_in_settings_do_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path, support.environment(service="cpu = 300"))
    (tmp_path / TEST).unlink()
    result, _ = compare(tmp_path)
    assert [error.partition(": ")[0] for error in result.errors] == ["environments/dev/environment.hcl:13"]
    assert result.changed == [TEST]


@pytest.mark.parametrize("names", [(), ("dev",)])
def test_accounts_are_compared_when_no_environment_is_named(tmp_path: Path, names: tuple[str, ...]) -> None:
    write_project(tmp_path, {"dev": shared(S3)})
    support.synth(tmp_path)
    support.bootstrap(tmp_path)
    assert compare(tmp_path, *names)[0] == SynthResult(
        generated=["dev"] if names else ["dev", ACCOUNT], changed=[], errors=[]
    )
    file = tmp_path / "bootstrap" / ACCOUNT / GENERATED
    file.write_text("{}")
    assert compare(tmp_path, *names)[0].changed == ([] if names else [f"bootstrap/{ACCOUNT}/{GENERATED}"])


def test_accounts_are_left_out_where_none_was_generated(tmp_path: Path) -> None:
    write_project(tmp_path, {"dev": shared(S3)})
    support.synth(tmp_path)
    assert compare(tmp_path)[0].changed == []
