"""The bucket through which the stages of a pipeline hand on their artifacts."""

from __future__ import annotations

from dataclasses import dataclass

from modules.aws import Construct
from modules.bucket import Bucket, BucketProps
from modules.foundation import Foundation
from modules.iam import Condition, Statement

_DAYS = 30


@dataclass(frozen=True)
class ArtifactBucketProps:
    """The service whose pipeline it is."""

    foundation: Foundation
    service: str


class ArtifactBucket(Construct):
    """A bucket that takes objects under the environment's KMS key only, and forgets them after 30 days."""

    def __init__(self, scope: Construct, id_: str, props: ArtifactBucketProps) -> None:
        super().__init__(scope, id_)
        foundation = props.foundation
        bucket = Bucket(
            self,
            "bucket",
            BucketProps(
                foundation.context,
                name=foundation.context.bucket(props.service, "artifacts"),
                expiration_days=_DAYS,
                force_destroy=foundation.disposable,
                kms_key_arn=foundation.key.arn,
                access_logs=foundation.access_logs.bucket,
                statements=lambda arn: [
                    Statement(
                        sid="DenyUnencryptedPuts",
                        effect="Deny",
                        actions=["s3:PutObject"],
                        resources=[f"{arn}/*"],
                        principals={"*": ["*"]},
                        conditions=[Condition("StringNotEquals", "s3:x-amz-server-side-encryption", ["aws:kms"])],
                    )
                ],
            ),
        )
        self.name = bucket.name
        self.arn = bucket.arn
        self.policy = bucket.policy

    def usage(self) -> list[Statement]:
        """The right to read and write artifacts."""
        return self._allowing(["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"])

    def reading(self) -> list[Statement]:
        """The right to read artifacts."""
        return self._allowing(["s3:GetObject", "s3:GetObjectVersion"])

    def _allowing(self, actions: list[str]) -> list[Statement]:
        return [
            Statement(sid="Artifacts", actions=actions, resources=[f"{self.arn}/*"]),
            Statement(
                sid="ArtifactBucket",
                actions=["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
                resources=[self.arn],
            ),
        ]
