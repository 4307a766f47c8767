"""An alarm of a release is raised by too much of what is bad, and can be raised."""

from __future__ import annotations

import pytest

from tealform.policy.rules.alarm_raised import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import Change, all_of, put

ERRORS, SICK = (
    "aws_cloudwatch_metric_alarm.service-api_alarms_errors-blue",
    "aws_cloudwatch_metric_alarm.service-api_alarms_unhealthy-blue",
)
OPERATOR, THRESHOLD = "comparison_operator", "threshold"

BAD: dict[str, tuple[str, Change, str]] = {
    "upside down": (
        ERRORS,
        put(ERRORS, OPERATOR, to="LessThanThreshold"),
        "LessThanThreshold raises it while there is little of HTTPCode_Target_5XX_Count",
    ),
    "upside down, of a metric": (
        SICK,
        put(SICK, OPERATOR, to="LessThanOrEqualToThreshold"),
        "LessThanOrEqualToThreshold raises it while there is little of UnHealthyHostCount",
    ),
    "never": (
        ERRORS,
        put(ERRORS, THRESHOLD, to=101),
        "GreaterThanOrEqualToThreshold 101 is out of reach for a share in percent",
    ),
    "never, as a text": (
        ERRORS,
        put(ERRORS, THRESHOLD, to="150.5"),
        "GreaterThanOrEqualToThreshold 150.5 is out of reach for a share in percent",
    ),
    "more than all": (
        ERRORS,
        all_of(put(ERRORS, THRESHOLD, to=100), put(ERRORS, OPERATOR, to="GreaterThanThreshold")),
        "GreaterThanThreshold 100 is out of reach for a share in percent",
    ),
}


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_shipped_alarms_are_raised_by_what_is_bad(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_an_alarm_that_says_nothing_is_found(way: str) -> None:
    address, change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {address: message}


@pytest.mark.parametrize("threshold", [100, 1, "many"])
def test_what_can_be_reached_or_read_by_nobody_is_left_alone(threshold: object) -> None:
    assert shipped.failed(CHECK, "prod", put(ERRORS, THRESHOLD, to=threshold)) == {}


def test_a_count_may_be_more_than_a_hundred() -> None:
    assert shipped.failed(CHECK, "prod", put(SICK, THRESHOLD, to=500)) == {}
