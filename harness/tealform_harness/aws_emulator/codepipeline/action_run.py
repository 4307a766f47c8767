"""One run of one action."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.iam.models import Role

from tealform_harness.aws_emulator.codepipeline.artifacts import Artifact, ArtifactStore, new_id
from tealform_harness.aws_emulator.codepipeline.error import ActionError
from tealform_harness.aws_emulator.codepipeline.variables import resolve_references
from tealform_harness.aws_emulator.iam_roles import find_role

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where an action stands: its pipeline, as it is declared, and the name of its stage."""

    pipeline: Json
    stage: str


@dataclass
class ActionRun:
    """An action that is under way, or was: its state, and what it needs to do its work.

    ``artifacts`` are those of the execution, by name; the action adds its own. ``namespaces`` are the variables of the
    execution, to which it adds its output variables where it has a namespace.
    """

    account_id: str
    region: str
    declaration: Json
    store: ArtifactStore
    artifacts: dict[str, Artifact]
    namespaces: dict[str, dict[str, str]] = field(default_factory=dict)
    place: Place | None = None
    # The revision that a source action is to take, where that is not the newest.
    pinned: str | None = None
    configuration: Mapping[str, str] = field(default_factory=dict)
    output_variables: dict[str, str] = field(default_factory=dict)
    action_execution_id: str = field(default_factory=new_id)
    status: str = "InProgress"
    start_time: datetime = field(default_factory=utcnow)
    last_status_change: datetime = field(default_factory=utcnow)
    summary: str | None = None
    token: str | None = None
    external_execution_id: str | None = None
    external_execution_url: str | None = None
    error_details: Json | None = None
    revision: str | None = None
    source_revision: str | None = None
    verdict: Json | None = None
    work: Iterator[None] = field(default_factory=lambda: iter(()))

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
        """Sets its configuration; raises ActionError if a variable has no value."""
        self.configuration = resolve_references(self.declared, self.namespaces)

    def advance(self) -> None:
        """Goes on by one step, unless it has ended."""
        if self.status != "InProgress":
            return
        try:
            next(self.work)
        except StopIteration:
            if self.namespace:
                self.namespaces[self.namespace] = self.output_variables
            self.end("Succeeded")
        except ActionError as error:
            self.error_details = {"code": error.code, "message": error.message}
            self.end("Failed")

    def end(self, status: str) -> None:
        """It is over, with one of the statuses of the API."""
        self.status, self.last_status_change = status, utcnow()

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
        """Keeps its output artifact."""
        (name,) = self._named("outputArtifacts")
        self.artifacts[name] = self.store.put(name, content)

    def outputs(self) -> list[Artifact]:
        """Its output artifacts, once they are there."""
        return [self.artifacts[name] for name in self._named("outputArtifacts") if name in self.artifacts]

    def _named(self, direction: str) -> list[str]:
        return [artifact["name"] for artifact in self.declaration.get(direction) or []]
