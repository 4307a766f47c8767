"""The load balancer, its listeners and who may reach them."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.settings.loader import LoadedEnvironment
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify import routes
from tealform_harness.verify.assertions.assertion import Fact

_PROTOCOLS = {"network": {"https": "TLS", "http": "TCP"}, "application": {"https": "HTTPS", "http": "HTTP"}}
_TESTS = "a smoke test"


def facts(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Fact]:
    """Its kind, attributes, listeners and who is let in."""
    if not settings.environment.service:
        return
    wanted = settings.environment.load_balancer
    balancer = routes.balancer(aws, settings)
    yield Fact(("load_balancer", "type"), "the load balancer's type", wanted.type, balancer["Type"])
    yield Fact(
        ("load_balancer", "internal"),
        "the load balancer's scheme",
        "internal" if wanted.internal else "internet-facing",
        balancer["Scheme"],
    )
    yield from _attributes(aws, settings, balancer["LoadBalancerArn"])
    listeners = routes.listeners(aws, settings)
    yield Fact(
        ("load_balancer", "protocol"),
        "the listeners",
        _listeners(settings),
        sorted((port, listener["Protocol"]) for port, listener in listeners.items()),
    )
    certificates = {each["CertificateArn"] for found in listeners.values() for each in found.get("Certificates", [])}
    yield Fact(("load_balancer", "certificate"), "the certificates", {wanted.certificate} - {None}, certificates)
    yield Fact(
        ("load_balancer", "ingress_cidrs"),
        "who is let in",
        _let_in(settings),
        _admitted(aws, settings, balancer["SecurityGroups"]),
    )


def _attributes(aws: EmulatedAws, settings: LoadedEnvironment, arn: str) -> Iterator[Fact]:
    wanted = settings.environment.load_balancer
    answered = aws.client("elbv2", settings.context.region).describe_load_balancer_attributes(LoadBalancerArn=arn)
    attributes = {each["Key"]: each["Value"] for each in answered["Attributes"]}
    if wanted.type == "application":
        yield Fact(
            ("load_balancer", "idle_timeout"),
            "the idle timeout",
            str(wanted.idle_timeout),
            attributes["idle_timeout.timeout_seconds"],
        )
    else:
        across = attributes["load_balancing.cross_zone.enabled"]
        yield Fact(("load_balancer", "type"), "balancing across zones", "true", across)
    yield Fact(
        ("disposable",),
        "deletion protection",
        str(not settings.environment.disposable).lower(),
        attributes["deletion_protection.enabled"],
    )
    # A network load balancer logs connections of TLS listeners only.
    logs = wanted.type == "application" or wanted.protocol == "https"
    found = attributes.get("access_logs.s3.enabled", "false")
    yield Fact(("load_balancer",), "access logs", str(logs).lower(), found)


def _ports(settings: LoadedEnvironment) -> list[int]:
    """Where services are reached, in production and in tests."""
    wanted = settings.environment.load_balancer
    return [wanted.port, wanted.test_port] if wanted.test_listener else [wanted.port]


def _listeners(settings: LoadedEnvironment) -> list[tuple[int, str]]:
    wanted = settings.environment.load_balancer
    protocol = _PROTOCOLS[wanted.type][wanted.protocol]
    redirect = [(80, "HTTP")] if wanted.redirects_http else []
    return sorted([(port, protocol) for port in _ports(settings)] + redirect)


def _let_in(settings: LoadedEnvironment) -> list[tuple[str, int]]:
    wanted = settings.environment.load_balancer
    ports = [wanted.port, 80] if wanted.redirects_http else [wanted.port]
    production = [(cidr, port) for cidr in wanted.ingress_cidrs for port in ports]
    services = settings.environment.service.values()
    tests = [(_TESTS, wanted.test_port) for service in services if service.release.smoke_test]
    return sorted(production + [(cidr, wanted.test_port) for cidr in wanted.test_cidrs] + tests)


def _admitted(aws: EmulatedAws, settings: LoadedEnvironment, groups: list[str]) -> list[tuple[str, int]]:
    """Ranges, and smoke tests for other security groups: nobody else has one that is let in."""
    ec2 = aws.client("ec2", settings.context.region)
    answered = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": groups}])["SecurityGroupRules"]
    return sorted((each.get("CidrIpv4", _TESTS), each["FromPort"]) for each in answered if not each["IsEgress"])
