"""`make drift`, which is green only if what is committed is what would be generated."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.inventory import ROOT

GENERATED = Path("environments", "dev", "cdk.tf.json")


def git(folder: Path, *arguments: str) -> None:
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *author, *arguments], cwd=folder, check=True, capture_output=True)


def drift(folder: Path) -> tuple[int, str]:
    made = subprocess.run(
        ["make", "--old-file=.venv/.run", "drift"], cwd=folder, capture_output=True, text=True, check=False
    )
    return made.returncode, made.stdout + made.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose synthesis writes what is in the file ``settings``."""
    shutil.copyfile(ROOT / "Makefile", tmp_path / "Makefile")
    (tmp_path / "settings").write_text("one\n")
    (tmp_path / GENERATED.parent).mkdir(parents=True)
    (tmp_path / GENERATED.parent / "environment.hcl").touch()
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\ncp settings {GENERATED}\n")
    python.chmod(0o755)
    (tmp_path / ".gitignore").write_text(".venv\n")
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "one")
    return tmp_path


def test_what_was_never_committed_is_told(project: Path) -> None:
    code, said = drift(project)
    assert code != 0
    assert f"?? {GENERATED}" in said


def test_what_is_committed_is_held_against_the_settings(project: Path) -> None:
    drift(project)
    git(project, "add", ".")
    git(project, "commit", "-m", "two")
    assert drift(project) == (0, "")
    (project / "settings").write_text("two\n")
    code, said = drift(project)
    assert code != 0
    assert "-one\n+two\n" in said
