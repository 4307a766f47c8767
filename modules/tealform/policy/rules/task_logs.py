"""What a container says is kept."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import containers
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(definition: Resource, environment: Environment) -> Iterator[str]:
    for container in containers.parse_containers(definition):
        name = containers.log_group(container)
        if not name:
            yield f"{containers.container_label(container)} has no logConfiguration with logDriver awslogs and an awslogs-group"
        elif not containers.log_groups(container, environment):
            yield f"{containers.container_label(container)} logs to {name}, which is no log group of this environment"


CHECK = Check(
    Rule(
        id="TEAL_TASK_LOGS",
        severity="high",
        title="Each container logs to a log group of the environment",
        why="Tasks do not start when the log group is not there; without one nobody learns why green did not become "
        "well.",
        fix="Give each container logConfiguration with awslogs and the name of the service's log group.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html",
    ),
    types=("aws_ecs_task_definition",),
    judge=_judge,
    applies=containers.has_readable_containers,
)
