"""One execution of a pipeline: its stages one after the other, the actions of a stage by their run order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from moto.codepipeline.models import PipelineExecution
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow

from harness.emulated_aws.codepipeline import actions
from harness.emulated_aws.codepipeline.action_run import ActionRun
from harness.emulated_aws.codepipeline.artifacts import Artifact, ArtifactStore
from harness.emulated_aws.codepipeline.structure import in_run_order

Json = Mapping[str, Any]
ENDED = ("Succeeded", "Failed", "Stopped", "Superseded")


@dataclass
class StageRun:
    """A stage that an execution has entered; ``runs`` are its actions, as far as they have begun."""

    declaration: Json
    status: str = "InProgress"
    runs: list[ActionRun] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The stage's name."""
        return str(self.declaration["name"])

    def waiting(self) -> list[list[Json]]:
        """The actions that have not begun, those that run at the same time together."""
        begun = {run.name for run in self.runs}
        left = [action for action in in_run_order(self.declaration) if action["name"] not in begun]
        return [list(together) for _, together in groupby(left, key=lambda action: int(action.get("runOrder", 1)))]


class Execution(PipelineExecution):
    """An execution of ``pipeline`` as it was when it started. ``tell`` is called with each new state."""

    def __init__(
        self,
        account_id: str,
        region: str,
        pipeline: Json,
        variables: list[dict[str, str]] | None,
        trigger: Mapping[str, str],
        tell: Callable[[Execution, str], None],
    ) -> None:
        super().__init__(pipeline["name"], pipeline["version"], variables)
        self.pipeline: Json = deepcopy(dict(pipeline))
        self.trigger = trigger
        self.stages: list[StageRun] = []
        self.artifacts: dict[str, Artifact] = {}
        self.stop_reason: str | None = None
        self._account_id, self._region, self._tell = account_id, region, tell
        self._store = ArtifactStore(account_id, region, pipeline["name"], pipeline["artifactStore"])
        self._become("InProgress", "STARTED")

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in ENDED

    @property
    def current(self) -> StageRun | None:
        """The stage that it is in; None while it waits to enter the next."""
        stage = self.stages[-1] if self.stages else None
        return stage if stage and stage.status != "Succeeded" else None

    @property
    def next_stage(self) -> str | None:
        """The stage that it waits to enter."""
        if self.current or self.ended:
            return None
        return str(self.pipeline["stages"][len(self.stages)]["name"])

    @property
    def revisions(self) -> dict[str, ActionRun]:
        """The source actions that have found a revision, by the names of their actions."""
        return {run.name: run for stage in self.stages for run in stage.runs if run.revision}

    def advance(self, may_enter: Callable[[str], bool]) -> None:
        """Goes on by one step: enters a stage if it may, or lets the actions under way go on."""
        if self.ended:
            return
        self.last_update_time = utcnow()
        stage = self.current
        if stage is None:
            name = self.next_stage
            if name and may_enter(name):
                self.stages.append(StageRun(self.pipeline["stages"][len(self.stages)]))
                self._begin_actions(self.stages[-1])
            return
        for run in stage.runs:
            run.advance()
        self._conclude(stage)

    def retry(self, stage_name: str, everything: bool) -> None:
        """Runs the failed actions of its failed stage again, or all of them."""
        stage = self.current
        if self.status != "Failed" or stage is None or stage.name != stage_name:
            message = f"The stage {stage_name} of the execution {self.pipeline_execution_id} has not failed"
            raise JsonRESTError("StageNotRetryableException", message)
        stage.status = "InProgress"
        stage.runs = [] if everything else [run for run in stage.runs if run.status == "Succeeded"]
        self._become("InProgress", "RESUMED")
        self._begin_actions(stage)

    def stop(self, abandon: bool, reason: str | None) -> None:
        """Ends it: at once if its actions are abandoned, otherwise when they have ended."""
        if self.ended:
            message = f"The execution {self.pipeline_execution_id} is {self.status} and cannot be stopped"
            raise JsonRESTError("PipelineExecutionNotStoppableException", message)
        if self.status == "Stopping" and not abandon:
            message = f"The execution {self.pipeline_execution_id} is already stopping"
            raise JsonRESTError("DuplicatedStopRequestException", message)
        self.stop_reason = reason
        self._become("Stopping", "STOPPING")
        running = [run for run in (self.current.runs if self.current else []) if run.status == "InProgress"]
        if abandon:
            for run in running:
                run.end("Abandoned")
        if abandon or not running:
            self._end("Stopped")

    def supersede(self) -> None:
        """A newer execution takes its place."""
        self._end("Superseded")

    def _begin_actions(self, stage: StageRun) -> None:
        waiting = stage.waiting()
        for declaration in waiting[0] if waiting else []:
            run = ActionRun(self._account_id, self._region, declaration, self._store, self.artifacts)
            run.source_revision = next((each.revision for each in self.revisions.values()), None)
            actions.start(run)
            stage.runs.append(run)

    def _conclude(self, stage: StageRun) -> None:
        statuses = {run.status for run in stage.runs}
        if "InProgress" in statuses:
            return
        if "Failed" in statuses:
            self._end("Failed")
        elif self.status == "Stopping":
            self._end("Stopped")
        elif stage.waiting():
            self._begin_actions(stage)
        else:
            stage.status = "Succeeded"
            if len(self.stages) == len(self.pipeline["stages"]):
                self._end("Succeeded")

    def _end(self, status: str) -> None:
        if self.current:
            self.current.status = status
        self._become(status, status.upper())

    def _become(self, status: str, state: str) -> None:
        self.status, self.last_update_time = status, utcnow()
        self._tell(self, state)

    def told(self) -> dict[str, Any]:
        """As GetPipelineExecution and ListPipelineExecutions tell it."""
        revisions = self.revisions
        return {
            **{name: getattr(self, name) for name in ("pipeline_name", "pipeline_version", "pipeline_execution_id")},
            "status": self.status,
            "startTime": self.start_time,
            "lastUpdateTime": self.last_update_time,
            "trigger": self.trigger,
            "executionMode": self.pipeline["executionMode"],
            "executionType": "STANDARD",
            "variables": self._resolved_variables(),
            "artifactRevisions": [_artifact_revision(run) for run in revisions.values()],
            "sourceRevisions": [
                {"actionName": name, "revisionId": run.revision, "revisionSummary": run.summary}
                for name, run in revisions.items()
            ],
            **({"stopTrigger": {"reason": self.stop_reason}} if self.stop_reason else {}),
        }

    def _resolved_variables(self) -> list[dict[str, str]]:
        declared = {each["name"]: each.get("defaultValue", "") for each in self.pipeline.get("variables") or []}
        given = {each["name"]: each["value"] for each in self.variables}
        return [{"name": name, "resolvedValue": value} for name, value in {**declared, **given}.items()]


def _artifact_revision(run: ActionRun) -> dict[str, str | datetime | None]:
    (artifact,) = run.outputs()
    return {
        "name": artifact.name,
        "revisionId": run.revision,
        "revisionSummary": run.summary,
        "created": run.last_status_change,
    }
