"""The bucket in which an environment puts what it has released, for others that take it over."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import Construct
from tealform.common.iam import Condition, Statement
from tealform.common.s3_bucket import Bucket, BucketProps
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context
from tealform.pipeline.action import BUILD, Step, action
from tealform.pipeline.sources.s3_source_action import VersionedObject

KEY = "release.zip"
"""The release: image, and the templates that the next environment fills in for itself."""


def released(pipelines: Context, service: str, key_owner: Context) -> VersionedObject:
    """What the environment of ``pipelines`` hands over of a service; under the KMS key of ``key_owner``.

    That key's id is in another state, so it is named by its alias, which the policy condition knows:
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-resource-aliases
    """
    decrypt = Statement(
        sid="DecryptRelease",
        actions=["kms:Decrypt"],
        resources=[key_owner.arn("kms", "key/*")],
        conditions=[Condition("ForAnyValue:StringEquals", "kms:ResourceAliases", [f"alias/{key_owner.prefix}"])],
    )
    return VersionedObject(pipelines, pipelines.bucket(service, "releases"), KEY, (decrypt,))


@dataclass(frozen=True)
class HandoverProps:
    """The service whose releases are handed over."""

    shared: SharedResources
    service: str


class Handover(Construct):
    """A bucket with one object, of which each release that has succeeded is a version."""

    def __init__(self, scope: Construct, id_: str, props: HandoverProps) -> None:
        super().__init__(scope, id_)
        shared = props.shared
        self._bucket = Bucket(
            self,
            "bucket",
            BucketProps(
                context=shared.context,
                name=shared.context.bucket(props.service, "releases"),
                expiration_days=None,
                force_destroy=shared.disposable,
                kms_key_arn=shared.key.arn,
                access_logs=shared.access_logs.bucket,
            ),
        )

    def step(self) -> Step:
        """The pipeline's last step: puts the release into the bucket.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3Deploy.html
        """
        configuration = {"BucketName": self._bucket.name, "Extract": "false", "ObjectKey": KEY}
        put = Statement(
            sid="HandOver",
            actions=["s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
            resources=[f"{self._bucket.arn}/{KEY}"],
        )
        look = Statement(
            sid="HandoverBucket",
            actions=["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
            resources=[self._bucket.arn],
        )
        hand_over = action("HandOver", "Deploy", "S3", configuration, inputs=[BUILD])
        return Step("HandOver", hand_over, [put, look], [self._bucket.policy])
