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

from tealform_harness.aws_emulator.codepipeline import actions
from tealform_harness.aws_emulator.codepipeline.action_run import ActionRun, Artifact, ArtifactStore, Place
from tealform_harness.aws_emulator.codepipeline.conditions import ConditionRun, RuleRun, get_condition
from tealform_harness.aws_emulator.codepipeline.validation import in_run_order

Json = Mapping[str, Any]


@dataclass
class StageRun:
    """``runs`` are its actions, as far as they have begun; ``conditions`` those that were looked at, by their hooks."""

    declaration: Json
    status: str = "InProgress"
    runs: list[ActionRun] = field(default_factory=list)
    conditions: dict[str, ConditionRun] = field(default_factory=dict)
    retries: int = 0

    @property
    def name(self) -> str:
        """The stage's name."""
        return str(self.declaration["name"])

    @property
    def is_complete(self) -> bool:
        """Whether the execution may go on to the next stage."""
        return self.status in ("Succeeded", "Skipped")

    @property
    def pending(self) -> ConditionRun | None:
        """The condition that is still looked at."""
        return next((each for each in self.conditions.values() if each.status == "InProgress"), None)

    def waiting(self) -> list[list[Json]]:
        """The actions that have not begun, those that run at the same time together."""
        begun = {run.name for run in self.runs}
        waiting = [action for action in in_run_order(self.declaration) if action["name"] not in begun]
        return [list(together) for _, together in groupby(waiting, key=lambda action: int(action.get("runOrder", 1)))]


ENDED = ("Succeeded", "Failed", "Stopped", "Superseded")


@dataclass(frozen=True)
class Rollback:
    """A stage, by its name, that is run again as it was in ``target``, an execution that succeeded in it."""

    stage: str
    target: Execution


