"""What starts a task and what runs in it have two roles."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_ROLES = ("task_role_arn", "execution_role_arn")


def _judge(definition: Resource, _environment: Environment) -> Iterator[str]:
    task, execution = (definition.body.get(key) for key in _ROLES)
    yield from (f"it has no {key}" for key in _ROLES if not definition.body.get(key))
    if task and task == execution:
        yield "task_role_arn and execution_role_arn are the same role"


CHECK = Check(
    Rule(
        id="TEAL_TASK_ROLES",
        severity="high",
        title="A task has a role, and what starts it another one",
        why="With one role the application may read every secret and image that starting it takes; without them the "
        "image cannot be pulled, or the application has no role to be given permissions by.",
        fix="Set task_role_arn and execution_role_arn to two roles.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-ecs-iam-role-overview.html",
    ),
    types=("aws_ecs_task_definition",),
    judge=_judge,
)
