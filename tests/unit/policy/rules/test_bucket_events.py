"""Buckets that start releases keep versions, and tell EventBridge of new ones."""

from __future__ import annotations

import pytest

from tealform.policy.rules.bucket_events import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import drop, put

SILENT = "does not tell EventBridge of new versions"
FORGETFUL = "keeps no versions, without which CodePipeline takes nothing from it"


@pytest.mark.parametrize(("name", "bucket"), [("dev", "source"), ("staging", "handover")])
def test_each_bucket_that_starts_a_release_must_say_so(name: str, bucket: str) -> None:
    address, made = f"aws_s3_bucket.delivery-web_{bucket}_bucket", f"delivery-web_{bucket}_bucket"
    events, versioning = f"aws_s3_bucket_notification.{made}_events", f"aws_s3_bucket_versioning.{made}_versioning"
    assert shipped.judged(CHECK, name)[address] == ""
    assert shipped.failed(CHECK, name) == {}
    for change, message in (
        (drop(events), SILENT),
        (put(events, "eventbridge", to=False), SILENT),
        (drop(versioning), FORGETFUL),
        (put(versioning, "versioning_configuration", "status", to="Suspended"), FORGETFUL),
    ):
        assert shipped.failed(CHECK, name, change) == {address: message}
