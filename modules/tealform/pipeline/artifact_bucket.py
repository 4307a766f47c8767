"""The bucket through which the stages of a pipeline pass their artifacts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tealform.aws import Construct
from tealform.common.iam import Condition, Statement, account_principals, require_role
from tealform.common.s3_bucket import Bucket, BucketProps
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context

# An approval may wait for sixty, and a stage rolls back to what it released before.
_DAYS = 90
_READ = ["s3:GetObject", "s3:GetObjectVersion"]


def create_bucket(
    scope: Construct,
    shared: SharedResources,
    name: str,
    expiration_days: int | None = None,
    statements: Callable[[str], Sequence[Statement]] = lambda arn: (),
) -> Bucket:
    """Create a bucket of a pipeline, under the environment's key; without ``expiration_days`` the newest object stays."""
    return Bucket(
        scope,
        "bucket",
        BucketProps(
            context=shared.context,
            name=name,
            expiration_days=expiration_days,
            force_destroy=shared.disposable,
            kms_key_arn=shared.key.arn,
            access_logs=shared.access_logs.bucket,
            statements=statements,
        ),
    )


@dataclass(frozen=True)
class Artifacts:
    """A pipeline's artifacts, as a policy names them."""

    bucket_arn: str
    """The ARN of the bucket."""

    key_arn: str
    """The ARN of the KMS key that encrypts them, or a pattern for it."""

    key_conditions: Sequence[Condition] = ()
    """What narrows a pattern for the key's ARN."""

    @classmethod
    def from_context(cls, pipelines: Context, service: str) -> Artifacts:
        """Return the artifacts of a pipeline in another account.

        The id of that account's key is not known here; its own policy names who may use it, and for what.
        """
        return cls(
            f"arn:{pipelines.partition}:s3:::{pipelines.bucket(service, 'artifacts')}",
            pipelines.arn("kms", "key/*"),
            [Condition("StringEquals", "kms:ViaService", [f"s3.{pipelines.region}.{pipelines.dns_suffix}"])],
        )

    def allow_read(self) -> list[Statement]:
        """Return the permission to read what a release consists of."""
        return [
            Statement("ReadRevision", _READ, [f"{self.bucket_arn}/*"]),
            Statement("DecryptRevision", ["kms:Decrypt"], [self.key_arn], conditions=self.key_conditions),
        ]

    def allow_inspect(self) -> Statement:
        """Return the permission to inspect the bucket, which an action of a pipeline does."""
        return Statement("LookAtBucket", ["s3:GetBucketAcl", "s3:GetBucketLocation"], [self.bucket_arn])


@dataclass(frozen=True, kw_only=True)
class ArtifactBucketProps:
    """Configures an ``ArtifactBucket``."""

    shared: SharedResources
    """The environment's key and bucket for access logs, in the pipeline's account."""

    service: str
    """The name of the service that the pipeline releases."""

    readers: Sequence[str] = ()
    """ARNs of roles in other accounts that read what is to be released; none by default."""


class ArtifactBucket(Construct):
    """A bucket that accepts objects under the environment's KMS key only, and expires them after 90 days."""

    def __init__(self, scope: Construct, id_: str, props: ArtifactBucketProps) -> None:
        super().__init__(scope, id_)
        shared = props.shared
        bucket = create_bucket(
            self,
            shared,
            shared.context.bucket(props.service, "artifacts"),
            expiration_days=_DAYS,
            statements=lambda arn: [
                Statement(
                    sid="DenyUnencryptedPuts",
                    effect="Deny",
                    actions=["s3:PutObject"],
                    resources=[f"{arn}/*"],
                    principals={"*": ["*"]},
                    conditions=[Condition("StringNotEquals", "s3:x-amz-server-side-encryption", ["aws:kms"])],
                ),
                *_allow_other_accounts(arn, props.readers),
            ],
        )
        self.name = bucket.name
        self.arn = bucket.arn
        self.policy = bucket.policy
        self.artifacts = Artifacts(self.arn, shared.key.arn)
        self._decrypt = Statement("DecryptArtifacts", ["kms:Decrypt"], [shared.key.arn])
        self._use_key = shared.key.allow_use()

    def allow_use(self) -> list[Statement]:
        """Return the permission to read and write artifacts."""
        return [*self._allow([*_READ, "s3:PutObject"]), self._use_key]

    def allow_read(self) -> list[Statement]:
        """Return the permission to read artifacts."""
        return [*self._allow(_READ), self._decrypt]

    def _allow(self, actions: list[str]) -> list[Statement]:
        return [
            Statement("Artifacts", actions, [f"{self.arn}/*"]),
            Statement(
                "ArtifactBucket", ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"], [self.arn]
            ),
        ]


def _allow_other_accounts(arn: str, readers: Sequence[str]) -> list[Statement]:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html"""
    if not readers:
        return []
    principals, these = account_principals(readers), [require_role(readers)]
    inspect = ["s3:GetBucketAcl", "s3:GetBucketLocation"]
    return [
        Statement("ReadFromOtherAccounts", _READ, [f"{arn}/*"], principals=principals, conditions=these),
        Statement("LookFromOtherAccounts", inspect, [arn], principals=principals, conditions=these),
    ]
