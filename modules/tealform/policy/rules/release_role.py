"""ECS may move the traffic of a service that it releases."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tealform.policy import resource_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_POLICY = ":policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
_NEEDED = ("elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets")
"""The least that a policy of one's own must allow instead."""


def _judge(service: Resource, environment: Environment) -> Iterator[str]:
    for role in _roles(service, environment):
        if not _has_policy(role, environment) and (missing := _missing(role, environment)):
            yield f"{role.address} may not {', '.join(missing)}"


def _roles(service: Resource, environment: Environment) -> tuple[Resource, ...]:
    named = at(service.body, "load_balancer", "advanced_configuration", "role_arn")
    return tuple(each for each in environment.referred(named) if each.type == "aws_iam_role")


def _has_policy(role: Resource, environment: Environment) -> bool:
    attached = environment.referring(role, "aws_iam_role_policy_attachment", "role")
    return any(str(each.body.get("policy_arn")).endswith(_POLICY) for each in attached)


def _missing(role: Resource, environment: Environment) -> list[str]:
    said = resource_access.role_statements(role, environment)
    granted = [action.lower() for each in said if each.effect == "Allow" for action in each.actions]
    return [action for action in _NEEDED if not any(fnmatchcase(action.lower(), each) for each in granted)]


def _by_a_role_of_ours(service: Resource, environment: Environment) -> bool:
    return bool(_roles(service, environment))


CHECK = Check(
    Rule(
        id="TEAL_RELEASE_ROLE",
        severity="high",
        title="ECS releases with a role that may move traffic",
        why="Every release fails when its tasks are to be put behind the load balancer.",
        fix="Name a role in advanced_configuration.role_arn that has AmazonECSInfrastructureRolePolicyForLoadBalancers.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html",
    ),
    types=("aws_ecs_service",),
    judge=_judge,
    applies=_by_a_role_of_ours,
)
