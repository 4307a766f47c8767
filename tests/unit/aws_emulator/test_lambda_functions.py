"""What functions tell and what is refused, beyond moto."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tealform_harness.aws_emulator.services import install
from tests.unit.aws_emulator.clients import client, role
from tests.unit.aws_emulator.shop import Network

Json = dict[str, Any]

# As its own role should say: what Lambda does to join a network, the function's code must not.
JOIN = {
    "Effect": "Allow",
    "Action": [
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
    ],
    "Resource": "*",
}
NOT_BY_ITSELF = {**JOIN, "Effect": "Deny", "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": "arn:aws:lambda"}}}


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    # Not that of conftest, whose functions are never run and are checked less.
    install()
    with mock_aws():
        yield Network()


@pytest.fixture
def functions(empty_network: Network) -> Any:
    return client("lambda")


def code() -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("index.py", "")
    return memory.getvalue()


def create(functions: Any, role_arn: str, **changes: Any) -> Json:
    asked = {"FunctionName": "check", "Runtime": "python3.13", "Handler": "index.handler", "Code": {"ZipFile": code()}}
    return dict(functions.create_function(**asked, Role=role_arn, **changes))


def placed(network: Network, **changes: Any) -> Json:
    return {"SubnetIds": network.subnets, "SecurityGroupIds": [network.group], **changes}


def test_a_function_logs_where_it_is_told_and_takes_another_place(functions: Any) -> None:
    arn = role("check", "lambda.amazonaws.com")
    create(functions, arn, LoggingConfig={"LogFormat": "Text", "LogGroup": "/shop/check"})
    told = functions.get_function(FunctionName="check")["Configuration"]["LoggingConfig"]
    assert told == {"LogFormat": "Text", "LogGroup": "/shop/check"}
    functions.update_function_configuration(FunctionName="check", LoggingConfig={"LogGroup": "/shop/other"})
    assert functions.get_function_configuration(FunctionName="check")["LoggingConfig"]["LogGroup"] == "/shop/other"


def test_a_function_that_is_not_told_logs_under_its_own_name(functions: Any) -> None:
    told = create(functions, role("check", "lambda.amazonaws.com"))
    assert told["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/aws/lambda/check"}


def test_a_function_tells_of_its_vpc_and_of_another_key(functions: Any, network: Network) -> None:
    create(functions, role("check", "lambda.amazonaws.com", JOIN, NOT_BY_ITSELF), VpcConfig=placed(network))
    told = functions.update_function_configuration(FunctionName="check", KMSKeyArn=network.key)
    assert (told["VpcConfig"]["VpcId"], told["KMSKeyArn"]) == (network.vpc, network.key)


def test_a_function_takes_another_security_group_in_its_subnets(functions: Any, network: Network) -> None:
    create(functions, role("check", "lambda.amazonaws.com", JOIN), VpcConfig=placed(network))
    (default,) = client("ec2").describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [network.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"]
    functions.update_function_configuration(FunctionName="check", VpcConfig={"SecurityGroupIds": [default["GroupId"]]})
    told = functions.get_function_configuration(FunctionName="check")["VpcConfig"]
    assert (told["SubnetIds"], told["SecurityGroupIds"]) == (network.subnets, [default["GroupId"]])


def test_a_function_leaves_its_network(functions: Any, network: Network) -> None:
    create(functions, role("check", "lambda.amazonaws.com", JOIN), VpcConfig=placed(network))
    functions.update_function_configuration(FunctionName="check", VpcConfig={"SubnetIds": [], "SecurityGroupIds": []})
    assert not functions.get_function_configuration(FunctionName="check").get("VpcConfig", {}).get("SubnetIds")


@pytest.mark.parametrize("service", ["ec2.amazonaws.com", None])
def test_a_role_must_be_one_for_lambda(functions: Any, service: str | None) -> None:
    arn = role("check", service) if service else "arn:aws:iam::123456789012:role/none"
    with pytest.raises(ClientError, match=r"InvalidParameterValue.*cannot be assumed by Lambda"):
        create(functions, arn)


@pytest.mark.parametrize("missing", JOIN["Action"])
def test_a_role_must_allow_what_lambda_does_to_join_a_network(functions: Any, network: Network, missing: str) -> None:
    allowed = {**JOIN, "Action": [action for action in JOIN["Action"] if action != missing]}
    arn = role("check", "lambda.amazonaws.com", allowed)
    with pytest.raises(ClientError, match=f"does not have permissions to call {missing.removeprefix('ec2:')} on EC2"):
        create(functions, arn, VpcConfig=placed(network))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"SubnetIds": ["subnet-0"]}, "InvalidSubnetID.NotFound"),
        ({"SecurityGroupIds": ["sg-0"]}, "security group 'sg-0' does not exist"),
        ({"SecurityGroupIds": []}, "must coexist or be both empty"),
    ],
)
def test_a_network_that_is_not_there_is_refused(functions: Any, network: Network, changes: Json, message: str) -> None:
    arn = role("check", "lambda.amazonaws.com", JOIN)
    with pytest.raises(ClientError, match=message):
        create(functions, arn, VpcConfig=placed(network, **changes))
