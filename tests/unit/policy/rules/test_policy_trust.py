"""Roles are taken by the services that work with them, on behalf of their own account."""

from __future__ import annotations

import pytest

from tealform.policy.rules.policy_trust import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

ROLE = "aws_iam_role.delivery-api_build_role"
PROJECT, PIPELINE = "aws_codebuild_project.delivery-api_build_project", "aws_codepipeline.delivery-api_pipeline"
SERVICE = "aws_ecs_service.service-web_service"
TRUST = ("data.aws_iam_policy_document.delivery-api_build_role_trust", "statement", 0)
ACCOUNT = {"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["999999999999"]}

BAD = {
    "another service": (
        put(*TRUST, "principals", 0, "identifiers", to=["codedeploy.amazonaws.com"]),
        f"{PROJECT} works with it, and codebuild.amazonaws.com may not take it",
    ),
    "another service's role": (
        put(PIPELINE, "role_arn", to=f"${{{ROLE}.arn}}"),
        f"{PIPELINE} works with it, and codepipeline.amazonaws.com may not take it",
    ),
    "another account": (
        put(*TRUST, "condition", to=[ACCOUNT]),
        "may be taken on behalf of 999999999999, where 123456789012 is meant",
    ),
    "another account as well": (
        put(*TRUST, "condition", to=[{**ACCOUNT, "values": ["123456789012", "999999999999"]}]),
        "may be taken on behalf of 123456789012, 999999999999, where 123456789012 is meant",
    ),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_roles_are_for_their_services(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


def test_ecs_releases_with_a_role_that_it_may_take() -> None:
    role = "aws_iam_role.service-web_roles_task_role"
    may_not = f"{SERVICE} works with it, and ecs.amazonaws.com may not take it"
    for_traffic = put(SERVICE, "load_balancer", 0, "advanced_configuration", "role_arn", to=f"${{{role}.arn}}")
    hook = {"hook_target_arn": "arn:aws:lambda:eu-west-1:123456789012:function:look", "role_arn": f"${{{role}.arn}}"}
    for_hooks = put(SERVICE, "deployment_configuration", "lifecycle_hook", to=[hook])
    assert shipped.failed(CHECK, "prod", for_traffic) == {role: may_not}
    assert shipped.failed(CHECK, "prod", for_hooks) == {role: may_not}


@pytest.mark.parametrize("way", BAD)
def test_a_role_for_the_wrong_service_or_account_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {ROLE: message}
