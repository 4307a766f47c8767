"""The build action of CodeBuild.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, cast

from moto.codebuild.models import codebuild_backends

from harness.emulated_aws.codepipeline.action_run import ActionRun
from harness.emulated_aws.codepipeline.error import ActionError

_LAST_LINES = 20


@dataclass(frozen=True)
class FinishedBuild:
    """How a build went: its id, whether it succeeded, what it exported as a ZIP, and its log."""

    build_id: str
    succeeded: bool
    artifact: bytes | None
    log: str


class Builds(Protocol):
    """The CodeBuild of an account in a region, as far as a pipeline needs it."""

    def build_for_pipeline(self, project_name: str, source: bytes, version: str) -> FinishedBuild:
        """Runs a build of the ZIP file ``source``, which is ``version``; raises KeyError for an unknown project."""


def run(action: ActionRun) -> Iterator[None]:
    """Builds the input artifact; what the build exports is the output artifact."""
    project = action.configuration["ProjectName"]
    primary = action.configuration.get("PrimarySource") or action.inputs()[0].name
    builds = cast(Builds, codebuild_backends[action.account_id][action.region])
    try:
        build = builds.build_for_pipeline(project, action.input(primary), action.source_revision or "")
    except KeyError as error:
        raise ActionError("JobFailed", f"Error calling startBuild: Project cannot be found: {project}") from error
    action.external_execution_id = build.build_id
    if not build.succeeded:
        log = "\n".join(build.log.splitlines()[-_LAST_LINES:])
        raise ActionError("JobFailed", f"Build terminated with state: FAILED\n{log}")
    if action.declaration.get("outputArtifacts"):
        if build.artifact is None:
            raise ActionError("JobFailed", "Build terminated with state: FAILED: it exported no artifact")
        action.output(build.artifact)
    yield from ()
