"""The bucket that environments keep their state in, and the key that it is under."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tealform.aws import Construct, KmsAlias, KmsKey, KmsKeyPolicy, TerraformResourceLifecycle
from tealform.bootstrap.account_requirements import StateBucket as Wanted
from tealform.common.iam import Condition, Statement, policy_document
from tealform.common.s3_bucket import Bucket, BucketProps
from tealform.naming import Context
from tealform.settings import terraform_backend

# A state is small, and an old one is what is left when a new one is wrong.
_OLD_DAYS = 365
_OLD_VERSIONS = 10


@dataclass(frozen=True)
class StateBucketProps:
    """The bucket that is wanted. Of ``context``, partition and account count."""

    context: Context
    wanted: Wanted


class StateBucket(Construct):
    """A bucket and its key, of which Terraform lets neither go. ``key_arn`` is the key that all in it is under."""

    def __init__(self, scope: Construct, id_: str, props: StateBucketProps) -> None:
        super().__init__(scope, id_)
        wanted, context = props.wanted, replace(props.context, region=props.wanted.region)
        called = {wanted.kms_key} if wanted.kms_key else {context.arn("kms", terraform_backend.key_alias(wanted.name))}
        self.key_arn = wanted.kms_key or self._key(context, wanted.name)
        bucket = Bucket(
            self,
            "bucket",
            BucketProps(
                context=context,
                name=wanted.name,
                expiration_days=None,
                force_destroy=False,
                kms_key_arn=self.key_arn,
                noncurrent_days=_OLD_DAYS,
                noncurrent_versions=_OLD_VERSIONS,
                prevent_destroy=True,
                statements=lambda arn: _only_under(arn, sorted(called | {self.key_arn})),
            ),
        )
        self.name = bucket.name

    def _key(self, context: Context, bucket: str) -> str:
        key = KmsKey(
            self,
            "key",
            description=f"State of Terraform in {bucket}",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        )
        KmsAlias(self, "alias", name=terraform_backend.key_alias(bucket), target_key_id=key.key_id)
        document = policy_document(
            self,
            "key-permissions",
            [
                Statement(
                    sid="AccountDecidesByIam",
                    actions=["kms:*"],
                    resources=[key.arn],
                    principals={"AWS": [context.global_arn("iam", "root")]},
                )
            ],
        )
        KmsKeyPolicy(self, "key-policy", key_id=key.key_id, policy=document.json)
        return key.arn


def _only_under(arn: str, keys: list[str]) -> list[Statement]:
    """Whoever asks for other encryption than the bucket's own is refused; who asks for none gets that.

    A key is asked for by its ARN or by its alias, of which S3 may show either:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
    """
    encryption, key = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
    return [
        Statement(
            sid=sid,
            effect="Deny",
            actions=["s3:PutObject"],
            resources=[f"{arn}/*"],
            principals={"*": ["*"]},
            conditions=[Condition("Null", asked, ["false"]), Condition("StringNotEquals", asked, right)],
        )
        for sid, asked, right in (
            ("DenyOtherEncryption", encryption, ["aws:kms"]),
            ("DenyOtherKeys", key, keys),
        )
    ]
