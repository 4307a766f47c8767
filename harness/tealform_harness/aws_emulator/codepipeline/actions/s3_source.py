"""The source action of S3.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
"""

from __future__ import annotations

from collections.abc import Iterator

from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeKey, s3_backends
from moto.utilities.utils import get_partition

from tealform_harness.aws_emulator.codepipeline.action_run import ActionRun
from tealform_harness.aws_emulator.codepipeline.error import ActionError


def run_s3_source(action: ActionRun) -> Iterator[None]:
    """Takes the version of the object that is asked for, else the newest, which is the output artifact as it is; its version is the revision."""
    bucket, key = action.configuration["S3Bucket"], action.configuration["S3ObjectKey"]
    found = _object(action, bucket, key)
    action.output(bytes(found.value))
    action.revision = str(found.version_id)
    action.summary = f"Amazon S3 version id: {action.revision}"
    action.output_variables = {
        "BucketName": bucket,
        "ETag": found.etag.strip('"'),
        "ObjectKey": key,
        "VersionId": action.revision,
    }
    yield from ()


def _object(action: ActionRun, bucket: str, key: str) -> FakeKey:
    backend = s3_backends[action.account_id][get_partition(action.region)]
    try:
        versioned = backend.get_bucket(bucket).is_versioned
    except S3ClientError as error:
        message = f"The Amazon S3 bucket {bucket} could not be found: {error.message}"
        raise ActionError("ConfigurationError", message) from error
    if not versioned:
        raise ActionError("ConfigurationError", f"The bucket {bucket} must have versioning enabled to be a source")
    found = backend.get_object(bucket, key, action.pinned)
    if found is None:
        raise ActionError("ConfigurationError", f"The object with key '{key}' does not exist in the bucket {bucket}.")
    return found
