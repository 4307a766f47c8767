"""Targets of events have an enabled rule, and EventBridge may reach them."""

from __future__ import annotations

import pytest

from tealform.policy.rules.event_target import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, drop, put

START = "aws_cloudwatch_event_target.delivery-api_pipeline_start-target"
RULE = "aws_cloudwatch_event_rule.delivery-api_pipeline_start"
TOLD = "aws_cloudwatch_event_target.service-notifications-api_alarms_target"

BAD = {
    "no rule": (drop(RULE), f"its rule ${{{RULE}.name}} is not there"),
    "a rule of nobody": (put(START, "rule", to="another"), "its rule another is not there"),
    "a rule that is off": (put(RULE, "state", to="DISABLED"), f"its rule {RULE} is disabled"),
    "no role": (
        put(START, "role_arn", to=GONE),
        "has no role, without which EventBridge may not start what it leads to",
    ),
    "somebody else's role": (
        put(START, "role_arn", to="${aws_iam_role.delivery-api_build_role.arn}"),
        "EventBridge may not take its role aws_iam_role.delivery-api_build_role; its role "
        "aws_iam_role.delivery-api_build_role may not start aws_codepipeline.delivery-api_pipeline",
    ),
    "another pipeline's role": (
        put(START, "role_arn", to="${aws_iam_role.delivery-web_pipeline_start-role_role.arn}"),
        "its role aws_iam_role.delivery-web_pipeline_start-role_role may not start aws_codepipeline.delivery-api_pipeline",
    ),
}


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_shipped_targets_are_reached(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_a_target_that_is_never_reached_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {START: message}


def test_a_target_by_its_arn_needs_a_role_too() -> None:
    arn = "arn:aws:codepipeline:ap-northeast-1:123456789012:shop-prod-api"
    found = shipped.failed(
        CHECK,
        "prod",
        lambda document: [put(START, *each, to=to)(document) for each, to in ((("arn",), arn), (("role_arn",), GONE))],
    )
    assert found.keys() == {START}


def test_a_topic_that_does_not_let_events_in_is_found() -> None:
    silent = put(
        "data.aws_iam_policy_document.notifications_permissions", "statement", 0, "actions", to=["sns:Subscribe"]
    )
    found = shipped.failed(CHECK, "prod", silent)
    assert found[TOLD] == "EventBridge may not publish to aws_sns_topic.notifications_topic"
