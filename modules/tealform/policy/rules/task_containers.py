"""Whoever looks at a task definition can read its containers."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import containers
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(definition: Resource, environment: Environment) -> Iterator[str]:
    if not containers.has_readable_containers(definition, environment):
        yield "its container_definitions are no JSON list of objects that can be read here"
        return
    found = containers.parse_containers(definition)
    if not any(each.get("essential", True) is True for each in found):
        yield "it has no essential container"
    names = [each.get("name") for each in found]
    if len(set(names)) < len(names) or not all(names):
        yield "its containers have no names of their own"
    yield from (f"{containers.container_label(each)} has no image" for each in found if not each.get("image"))


CHECK = Check(
    Rule(
        id="TEAL_TASK_CONTAINERS",
        severity="high",
        title="The containers of a task definition can be read, and one of them is essential",
        why="ECS refuses the task definition; and no rule about containers sees anything in a text that is made of "
        "functions, variables or broken JSON.",
        fix="Write container_definitions as a literal JSON list with at least one essential container.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
    ),
    types=("aws_ecs_task_definition",),
    judge=_judge,
)
