from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tealform_harness.aws_emulator.services import install
from tests.unit.aws_emulator.clients import REGION, client


@pytest.fixture(scope="module")
def ec2() -> Iterator[Any]:
    install()
    with mock_aws():
        yield client("ec2")


@pytest.fixture
def groups(ec2: Any) -> Iterator[tuple[str, str]]:
    """Two security groups: of a service, and of the load balancer in front of it."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    names = ("service", "load-balancer")
    made = [ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in names]
    yield made[0], made[1]
    for group in made:
        ec2.delete_security_group(GroupId=group)
    ec2.delete_vpc(VpcId=vpc)


def permission(peer: dict[str, Any]) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **peer}


def rules(ec2: Any, group: str) -> list[dict[str, Any]]:
    found: dict[str, Any] = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    return [rule for rule in found["SecurityGroupRules"] if not rule["IsEgress"]]


def test_a_rule_keeps_its_description_whatever_its_peer(ec2: Any, groups: tuple[str, str]) -> None:
    service, balancer = groups
    peers = [
        {"UserIdGroupPairs": [{"GroupId": balancer, "Description": "from a group"}]},
        {"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "from a range"}]},
        {"PrefixListIds": [{"PrefixListId": "pl-1", "Description": "from a list"}]},
    ]
    for peer in peers:
        ec2.authorize_security_group_ingress(GroupId=service, IpPermissions=[permission(peer)])

    described = {rule["Description"] for rule in rules(ec2, service)}

    assert described == {"from a group", "from a range", "from a list"}


def test_a_rule_can_be_pointed_at_another_group(ec2: Any, groups: tuple[str, str]) -> None:
    service, balancer = groups
    ec2.authorize_security_group_ingress(
        GroupId=service, IpPermissions=[permission({"UserIdGroupPairs": [{"GroupId": balancer}]})]
    )
    (before,) = rules(ec2, service)
    changed = {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "ReferencedGroupId": service, "Description": "x"}

    ec2.modify_security_group_rules(
        GroupId=service,
        SecurityGroupRules=[{"SecurityGroupRuleId": before["SecurityGroupRuleId"], "SecurityGroupRule": changed}],
    )

    (after,) = rules(ec2, service)
    assert after["SecurityGroupRuleId"] == before["SecurityGroupRuleId"]
    assert (after["ReferencedGroupInfo"]["GroupId"], after["FromPort"], after["Description"]) == (service, 8080, "x")


def test_a_rule_is_refused_twice(ec2: Any, groups: tuple[str, str]) -> None:
    service, balancer = groups
    asked = {
        "GroupId": service,
        "IpPermissions": [permission({"UserIdGroupPairs": [{"GroupId": balancer, "Description": "one"}]})],
    }
    ec2.authorize_security_group_ingress(**asked)

    with pytest.raises(ClientError, match=r"InvalidPermission\.Duplicate"):
        ec2.authorize_security_group_ingress(**asked)


def test_a_deleted_vpc_endpoint_is_gone_with_its_routes(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3", VpcEndpointType="Gateway", RouteTableIds=[table]
    )["VpcEndpoint"]["VpcEndpointId"]

    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])

    with pytest.raises(ClientError, match="NotFound"):
        ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])
    (left,) = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    assert [route["DestinationCidrBlock"] for route in left["Routes"]] == ["10.1.0.0/16"]


def test_a_deleted_nat_gateway_leaves_no_interface_and_a_free_address(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.2.0.0/20")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]

    ec2.delete_nat_gateway(NatGatewayId=gateway)

    interfaces = ec2.describe_network_interfaces(Filters=[{"Name": "subnet-id", "Values": [subnet]}])
    assert interfaces["NetworkInterfaces"] == []
    assert "AssociationId" not in ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]


def test_a_nat_gateway_that_there_is_not_cannot_be_deleted(ec2: Any) -> None:
    with pytest.raises(ClientError, match="NatGatewayNotFound"):
        ec2.delete_nat_gateway(NatGatewayId="nat-0123456789abcdef0")
