"""One run of one action: its artifacts in the pipeline's bucket, its variables ("#{SourceVariables.CommitId}") and its errors.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any

from moto.core.utils import utcnow
from moto.iam.models import Role
from moto.kms.models import kms_backends
from moto.moto_api._internal import mock_random
from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend, s3_backends
from moto.utilities.utils import get_partition

from tealform_harness.aws_emulator.iam import find_role


@dataclass(eq=False)
class ActionError(Exception):
    """``code`` and ``message`` as the action's errorDetails tell them.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ErrorDetails.html
    """

    code: str
    message: str


@dataclass(frozen=True)
class Artifact:
    """Where one is kept, as ListActionExecutions returns it."""

    name: str
    bucket: str
    key: str

    def describe(self) -> dict[str, Any]:
        """As the API spells it."""
        return {"name": self.name, "s3location": {"bucket": self.bucket, "key": self.key}}


class ArtifactStore:
    """The bucket of one pipeline; ``declaration`` is the artifactStore of its structure."""

    def __init__(self, account_id: str, region: str, pipeline: str, declaration: Mapping[str, Any]) -> None:
        self._account_id, self._region, self._pipeline = account_id, region, pipeline
        self._bucket = declaration["location"]
        self._key = (declaration.get("encryptionKey") or {}).get("id")

    def put(self, name: str, content: bytes) -> Artifact:
        """Keep a ZIP file; raises ActionError if bucket or key are not there."""
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


# What every execution has, and the variables of the pipeline itself.
DEFAULT_NAMESPACES = ("codepipeline", "variables")

_REFERENCE = re.compile(r"#\{([^{}]*)\}")

Namespaces = Mapping[str, Mapping[str, str]]


def resolve_references(configuration: Mapping[str, str], namespaces: Namespaces) -> dict[str, str]:
    """``configuration`` with the values of the variables; raises ActionError if there is one that has none."""

    def value(found: re.Match[str]) -> str:
        namespace, _, name = found[1].partition(".")
        if name not in namespaces.get(namespace, {}):
            message = f"The variable {found[0]} in the action configuration could not be resolved"
            raise ActionError("ConfigurationError", message)
        return namespaces[namespace][name]

    return {key: _REFERENCE.sub(value, text) for key, text in configuration.items()}


def list_references(configuration: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """The key, the text and the namespace of each reference in ``configuration``."""
    for key, text in configuration.items():
        for found in _REFERENCE.finditer(text):
            yield key, found[0], found[1].partition(".")[0]


Json = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where an action stands: its pipeline, as it is declared, and the name of its stage."""

    pipeline: Json
    stage: str


@dataclass(kw_only=True)
class Run:
    """The run of an action or of a rule: its declaration, its state, and the work that it does step by step."""

    account_id: str
    region: str
    declaration: Json
    configuration: Mapping[str, str] = field(default_factory=dict)
    status: str = "InProgress"
    start_time: datetime = field(default_factory=utcnow)
    last_status_change: datetime = field(default_factory=utcnow)
    error_details: Json | None = None
    work: Iterator[None] = field(default_factory=lambda: iter(()))

    def advance(self) -> None:
        """Advance by one step, unless it has ended."""
        if self.status != "InProgress":
            return
        try:
            next(self.work)
        except StopIteration:
            self.succeed()
        except ActionError as error:
            self.error_details = {"code": error.code, "message": error.message}
            self.end("Failed")

    def succeed(self) -> None:
        """End it with success."""
        self.end("Succeeded")

    def end(self, status: str) -> None:
        """End it with one of the statuses of the API."""
        self.status, self.last_status_change = status, utcnow()


@dataclass(kw_only=True)
class ActionRun(Run):
    """An action that is under way, or was: its state, and what it needs to do its work.

    ``artifacts`` are those of the execution, by name; the action adds its own. ``namespaces`` are the variables of the
    execution, to which it adds its output variables where it has a namespace. ``pinned`` is the revision that a source
    action takes where that is not the newest.
    """

    store: ArtifactStore
    artifacts: dict[str, Artifact]
    namespaces: dict[str, dict[str, str]] = field(default_factory=dict)
    place: Place | None = None
    pinned: str | None = None
    output_variables: dict[str, str] = field(default_factory=dict)
    action_execution_id: str = field(default_factory=new_id)
    summary: str | None = None
    token: str | None = None
    external_execution_id: str | None = None
    external_execution_url: str | None = None
    revision: str | None = None
    source_revision: str | None = None
    verdict: Json | None = None

    @property
    def name(self) -> str:
        """The action's name."""
        return str(self.declaration["name"])

    @property
    def declared(self) -> Mapping[str, str]:
        """The action's configuration with references to variables; ``configuration`` has their values."""
        return self.declaration.get("configuration") or {}

    @property
    def namespace(self) -> str | None:
        """The name under which others refer to its output variables."""
        return self.declaration.get("namespace")

    def role(self) -> Role | None:
        """The role in which the action does its work: its own, else that of the pipeline."""
        arn = self.role_arn
        return find_role(arn.split(":")[4], self.region, arn) if arn else None

    @property
    def role_arn(self) -> str:
        """The ARN of that role."""
        pipeline = self.place.pipeline if self.place else {}
        return str(self.declaration.get("roleArn") or pipeline.get("roleArn") or "")

    def resolve(self) -> None:
        """Set its configuration; raises ActionError if a variable has no value."""
        self.configuration = resolve_references(self.declared, self.namespaces)

    def succeed(self) -> None:
        """End it with success, and hand its output variables to the execution."""
        if self.namespace:
            self.namespaces[self.namespace] = self.output_variables
        super().succeed()

    def input(self, name: str) -> bytes:
        """The ZIP file of one of its input artifacts; raises ActionError for any other."""
        if name not in self._named("inputArtifacts"):
            raise ActionError(
                "ConfigurationError", f"{name} is not among the input artifacts of the action {self.name}"
            )
        return self.store.get(self.artifacts[name])

    def inputs(self) -> list[Artifact]:
        """Its input artifacts."""
        return [self.artifacts[name] for name in self._named("inputArtifacts")]

    def output(self, content: bytes) -> None:
        """Keep its output artifact."""
        (name,) = self._named("outputArtifacts")
        self.artifacts[name] = self.store.put(name, content)

    def outputs(self) -> list[Artifact]:
        """Its output artifacts, once they are there."""
        return [self.artifacts[name] for name in self._named("outputArtifacts") if name in self.artifacts]

    def _named(self, direction: str) -> list[str]:
        return [artifact["name"] for artifact in self.declaration.get(direction) or []]
