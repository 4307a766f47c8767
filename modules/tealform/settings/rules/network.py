"""Networks that AWS can build and a load balancer can stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from tealform.settings.environment import Environment
from tealform.settings.errors import Path_
from tealform.settings.network import ZONES_IN_NETWORK, CreatedNetwork, ExistingNetwork
from tealform.settings.rules.violation import Conflict

# A load balancer wants a /27 or larger: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
_BALANCER_SUBNET, _SUBNET = 27, 28


def _created(environment: Environment) -> Iterator[CreatedNetwork]:
    if isinstance(environment.network, CreatedNetwork):
        yield environment.network


# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
_SUBNETS = 16


def zones(environment: Environment, name: str) -> Iterator[Conflict]:
    """At least two zones, all of the region: a load balancer spans two or more."""
    for network in _created(environment):
        if len(network.zones) < 2:
            yield Conflict(("network", "zones"), "a load balancer needs at least two zones")
        for index, zone in enumerate(network.zones):
            if zone[:-1] != environment.region:
                path: Path_ = ("network", "zones", index)
                yield Conflict(path, f'"{zone}" is not in {environment.region}', about=(("region",),))


def size(environment: Environment, name: str) -> Iterator[Conflict]:
    """A VPC is /16 to /28, and what is divided automatically must leave enough to each load balancer subnet."""
    for network in _created(environment):
        whole = IPv4Network(network.cidr)
        path: Path_ = ("network", "cidr")
        automatic = not (network.public_subnets and network.private_subnets)
        if not 16 <= whole.prefixlen <= 28:
            yield Conflict(path, f"{whole} is a /{whole.prefixlen}; a VPC is /16 to /28")
        elif automatic and whole.prefixlen > _BALANCER_SUBNET - 4:
            yield Conflict(
                path,
                f"{whole} is too small to be divided into sixteen subnets of /{_BALANCER_SUBNET} or larger, which a load "
                f"balancer needs; use a /{_BALANCER_SUBNET - 4} or larger, or give public_subnets and private_subnets",
            )
        if whole.is_loopback or whole.is_multicast or whole.is_link_local or whole.network_address.packed[0] == 0:
            yield Conflict(
                path, f"{whole} is no range for a network; use one of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
            )
        if automatic and len(network.zones) > ZONES_IN_NETWORK:
            yield Conflict(
                ("network", "zones"),
                f"the automatic division has room for {ZONES_IN_NETWORK} zones; give public_subnets and private_subnets",
            )


def subnets(environment: Environment, name: str) -> Iterator[Conflict]:
    """Subnets given by hand: one for each zone, inside the VPC, large enough, apart from all others."""
    internal = environment.load_balancer.internal
    for network in _created(environment):
        whole = IPv4Network(network.cidr)
        if whole.prefixlen > _SUBNET or not (network.public_subnets or network.private_subnets):
            continue
        about: tuple[Path_, ...] = (("network", "cidr"), ("network", "zones"), ("load_balancer", "internal"))
        seen: list[IPv4Network] = []
        for key, given, ranges, smallest in (
            (
                "public_subnets",
                network.public_subnets,
                network.public_ranges(),
                _SUBNET if internal else _BALANCER_SUBNET,
            ),
            (
                "private_subnets",
                network.private_subnets,
                network.private_ranges(),
                _BALANCER_SUBNET if internal else _SUBNET,
            ),
        ):
            if given and len(given) != len(network.zones):
                yield Conflict(
                    ("network", key), f"{len(given)} ranges for {len(network.zones)} zones; give one for each", about
                )
            for index, subnet in enumerate(map(IPv4Network, ranges)):
                path: Path_ = ("network", key, index) if given else ("network", "public_subnets")
                if given and not subnet.subnet_of(whole):
                    yield Conflict(path, f"{subnet} is not inside the network, {whole}", about)
                if given and not 16 <= subnet.prefixlen <= smallest:
                    yield Conflict(path, f"{subnet} is a /{subnet.prefixlen}; it must be /16 to /{smallest}", about)
                for other in seen:
                    if subnet.overlaps(other):
                        yield Conflict(path, _overlap(network, subnet, other), about)
                seen.append(subnet)


def _overlap(network: CreatedNetwork, one: IPv4Network, other: IPv4Network) -> str:
    if network.public_subnets and network.private_subnets:
        return f"{one} overlaps {other}"
    left_out = "private_subnets" if network.public_subnets else "public_subnets"
    return f"{one} overlaps {other}; {left_out} are made automatically, give them too"


def existing_subnets(environment: Environment, name: str) -> Iterator[Conflict]:
    """The load balancer needs subnets in two zones; ids show only that there are two."""
    network = environment.network
    if isinstance(network, ExistingNetwork):
        internal = environment.load_balancer.internal
        key = "private_subnet_ids" if internal else "public_subnet_ids"
        if len(network.private_subnet_ids if internal else network.public_subnet_ids) < 2:
            yield Conflict(
                ("network", "existing", key),
                f"{'an internal' if internal else 'a'} load balancer needs at least two of these, in different zones",
                (("load_balancer", "internal"),),
            )
        elif len(network.private_subnet_ids) > _SUBNETS:
            message = f"{len(network.private_subnet_ids)} subnets; ECS takes {_SUBNETS} at most"
            yield Conflict(("network", "existing", "private_subnet_ids"), message)
        elif not network.private_subnet_ids:
            yield Conflict(("network", "existing", "private_subnet_ids"), "tasks need at least one subnet")


def reachable_bootstrap_image(environment: Environment, name: str) -> Iterator[Conflict]:
    """Without a way to the internet only ECR in the same region can be pulled from, through its endpoints."""
    for network in _created(environment):
        if network.nat != "none":
            continue
        registry = rf"\d{{12}}\.dkr\.ecr\.{re.escape(environment.region)}\.amazonaws\.com(\.cn)?/.+"
        for key, service in environment.service.items():
            if not re.fullmatch(registry, service.bootstrap_image or ""):
                yield Conflict(
                    ("service", key, "bootstrap_image"),
                    f'with nat = "none" no public registry can be reached; name an image in ECR in {environment.region} '
                    f"(<account>.dkr.ecr.{environment.region}.amazonaws.com/…) that answers on port {service.port}",
                    about=(("network", "nat"), ("region",), ("service", key, "port")),
                )


RULES = (zones, size, subnets, existing_subnets, reachable_bootstrap_image)
