"""Before Terraform runs, what keeps it from working in the workspace is reported, with what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.terraform.hcp import preflight
from tests.unit.terraform.hcp.conftest import TOKEN, Service, Write, workspace

WORKSPACE = "GET organizations/acme/workspaces/shop-dev"
ORGANIZATION = "GET organizations/acme/entitlement-set"
HOW_TO_GET_A_TOKEN = (
    "run: terraform login app.terraform.io; if terraform is not installed, run: tealform terraform ENVIRONMENT login "
    "app.terraform.io; or set the environment variable TF_TOKEN_app_terraform_io"
)
HOW_TO_GET_A_WORKSPACE = (
    "or the token may not see it; mend the name, or create the workspace there as docs/hcp-terraform.md says, or let "
    "Terraform create it: tealform terraform dev init"
)


def refusal(folder: Path, *, applies: bool = False) -> str:
    with pytest.raises(TealformError) as caught:
        preflight.check_workspace(folder, applies=applies)
    assert TOKEN not in str(caught.value)
    return str(caught.value)


def test_a_workspace_that_is_there_and_fits_passes_without_a_word(
    hcp: Service, environment: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    hcp.answers[WORKSPACE] = (200, workspace())
    preflight.check_workspace(environment(), applies=True)
    assert capsys.readouterr() == ("", "")
    assert [each.headers["Authorization"] for each in hcp.asked] == [f"Bearer {TOKEN}"]


def test_nobody_is_asked_about_a_state_that_is_elsewhere(hcp: Service, environment: Write) -> None:
    folder = environment()
    (folder / "cdk.tf.json").write_text(json.dumps({"terraform": {"backend": {"local": {}}}}))
    preflight.check_workspace(folder)
    assert hcp.asked == []


def test_a_workspace_that_is_missing_is_told_before_terraform_creates_it(hcp: Service, environment: Write) -> None:
    assert refusal(environment()) == (
        'environments/dev/environment.hcl:1: organization "acme" at app.terraform.io has no workspace "shop-dev", which is '
        f"its name as environment.hcl says none, {HOW_TO_GET_A_WORKSPACE}"
    )


def test_a_workspace_with_a_slip_in_its_name_is_told_where_the_name_stands(hcp: Service, environment: Write) -> None:
    state = 'state "cloud" {\n  organization = "acme"\n  workspace = "shpo"\n}'
    assert refusal(environment(state, workspaces={"name": "shpo"})) == (
        'environments/dev/environment.hcl:3: organization "acme" at app.terraform.io has no workspace "shpo", '
        f"{HOW_TO_GET_A_WORKSPACE}"
    )


def test_an_organization_that_is_not_known_is_told(hcp: Service, environment: Write) -> None:
    del hcp.answers[ORGANIZATION]
    assert refusal(environment()) == (
        'environments/dev/environment.hcl:1: app.terraform.io does not know organization "acme", or the token may not see '
        f"it; mend the name, or use a token that may: {HOW_TO_GET_A_TOKEN}"
    )


def test_an_organization_may_come_from_the_environment_variable(
    hcp: Service, environment: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = environment('state "cloud" {}', organization=None)
    assert refusal(folder) == (
        'environments/dev: nothing says which organization of HCP Terraform holds workspace "shop-dev"; set organization in '
        'state "cloud", or the environment variable TF_CLOUD_ORGANIZATION'
    )
    monkeypatch.setenv("TF_CLOUD_ORGANIZATION", "other")
    assert 'does not know organization "other" (TF_CLOUD_ORGANIZATION), or' in refusal(folder)
    monkeypatch.setenv("TF_CLOUD_ORGANIZATION", "acme")
    hcp.answers[WORKSPACE] = (200, workspace())
    preflight.check_workspace(folder)


def test_a_token_that_is_missing_or_rejected_is_told(hcp: Service, environment: Write, tmp_path: Path) -> None:
    folder = environment()
    hcp.answers[WORKSPACE] = (401, {"errors": [{"status": "401", "title": "unauthorized"}]})
    assert refusal(folder) == f"app.terraform.io rejects the token; {HOW_TO_GET_A_TOKEN}"
    hcp.configure(tmp_path / "cli.tfrc", token="")
    assert refusal(folder) == f"there is no token for app.terraform.io; {HOW_TO_GET_A_TOKEN}"


@pytest.mark.usefixtures("quick")
def test_a_host_that_cannot_be_reached_is_told(
    environment: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Service("http://127.0.0.1:9").configure(tmp_path / "cli.tfrc")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "cli.tfrc"))
    assert refusal(environment()).startswith("app.terraform.io cannot be reached: ")


def test_what_only_a_credentials_helper_knows_is_left_to_terraform(
    hcp: Service, environment: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hcp.configure(tmp_path / "cli.tfrc", token="")
    with (tmp_path / "cli.tfrc").open("a") as stream:
        stream.write('credentials_helper "vault" {\n  args = []\n}\n')
    preflight.check_workspace(environment())
    assert capsys.readouterr().err == (
        'the token for app.terraform.io is known to the credentials helper "vault", which only Terraform asks: whether '
        'workspace "shop-dev" of organization "acme" at app.terraform.io is there has not been looked at, and Terraform '
        "would create it\n"
    )
    assert hcp.asked == []


def test_the_project_must_be_the_one_that_is_said(hcp: Service, environment: Write) -> None:
    state = 'state "cloud" {\n  organization = "acme"\n  project = "Shops"\n}'
    folder = environment(state, workspaces={"name": "shop-dev", "project": "Shops"})
    found = workspace(relationships={"project": {"data": {"id": "prj-1", "type": "projects"}}})
    hcp.answers[WORKSPACE] = (200, found)
    hcp.answers["GET projects/prj-1"] = (200, {"data": {"id": "prj-1", "attributes": {"name": "Default Project"}}})
    assert refusal(folder) == (
        'environments/dev/environment.hcl:3: workspace "shop-dev" is in project "Default Project", not in "Shops"; mend the '
        "name, or move the workspace in its settings"
    )
    hcp.answers["GET projects/prj-1"] = (200, {"data": {"id": "prj-1", "attributes": {"name": "Shops"}}})
    preflight.check_workspace(folder)
    del hcp.answers["GET projects/prj-1"]
    preflight.check_workspace(folder)


CONNECTION = {"identifier": "acme/infrastructure", "branch": "main"}
DIRECTORY = (
    'environments/dev: workspace "shop-dev" runs in the working directory environments/prod, which this folder is not; '
    "set the workspace's working directory to environments/dev, or leave it empty"
)
VERSION = (
    'environments/dev: workspace "shop-dev" runs Terraform 1.10.5, and >= 1.11 is needed; set the workspace\'s Terraform '
    "version"
)
CONNECTED = (
    'environments/dev: workspace "shop-dev" is connected to acme/infrastructure, so that no plan can be kept here and '
    "applied: what is merged to branch main is applied there. To see what a change would do, run: tealform plan --speculative dev"
)
MAY_NOT = 'environments/dev: the token for app.terraform.io may not plan in workspace "shop-dev"; give it «Plan»'


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"working_directory": "environments/prod"}, DIRECTORY),
        ({"working_directory": "environments/dev"}, ""),
        ({"working_directory": "/environments/dev/"}, ""),
        ({"working_directory": "project/environments/dev"}, ""),
        ({"working_directory": "dev"}, ""),
        ({"working_directory": ""}, ""),
        ({"terraform_version": "1.10.5"}, VERSION),
        ({"terraform_version": "1.11.0"}, ""),
        ({"terraform_version": "1.12.0-beta1"}, ""),
        ({"terraform_version": "latest"}, ""),
        ({"terraform_version": "~> 1.5"}, ""),
        # Where Terraform runs here, its version and folder there do not matter.
        ({"execution_mode": "local", "terraform_version": "1.0.0", "working_directory": "elsewhere"}, ""),
        ({"vcs_repo": CONNECTION}, CONNECTED),
        ({"permissions": {"can-queue-run": False}}, MAY_NOT),
    ],
    ids=str,
)
def test_what_is_set_in_the_workspace_must_fit(
    hcp: Service, environment: Write, attributes: dict[str, Any], message: str
) -> None:
    hcp.answers[WORKSPACE] = (200, workspace(**attributes))
    if message:
        assert refusal(environment()) == message
    else:
        preflight.check_workspace(environment())


def locked(kind: str = "", id_: str = "", holder: dict[str, str] | None = None, **attributes: Any) -> dict[str, Any]:
    identifier = {"id": id_, "type": kind}
    found = workspace(locked=True, relationships={"locked-by": {"data": identifier}} if kind else {}, **attributes)
    return found | {"included": [identifier | {"attributes": holder}]} if holder else found


BY_ADA: dict[str, Any] = {
    "kind": "users",
    "id_": "user-1",
    "holder": {"username": "ada"},
    "locked_reason": "moving things",
}
RUN: dict[str, Any] = {"status": "applying", "created-at": "2026-03-01T10:00:00Z"}
BY = 'environments/dev: workspace "shop-dev" is locked by ada (moving things)'


def test_a_lock_is_told_and_lets_plan(hcp: Service, environment: Write, capsys: pytest.CaptureFixture[str]) -> None:
    hcp.answers[WORKSPACE] = (200, locked(**BY_ADA))
    preflight.check_workspace(environment())
    message = f"{BY}: it is not applied before it is unlocked, and the plan may wait for that\n"
    assert capsys.readouterr().err == message


@pytest.mark.parametrize(
    ("found", "applies", "holder"),
    [
        pytest.param(locked(**BY_ADA), True, "ada (moving things)", id="an apply"),
        pytest.param(locked(**BY_ADA, execution_mode="local"), False, "ada (moving things)", id="a plan made here"),
        pytest.param(locked("runs", "run-7", RUN), True, "run run-7 (applying, 2026-03-01T10:00:00Z)", id="by a run"),
        pytest.param(locked(), True, "somebody", id="by nobody that is told"),
    ],
)
def test_a_lock_stops(hcp: Service, environment: Write, found: dict[str, Any], applies: bool, holder: str) -> None:
    hcp.answers[WORKSPACE] = (200, found)
    assert refusal(environment(), applies=applies) == (
        f'environments/dev: workspace "shop-dev" is locked by {holder}; wait until that has ended, or have it unlocked in '
        "HCP Terraform. Nothing was done"
    )
