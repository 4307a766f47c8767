"""Security groups let out what is named."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import network_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(group: Resource, environment: Environment) -> Iterator[str]:
    for each in network_access.list_egress(group, environment):
        if each.addresses and each.every_port:
            yield f"{each.said_by} lets out everything to {', '.join(each.addresses)}"


CHECK = Check(
    Rule(
        id="TEAL_SERVICE_EGRESS",
        severity="medium",
        title="Security groups let connections out on named ports",
        why="What has got into a task or a build sends what it finds there to anywhere, on any port.",
        fix="Name the ports that are needed in egress_ports.",
        link="https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
        setting="service.<name>.egress_ports",
    ),
    types=("aws_security_group",),
    judge=_judge,
)
