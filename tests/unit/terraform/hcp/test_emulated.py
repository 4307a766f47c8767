"""Plans by runs of an emulated HCP Terraform: what is uploaded can be planned there, and the summary is that of ``make plan``."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.operations import plan_checks, speculative_plan
from tealform.operations.plan_checks import Judgement
from tealform.policy import plan_gate
from tealform.terraform import subprocesses
from tealform.terraform.hcp import preflight, run
from tealform_harness.hcp_emulator import server
from tealform_harness.hcp_emulator.models import Organization, Workspace
from tealform_harness.hcp_emulator.server import EmulatedHcp
from tests.inventory import ROOT
from tests.unit.operations import modules


@pytest.fixture
def emulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatedHcp]:
    with server.running(Organization("acme", server.TOKEN), {}) as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(run, "_PAUSE_SECONDS", 0.1)
        monkeypatch.setattr(plan_checks, "judge", lambda *_, **__: Judgement((), plan_gate.PlanGateResult()))
        yield running


def write(root: Path, **resource: Any) -> Path:
    document = modules.greeting(**resource)
    document["terraform"] = {"cloud": {"organization": "acme", "workspaces": {"name": "shop-dev"}}}
    return modules.write(root, document, settings='state "cloud" { organization = "acme" }').folder


def workspace(emulated: EmulatedHcp, **attributes: Any) -> Workspace:
    return emulated.organization.add_workspace("shop-dev", terraform_version="1.11.4", **attributes)


def test_what_a_pull_request_would_do_is_planned_there_and_told_as_make_plan_tells_it(
    emulated: EmulatedHcp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace(emulated, working_directory="environments/dev", vcs=True)
    write(tmp_path)
    assert speculative_plan.speculate(tmp_path, "dev", "summary") == 0
    told = capsys.readouterr()
    assert told.out.startswith("dev: 1 to create\n")
    (made,) = emulated.organization.runs.values()
    assert f"https://app.terraform.io/app/acme/workspaces/shop-dev/runs/{made.id}\n" in told.err
    assert (made.asked("plan-only"), made.configuration.speculative) == (True, True)
    assert made.workspace.states == []


def test_a_policy_that_stops_it_is_told_after_the_plan(
    emulated: EmulatedHcp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace(emulated, failing_policy="hard-mandatory")
    write(tmp_path)
    assert speculative_plan.speculate(tmp_path, "dev", "json") == 1
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert document["counts"]["create"] == 1
    assert document["run"]["failure"].startswith(
        "the plan was made, and stopped by a policy or a run task: a policy of the organization; see https://"
    )
    assert told.err.endswith(f"environments/dev: {document['run']['failure']}\n")


def test_a_plan_that_fails_there_is_told_in_terraforms_words(
    emulated: EmulatedHcp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace(emulated)
    write(tmp_path, input="${nothing.here}")
    assert speculative_plan.speculate(tmp_path, "dev", "summary") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "environments/dev: the plan failed: Reference to undeclared resource" in told.err


def test_what_is_looked_at_beforehand_creates_nothing(emulated: EmulatedHcp, tmp_path: Path) -> None:
    folder = write(tmp_path)
    with pytest.raises(TealformError, match='has no workspace "shop-dev"'):
        preflight.check(folder)
    assert emulated.organization.workspaces == {}
    workspace(emulated, locked_by="ada")
    with pytest.raises(TealformError, match="is locked by ada; wait"):
        preflight.check(folder, applies=True)


def test_a_run_that_is_started_here_uploads_environments_and_little_else(emulated: EmulatedHcp, tmp_path: Path) -> None:
    workspace(emulated, working_directory="environments/dev")
    write(tmp_path)
    shutil.copy(ROOT / ".terraformignore", tmp_path)
    for file in (
        ".venv/bin/python",
        ".venv-checkov/x",
        ".cache/x",
        "modules/x.py",
        "harness/x.py",
        "terraform.tfstate",
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("not this")
    (tmp_path / "environments" / "dev" / "more.tf").write_text('output "more" { value = 1 }\n')
    command = [sys.executable, "-m", "tealform", "--root", str(tmp_path), "terraform", "dev", "plan"]
    ran = subprocesses.run(command, os.environ, ROOT)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (made,) = emulated.organization.runs.values()
    with tarfile.open(fileobj=io.BytesIO(made.configuration.content)) as archive:
        files = {entry.name for entry in archive if entry.isfile()}
    ours = {"cdk.tf.json", "environment.hcl", "more.tf"}
    assert {f"environments/dev/{name}" for name in ours} <= files
    assert files <= {f"environments/dev/{name}" for name in ours} | {".terraformignore"}
