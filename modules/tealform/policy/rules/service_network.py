"""The tasks of a service stand in subnets of their own choice, behind a security group of their own."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import network_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, items
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(service: Resource, environment: Environment) -> Iterator[str]:
    network = service.body.get("network_configuration")
    groups = [each.address for each in environment.referred(at(network, "security_groups"))]
    if not groups:
        yield "it has no security group of this environment"
    if shared := [each for each in groups if each.startswith("aws_default_security_group.")]:
        yield f"its security group is the network's default one, {shared[0]}"
    for each in environment.referred(at(network, "security_groups")):
        yield from _open(each, environment)
    subnets = {str(each) for each in items(at(network, "subnets"))}
    if environment.production and len(subnets) < 2:
        yield f"the number of its subnets is {len(subnets)}; with fewer than two, one zone that fails takes it down"


def _open(group: Resource, environment: Environment) -> Iterator[str]:
    """What lets in addresses: tasks are reached through the load balancer, whose security group is named instead."""
    for each in network_access.list_ingress(group, environment):
        if each.addresses:
            yield f"{each.said_by} lets in {', '.join(each.addresses)}"


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_NETWORK",
        severity="high",
        title="A service has a security group that lets in the load balancer alone, and in production two subnets",
        why="Without a group of its own it is in the network's default one, which lets nobody in, or everybody; who "
        "comes around the load balancer meets no TLS and no web ACL, and a version that is not released; with one subnet it goes "
        "down with its zone.",
        fix="Name a security group that lets in the load balancer's, and the private subnets of at least two zones.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html",
        setting="network.private_subnet_ids",
    ),
    types=("aws_ecs_service",),
    judge=_judge,
)
