"""What must hold between settings, each rule on its own."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from modules.context import Context
from modules.release_contract import (
    CODEBUILD_VARIABLE_LENGTH,
    RESERVED_VARIABLES,
    environment_json,
    secrets_json,
)
from modules.settings.environment import Environment
from modules.settings.network import ZONES_IN_NETWORK, CreatedNetwork, ExistingNetwork
from modules.settings.problems import Path_
from modules.settings.service import Service


@dataclass(frozen=True)
class Conflict:
    """Settings that do not go together: the one to change, why, and the others that the verdict rests on."""

    path: Path_
    message: str
    about: tuple[Path_, ...] = ()


Rule = Callable[[Environment, str], Iterator[Conflict]]
RULES: list[Rule] = []


def _rule(rule: Rule) -> Rule:
    RULES.append(rule)
    return rule


def _created(environment: Environment) -> Iterator[CreatedNetwork]:
    if isinstance(environment.network, CreatedNetwork):
        yield environment.network


@_rule
def zones(environment: Environment, name: str) -> Iterator[Conflict]:
    """At least two different zones, all of the region: a load balancer spans two or more."""
    for network in _created(environment):
        if len(network.zones) < 2:
            yield Conflict(("network", "zones"), "a load balancer needs at least two zones")
        for index, zone in enumerate(network.zones):
            path = ("network", "zones", index)
            if zone[:-1] != environment.region:
                yield Conflict(path, f'"{zone}" is not in {environment.region}', about=(("region",),))
            if zone in network.zones[:index]:
                yield Conflict(path, f'"{zone}" is listed twice')


@_rule
def network_size(environment: Environment, name: str) -> Iterator[Conflict]:
    """A VPC is /16 to /28, and what is divided automatically must leave a /27 to each load balancer subnet."""
    for network in _created(environment):
        size = IPv4Network(network.cidr).prefixlen
        automatic = not (network.public_subnets and network.private_subnets)
        if not 16 <= size <= 28:
            yield Conflict(("network", "cidr"), f"{network.cidr} is a /{size}; a VPC is /16 to /28")
        elif automatic and size > 23:
            yield Conflict(
                ("network", "cidr"),
                f"{network.cidr} is too small to be divided into sixteen subnets of /27 or larger, which a load balancer needs; "
                "use a /23 or larger, or give public_subnets and private_subnets",
            )
        if automatic and len(network.zones) > ZONES_IN_NETWORK:
            yield Conflict(
                ("network", "zones"),
                f"the automatic division has room for {ZONES_IN_NETWORK} zones; give public_subnets and private_subnets",
            )


@_rule
def subnets(environment: Environment, name: str) -> Iterator[Conflict]:
    """Subnets given by hand: one for each zone, inside the VPC, apart from each other."""
    for network in _created(environment):
        whole = IPv4Network(network.cidr)
        about: tuple[Path_, ...] = (("network", "cidr"), ("network", "zones"))
        seen: list[IPv4Network] = []
        for key, ranges, largest in (
            ("public_subnets", network.public_subnets, 27),
            ("private_subnets", network.private_subnets, 28),
        ):
            if ranges and len(ranges) != len(network.zones):
                yield Conflict(
                    ("network", key), f"{len(ranges)} ranges for {len(network.zones)} zones; give one for each", about
                )
            for index, text in enumerate(ranges):
                path, subnet = ("network", key, index), IPv4Network(text)
                if not subnet.subnet_of(whole):
                    yield Conflict(path, f"{text} is not inside the network, {whole}", about)
                if not 16 <= subnet.prefixlen <= largest:
                    yield Conflict(path, f"{text} is a /{subnet.prefixlen}; it must be /16 to /{largest}")
                for other in seen:
                    if subnet.overlaps(other):
                        yield Conflict(path, f"{text} overlaps {other}")
                seen.append(subnet)


@_rule
def existing_subnets(environment: Environment, name: str) -> Iterator[Conflict]:
    """The load balancer needs subnets in two zones; ids show only that there are two."""
    network = environment.network
    if isinstance(network, ExistingNetwork):
        internal = environment.load_balancer.internal
        key = "private_subnet_ids" if internal else "public_subnet_ids"
        if len(set(network.private_subnet_ids if internal else network.public_subnet_ids)) < 2:
            yield Conflict(
                ("network", "existing", key),
                f"{'an internal' if internal else 'a'} load balancer needs at least two of these, in different zones",
                (("load_balancer", "internal"),),
            )
        elif not network.private_subnet_ids:
            yield Conflict(("network", "existing", "private_subnet_ids"), "tasks need at least one subnet")


@_rule
def certificate(environment: Environment, name: str) -> Iterator[Conflict]:
    """HTTPS has a certificate from the region; plain HTTP is said out loud."""
    balancer = environment.load_balancer
    path: Path_ = ("load_balancer", "certificate")
    if balancer.protocol == "https" and balancer.certificate is None:
        yield Conflict(
            path,
            'is missing; give the ARN of a certificate, or protocol = "http" to serve in clear text',
            about=(("load_balancer", "protocol"),),
        )
    if balancer.protocol == "http" and balancer.certificate is not None:
        yield Conflict(path, 'does nothing with protocol = "http"; remove one of the two')
    region = balancer.certificate.split(":")[3] if balancer.certificate else ""
    if region and region != environment.region:
        yield Conflict(
            path,
            f"is in {region}; a load balancer takes certificates of its own region, {environment.region}",
            (("region",),),
        )


@_rule
def listeners(environment: Environment, name: str) -> Iterator[Conflict]:
    """Each listener has a port of its own."""
    balancer = environment.load_balancer
    taken = {balancer.port: "the production listener", 80: "the redirect to HTTPS"}
    if balancer.protocol == "http":
        taken = {80: "the production listener"}
    if balancer.test_port in taken:
        yield Conflict(
            ("load_balancer", "test_port"),
            f"{balancer.test_port} is the port of {taken[balancer.test_port]}; use another",
        )


@_rule
def internal_ingress(environment: Environment, name: str) -> Iterator[Conflict]:
    """Whoever makes a load balancer internal says who is inside."""
    balancer = environment.load_balancer
    if balancer.internal and "ingress_cidrs" not in balancer.model_fields_set:
        yield Conflict(
            ("load_balancer", "ingress_cidrs"), "is missing; an internal load balancer must say who may use it"
        )


@_rule
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
                    about=(("network", "nat"), ("region",)),
                )


@_rule
def name_lengths(environment: Environment, name: str) -> Iterator[Conflict]:
    """Names fit what AWS allows once project, environment and suffix are added."""
    context = Context(environment.project, name, environment.region, environment.account)
    lengths: list[tuple[Path_, str, str, int]] = [
        (("project",), "load balancer", context.name(), 32),
        (("project",), "S3 bucket", context.bucket("access-logs"), 63),
    ]
    for key in environment.service:
        path: Path_ = ("service", key)
        lengths += [
            (path, "target group", context.name(key, "green"), 32),
            (path, "IAM role", context.name(key, "execution"), 64),
            (path, "S3 bucket", context.bucket(key, "artifacts"), 63),
        ]
    for path, kind, text, limit in lengths:
        if len(text) > limit:
            yield Conflict(
                path,
                f'the {kind} would be called "{text}", {len(text)} characters; AWS allows {limit}: shorten the name of project, '
                "environment or service",
                about=(("project",),),
            )


@_rule
def reserved_names(environment: Environment, name: str) -> Iterator[Conflict]:
    """A service is not called like what all services share: log groups and security groups would meet."""
    for key in sorted(environment.service.keys() & {"endpoints", "exec", "load-balancer", "vpc-flow-logs"}):
        yield Conflict(("service", key), f'"{key}" is the name of something that all services share; use another')


# AWS's own: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_RESERVED_PREFIXES = {"internal-": "a load balancer", "sg-": "a security group", "sthree-": "an S3 bucket"}


@_rule
def reserved_prefixes(environment: Environment, name: str) -> Iterator[Conflict]:
    """Names do not begin with what AWS keeps for itself."""
    context = Context(environment.project, name, environment.region, environment.account)
    for prefix, kind in _RESERVED_PREFIXES.items():
        if context.name().startswith(prefix):
            yield Conflict(("project",), f'the name of {kind} must not begin with "{prefix}"; use another project')


@_rule
def priorities(environment: Environment, name: str) -> Iterator[Conflict]:
    """Rules of one listener have different priorities, and none stands behind one that takes everything."""
    services = list(environment.service.items())
    for (first, one), (second, other) in itertools.combinations(services, 2):
        path: Path_ = ("service", second, "priority")
        about: tuple[Path_, ...] = (("service", first, "priority"),)
        if one.priority == other.priority:
            yield Conflict(
                path,
                f"{other.priority} is also the priority of service.{first}; give each its own, the lowest is asked first",
                about,
            )
            continue
        early, late = sorted(((first, one), (second, other)), key=lambda pair: pair[1].priority)
        if early[1].takes_everything:
            yield Conflict(
                ("service", early[0], "priority"),
                f"{early[1].priority} comes before service.{late[0]} ({late[1].priority}), which would never be asked: "
                f"service.{early[0]} takes every request",
                (*about, path, ("service", early[0], "paths"), ("service", early[0], "hosts")),
            )


@_rule
def routes(environment: Environment, name: str) -> Iterator[Conflict]:
    """No host and path belongs to two services; a rule holds five values."""
    owner: dict[tuple[str, str], str] = {}
    for key, service in environment.service.items():
        if len(service.hosts) + len(service.paths) > 5:
            # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
            yield Conflict(
                ("service", key), f"{len(service.hosts) + len(service.paths)} hosts and paths; a listener rule holds 5"
            )
        for host, path in _routes(service):
            first = owner.setdefault((host, path), key)
            if first != key:
                yield Conflict(
                    ("service", key, "paths" if service.paths else "hosts"),
                    f"{host if host != '*' else 'every host'}, path {path} belongs to service.{first} already",
                    about=tuple(("service", each, part) for each in (first, key) for part in ("hosts", "paths")),
                )


def _routes(service: Service) -> Iterator[tuple[str, str]]:
    hosts = [host.lower() for host in service.hosts]
    return itertools.product(hosts or ["*"], service.paths or ["/*"])


@_rule
def repositories(environment: Environment, name: str) -> Iterator[Conflict]:
    """A repository that is not created is named, and one is created once."""
    context = Context(environment.project, name, environment.region, environment.account)
    created: dict[str, str] = {}
    for key, service in environment.service.items():
        path: Path_ = ("service", key, "source", "codecommit", "repository")
        if not service.source.create:
            if service.source.repository is None:
                yield Conflict(path, "is missing; with create = false, name the repository that exists")
            continue
        repository = service.source.repository or context.name(key)
        first = created.setdefault(repository, key)
        if first != key:
            yield Conflict(path, f'"{repository}" is created by service.{first} already; use create = false here')


@_rule
def build_variables(environment: Environment, name: str) -> Iterator[Conflict]:
    """A user's build variables do not replace those that the release contract is filled from."""
    for key, service in environment.service.items():
        for variable in service.build.environment:
            if variable in RESERVED_VARIABLES or variable.startswith(("CODEBUILD_", "AWS_")):
                yield Conflict(
                    ("service", key, "build", "environment", variable),
                    "this name belongs to CodeBuild or to the release contract; use another",
                )


