"""What S3 reports to EventBridge of objects in buckets that are told to.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from __future__ import annotations

from typing import Any, cast
from uuid import uuid4

from moto.s3 import notifications
from moto.s3.models import FakeBucket, FakeKey

from tealform_harness.aws_emulator import service_events

# By the name that the event has for other targets. What is left out here, such as tags, starts nothing.
_CREATED = {
    "s3:ObjectCreated:Put": "PutObject",
    "s3:ObjectCreated:Post": "POST Object",
    "s3:ObjectCreated:Copy": "CopyObject",
    "s3:ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
}


def report_object_events() -> None:
    """Makes moto report objects in the documented form, to the default bus alone. Idempotent."""
    # moto's own events have no such etag, reason and time, and go to every bus.
    cast(Any, notifications)._send_event_bridge_message = _publish_object_event


def _publish_object_event(account_id: str, bucket: FakeBucket, event_name: str, key: FakeKey) -> None:
    reason = _CREATED.get(str(getattr(event_name, "value", event_name)))
    if reason is None:
        return
    version = {"version-id": key.version_id} if bucket.is_versioned else {}
    told = {"key": key.name, "size": key.size, "etag": key.etag.strip('"'), **version, "sequencer": uuid4().hex[:16]}
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": told,
        "request-id": uuid4().hex[:16].upper(),
        "requester": account_id,
        "source-ip-address": "127.0.0.1",
        "reason": reason,
    }
    service_events.publish_event(account_id, bucket.region_name, "aws.s3", "Object Created", [bucket.arn], detail)
