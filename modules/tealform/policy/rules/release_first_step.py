"""In production a release begins with the lesser part of the traffic."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_MOST = 50


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    shift = deployments.parse_traffic_shift(deployments.parse_deployment(resource, environment), environment)
    if shift and shift.percent > _MOST:
        yield f"its first step moves {shift.percent} percent of the traffic"


def _in_steps(resource: Resource, environment: Environment) -> bool:
    if not environment.production or not deployments.moves_traffic(resource, environment):
        return False
    return deployments.parse_traffic_shift(deployments.parse_deployment(resource, environment), environment) is not None


CHECK = Check(
    Rule(
        id="TEAL_RELEASE_FIRST_STEP",
        severity="medium",
        title=f"A release in steps begins with at most {_MOST} percent of production's traffic",
        why="It is all at once by another name: most users meet an error before an alarm can be raised.",
        fix="Begin with a small percent, or say that it is all at once.",
        link="https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html",
        setting="service.<name>.release.percent",
    ),
    types=deployments.TYPES,
    judge=_judge,
    applies=_in_steps,
)
