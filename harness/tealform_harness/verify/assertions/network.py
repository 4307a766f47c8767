"""The VPC and its ways out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.settings.loader import LoadedEnvironment
from tealform.settings.network import CreatedNetwork
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify.assertions.assertion import Fact

_GATEWAYS = {"none": 0, "single": 1}


def facts(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Fact]:
    """Nothing for a network that exists without us."""
    network = settings.environment.network
    if not isinstance(network, CreatedNetwork):
        return
    ec2 = aws.client("ec2", settings.context.region)
    named = [{"Name": "tag:Name", "Values": [settings.context.name()]}]
    vpcs = ec2.describe_vpcs(Filters=named)["Vpcs"]
    yield Fact(("network", "cidr"), "the VPC's range", [network.cidr], [vpc["CidrBlock"] for vpc in vpcs])
    within: list[Any] = [{"Name": "vpc-id", "Values": [vpc["VpcId"] for vpc in vpcs]}]
    subnets = ec2.describe_subnets(Filters=within)["Subnets"]
    expected = sorted(zip(network.zones * 2, (*network.public_ranges(), *network.private_ranges()), strict=True))
    yield Fact(
        ("network", "zones"),
        "the subnets",
        expected,
        sorted((each["AvailabilityZone"], each["CidrBlock"]) for each in subnets),
    )
    gateways = ec2.describe_nat_gateways(Filters=within)["NatGateways"]
    yield Fact(
        ("network", "nat"),
        "NAT gateways",
        _GATEWAYS.get(network.nat, len(network.zones)),
        sum(each["State"] == "available" for each in gateways),
    )
    logs = ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": within[0]["Values"]}])["FlowLogs"]
    yield Fact(("network", "flow_logs"), "flow logs", int(network.flow_logs), len(logs))
