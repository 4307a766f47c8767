"""Commands on an environment whose runs are HCP Terraform's, which is emulated."""

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

from tealform.cli.main import main
from tealform.errors import TealformError
from tealform.operations.root_module import GeneratedModule
from tealform.plan.changes import Blocker
from tealform.terraform import subprocesses
from tealform.terraform.hcp import preflight, run
from tealform_harness.hcp_emulator.models import EmulatedWorkspace, Organization, Run
from tealform_harness.hcp_emulator.server import TOKEN, EmulatedHcp, running
from tests import sessions
from tests.inventory import ROOT
from tests.unit.operations.conftest import ADDRESS, Captured, FakeChecks, greeting, resources, unchecked_command, write
from tests.unit.operations.conftest import Run as Do


@pytest.fixture
def hcp() -> Iterator[EmulatedHcp]:
    with running(Organization("acme", TOKEN), {}) as emulated:
        yield emulated


@pytest.fixture
def workspace(hcp: EmulatedHcp) -> EmulatedWorkspace:
    return hcp.organization.add_workspace("shop-dev", terraform_version="1.11.4")


@pytest.fixture
def do(tmp_path: Path, hcp: EmulatedHcp, checks: FakeChecks, monkeypatch: pytest.MonkeyPatch) -> Do:
    for name, value in hcp.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(run, "_PAUSE_SECONDS", 0.1)
    return lambda *arguments: main(["--root", str(tmp_path), *arguments])


@pytest.fixture
def dev(tmp_path: Path) -> GeneratedModule:
    return _write(tmp_path)


def _write(root: Path, organization: str = "acme", **values: Any) -> GeneratedModule:
    cloud = {"organization": organization, "workspaces": {"name": "shop-dev"}}
    document = {"terraform": {"cloud": cloud}, **greeting(**values)}
    return write(root, document, settings='disposable = true\nstate "cloud" { organization = "acme" }')


def _runs(hcp: EmulatedHcp) -> list[Run]:
    return list(hcp.organization.runs.values())


def _resources(workspace: EmulatedWorkspace) -> list[str]:
    return resources(workspace.states[-1] if workspace.states else "")


@pytest.mark.slow
def test_plan_apply_no_change_and_destroy(
    tmp_path: Path, dev: GeneratedModule, do: Do, hcp: EmulatedHcp, workspace: EmulatedWorkspace, capfd: Captured
) -> None:
    assert do("plan", "dev") == 0
    captured = capfd.readouterr()
    assert captured.out.startswith("dev: 1 to create\n")
    (made,) = _runs(hcp)
    assert f"https://app.terraform.io/app/acme/shop-dev/runs/{made.id}" in captured.err
    assert (made.status, _resources(workspace)) == ("planned_and_saved", [])
    # The committed files are all that a run needs, and neither plans nor states are among them.
    assert made.files == ["cdk.tf.json", "environment.hcl"]

    assert do("apply", "dev") == 0
    assert (made.status, _resources(workspace)) == ("applied", ["greeting"])
    assert not (dev.folder / "terraform.tfstate").exists()
    capfd.readouterr()
    assert do("plan", "dev") == 0
    assert capfd.readouterr().out.startswith("dev: no changes")
    assert _runs(hcp)[-1].status == "planned_and_finished"

    _write(tmp_path, input="other")
    assert do("plan", "dev") == 0
    assert 'input: "hello" -> "other"' in capfd.readouterr().out
    assert do("apply", "dev") == 0
    assert do("destroy", "dev", "--confirm", "dev") == 0
    assert _resources(workspace) == []
    assert do("output", "dev") == 0


def test_objections_stop_an_apply_there_as_well(
    dev: GeneratedModule, do: Do, hcp: EmulatedHcp, workspace: EmulatedWorkspace, checks: FakeChecks, capfd: Captured
) -> None:
    checks.objections = (Blocker(ADDRESS, "somebody wants it"),)
    assert do("plan", "dev") == 0
    assert do("apply", "dev") == 1
    assert "STOPPED: somebody wants it" in capfd.readouterr().err
    assert [each.status for each in _runs(hcp)] == ["planned_and_saved"]
    assert do("apply", "dev", "--allow", ADDRESS) == 0
    assert _resources(workspace) == ["greeting"]


