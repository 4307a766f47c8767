"""A build in the network is in a private subnet, and in a security group of its own."""

from __future__ import annotations

from collections.abc import Iterator

from harness.policy.check import Check
from harness.policy.environment import Environment
from harness.policy.rule import Rule
from harness.policy.values import at
from harness.terraform_json import Resource


def _in_network(project: Resource, _environment: Environment) -> bool:
    return bool(project.body.get("vpc_config"))


def _judge(project: Resource, environment: Environment) -> Iterator[str]:
    for subnet in environment.referred(at(project.body, "vpc_config", "subnets")):
        if _is_public(subnet, environment):
            yield f"runs in the public subnet {subnet.address}, from which CodeBuild reaches nothing"
    shared = {
        group.address
        for service in environment.resources("aws_ecs_service")
        for group in environment.referred(at(service.body, "network_configuration", "security_groups"))
    }
    for group in environment.referred(at(project.body, "vpc_config", "security_group_ids")):
        if group.address in shared:
            yield f"shares {group.address} with a service's tasks"


def _is_public(subnet: Resource, environment: Environment) -> bool:
    """Whether its way out is an internet gateway."""
    return any(
        at(route.body, "gateway_id")
        for association in environment.referring(subnet, "aws_route_table_association", "subnet_id")
        for table in environment.referred(association.body.get("route_table_id"))
        for route in environment.referring(table, "aws_route", "route_table_id")
    )


CHECK = Check(
    Rule(
        id="CUT_BUILD_NETWORK",
        severity="high",
        title="Builds in the network are in private subnets, in a security group of their own",
        why="CodeBuild has no public address, so each build hangs until it times out; in a service's group it reaches what the service does",
        fix="Give vpc_config the private subnets and the build's own security group",
        link="https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html",
        setting="service.<name>.build.vpc",
    ),
    types=("aws_codebuild_project",),
    judge=_judge,
    applies=_in_network,
)
