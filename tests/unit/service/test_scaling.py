"""The number of tasks: what it follows, within which limits, and when those change."""

from typing import Any

from tests.support import Template, environment, template

FULL = """
tasks = { min = 3, max = 9 }
scaling {
  cpu_percent         = 50
  memory_percent      = 70
  requests_per_target = 900
  schedule "night" {
    at       = "cron(0 20 ? * MON-FRI *)"
    timezone = "Asia/Tokyo"
    min      = 0
    max      = 4
  }
  schedule "morning" {
    at  = "cron(0 6 ? * MON-FRI *)"
    min = 3
    max = 9
  }
}
"""


def web(text: str = "") -> Template:
    return template(environment(service=text))


def tracking(generated: Template, what: str) -> dict[str, Any]:
    policy = generated.named("aws_appautoscaling_policy", f"scaling_{what}")
    assert (policy["name"], policy["policy_type"]) == (f"shop-test-web-{what}", "TargetTrackingScaling")
    how = policy["target_tracking_scaling_policy_configuration"]
    assert (how["scale_out_cooldown"], how["scale_in_cooldown"]) == (60, 300)
    assert isinstance(how, dict)
    return how


def test_the_number_of_tasks_follows_cpu_and_memory_between_its_limits() -> None:
    generated = web(FULL)
    assert generated.only("aws_ecs_service")["desired_count"] == 3
    target = generated.only("aws_appautoscaling_target")
    assert (target["min_capacity"], target["max_capacity"]) == (3, 9)
    assert target["resource_id"] == "service/shop-test/${aws_ecs_service.service-web_service.name}"
    for what, metric, percent in (
        ("cpu", "ECSServiceAverageCPUUtilization", 50),
        ("memory", "ECSServiceAverageMemoryUtilization", 70),
    ):
        how = tracking(generated, what)
        assert how["target_value"] == percent
        assert how["predefined_metric_specification"] == {"predefined_metric_type": metric}


def test_requests_are_those_of_both_colours_whichever_has_them() -> None:
    how = tracking(web(FULL), "requests")
    assert how["target_value"] == 900
    # The predefined metric names one target group, and counts nothing once the other has the traffic.
    assert "predefined_metric_specification" not in how
    both, *colours = how["customized_metric_specification"]["metrics"]
    assert both == {"id": "both", "expression": "blue + green", "return_data": True}
    assert colours == [
        {
            "id": colour,
            "metric_stat": {
                "stat": "Sum",
                "metric": {
                    "namespace": "AWS/ApplicationELB",
                    "metric_name": "RequestCountPerTarget",
                    "dimensions": [
                        {
                            "name": "TargetGroup",
                            "value": f"${{aws_lb_target_group.service-web_target-groups_{colour}.arn_suffix}}",
                        }
                    ],
                },
            },
            "return_data": False,
        }
        for colour in ("blue", "green")
    ]


def test_requests_are_not_looked_at_unless_it_is_asked_for() -> None:
    assert set(web().resources("aws_appautoscaling_policy")) == {
        "service-web_scaling_cpu",
        "service-web_scaling_memory",
    }


def test_limits_change_with_the_clock() -> None:
    generated = web(FULL)
    target = "${aws_appautoscaling_target.service-web_scaling_target."
    for label, at, zone, low, high in (
        ("night", "cron(0 20 ? * MON-FRI *)", "Asia/Tokyo", "0", "4"),
        ("morning", "cron(0 6 ? * MON-FRI *)", "UTC", "3", "9"),
    ):
        action = generated.named("aws_appautoscaling_scheduled_action", f"scaling_at-{label}")
        assert (action["name"], action["schedule"], action["timezone"]) == (f"shop-test-web-{label}", at, zone)
        # The provider wants strings; a number of 0 would otherwise be no limit at all.
        assert action["scalable_target_action"] == {"min_capacity": low, "max_capacity": high}
        for key in ("resource_id", "scalable_dimension", "service_namespace"):
            assert action[key] == f"{target}{key}}}"


def test_the_clock_owns_the_limits_only_where_it_changes_them() -> None:
    ignored = web(FULL).only("aws_appautoscaling_target")["lifecycle"]
    assert ignored == {"ignore_changes": ["min_capacity", "max_capacity"]}
    assert "lifecycle" not in web().only("aws_appautoscaling_target")
    assert web().resources("aws_appautoscaling_scheduled_action") == {}
