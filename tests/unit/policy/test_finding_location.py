"""A finding leads to the line of the setting that mends it, or to that of the generated resource."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tealform.policy import scanner
from tealform.policy.environment import Environment
from tealform.policy.finding_location import FindingLocator
from tealform.policy.result import LocatedFinding
from tealform.policy.rule import Finding
from tealform.synth import environments
from tests.inventory import ROOT


@pytest.fixture
def prod(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    return tmp_path / "environments" / "prod"


def _tell(folder: Path, rule: str, address: str) -> LocatedFinding:
    environment = Environment(folder.name, environments.load_document(folder))
    resource = environment.get(address)
    assert resource is not None
    return FindingLocator(folder.parents[1], folder).describe(Finding(rule, "", address, environment.path(resource)))


def _line(told: LocatedFinding, folder: Path) -> str:
    return (folder.parent.parent / told.location.file).read_text().splitlines()[told.location.line - 1].strip()


def test_rule_that_names_a_setting_leads_to_its_line(prod: Path) -> None:
    told = _tell(prod, "TEAL_RELEASE_KEEPS_BLUE", "aws_codedeploy_deployment_group.delivery-api_deployment_group")
    assert told.setting == "service.api.release.keep_blue_minutes"
    assert _line(told, prod) == "keep_blue_minutes = 120"


def test_setting_that_is_left_out_leads_to_the_block_that_should_hold_it(prod: Path) -> None:
    told = _tell(prod, "TEAL_RELEASE_KEEPS_BLUE", "aws_codedeploy_deployment_group.delivery-web_deployment_group")
    assert told.setting == "service.web.release.keep_blue_minutes"
    assert _line(told, prod) == "release {"


def test_setting_in_the_common_file_is_told_there(prod: Path) -> None:
    told = _tell(prod, "TEAL_SERVICE_CONTAINER", "aws_ecs_service.service-web_service")
    assert told.location.file == Path("environments/common.hcl")
    assert _line(told, prod).startswith("port ")


def test_what_no_setting_decides_leads_to_the_generated_resource(prod: Path) -> None:
    told = _tell(prod, "CKV_AWS_7", "aws_kms_key.key")
    assert told.setting == ""
    assert told.location.file == Path("environments/prod/cdk.tf.json")
    assert _line(told, prod) == '"key": {'


def test_settings_that_cannot_be_read_lead_to_the_generated_resource(prod: Path) -> None:
    (prod / "environment.hcl").write_text("service {")
    told = _tell(prod, "TEAL_RELEASE_KEEPS_BLUE", "aws_codedeploy_deployment_group.delivery-api_deployment_group")
    assert told.setting == "service.api.release.keep_blue_minutes"
    assert _line(told, prod) == '"delivery-api_deployment_group": {'


def test_secret_leads_to_its_line() -> None:
    finding = Finding("CKV_SECRET_2", "", "environment.hcl#1f3c", message="environments/prod/environment.hcl:12: a key")
    told = FindingLocator(Path(), Path("environments/prod")).describe(finding)
    assert str(told.location) == "environments/prod/environment.hcl:12"


@pytest.mark.parametrize("scope", ["environments/prod", "artifacts"])
def test_secret_in_a_zip_leads_to_the_zip(tmp_path: Path, scope: str) -> None:
    folder = tmp_path / scope
    folder.mkdir(parents=True)
    (folder / "hook.zip").touch()
    finding = Finding("CKV_SECRET_2", "", "hook.zip/handler.py#1f3c", message=f"{scope}/hook.zip/handler.py:12: a key")
    assert str(FindingLocator(tmp_path, folder).describe(finding).location) == f"{scope}/hook.zip:1"


def test_protected_environment_is_production_whatever_its_name(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    file = tmp_path / "environments" / "dev" / "environment.hcl"
    assert not scanner.load_environment(tmp_path, "dev", {}).production
    file.write_text("protected = true\n" + file.read_text())
    assert scanner.load_environment(tmp_path, "dev", {}).production


@pytest.mark.parametrize("text", ["service {", 'protected = "yes"', None])
def test_environment_that_does_not_say_that_it_is_unprotected_is_production(tmp_path: Path, text: str | None) -> None:
    (tmp_path / "environments" / "dev").mkdir(parents=True)
    if text:
        (tmp_path / "environments" / "dev" / "environment.hcl").write_text(text)
    assert scanner.load_environment(tmp_path, "dev", {}).production
