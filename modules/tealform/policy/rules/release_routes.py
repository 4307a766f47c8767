"""A release turns the listeners and target groups of its own service."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.deployments import Deployment
from tealform.policy.environment import Environment, references
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    release = deployments.parse_deployment(resource, environment)
    if len(release.production) != 1:
        yield f"it has {len(release.production)} production routes of this environment; it needs one"
    yield from _listeners(release, environment)
    yield from _strays(release, environment)
    yield from _service(release)
    if not release.by_codedeploy:
        yield from _rules(release, environment)


def _listeners(release: Deployment, environment: Environment) -> Iterator[str]:
    for production in (deployments.listener(route, environment) for route in release.production):
        for test in (deployments.listener(route, environment) for route in release.test):
            if production.address == test.address:
                yield f"production and test are the same listener, {test.address}"
            elif production.body.get("load_balancer_arn") != test.body.get("load_balancer_arn"):
                yield f"{production.address} and {test.address} are of two load balancers"


def _strays(release: Deployment, environment: Environment) -> Iterator[str]:
    """What leads to the target groups and stays as it is, so that it leads to nothing once they have changed places."""
    turned = {each.address for each in (*release.production, *release.test)}
    for route in environment.resources("aws_lb_listener_rule", "aws_lb_listener"):
        place = deployments.listener(route, environment) if release.by_codedeploy else route
        led = [each for each in deployments.forwards_to(route, environment) if each in release.target_groups]
        if led and place.address not in turned:
            yield f"{route.address} leads to {led[0].address}, and no release turns it"


def _service(release: Deployment) -> Iterator[str]:
    pair = {each.address for each in release.target_groups}
    if not release.services:
        yield "its ecs_service is none of this environment"
    for service in release.services:
        balancers = blocks(service.body.get("load_balancer"))
        behind = [group for each in balancers if (group := each.get("target_group_arn"))]
        for group in behind:
            if pair.isdisjoint(references(group)):
                shown = ", ".join(references(group)) or group
                yield f"{service.address} is behind {shown}, which is not one of its target groups"
        if not behind:
            yield f"{service.address} is behind no target group"


def _rules(release: Deployment, environment: Environment) -> Iterator[str]:
    """ECS shifts weights between both groups of a rule for production; one for tests may lead to green alone."""
    pair = {each.address for each in release.target_groups}
    for route in (*release.production, *release.test):
        led = {each.address for each in deployments.forwards_to(route, environment)}
        if not led & pair:
            yield f"{route.address} leads to none of its target groups"
        elif route in release.production and route.type == "aws_lb_listener_rule" and pair - led:
            yield f"{route.address} does not lead to {', '.join(sorted(pair - led))}, not even with weight 0"


CHECK = Check(
    Rule(
        id="TEAL_RELEASE_ROUTES",
        severity="high",
        title="A release turns its own service's traffic, from one listener and with another one for tests",
        why="The release fails, or turns another service's traffic; with one listener for both, test traffic is "
        "production traffic.",
        fix="Give it two listeners of one load balancer, and the target groups that its service stands behind.",
        link="https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_TargetGroupPairInfo.html",
    ),
    types=deployments.TYPES,
    judge=_judge,
    applies=deployments.moves_traffic,
)
