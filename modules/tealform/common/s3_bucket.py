"""Private S3 buckets with TLS only and a lifecycle, among them the bucket for access logs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tealform.aws import (
    Construct,
    S3Bucket,
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLoggingA,
    S3BucketNotification,
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
    S3BucketPolicy,
    S3BucketPublicAccessBlock,
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
    TerraformResourceLifecycle,
)
from tealform.common.iam import Condition, Statement, deny_plain_http, policy_document
from tealform.naming import Context

BUCKETS_PREFIX = "buckets/"
"""The prefix in the access log bucket for the logs of other buckets."""

_UPLOAD_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class BucketProps:
    """Inputs of ``Bucket``."""

    context: Context
    """The partition for the bucket's ARN."""

    name: str
    """The bucket's full name."""

    expiration_days: int | None
    """Days until an object expires. ``None`` keeps an object until there is a newer version of it."""

    force_destroy: bool
    """Whether Terraform may destroy the bucket with objects in it."""

    kms_key_arn: str | None = None
    """The KMS key for the objects; S3's own key by default."""

    access_logs: Bucket | None = None
    """The bucket that receives the access logs; not logged by default."""

    noncurrent_days: int = 30
    """Days that S3 keeps old versions."""

    noncurrent_versions: int | None = None
    """Newest old versions that S3 keeps for ever; none by default."""

    prevent_destroy: bool = False
    """Whether Terraform refuses to destroy the bucket."""

    statements: Callable[[str], Sequence[Statement]] = lambda arn: ()
    """More statements of the bucket's policy, made from the bucket's ARN; none by default."""


class Bucket(Construct):
    """A private, versioned bucket that EventBridge is notified of."""

    name: str
    """The bucket's full name."""

    arn: str
    """The bucket's ARN, literal."""

    policy: S3BucketPolicy
    """The bucket's policy. Resources that write to the bucket at once depend on it."""

    def __init__(self, scope: Construct, id_: str, props: BucketProps) -> None:
        super().__init__(scope, id_)
        self.name = props.name
        self.arn = f"arn:{props.context.partition}:s3:::{props.name}"
        lifecycle = TerraformResourceLifecycle(prevent_destroy=True) if props.prevent_destroy else None
        bucket = S3Bucket(self, "bucket", bucket=props.name, force_destroy=props.force_destroy, lifecycle=lifecycle)
        S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=bucket.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        access = S3BucketPublicAccessBlock(
            self,
            "public-access",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        versioning = S3BucketVersioningA(
            self,
            "versioning",
            bucket=bucket.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        # Free of charge until a rule uses the events.
        S3BucketNotification(self, "events", bucket=bucket.id, eventbridge=True)
        if props.access_logs is not None:
            S3BucketLoggingA(
                self,
                "logging",
                bucket=bucket.id,
                target_bucket=props.access_logs.name,
                target_prefix=f"{BUCKETS_PREFIX}{props.name}/",
                depends_on=[props.access_logs.policy],
            )
        self._encrypt(bucket, props.kms_key_arn)
        self._expire(bucket, props, versioning)
        statements = [deny_plain_http(["s3:*"], [self.arn, f"{self.arn}/*"]), *props.statements(self.arn)]
        document = policy_document(self, "permissions", statements)
        # S3 refuses to change both at the same time.
        self.policy = S3BucketPolicy(self, "policy", bucket=bucket.id, policy=document.json, depends_on=[access])

    def _encrypt(self, bucket: S3Bucket, kms_key_arn: str | None) -> None:
        default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="aws:kms" if kms_key_arn else "AES256", kms_master_key_id=kms_key_arn
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=bucket.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=default,
                    bucket_key_enabled=True if kms_key_arn else None,
                    # S3 blocks SSE-C in new buckets by default since 2026. Without this argument, providers from 6.22
                    # to 6.39 lift the block in every plan: https://github.com/hashicorp/terraform-provider-aws/issues/47320
                    blocked_encryption_types=["SSE-C"],
                )
            ],
        )

    def _expire(self, bucket: S3Bucket, props: BucketProps, versioning: S3BucketVersioningA) -> None:
        days = props.expiration_days
        S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            bucket=bucket.id,
            rule=[
                S3BucketLifecycleConfigurationRule(
                    id="expire",
                    status="Enabled",
                    filter=[S3BucketLifecycleConfigurationRuleFilter()],
                    expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=days)] if days else None,
                    noncurrent_version_expiration=[
                        S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                            noncurrent_days=props.noncurrent_days,
                            newer_noncurrent_versions=props.noncurrent_versions,
                        )
                    ],
                    abort_incomplete_multipart_upload=[
                        S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                            days_after_initiation=_UPLOAD_DAYS
                        )
                    ],
                )
            ],
            # Rules about old versions need versioning to be on.
            depends_on=[versioning],
        )


