"""Literal values are checked against botocore's models, CloudFormation's schemas, and facts from AWS's pages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tealform_harness.provider_stub.protocol import UNKNOWN, StubDiagnostic
from tealform_harness.provider_stub.schema import store
from tealform_harness.provider_stub.schema.model import Block
from tealform_harness.provider_stub.values.api_mappings import API_MAPPINGS, OTHER_NAMES
from tealform_harness.provider_stub.values.constraint import DOCUMENTED_LIMITS, Constraint, find_violation
from tealform_harness.provider_stub.values.constraints import check_values, find_constraints
from tests.inventory import ROOT

_ENVIRONMENTS = sorted(ROOT.glob("environments/*/cdk.tf.json"))
_SCHEMAS = store.load_schema(API_MAPPINGS, [])["resource_schemas"]


def _block(terraform_type: str) -> Block:
    return _SCHEMAS[terraform_type]["block"]


def _problems(terraform_type: str, **config: Any) -> list[StubDiagnostic]:
    block = _block(terraform_type)
    return list(check_values(terraform_type, block, config, find_constraints(terraform_type, block)))


def _literals(value: Any) -> Any:
    """Return ``value`` with references replaced by unknown values."""
    if isinstance(value, dict):
        return {key: _literals(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_literals(each) for each in value]
    return UNKNOWN if isinstance(value, str) and "${" in value else value


@pytest.mark.parametrize(
    ("terraform_type", "name", "severity", "refused"),
    [
        ("aws_iam_role", "x" * 65, "ERROR", "botocore and CloudFormation refuse this value"),
        ("aws_codepipeline", "a pipeline", "WARNING", "botocore refuses this value"),
        ("aws_lb", "internal-web", "WARNING", "documentation refuses this value"),
    ],
    ids=["two sources", "one source", "AWS's pages"],
)
def test_refusal_names_its_sources(terraform_type: str, name: str, severity: str, refused: str) -> None:
    (problem,) = _problems(terraform_type, name=name)
    assert (problem.severity, problem.summary) == (severity, f"{terraform_type}.name: {refused}")
    assert problem.path == ("name",)


def test_refusal_says_what_is_wrong_and_that_the_stub_says_so() -> None:
    (problem,) = _problems("aws_iam_role", name="x" * 65)
    assert "at most 64 are allowed" in problem.detail
    assert problem.encode().detail.endswith("Said by the stand-in for hashicorp/aws.")


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
def test_value_out_of_bounds_is_reported_with_its_path(
    terraform_type: str, config: dict[str, Any], path: tuple[str | int, ...] | None
) -> None:
    (problem,) = _problems(terraform_type, **config)
    assert path in (None, problem.path)


@pytest.mark.parametrize("name", [None, UNKNOWN, "", "web"])
def test_valid_and_unknown_values_pass(name: Any) -> None:
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
    assert find_violation(constraint, right) == ""
    assert find_violation(constraint, wrong) != ""


def test_shipped_environments_raise_no_false_alarm() -> None:
    checked = 0
    for file in _ENVIRONMENTS:
        for terraform_type, resources in json.loads(file.read_text(encoding="utf-8"))["resource"].items():
            if terraform_type in API_MAPPINGS:
                for resource in resources.values():
                    checked += 1
                    assert _problems(terraform_type, **_literals(resource)) == []
    assert checked > 200


def test_generated_types_have_many_constraints() -> None:
    known = [find_constraints(name, _block(name)) for name in API_MAPPINGS]
    assert sum(len(each) for found in known for each in found.values()) > 450
    assert len([path for found in known for path, each in found.items() if len(each) > 1]) > 150


@pytest.mark.parametrize("terraform_type", API_MAPPINGS)
def test_each_mapped_type_has_constraints(terraform_type: str) -> None:
    assert find_constraints(terraform_type, _block(terraform_type))


@pytest.mark.parametrize("path", [*DOCUMENTED_LIMITS, *OTHER_NAMES])
def test_path_that_is_written_by_hand_exists(path: str) -> None:
    terraform_type, *steps, name = path.split(".")
    block = _block(terraform_type)
    for step in steps:
        block = block["block_types"][step]["block"]
    # Only an attribute has a value that a limit could hold for.
    assert name in block["attributes"] or (path in OTHER_NAMES and name in block["block_types"])
