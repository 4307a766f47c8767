"""A public load balancer can be reached."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import network_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment, is_true
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(balancer: Resource, environment: Environment) -> Iterator[str]:
    for subnet in environment.referred([balancer.body.get("subnets"), balancer.body.get("subnet_mapping")]):
        if subnet.type == "aws_subnet" and not network_access.is_public_subnet(subnet, environment):
            yield f"the internet has no way to {subnet.address}"


def _public(balancer: Resource, _environment: Environment) -> bool:
    return not is_true(balancer.body.get("internal"))


CHECK = Check(
    Rule(
        id="TEAL_BALANCER_SUBNETS",
        severity="high",
        title="A public load balancer stands in subnets behind an internet gateway",
        why="It has public addresses that nobody can reach, in one zone or in all of them.",
        fix="Use the public subnets, or make the load balancer an internal one.",
        link="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html",
    ),
    types=("aws_lb",),
    judge=_judge,
    applies=_public,
)
