"""Tasks stand where the internet has no way in, and they have a way out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tealform.policy import network_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, references
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_USERS: Mapping[str, tuple[str, str]] = {
    "aws_ecs_service": ("network_configuration", "subnets"),
    "aws_lambda_function": ("vpc_config", "subnet_ids"),
    "aws_codebuild_project": ("vpc_config", "subnets"),
}
"""Where each type of resource has the subnets in which it runs."""


def _judge(subnet: Resource, environment: Environment) -> Iterator[str]:
    users = _users(subnet, environment)
    if network_access.is_public_subnet(subnet, environment):
        yield f"an internet gateway is its way out, and {users[0].address} runs in it"
    elif not any(network_access.default_routes(subnet, environment)) and not _endpoints(subnet, environment):
        yield f"no way leads out of it, and {users[0].address} runs in it"


def _users(subnet: Resource, environment: Environment) -> list[Resource]:
    return [
        each
        for kind, place in _USERS.items()
        for each in environment.resources(kind)
        if subnet.address in references(at(each.body, *place))
    ]


def _endpoints(subnet: Resource, environment: Environment) -> tuple[Resource, ...]:
    return environment.referring(subnet, "aws_vpc_endpoint", "subnet_ids")


def _used(subnet: Resource, environment: Environment) -> bool:
    return bool(_users(subnet, environment))


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_SUBNETS",
        severity="high",
        title="Tasks and builds run in private subnets with a way out",
        why="Behind an internet gateway they reach nothing, or have public addresses and are on the internet; without "
        "a way out they fetch no image and no secret: every release fails that starts a task there.",
        fix="Use subnets whose way to the internet is a NAT gateway, or that have endpoints for what the tasks call.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
    ),
    types=("aws_subnet",),
    judge=_judge,
    applies=_used,
)
