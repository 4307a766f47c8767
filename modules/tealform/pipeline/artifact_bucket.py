"""The bucket through which the stages of a pipeline hand on their artifacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import Construct
from tealform.common.iam import Condition, Statement, account_principals, require_role
from tealform.common.s3_bucket import Bucket, BucketProps
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context

# An approval may wait for sixty, and a stage rolls back to what it released before.
_DAYS = 90


@dataclass(frozen=True)
class Artifacts:
    """Where a pipeline's artifacts are, and the KMS key that they are under, as a policy names them."""

    bucket_arn: str
    key_arn: str
    key_conditions: Sequence[Condition] = ()

    @classmethod
    def of(cls, pipelines: Context, service: str) -> Artifacts:
        """The artifacts of a pipeline in another account.

        The id of that account's key is not known here; its own policy names who may use it, and for what.
        """
        return cls(
            f"arn:{pipelines.partition}:s3:::{pipelines.bucket(service, 'artifacts')}",
            pipelines.arn("kms", "key/*"),
            [Condition("StringEquals", "kms:ViaService", [f"s3.{pipelines.region}.{pipelines.dns_suffix}"])],
        )

    def reading(self) -> list[Statement]:
        """The right to read what a release is made of."""
        return [
            Statement(
                sid="ReadRevision", actions=["s3:GetObject", "s3:GetObjectVersion"], resources=[f"{self.bucket_arn}/*"]
            ),
            Statement(
                sid="DecryptRevision",
                actions=["kms:Decrypt"],
                resources=[self.key_arn],
                conditions=self.key_conditions,
            ),
        ]

    def looking(self) -> Statement:
        """The right to look at the bucket, which an action of a pipeline does."""
        return Statement(
            sid="LookAtBucket", actions=["s3:GetBucketAcl", "s3:GetBucketLocation"], resources=[self.bucket_arn]
        )


@dataclass(frozen=True)
class ArtifactBucketProps:
    """The service whose pipeline it is, and the ARNs of roles in other accounts that read what is to be released."""

    shared: SharedResources
    service: str
    readers: Sequence[str] = ()


class ArtifactBucket(Construct):
    """A bucket that takes objects under the environment's KMS key only, and forgets them after 90 days."""

    def __init__(self, scope: Construct, id_: str, props: ArtifactBucketProps) -> None:
        super().__init__(scope, id_)
        shared = props.shared
        bucket = Bucket(
            self,
            "bucket",
            BucketProps(
                context=shared.context,
                name=shared.context.bucket(props.service, "artifacts"),
                expiration_days=_DAYS,
                force_destroy=shared.disposable,
                kms_key_arn=shared.key.arn,
                access_logs=shared.access_logs.bucket,
                statements=lambda arn: [
                    Statement(
                        sid="DenyUnencryptedPuts",
                        effect="Deny",
                        actions=["s3:PutObject"],
                        resources=[f"{arn}/*"],
                        principals={"*": ["*"]},
                        conditions=[Condition("StringNotEquals", "s3:x-amz-server-side-encryption", ["aws:kms"])],
                    ),
                    *_other_accounts(arn, props.readers),
                ],
            ),
        )
        self.name = bucket.name
        self.arn = bucket.arn
        self.policy = bucket.policy
        self.artifacts = Artifacts(self.arn, shared.key.arn)

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


def _other_accounts(arn: str, readers: Sequence[str]) -> list[Statement]:
    """What roles of other accounts may do.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
    """
    if not readers:
        return []
    principals, these = account_principals(readers), [require_role(readers)]
    read, look = ["s3:GetObject", "s3:GetObjectVersion"], ["s3:GetBucketAcl", "s3:GetBucketLocation"]
    return [
        Statement("ReadFromOtherAccounts", read, [f"{arn}/*"], principals=principals, conditions=these),
        Statement("LookFromOtherAccounts", look, [arn], principals=principals, conditions=these),
    ]
