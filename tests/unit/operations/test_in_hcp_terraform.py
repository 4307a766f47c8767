"""``plan``, ``apply`` and ``destroy`` of an environment whose runs are HCP Terraform's."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tealform.cli.main import main
from tealform.operations.root_module import RootModule
from tealform.plan.changes import Blocker
from tealform_harness.hcp_emulator.models import Organization, Run, Workspace
from tealform_harness.hcp_emulator.server import TOKEN, EmulatedHcp, running
from tests import sessions
from tests.unit.operations import modules
from tests.unit.operations.test_commands import Judges, judges
from tests.unit.operations.unjudged import command as unjudged

__all__ = ["judges"]
GREETING = "terraform_data.greeting"
Do = Callable[..., int]
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def hcp() -> Iterator[EmulatedHcp]:
    with running(Organization("acme", TOKEN), {}) as emulated:
        yield emulated


@pytest.fixture
def workspace(hcp: EmulatedHcp) -> Workspace:
    return hcp.organization.add_workspace("shop-dev", terraform_version="1.11.4")


@pytest.fixture
def do(tmp_path: Path, hcp: EmulatedHcp, judges: Judges, monkeypatch: pytest.MonkeyPatch) -> Do:
    for name, value in hcp.environment().items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: main(["--root", str(tmp_path), *arguments])


@pytest.fixture
def dev(tmp_path: Path) -> RootModule:
    return _write(tmp_path)


def _write(root: Path, organization: str = "acme", **greeting: Any) -> RootModule:
    cloud = {"organization": organization, "workspaces": {"name": "shop-dev"}}
    document = {"terraform": {"cloud": cloud}, **modules.greeting(**greeting)}
    return modules.write(root, document, settings='disposable = true\nstate "cloud" { organization = "acme" }')


def _runs(hcp: EmulatedHcp) -> list[Run]:
    return list(hcp.organization.runs.values())


def _resources(workspace: Workspace) -> list[str]:
    return [each["name"] for each in json.loads(workspace.states[-1])["resources"]] if workspace.states else []


@pytest.mark.slow
def test_plan_apply_no_change_and_destroy(
    tmp_path: Path, dev: RootModule, do: Do, hcp: EmulatedHcp, workspace: Workspace, capfd: Captured
) -> None:
    assert do("plan", "dev") == 0
    told = capfd.readouterr()
    assert told.out.startswith("dev: 1 to create\n")
    (run,) = _runs(hcp)
    assert f"https://app.terraform.io/app/acme/shop-dev/runs/{run.id}" in told.err
    assert (run.status, _resources(workspace)) == ("planned_and_saved", [])
    # The committed files are all that a run needs, and neither plans nor states are among them.
    assert run.files == ["cdk.tf.json", "environment.hcl"]

    assert do("apply", "dev") == 0
    assert (run.status, _resources(workspace)) == ("applied", ["greeting"])
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
    dev: RootModule, do: Do, hcp: EmulatedHcp, workspace: Workspace, judges: Judges, capfd: Captured
) -> None:
    judges.objections = (Blocker(GREETING, "somebody wants it"),)
    assert do("plan", "dev") == 0
    assert do("apply", "dev") == 1
    assert "STOPPED: somebody wants it" in capfd.readouterr().err
    assert [run.status for run in _runs(hcp)] == ["planned_and_saved"]
    assert do("apply", "dev", "--allow", GREETING) == 0
    assert _resources(workspace) == ["greeting"]


def test_plan_that_was_discarded_by_somebody(
    dev: RootModule, do: Do, hcp: EmulatedHcp, workspace: Workspace, capfd: Captured
) -> None:
    do("plan", "dev")
    hcp.organization.cancel(_runs(hcp)[0], "discarded")
    assert do("apply", "dev") == 2
    told = capfd.readouterr().err
    assert "Saved plan is discarded" in told
    assert told.endswith("nothing was done: Terraform does not take the plan any more; run: make plan ENV=dev\n")


@pytest.fixture
def slow(tmp_path: Path, do: Do, hcp: EmulatedHcp, workspace: Workspace, capfd: Captured) -> Iterator[list[str]]:
    """The command of an apply that takes longer there than anybody waits; ``begun`` tells that it is under way."""
    slowly = {"local-exec": {"command": f"touch '{tmp_path}/begun'; sleep 30"}}
    _write(tmp_path, provisioner=[slowly])
    assert do("plan", "dev") == 0
    yield unjudged(tmp_path, "apply", "dev")
    hcp.organization.cancel(_runs(hcp)[0], "canceled")


def test_run_that_is_canceled_by_somebody(slow: list[str], tmp_path: Path, hcp: EmulatedHcp) -> None:
    process = sessions.start(slow, dict(os.environ))
    sessions.wait_for(tmp_path / "begun")
    hcp.organization.cancel(_runs(hcp)[0], "canceled")
    told, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert _runs(hcp)[0].status == "canceled"
    # Terraform ends without a word, so Tealform says how to go on.
    assert told.endswith(
        "environments/dev: that did not end well. What was done, if anything, is in the state, and the plan is used up; "
        "make plan ENV=dev shows what is left. The run may still be going on in HCP Terraform\n"
    )


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        ("yes", "canceled", "The remote operation was successfully cancelled."),
        ("no", "applying", "The remote operation was not cancelled."),
    ],
)
def test_ctrl_c_asks_whether_the_run_shall_end_there_too(
    slow: list[str], tmp_path: Path, hcp: EmulatedHcp, answer: str, status: str, told: str
) -> None:
    terminal = sessions.Terminal(slow, dict(os.environ))
    sessions.wait_for(tmp_path / "begun")
    terminal.type(sessions.CTRL_C)
    terminal.read_until("Do you want to cancel the remote operation?")
    terminal.type(f"{answer}\n")
    terminal.end()
    assert told in terminal.shown
    assert _runs(hcp)[0].status == status


def test_policy_of_the_organization_that_fails(dev: RootModule, do: Do, workspace: Workspace, capfd: Captured) -> None:
    workspace.failing_policy = "hard-mandatory"
    assert do("plan", "dev") == 1
    told = capfd.readouterr().err
    assert "nobody-on-friday (hard-mandatory): failed" in told
    assert "Organization Policy Check hard failed." in told
    assert do("apply", "dev") == 2
    assert "there is no plan to apply" in capfd.readouterr().err


def test_missing_workspace_is_not_created(dev: RootModule, do: Do, hcp: EmulatedHcp, capfd: Captured) -> None:
    assert do("plan", "dev") == 2
    told = capfd.readouterr().err
    assert "shop-dev" in told
    assert "docs/hcp-terraform.md" in told
    assert hcp.organization.workspaces == {}
    # Who wants Terraform to create it says so.
    assert do("terraform", "dev", "init") == 0
    assert do("plan", "dev") == 0


def test_unknown_organization(tmp_path: Path, do: Do, workspace: Workspace, capfd: Captured) -> None:
    _write(tmp_path, organization="amce")
    assert do("plan", "dev") == 2
    assert "amce" in capfd.readouterr().err


@pytest.mark.parametrize("token", [None, "another"])
def test_token_that_is_missing_or_wrong(
    dev: RootModule,
    do: Do,
    hcp: EmulatedHcp,
    workspace: Workspace,
    token: str | None,
    capfd: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in hcp.environment(token).items():
        monkeypatch.setenv(name, value)
    assert do("plan", "dev") == 2
    told = capfd.readouterr().err
    assert "token" in told
    assert "another" not in told
    assert _runs(hcp) == []


def test_token_that_may_not_read_the_plan(dev: RootModule, do: Do, workspace: Workspace, capfd: Captured) -> None:
    workspace.denied = ("json-output",)
    assert do("plan", "dev") == 2
    assert "environments/dev: the plan cannot be shown: Couldn't show cloud plan: " in capfd.readouterr().err
    assert do("apply", "dev") == 2
    assert "there is no plan to apply" in capfd.readouterr().err


def test_state_alone_there_and_somebody_else_at_it(
    dev: RootModule, do: Do, hcp: EmulatedHcp, workspace: Workspace, capfd: Captured
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
