"""Literal values are judged by botocore's models, CloudFormation's schemas, and a few facts from AWS's pages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tealform_harness import provider_stub
from tealform_harness.provider_stub import validation
from tealform_harness.provider_stub.diagnostic import Diagnostic, Severity
from tealform_harness.provider_stub.protocol.messages import UNKNOWN
from tealform_harness.provider_stub.schema import store
from tealform_harness.provider_stub.schema.model import Block
from tealform_harness.provider_stub.values import check, constraints
from tealform_harness.provider_stub.values.api_mappings import COUNTERPARTS
from tealform_harness.provider_stub.values.constraint import Constraint, violation
from tealform_harness.provider_stub.values.documented_limits import DOCUMENTED
from tests.inventory import ROOT
from tests.unit.provider_stub.conftest import RootModule

_ENVIRONMENTS = sorted(ROOT.glob("environments/*/cdk.tf.json"))
_SCHEMAS = store.schema_of(COUNTERPARTS, [])["resource_schemas"]


def _block(terraform_type: str) -> Block:
    return _SCHEMAS[terraform_type]["block"]


def _problems(terraform_type: str, **config: Any) -> list[Diagnostic]:
    block = _block(terraform_type)
    return list(check.problems(terraform_type, block, config, constraints.of(terraform_type, block)))


def _literals(value: Any) -> Any:
    """``value`` with everything unknown that is a reference."""
    if isinstance(value, dict):
        return {key: _literals(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_literals(each) for each in value]
    return UNKNOWN if isinstance(value, str) and "${" in value else value


def test_what_both_sources_refuse_is_an_error_that_names_them() -> None:
    (problem,) = _problems("aws_iam_role", name="x" * 65)
    assert problem.severity == Severity.ERROR
    assert problem.summary == "aws_iam_role.name: botocore and CloudFormation refuse this value"
    assert "at most 64 are allowed" in problem.detail
    assert problem.path == ("name",)


def test_what_one_source_refuses_is_a_warning_that_names_it() -> None:
    (problem,) = _problems("aws_codepipeline", name="a pipeline")
    assert problem.severity == Severity.WARNING
    assert problem.summary == "aws_codepipeline.name: botocore refuses this value"


def test_awss_pages_are_one_source_as_well() -> None:
    (problem,) = _problems("aws_lb", name="internal-web")
    assert (problem.severity, problem.summary) == (Severity.WARNING, "aws_lb.name: documentation refuses this value")


def test_a_complaint_says_that_it_is_the_stand_ins() -> None:
    (problem,) = _problems("aws_lb", name="web_")
    assert problem.detail.endswith("Said by the stand-in for hashicorp/aws.")


@pytest.mark.parametrize(
    ("terraform_type", "config", "path"),
    [
        ("aws_lb_target_group", {"health_check": [{"interval": 301}]}, ("health_check", 0, "interval")),
        ("aws_ecs_service", {"launch_type": "fargate"}, ("launch_type",)),
        ("aws_lb_listener", {"default_action": [{"order": 0}]}, ("default_action", 0, "order")),
        ("aws_codedeploy_app", {"compute_platform": "EKS"}, ("compute_platform",)),
        ("aws_s3_bucket", {"bucket": "Shop"}, ("bucket",)),
        ("aws_security_group", {"description": "«web»"}, ("description",)),
        ("aws_codedeploy_deployment_group", {"auto_rollback_configuration": [{"events": ["FAILURE"]}]}, None),
        ("aws_s3_bucket_versioning", {"versioning_configuration": [{"status": "On"}]}, None),
    ],
)
def test_a_value_out_of_bounds_is_told_with_its_place(
    terraform_type: str, config: dict[str, Any], path: tuple[str | int, ...] | None
) -> None:
    (problem,) = _problems(terraform_type, **config)
    assert path in (None, problem.path)


@pytest.mark.parametrize("name", [None, UNKNOWN, "", "web"])
def test_what_is_right_or_not_known_yet_is_not_judged(name: Any) -> None:
    assert _problems("aws_iam_role", name=name) == []


@pytest.mark.parametrize(
    ("constraint", "right", "wrong"),
    [
        (Constraint(source="botocore", max_length=3), "abc", "abcd"),
        (Constraint(source="botocore", min_length=3), "abc", "ab"),
        (Constraint(source="botocore", minimum=1), 1, 0),
        (Constraint(source="botocore", maximum=9), 9, 10),
        (Constraint(source="botocore", maximum=9), "9", "10"),
        (Constraint(source="botocore", choices=["a", "b"]), "b", "c"),
        (Constraint(source="botocore", pattern="^a+$"), "aa", "ab"),
        (Constraint(source="botocore", maximum=0), True, 1),
    ],
)
def test_each_constraint_has_two_sides(constraint: Constraint, right: Any, wrong: Any) -> None:
    assert violation(constraint, right) == ""
    assert violation(constraint, wrong) != ""


def test_the_types_of_the_environments_are_judged_without_a_false_alarm() -> None:
    judged = 0
    for file in _ENVIRONMENTS:
        for terraform_type, resources in json.loads(file.read_text(encoding="utf-8"))["resource"].items():
            if terraform_type in COUNTERPARTS:
                for resource in resources.values():
                    judged += 1
                    assert _problems(terraform_type, **_literals(resource)) == []
    assert judged > 200


def test_much_is_known_of_the_types_that_are_generated() -> None:
    known = [constraints.of(name, _block(name)) for name in COUNTERPARTS]
    assert sum(len(each) for found in known for each in found.values()) > 450
    assert len([path for found in known for path, each in found.items() if len(each) > 1]) > 150


@pytest.mark.parametrize("terraform_type", COUNTERPARTS)
def test_something_is_known_of_each_type_that_has_a_counterpart(terraform_type: str) -> None:
    assert constraints.of(terraform_type, _block(terraform_type))


def test_the_facts_written_down_by_hand_are_about_attributes_that_there_are() -> None:
    for attribute in DOCUMENTED:
        terraform_type, *steps, name = attribute.split(".")
        block = _block(terraform_type)
        for step in steps:
            block = block["block_types"][step]["block"]
        assert name in block["attributes"]


@pytest.mark.parametrize("terraform_type", [name for name in COUNTERPARTS if COUNTERPARTS[name].names])
def test_a_name_that_differs_is_about_an_attribute_that_there_is(terraform_type: str) -> None:
    for path in COUNTERPARTS[terraform_type].names:
        block = _block(terraform_type)
        *steps, name = path.split(".")
        for step in steps:
            block = block["block_types"][step]["block"]
        assert name in block["attributes"] or name in block["block_types"]


@pytest.mark.parametrize(
    ("config", "problems"),
    [
        ({"name": "web", "name_prefix": None}, []),
        ({"name": "web", "name_prefix": UNKNOWN}, []),
        ({"name": "web", "name_prefix": "web-"}, ["Conflicting arguments"]),
        ({"name": "web", "arn": "arn:aws:x"}, ["Value for unconfigurable attribute"]),
    ],
)
def test_what_the_schema_leaves_to_the_provider_is_checked(config: dict[str, Any], problems: list[str]) -> None:
    found = validation.resource("aws_security_group", _block("aws_security_group"), config, {})
    assert [problem.summary for problem in found] == problems


def test_terraform_goes_on_after_a_warning_and_not_after_an_error(root_module: RootModule) -> None:
    template = {"two": {"name": "x" * 101, "content": "{}"}}
    log_group = {"web": {"name": "a name with blanks"}}
    with provider_stub.serving(
        [{"resource": {"aws_codecommit_approval_rule_template": {}, "aws_cloudwatch_log_group": {}}}]
    ) as served:
        warned = root_module(served, resource={"aws_codecommit_approval_rule_template": template}).validate()
        refused = root_module(served, resource={"aws_cloudwatch_log_group": log_group}).validate()
    assert (warned.exit_code, [each.address for each in warned.warnings]) == (
        0,
        ["aws_codecommit_approval_rule_template.two"],
    )
    assert (refused.exit_code, [each.address for each in refused.errors]) == (1, ["aws_cloudwatch_log_group.web"])
