"""Alarms of both colours roll a release back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.release_alarms import CHECK
from tests.unit.policy.rules.parts import BLUE, GROUP, SERVICE, body, by_ecs, drop, put, remove, together
from tests.unit.policy.rules.shipped import Json, document, failed, judged

ALARM = "aws_cloudwatch_metric_alarm.service-web_alarms_"


def without(name: str) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        body(document, GROUP)["alarm_configuration"]["alarms"].remove(f"${{{ALARM}{name}.alarm_name}}")

    return change


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(drop(GROUP, "alarm_configuration"), "no alarm rolls it back", id="none"),
        pytest.param(put(GROUP, "alarm_configuration.alarms", []), "no alarm rolls it back", id="empty"),
        pytest.param(put(GROUP, "alarm_configuration.enabled", False), "its alarms are not enabled", id="off"),
        pytest.param(drop(GROUP, "alarm_configuration.enabled"), "its alarms are not enabled", id="off unsaid"),
        pytest.param(
            put(GROUP, "alarm_configuration.ignore_poll_alarm_failure", True),
            "it goes on when its alarms cannot be read (ignore_poll_alarm_failure)",
            id="blind",
        ),
        pytest.param(
            without("unhealthy-green"),
            "its alarms lack aws_cloudwatch_metric_alarm.service-web_alarms_unhealthy-green; aws_cloudwatch_metric_alarm.service-web_alarms_unhealthy-blue has no like on aws_lb_target_group.service-web_target-groups_green",
            id="a colour out",
        ),
        pytest.param(
            together(without("errors-blue"), without("errors-green")),
            "its alarms lack aws_cloudwatch_metric_alarm.service-web_alarms_errors-blue, aws_cloudwatch_metric_alarm.service-web_alarms_errors-green",
            id="a kind out",
        ),
        pytest.param(
            together(without("errors-green"), remove(f"{ALARM}errors-green")),
            "aws_cloudwatch_metric_alarm.service-web_alarms_errors-blue has no like on aws_lb_target_group.service-web_target-groups_green",
            id="a colour never made",
        ),
        pytest.param(
            drop(f"{ALARM}errors-green", "metric_query.1.metric.dimensions"),
            "aws_cloudwatch_metric_alarm.service-web_alarms_errors-green looks at HTTPCode_Target_5XX_Count of something else than aws_lb_target_group.service-web_target-groups_green",
            id="half of it on nothing",
        ),
        pytest.param(
            put(f"{ALARM}errors-green", "metric_query.1.metric.dimensions.TargetGroup", f"${{{BLUE}.arn_suffix}}"),
            "aws_cloudwatch_metric_alarm.service-web_alarms_errors-green looks at HTTPCode_Target_5XX_Count of something else than aws_lb_target_group.service-web_target-groups_blue, aws_lb_target_group.service-web_target-groups_green; aws_cloudwatch_metric_alarm.service-web_alarms_errors-green looks at RequestCount of something else than aws_lb_target_group.service-web_target-groups_blue, aws_lb_target_group.service-web_target-groups_green",
            id="half of it on the other colour",
        ),
        pytest.param(
            put(f"{ALARM}unhealthy-green", "treat_missing_data", "breaching"),
            "aws_cloudwatch_metric_alarm.service-web_alarms_unhealthy-green is raised by a colour without traffic (treat_missing_data)",
            id="idle colour",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {GROUP: message}


def test_alarms_of_ones_own_need_no_colours() -> None:
    def change(document: Json) -> None:
        body(document, GROUP)["alarm_configuration"]["alarms"].append("orders-per-minute")

    assert not failed(CHECK, "prod", change)


def test_where_nobody_depends_on_it_a_release_may_have_none() -> None:
    assert "alarm_configuration" not in body(document("dev"), GROUP)
    assert judged(CHECK, "dev") == {GROUP: ""}


def test_ecs_has_them_in_the_service() -> None:
    assert not failed(CHECK, "prod", by_ecs)
    assert failed(CHECK, "prod", together(by_ecs, put(SERVICE, "alarms.enable", False))) == {
        SERVICE: "its alarms are not enabled"
    }
    assert failed(CHECK, "prod", together(by_ecs, drop(SERVICE, "alarms"))) == {SERVICE: "no alarm rolls it back"}
