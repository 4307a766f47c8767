"""A service runs on Fargate, and in production not on what can be taken away alone."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_ON_DEMAND, _SPOT = "FARGATE", "FARGATE_SPOT"


def _judge(service: Resource, environment: Environment) -> Iterator[str]:
    strategy = list(blocks(service.body.get("capacity_provider_strategy")))
    if not strategy and service.body.get("launch_type") != _ON_DEMAND:
        yield "it has no capacity_provider_strategy, and without one its tasks go to EC2"
    for each in strategy:
        if (provider := each.get("capacity_provider")) not in (_ON_DEMAND, _SPOT):
            yield f"its capacity provider {provider} is not Fargate"
    # ECS places nothing on a weight of 0, whatever the base.
    kept = any(each.get("capacity_provider") == _ON_DEMAND and number(each.get("weight")) for each in strategy)
    if environment.production and strategy and not kept:
        yield "all of its tasks are on Spot"


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_CAPACITY",
        severity="medium",
        title="A service runs on Fargate, and production not on Spot alone",
        why="Tasks that go to EC2 find no machine there, and none start. AWS takes Spot back with two minutes' notice, "
        "from all tasks at once if it must, and has none when it is wanted most.",
        fix="Give capacity_provider_strategy FARGATE with a weight; beside it FARGATE_SPOT if you like.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html",
        setting="service.<name>.capacity",
    ),
    types=("aws_ecs_service",),
    judge=_judge,
)
