"""In production green is looked at before it takes traffic."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    if not deployments.parse_deployment(resource, environment).test:
        yield "it has no test listener of this environment"


def _people_depend_on_it(resource: Resource, environment: Environment) -> bool:
    return environment.production and deployments.moves_traffic(resource, environment)


CHECK = Check(
    Rule(
        id="TEAL_RELEASE_TESTED",
        severity="high",
        title="A release to production has a test listener",
        why="A target group that nothing leads to has no health checks: green takes everybody's traffic before "
        "anything, or anybody, has seen it answer.",
        fix="Give the release a test listener.",
        link="https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_TargetGroupPairInfo.html",
        setting="load_balancer.test_listener",
    ),
    types=deployments.TYPES,
    judge=_judge,
    applies=_people_depend_on_it,
)
