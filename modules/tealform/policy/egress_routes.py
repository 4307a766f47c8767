"""Where subnets lead to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.policy.environment import Environment
from tealform.synth.terraform_json import Resource, blocks

_DESTINATIONS = ("destination_cidr_block", "destination_ipv6_cidr_block", "cidr_block", "ipv6_cidr_block")
_ANYWHERE = ("0.0.0.0/0", "::/0")


def default_routes(subnet: Resource, environment: Environment) -> Iterator[dict[str, Any]]:
    """The ways that a subnet's route tables have to anywhere; those of the VPC's main table are not looked for."""
    for association in environment.referring(subnet, "aws_route_table_association", "subnet_id"):
        for table in environment.referred(association.body.get("route_table_id")):
            routes = environment.referring(table, "aws_route", "route_table_id")
            for route in (*(each.body for each in routes), *blocks(table.body.get("route"))):
                if any(route.get(key) in _ANYWHERE for key in _DESTINATIONS):
                    yield route


def is_public(subnet: Resource, environment: Environment) -> bool:
    """Whether an internet gateway is its way to anywhere, so that the internet has a way in to public addresses there."""
    return any(_by_internet_gateway(route, environment) for route in default_routes(subnet, environment))


def _by_internet_gateway(route: dict[str, Any], environment: Environment) -> bool:
    gateway = route.get("gateway_id")
    made = any(each.type == "aws_internet_gateway" for each in environment.referred(gateway))
    return made or str(gateway).startswith("igw-")