@_rule
def egress(environment: Environment, name: str) -> Iterator[Conflict]:
    """Fargate pulls images, reads secrets and writes logs from the task's own network interface."""
    for key, service in environment.service.items():
        if 443 not in service.egress_ports:
            yield Conflict(
                ("service", key, "egress_ports"),
                "443 is missing; without it no task reaches ECR, Secrets Manager or CloudWatch Logs, and none starts",
            )


@_rule
def contract_size(environment: Environment, name: str) -> Iterator[Conflict]:
    """What travels with a release as one CodeBuild variable fits into one.

    CodeBuild's answer to more: «EnvironmentVariable should be at most 4096 characters».
    """
    for key, service in environment.service.items():
        for part, text in (
            ("environment", environment_json(service.environment)),
            ("secrets", secrets_json(service.secrets)),
        ):
            if len(text) > CODEBUILD_VARIABLE_LENGTH:
                yield Conflict(
                    ("service", key, part),
                    f"takes {len(text)} characters in the release contract; CodeBuild's variables hold "
                    f"{CODEBUILD_VARIABLE_LENGTH}: move values to one secret or parameter that the application reads",
                )


@_rule
def own_tags(environment: Environment, name: str) -> Iterator[Conflict]:
    """The tags that Cutover sets are not set twice."""
    for key in environment.tags.keys() & {"project", "environment"}:
        yield Conflict(("tags", key), "is set by Cutover itself; remove it")
