"""Before Terraform is asked, what speaks against it is told, with what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.terraform.hcp import cloud_block
from tests.unit.terraform.hcp.conftest import TOKEN, Service, Write, workspace

WORKSPACE = "GET organizations/acme/workspaces/shop-dev"


def said(folder: Path, **how: Any) -> str:
    with pytest.raises(TealformError) as caught:
        cloud_block.check_workspace(folder, **how)
    assert TOKEN not in str(caught.value)
    return str(caught.value)


def test_a_workspace_that_is_there_and_fits_passes_without_a_word(
    hcp: Service, environment: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    hcp.answers[WORKSPACE] = (200, workspace())
    cloud_block.check_workspace(environment(), applies=True)
    assert capsys.readouterr() == ("", "")
    assert [each.headers["Authorization"] for each in hcp.asked] == [f"Bearer {TOKEN}"]


def test_nobody_is_asked_about_a_state_that_is_elsewhere(hcp: Service, environment: Write) -> None:
    folder = environment()
    (folder / "cdk.tf.json").write_text(json.dumps({"terraform": {"backend": {"local": {}}}}))
    cloud_block.check_workspace(folder)
    assert hcp.asked == []


def test_a_workspace_that_is_missing_is_told_before_terraform_creates_it(hcp: Service, environment: Write) -> None:
    assert said(environment()) == (
        'environments/dev/environment.hcl:1: organization "acme" at app.terraform.io has no workspace "shop-dev", which is '
        "its name as environment.hcl says none, or the token may not see it; mend the name, or create the workspace there "
        "as docs/hcp-terraform.md says, or let Terraform create it: make terraform ENV=dev ARGS=init"
    )


def test_a_workspace_with_a_slip_in_its_name_is_told_where_the_name_stands(hcp: Service, environment: Write) -> None:
    state = 'state "cloud" {\n  organization = "acme"\n  workspace = "shpo"\n}'
    assert said(environment(state, workspaces={"name": "shpo"})) == (
        'environments/dev/environment.hcl:3: organization "acme" at app.terraform.io has no workspace "shpo", or the token '
        "may not see it; mend the name, or create the workspace there as docs/hcp-terraform.md says, or let Terraform create "
        "it: make terraform ENV=dev ARGS=init"
    )


def test_an_organization_that_is_not_known_is_told(hcp: Service, environment: Write) -> None:
    del hcp.answers["GET organizations/acme/entitlement-set"]
    assert said(environment()) == (
        'environments/dev/environment.hcl:1: app.terraform.io does not know organization "acme", or the token may not see '
        "it; mend the name, or use a token that may: run «terraform login app.terraform.io», without an own terraform: make "
        'terraform ENV=<environment> ARGS="login app.terraform.io"; or set the environment variable '
        "TF_TOKEN_app_terraform_io"
    )


def test_an_organization_may_come_from_the_environment_variable(
    hcp: Service, environment: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = environment('state "cloud" {}', organization=None)
    assert said(folder) == (
        'environments/dev: nothing says which organization of HCP Terraform holds workspace "shop-dev"; set organization in '
        'state "cloud", or the environment variable TF_CLOUD_ORGANIZATION'
    )
    monkeypatch.setenv("TF_CLOUD_ORGANIZATION", "other")
    assert 'does not know organization "other" (TF_CLOUD_ORGANIZATION), or' in said(folder)
    monkeypatch.setenv("TF_CLOUD_ORGANIZATION", "acme")
    hcp.answers[WORKSPACE] = (200, workspace())
    cloud_block.check_workspace(folder)


def test_a_token_that_is_missing_or_rejected_is_told(hcp: Service, environment: Write, tmp_path: Path) -> None:
    folder = environment()
    how = (
        "run «terraform login app.terraform.io», without an own terraform: make terraform ENV=<environment> "
        'ARGS="login app.terraform.io"; or set the environment variable TF_TOKEN_app_terraform_io'
    )
    hcp.answers[WORKSPACE] = (401, {"errors": [{"status": "401", "title": "unauthorized"}]})
    assert said(folder) == f"app.terraform.io rejects the token; {how}"
    hcp.configure(tmp_path / "cli.tfrc", token="")
    assert said(folder) == f"there is no token for app.terraform.io; {how}"


def test_a_host_that_cannot_be_reached_is_told(
    environment: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    Service("http://127.0.0.1:9").configure(tmp_path / "cli.tfrc")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "cli.tfrc"))
    assert said(environment()).startswith("app.terraform.io cannot be reached: ")


def test_what_only_a_credentials_helper_knows_is_left_to_terraform(
    hcp: Service, environment: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hcp.configure(tmp_path / "cli.tfrc", token="")
    with (tmp_path / "cli.tfrc").open("a") as stream:
        stream.write('credentials_helper "vault" {\n  args = []\n}\n')
    cloud_block.check_workspace(environment())
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
    assert said(folder) == (
        'environments/dev/environment.hcl:3: workspace "shop-dev" is in project "Default Project", not in "Shops"; mend the '
        "name, or move the workspace in its settings"
    )
    hcp.answers["GET projects/prj-1"] = (200, {"data": {"id": "prj-1", "attributes": {"name": "Shops"}}})
    cloud_block.check_workspace(folder)
    del hcp.answers["GET projects/prj-1"]
    cloud_block.check_workspace(folder)


@pytest.mark.parametrize("fits", ["environments/dev", "/environments/dev/", "project/environments/dev", "dev", ""])
def test_a_working_directory_must_be_the_end_of_the_folder(hcp: Service, environment: Write, fits: str) -> None:
    folder = environment()
    hcp.answers[WORKSPACE] = (200, workspace(working_directory="environments/prod"))
    assert said(folder) == (
        'environments/dev: workspace "shop-dev" runs in the working directory environments/prod, which this folder is not; '
        "set the workspace's working directory to environments/dev, or leave it empty"
    )
    hcp.answers[WORKSPACE] = (200, workspace(working_directory=fits))
    cloud_block.check_workspace(folder)


@pytest.mark.parametrize("fits", ["1.11.0", "1.12.0-beta1", "latest", "~> 1.5"])
def test_a_terraform_that_is_too_old_is_told(hcp: Service, environment: Write, fits: str) -> None:
    folder = environment()
    hcp.answers[WORKSPACE] = (200, workspace(terraform_version="1.10.5"))
    assert said(folder) == (
        'environments/dev: workspace "shop-dev" runs Terraform 1.10.5, and >= 1.11 is needed; set the workspace\'s Terraform '
        "version"
    )
    hcp.answers[WORKSPACE] = (200, workspace(terraform_version=fits))
    cloud_block.check_workspace(folder)


def test_where_terraform_runs_here_its_version_and_folder_there_do_not_matter(hcp: Service, environment: Write) -> None:
    here = workspace(execution_mode="local", terraform_version="1.0.0", working_directory="elsewhere")
    hcp.answers[WORKSPACE] = (200, here)
    cloud_block.check_workspace(environment())


def test_a_workspace_that_is_connected_to_a_repository_applies_what_is_merged(hcp: Service, environment: Write) -> None:
    connection = {"identifier": "acme/infrastructure", "branch": "main"}
    hcp.answers[WORKSPACE] = (200, workspace(vcs_repo=connection))
    assert said(environment()) == (
        'environments/dev: workspace "shop-dev" is connected to acme/infrastructure, so that no plan can be kept here and '
        "applied: what is merged to branch main is applied there. To see what a change would do: make speculative-plan "
        "ENV=dev"
    )


def test_a_token_that_may_only_read_is_told(hcp: Service, environment: Write) -> None:
    hcp.answers[WORKSPACE] = (200, workspace(permissions={"can-queue-run": False}))
    assert said(environment()) == (
        'environments/dev: the token for app.terraform.io may not plan in workspace "shop-dev"; give it «Plan»'
    )


class TestALock:
    LOCKED = workspace(
        locked=True,
        locked_reason="moving things",
        relationships={"locked-by": {"data": {"id": "user-1", "type": "users"}}},
    ) | {"included": [{"id": "user-1", "type": "users", "attributes": {"username": "ada"}}]}
    BY = 'environments/dev: workspace "shop-dev" is locked by ada (moving things)'

    def test_is_told_and_lets_plan(self, hcp: Service, environment: Write, capsys: pytest.CaptureFixture[str]) -> None:
        hcp.answers[WORKSPACE] = (200, self.LOCKED)
        cloud_block.check_workspace(environment())
        assert (
            capsys.readouterr().err
            == f"{self.BY}: it is not applied before it is unlocked, and the plan may wait for that\n"
        )

    def test_stops_an_apply(self, hcp: Service, environment: Write) -> None:
        hcp.answers[WORKSPACE] = (200, self.LOCKED)
        assert said(environment(), applies=True) == (
            f"{self.BY}; wait until that has ended, or have it unlocked in HCP Terraform. Nothing was done"
        )

    def test_stops_a_plan_that_is_made_here(self, hcp: Service, environment: Write) -> None:
        here = json.loads(json.dumps(self.LOCKED))
        here["data"]["attributes"]["execution-mode"] = "local"
        hcp.answers[WORKSPACE] = (200, here)
        assert said(environment()).startswith(f"{self.BY}; wait until")

    def test_of_a_run_says_which(self, hcp: Service, environment: Write) -> None:
        found = workspace(locked=True, relationships={"locked-by": {"data": {"id": "run-7", "type": "runs"}}})
        details = {"status": "applying", "created-at": "2026-03-01T10:00:00Z"}
        hcp.answers[WORKSPACE] = (200, found | {"included": [{"id": "run-7", "type": "runs", "attributes": details}]})
        assert "is locked by run run-7 (applying, 2026-03-01T10:00:00Z);" in said(environment(), applies=True)

    def test_of_somebody_who_is_not_told_is_told_all_the_same(self, hcp: Service, environment: Write) -> None:
        hcp.answers[WORKSPACE] = (200, workspace(locked=True))
        assert "is locked by somebody;" in said(environment(), applies=True)
