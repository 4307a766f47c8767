"""In production alarms are in time for a release in steps."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.release_interval import CHECK
from tests.unit.policy.rules.parts import GROUP, SERVICE, body, by_ecs, drop, put, together
from tests.unit.policy.rules.shipped import Json, failed, judged

API = "aws_codedeploy_deployment_group.delivery-api_deployment_group"
CONFIG = "aws_codedeploy_deployment_config.delivery-api_deployment_config"
ALARM = "aws_cloudwatch_metric_alarm.service-api_alarms_"
FIRST, ERRORS, OF_WEB = (
    f"{ALARM}unhealthy-blue",
    f"{ALARM}errors-green",
    "aws_cloudwatch_metric_alarm.service-web_alarms_unhealthy-blue",
)


def config(kind: str, percentage: int, interval: object) -> Callable[[Json], None]:
    return put(CONFIG, "traffic_routing_config", {kind: {"percentage": percentage, "interval": interval}})


def said(whole: int, alarm: str, minutes: int) -> str:
    return f"all traffic is on green after {whole} min, and {alarm} is raised after {minutes} min"


def test_production_is_as_it_wants_it() -> None:
    assert judged(CHECK, "prod") == {GROUP: "", API: ""}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            config("time_based_canary", 20, 1),
            "all traffic is on green after 1 min, and aws_cloudwatch_metric_alarm.service-api_alarms_unhealthy-blue is raised after 3 min",
            id="canary",
        ),
        pytest.param(config("time_based_canary", 20, "2"), said(2, FIRST, 3), id="as text"),
        pytest.param(config("time_based_linear", 40, 1), said(2, FIRST, 3), id="linear"),
        pytest.param(put(FIRST, "period", 300), said(10, FIRST, 15), id="a long period"),
        pytest.param(put(ERRORS, "metric_query.1.metric.period", 300), said(10, ERRORS, 15), id="one of a query"),
        pytest.param(put(FIRST, "datapoints_to_alarm", 11), said(10, FIRST, 11), id="many points"),
        pytest.param(
            together(drop(FIRST, "datapoints_to_alarm"), put(FIRST, "evaluation_periods", 12)),
            said(10, FIRST, 12),
            id="all of many points",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {API: message}


def test_predefined_steps_are_known_by_their_names() -> None:
    slow = put(OF_WEB, "datapoints_to_alarm", 10)
    in_five = put(GROUP, "deployment_config_name", "CodeDeployDefault.ECSCanary10Percent5Minutes")
    in_nine = put(GROUP, "deployment_config_name", "CodeDeployDefault.ECSLinear10PercentEvery1Minutes")
    in_twenty_seven = put(GROUP, "deployment_config_name", "CodeDeployDefault.ECSLinear10PercentEvery3Minutes")
    assert failed(CHECK, "prod", together(slow, in_five)) == {GROUP: said(5, OF_WEB, 10)}
    assert failed(CHECK, "prod", together(slow, in_nine)) == {GROUP: said(9, OF_WEB, 10)}
    assert not failed(CHECK, "prod", together(slow, in_twenty_seven))


def test_steps_of_ecs_are_known_as_well() -> None:
    steps = {"canary_percent": 10, "canary_bake_time_in_minutes": "1"}
    change = together(by_ecs, put(SERVICE, "deployment_configuration.canary_configuration", steps))
    assert failed(CHECK, "prod", change) == {SERVICE: said(1, OF_WEB, 3)}


def test_linear_steps_give_time_together() -> None:
    assert not failed(CHECK, "prod", config("time_based_linear", 25, 1))


def test_without_alarms_of_the_environment_there_is_nothing_to_wait_for() -> None:
    def change(document: Json) -> None:
        body(document, GROUP)["alarm_configuration"]["alarms"] = ["orders-per-minute"]

    assert judged(CHECK, "prod", change) == {API: ""}
