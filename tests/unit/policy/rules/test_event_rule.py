"""Rules of EventBridge name what they watch for, and have a target."""

from __future__ import annotations

import pytest

from tealform.policy.rules.event_rule import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import drop, put

RULE = "aws_cloudwatch_event_rule.service-notifications-api_alarms_rule"

BAD = {
    "no target": (drop("aws_cloudwatch_event_target.service-notifications-api_alarms_target"), "has no target"),
    "no JSON": (put(RULE, "event_pattern", to="{"), "its event_pattern is no JSON object"),
    "nothing": (put(RULE, "event_pattern", to="{}"), "its event_pattern is no JSON object"),
    "any source": (put(RULE, "event_pattern", to='{"detail": {}}'), "takes events of any source"),
    "everything of a source": (
        put(RULE, "event_pattern", to='{"source": ["aws.cloudwatch"]}'),
        "takes every event of its kind in the account",
    ),
}


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_shipped_rules_watch_for_something(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_a_rule_that_does_nothing_or_too_much_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {RULE: message}
