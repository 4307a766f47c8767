"""Nobody opens a shell in production."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, is_true
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(service: Resource, _environment: Environment) -> Iterator[str]:
    if is_true(service.body.get("enable_execute_command")):
        yield "enable_execute_command is true"


def _people_depend_on_it(_service: Resource, environment: Environment) -> bool:
    return environment.production


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_EXEC",
        severity="medium",
        title="ECS Exec is off in production",
        why="Whoever may call ECS has a shell beside the application, with its role, its secrets and its way to the "
        "database, and changes what no release has seen.",
        fix="Set it to false, and waive it for the days in which somebody must look inside.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html",
        setting="service.<name>.exec",
    ),
    types=("aws_ecs_service",),
    judge=_judge,
    applies=_people_depend_on_it,
)
