"""The source action for one ZIP file in a versioned bucket, whoever puts it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tealform.common.iam import Statement
from tealform.naming import Context
from tealform.pipeline.action import Step, action


@dataclass(frozen=True)
class VersionedObject:
    """An object of which each new version starts the pipeline. ``key_access`` are the rights to its KMS key."""

    context: Context
    bucket: str
    key: str
    key_access: tuple[Statement, ...] = ()

    @property
    def arn(self) -> str:
        """The bucket's ARN."""
        return f"arn:{self.context.partition}:s3:::{self.bucket}"

    def step(self, artifact: str) -> Step:
        """Takes the newest version as ``artifact``.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
        """
        configuration = {"S3Bucket": self.bucket, "S3ObjectKey": self.key, "PollForSourceChanges": "false"}
        reading = [
            Statement(
                sid="ReadSource",
                actions=["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"],
                resources=[f"{self.arn}/{self.key}"],
            ),
            Statement(
                sid="SourceBucket",
                actions=["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:ListBucket"],
                resources=[self.arn],
            ),
            *self.key_access,
        ]
        take = action("Source", "Source", "S3", configuration, outputs=[artifact], namespace="SourceVariables")
        return Step("Source", take, reading)

    def event_pattern(self) -> dict[str, Any]:
        """What EventBridge says when there is a new version, and only then.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
        """
        return {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "resources": [self.arn],
            "detail": {"bucket": {"name": [self.bucket]}, "object": {"key": [self.key]}},
        }
