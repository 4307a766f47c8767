"""Terraform accepts what is shipped, and reports mistakes that only its own commands find.

The backend that an environment names is checked without a network, an account or a token.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tealform.settings import loader
from tealform.synth import environments
from tealform.terraform import terraform_binaries
from tealform.terraform.scratch_module import CommandResult
from tealform.terraform.terraform_binaries import Terraform
from tealform_harness import provider_stub
from tealform_harness.verify import stub_lifecycle
from tealform_harness.verify.result import StageResult
from tests import projects, support
from tests.inventory import ROOT

ENVIRONMENTS = ROOT / "environments"


def _verify(folder: Path, terraform: Terraform) -> list[StageResult]:
    with provider_stub.serve([environments.load_document(folder)]) as provider:
        return list(stub_lifecycle.verify(folder, terraform, provider.reattach, "both"))


@pytest.mark.slow
@pytest.mark.parametrize("terraform", terraform_binaries.list_terraforms(), ids=lambda each: each.origin)
@pytest.mark.parametrize("name", loader.list_environments(ENVIRONMENTS))
def test_shipped_environment_is_accepted(name: str, terraform: Terraform) -> None:
    schema, life = _verify(ENVIRONMENTS / name, terraform)
    assert (schema.status, schema.findings, schema.notes) == ("passed", (), ())
    assert (life.status, life.findings) == ("passed", ())
    expected = sum(len(each) for each in environments.load_document(ENVIRONMENTS / name)["resource"].values())
    assert life.notes == (f"{expected} resources",)


Body = dict[str, Any]


def _changed(root: Path, change: Callable[[Body], object]) -> Path:
    """The folder of a small environment ``dev`` with something changed in its generated Terraform."""
    text = support.environment(service="health_check { interval = 20 }")
    document = json.loads(json.dumps(support.template(text, "dev").document))
    change(document["resource"])
    folder = projects.write(root, document)
    (folder / loader.FILE).write_text(text)
    return folder


def _line(folder: Path, text: str) -> int:
    lines = (folder / loader.FILE).read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_schema_mistake_names_construct_and_line_and_stops(tmp_path: Path) -> None:
    def break_it(resources: Body) -> None:
        resources["aws_lb_target_group"]["service-web_target-groups_blue"]["colour"] = "blue"

    folder = _changed(tmp_path, break_it)
    (schema,) = _verify(folder, terraform_binaries.list_terraforms()[0])
    assert schema.status == "failed"
    (finding,) = schema.findings
    line = _line(folder, "health_check {")
    assert finding.startswith(f"validate: environments/dev/environment.hcl:{line}: service.web.health_check: ")
    assert "aws_lb_target_group.service-web_target-groups_blue (dev/service-web/target-groups/blue)" in finding
    assert '"colour"' in finding


@pytest.mark.slow
def test_plan_that_is_never_empty_fails(tmp_path: Path) -> None:
    def break_it(resources: Body) -> None:
        resources["aws_ecs_cluster"]["cluster"]["tags"] = {"time": "${timestamp()}"}

    _, life = _verify(_changed(tmp_path, break_it), terraform_binaries.list_terraforms()[0])
    assert life.status == "failed"
    assert any(
        "the plan after apply is not empty" in each and "(dev/cluster/cluster)" in each for each in life.findings
    )


def test_cycle_fails(tmp_path: Path) -> None:
    def break_it(resources: Body) -> None:
        groups = resources["aws_lb_target_group"]
        groups["service-web_target-groups_blue"]["tags"] = {
            "x": "${aws_lb_target_group.service-web_target-groups_green.arn}"
        }
        groups["service-web_target-groups_green"]["tags"] = {
            "x": "${aws_lb_target_group.service-web_target-groups_blue.arn}"
        }

    (schema,) = _verify(_changed(tmp_path, break_it), terraform_binaries.list_terraforms()[0])
    assert any("Cycle" in each for each in schema.findings)


def test_resources_in_own_files_are_verified_too(tmp_path: Path) -> None:
    folder = _changed(tmp_path, lambda _: None)
    (folder / "extra.tf").write_text('resource "aws_sqs_queue" "extra" {\n  colour = "blue"\n}\n')
    with provider_stub.serve(environments.list_declared(folder)) as provider:
        (schema,) = stub_lifecycle.verify(folder, terraform_binaries.list_terraforms()[0], provider.reattach, "both")
    (finding,) = schema.findings
    assert "environments/dev/extra.tf:2: aws_sqs_queue.extra: " in finding


def test_stage_is_skipped_if_the_provider_is_unreachable(tmp_path: Path) -> None:
    folder = _changed(tmp_path, lambda _: None)
    (folder / "extra.tf").write_text('module "extra" {\n  source = "./extra"\n}\n')
    (folder / "extra").mkdir()
    (folder / "extra" / "main.tf").write_text(
        'terraform {\n  required_providers {\n    odd = { source = "example.invalid/odd/odd" }\n  }\n}\n'
    )
    (schema,) = _verify(folder, terraform_binaries.list_terraforms()[0])
    assert schema.status == "skipped"
    assert any("example.invalid" in finding for finding in schema.findings)


S3 = {"bucket": "state", "key": "dev/terraform.tfstate", "region": "eu-west-1", "use_lockfile": True}
CLOUD = {"organization": "acme", "workspaces": {"name": "shop-dev"}}


def _init_backend(root: Path, terraform: dict[str, Any]) -> CommandResult:
    document = {"terraform": terraform}
    folder = projects.write(root, document)
    with provider_stub.serve([document]) as provider:
        return stub_lifecycle.init_backend(folder, terraform_binaries.list_terraforms()[0], provider.reattach)


@pytest.mark.parametrize("terraform", [{"backend": {"local": {}}}, {"backend": {"s3": S3}}, {"cloud": CLOUD}])
def test_valid_backend_is_accepted_although_it_cannot_be_reached(tmp_path: Path, terraform: dict[str, Any]) -> None:
    assert _init_backend(tmp_path, terraform).errors == ()


@pytest.mark.parametrize(
    ("terraform", "message"),
    [
        ({"backend": {"s3": S3 | {"bukket": "state"}}}, "bukket"),
        ({"backend": {"s3": {"bucket": "state", "region": "eu-west-1"}}}, "key"),
        ({"backend": {"attic": {}}}, "attic"),
        ({"cloud": CLOUD | {"colour": "blue"}}, "colour"),
    ],
)
def test_mistake_in_a_backend_is_reported(tmp_path: Path, terraform: dict[str, Any], message: str) -> None:
    errors = _init_backend(tmp_path, terraform).errors
    assert any(message in error.message for error in errors), errors
