"""Buckets encrypt under the environment's KMS key; that for access logs under S3's own."""

from __future__ import annotations

from typing import Any

import pytest

from tealform.policy.rules.bucket_encrypted import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, drop, put

BUCKET, LOGS = "aws_s3_bucket.delivery-api_artifacts_bucket", "aws_s3_bucket.access-logs_bucket"
KIND = "aws_s3_bucket_server_side_encryption_configuration"
CONFIGURATION = f"{KIND}.delivery-api_artifacts_bucket_encryption"
DEFAULT = ("rule", 0, "apply_server_side_encryption_by_default")

BAD = {
    "nothing": (drop(CONFIGURATION), BUCKET, "has no rules for encryption, where one is meant"),
    "S3's own key": (
        put(CONFIGURATION, *DEFAULT, to={"sse_algorithm": "AES256"}),
        BUCKET,
        "encrypts by AES256, and not under a KMS key",
    ),
    "AWS's KMS key": (
        put(CONFIGURATION, *DEFAULT, "kms_master_key_id", to=GONE),
        BUCKET,
        "its KMS key is not the environment's",
    ),
    "another account's key": (
        put(CONFIGURATION, *DEFAULT, "kms_master_key_id", to="arn:aws:kms:eu-west-1:999999999999:key/1"),
        BUCKET,
        "its KMS key is not the environment's",
    ),
    "access logs under a KMS key": (
        put(f"{KIND}.access-logs_bucket_encryption", *DEFAULT, "sse_algorithm", to="aws:kms"),
        LOGS,
        "access logs are not delivered to a bucket under aws:kms; it takes AES256",
    ),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_buckets_are_encrypted(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_a_bucket_under_the_wrong_key_is_found(way: str) -> None:
    change, bucket, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {bucket: message}


def test_a_bucket_for_access_logs_is_one_before_there_are_any() -> None:
    def unused(document: dict[str, Any]) -> None:
        for kind in ("aws_lb", "aws_s3_bucket_logging"):
            del document["resource"][kind]

    assert shipped.failed(CHECK, "prod", unused) == {}
