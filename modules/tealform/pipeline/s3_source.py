"""A versioned S3 bucket in which each new version of one ZIP file is released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tealform.aws import Construct
from tealform.common.iam import Statement
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context
from tealform.pipeline.action import SOURCE, Source, Step, create_action
from tealform.pipeline.artifact_bucket import create_bucket
from tealform.settings.source import S3


@dataclass(frozen=True, kw_only=True)
class S3SourceProps:
    """Configures an ``S3Source``."""

    shared: SharedResources
    """What the pipelines of the environment share, in the pipeline's account."""

    service: str
    """The service's name."""

    settings: S3
    """The ``source "s3"`` block of the service's settings."""


class S3Source(Construct):
    """A bucket, created or existing, as the ``source`` of a pipeline. Replaced versions of the file stay for 30 days."""

    def __init__(self, scope: Construct, id_: str, props: S3SourceProps) -> None:
        super().__init__(scope, id_)
        shared, settings, context = props.shared, props.settings, props.shared.context
        name = settings.bucket or context.bucket(props.service, "source")
        if settings.create:
            create_bucket(self, shared, name)
        self.source = create_s3_source(
            context,
            name,
            settings.key,
            key_access=[Statement("DecryptSource", ["kms:Decrypt"], [settings.kms_key])] if settings.kms_key else [],
            about=f"{settings.key} in {name}",
            link=f"{context.console}/s3/object/{name}?region={context.region}"
            f"&prefix={settings.key}&versionId=#{{SourceVariables.VersionId}}",
            outputs={"source": (f"s3://{name}/{settings.key}", "put as a ZIP file")} if settings.create else {},
        )


def create_s3_source(
    context: Context,
    bucket: str,
    key: str,
    *,
    key_access: Sequence[Statement],
    about: str,
    link: str,
    outputs: Mapping[str, tuple[str, str]],
) -> Source:
    """Return the source that takes the newest version of one object; ``key_access`` is what its KMS key requires.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    arn = f"arn:{context.partition}:s3:::{bucket}"
    configuration = {"S3Bucket": bucket, "S3ObjectKey": key, "PollForSourceChanges": "false"}
    read = [
        Statement(
            "ReadSource",
            ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"],
            [f"{arn}/{key}"],
        ),
        Statement(
            "SourceBucket",
            ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:ListBucket"],
            [arn],
        ),
        *key_access,
    ]
    take = create_action("Source", "Source", "S3", configuration, outputs=[SOURCE], namespace="SourceVariables")
    return Source(
        about=about,
        link=link,
        step=Step("Source", take, read),
        event_pattern={
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "resources": [arn],
            "detail": {"bucket": {"name": [bucket]}, "object": {"key": [key]}},
        },
        outputs=outputs,
    )
