"""The build action of CodeBuild.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

from moto.codebuild.models import codebuild_backends
from moto.core.exceptions import JsonRESTError

from tealform_harness.aws_emulator.codebuild.backend import BuildBackend
from tealform_harness.aws_emulator.codebuild.build import Build
from tealform_harness.aws_emulator.codepipeline.action_run import ActionRun
from tealform_harness.aws_emulator.codepipeline.error import ActionError

_LAST_LINES = 20


def run_build(action: ActionRun) -> Iterator[None]:
    """Builds the input artifact; what the build exports is the output artifact."""
    build = _build(action)
    action.external_execution_id = build.metadata["id"]
    action.external_execution_url = build.metadata.get("logs", {}).get("deepLink")
    action.output_variables = dict(build.exported)
    if not build.succeeded:
        log = "\n".join(build.output.splitlines()[-_LAST_LINES:])
        raise ActionError("JobFailed", f"Build terminated with state: FAILED\n{log}")
    if action.declaration.get("outputArtifacts"):
        if build.artifact is None:
            raise ActionError("JobFailed", "Build terminated with state: FAILED\nIt exported no artifact")
        action.output(build.artifact)
    yield from ()


def _build(action: ActionRun) -> Build:
    settings = action.configuration
    names = [artifact.name for artifact in action.inputs()]
    primary = settings.get("PrimarySource") or names[0]
    variables = json.loads(settings.get("EnvironmentVariables") or "[]")
    backend = cast(BuildBackend, codebuild_backends[action.account_id][action.region])
    source = action.input(primary)
    others = {name: action.input(name) for name in names if name != primary}
    try:
        return backend.run_build(settings["ProjectName"], source, action.source_revision or "", variables, others)
    except JsonRESTError as error:
        raise ActionError("JobFailed", f"Error calling startBuild: {error.message}") from error
