"""No container has more power over its host than it needs."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import containers
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(definition: Resource, _environment: Environment) -> Iterator[str]:
    for container in containers.parse_containers(definition):
        name, linux = containers.container_label(container), container.get("linuxParameters") or {}
        if container.get("privileged"):
            yield f"{name} is privileged"
        if added := (linux.get("capabilities") or {}).get("add"):
            yield f"{name} adds {', '.join(map(str, added))} to its capabilities"
        if linux.get("devices"):
            yield f"{name} has devices of its host"


CHECK = Check(
    Rule(
        id="TEAL_TASK_PRIVILEGED",
        severity="critical",
        title="No container is privileged, or adds capabilities or devices",
        why="Whoever breaks into the container has its host, and what else runs there; Fargate refuses to start it.",
        fix="Remove privileged, linuxParameters.capabilities.add and linuxParameters.devices.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html",
    ),
    types=("aws_ecs_task_definition",),
    judge=_judge,
    applies=containers.has_readable_containers,
)
