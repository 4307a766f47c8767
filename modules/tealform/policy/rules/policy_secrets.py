"""A task gets the secrets that its containers name."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tealform.policy import containers, resource_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_READING = {"secretsmanager": "secretsmanager:GetSecretValue", "ssm": "ssm:GetParameters"}
_PARTS = 7
"""Those of a secret's ARN: what ECS takes behind them, the JSON key and the version, IAM does not know."""


def _judge(definition: Resource, environment: Environment) -> Iterator[str]:
    [role] = _role(definition, environment)
    for container in containers.parse_containers(definition):
        for secret in blocks(container.get("secrets")):
            arn = str(secret.get("valueFrom", ""))
            if (action := _action(arn)) and not _may(role, action, arn, environment):
                yield f"{role.address} may not {action} for {secret.get('name')} of {containers.container_label(container)}"


def _role(definition: Resource, environment: Environment) -> tuple[Resource, ...]:
    found = environment.referred(definition.body.get("execution_role_arn"))
    return tuple(each for each in found if resource_access.has_only_generated_policies(each, environment))


def _action(arn: str) -> str:
    """What ECS does to read it; empty for what is no ARN that could be compared."""
    parts = arn.split(":")
    return _READING.get(parts[2], "") if len(parts) > 2 and parts[0] == "arn" else ""


def _may(role: Resource, action: str, arn: str, environment: Environment) -> bool:
    known = ":".join(arn.split(":")[:_PARTS])
    statements = resource_access.allowing_statements(role, action, environment)
    # What is written by its opposite is not for this rule to judge.
    return any(each.negations or any(fnmatchcase(known, named) for named in each.resources) for each in statements)


def _can_be_judged(definition: Resource, environment: Environment) -> bool:
    return containers.has_readable_containers(definition, environment) and len(_role(definition, environment)) == 1


CHECK = Check(
    Rule(
        id="TEAL_POLICY_SECRETS",
        severity="high",
        title="The execution role may read every secret that its containers name",
        why="ECS reads the secrets before a container starts: no task of the service starts, nor does green of any release.",
        fix="Name each secret's ARN, without JSON key and version, in the execution role's policy, as `tealform synth` does.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html",
    ),
    types=("aws_ecs_task_definition",),
    judge=_judge,
    applies=_can_be_judged,
)
