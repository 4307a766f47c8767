"""Buckets and keys."""

from __future__ import annotations

from collections.abc import Sequence

from tealform.bootstrap.permissions.resource_arns import Names
from tealform.common.iam import Condition, Statement

BUCKET_CHANGES = (
    "CreateBucket",
    "DeleteBucket",
    "DeleteBucketPolicy",
    "ListBucketVersions",
    "PutBucketLogging",
    "PutBucketNotification",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
    "PutBucketPublicAccessBlock",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutEncryptionConfiguration",
    "PutLifecycleConfiguration",
    "TagResource",
    "UntagResource",
)
"""What an apply does to a bucket, in S3's own words for IAM."""


def reading(names: Names) -> Sequence[Statement]:
    """How buckets and keys are set up; no object, and nothing that is encrypted.

    Terraform's provider asks S3 for tags in two ways since 6.23:
    https://github.com/hashicorp/terraform-provider-aws/blob/main/CHANGELOG.md
    """
    return [
        Statement(
            "LookAtBuckets",
            [
                f"s3:{action}"
                for action in (
                    "GetAccelerateConfiguration",
                    "GetBucketAcl",
                    "GetBucketCORS",
                    "GetBucketLocation",
                    "GetBucketLogging",
                    "GetBucketNotification",
                    "GetBucketObjectLockConfiguration",
                    "GetBucketOwnershipControls",
                    "GetBucketPolicy",
                    "GetBucketPublicAccessBlock",
                    "GetBucketRequestPayment",
                    "GetBucketTagging",
                    "GetBucketVersioning",
                    "GetBucketWebsite",
                    "GetEncryptionConfiguration",
                    "GetLifecycleConfiguration",
                    "GetReplicationConfiguration",
                    "ListBucket",
                    "ListTagsForResource",
                )
            ],
            names.bucket_arns(),
        ),
        Statement("ListKeys", ["kms:ListAliases"], ["*"]),
        Statement(
            "LookAtKeys",
            ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
            names.here("kms", "key/*"),
        ),
    ]


def changing(names: Names) -> Sequence[Statement]:
    """Buckets by name; keys, whose id nobody knows before, by their tags as soon as they have any for a while.

    It takes minutes until a key's new tags count: https://docs.aws.amazon.com/kms/latest/developerguide/abac.html
    """
    keys, buckets = names.here("kms", "key/*"), names.bucket_arns()
    return [
        Statement(
            "ChangeBuckets",
            [f"s3:{action}" for action in BUCKET_CHANGES],
            buckets,
        ),
        # What is disposable goes with what is in it.
        Statement("EmptyBuckets", ["s3:DeleteObject", "s3:DeleteObjectVersion"], [f"{arn}/*" for arn in buckets]),
        Statement("MakeKeys", ["kms:CreateKey"], ["*"]),
        Statement(
            "NameKeys",
            ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"],
            [*names.here("kms", "alias/{}"), *keys],
        ),
        Statement(
            "SetUpKeys",
            ["kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:TagResource", "kms:UpdateKeyDescription"],
            keys,
            conditions=names.tagged_or_new(),
        ),
        Statement(
            "DeleteKeys",
            ["kms:DisableKeyRotation", "kms:ScheduleKeyDeletion", "kms:UntagResource"],
            keys,
            conditions=names.tagged(),
        ),
        # ECR and Lambda are lent the key by whoever sets them up:
        # https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
        Statement(
            "LendKeys",
            ["kms:CreateGrant", "kms:RetireGrant"],
            keys,
            conditions=[
                Condition(
                    "StringEquals",
                    "kms:ViaService",
                    [f"{service}.{names.context.region}.{names.context.dns_suffix}" for service in ("ecr", "lambda")],
                )
            ],
        ),
        Statement(
            "WriteFunctionVariables",
            ["kms:Encrypt"],
            keys,
            conditions=[
                Condition(
                    "StringEquals", "kms:ViaService", [f"lambda.{names.context.region}.{names.context.dns_suffix}"]
                ),
            ],
        ),
    ]
