"""S3: object events to EventBridge, permission to deliver access logs, and the number of old versions to keep.

Events: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from __future__ import annotations

import json
from typing import Any, cast
from uuid import uuid4

from moto.core.common_types import TYPE_RESPONSE
from moto.s3 import notifications
from moto.s3.exceptions import CrossLocationLoggingProhibited, InvalidTargetBucketForLogging
from moto.s3.models import FakeBucket, FakeKey, S3Backend
from moto.s3.responses import S3Response

from tealform_harness.aws_emulator import service_events
from tealform_harness.aws_emulator.iam import as_list, find_allowing_statements, matches_pattern
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend

# By the name that the event has for other targets. What is left out here, such as tags, starts nothing.
_CREATED = {
    "s3:ObjectCreated:Put": "PutObject",
    "s3:ObjectCreated:Post": "POST Object",
    "s3:ObjectCreated:Copy": "CopyObject",
    "s3:ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
}


def report_object_events() -> None:
    """Make moto report objects in the documented form, to the default bus alone. Idempotent."""
    # moto's own events have no such etag, reason and time, and go to every bus.
    cast(Any, notifications)._send_event_bridge_message = _publish_object_event


def _publish_object_event(account_id: str, bucket: FakeBucket, event_name: str, key: FakeKey) -> None:
    reason = _CREATED.get(str(getattr(event_name, "value", event_name)))
    if reason is None:
        return
    version = {"version-id": key.version_id} if bucket.is_versioned else {}
    described = {
        "key": key.name,
        "size": key.size,
        "etag": key.etag.strip('"'),
        **version,
        "sequencer": uuid4().hex[:16],
    }
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": described,
        "request-id": uuid4().hex[:16].upper(),
        "requester": account_id,
        "source-ip-address": "127.0.0.1",
        "reason": reason,
    }
    service_events.publish_event(account_id, bucket.region_name, "aws.s3", "Object Created", [bucket.arn], detail)


_LOG_DELIVERY = "logging.s3.amazonaws.com"


class ConditionalBucket(FakeBucket):
    """A bucket whose policy is judged by what it says without conditions: a denial of plain HTTP denies nothing here."""

    def get_permission(self, action: str, resource: str) -> Any:
        """moto's own does not read conditions, and would take such a denial for one of everything."""
        if self.policy is None:
            return super().get_permission(action, resource)
        policy, document = self.policy, json.loads(self.policy)
        unconditional = [each for each in as_list(document["Statement"]) if not each.get("Condition")]
        try:
            self.policy = cast(
                Any, json.dumps({**document, "Statement": unconditional}).encode() if unconditional else None
            )
            return super().get_permission(action, resource)
        finally:
            self.policy = policy

    def set_lifecycle(self, rules: list[dict[str, Any]]) -> None:
        """moto's own forgets how many old versions a rule keeps."""
        super().set_lifecycle(rules)
        for kept, given in zip(self.rules, rules, strict=True):
            cast(Any, kept).newer = (given.get("NoncurrentVersionExpiration") or {}).get("NewerNoncurrentVersions")


class BucketBackend(ExtendedBackend, S3Backend):
    """Reads a policy as policies are written: one value or several, with wildcards and conditions."""

    def create_bucket(self, *args: Any, **kwargs: Any) -> FakeBucket:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html."""
        bucket = super().create_bucket(*args, **kwargs)
        bucket.__class__ = cast(Any, ConditionalBucket)
        return bucket

    def put_bucket_logging(self, bucket_name: str, logging_config: dict[str, Any]) -> None:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html."""
        bucket = self.get_bucket(bucket_name)
        target = self.buckets.get(logging_config.get("TargetBucket", ""))
        if not target:
            super().put_bucket_logging(bucket_name, logging_config)
        elif target.region_name != bucket.region_name:
            raise CrossLocationLoggingProhibited()
        elif not (_admits_logs(target, logging_config) or bucket._log_permissions_enabled_acl(target)):
            message = f"The policy of {target.name} does not let {_LOG_DELIVERY} put objects"
            raise InvalidTargetBucketForLogging(message)
        else:
            bucket.logging = logging_config


class BucketResponse(S3Response):
    """Also tells whether a bucket's events go to EventBridge, and how many old versions are kept."""

    def get_bucket_notification(self) -> TYPE_RESPONSE:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html."""
        status, headers, body = super().get_bucket_notification()
        configuration = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if configuration and configuration.event_bridge is not None:
            body = _with_event_bridge(cast(str, body))
        return status, headers, body

    def get_bucket_lifecycle(self) -> TYPE_RESPONSE:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html."""
        status, headers, body = super().get_bucket_lifecycle()
        before, *described = cast(str, body).split("<Rule>")
        rules = self.backend.get_bucket_lifecycle(self.bucket_name)
        whole = [_with_newer(text, getattr(rule, "newer", None)) for text, rule in zip(described, rules, strict=True)]
        return status, headers, "<Rule>".join([before, *whole])


def _with_newer(rule: str, newer: str | None) -> str:
    beginning = "<NoncurrentVersionExpiration>"
    kept = f"<NewerNoncurrentVersions>{newer}</NewerNoncurrentVersions>"
    return rule.replace(beginning, beginning + kept) if newer else rule


def _with_event_bridge(configuration: str) -> str:
    end = "</NotificationConfiguration>"
    beginning = configuration.removesuffix(end)
    if beginning == configuration:
        beginning = configuration.removesuffix("/>") + ">"
    return f"{beginning}<EventBridgeConfiguration/>{end}"


def _admits_logs(target: FakeBucket, logging_config: dict[str, Any]) -> bool:
    """Whether S3 may put logs as far as principal, action and resource go; conditions are not read.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    log = f"arn:{target.partition}:s3:::{target.name}/{logging_config.get('TargetPrefix') or ''}log"
    statements = find_allowing_statements(target.policy or b'{"Statement": []}', _LOG_DELIVERY, "s3:PutObject")
    return any(matches_pattern(log, statement["Resource"]) for statement in statements)
