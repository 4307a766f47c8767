"""Buckets refuse plain HTTP, and those of artifacts what is not encrypted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tealform.policy.rules.bucket_tls import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import all_of, drop, put

NAME = "shop-prod-api-artifacts-123456789012"
ARN = f"arn:aws:s3:::{NAME}"
BUCKET = "aws_s3_bucket.delivery-api_artifacts_bucket"
POLICY = "aws_s3_bucket_policy.delivery-api_artifacts_bucket_policy"
TLS = ("data.aws_iam_policy_document.delivery-api_artifacts_bucket_permissions", "statement", 0)
ENCRYPTED = (TLS[0], "statement", 1)
PLAIN = "takes plain HTTP: nothing denies s3:* on it and its objects where aws:SecureTransport is false"
UNENCRYPTED = "takes artifacts that are not encrypted under a KMS key"

BAD = {
    "allowed": (put(*TLS, "effect", to="Allow"), PLAIN),
    "some actions": (put(*TLS, "actions", to=["s3:GetObject"]), PLAIN),
    "the bucket alone": (put(*TLS, "resources", to=[ARN]), PLAIN),
    "the objects alone": (put(*TLS, "resources", to=[f"{ARN}/*"]), PLAIN),
    "somebody alone": (put(*TLS, "principals", 0, to={"type": "AWS", "identifiers": ["arn:aws:iam::123456789012:root"]}), PLAIN),
    "where it is true": (put(*TLS, "condition", 0, "values", to=["true"]), PLAIN),
    "never": (put(*TLS, "condition", 0, "test", to="Null"), PLAIN),
    "one condition more": (
        put(*TLS, "condition", to=[
            {"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]},
            {"test": "StringEquals", "variable": "aws:SourceIp", "values": ["10.0.0.1"]},
        ]),
        PLAIN,
    ),
    "unencrypted puts": (put(*ENCRYPTED, "condition", 0, "values", to=["AES256"]), UNENCRYPTED),
    "no policy": (drop(POLICY), f"has no policies, where one is meant: each replaces the other; {PLAIN}; {UNENCRYPTED}"),
    "two policies": (
        all_of(
            put("aws_s3_bucket_policy.more", "bucket", to=NAME),
            put("aws_s3_bucket_policy.more", "policy", to='{"Statement": {}}'),
        ),
        "has 2 policies, where one is meant: each replaces the other",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_buckets_refuse_plain_http(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_a_bucket_that_takes_clear_text_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {BUCKET: message}


def test_a_policy_as_text_is_looked_into() -> None:
    def text(value: str) -> str:
        deny: dict[str, Any] = {"Effect": "Deny", "Principal": "*", "Resource": [ARN, f"{ARN}/*"]}
        tls = {**deny, "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": value}}}
        key = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
        return json.dumps({"Statement": [tls, {**deny, "Action": "s3:PutObject", "Condition": key}]})

    assert shipped.failed(CHECK, "prod", put(POLICY, "policy", to=text("false"))) == {}
    assert shipped.failed(CHECK, "prod", put(POLICY, "policy", to=text("true"))) == {BUCKET: PLAIN}
