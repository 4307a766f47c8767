"""The tasks of a service stand in subnets of their own choice, behind a security group of their own."""

from __future__ import annotations

from collections.abc import Iterator

from harness.policy.check import Check
from harness.policy.environment import Environment
from harness.policy.rule import Rule
from harness.policy.values import at, items
from harness.terraform_json import Resource


def _judge(service: Resource, environment: Environment) -> Iterator[str]:
    network = service.body.get("network_configuration")
    groups = [each.address for each in environment.referred(at(network, "security_groups"))]
    if not groups:
        yield "it has no security group of this environment"
    if shared := [each for each in groups if each.startswith("aws_default_security_group.")]:
        yield f"its security group is the network's default one, {shared[0]}"
    subnets = {str(each) for each in items(at(network, "subnets"))}
    if len(subnets) < 2:
        yield f"it has {len(subnets)} subnets; with fewer than two, one zone that fails takes it down"


CHECK = Check(
    Rule(
        id="CUT_SERVICE_NETWORK",
        severity="high",
        title="A service has a security group of its own, and two subnets",
        why="Without a group of its own it is in the network's default one, which lets nobody in, or everybody; with "
        "one subnet it goes down with its zone.",
        fix="Name its security group and the private subnets of at least two zones in network_configuration.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html",
        setting="network.zones",
    ),
    types=("aws_ecs_service",),
    judge=_judge,
)
