"""Autoscaling by requests counts those of both colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, references
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_TRACKING = "target_tracking_scaling_policy_configuration"


def _judge(policy: Resource, environment: Environment) -> Iterator[str]:
    if _predefined(policy) == "ALBRequestCountPerTarget":
        yield "ALBRequestCountPerTarget counts one target group only; add the metrics of both"
        return
    metrics = list(blocks(at(policy.body, _TRACKING, "customized_metric_specification", "metrics")))
    counted = _counted(metrics) if metrics else set(references(policy.body.get(_TRACKING)))
    for release in deployments.list_deployments(environment):
        pair = {each.address for each in release.target_groups}
        if counted & pair and (missing := sorted(pair - counted)):
            yield f"it counts no requests of {', '.join(missing)}"
    if metrics and not counted:
        yield "it counts no requests of any target group of this environment"


def _counted(metrics: list[dict[str, Any]]) -> set[str]:
    """The target groups whose metric is part of what the policy goes by."""
    told = [each for each in metrics if each.get("return_data", True) not in (False, "false")]
    used = {word for each in told for word in re.findall(r"\w+", str(each.get("expression", each.get("id", ""))))}
    return {
        address for each in metrics if str(each.get("id")) in used for address in references(each.get("metric_stat"))
    }


def _predefined(policy: Resource) -> object:
    return at(policy.body, _TRACKING, "predefined_metric_specification", "predefined_metric_type")


def _by_requests(policy: Resource, _environment: Environment) -> bool:
    tracking = policy.body.get(_TRACKING)
    return _predefined(policy) == "ALBRequestCountPerTarget" or any(
        address.startswith("aws_lb_target_group.") for address in references(tracking)
    )


CHECK = Check(
    Rule(
        id="TEAL_SCALING_COLOURS",
        severity="high",
        title="Autoscaling by requests counts those of both colours",
        why="After every other release it sees no requests at all, and takes tasks away while people wait.",
        fix="Track the sum of both target groups' RequestCountPerTarget with metric math.",
        link="https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking-metric-math.html",
        setting="service.<name>.scaling.requests_per_target",
    ),
    types=("aws_appautoscaling_policy",),
    judge=_judge,
    applies=_by_requests,
)
