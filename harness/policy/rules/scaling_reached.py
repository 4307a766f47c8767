"""Tasks are added before those that there are can do no more."""

from __future__ import annotations

from collections.abc import Iterator

from harness.policy.check import Check
from harness.policy.environment import Environment
from harness.policy.rule import Rule
from harness.policy.values import at
from harness.terraform_json import Resource

_TRACKING = "target_tracking_scaling_policy_configuration"
_SETTINGS = {
    "ECSServiceAverageCPUUtilization": "CPU",
    "ECSServiceAverageMemoryUtilization": "memory",
}
_MOST = 100
"""Percent of what a task on Fargate has: it cannot borrow more from its neighbours."""


def _judge(policy: Resource, _environment: Environment) -> Iterator[str]:
    target = at(policy.body, _TRACKING, "target_value")
    if _percent(target) >= _MOST:
        yield f"it adds tasks when {_SETTINGS[_metric(policy)]} is over {target} percent, which it never is"


def _percent(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0


def _metric(policy: Resource) -> str:
    return str(at(policy.body, _TRACKING, "predefined_metric_specification", "predefined_metric_type"))


def _in_percent(policy: Resource, _environment: Environment) -> bool:
    return _metric(policy) in _SETTINGS


CHECK = Check(
    Rule(
        id="CUT_SCALING_REACHED",
        severity="medium",
        title="Autoscaling adds tasks before those that there are are at their limit",
        why="Use is never above all that there is: no task is ever added, everybody waits, and tasks without memory are stopped.",
        fix="Set cpu_percent and memory_percent below 100, like 60 and 75: new tasks need minutes.",
        link="https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html",
        setting="service.<name>.scaling",
    ),
    types=("aws_appautoscaling_policy",),
    judge=_judge,
    applies=_in_percent,
)
