"""Tasks are added before those that there are can do no more."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_TRACKING = "target_tracking_scaling_policy_configuration"
_CPU = "ECSServiceAverageCPUUtilization"
"""Of memory 100 percent may be meant: what keeps all that it was ever given, as Java does, is not to be scaled by it."""

_MOST = 100
"""Percent of what a task on Fargate has: it cannot borrow more from its neighbours."""


def _judge(policy: Resource, _environment: Environment) -> Iterator[str]:
    target = at(policy.body, _TRACKING, "target_value")
    if _percent(target) >= _MOST:
        yield f"it adds tasks when CPU is over {target} percent, which it never is"


def _percent(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0


def _by_cpu(policy: Resource, _environment: Environment) -> bool:
    metric = at(policy.body, _TRACKING, "predefined_metric_specification", "predefined_metric_type")
    return str(metric) == _CPU


CHECK = Check(
    Rule(
        id="TEAL_SCALING_REACHED",
        severity="medium",
        title="Autoscaling adds tasks before CPU is at its limit",
        why="Use is never above all that there is: no task is added for it, and everybody waits.",
        fix="Set cpu_percent well below 100, like 60: new tasks need minutes.",
        link="https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html",
        setting="service.<name>.scaling.cpu_percent",
    ),
    types=("aws_appautoscaling_policy",),
    judge=_judge,
    applies=_by_cpu,
)
