from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from tealform_harness.aws_emulator import preexisting_resources
from tealform_harness.aws_emulator.external_references import Network
from tealform_harness.aws_emulator.services import install
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client
from tests.unit.aws_emulator.test_external_references import PRIVATE, PUBLIC, VPC_ID


@pytest.fixture
def ec2() -> Iterator[Any]:
    install()
    with mock_aws():
        yield client("ec2")


def create(*groups: list[str]) -> None:
    preexisting_resources.create_network(Network(ACCOUNT, REGION, VPC_ID, groups))


def described(ec2: Any, subnet_ids: list[str]) -> list[dict[str, Any]]:
    subnets: list[dict[str, Any]] = ec2.describe_subnets(SubnetIds=subnet_ids)["Subnets"]
    return subnets


def zones(ec2: Any, subnet_ids: list[str]) -> set[str]:
    return {subnet["AvailabilityZone"] for subnet in described(ec2, subnet_ids)}


def test_the_vpc_and_its_subnets_have_the_ids_that_are_given(ec2: Any) -> None:
    create(PUBLIC, PRIVATE)

    subnets = described(ec2, PUBLIC + PRIVATE)
    assert {subnet["VpcId"] for subnet in subnets} == {VPC_ID}
    assert len({subnet["CidrBlock"] for subnet in subnets}) == 4
    assert ec2.describe_vpcs(VpcIds=[VPC_ID])["Vpcs"][0]["State"] == "available"


def test_a_public_load_balancer_has_its_way_to_the_internet(ec2: Any) -> None:
    create(PUBLIC, PRIVATE)

    of_vpc = [{"Name": "vpc-id", "Values": [VPC_ID]}]
    (gateway,) = ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [VPC_ID]}])[
        "InternetGateways"
    ]
    (table,) = ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]
    assert table["Associations"][0]["Main"]
    assert ("0.0.0.0/0", gateway["InternetGatewayId"]) in [
        (route["DestinationCidrBlock"], route.get("GatewayId")) for route in table["Routes"]
    ]


@pytest.mark.parametrize(
    "groups",
    [
        [PUBLIC, PRIVATE],
        [PRIVATE],
        # Tasks may share a subnet with the load balancer.
        [PUBLIC, [PUBLIC[0], PRIVATE[0]], [PRIVATE[1], PUBLIC[1]]],
    ],
)
def test_load_balancer_and_service_have_two_zones_each(ec2: Any, groups: list[list[str]]) -> None:
    create(*groups)

    for group in groups:
        assert len(zones(ec2, group)) == 2
        assert all(zone.startswith(REGION) for zone in zones(ec2, group))


def test_more_subnets_than_zones_share_them(ec2: Any) -> None:
    create([*PUBLIC, *PRIVATE])

    assert zones(ec2, PUBLIC + PRIVATE) == {f"{REGION}a", f"{REGION}c", f"{REGION}d"}


def test_what_is_there_of_a_network_stays_as_it_is(ec2: Any) -> None:
    create(PUBLIC)
    before = described(ec2, PUBLIC)

    create(PUBLIC, PRIVATE)

    assert described(ec2, PUBLIC) == before
    assert len(ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [VPC_ID]}])["Subnets"]) == 4
    assert len(ec2.describe_internet_gateways()["InternetGateways"]) == 1


def test_things_can_be_created_in_it(ec2: Any) -> None:
    create(PUBLIC, PRIVATE)

    group = ec2.create_security_group(GroupName="tasks", Description="tasks", VpcId=VPC_ID)["GroupId"]
    balancer = client("elbv2").create_load_balancer(Name="shop", Subnets=PUBLIC, SecurityGroups=[group])

    assert balancer["LoadBalancers"][0]["VpcId"] == VPC_ID
