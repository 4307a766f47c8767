"""What the actions do: one module for each provider.

An action's ``run`` yields where it waits; the next ``next`` goes on. It raises ActionError if it fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from harness.emulated_aws.codepipeline.action_run import ActionRun
from harness.emulated_aws.codepipeline.actions import approval, build, ecs_blue_green, source
from harness.emulated_aws.codepipeline.error import ActionError

_RUNS: Mapping[str, Callable[[ActionRun], Iterator[None]]] = {
    "CodeCommit": source.run,
    "CodeBuild": build.run,
    "Manual": approval.run,
    "CodeDeployToECS": ecs_blue_green.run,
}


def start(run: ActionRun) -> None:
    """Gives ``run`` its work; it begins with the next step."""
    run.work = _RUNS.get(run.declaration["actionTypeId"]["provider"], _unknown)(run)


def _unknown(run: ActionRun) -> Iterator[None]:
    yield from ()
    raise ActionError("JobFailed", f"Actions of {run.declaration['actionTypeId']['provider']} are not emulated")
