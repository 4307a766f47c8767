"""There are tasks enough to lose one."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_SCHEDULED = "aws_appautoscaling_scheduled_action"
_LEAST = 2


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    scheduled = resource.type == _SCHEDULED
    limits = at(resource.body, "scalable_target_action") if scheduled else resource.body
    least, most = number(at(limits, "min_capacity")), number(at(limits, "max_capacity"))
    if not scheduled and (least is None or most is None):
        yield "min_capacity and max_capacity are not both numbers"
    if least is not None and most is not None and most < least:
        yield f"max_capacity {most} is less than min_capacity {least}"
    if environment.production and least is not None and least < _LEAST:
        yield f"min_capacity is {least}, and production needs {_LEAST} to lose one"
    if environment.production and most is not None and most < _LEAST:
        yield f"max_capacity is {most}, and production needs {_LEAST} to lose one"


def _of_a_service(resource: Resource, _environment: Environment) -> bool:
    dimension = str(resource.body.get("scalable_dimension"))
    return dimension == "ecs:service:DesiredCount" or "aws_appautoscaling_target." in dimension


CHECK = Check(
    Rule(
        id="TEAL_SCALING_TARGET",
        severity="medium",
        title="Autoscaling has room, and leaves production two tasks",
        why="With one task, a zone or a machine that fails takes the service down until another one is up; with a most "
        "below the least AWS refuses the limits.",
        fix="Set tasks.min to 2 or more, and max no lower; so in each schedule.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html",
        setting="service.<name>.tasks.min",
    ),
    types=("aws_appautoscaling_target", _SCHEDULED),
    judge=_judge,
    applies=_of_a_service,
)