class Execution(PipelineExecution):
    """An execution of ``pipeline`` as it was when it started. ``publish`` is called with each new state.

    ``roll_back`` is called with the name of a stage that has failed and is to be rolled back. ``pinned`` are the
    revisions that source actions take, by their names, where those are not the newest. ``rollback`` is what the
    execution is for, if it is one: of its artifacts and variables those of the target are taken, and it ends after the
    stage.
    """

    def __init__(
        self,
        account_id: str,
        region: str,
        pipeline: Json,
        variables: list[dict[str, str]] | None,
        trigger: Mapping[str, str],
        publish: Callable[[Execution, str], None],
        roll_back: Callable[[Execution, str], None],
        pinned: Mapping[str, str] | None = None,
        rollback: Rollback | None = None,
    ) -> None:
        super().__init__(pipeline["name"], pipeline["version"], variables)
        self.pipeline: Json = deepcopy(dict(pipeline))
        self.trigger = trigger
        self.stages: list[StageRun] = []
        self.artifacts: dict[str, Artifact] = {}
        self.namespaces: dict[str, dict[str, str]] = {
            "codepipeline": {"PipelineExecutionId": self.pipeline_execution_id},
            "variables": {each["name"]: each["resolvedValue"] for each in self._resolved_variables()},
        }
        self.stop_reason: str | None = None
        self.rollback = rollback
        self._plan: list[Json] = list(self.pipeline["stages"])
        if rollback:
            self._plan = [stage for stage in self._plan if stage["name"] == rollback.stage]
            self.artifacts = dict(rollback.target.artifacts)
            self.namespaces = {**rollback.target.namespaces, "codepipeline": self.namespaces["codepipeline"]}
        self._account_id, self._region, self._publish, self._pinned = account_id, region, publish, pinned or {}
        self._roll_back = roll_back
        self._store = ArtifactStore(account_id, region, pipeline["name"], pipeline["artifactStore"])
        self._become("InProgress", "STARTED")

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in ENDED

    @property
    def current(self) -> StageRun | None:
        """The stage that it is in; None while it waits to enter the next."""
        stage = self.stages[-1] if self.stages else None
        return stage if stage and not stage.is_complete else None

    @property
    def next_stage(self) -> str | None:
        """The stage that it waits to enter."""
        if self.current or self.has_ended:
            return None
        return str(self._plan[len(self.stages)]["name"])

    @property
    def revisions(self) -> dict[str, ActionRun]:
        """The source actions that have found a revision, by the names of their actions."""
        before = self.rollback.target.revisions if self.rollback else {}
        return {**before, **{run.name: run for stage in self.stages for run in stage.runs if run.revision}}

    def advance(self, may_enter: Callable[[str], bool]) -> None:
        """Advance by one step: enter a stage if it may, or advance the actions under way."""
        if self.has_ended:
            return
        self.last_update_time = utcnow()
        stage = self.current
        if stage is None:
            name = self.next_stage
            if name and may_enter(name):
                self.stages.append(StageRun(self._plan[len(self.stages)]))
                if not self._look(self.stages[-1], "beforeEntry"):
                    self._begin_actions(self.stages[-1])
            return
        if condition := stage.pending:
            condition.advance()
            if condition.status != "InProgress":
                self._decide(stage, condition)
            return
        for run in stage.runs:
            run.advance()
        self._conclude(stage)

    def retry(self, stage_name: str, everything: bool) -> None:
        """Run the failed actions of its failed stage again, or all of them."""
        stage = self.current
        if self.status != "Failed" or stage is None or stage.name != stage_name:
            message = f"The stage {stage_name} of the execution {self.pipeline_execution_id} has not failed"
            raise JsonRESTError("StageNotRetryableException", message)
        stage.status = "InProgress"
        stage.conditions.pop("onFailure", None)
        self._become("InProgress", "RESUMED")
        self._again(stage, everything)

    def stop(self, abandon: bool, reason: str | None) -> None:
        """End it: at once if its actions are abandoned, otherwise when they have ended."""
        if self.has_ended:
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

    def override(self, stage_name: str, hook: str) -> None:
        """Let the stage continue whatever its condition says, on request."""
        stage = self.current
        condition = stage.conditions.get(hook) if stage and stage.name == stage_name else None
        if stage is None or condition is None or condition.status != "InProgress":
            message = f"The condition {hook} of the stage {stage_name} cannot be overridden"
            raise JsonRESTError("ConditionNotOverridableException", message)
        condition.end("Overridden")
        self._decide(stage, condition)

    def supersede(self) -> None:
        """A newer execution takes its place."""
        self._end("Superseded")

    def _begin_actions(self, stage: StageRun) -> None:
        waiting = stage.waiting()
        for declaration in waiting[0] if waiting else []:
            run = ActionRun(
                account_id=self._account_id,
                region=self._region,
                declaration=declaration,
                store=self._store,
                artifacts=self.artifacts,
                namespaces=self.namespaces,
                place=Place(self.pipeline, stage.name),
            )
            run.pinned = self._pinned.get(run.name)
            run.source_revision = next((each.revision for each in self.revisions.values()), None)
            actions.start_action(run)
            stage.runs.append(run)

    def _conclude(self, stage: StageRun) -> None:
        statuses = {run.status for run in stage.runs}
        if "InProgress" in statuses:
            return
        if "Failed" in statuses:
            self._failed(stage)
        elif self.status == "Stopping":
            self._end("Stopped")
        elif stage.waiting():
            self._begin_actions(stage)
        elif not self._look(stage, "onSuccess"):
            self._leave(stage, "Succeeded")

    def _failed(self, stage: StageRun) -> None:
        wanted = stage.declaration.get("onFailure") or {}
        if wanted.get("result") == "RETRY" and not stage.retries:
            stage.retries += 1
            mode = (wanted.get("retryConfiguration") or {}).get("retryMode")
            self._again(stage, everything=mode == "ALL_ACTIONS")
        elif not self._look(stage, "onFailure"):
            self._fail(stage, rolls_back=wanted.get("result") == "ROLLBACK")

    def _again(self, stage: StageRun, everything: bool) -> None:
        stage.runs = [] if everything else [run for run in stage.runs if run.status == "Succeeded"]
        self._begin_actions(stage)

    def _look(self, stage: StageRun, hook: str) -> bool:
        """Begin to look at a condition; False if there is none."""
        condition = get_condition(stage.declaration, hook)
        if condition is None:
            return False
        rules = [
            RuleRun(
                account_id=self._account_id,
                region=self._region,
                declaration=rule,
                hook=hook,
                role_arn=rule.get("roleArn") or self.pipeline["roleArn"],
            )
            for rule in condition["rules"]
        ]
        for rule in rules:
            rule.begin(self.namespaces)
        stage.conditions[hook] = ConditionRun(condition, hook, rules)
        return True

    def _decide(self, stage: StageRun, condition: ConditionRun) -> None:
        holds = condition.status in ("Succeeded", "Overridden")
        match condition.hook:
            case "onFailure":
                self._fail(stage, rolls_back=holds and condition.result == "ROLLBACK")
            case "beforeEntry" if holds:
                self._begin_actions(stage)
            case "beforeEntry" if condition.result == "SKIP":
                self._leave(stage, "Skipped")
            case "onSuccess" if holds:
                self._leave(stage, "Succeeded")
            case _:
                self._fail(stage, rolls_back=condition.result == "ROLLBACK")

    def _leave(self, stage: StageRun, status: str) -> None:
        stage.status = status
        if len(self.stages) == len(self._plan):
            self._end("Succeeded")

    def _fail(self, stage: StageRun, rolls_back: bool) -> None:
        self._end("Failed")
        # What is a rollback itself is not rolled back.
        if rolls_back and not self.rollback:
            self._roll_back(self, stage.name)

    def _end(self, status: str) -> None:
        if self.current:
            self.current.status = status
        self._become(status, status.upper())

    def _become(self, status: str, state: str) -> None:
        self.status, self.last_update_time = status, utcnow()
        self._publish(self, state)

    def describe(self) -> dict[str, Any]:
        """As GetPipelineExecution and ListPipelineExecutions tell it."""
        revisions = self.revisions
        return {
            **{name: getattr(self, name) for name in ("pipeline_name", "pipeline_version", "pipeline_execution_id")},
            "status": self.status,
            "startTime": self.start_time,
            "lastUpdateTime": self.last_update_time,
            "trigger": self.trigger,
            "executionMode": self.pipeline["executionMode"],
            "executionType": self.kind,
            "variables": self._resolved_variables(),
            "artifactRevisions": [_artifact_revision(run) for run in revisions.values()],
            "sourceRevisions": [
                {"actionName": name, "revisionId": run.revision, "revisionSummary": run.summary}
                for name, run in revisions.items()
            ],
            **self._describe_target(),
            **({"stopTrigger": {"reason": self.stop_reason}} if self.stop_reason else {}),
        }

    @property
    def kind(self) -> str:
        """The execution's type, in the words of the API."""
        return "ROLLBACK" if self.rollback else "STANDARD"

    def _describe_target(self) -> dict[str, Any]:
        if not self.rollback:
            return {}
        target = self.rollback.target.pipeline_execution_id
        return {"rollbackMetadata": {"rollbackTargetPipelineExecutionId": target}}

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
