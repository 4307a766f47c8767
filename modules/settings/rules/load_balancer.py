"""A load balancer that can be made, and that is open to whom somebody named."""

from __future__ import annotations

from collections.abc import Iterator

from modules.settings.environment import Environment
from modules.settings.problems import Path_
from modules.settings.rules.conflict import Conflict


def certificate(environment: Environment, name: str) -> Iterator[Conflict]:
    """HTTPS has a certificate; plain HTTP is said out loud."""
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


def same_region(environment: Environment, name: str) -> Iterator[Conflict]:
    """What the load balancer is given by ARN is where it is."""
    balancer = environment.load_balancer
    for key, arn in (("certificate", balancer.certificate), ("web_acl", balancer.web_acl)):
        region = arn.split(":")[3] if arn else ""
        if region and region != environment.region:
            yield Conflict(
                ("load_balancer", key),
                f"is in {region}; a load balancer takes one of its own region, {environment.region}",
                (("region",),),
            )


def ports(environment: Environment, name: str) -> Iterator[Conflict]:
    """Each listener has a port of its own."""
    balancer = environment.load_balancer
    taken = {balancer.port: "the production listener"}
    if balancer.protocol == "https":
        taken[80] = "the redirect to HTTPS"
    if balancer.test_port in taken:
        yield Conflict(
            ("load_balancer", "test_port"),
            f"{balancer.test_port} is the port of {taken[balancer.test_port]}; use another",
            (("load_balancer", "protocol"),),
        )


def ingress(environment: Environment, name: str) -> Iterator[Conflict]:
    """Somebody may use the production listener; who makes a load balancer internal says who is inside."""
    balancer = environment.load_balancer
    path: Path_ = ("load_balancer", "ingress_cidrs")
    if balancer.internal and "ingress_cidrs" not in balancer.model_fields_set:
        yield Conflict(path, "is missing; an internal load balancer must say who may use it")
    elif not balancer.ingress_cidrs:
        yield Conflict(path, "is empty; nobody could use the services")


RULES = (certificate, same_region, ports, ingress)
