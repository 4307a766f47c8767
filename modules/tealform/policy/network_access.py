"""What the network lets through: the rules of security groups, in each of the three ways to write them, and the routes of subnets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tealform.policy.environment import Environment, is_true, items, number, references
from tealform.synth.terraform_json import Resource, blocks

_ADDRESSES = ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks", "prefix_list_id", "prefix_list_ids")
_GROUPS = ("referenced_security_group_id", "source_security_group_id", "security_groups")
_ANY_PROTOCOL = ("-1", "all")
_LAST_PORT = 65535
_DESTINATIONS = ("destination_cidr_block", "destination_ipv6_cidr_block", "cidr_block", "ipv6_cidr_block")
_ANYWHERE = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True)
class Connection:
    """Traffic that one rule, or one block within ``guard``, lets into or out of that security group.

    ``said_by`` is the address of the resource that contains it.
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
        """Whether it covers all ports."""
        return self.reaches(0) and self.reaches(_LAST_PORT)

    def reaches(self, port: int) -> bool:
        """Return whether it covers a port; one without ports covers all of them."""
        protocol = str(self.body.get("ip_protocol", self.body.get("protocol", ""))).lower()
        first, last = number(self.body.get("from_port")), number(self.body.get("to_port"))
        return protocol in _ANY_PROTOCOL or first is None or last is None or first <= port <= last


def list_ingress(guard: Resource, environment: Environment) -> Iterator[Connection]:
    """Yield what a security group lets in."""
    return _connections(guard, environment, "ingress")


def list_egress(guard: Resource, environment: Environment) -> Iterator[Connection]:
    """Yield what a security group lets out."""
    return _connections(guard, environment, "egress")


def _connections(guard: Resource, environment: Environment, way: str) -> Iterator[Connection]:
    for block in blocks(guard.body.get(way)):
        yield Connection(guard, guard.address, block)
    for rule in environment.referring(guard, f"aws_vpc_security_group_{way}_rule", "security_group_id"):
        yield Connection(guard, rule.address, rule.body)
    for rule in environment.referring(guard, "aws_security_group_rule", "security_group_id"):
        if rule.body.get("type") == way:
            yield Connection(guard, rule.address, rule.body)


def default_routes(subnet: Resource, environment: Environment) -> Iterator[dict[str, Any]]:
    """Yield the default routes of a subnet's route tables, without those of the VPC's main table."""
    for association in environment.referring(subnet, "aws_route_table_association", "subnet_id"):
        for table in environment.referred(association.body.get("route_table_id")):
            routes = environment.referring(table, "aws_route", "route_table_id")
            for route in (*(each.body for each in routes), *blocks(table.body.get("route"))):
                if any(route.get(key) in _ANYWHERE for key in _DESTINATIONS):
                    yield route


def is_public_subnet(subnet: Resource, environment: Environment) -> bool:
    """Return whether a subnet's default route is an internet gateway, so that the internet reaches public addresses there."""
    return any(_by_internet_gateway(route, environment) for route in default_routes(subnet, environment))


def _by_internet_gateway(route: dict[str, Any], environment: Environment) -> bool:
    gateway = route.get("gateway_id")
    made = any(each.type == "aws_internet_gateway" for each in environment.referred(gateway))
    return made or str(gateway).startswith("igw-")