@dataclass(frozen=True, kw_only=True)
class AccessLogsProps:
    """Inputs of ``AccessLogs``."""

    context: Context
    """The account whose load balancer and buckets write logs."""

    days: int
    """Days until a log expires, from ``access_log_days``."""

    disposable: bool
    """Whether Terraform may destroy the bucket with logs in it, from ``disposable``."""

    balancer: Literal["application", "network"] | None
    """The type of the load balancer that writes logs; ``None`` if there is none."""

    environments: Sequence[Context]
    """Environments whose buckets write their logs here."""


class AccessLogs(Construct):
    """The bucket for access logs, under S3's own key: load balancers deliver to no other.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """

    bucket: Bucket
    """The bucket that receives the logs."""

    def __init__(self, scope: Construct, id_: str, props: AccessLogsProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        self.bucket = Bucket(
            self,
            "bucket",
            BucketProps(
                context=props.context,
                name=props.context.bucket("access-logs"),
                expiration_days=props.days,
                force_destroy=props.disposable,
                statements=self._allow_delivery,
            ),
        )

    def _allow_delivery(self, arn: str) -> list[Statement]:
        context = self._props.context
        return [
            *self._allow_load_balancer(arn),
            Statement(
                sid="DeliverBucketLogs",
                actions=["s3:PutObject"],
                resources=[f"{arn}/{BUCKETS_PREFIX}*"],
                principals={"Service": ["logging.s3.amazonaws.com"]},
                conditions=[
                    Condition("StringEquals", "aws:SourceAccount", [context.account]),
                    Condition(
                        "ArnLike",
                        "aws:SourceArn",
                        [f"arn:{context.partition}:s3:::{each.prefix}-*" for each in self._props.environments],
                    ),
                ],
            ),
        ]

    def _allow_load_balancer(self, arn: str) -> list[Statement]:
        context = self._props.context
        put, objects = ["s3:PutObject"], [f"{arn}/AWSLogs/{context.account}/*"]
        match self._props.balancer:
            case "application":
                # The path keeps other accounts out; AWS's own policy has no condition either.
                principals = {"Service": ["logdelivery.elasticloadbalancing.amazonaws.com"]}
                return [Statement("DeliverLoadBalancerLogs", put, objects, principals=principals)]
            case "network":
                principals = {"Service": ["delivery.logs.amazonaws.com"]}
                ours = [
                    Condition("StringEquals", "aws:SourceAccount", [context.account]),
                    Condition("ArnLike", "aws:SourceArn", [context.arn("logs", "*")]),
                ]
                owned = [Condition("StringEquals", "s3:x-amz-acl", ["bucket-owner-full-control"]), *ours]
                return [
                    Statement("LookAtBucketAcl", ["s3:GetBucketAcl"], [arn], principals=principals, conditions=ours),
                    Statement("DeliverLoadBalancerLogs", put, objects, principals=principals, conditions=owned),
                ]
            case None:
                return []
