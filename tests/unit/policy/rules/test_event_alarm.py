"""Who wants to hear of alarms names those that there are."""

from __future__ import annotations

import json

import pytest

from tealform.policy.rules.event_alarm import CHECK
from tests.unit.policy.rules.parts import GROUP, body, put, remove, together
from tests.unit.policy.rules.shipped import Json, failed, judged

RULE = "aws_cloudwatch_event_rule.service-notifications-web_alarms_rule"
ALARM = "aws_cloudwatch_metric_alarm.service-web_alarms_errors-green"
SAID = "it waits for shop-prod-web-green-errors, and there is no such alarm"


def named(*names: object) -> Json:
    return {"source": ["aws.cloudwatch"], "detail": {"alarmName": list(names)}}


def test_the_shipped_environment_with_such_rules_is_as_it_wants_it() -> None:
    assert not any(judged(CHECK, "prod").values())


def test_an_alarm_that_was_renamed_is_not_heard_of() -> None:
    assert failed(CHECK, "prod", put(ALARM, "alarm_name", "web-errors-of-green")) == {RULE: SAID}


def test_an_alarm_that_was_removed_is_not_heard_of() -> None:
    def change(document: Json) -> None:
        remove(ALARM)(document)
        alarms = body(document, GROUP)["alarm_configuration"]["alarms"]
        alarms.remove(f"${{{ALARM}.alarm_name}}")

    assert failed(CHECK, "prod", change) == {RULE: SAID}


def test_somebody_elses_alarm_must_be_one_of_a_release() -> None:
    orders = put(RULE, "event_pattern", json.dumps(named("orders-per-minute")))

    def of_a_release(document: Json) -> None:
        body(document, GROUP)["alarm_configuration"]["alarms"].append("orders-per-minute")

    assert failed(CHECK, "prod", orders) == {RULE: "it waits for orders-per-minute, and there is no such alarm"}
    assert not failed(CHECK, "prod", together(orders, of_a_release))


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(named({"prefix": "shop-prod-web-"}), id="a prefix"),
        pytest.param(named(f"${{{ALARM}.alarm_name}}"), id="a reference"),
    ],
)
def test_names_may_be_said_otherwise(pattern: Json) -> None:
    assert not failed(CHECK, "prod", put(RULE, "event_pattern", json.dumps(pattern)))
