"""The alarms that roll a release back: for both colors, at the thresholds of the settings, silent without traffic."""

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
    """The alarms of the service, by kind and color."""
    return {
        name.removeprefix("service-web_alarms_"): body
        for name, body in generated.resources("aws_cloudwatch_metric_alarm").items()
    }


def set_() -> dict[str, dict[str, Any]]:
    return alarms(release(f"alarms {{ {SET} }}"))


def dimensions(color: str) -> dict[str, str]:
    return {
        "LoadBalancer": "${aws_lb.load-balancer.arn_suffix}",
        "TargetGroup": f"${{aws_lb_target_group.service-web_target-groups_{color}.arn_suffix}}",
    }


def test_each_color_has_an_alarm_of_each_kind_with_a_name_of_its_own() -> None:
    found = alarms(template(environment()))
    assert set(found) == BOTH
    assert {body["alarm_name"] for body in found.values()} == {
        f"shop-test-web-{color}-{kind}" for color in ("blue", "green") for kind in ("unhealthy", "errors", "latency")
    }


@pytest.mark.parametrize("color", ["blue", "green"])
def test_unhealthy_targets_are_counted_at_their_worst(color: str) -> None:
    alarm = set_()[f"unhealthy-{color}"]
    assert (alarm["namespace"], alarm["metric_name"]) == ("AWS/ApplicationELB", "UnHealthyHostCount")
    assert (alarm["statistic"], alarm["period"], alarm["threshold"]) == ("Maximum", 60, 2)
    assert alarm["dimensions"] == dimensions(color)


@pytest.mark.parametrize("color", ["blue", "green"])
@pytest.mark.parametrize(
    ("kind", "threshold", "expression", "label", "metric", "statistic"),
    [
        ("errors", 25, "100 * errors / requests", "Share of 5xx in percent", "HTTPCode_Target_5XX_Count", "Sum"),
        ("latency", 0.75, "latency", "Seconds to an answer", "TargetResponseTime", "p99.9"),
    ],
    ids=["errors are a share", "latency is a percentile in seconds"],
)
def test_a_handful_of_requests_does_not_decide(
    color: str, kind: str, threshold: float, expression: str, label: str, metric: str, statistic: str
) -> None:
    alarm = set_()[f"{kind}-{color}"]
    assert alarm["threshold"] == threshold
    watched, *queries = alarm["metric_query"]
    assert watched == {
        "id": "watched",
        "expression": f"IF(requests >= 100, {expression}, 0)",
        "label": label,
        "return_data": True,
    }
    # CloudWatch accepts only one query that returns data.
    assert queries == [
        {
            "id": id_,
            "metric": {
                "namespace": "AWS/ApplicationELB",
                "metric_name": name,
                "stat": stat,
                "period": 60,
                "dimensions": dimensions(color),
            },
        }
        for id_, name, stat in ((kind, metric, statistic), ("requests", "RequestCount", "Sum"))
    ]
    # CloudWatch accepts no metric of the alarm's own in addition to queries.
    assert not {"namespace", "metric_name", "statistic", "extended_statistic", "period", "dimensions"} & set(alarm)


def test_the_color_without_traffic_raises_nothing_and_the_other_only_after_minutes_in_a_row() -> None:
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
            f"${{aws_cloudwatch_metric_alarm.service-web_alarms_{kind}-{color}.alarm_name}}"
            for kind in ("unhealthy", "latency")
            for color in ("blue", "green")
        ),
        "orders are late",
        "queue/depth",
    ]
