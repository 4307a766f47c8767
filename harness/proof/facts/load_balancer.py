"""The load balancer, its listeners and who may reach them."""

from __future__ import annotations

from collections.abc import Iterator

from harness.emulated_aws.server import EmulatedAws
from harness.proof.facts.fact import Fact
from modules.settings.load import Settings


def facts(aws: EmulatedAws, settings: Settings) -> Iterator[Fact]:
    """Its kind, attributes, listeners and the ranges that are let in."""
    wanted = settings.environment.load_balancer
    balancing = aws.client("elbv2", settings.context.region)
    (balancer,) = balancing.describe_load_balancers(Names=[settings.context.name()])["LoadBalancers"]
    yield Fact(
        ("load_balancer", "internal"),
        "the load balancer's scheme",
        "internal" if wanted.internal else "internet-facing",
        balancer["Scheme"],
    )
    arn = balancer["LoadBalancerArn"]
    answered = balancing.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    attributes = {each["Key"]: each["Value"] for each in answered}
    yield Fact(
        ("load_balancer", "idle_timeout"),
        "the idle timeout",
        str(wanted.idle_timeout),
        attributes["idle_timeout.timeout_seconds"],
    )
    yield Fact(
        ("disposable",),
        "deletion protection",
        str(not settings.environment.disposable).lower(),
        attributes["deletion_protection.enabled"],
    )
    yield Fact(("load_balancer",), "access logs", "true", attributes["access_logs.s3.enabled"])
    listeners = balancing.describe_listeners(LoadBalancerArn=arn)["Listeners"]
    yield Fact(
        ("load_balancer", "protocol"),
        "the listeners",
        _listeners(settings),
        sorted((listener["Port"], listener["Protocol"]) for listener in listeners),
    )
    certificates = {each["CertificateArn"] for listener in listeners for each in listener.get("Certificates", [])}
    yield Fact(("load_balancer", "certificate"), "the certificates", {wanted.certificate} - {None}, certificates)
    yield Fact(
        ("load_balancer", "ingress_cidrs"),
        "who is let in",
        _let_in(settings),
        _admitted(aws, settings, balancer["SecurityGroups"]),
    )


def _listeners(settings: Settings) -> list[tuple[int, str]]:
    wanted = settings.environment.load_balancer
    redirect = [(80, "HTTP")] if wanted.protocol == "https" else []
    return sorted([(port, wanted.protocol.upper()) for port in (wanted.port, wanted.test_port)] + redirect)


def _let_in(settings: Settings) -> list[tuple[str, int]]:
    wanted = settings.environment.load_balancer
    ports = [wanted.port, 80] if wanted.protocol == "https" else [wanted.port]
    production = [(cidr, port) for cidr in wanted.ingress_cidrs for port in ports]
    return sorted(production + [(cidr, wanted.test_port) for cidr in wanted.test_cidrs])


def _admitted(aws: EmulatedAws, settings: Settings, groups: list[str]) -> list[tuple[str, int]]:
    ec2 = aws.client("ec2", settings.context.region)
    answered = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": groups}])["SecurityGroupRules"]
    return sorted((each["CidrIpv4"], each["FromPort"]) for each in answered if not each["IsEgress"])
