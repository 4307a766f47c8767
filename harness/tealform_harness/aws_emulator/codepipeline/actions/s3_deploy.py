"""The deploy action of S3.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3Deploy.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zipfile import BadZipFile

from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from tealform_harness.aws_emulator.archive import unpack
from tealform_harness.aws_emulator.codepipeline.action_run import ActionRun
from tealform_harness.aws_emulator.codepipeline.error import ActionError


def run_s3_deploy(action: ActionRun) -> Iterator[None]:
    """Puts the input artifact into a bucket: as the ZIP that it is, or the files in it."""
    settings = action.configuration
    backend = s3_backends[action.account_id][get_partition(action.region)]
    key = settings.get("KMSEncryptionKeyARN")
    for path, content in _objects(action, settings).items():
        try:
            backend.put_object(
                settings["BucketName"], path, content, encryption="aws:kms" if key else None, kms_key_id=key
            )
        except S3ClientError as error:
            message = f"Error putting {path} into the bucket {settings['BucketName']}: {error.message}"
            raise ActionError("ConfigurationError", message) from error
    action.summary = "Deployment Succeeded"
    yield from ()


def _objects(action: ActionRun, settings: Mapping[str, str]) -> Mapping[str, bytes]:
    """The contents by the keys of the objects."""
    (artifact,) = action.inputs()
    archive = action.input(artifact.name)
    if settings["Extract"] == "false":
        return {settings["ObjectKey"]: archive}
    folder = settings.get("ObjectKey", "").strip("/")
    try:
        return {f"{folder}/{path}".lstrip("/"): content for path, content in unpack(archive).items()}
    except BadZipFile as error:
        raise ActionError("JobFailed", f"The artifact {artifact.name} is no ZIP file: {error}") from error
