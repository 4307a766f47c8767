import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client

ADMISSION = {
    "Effect": "Allow",
    "Principal": {"Service": f"logs.{REGION}.amazonaws.com"},
    "Action": ["kms:Encrypt*", "kms:Decrypt*"],
    "Resource": "*",
    "Condition": {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/shop/*"}
    },
}


@pytest.fixture
def logs(aws: None) -> Any:
    return client("logs")


def key_with(*statements: dict[str, Any]) -> str:
    """The ARN of a key with these statements in its policy."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return str(client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"])


def test_a_log_group_tells_its_class(logs: Any) -> None:
    logs.create_log_group(logGroupName="/shop/a")
    logs.create_log_group(logGroupName="/shop/b", logGroupClass="INFREQUENT_ACCESS")

    groups = logs.describe_log_groups()["logGroups"]

    assert [group["logGroupClass"] for group in groups] == ["STANDARD", "INFREQUENT_ACCESS"]


def test_a_key_that_admits_the_log_group_encrypts_it(logs: Any) -> None:
    key = key_with(ADMISSION)

    logs.create_log_group(logGroupName="/shop/a", kmsKeyId=key)

    assert logs.describe_log_groups()["logGroups"][0]["kmsKeyId"] == key


@pytest.mark.parametrize(
    "changed",
    [
        {"Principal": {"Service": "logs.us-east-1.amazonaws.com"}},
        {"Principal": {"AWS": "*"}},
        {"Action": "kms:Decrypt"},
        {"Effect": "Deny"},
        {"Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:log-group:/other/*"}}},
    ],
)
def test_a_key_that_does_not_admit_it_is_refused(logs: Any, changed: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="AccessDeniedException"):
        logs.create_log_group(logGroupName="/shop/a", kmsKeyId=key_with({**ADMISSION, **changed}))

    assert logs.describe_log_groups()["logGroups"] == []


def test_a_key_that_there_is_not_is_refused(logs: Any) -> None:
    with pytest.raises(ClientError, match="AccessDeniedException"):
        logs.create_log_group(logGroupName="/shop/a", kmsKeyId=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/none")
