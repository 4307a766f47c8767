"""Buckets let in nobody but the environment's accounts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tealform.policy.rules.bucket_not_shared import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import Change, all_of, put

BUCKET = "aws_s3_bucket.delivery-api_artifacts_bucket"
POLICY = "aws_s3_bucket_policy.delivery-api_artifacts_bucket_policy"
OTHER = "arn:aws:iam::999999999999:role/reader"
STRANGER = "its statement Share lets the account 999999999999 in, with which nothing here has to do"
ANYBODY = "its statement Share lets anybody in"


def lets_in(principal: Any, **more: Any) -> Change:
    """Somebody may read the bucket."""
    statement = {"Sid": "Share", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **more}
    return put(POLICY, "policy", to=json.dumps({"Statement": [{**statement, **principal}]}))


def document(**principals: Any) -> Change:
    """The same in a document of Terraform's."""
    shared = {"sid": "Share", "actions": ["s3:GetObject"], "resources": ["*"], "principals": [principals]}
    return put("data.aws_iam_policy_document.delivery-api_artifacts_bucket_permissions", "statement", 0, to=shared)


BAD = {
    "anybody": (lets_in({"Principal": "*"}), ANYBODY),
    "any account": (lets_in({"Principal": {"AWS": "*"}}), ANYBODY),
    "anybody from somewhere": (lets_in({"Principal": "*"}, Condition={"StringEquals": {"aws:referer": "x"}}), ANYBODY),
    "all but one": (lets_in({"NotPrincipal": {"AWS": OTHER}}), ANYBODY),
    "another account's role": (lets_in({"Principal": {"AWS": OTHER}}), STRANGER),
    "another account": (lets_in({"Principal": {"AWS": "999999999999"}}), STRANGER),
    "another account in a document": (document(type="AWS", identifiers=["arn:aws:iam::999999999999:root"]), STRANGER),
    "anybody in a document": (document(type="*", identifiers=["*"]), ANYBODY),
    "a statement without a name": (lets_in({"Principal": "*"}, Sid=""), "a statement of it lets anybody in"),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_buckets_are_not_shared(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_a_bucket_for_strangers_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {BUCKET: message}


@pytest.mark.parametrize("who", ["arn:aws:iam::123456789012:role/reader", "123456789012"])
def test_the_account_itself_is_no_stranger(who: str) -> None:
    assert shipped.failed(CHECK, "prod", lets_in({"Principal": {"AWS": who}})) == {}


def test_an_account_that_the_pipeline_deploys_to_is_no_stranger() -> None:
    deploys = put("aws_codepipeline.delivery-api_pipeline", "stage", 3, "action", 0, "role_arn", to=OTHER)
    assert shipped.failed(CHECK, "prod", all_of(deploys, lets_in({"Principal": {"AWS": OTHER}}))) == {}


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("aws_s3_access_point", "has another door"),
        ("aws_s3_bucket_cors_configuration", "lets pages of other sites in"),
        ("aws_s3_bucket_website_configuration", "is a website"),
    ],
)
def test_a_way_out_beside_the_policy_is_found(kind: str, message: str) -> None:
    found = shipped.failed(CHECK, "prod", put(f"{kind}.more", "bucket", to=f"${{{BUCKET}.id}}"))
    assert found == {BUCKET: f"{message}, by {kind}.more"}


@pytest.mark.parametrize(
    ("destination", "message"),
    [
        ("arn:aws:s3:::somewhere", "is copied to a bucket that is not of this environment"),
        ("${aws_s3_bucket.access-logs_bucket.arn}", ""),
    ],
)
def test_a_copy_stays_in_the_environment(destination: str, message: str) -> None:
    copies = "aws_s3_bucket_replication_configuration.copies"
    change = all_of(
        put(copies, "bucket", to=f"${{{BUCKET}.id}}"),
        put(copies, "rule", to=[{"destination": {"bucket": destination}}]),
    )
    assert shipped.failed(CHECK, "prod", change) == ({BUCKET: f"{message}, by {copies}"} if message else {})
