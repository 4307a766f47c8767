"""Buckets block public access, and know no access control lists."""

from __future__ import annotations

import pytest

from tealform.policy.rules.bucket_closed import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, drop, put

BUCKET = "aws_s3_bucket.delivery-api_artifacts_bucket"
ACCESS = "aws_s3_bucket_public_access_block.delivery-api_artifacts_bucket_public-access"
OWNERSHIP = "aws_s3_bucket_ownership_controls.delivery-api_artifacts_bucket_ownership"
LISTS = "access control lists still count: object_ownership is not BucketOwnerEnforced"

BAD = {
    **{
        f"{key} {value}": (put(ACCESS, key, to=value), f"{key} is not true")
        for key in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
        for value in (False, GONE)
    },
    "no block": (drop(ACCESS), "has no public access blocks, where one is meant"),
    "another bucket's block": (put(ACCESS, "bucket", to="other"), "has no public access blocks, where one is meant"),
    "no ownership": (drop(OWNERSHIP), LISTS),
    "another ownership": (put(OWNERSHIP, "rule", "object_ownership", to="ObjectWriter"), LISTS),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_buckets_are_closed(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_an_open_bucket_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {BUCKET: message}


def test_a_block_may_name_its_bucket() -> None:
    assert shipped.failed(CHECK, "prod", put(ACCESS, "bucket", to="shop-prod-api-artifacts-123456789012")) == {}
