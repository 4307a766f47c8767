"""S3: notifications to EventBridge, who may deliver access logs, and how many old versions are kept."""

from __future__ import annotations

import json
from typing import Any, cast

from moto.core.common_types import TYPE_RESPONSE
from moto.s3.exceptions import CrossLocationLoggingProhibited, InvalidTargetBucketForLogging
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response

from tealform_harness.aws_emulator.moto_patch import ExtendedBackend
from tealform_harness.aws_emulator.resource_policies import as_list, find_allowing_statements, matches_pattern

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
        before, *told = cast(str, body).split("<Rule>")
        rules = self.backend.get_bucket_lifecycle(self.bucket_name)
        whole = [_with_newer(text, getattr(rule, "newer", None)) for text, rule in zip(told, rules, strict=True)]
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
