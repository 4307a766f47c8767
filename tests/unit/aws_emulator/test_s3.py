import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.aws_emulator.clients import REGION, client

LOGGING = {"LoggingEnabled": {"TargetBucket": "shop-logs", "TargetPrefix": "buckets/artifacts/"}}
DELIVERY = {
    "Effect": "Allow",
    "Principal": {"Service": "logging.s3.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::shop-logs/buckets/*",
}
PLAIN_HTTP = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::shop-logs", "arn:aws:s3:::shop-logs/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@pytest.fixture
def s3(aws: None) -> Any:
    """S3 with a bucket for logs and one for artifacts."""
    made = client("s3")
    for bucket in ("shop-logs", "shop-artifacts"):
        made.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    return made


def admit(s3: Any, *statements: dict[str, Any]) -> None:
    s3.put_bucket_policy(Bucket="shop-logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))


def test_a_bucket_tells_that_its_events_go_to_eventbridge(s3: Any) -> None:
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket="shop-artifacts")

    s3.put_bucket_notification_configuration(
        Bucket="shop-artifacts", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )

    assert s3.get_bucket_notification_configuration(Bucket="shop-artifacts")["EventBridgeConfiguration"] == {}
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket="shop-logs")


def test_a_policy_beside_others_admits_access_logs(s3: Any) -> None:
    admit(s3, PLAIN_HTTP, DELIVERY)

    s3.put_bucket_logging(Bucket="shop-artifacts", BucketLoggingStatus=LOGGING)

    assert s3.get_bucket_logging(Bucket="shop-artifacts")["LoggingEnabled"] == LOGGING["LoggingEnabled"]


@pytest.mark.parametrize(
    "changed",
    [
        {"Resource": "arn:aws:s3:::shop-logs/elsewhere/*"},
        {"Action": "s3:GetObject"},
        {"Effect": "Deny"},
        {"Principal": {"Service": "delivery.logs.amazonaws.com"}},
    ],
)
def test_logs_that_nothing_admits_are_refused(s3: Any, changed: dict[str, Any]) -> None:
    admit(s3, PLAIN_HTTP, {**DELIVERY, **changed})

    with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
        s3.put_bucket_logging(Bucket="shop-artifacts", BucketLoggingStatus=LOGGING)


def test_a_denial_under_a_condition_is_no_denial_of_everything(s3: Any) -> None:
    def deny(statement: dict[str, Any]) -> None:
        s3.put_bucket_policy(Bucket="shop-logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    deny(PLAIN_HTTP)
    s3.put_object(Bucket="shop-logs", Key="a", Body=b"a")
    deny({key: value for key, value in PLAIN_HTTP.items() if key != "Condition"})
    with pytest.raises(ClientError, match="403"):
        s3.put_object(Bucket="shop-logs", Key="b", Body=b"b")


def test_a_rule_tells_how_many_old_versions_it_keeps(s3: Any) -> None:
    def rule(id_: str, **old: int) -> dict[str, Any]:
        return {"ID": id_, "Status": "Enabled", "Filter": {}, "NoncurrentVersionExpiration": old}

    rules = [rule("few", NoncurrentDays=30, NewerNoncurrentVersions=10), rule("none", NoncurrentDays=7)]
    s3.put_bucket_lifecycle_configuration(Bucket="shop-logs", LifecycleConfiguration={"Rules": rules})

    told = s3.get_bucket_lifecycle_configuration(Bucket="shop-logs")["Rules"]
    assert [each["NoncurrentVersionExpiration"] for each in told] == [
        each["NoncurrentVersionExpiration"] for each in rules
    ]
