"""Terraform leaves the limits to the schedules, where there are some."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, ignored
from tealform.policy.rule import Rule
from tealform.service.ignored_changes import OWNED_BY_SCHEDULES
from tealform.synth.terraform_json import Resource


def _judge(target: Resource, environment: Environment) -> Iterator[str]:
    schedules = environment.referring(target, "aws_appautoscaling_scheduled_action", "resource_id")
    owned, found = set(OWNED_BY_SCHEDULES if schedules else ()), set(ignored(target.body))
    if missing := sorted(owned - found):
        yield f"lifecycle.ignore_changes lacks {', '.join(missing)}"
    if more := sorted(found - owned):
        yield f"lifecycle.ignore_changes has {', '.join(more)}, which nobody else changes"


CHECK = Check(
    Rule(
        id="TEAL_SCALING_OWNERSHIP",
        severity="medium",
        title="Terraform ignores the limits of autoscaling that schedules change, and only those",
        why="An apply in the morning rush takes the limits back to those of the night; where no schedule changes them, "
        "they can never be changed again.",
        fix="Make lifecycle.ignore_changes [min_capacity, max_capacity] where there are scheduled actions, and empty "
        "elsewhere.",
        link="https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html",
        setting="service.<name>.scaling.schedule",
    ),
    types=("aws_appautoscaling_target",),
    judge=_judge,
)
