"""S3 buckets that nobody outside can read, over TLS only, and that do not grow for ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
from tealform.common.iam import Condition, Statement, policy_document
from tealform.naming import Context

BUCKETS_PREFIX = "buckets/"
"""Where in the bucket for access logs other buckets have theirs."""

_UPLOAD_DAYS = 7


@dataclass(frozen=True)
class BucketProps:
    """A bucket's name, the days it keeps an object, its KMS key (S3's own when ``None``), and who else has a say.

    Without ``expiration_days`` an object stays until there is a newer version of it. Old versions are kept
    ``noncurrent_days`` long, and the ``noncurrent_versions`` newest of them for ever. Terraform does not let go of a bucket that
    it shall ``prevent_destroy``. ``access_logs`` is the bucket that the record of requests goes to. ``statements`` are made from the bucket's ARN.
    """

    context: Context
    name: str
    expiration_days: int | None
    force_destroy: bool
    kms_key_arn: str | None = None
    access_logs: Bucket | None = None
    noncurrent_days: int = 30
    noncurrent_versions: int | None = None
    prevent_destroy: bool = False
    statements: Callable[[str], Sequence[Statement]] = lambda arn: ()


class Bucket(Construct):
    """A private bucket. Whoever writes to it from the start depends on ``policy``."""

    name: str
    arn: str
    policy: S3BucketPolicy

    def __init__(self, scope: Construct, id_: str, props: BucketProps) -> None:
        super().__init__(scope, id_)
        self.name = props.name
        self.arn = f"arn:{props.context.partition}:s3:::{props.name}"
        kept = TerraformResourceLifecycle(prevent_destroy=True) if props.prevent_destroy else None
        bucket = S3Bucket(self, "bucket", bucket=props.name, force_destroy=props.force_destroy, lifecycle=kept)
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
        # Costs nothing until somebody listens.
        S3BucketNotification(self, "events", bucket=bucket.id, eventbridge=True)
        if props.access_logs is not None:
            prefix = f"{BUCKETS_PREFIX}{props.name}/"
            S3BucketLoggingA(
                self,
                "logging",
                bucket=bucket.id,
                target_bucket=props.access_logs.name,
                target_prefix=prefix,
                depends_on=[props.access_logs.policy],
            )
        self._encrypt(bucket, props.kms_key_arn)
        self._expire(bucket, props, versioning)
        statements = [_tls_only(self.arn), *props.statements(self.arn)]
        document = policy_document(self, "permissions", statements)
        # S3 refuses the two calls at the same time.
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
                    # S3 blocks SSE-C in new buckets by itself since 2026; unsaid, providers from 6.22 to 6.39 would
                    # lift the block in every plan: https://github.com/hashicorp/terraform-provider-aws/issues/47320
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


def _tls_only(arn: str) -> Statement:
    return Statement(
        sid="DenyPlainHttp",
        effect="Deny",
        actions=["s3:*"],
        resources=[arn, f"{arn}/*"],
        principals={"*": ["*"]},
        conditions=[Condition("Bool", "aws:SecureTransport", ["false"])],
    )
