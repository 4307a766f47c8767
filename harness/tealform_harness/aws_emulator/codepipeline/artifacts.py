"""The artifacts of an execution: ZIP files in the pipeline's bucket, encrypted under its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from moto.kms.models import kms_backends
from moto.moto_api._internal import mock_random
from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend, s3_backends
from moto.utilities.utils import get_partition

from tealform_harness.aws_emulator.codepipeline.error import ActionError


@dataclass(frozen=True)
class Artifact:
    """Where one is kept, as ListActionExecutions tells it."""

    name: str
    bucket: str
    key: str

    def told(self) -> dict[str, Any]:
        """As the API spells it."""
        return {"name": self.name, "s3location": {"bucket": self.bucket, "key": self.key}}


class ArtifactStore:
    """The bucket of one pipeline; ``declaration`` is the artifactStore of its structure."""

    def __init__(self, account_id: str, region: str, pipeline: str, declaration: Mapping[str, Any]) -> None:
        self._account_id, self._region, self._pipeline = account_id, region, pipeline
        self._bucket = declaration["location"]
        self._key = (declaration.get("encryptionKey") or {}).get("id")

    def put(self, name: str, content: bytes) -> Artifact:
        """Keeps a ZIP file; raises ActionError if bucket or key are not there."""
        artifact = Artifact(name, self._bucket, f"{self._pipeline[:20]}/{name[:10]}/{token_hex(4)[:7]}")
        self._check_key()
        try:
            self._s3.put_object(self._bucket, artifact.key, content, encryption="aws:kms", kms_key_id=self._key)
        except S3ClientError as error:
            message = f"Error uploading the artifact {name} to the bucket {self._bucket}: {error.message}"
            raise ActionError("ConfigurationError", message) from error
        return artifact

    def get(self, artifact: Artifact) -> bytes:
        """The ZIP file; raises ActionError if it is not there."""
        self._check_key()
        try:
            found = self._s3.get_object(artifact.bucket, artifact.key)
        except S3ClientError as error:
            raise ActionError(
                "ConfigurationError", f"Error reading the artifact {artifact.name}: {error.message}"
            ) from error
        if found is None:
            raise ActionError("ConfigurationError", f"The object with key '{artifact.key}' does not exist.")
        return bytes(found.value)

    @property
    def _s3(self) -> S3Backend:
        return s3_backends[self._account_id][get_partition(self._region)]

    def _check_key(self) -> None:
        if self._key is None:
            return
        kms = kms_backends[self._account_id][self._region]
        key = kms.keys.get(kms.any_id_to_key_id(self._key) or "")
        if key is None or not key.enabled:
            raise ActionError(
                "PermissionError", f"The key {self._key} of the artifact store is not there or not enabled"
            )


def new_id() -> str:
    """An id as executions have it."""
    return str(mock_random.uuid4())
