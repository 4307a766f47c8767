"""A container cannot change its own programs."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import containers
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(definition: Resource, _environment: Environment) -> Iterator[str]:
    for container in containers.parse_containers(definition):
        if container.get("readonlyRootFilesystem") is not True:
            yield f"{containers.container_label(container)} has a writable root file system"


CHECK = Check(
    Rule(
        id="TEAL_TASK_READ_ONLY",
        severity="medium",
        title="The root file system of each container is read-only",
        why="Whoever finds a way to write a file can change the program that runs, and stay.",
        fix="Set it to true, and name the folders that must stay writable in writable_paths. ECS Exec needs it off: "
        "waive it then.",
        link="https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-5",
        setting="service.<name>.read_only_root_filesystem",
    ),
    types=("aws_ecs_task_definition",),
    judge=_judge,
    applies=containers.has_readable_containers,
)
