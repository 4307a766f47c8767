"""What the actions do: one module for each provider.

An action's ``run`` yields where it waits; the next ``next`` goes on. It raises ActionError if it fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tealform_harness.aws_emulator.codepipeline.action_run import ActionRun
from tealform_harness.aws_emulator.codepipeline.actions import (
    approval,
    build,
    connection_source,
    ecs_blue_green,
    s3_deploy,
    s3_source,
    source,
)
from tealform_harness.aws_emulator.codepipeline.error import ActionError

_RUNS: Mapping[tuple[str, str], Callable[[ActionRun], Iterator[None]]] = {
    ("Source", "CodeCommit"): source.run_codecommit_source,
    ("Source", "S3"): s3_source.run_s3_source,
    ("Source", "CodeStarSourceConnection"): connection_source.run_connection_source,
    ("Build", "CodeBuild"): build.run_build,
    ("Test", "CodeBuild"): build.run_build,
    ("Approval", "Manual"): approval.run_approval,
    ("Deploy", "CodeDeployToECS"): ecs_blue_green.run_codedeploy,
    ("Deploy", "S3"): s3_deploy.run_s3_deploy,
}


def start_action(run: ActionRun) -> None:
    """Gives ``run`` its work; it begins with the next step."""
    run.work = _work(run)


def _work(run: ActionRun) -> Iterator[None]:
    run.resolve()
    kind = run.declaration["actionTypeId"]
    yield from _RUNS.get((kind["category"], kind["provider"]), _unknown)(run)


def _unknown(run: ActionRun) -> Iterator[None]:
    yield from ()
    raise ActionError("JobFailed", f"Actions of {run.declaration['actionTypeId']['provider']} are not emulated")
