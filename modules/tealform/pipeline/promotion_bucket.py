"""Promotion: the bucket in which an environment puts what it has released, and the source of those that take it over."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import Construct
from tealform.common.iam import Condition, Statement
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context
from tealform.pipeline.action import BUILD, IMAGE_DIGEST, Source, Step, create_action
from tealform.pipeline.artifact_bucket import create_bucket
from tealform.pipeline.s3_source import create_s3_source

KEY = "release.zip"
"""The key of the release: the image, and the templates that the next environment fills in for itself."""


@dataclass(frozen=True, kw_only=True)
class PromotionBucketProps:
    """Configures a ``PromotionBucket``."""

    shared: SharedResources
    """What the pipelines of the environment share, in the pipeline's account."""

    service: str
    """The name of the service whose releases are promoted."""


class PromotionBucket(Construct):
    """A bucket with one object, of which each release that succeeded is a version."""

    def __init__(self, scope: Construct, id_: str, props: PromotionBucketProps) -> None:
        super().__init__(scope, id_)
        self._bucket = create_bucket(self, props.shared, props.shared.context.bucket(props.service, "releases"))

    def hand_over(self) -> Step:
        """Return the pipeline's last step, which puts the release into the bucket.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3Deploy.html
        """
        configuration = {"BucketName": self._bucket.name, "Extract": "false", "ObjectKey": KEY}
        put = Statement(
            "HandOver",
            ["s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
            [f"{self._bucket.arn}/{KEY}"],
        )
        inspect = Statement(
            "HandoverBucket",
            ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
            [self._bucket.arn],
        )
        hand_over = create_action("HandOver", "Deploy", "S3", configuration, inputs=[BUILD])
        return Step("HandOver", hand_over, [put, inspect], [self._bucket.policy])


def create_promotion_source(*, service: str, before: Context, key_owner: Context, builder: Context) -> Source:
    """Return the source that takes over what the environment ``before`` has released: the same image, never built again.

    ``key_owner`` is the environment whose KMS key encrypts the releases, ``builder`` the one that has built the images.
    The key's id is in another state, so it is named by its alias, which the policy condition knows:
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-resource-aliases
    """
    decrypt = Statement(
        "DecryptRelease",
        ["kms:Decrypt"],
        [key_owner.arn("kms", "key/*")],
        conditions=[Condition("ForAnyValue:StringEquals", "kms:ResourceAliases", [f"alias/{key_owner.prefix}"])],
    )
    return create_s3_source(
        before,
        before.bucket(service, "releases"),
        KEY,
        key_access=[decrypt],
        about=f"what {before.environment} has released of {service}",
        # The image, with the findings of its scan.
        link=f"{builder.console}/ecr/repositories/private/{builder.account}/{builder.name(service)}"
        f"/_/image/{IMAGE_DIGEST}/details?region={builder.region}",
        outputs={},
    )
