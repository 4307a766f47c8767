"""Networks that AWS can create, and load balancers that fit into them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from tealform.settings.environment import Environment
from tealform.settings.errors import SettingPath
from tealform.settings.network import ZONES_IN_NETWORK, CreatedNetwork, ExistingNetwork
from tealform.settings.rules.conflict import Conflict, Rule, check_region

# A load balancer needs a /27 or larger: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
_BALANCER_SUBNET, _SUBNET = 27, 28
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
_SUBNETS = 16


def _created(environment: Environment) -> Iterator[CreatedNetwork]:
    if isinstance(environment.network, CreatedNetwork):
        yield environment.network


def check_zones(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require two zones or more, which a load balancer spans, all in the region."""
    for network in _created(environment):
        if len(network.zones) < 2:
            yield Conflict(("network", "zones"), "a load balancer needs at least two zones")
        for index, zone in enumerate(network.zones):
            if zone[:-1] != environment.region:
                message = f'"{zone}" is not in {environment.region}'
                yield Conflict(("network", "zones", index), message, (("region",),))


def check_size(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require a VPC of /16 to /28 whose automatic division leaves enough to each subnet of the load balancer."""
    for network in _created(environment):
        whole = IPv4Network(network.cidr)
        path: SettingPath = ("network", "cidr")
        is_divided = not (network.public_subnets and network.private_subnets)
        if not 16 <= whole.prefixlen <= 28:
            yield Conflict(path, f"{whole} is a /{whole.prefixlen}; a VPC is /16 to /28")
        elif is_divided and whole.prefixlen > _BALANCER_SUBNET - 4:
            message = f"{whole} is too small to be divided into sixteen subnets of /{_BALANCER_SUBNET} or larger, which a load balancer needs; use a /{_BALANCER_SUBNET - 4} or larger, or give public_subnets and private_subnets"
            yield Conflict(path, message)
        if whole.is_loopback or whole.is_multicast or whole.is_link_local or whole.network_address.packed[0] == 0:
            message = f"{whole} is no range for a network; use one of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
            yield Conflict(path, message)
        if is_divided and len(network.zones) > ZONES_IN_NETWORK:
            message = (
                f"the automatic division has room for {ZONES_IN_NETWORK} zones; give public_subnets and private_subnets"
            )
            yield Conflict(("network", "zones"), message)


def check_subnets(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require one subnet for each zone, inside the VPC, large enough, without overlaps."""
    sizes = (_SUBNET, _BALANCER_SUBNET) if environment.load_balancer.internal else (_BALANCER_SUBNET, _SUBNET)
    for network in _created(environment):
        whole = IPv4Network(network.cidr)
        if whole.prefixlen > _SUBNET or not (network.public_subnets or network.private_subnets):
            continue
        about: tuple[SettingPath, ...] = (("network", "cidr"), ("network", "zones"), ("load_balancer", "internal"))
        seen: list[IPv4Network] = []
        for key, given, ranges, smallest in (
            ("public_subnets", network.public_subnets, network.public_ranges(), sizes[0]),
            ("private_subnets", network.private_subnets, network.private_ranges(), sizes[1]),
        ):
            if given and len(given) != len(network.zones):
                message = f"{len(given)} ranges for {len(network.zones)} zones; give one for each"
                yield Conflict(("network", key), message, about)
            for index, subnet in enumerate(map(IPv4Network, ranges)):
                path: SettingPath = ("network", key, index) if given else ("network", "public_subnets")
                if given and not subnet.subnet_of(whole):
                    yield Conflict(path, f"{subnet} is not inside the network, {whole}", about)
                if given and not 16 <= subnet.prefixlen <= smallest:
                    yield Conflict(path, f"{subnet} is a /{subnet.prefixlen}; it must be /16 to /{smallest}", about)
                for other in seen:
                    if subnet.overlaps(other):
                        yield Conflict(path, _describe_overlap(network, subnet, other), about)
                seen.append(subnet)


def _describe_overlap(network: CreatedNetwork, one: IPv4Network, other: IPv4Network) -> str:
    if network.public_subnets and network.private_subnets:
        return f"{one} overlaps {other}"
    missing = "private_subnets" if network.public_subnets else "public_subnets"
    return f"{one} overlaps {other}; {missing} are made automatically, give them too"


def check_existing_subnets(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require two subnets for the load balancer: ids do not show their zones."""
    network = environment.network
    if not isinstance(network, ExistingNetwork):
        return
    private: SettingPath = ("network", "existing", "private_subnet_ids")
    is_internal = environment.load_balancer.internal
    if len(network.private_subnet_ids if is_internal else network.public_subnet_ids) < 2:
        path = private if is_internal else ("network", "existing", "public_subnet_ids")
        message = (
            f"{'an internal' if is_internal else 'a'} load balancer needs at least two of these, in different zones"
        )
        yield Conflict(path, message, (("load_balancer", "internal"),))
    elif len(network.private_subnet_ids) > _SUBNETS:
        yield Conflict(private, f"{len(network.private_subnet_ids)} subnets; ECS takes {_SUBNETS} at most")
    elif not network.private_subnet_ids:
        yield Conflict(private, "tasks need at least one subnet")


def check_bootstrap_images(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require an image in ECR of the same region where endpoints are the only way out."""
    for network in _created(environment):
        if network.nat != "none":
            continue
        registry = rf"\d{{12}}\.dkr\.ecr\.{re.escape(environment.region)}\.amazonaws\.com(\.cn)?/.+"
        for key, service in environment.service.items():
            if not re.fullmatch(registry, service.bootstrap_image or ""):
                yield Conflict(
                    ("service", key, "bootstrap_image"),
                    f'with nat = "none" no public registry can be reached; name an image in ECR in {environment.region} (<account>.dkr.ecr.{environment.region}.amazonaws.com/…) that answers on port {service.port}',
                    (("network", "nat"), ("region",), ("service", key, "port")),
                )


def check_certificate(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require a certificate for HTTPS; plain HTTP must be set explicitly."""
    balancer, path = environment.load_balancer, ("load_balancer", "certificate")
    if environment.service and balancer.protocol == "https" and balancer.certificate is None:
        message = 'is missing; give the ARN of a certificate, or protocol = "http" to serve in clear text'
        yield Conflict(path, message, (("load_balancer", "protocol"),))
    if environment.service and balancer.protocol == "http" and balancer.certificate is not None:
        yield Conflict(path, 'does nothing with protocol = "http"; remove one of the two')


def check_load_balancer_region(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require the certificate and the web ACL in the load balancer's region."""
    for key in ("certificate", "web_acl"):
        if arn := getattr(environment.load_balancer, key):
            reason = f"a load balancer takes one of its own region, {environment.region}"
            yield from check_region(("load_balancer", key), arn, environment.region, reason)


def check_test_listener(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require a port of its own for the test listener, and a test listener where addresses may use it."""
    balancer = environment.load_balancer
    taken = {balancer.port: "the production listener"}
    if balancer.redirects_http:
        taken[80] = "the redirect to HTTPS"
    if balancer.test_listener and balancer.test_port in taken:
        message = f"{balancer.test_port} is the port of {taken[balancer.test_port]}; use another"
        yield Conflict(("load_balancer", "test_port"), message, (("load_balancer", "protocol"),))
    if balancer.test_cidrs and not balancer.test_listener:
        message = "there is no test listener that they could use; set test_listener = true or remove them"
        yield Conflict(("load_balancer", "test_cidrs"), message, (("load_balancer", "test_listener"),))


def check_ingress(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require addresses that may use the production listener; those of an internal load balancer must be set."""
    balancer, path = environment.load_balancer, ("load_balancer", "ingress_cidrs")
    if balancer.internal and "ingress_cidrs" not in balancer.model_fields_set:
        yield Conflict(path, "is missing; an internal load balancer must say who may use it")
    elif not balancer.ingress_cidrs:
        yield Conflict(path, "is empty; nobody could use the services")


def check_network_load_balancer(environment: Environment, name: str) -> Iterator[Conflict]:
    """Refuse what a network load balancer cannot do: it reads no requests, and its listeners forward to one service."""
    balancer = environment.load_balancer
    if balancer.type != "network":
        return
    found: list[tuple[SettingPath, str]] = []
    if not balancer.test_listener:
        message = (
            "a network load balancer needs it: green's target group would hang on no listener, and never be checked"
        )
        found.append((("load_balancer", "test_listener"), message))
    if "idle_timeout" in balancer.model_fields_set:
        message = "belongs to an application load balancer; leave it out"
        found.append((("load_balancer", "idle_timeout"), message))
    if balancer.web_acl is not None:
        found.append((("load_balancer", "web_acl"), "AWS WAF does not stand before a network load balancer"))
    for key in list(environment.service)[1:]:
        message = (
            "a network load balancer leads to one service; use an application load balancer, or an environment each"
        )
        found.append((("service", key), message))
    for key, service in environment.service.items():
        for part in ("hosts", "paths"):
            if getattr(service, part):
                found.append((("service", key, part), f"a network load balancer does not read {part}"))
        if service.scaling.requests_per_target is not None:
            message = "a network load balancer does not count requests; leave it out"
            found.append((("service", key, "scaling", "requests_per_target"), message))
        for key_ in ("errors_percent", "latency_milliseconds"):
            if key_ in service.release.alarms.model_fields_set and getattr(service.release.alarms, key_):
                message = "a network load balancer sees no answers, so there would be no such alarm; leave it out"
                found.append((("service", key, "release", "alarms", key_), message))
    for path, message in found:
        yield Conflict(path, message, (("load_balancer", "type"),))


RULES: tuple[Rule, ...] = (
    *(check_zones, check_size, check_subnets, check_existing_subnets, check_bootstrap_images),
    *(check_certificate, check_load_balancer_region, check_test_listener, check_ingress, check_network_load_balancer),
)
