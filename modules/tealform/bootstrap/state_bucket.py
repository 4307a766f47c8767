"""The bucket that environments keep their state in, and the key that encrypts it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tealform.aws import Construct, KmsAlias, KmsKey, KmsKeyPolicy, TerraformResourceLifecycle
from tealform.bootstrap.account_requirements import RequiredBucket
from tealform.common.iam import Condition, Statement, policy_document
from tealform.common.s3_bucket import Bucket, BucketProps
from tealform.naming import Context
from tealform.settings import terraform_backend

# A state is small, and an old one is what is left when a new one is wrong.
_OLD_DAYS = 365
_OLD_VERSIONS = 10


@dataclass(frozen=True, kw_only=True)
class StateBucketProps:
    """Configures a ``StateBucket``."""

    context: Context
    """The partition and account of the bucket; its region is in ``required``."""

    required: RequiredBucket
    """The bucket's name, region and key."""


class StateBucket(Construct):
    """A bucket and its key, both protected from destruction. ``key_arn`` is the key that encrypts everything in it."""

    def __init__(self, scope: Construct, id_: str, props: StateBucketProps) -> None:
        super().__init__(scope, id_)
        required, context = props.required, replace(props.context, region=props.required.region)
        alias_arn = context.arn("kms", terraform_backend.key_alias(required.name))
        self.key_arn = required.kms_key or self._create_key(context, required.name)
        keys = {required.kms_key or alias_arn, self.key_arn}
        bucket = Bucket(
            self,
            "bucket",
            BucketProps(
                context=context,
                name=required.name,
                expiration_days=None,
                force_destroy=False,
                kms_key_arn=self.key_arn,
                noncurrent_days=_OLD_DAYS,
                noncurrent_versions=_OLD_VERSIONS,
                prevent_destroy=True,
                statements=lambda arn: _deny_other_encryption(arn, sorted(keys)),
            ),
        )
        self.name = bucket.name

    def _create_key(self, context: Context, bucket: str) -> str:
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


def _deny_other_encryption(arn: str, keys: list[str]) -> list[Statement]:
    """Refuse requests for other encryption than the bucket's own; requests without encryption get that.

    A request names a key by its ARN or by its alias, of which S3 may show either:
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
