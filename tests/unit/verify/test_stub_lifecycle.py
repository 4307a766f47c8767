"""Terraform's verdict on what is shipped, and on what is wrong in ways that only a life in Terraform shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tealform.settings import loader
from tealform.synth import environments
from tealform.terraform import terraform_binaries
from tealform.terraform.terraform_binaries import Terraform
from tealform_harness import provider_stub
from tealform_harness.verify import stub_lifecycle
from tealform_harness.verify.result import Verdict
from tests import projects, support
from tests.inventory import ROOT

ENVIRONMENTS = ROOT / "environments"


def _judge(folder: Path, terraform: Terraform) -> list[Verdict]:
    with provider_stub.serve([environments.document(folder)]) as provider:
        return list(stub_lifecycle.judge(folder, terraform, provider.reattach, "both"))


@pytest.mark.slow
@pytest.mark.parametrize("terraform", terraform_binaries.every(), ids=lambda each: each.origin)
@pytest.mark.parametrize("name", loader.names(ENVIRONMENTS))
def test_shipped_environment_is_accepted_and_lives(name: str, terraform: Terraform) -> None:
    schema, life = _judge(ENVIRONMENTS / name, terraform)
    assert (schema.result, schema.findings, schema.notes) == ("proved", (), ())
    assert (life.result, life.findings) == ("proved", ())
    expected = sum(len(each) for each in environments.document(ENVIRONMENTS / name)["resource"].values())
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


def test_mistake_in_the_schema_names_construct_and_line_and_ends_there(tmp_path: Path) -> None:
    def break_it(resources: Body) -> None:
        resources["aws_lb_target_group"]["service-web_target-groups_blue"]["colour"] = "blue"

    folder = _changed(tmp_path, break_it)
    (schema,) = _judge(folder, terraform_binaries.every()[0])
    assert schema.result == "refuted"
    (finding,) = schema.findings
    line = _line(folder, "health_check {")
    assert finding.startswith(f"validate: environments/dev/environment.hcl:{line}: service.web.health_check: ")
    assert "aws_lb_target_group.service-web_target-groups_blue (dev/service-web/target-groups/blue)" in finding
    assert '"colour"' in finding


@pytest.mark.slow
def test_plan_that_is_never_empty_is_refuted(tmp_path: Path) -> None:
    def break_it(resources: Body) -> None:
        resources["aws_ecs_cluster"]["cluster"]["tags"] = {"time": "${timestamp()}"}

    _, life = _judge(_changed(tmp_path, break_it), terraform_binaries.every()[0])
    assert life.result == "refuted"
    assert any(
        "the plan after apply is not empty" in each and "(dev/cluster/cluster)" in each for each in life.findings
    )


def test_cycle_is_refuted(tmp_path: Path) -> None:
    def break_it(resources: Body) -> None:
        groups = resources["aws_lb_target_group"]
        groups["service-web_target-groups_blue"]["tags"] = {
            "x": "${aws_lb_target_group.service-web_target-groups_green.arn}"
        }
        groups["service-web_target-groups_green"]["tags"] = {
            "x": "${aws_lb_target_group.service-web_target-groups_blue.arn}"
        }

    (schema,) = _judge(_changed(tmp_path, break_it), terraform_binaries.every()[0])
    assert any("Cycle" in each for each in schema.findings)


def test_resources_written_by_hand_beside_are_judged_too(tmp_path: Path) -> None:
    folder = _changed(tmp_path, lambda _: None)
    (folder / "extra.tf").write_text('resource "aws_sqs_queue" "extra" {\n  colour = "blue"\n}\n')
    with provider_stub.serve(environments.declared(folder)) as provider:
        (schema,) = stub_lifecycle.judge(folder, terraform_binaries.every()[0], provider.reattach, "both")
    (finding,) = schema.findings
    assert "environments/dev/extra.tf:2: aws_sqs_queue.extra: " in finding


def test_provider_that_cannot_be_reached_leaves_the_claim_not_proved(tmp_path: Path) -> None:
    folder = _changed(tmp_path, lambda _: None)
    (folder / "extra.tf").write_text('module "extra" {\n  source = "./extra"\n}\n')
    (folder / "extra").mkdir()
    (folder / "extra" / "main.tf").write_text(
        'terraform {\n  required_providers {\n    odd = { source = "example.invalid/odd/odd" }\n  }\n}\n'
    )
    (schema,) = _judge(folder, terraform_binaries.every()[0])
    assert schema.result == "not proved"
    assert any("example.invalid" in finding for finding in schema.findings)
