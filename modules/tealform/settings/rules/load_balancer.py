"""A load balancer that can be made, and that is open to whom somebody named."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.settings.environment import Environment
from tealform.settings.errors import Path_
from tealform.settings.rules.violation import Conflict


def certificate(environment: Environment, name: str) -> Iterator[Conflict]:
    """HTTPS has a certificate; plain HTTP is said out loud."""
    if not environment.service:
        return
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
    if balancer.redirects_http:
        taken[80] = "the redirect to HTTPS"
    if balancer.test_listener and balancer.test_port in taken:
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


def test_listener(environment: Environment, name: str) -> Iterator[Conflict]:
    """Nobody is let in to a listener that is not there."""
    balancer = environment.load_balancer
    if balancer.test_cidrs and not balancer.test_listener:
        yield Conflict(
            ("load_balancer", "test_cidrs"),
            "there is no test listener that they could use; set test_listener = true or remove them",
            (("load_balancer", "test_listener"),),
        )


def network(environment: Environment, name: str) -> Iterator[Conflict]:
    """A network load balancer reads no requests: its listeners lead to one service, whole."""
    balancer = environment.load_balancer
    if balancer.type != "network":
        return
    about: tuple[Path_, ...] = (("load_balancer", "type"),)
    if not balancer.test_listener:
        yield Conflict(
            ("load_balancer", "test_listener"),
            "a network load balancer needs it: green's target group would hang on no listener, and never be checked",
            about,
        )
    if "idle_timeout" in balancer.model_fields_set:
        yield Conflict(
            ("load_balancer", "idle_timeout"), "belongs to an application load balancer; leave it out", about
        )
    if balancer.web_acl is not None:
        yield Conflict(("load_balancer", "web_acl"), "AWS WAF does not stand before a network load balancer", about)
    for key in list(environment.service)[1:]:
        yield Conflict(
            ("service", key),
            "a network load balancer leads to one service; use an application load balancer, or an environment each",
            about,
        )
    for key, service in environment.service.items():
        for part in ("hosts", "paths"):
            if getattr(service, part):
                yield Conflict(("service", key, part), f"a network load balancer does not read {part}", about)


RULES = (certificate, same_region, ports, ingress, test_listener, network)
