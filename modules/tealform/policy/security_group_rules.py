"""What security groups let in and out, in each of the three ways to say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tealform.policy.environment import Environment, references
from tealform.policy.json_access import is_true, items, number
from tealform.synth.terraform_json import Resource, blocks

_ADDRESSES = ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks", "prefix_list_id", "prefix_list_ids")
_GROUPS = ("referenced_security_group_id", "source_security_group_id", "security_groups")
_ANY_PROTOCOL = ("-1", "all")
_LAST_PORT = 65535


@dataclass(frozen=True)
class Connection:
    """What one rule, or one block within ``guard``, lets in to that security group, or out of it.

    ``said_by`` is the address of the resource in which it stands.
    """

    guard: Resource
    said_by: str
    body: dict[str, Any]

    @property
    def addresses(self) -> list[str]:
        """The networks and prefix lists at the other end."""
        return [str(each) for key in _ADDRESSES for each in items(self.body.get(key))]

    @property
    def groups(self) -> list[str]:
        """The security groups at the other end: addresses of those of the environment, ids of others."""
        named = [str(each) for key in _GROUPS for each in items(self.body.get(key))]
        within = [self.guard.address] if is_true(self.body.get("self")) else []
        return within + [group for each in named for group in references(each) or (each,)]

    @property
    def every_port(self) -> bool:
        """Whether it is about all of them."""
        return self.reaches(0) and self.reaches(_LAST_PORT)

    def reaches(self, port: int) -> bool:
        """Whether it is about a port; one that says no ports is about all of them."""
        protocol = str(self.body.get("ip_protocol", self.body.get("protocol", ""))).lower()
        first, last = number(self.body.get("from_port")), number(self.body.get("to_port"))
        return protocol in _ANY_PROTOCOL or first is None or last is None or first <= port <= last


def inwards(guard: Resource, environment: Environment) -> Iterator[Connection]:
    """What a security group lets in."""
    return _connections(guard, environment, "ingress")


def outwards(guard: Resource, environment: Environment) -> Iterator[Connection]:
    """What a security group lets out."""
    return _connections(guard, environment, "egress")


def _connections(guard: Resource, environment: Environment, way: str) -> Iterator[Connection]:
    for block in blocks(guard.body.get(way)):
        yield Connection(guard, guard.address, block)
    for rule in environment.referring(guard, f"aws_vpc_security_group_{way}_rule", "security_group_id"):
        yield Connection(guard, rule.address, rule.body)
    for rule in environment.referring(guard, "aws_security_group_rule", "security_group_id"):
        if rule.body.get("type") == way:
            yield Connection(guard, rule.address, rule.body)
