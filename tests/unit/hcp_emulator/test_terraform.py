"""Terraform itself with an emulated HCP Terraform."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tealform.synth import environments
from tealform.terraform import subprocesses, terraform_binaries
from tealform_harness.hcp_emulator.models import EmulatedWorkspace, Organization
from tealform_harness.hcp_emulator.server import TOKEN, EmulatedHcp, running
from tealform_harness.provider_stub.server import serve
from tests.inventory import ROOT
from tests.unit.hcp_emulator.test_runs import greeting

_BOOKMARK = "plan.tfplan"


class Module:
    """A folder whose state is in the workspace ``name``, and Terraform in it."""

    def __init__(self, folder: Path, hcp: EmulatedHcp, name: str, variables: dict[str, str] | None = None) -> None:
        self.folder, self._name = folder, name
        self._variables = {**terraform_binaries.unattended_environment(), **hcp.environment(), **(variables or {})}

    def write(self, document: dict[str, Any]) -> None:
        cloud = {"organization": "acme", "workspaces": {"name": self._name}}
        terraform = {name: value for name, value in document.get("terraform", {}).items() if name != "backend"}
        (self.folder / "main.tf.json").write_text(json.dumps(document | {"terraform": terraform | {"cloud": cloud}}))

    def run(self, command: str, *arguments: str, code: int = 0) -> str:
        """What the command says; it must end with ``code``."""
        line = [*terraform_binaries.list_terraforms()[0].command, command, *arguments]
        ran = subprocesses.run(line, self._variables, self.folder)
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr


@pytest.fixture
def module(tmp_path: Path, hcp: EmulatedHcp, workspace: EmulatedWorkspace) -> Module:
    made = Module(tmp_path, hcp, workspace.name)
    made.write(greeting())
    made.run("init")
    return made


def test_saved_plan_is_shown_applied_and_then_of_no_use(module: Module, workspace: EmulatedWorkspace) -> None:
    workspace.structured = True
    planned = module.run("plan", "-no-color", f"-out={_BOOKMARK}")
    assert planned.count("terraform_data.greeting will be created") == 1
    bookmark = json.loads((module.folder / _BOOKMARK).read_text())
    assert set(bookmark) == {"remote_plan_format", "run_id", "hostname"}
    shown = module.run("show", "-no-color", _BOOKMARK)
    assert "terraform_data.greeting will be created" in shown
    assert "Run status: planned and saved (confirmable)\nWorkspace is unlocked" in shown
    assert json.loads(module.run("show", "-json", _BOOKMARK))["resource_changes"][0]["change"]["actions"] == ["create"]

    workspace.structured = False
    applied = module.run("apply", "-no-color", _BOOKMARK)
    # What Terraform there says comes here from its first line to its last.
    assert re.search(r"greeting: Creating\.\.\..*greeting: Creation complete.*Apply complete!", applied, re.DOTALL)
    assert "Saved plan is already applied" in module.run("apply", "-no-color", _BOOKMARK, code=1)


@pytest.mark.slow
def test_apply_waits_for_a_locked_workspace_and_says_so(
    module: Module, workspace: EmulatedWorkspace, hcp: EmulatedHcp
) -> None:
    workspace.locked_by = "anna"
    with ThreadPoolExecutor() as pool:
        applying = pool.submit(module.run, "apply", "-no-color", "-auto-approve")
        # It looks at its run once for itself, twice to tell what it waits for, and then ever again.
        while not applying.done() and _looks(hcp, workspace) < 4:
            time.sleep(0.02)
        assert workspace.states == []
        workspace.locked_by = ""
        output = applying.result()
    assert "Waiting for the manually locked workspace to be unlocked..." in output
    assert "Apply complete!" in output


def _looks(hcp: EmulatedHcp, workspace: EmulatedWorkspace) -> int:
    runs = [each for each in hcp.organization.runs.values() if each.workspace is workspace]
    return sum(hcp.calls.count(f"GET /runs/{each.id}") for each in runs)


@pytest.mark.slow
def test_whole_environment_lives_and_dies_there(tmp_path: Path) -> None:
    folder = ROOT / "environments" / "dev"
    with serve(environments.list_declared(folder)) as stand_in:
        organization = Organization("acme", TOKEN)
        with running(organization, stand_in.variables) as hcp:
            module = Module(tmp_path, hcp, "shop-dev", stand_in.variables)
            module.write(environments.load_document(folder))
            module.run("init")
            workspace = organization.workspaces["shop-dev"]
            module.run("plan", "-no-color", f"-out={_BOOKMARK}")
            declared = json.loads(module.run("show", "-json", _BOOKMARK))["resource_changes"]
            assert "Run status: planned and saved" in module.run("show", "-no-color", _BOOKMARK)
            assert "Apply complete!" in module.run("apply", "-no-color", _BOOKMARK)
            kept = [each for each in json.loads(workspace.states[-1])["resources"] if each["mode"] == "managed"]
            assert len(kept) == len([each for each in declared if each["mode"] == "managed"]) > 50
            assert "No changes." in module.run("plan", "-no-color", "-detailed-exitcode")
            module.run("output", "-json")
