"""The alarms that roll a release back: on both colours, at the thresholds that are set, silent without traffic."""

from typing import Any

import pytest

from tests.support import Template, environment, template

CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
SET = """
unhealthy_targets    = 2
errors_percent       = 25
from_requests        = 100
latency_milliseconds = 750
latency_percentile   = "p99.9"
minutes              = 5
"""
OWN = 'names = ["orders are late", "queue/depth"]'
BOTH = {"errors-blue", "errors-green", "latency-blue", "latency-green", "unhealthy-blue", "unhealthy-green"}


def release(*lines: str, load_balancer: str = 'protocol = "http"') -> Template:
    text = "\n".join(("release {", *lines, "}"))
    return template(environment(service=text, load_balancer=load_balancer))


def alarms(generated: Template) -> dict[str, dict[str, Any]]:
    """The alarms of the service, by kind and colour."""
    return {
        name.removeprefix("service-web_alarms_"): body
        for name, body in generated.resources("aws_cloudwatch_metric_alarm").items()
    }


def set_() -> dict[str, dict[str, Any]]:
    return alarms(release(f"alarms {{ {SET} }}"))


def dimensions(colour: str) -> dict[str, str]:
    return {
        "LoadBalancer": "${aws_lb.load-balancer.arn_suffix}",
        "TargetGroup": f"${{aws_lb_target_group.service-web_target-groups_{colour}.arn_suffix}}",
    }


def test_each_colour_has_an_alarm_of_each_kind_with_a_name_of_its_own() -> None:
    found = alarms(template(environment()))
    assert set(found) == BOTH
    assert {body["alarm_name"] for body in found.values()} == {
        f"shop-test-web-{colour}-{kind}" for colour in ("blue", "green") for kind in ("unhealthy", "errors", "latency")
    }


@pytest.mark.parametrize("colour", ["blue", "green"])
def test_unhealthy_targets_are_counted_at_their_worst(colour: str) -> None:
    alarm = set_()[f"unhealthy-{colour}"]
    assert (alarm["namespace"], alarm["metric_name"]) == ("AWS/ApplicationELB", "UnHealthyHostCount")
    assert (alarm["statistic"], alarm["period"], alarm["threshold"]) == ("Maximum", 60, 2)
    assert alarm["dimensions"] == dimensions(colour)


@pytest.mark.parametrize("colour", ["blue", "green"])
def test_latency_is_a_percentile_in_seconds_that_a_handful_of_requests_does_not_decide(colour: str) -> None:
    alarm = set_()[f"latency-{colour}"]
    assert alarm["threshold"] == 0.75
    watched, latency, requests = alarm["metric_query"]
    assert (watched["expression"], watched["return_data"]) == ("IF(requests >= 100, latency, 0)", True)
    for query, id_, name, statistic in (
        (latency, "latency", "TargetResponseTime", "p99.9"),
        (requests, "requests", "RequestCount", "Sum"),
    ):
        assert (query["id"], query["metric"]["metric_name"], query["metric"]["stat"]) == (id_, name, statistic)
        assert query["metric"]["dimensions"] == dimensions(colour)


@pytest.mark.parametrize("colour", ["blue", "green"])
def test_errors_are_a_share_of_enough_requests(colour: str) -> None:
    alarm = set_()[f"errors-{colour}"]
    assert alarm["threshold"] == 25
    watched, errors, requests = alarm["metric_query"]
    assert watched == {
        "id": "watched",
        "expression": "IF(requests >= 100, 100 * errors / requests, 0)",
        "label": "Share of 5xx in percent",
        "return_data": True,
    }
    for query, id_, name in (
        (errors, "errors", "HTTPCode_Target_5XX_Count"),
        (requests, "requests", "RequestCount"),
    ):
        assert query["id"] == id_
        # CloudWatch takes one query that returns data.
        assert "return_data" not in query
        assert query["metric"] == {
            "namespace": "AWS/ApplicationELB",
            "metric_name": name,
            "stat": "Sum",
            "period": 60,
            "dimensions": dimensions(colour),
        }
    # Beside queries CloudWatch takes no metric of the alarm's own.
    assert not {"namespace", "metric_name", "statistic", "extended_statistic", "period", "dimensions"} & set(alarm)


def test_the_colour_without_traffic_raises_nothing_and_the_other_only_after_minutes_in_a_row() -> None:
    for alarm in set_().values():
        assert alarm["treat_missing_data"] == "notBreaching"
        assert alarm["comparison_operator"] == "GreaterThanOrEqualToThreshold"
        # Zeros are less than every threshold.
        assert alarm["threshold"] > 0
        assert (alarm["evaluation_periods"], alarm["datapoints_to_alarm"]) == (5, 5)


@pytest.mark.parametrize(
    ("off", "kind"),
    [("unhealthy_targets", "unhealthy"), ("errors_percent", "errors"), ("latency_milliseconds", "latency")],
)
def test_a_threshold_of_zero_is_no_alarm(off: str, kind: str) -> None:
    assert set(alarms(release(f"alarms {{ {off} = 0 }}"))) == {f"{kind}-blue", f"{kind}-green"} ^ BOTH


@pytest.mark.parametrize(
    ("load_balancer", "protocol"), [('protocol = "http"', "TCP"), (f'certificate = "{CERTIFICATE}"', "TLS")]
)
def test_a_network_load_balancer_sees_only_who_is_unhealthy(load_balancer: str, protocol: str) -> None:
    generated = release('strategy = "all_at_once"', load_balancer=f'type = "network"\n  {load_balancer}')
    assert {body["protocol"] for body in generated.resources("aws_lb_listener").values()} == {protocol}
    found = alarms(generated)
    assert set(found) == {"unhealthy-blue", "unhealthy-green"}
    assert {alarm["namespace"] for alarm in found.values()} == {"AWS/NetworkELB"}


@pytest.mark.parametrize("engine", ["codedeploy", "ecs"])
def test_alarms_of_ones_own_roll_back_too_and_none_is_made_for_them(engine: str) -> None:
    generated = release(f'engine = "{engine}"', "alarms {", "errors_percent = 0", OWN, "}")
    assert set(alarms(generated)) == BOTH - {"errors-blue", "errors-green"}
    if engine == "codedeploy":
        watched = generated.only("aws_codedeploy_deployment_group")["alarm_configuration"]["alarms"]
    else:
        watched = generated.only("aws_ecs_service")["alarms"]["alarm_names"]
    assert watched == [
        *(
            f"${{aws_cloudwatch_metric_alarm.service-web_alarms_{kind}-{colour}.alarm_name}}"
            for kind in ("unhealthy", "latency")
            for colour in ("blue", "green")
        ),
        "orders are late",
        "queue/depth",
    ]
