"""A release that ECS makes is blue/green, and goes back by itself."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, is_true
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_STRATEGIES = ("BLUE_GREEN", "CANARY", "LINEAR")
_NEEDED = ("alternate_target_group_arn", "production_listener_rule", "role_arn")


def _judge(service: Resource, _environment: Environment) -> Iterator[str]:
    strategy = at(service.body, "deployment_configuration", "strategy") or "ROLLING"
    if strategy not in _STRATEGIES:
        yield f"its strategy is {strategy}, not {', '.join(_STRATEGIES[:-1])} or {_STRATEGIES[-1]}"
    turned = at(service.body, "load_balancer", "advanced_configuration")
    yield from (f"load_balancer.advanced_configuration has no {key}" for key in _NEEDED if not at(turned, key))
    yield from _off(service, "deployment_circuit_breaker")
    if "alarms" in service.body:
        yield from _off(service, "alarms")


def _off(service: Resource, block: str) -> Iterator[str]:
    for key in ("enable", "rollback"):
        if not is_true(at(service.body, block, key)):
            yield f"{block}.{key} is not true"


def _made_by_ecs(service: Resource, _environment: Environment) -> bool:
    return deployments.controller(service) == "ECS"


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_ROLLBACK",
        severity="high",
        title="A service that ECS releases is blue/green, and a release that fails is rolled back",
        why="A new version replaces the old one task by task, or stays where it is though its tasks crash or an alarm "
        "is raised, until somebody notices.",
        fix="Set a blue/green strategy with load_balancer.advanced_configuration, and enable and rollback of "
        "deployment_circuit_breaker and alarms.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html",
        setting="service.<name>.release",
    ),
    types=("aws_ecs_service",),
    judge=_judge,
    applies=_made_by_ecs,
)
