"""A team renames and deletes the shipped environments of this repository: every command still works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.inventory import ROOT
from tests.unit.review.pull_request import git

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which ``dev`` is called ``qa``, ``prod`` and ``staging`` are gone, and a branch changes a setting."""
    root = tmp_path_factory.mktemp("team") / "clone"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, root], check=True, capture_output=True)
    git(root, "switch", "--quiet", "--force-create", "main")
    git(root, "mv", "environments/dev", "environments/qa")
    for name in ("prod", "staging"):
        shutil.rmtree(root / "environments" / name)
    _run_ok(root, "synth")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Keep one environment")
    git(root, "switch", "--quiet", "--create", "change")
    settings = root / "environments" / "qa" / "environment.hcl"
    settings.write_text(settings.read_text() + "\nlog_retention_days = 90\n")
    _run_ok(root, "synth", "qa")
    git(root, "commit", "--quiet", "--all", "--message", "Keep logs for 90 days")
    return root


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tealform", "--root", str(root), *arguments]
    return subprocess.run(command, cwd=root, env=dict(os.environ), capture_output=True, text=True, check=False)


def _run_ok(root: Path, *arguments: str) -> str:
    ran = _run(root, *arguments)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_generated_files_are_current(root: Path) -> None:
    assert _run_ok(root, "synth", "--check") == "Synthesizing qa\n"


def test_first_apply_can_be_planned_offline(root: Path) -> None:
    assert "shop-qa-web" in _run_ok(root, "plan", "--offline", "qa")


def test_policy_checks_the_renamed_environment(root: Path) -> None:
    ran = _run(root, "policy")
    # Waivers moved with the folder; findings are not errors.
    assert ran.returncode in (0, 1), ran.stderr
    assert "policy: 1 environment" in ran.stdout


def test_review_compares_with_the_base(root: Path) -> None:
    ran = _run(root, "review", "--base", "main")
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    assert "retention_in_days: 365 -> 90" in ran.stdout
    assert (root / ".cache" / "review" / "comment.md").is_file()


def test_offline_stages_of_verification_pass(root: Path) -> None:
    assert "2 passed, 0 failed, 0 skipped" in _run_ok(root, "verify", "--offline")
