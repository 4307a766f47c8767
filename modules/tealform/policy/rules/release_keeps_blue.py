"""In production blue is there until whoever looks at green, and each alarm, could have said no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_LEAST = 15
"""Minutes in which people who are told of a release look at it; ``on_success`` watches as long by default."""

_REACTION = 5
"""Minutes from the last bad one that an alarm counts until its metric is there, it is raised and traffic is back."""


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    kept, alarms = _kept(resource), deployments.parse_deployment(resource, environment).names
    slowest = max((_minutes(each) for each in environment.referred(alarms)), default=0)
    needed = max(_LEAST, slowest + _REACTION if slowest else 0)
    if kept is None or kept < needed:
        shown = "no time at all" if not kept else f"{kept} minutes"
        because = f"its slowest alarm takes {slowest}" if needed > _LEAST else "people need as long to look"
        yield f"blue is kept for {shown}, and {needed} minutes are needed: {because}"


def _kept(resource: Resource) -> int | None:
    if resource.type == deployments.CODEDEPLOY:
        path = ("blue_green_deployment_config", "terminate_blue_instances_on_deployment_success")
        return number(at(resource.body, *path, "termination_wait_time_in_minutes"))
    return number(at(resource.body, "deployment_configuration", "bake_time_in_minutes"))


def _minutes(alarm: Resource) -> int:
    """How long it must be bad before the alarm is raised."""
    queries = blocks(alarm.body.get("metric_query"))
    measured: list[dict[str, Any]] = [
        alarm.body,
        *(metric for each in queries for metric in blocks(each.get("metric"))),
    ]
    seconds = max(number(each.get("period")) or 0 for each in measured)
    return -(-seconds * (number(alarm.body.get("evaluation_periods")) or 0) // 60)


def _people_depend_on_it(resource: Resource, environment: Environment) -> bool:
    return environment.production and deployments.moves_traffic(resource, environment)


CHECK = Check(
    Rule(
        id="TEAL_RELEASE_KEEPS_BLUE",
        severity="high",
        title="Production keeps blue until people and alarms could have said no to green",
        why="What is found wrong minutes after the cutover cannot be rolled back: the old tasks are gone, and the way "
        "back is another release.",
        fix="Keep blue for 15 minutes at least, and longer than the slowest alarm takes.",
        link="https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_BlueInstanceTerminationOption.html",
        setting="service.<name>.release.keep_blue_minutes",
    ),
    types=deployments.TYPES,
    judge=_judge,
    applies=_people_depend_on_it,
)
