"""A task that starts is not stopped for that."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_GRACE = "health_check_grace_period_seconds"


def _judge(service: Resource, _environment: Environment) -> Iterator[str]:
    # Without the argument it is 0 as well.
    if not number(service.body.get(_GRACE)):
        yield f"{_GRACE} is 0: a task is stopped for being unhealthy while it still starts"


def _of_production(service: Resource, environment: Environment) -> bool:
    return environment.production and bool(service.body.get("load_balancer"))


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_GRACE",
        severity="medium",
        title="In production, a new task has time to start before its health checks count",
        why="A task that starts more slowly than on a good day is stopped before it answers, and so is the next: the service "
        "never gets its tasks back, when it needs them most.",
        fix="Set health_check.grace to more seconds than a task takes to start.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html",
        setting="service.<name>.health_check.grace",
    ),
    types=("aws_ecs_service",),
    judge=_judge,
    applies=_of_production,
)
