"""A service starts where users are sent to."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.deployments import Deployment
from tealform.policy.environment import Environment, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks


def _judge(service: Resource, environment: Environment) -> Iterator[str]:
    own = [each.get("target_group_arn") for each in blocks(service.body.get("load_balancer"))]
    starts = {each.address for each in environment.referred(own)}
    for release in _of_it(service, environment):
        led = _led(release, environment)
        if starts and led and not starts & led:
            yield f"it starts in {', '.join(sorted(starts))}, and production leads to {', '.join(sorted(led))}"


def _of_it(service: Resource, environment: Environment) -> list[Deployment]:
    return [each for each in deployments.list_deployments(environment) if service in each.services]


def _led(release: Deployment, environment: Environment) -> set[str]:
    """The target groups of a release to which production's routes, or the rules of their listeners, send requests."""
    pair = {each.address for each in release.target_groups}
    rules = [
        rule
        for each in release.production
        for rule in environment.referring(each, "aws_lb_listener_rule", "listener_arn")
    ]
    return pair & {group for route in (*release.production, *rules) for group in _sent_to(route, environment)}


def _sent_to(route: Resource, environment: Environment) -> Iterator[str]:
    """The target groups that get requests, which those of weight 0 do not."""
    for action in blocks(route.body.get("action", route.body.get("default_action"))):
        weighted = [group for each in blocks(action.get("forward")) for group in blocks(each.get("target_group"))]
        sent = [each.get("arn") for each in weighted if number(each.get("weight")) != 0]
        yield from (each.address for each in environment.referred([action.get("target_group_arn"), *sent]))


def _released(service: Resource, environment: Environment) -> bool:
    return bool(_of_it(service, environment))


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_STARTS",
        severity="high",
        title="A service starts in the target group that production leads to",
        why="Nobody stands in the one that users are sent to: the first that they see is an error, until the first release.",
        fix="Give the service's load_balancer the target group that the production listener, or its rule, forwards to.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html",
    ),
    types=("aws_ecs_service",),
    judge=_judge,
    applies=_released,
)
