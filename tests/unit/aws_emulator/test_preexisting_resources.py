from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tealform_harness.aws_emulator import preexisting_resources
from tealform_harness.aws_emulator.services import install
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client

CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
WEB_ACL = f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/shop/3f1c8a52-6d5b-4b0e-8f2e-9a7d6c5b4a31"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/database-Ab12Cd"
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/token"
REPOSITORY = f"arn:aws:codecommit:{REGION}:{ACCOUNT}:shop-web"
SERVER_CERTIFICATE = f"arn:aws:iam::{ACCOUNT}:server-certificate/shop/web"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:look"
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:queue/age: oldest"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/shop/orders-read"


@pytest.fixture
def aws() -> Iterator[None]:
    install()
    with mock_aws():
        yield


@pytest.mark.usefixtures("aws")
def test_things_are_created_under_the_arns_that_are_given() -> None:
    preexisting_resources.create_resources([CERTIFICATE, WEB_ACL, SECRET, PARAMETER, REPOSITORY])

    described = client("acm").describe_certificate(CertificateArn=CERTIFICATE)["Certificate"]
    acl = client("wafv2").get_web_acl(Name="shop", Scope="REGIONAL", Id=WEB_ACL.rpartition("/")[2])["WebACL"]
    assert described["Status"] == "ISSUED"
    assert acl["ARN"] == WEB_ACL
    assert client("secretsmanager").describe_secret(SecretId=SECRET)["Name"] == "shop/database"
    assert client("ssm").get_parameter(Name="/shop/token")["Parameter"]["ARN"] == PARAMETER
    assert client("codecommit").get_repository(repositoryName="shop-web")["repositoryMetadata"]["Arn"] == REPOSITORY


@pytest.mark.usefixtures("aws")
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


@pytest.mark.usefixtures("aws")
def test_a_certificate_of_iam_is_there_once_under_its_path() -> None:
    preexisting_resources.create_resources([SERVER_CERTIFICATE, SERVER_CERTIFICATE])

    (listed,) = client("iam").list_server_certificates()["ServerCertificateMetadataList"]
    assert (listed["Arn"], listed["Path"]) == (SERVER_CERTIFICATE, "/shop/")


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("arn", [FUNCTION, f"{FUNCTION}:7"])
def test_a_function_is_there_once_with_the_version_that_is_named(arn: str) -> None:
    preexisting_resources.create_resources([arn, arn])

    functions = client("lambda")
    assert functions.get_function_configuration(FunctionName=arn)["FunctionArn"] == arn
    assert [each["FunctionArn"] for each in functions.list_functions()["Functions"]] == [FUNCTION]


@pytest.mark.usefixtures("aws")
def test_a_function_is_there_with_the_alias_that_is_named() -> None:
    preexisting_resources.create_resources([f"{FUNCTION}:live", f"{FUNCTION}:live"])

    assert client("lambda").get_alias(FunctionName="look", Name="live")["AliasArn"] == f"{FUNCTION}:live"


@pytest.mark.usefixtures("aws")
def test_an_alarm_is_there_and_is_not_raised() -> None:
    preexisting_resources.create_resources([ALARM, ALARM])

    (alarm,) = client("cloudwatch").describe_alarms(AlarmNames=["queue/age: oldest"])["MetricAlarms"]
    assert (alarm["AlarmArn"], alarm["StateValue"]) == (ALARM, "OK")


@pytest.mark.usefixtures("aws")
def test_what_is_there_stays_as_it_is() -> None:
    preexisting_resources.create_resources([REPOSITORY, SECRET])
    client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString="mine")

    preexisting_resources.create_resources([REPOSITORY, SECRET])

    assert client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"] == "mine"


@pytest.mark.usefixtures("aws")
def test_other_things_are_refused() -> None:
    with pytest.raises(ValueError, match="role/shop: a thing of this kind cannot be created beforehand"):
        preexisting_resources.create_resources([f"arn:aws:iam::{ACCOUNT}:role/shop"])


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("service", ["codeconnections", "codestar-connections"])
def test_a_connection_that_exists_has_been_completed(service: str) -> None:
    arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:connection/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
    preexisting_resources.create_resources([arn, arn])

    assert client(service).get_connection(ConnectionArn=arn)["Connection"]["ConnectionStatus"] == "AVAILABLE"


@pytest.mark.usefixtures("aws")
def test_a_bucket_that_exists_keeps_versions_and_reports_to_eventbridge() -> None:
    preexisting_resources.create_resources(["arn:aws:s3:::shop-source"] * 2, ACCOUNT, REGION)

    s3 = client("s3")
    assert s3.get_bucket_location(Bucket="shop-source")["LocationConstraint"] == REGION
    assert s3.get_bucket_versioning(Bucket="shop-source")["Status"] == "Enabled"
    assert "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket="shop-source")


@pytest.mark.usefixtures("aws")
def test_a_topic_and_a_repository_with_an_image_exist_under_their_arns() -> None:
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:approvals"
    repository = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop/web"
    preexisting_resources.create_resources([topic, repository, topic, repository])

    assert client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["TopicArn"] == topic
    (found,) = client("ecr").describe_repositories()["repositories"]
    assert found["repositoryArn"] == repository
    assert len(client("ecr").list_images(repositoryName="shop/web")["imageIds"]) == 1
