"""The bucket through which the stages of a pipeline hand on their artifacts."""

from __future__ import annotations

from dataclasses import dataclass

from modules.aws import Construct
from modules.bucket import Bucket, BucketProps
from modules.context import Context
from modules.iam import Condition, Statement
from modules.key import Key

_DAYS = 30


@dataclass(frozen=True)
class ArtifactBucketProps:
    """The service whose pipeline it is, and the environment's key."""

    context: Context
    service: str
    key: Key
    disposable: bool


class ArtifactBucket(Construct):
    """A bucket that takes objects under the environment's KMS key only, and forgets them after 30 days."""

    def __init__(self, scope: Construct, id_: str, props: ArtifactBucketProps) -> None:
        super().__init__(scope, id_)
        bucket = Bucket(
            self,
            "bucket",
            BucketProps(
                props.context,
                name=props.context.bucket(props.service, "artifacts"),
                expiration_days=_DAYS,
                force_destroy=props.disposable,
                kms_key_arn=props.key.arn,
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
        return [
            Statement(
                sid="Artifacts",
                actions=["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
                resources=[f"{self.arn}/*"],
            ),
            Statement(
                sid="ArtifactBucket",
                actions=["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
                resources=[self.arn],
            ),
        ]
