"""Security groups, and rules that each allow TCP on one port."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tealform.aws import (
    Construct,
    ITerraformDependable,
    SecurityGroup,
    VpcSecurityGroupEgressRule,
    VpcSecurityGroupIngressRule,
)

ANYWHERE = "0.0.0.0/0"


def security_group(scope: Construct, *, name: str, description: str, vpc_id: str) -> SecurityGroup:
    """Create a security group without rules; its id is ``security-group``."""
    return SecurityGroup(
        scope, "security-group", name=name, description=description, vpc_id=vpc_id, tags={"Name": name}
    )


def allow_ingress(
    scope: Construct, id_: str, group_id: str, port: int, description: str, *, cidr: str
) -> ITerraformDependable:
    """Allow connections from the addresses in ``cidr`` to a group."""
    return VpcSecurityGroupIngressRule(scope, id_, cidr_ipv4=cidr, **_arguments(group_id, port, description))


def allow_egress(scope: Construct, id_: str, group_id: str, port: int, description: str) -> ITerraformDependable:
    """Allow connections from a group to all addresses."""
    return VpcSecurityGroupEgressRule(scope, id_, cidr_ipv4=ANYWHERE, **_arguments(group_id, port, description))


def connect(
    scope: Construct, source: str, target: str, port: int, *, ingress: tuple[str, str], egress: tuple[str, str]
) -> Sequence[ITerraformDependable]:
    """Allow connections from one group to another; ``ingress`` and ``egress`` are each rule's id and description."""
    return (
        VpcSecurityGroupIngressRule(
            scope, ingress[0], referenced_security_group_id=source, **_arguments(target, port, ingress[1])
        ),
        VpcSecurityGroupEgressRule(
            scope, egress[0], referenced_security_group_id=target, **_arguments(source, port, egress[1])
        ),
    )


def _arguments(group_id: str, port: int, description: str) -> dict[str, Any]:
    return {
        "security_group_id": group_id,
        "description": description,
        "ip_protocol": "tcp",
        "from_port": port,
        "to_port": port,
    }
