"""The VPC and its egress, the load balancer, its listeners and who may reach them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.settings.loader import LoadedEnvironment
from tealform.settings.network import CreatedNetwork
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify import routes
from tealform_harness.verify.assertions.assertion import Assertion

_GATEWAYS = {"none": 0, "single": 1}
_PROTOCOLS = {"network": {"https": "TLS", "http": "TCP"}, "application": {"https": "HTTPS", "http": "HTTP"}}
_TESTS = "a smoke test"


def check(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Assertion]:
    """Check a network that the environment creates; one that exists already is not checked."""
    network = settings.environment.network
    if not isinstance(network, CreatedNetwork):
        return
    ec2 = aws.client("ec2", settings.context.region)
    named = [{"Name": "tag:Name", "Values": [settings.context.name()]}]
    vpcs = ec2.describe_vpcs(Filters=named)["Vpcs"]
    yield Assertion(("network", "cidr"), "the VPC's range", [network.cidr], [vpc["CidrBlock"] for vpc in vpcs])
    within: list[Any] = [{"Name": "vpc-id", "Values": [vpc["VpcId"] for vpc in vpcs]}]
    subnets = ec2.describe_subnets(Filters=within)["Subnets"]
    expected = sorted(zip(network.zones * 2, (*network.public_ranges(), *network.private_ranges()), strict=True))
    found = sorted((each["AvailabilityZone"], each["CidrBlock"]) for each in subnets)
    yield Assertion(("network", "zones"), "the subnets", expected, found)
    gateways = ec2.describe_nat_gateways(Filters=within)["NatGateways"]
    count = _GATEWAYS.get(network.nat, len(network.zones))
    available = sum(each["State"] == "available" for each in gateways)
    yield Assertion(("network", "nat"), "NAT gateways", count, available)
    logs = ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": within[0]["Values"]}])["FlowLogs"]
    yield Assertion(("network", "flow_logs"), "flow logs", int(network.flow_logs), len(logs))


def check_load_balancer(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Assertion]:
    """Check type, attributes, listeners and ingress."""
    if not settings.environment.service:
        return
    wanted = settings.environment.load_balancer
    balancer = routes.describe_load_balancer(aws, settings)
    yield Assertion(("load_balancer", "type"), "the load balancer's type", wanted.type, balancer["Type"])
    scheme = "internal" if wanted.internal else "internet-facing"
    yield Assertion(("load_balancer", "internal"), "the load balancer's scheme", scheme, balancer["Scheme"])
    yield from _attributes(aws, settings, balancer["LoadBalancerArn"])
    listeners = routes.describe_listeners(aws, settings)
    protocols = sorted((port, listener["Protocol"]) for port, listener in listeners.items())
    yield Assertion(("load_balancer", "protocol"), "the listeners", _listeners(settings), protocols)
    certificates = {each["CertificateArn"] for found in listeners.values() for each in found.get("Certificates", [])}
    yield Assertion(("load_balancer", "certificate"), "the certificates", {wanted.certificate} - {None}, certificates)
    admitted = _list_admitted(aws, settings, balancer["SecurityGroups"])
    yield Assertion(("load_balancer", "ingress_cidrs"), "who is let in", _expected_ingress(settings), admitted)


def _attributes(aws: EmulatedAws, settings: LoadedEnvironment, arn: str) -> Iterator[Assertion]:
    wanted = settings.environment.load_balancer
    answered = aws.client("elbv2", settings.context.region).describe_load_balancer_attributes(LoadBalancerArn=arn)
    attributes = {each["Key"]: each["Value"] for each in answered["Attributes"]}
    if wanted.type == "application":
        timeout = attributes["idle_timeout.timeout_seconds"]
        yield Assertion(("load_balancer", "idle_timeout"), "the idle timeout", str(wanted.idle_timeout), timeout)
    else:
        across = attributes["load_balancing.cross_zone.enabled"]
        yield Assertion(("load_balancer", "type"), "balancing across zones", "true", across)
    protection = attributes["deletion_protection.enabled"]
    expected = str(not settings.environment.disposable).lower()
    yield Assertion(("disposable",), "deletion protection", expected, protection)
    # A network load balancer logs connections of TLS listeners only.
    logs = wanted.type == "application" or wanted.protocol == "https"
    found = attributes.get("access_logs.s3.enabled", "false")
    yield Assertion(("load_balancer",), "access logs", str(logs).lower(), found)


def _ports(settings: LoadedEnvironment) -> list[int]:
    """Return the ports of production and tests."""
    wanted = settings.environment.load_balancer
    return [wanted.port, wanted.test_port] if wanted.test_listener else [wanted.port]


def _listeners(settings: LoadedEnvironment) -> list[tuple[int, str]]:
    wanted = settings.environment.load_balancer
    protocol = _PROTOCOLS[wanted.type][wanted.protocol]
    redirect = [(80, "HTTP")] if wanted.redirects_http else []
    return sorted([(port, protocol) for port in _ports(settings)] + redirect)


def _expected_ingress(settings: LoadedEnvironment) -> list[tuple[str, int]]:
    wanted = settings.environment.load_balancer
    ports = [wanted.port, 80] if wanted.redirects_http else [wanted.port]
    production = [(cidr, port) for cidr in wanted.ingress_cidrs for port in ports]
    services = settings.environment.service.values()
    tests = [(_TESTS, wanted.test_port) for service in services if service.release.smoke_test]
    return sorted(production + [(cidr, wanted.test_port) for cidr in wanted.test_cidrs] + tests)


def _list_admitted(aws: EmulatedAws, settings: LoadedEnvironment, groups: list[str]) -> list[tuple[str, int]]:
    """List ranges, and smoke tests for other security groups: nothing else has one that is let in."""
    ec2 = aws.client("ec2", settings.context.region)
    answered = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": groups}])["SecurityGroupRules"]
    return sorted((each.get("CidrIpv4", _TESTS), each["FromPort"]) for each in answered if not each["IsEgress"])
