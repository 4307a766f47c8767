"""A build in the network is in a security group of its own."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _in_network(project: Resource, _environment: Environment) -> bool:
    return bool(project.body.get("vpc_config"))


def _judge(project: Resource, environment: Environment) -> Iterator[str]:
    shared = {
        group.address
        for service in environment.resources("aws_ecs_service")
        for group in environment.referred(at(service.body, "network_configuration", "security_groups"))
    }
    for group in environment.referred(at(project.body, "vpc_config", "security_group_ids")):
        if group.address in shared:
            yield f"shares {group.address} with a service's tasks"


CHECK = Check(
    Rule(
        id="TEAL_BUILD_NETWORK",
        severity="high",
        title="Builds in the network are in a security group of their own",
        why="In a service's group a build reaches what the service does, its database too, and the load balancer may reach it",
        fix="Give vpc_config the build's own security group",
        link="https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html",
        setting="service.<name>.build.vpc",
    ),
    types=("aws_codebuild_project",),
    judge=_judge,
    applies=_in_network,
)
