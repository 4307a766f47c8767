"""Autoscaling: how many tasks there are, and by what."""

from __future__ import annotations

from tealform_harness.mutation.edits import drop, put, remove, together
from tealform_harness.mutation.mutant import Mutant

_TARGET = "service-api/scaling/target"
_REQUESTS = "service-api/scaling/requests"
_TRACKING = "target_tracking_scaling_policy_configuration"

MUTANTS = (
    Mutant(
        "scaling-follows-blue",
        "autoscaling counts blue's requests only",
        "After the next release it sees none, and scales in while users are waiting.",
        "prod",
        put(_REQUESTS, f"{_TRACKING}/customized_metric_specification/metrics/both/expression", "blue + 0"),
    ),
    Mutant(
        "scaling-by-one-target-group",
        "autoscaling takes the predefined metric, which is of one target group",
        "After the next release it sees no requests, and scales in while users are waiting.",
        "prod",
        together(
            drop(_REQUESTS, f"{_TRACKING}/customized_metric_specification"),
            put(
                _REQUESTS,
                f"{_TRACKING}/predefined_metric_specification",
                {
                    "predefined_metric_type": "ALBRequestCountPerTarget",
                    "resource_label": "${aws_lb.load-balancer.arn_suffix}/${aws_lb_target_group.service-api_target-groups_blue.arn_suffix}",
                },
            ),
        ),
    ),
    Mutant(
        "scaling-counts-blue-twice",
        "autoscaling adds blue's requests to blue's",
        "After the next release it sees no requests, and scales in while users are waiting.",
        "prod",
        put(
            _REQUESTS,
            f"{_TRACKING}/customized_metric_specification/metrics/green/metric_stat/metric/dimensions/TargetGroup/value",
            "${aws_lb_target_group.service-api_target-groups_blue.arn_suffix}",
        ),
    ),
    Mutant(
        "scaling-to-nothing",
        "a service in production may be scaled in to no task",
        "In a quiet night it is gone, and nothing brings it back: without tasks there is no load.",
        "prod",
        put(_TARGET, "min_capacity", 0),
    ),
    Mutant(
        "scaling-to-one",
        "a service in production may be scaled in to one task",
        "When its zone or its host fails, so does the service.",
        "prod",
        put(_TARGET, "min_capacity", 1),
    ),
    Mutant(
        "scaling-of-the-neighbour",
        "the scaling of one service sets another's number of tasks",
        "Two scalings work against each other, and a service has none.",
        "prod",
        put(_TARGET, "resource_id", "service/shop-prod/${aws_ecs_service.service-web_service.name}"),
    ),
    Mutant(
        "scaling-at-full-load",
        "tasks are added when they are at their limit",
        "CPU cannot go over its limit: they are never added.",
        "prod",
        put("service-api/scaling/cpu", f"{_TRACKING}/target_value", 100),
    ),
    Mutant(
        "schedule-is-undone",
        "Terraform no longer ignores the limits that a schedule sets",
        "An apply at the busiest hour takes back what the schedule has set.",
        "prod",
        drop(_TARGET, "lifecycle"),
    ),
    Mutant(
        "schedule-to-nothing",
        "a schedule sets the number of tasks to zero",
        "The service is gone every day at the same time.",
        "prod",
        together(
            put("service-api/scaling/at-day", "scalable_target_action/min_capacity", "0"),
            put("service-api/scaling/at-day", "scalable_target_action/max_capacity", "0"),
        ),
    ),
    Mutant(
        "no-scaling",
        "the scaling of a service was removed, and its desired count is still ignored",
        "It has the tasks it was created with, however many users there are.",
        "prod",
        remove("service-web/scaling/target", "service-web/scaling/cpu", "service-web/scaling/memory"),
    ),
    Mutant(
        "no-scaling-policies",
        "the policies that add tasks were removed",
        "Under load nothing happens.",
        "prod",
        remove("service-web/scaling/cpu", "service-web/scaling/memory"),
    ),
)
