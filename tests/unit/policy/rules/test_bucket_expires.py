"""Artifacts and logs expire, and a release that is to be taken does not."""

from __future__ import annotations

import pytest

from tealform.policy.rules.bucket_expires import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, all_of, drop, put

BUCKET = "aws_s3_bucket.delivery-api_artifacts_bucket"
LIFECYCLE = "aws_s3_bucket_lifecycle_configuration.delivery-api_artifacts_bucket_lifecycle"
RULE = (LIFECYCLE, "rule", 0)
APPROVAL = ("aws_codepipeline.delivery-api_pipeline", "stage", 2, "action", 0)
NEVER = "old versions never expire; uploads that were broken off never expire; what is put in never expires"

BAD = {
    "none": (drop(LIFECYCLE), f"has no lifecycle configurations, where one is meant; {NEVER}"),
    "one that is off": (put(*RULE, "status", to="Disabled"), NEVER),
    "some objects": (put(*RULE, "filter", to=[{"prefix": "logs/"}]), NEVER),
    "no expiration": (put(*RULE, "expiration", to=GONE), "what is put in never expires"),
    "old versions": (put(*RULE, "noncurrent_version_expiration", to=GONE), "old versions never expire"),
    "uploads": (put(*RULE, "abort_incomplete_multipart_upload", to=GONE), "uploads that were broken off never expire"),
    "before an approval ends": (
        put(*RULE, "expiration", 0, "days", to=1),
        "artifacts expire after 1 days, while an approval waits for 1440 minutes",
    ),
    "before an approval ends that says no time": (
        all_of(put(*RULE, "expiration", 0, "days", to=7), put(*APPROVAL, "timeout_in_minutes", to=GONE)),
        "artifacts expire after 7 days, while an approval waits for 10080 minutes",
    ),
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_buckets_keep_what_is_needed(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_a_bucket_that_grows_or_forgets_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {BUCKET: message}


@pytest.mark.parametrize(("name", "bucket"), [("dev", "source"), ("staging", "handover")])
def test_a_release_that_is_to_be_taken_does_not_expire(name: str, bucket: str) -> None:
    lifecycle = f"aws_s3_bucket_lifecycle_configuration.delivery-web_{bucket}_bucket_lifecycle"
    found = shipped.failed(CHECK, name, put(lifecycle, "rule", 0, "expiration", to=[{"days": 90}]))
    message = "what it holds expires, and with it a release that is still to be taken"
    assert found == {f"aws_s3_bucket.delivery-web_{bucket}_bucket": message}
