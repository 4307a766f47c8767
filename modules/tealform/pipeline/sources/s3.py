"""A versioned S3 bucket in which each new version of one ZIP file is released."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tealform.aws import CodepipelineTrigger, Construct
from tealform.common.iam import Statement
from tealform.common.s3_bucket import Bucket, BucketProps
from tealform.common.shared_resources import SharedResources
from tealform.pipeline.action import SOURCE, Step
from tealform.pipeline.sources.s3_source_action import VersionedObject
from tealform.settings.source import S3


@dataclass(frozen=True)
class S3SourceProps:
    """The service, and bucket and key as they are set."""

    shared: SharedResources
    service: str
    settings: S3


class S3Source(Construct):
    """A bucket, created or existing. What was put in keeps until something newer is there, and for 30 days more."""

    def __init__(self, scope: Construct, id_: str, props: S3SourceProps) -> None:
        super().__init__(scope, id_)
        shared, settings = props.shared, props.settings
        context = shared.context
        name = settings.bucket or context.bucket(props.service, "source")
        self._create = settings.create
        key_access: tuple[Statement, ...] = ()
        if settings.kms_key:
            key_access = (Statement(sid="DecryptSource", actions=["kms:Decrypt"], resources=[settings.kms_key]),)
        if settings.create:
            Bucket(
                self,
                "bucket",
                BucketProps(
                    context=context,
                    name=name,
                    expiration_days=None,
                    force_destroy=shared.disposable,
                    kms_key_arn=shared.key.arn,
                    access_logs=shared.access_logs.bucket,
                ),
            )
        self._object = VersionedObject(context, name, settings.key, key_access)
        self.about = f"{settings.key} in {name}"
        self.link = (
            f"{context.console}/s3/object/{name}?region={context.region}"
            f"&prefix={settings.key}&versionId=#{{SourceVariables.VersionId}}"
        )

    def step(self) -> Step:
        """Takes the newest version of the ZIP file."""
        return self._object.step(SOURCE)

    def event_pattern(self) -> dict[str, Any]:
        """A new version of the ZIP file, and nothing else in the bucket."""
        return self._object.event_pattern()

    def triggers(self) -> list[CodepipelineTrigger]:
        """None: triggers of a pipeline work with connections only."""
        return []

    def outputs(self) -> dict[str, tuple[str, str]]:
        """Where to put the ZIP file, if the bucket was created here."""
        return (
            {"source": (f"s3://{self._object.bucket}/{self._object.key}", "put as a ZIP file")} if self._create else {}
        )
