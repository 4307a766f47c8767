"""Notification rules are on, and tell somebody."""

from __future__ import annotations

import pytest

from tealform.policy.rules.event_notification import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

RULE = "aws_codestarnotifications_notification_rule.pipeline-notifications-api_rule"

BAD = {
    "off": (put(RULE, "status", to="DISABLED"), "its status is DISABLED"),
    "no events": (put(RULE, "event_type_ids", to=[]), "names no events"),
    "no failures": (
        put(RULE, "event_type_ids", to=["codepipeline-pipeline-pipeline-execution-succeeded"]),
        "tells of no failure",
    ),
    "no target": (put(RULE, "target", to=[]), "has no target"),
    "a target without an address": (put(RULE, "target", to=[{}]), "has no target"),
    "nothing watched": (
        put(RULE, "resource", to="${aws_codepipeline.gone.arn}"),
        "watches nothing of this environment",
    ),
}


def test_shipped_notifications_are_on() -> None:
    assert shipped.failed(CHECK, "prod") == {}


@pytest.mark.parametrize("way", BAD)
def test_a_rule_that_tells_nobody_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {RULE: message}
