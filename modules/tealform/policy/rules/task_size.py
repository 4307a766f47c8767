"""A task is of a size that Fargate has."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, items, number, shown
from tealform.policy.rule import Rule
from tealform.settings.service import FARGATE_MEMORY
from tealform.synth.terraform_json import Resource


def _judge(definition: Resource, _environment: Environment) -> Iterator[str]:
    if "FARGATE" not in items(definition.body.get("requires_compatibilities")):
        yield "its requires_compatibilities lack FARGATE"
    cpu, memory = number(definition.body.get("cpu")), number(definition.body.get("memory"))
    if cpu not in FARGATE_MEMORY:
        yield f"its cpu is {shown(definition.body.get('cpu'))}; Fargate has {', '.join(map(str, FARGATE_MEMORY))}"
    elif memory not in FARGATE_MEMORY[cpu]:
        sizes = FARGATE_MEMORY[cpu]
        step = f", in steps of {sizes[-1] - sizes[-2]}"
        found = shown(definition.body.get("memory"))
        yield f"its memory is {found}; with cpu {cpu} Fargate has {sizes[0]} to {sizes[-1]} MiB{step}"


CHECK = Check(
    Rule(
        id="TEAL_TASK_SIZE",
        severity="high",
        title="A task is of a size that Fargate has",
        why="ECS refuses the task definition, and the apply ends half way.",
        fix="Choose cpu and memory that go together.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size",
        setting="service.<name>.memory",
    ),
    types=("aws_ecs_task_definition",),
    judge=_judge,
)