def test_plan_that_was_discarded_by_somebody(
    dev: GeneratedModule, do: Do, hcp: EmulatedHcp, workspace: EmulatedWorkspace, capfd: Captured
) -> None:
    do("plan", "dev")
    hcp.organization.cancel(_runs(hcp)[0], "discarded")
    assert do("apply", "dev") == 2
    captured = capfd.readouterr().err
    assert "Saved plan is discarded" in captured
    assert captured.endswith("nothing was done: Terraform no longer accepts the plan; run: tealform plan dev\n")


@pytest.fixture
def slow(
    tmp_path: Path, do: Do, hcp: EmulatedHcp, workspace: EmulatedWorkspace, capfd: Captured
) -> Iterator[list[str]]:
    """The command of an apply that takes longer there than anybody waits; ``begun`` tells that it is under way."""
    slowly = {"local-exec": {"command": f"touch '{tmp_path}/begun'; sleep 30"}}
    _write(tmp_path, provisioner=[slowly])
    assert do("plan", "dev") == 0
    yield unchecked_command(tmp_path, "apply", "dev")
    hcp.organization.cancel(_runs(hcp)[0], "canceled")


def test_run_that_is_canceled_by_somebody(slow: list[str], tmp_path: Path, hcp: EmulatedHcp) -> None:
    process = sessions.start(slow, dict(os.environ))
    sessions.wait_for(tmp_path / "begun")
    hcp.organization.cancel(_runs(hcp)[0], "canceled")
    captured, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert _runs(hcp)[0].status == "canceled"
    # Terraform ends without a word, so Tealform says how to go on.
    assert captured.endswith(
        "environments/dev: Terraform failed. What was done, if anything, is in the state, and the plan is used up; "
        "tealform plan dev shows what is left. The run may still be going on in HCP Terraform\n"
    )


@pytest.mark.parametrize(
    ("answer", "status", "captured"),
    [
        ("yes", "canceled", "The remote operation was successfully cancelled."),
        ("no", "applying", "The remote operation was not cancelled."),
    ],
)
def test_ctrl_c_asks_whether_the_run_shall_end_there_too(
    slow: list[str], tmp_path: Path, hcp: EmulatedHcp, answer: str, status: str, captured: str
) -> None:
    terminal = sessions.Terminal(slow, dict(os.environ))
    sessions.wait_for(tmp_path / "begun")
    terminal.type(sessions.CTRL_C)
    terminal.read_until("Do you want to cancel the remote operation?")
    terminal.type(f"{answer}\n")
    terminal.end()
    assert captured in terminal.shown
    assert _runs(hcp)[0].status == status


def test_policy_of_the_organization_that_fails(
    dev: GeneratedModule, do: Do, workspace: EmulatedWorkspace, capfd: Captured
) -> None:
    workspace.failing_policy = "hard-mandatory"
    assert do("plan", "dev") == 1
    captured = capfd.readouterr().err
    assert "nobody-on-friday (hard-mandatory): failed" in captured
    assert "Organization Policy Check hard failed." in captured
    assert do("apply", "dev") == 2
    assert "there is no plan to apply" in capfd.readouterr().err


def test_missing_workspace_is_not_created(dev: GeneratedModule, do: Do, hcp: EmulatedHcp, capfd: Captured) -> None:
    assert do("plan", "dev") == 2
    captured = capfd.readouterr().err
    assert "shop-dev" in captured
    assert "docs/hcp-terraform.md" in captured
    assert hcp.organization.workspaces == {}
    # Who wants Terraform to create it says so.
    assert do("terraform", "dev", "init") == 0
    assert do("plan", "dev") == 0


def test_unknown_organization(tmp_path: Path, do: Do, workspace: EmulatedWorkspace, capfd: Captured) -> None:
    _write(tmp_path, organization="amce")
    assert do("plan", "dev") == 2
    assert "amce" in capfd.readouterr().err


