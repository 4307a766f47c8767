"""What CodeDeploy turns leads to one target group, and production does not lead where test does."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.deployments import Deployment
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(group: Resource, environment: Environment) -> Iterator[str]:
    release = deployments.parse_deployment(group, environment)
    production = list(_led(release, release.production, environment))
    test = list(_led(release, release.test, environment))
    for route, groups in production + test:
        if len(groups) > 1:
            yield f"{route.address} leads to {len(groups)} target groups; CodeDeploy moves what leads to one"
    if not production:
        yield "nothing on its production listener leads to one of its target groups"
    if release.test and not test:
        yield "nothing on its test listener leads to one of its target groups"
    led = {each.address for _, groups in production for each in groups}
    for route, groups in test:
        if same := [each.address for each in groups if each.address in led]:
            yield f"{route.address} leads to {same[0]}, as production does: the other target group has no health checks"


def _led(
    release: Deployment, listeners: tuple[Resource, ...], environment: Environment
) -> Iterator[tuple[Resource, tuple[Resource, ...]]]:
    """Each of the listeners and their rules that leads to a target group of the release, with all that it leads to."""
    of_listeners = [
        rule for each in listeners for rule in environment.referring(each, "aws_lb_listener_rule", "listener_arn")
    ]
    for route in (*listeners, *of_listeners):
        groups = deployments.forwards_to(route, environment)
        if any(each in release.target_groups for each in groups):
            yield route, groups


def _by_codedeploy(group: Resource, environment: Environment) -> bool:
    return len(deployments.parse_deployment(group, environment).target_groups) == 2


CHECK = Check(
    Rule(
        id="TEAL_LISTENER_TARGETS",
        severity="high",
        title="Production leads to one target group of a release, and test to the other",
        why="CodeDeploy fails each release when what it turns leads to none of its target groups, or to two; and a "
        "target group that nothing leads to has no health checks, so that green takes traffic before it is well.",
        fix="Let a rule of the production listener forward to blue alone, and one of the test listener to green alone.",
        link="https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html",
    ),
    types=(deployments.CODEDEPLOY,),
    judge=_judge,
    applies=_by_codedeploy,
)
