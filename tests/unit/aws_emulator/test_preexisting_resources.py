"""What can be created beforehand under given ARNs and ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tealform_harness.aws_emulator import preexisting_resources
from tealform_harness.aws_emulator.external_references import Network
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client

pytestmark = pytest.mark.usefixtures("aws")

NUMBER = "0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/{NUMBER}"
WEB_ACL = f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/shop/3f1c8a52-6d5b-4b0e-8f2e-9a7d6c5b4a31"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/database-Ab12Cd"
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/token"
REPOSITORY = f"arn:aws:codecommit:{REGION}:{ACCOUNT}:shop-web"
SERVER_CERTIFICATE = f"arn:aws:iam::{ACCOUNT}:server-certificate/shop/web"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:look"
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:queue/age: oldest"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/shop/orders-read"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:approvals"
IMAGES = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop/web"
CONNECTIONS = [
    f"arn:aws:{name}:{REGION}:{ACCOUNT}:connection/{NUMBER}" for name in ("codeconnections", "codestar-connections")
]
VPC_ID = "vpc-0123456789abcdef0"
PUBLIC = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
PRIVATE = ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"]


def describe_server_certificates() -> list[tuple[str, str]]:
    listed = client("iam").list_server_certificates()["ServerCertificateMetadataList"]
    return [(each["Arn"], each["Path"]) for each in listed]


def describe_function(arn: str) -> tuple[str, list[str]]:
    functions = client("lambda").list_functions()["Functions"]
    found = client("lambda").get_function_configuration(FunctionName=arn)["FunctionArn"]
    return found, [each["FunctionArn"] for each in functions]


def describe_alarms() -> list[tuple[str, str]]:
    alarms = client("cloudwatch").describe_alarms(AlarmNames=["queue/age: oldest"])["MetricAlarms"]
    return [(each["AlarmArn"], each["StateValue"]) for each in alarms]


def describe_bucket() -> tuple[str, str, bool]:
    s3, bucket = client("s3"), {"Bucket": "shop-source"}
    events = "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(**bucket)
    location = s3.get_bucket_location(**bucket)["LocationConstraint"]
    return location, s3.get_bucket_versioning(**bucket)["Status"], events


def describe_images() -> tuple[list[str], int]:
    repositories = [each["repositoryArn"] for each in client("ecr").describe_repositories()["repositories"]]
    return repositories, len(client("ecr").list_images(repositoryName="shop/web")["imageIds"])


def describe_connection(arn: str) -> str:
    connection = client(arn.split(":")[2]).get_connection(ConnectionArn=arn)["Connection"]
    return str(connection["ConnectionStatus"])


@pytest.mark.parametrize(
    ("arn", "describe", "expected"),
    [
        (
            CERTIFICATE,
            lambda: client("acm").describe_certificate(CertificateArn=CERTIFICATE)["Certificate"]["Status"],
            "ISSUED",
        ),
        (
            WEB_ACL,
            lambda: client("wafv2").get_web_acl(Name="shop", Scope="REGIONAL", Id=WEB_ACL.split("/")[-1])["WebACL"][
                "ARN"
            ],
            WEB_ACL,
        ),
        (SECRET, lambda: client("secretsmanager").describe_secret(SecretId=SECRET)["Name"], "shop/database"),
        (PARAMETER, lambda: client("ssm").get_parameter(Name="/shop/token")["Parameter"]["ARN"], PARAMETER),
        (
            REPOSITORY,
            lambda: client("codecommit").get_repository(repositoryName="shop-web")["repositoryMetadata"]["Arn"],
            REPOSITORY,
        ),
        (SERVER_CERTIFICATE, describe_server_certificates, [(SERVER_CERTIFICATE, "/shop/")]),
        (FUNCTION, lambda: describe_function(FUNCTION), (FUNCTION, [FUNCTION])),
        (f"{FUNCTION}:7", lambda: describe_function(f"{FUNCTION}:7"), (f"{FUNCTION}:7", [FUNCTION])),
        (
            f"{FUNCTION}:live",
            lambda: client("lambda").get_alias(FunctionName="look", Name="live")["AliasArn"],
            f"{FUNCTION}:live",
        ),
        (ALARM, describe_alarms, [(ALARM, "OK")]),
        *((arn, lambda arn=arn: describe_connection(arn), "AVAILABLE") for arn in CONNECTIONS),
        ("arn:aws:s3:::shop-source", describe_bucket, (REGION, "Enabled", True)),
        (TOPIC, lambda: client("sns").get_topic_attributes(TopicArn=TOPIC)["Attributes"]["TopicArn"], TOPIC),
        (IMAGES, describe_images, ([IMAGES], 1)),
    ],
)
def test_a_resource_exists_once_under_the_arn_that_is_given(
    arn: str, describe: Callable[[], object], expected: object
) -> None:
    preexisting_resources.create_resources([arn, arn], ACCOUNT, REGION)
    assert describe() == expected


@pytest.mark.parametrize("arn", [POLICY, f"arn:aws:iam::{ACCOUNT}:policy/orders-read"])
def test_a_role_can_be_given_a_policy_that_exists_and_no_other(arn: str) -> None:
    iam = client("iam")
    iam.create_role(RoleName="task", AssumeRolePolicyDocument="{}")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.attach_role_policy(RoleName="task", PolicyArn=arn)

    preexisting_resources.create_resources([arn, arn])
    iam.attach_role_policy(RoleName="task", PolicyArn=arn)

    (attached,) = iam.list_attached_role_policies(RoleName="task")["AttachedPolicies"]
    assert attached == {"PolicyName": "orders-read", "PolicyArn": arn}


def test_what_is_there_stays_as_it_is() -> None:
    preexisting_resources.create_resources([REPOSITORY, SECRET])
    client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString="mine")

    preexisting_resources.create_resources([REPOSITORY, SECRET])

    assert client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"] == "mine"


def test_other_things_are_refused() -> None:
    with pytest.raises(ValueError, match="role/shop: a thing of this kind cannot be created beforehand"):
        preexisting_resources.create_resources([f"arn:aws:iam::{ACCOUNT}:role/shop"])


@pytest.fixture
def ec2() -> Any:
    return client("ec2")


def create(*groups: list[str]) -> None:
    preexisting_resources.create_network(Network(ACCOUNT, REGION, VPC_ID, groups))


def describe_subnets(ec2: Any, subnet_ids: list[str]) -> list[dict[str, Any]]:
    subnets: list[dict[str, Any]] = ec2.describe_subnets(SubnetIds=subnet_ids)["Subnets"]
    return subnets


def zones(ec2: Any, subnet_ids: list[str]) -> set[str]:
    return {subnet["AvailabilityZone"] for subnet in describe_subnets(ec2, subnet_ids)}


def test_the_vpc_and_its_subnets_have_the_ids_that_are_given(ec2: Any) -> None:
    create(PUBLIC, PRIVATE)

    subnets = describe_subnets(ec2, PUBLIC + PRIVATE)
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
    before = describe_subnets(ec2, PUBLIC)

    create(PUBLIC, PRIVATE)

    assert describe_subnets(ec2, PUBLIC) == before
    assert len(ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [VPC_ID]}])["Subnets"]) == 4
    assert len(ec2.describe_internet_gateways()["InternetGateways"]) == 1


def test_things_can_be_created_in_it(ec2: Any) -> None:
    create(PUBLIC, PRIVATE)

    group = ec2.create_security_group(GroupName="tasks", Description="tasks", VpcId=VPC_ID)["GroupId"]
    balancer = client("elbv2").create_load_balancer(Name="shop", Subnets=PUBLIC, SecurityGroups=[group])

    assert balancer["LoadBalancers"][0]["VpcId"] == VPC_ID