@pytest.mark.parametrize("token", [None, "another"])
def test_token_that_is_missing_or_wrong(
    dev: GeneratedModule,
    do: Do,
    hcp: EmulatedHcp,
    workspace: EmulatedWorkspace,
    token: str | None,
    capfd: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in hcp.environment(token).items():
        monkeypatch.setenv(name, value)
    assert do("plan", "dev") == 2
    captured = capfd.readouterr().err
    assert "token" in captured
    assert "another" not in captured
    assert _runs(hcp) == []


def test_token_that_may_not_read_the_plan(
    dev: GeneratedModule, do: Do, workspace: EmulatedWorkspace, capfd: Captured
) -> None:
    workspace.denied = ("json-output",)
    assert do("plan", "dev") == 2
    assert "environments/dev: the plan cannot be shown: Couldn't show cloud plan: " in capfd.readouterr().err
    assert do("apply", "dev") == 2
    assert "there is no plan to apply" in capfd.readouterr().err


def test_state_alone_there_and_somebody_else_at_it(
    dev: GeneratedModule, do: Do, hcp: EmulatedHcp, workspace: EmulatedWorkspace, capfd: Captured
) -> None:
    workspace.execution_mode = "local"
    assert do("plan", "dev") == 0
    workspace.locked_by = "anna"
    capfd.readouterr()
    assert do("apply", "dev") == 2
    assert "anna" in capfd.readouterr().err
    workspace.locked_by = ""
    assert do("apply", "dev") == 0
    assert (_resources(workspace), _runs(hcp)) == (["greeting"], [])


def test_speculative_plan_is_made_there_and_reported_as_make_plan_does(
    dev: GeneratedModule, do: Do, hcp: EmulatedHcp, workspace: EmulatedWorkspace, capfd: Captured
) -> None:
    workspace.working_directory, workspace.vcs = "environments/dev", True
    assert do("plan", "--speculative", "dev") == 0
    captured = capfd.readouterr()
    assert captured.out.startswith("dev: 1 to create\n")
    (made,) = _runs(hcp)
    assert f"https://app.terraform.io/app/acme/workspaces/shop-dev/runs/{made.id}\n" in captured.err
    assert (made.has("plan-only"), made.configuration.speculative) == (True, True)
    assert workspace.states == []


def test_speculative_plan_that_a_policy_stops_is_shown_with_the_policy(
    dev: GeneratedModule, do: Do, workspace: EmulatedWorkspace, capfd: Captured
) -> None:
    workspace.failing_policy = "hard-mandatory"
    assert do("plan", "--speculative", "dev", "--json") == 1
    captured = capfd.readouterr()
    document = json.loads(captured.out)
    assert document["counts"]["create"] == 1
    assert document["run"]["failure"].startswith(
        "the plan was made, and stopped by a policy or a run task: a policy of the organization; see https://"
    )
    assert captured.err.endswith(f"environments/dev: {document['run']['failure']}\n")


def test_speculative_plan_that_fails_there_is_reported_in_terraforms_words(
    tmp_path: Path, do: Do, workspace: EmulatedWorkspace, capfd: Captured
) -> None:
    _write(tmp_path, input="${nothing.here}")
    assert do("plan", "--speculative", "dev") == 1
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "environments/dev: the plan failed: Reference to undeclared resource" in captured.err


def test_locked_workspace_is_found_before_an_apply(dev: GeneratedModule, do: Do, workspace: EmulatedWorkspace) -> None:
    workspace.locked_by = "ada"
    with pytest.raises(TealformError, match="is locked by ada; wait"):
        preflight.check_workspace(dev.folder, applies=True)


def test_a_run_that_is_started_here_uploads_environments_and_little_else(
    tmp_path: Path, dev: GeneratedModule, do: Do, hcp: EmulatedHcp, workspace: EmulatedWorkspace
) -> None:
    workspace.working_directory = "environments/dev"
    shutil.copy(ROOT / ".terraformignore", tmp_path)
    others = (".venv/bin/python", ".cache/x", "modules/x.py", "harness/x.py", "terraform.tfstate")
    for file in others:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("not this")
    (dev.folder / "more.tf").write_text('output "more" { value = 1 }\n')
    command = [sys.executable, "-m", "tealform", "--root", str(tmp_path), "terraform", "dev", "plan"]
    ran = subprocesses.run(command, os.environ, ROOT)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (made,) = _runs(hcp)
    with tarfile.open(fileobj=io.BytesIO(made.configuration.content)) as archive:
        files = {entry.name for entry in archive if entry.isfile()}
    ours = {f"environments/dev/{name}" for name in ("cdk.tf.json", "environment.hcl", "more.tf")}
    assert ours <= files <= ours | {".terraformignore"}
