"""The pipelines, and which of their executions may advance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import takewhile
from threading import RLock
from typing import Any, cast

from moto.codepipeline.exceptions import PipelineExecutionNotFoundException, PipelineNotFoundException
from moto.codepipeline.models import CodePipelineBackend, codepipeline_backends
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow

from tealform_harness.aws_emulator import notifications
from tealform_harness.aws_emulator.codepipeline import validation
from tealform_harness.aws_emulator.codepipeline.action_run import ActionRun
from tealform_harness.aws_emulator.codepipeline.execution import Execution, Rollback, StageRun
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend
from tealform_harness.aws_emulator.service_events import publish_event


class Executions:
    """A stage belongs to one execution at a time.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
    """

    def __init__(self) -> None:
        self._oldest_first: list[Execution] = []
        self.disabled: dict[str, str] = {}
        self._one_at_a_time = RLock()

    def add(self, execution: Execution) -> None:
        """The newest."""
        self._oldest_first.append(execution)

    def get(self, execution_id: str) -> Execution | None:
        """The execution of that id."""
        return next((each for each in self._oldest_first if each.pipeline_execution_id == execution_id), None)

    def advance(self) -> None:
        """Let each execution advance by one step, the one that is furthest first. Concurrent calls wait."""
        with self._one_at_a_time:
            self._supersede()
            for execution in tuple(self._oldest_first):
                execution.advance(partial(self._may_enter, execution))

    def newest_first(self) -> Iterator[Execution]:
        """The newest execution first."""
        return iter(reversed(self._oldest_first))

    def latest_in(self, stage: str) -> tuple[Execution, StageRun] | None:
        """The newest execution that has entered a stage."""
        found = ((each, run) for each in self.newest_first() for run in each.stages if run.name == stage)
        return next(found, None)

    def succeeded_in(self, stage: str, version: int) -> Execution | None:
        """The newest execution of that version of the pipeline that succeeded in a stage, and is no rollback."""
        found = (
            each
            for each in self.newest_first()
            if each.pipeline_version == version
            and not each.rollback
            and any(run.name == stage and run.status == "Succeeded" for run in each.stages)
        )
        return next(found, None)

    def waiting_for(self, stage: str) -> list[Execution]:
        """The executions that wait to enter a stage and have been through another, oldest first."""
        return [each for each in self._oldest_first if each.next_stage == stage and each.stages]

    def approval(self, stage: str, action: str, token: str) -> ActionRun:
        """The approval that waits for ``token``; raises what PutApprovalResult refuses."""
        runs = [
            run
            for execution in self._oldest_first
            for entered in execution.stages
            for run in entered.runs
            if (entered.name, run.name) == (stage, action)
        ]
        for run in runs:
            if run.token == token:
                if run.status != "InProgress" or run.verdict:
                    message = f"The approval of {action} in {stage} has already been given or is over"
                    raise JsonRESTError("ApprovalAlreadyCompletedException", message)
                return run
        raise JsonRESTError("InvalidApprovalTokenException", f"The token is not valid for {action} in {stage}")

    def _supersede(self) -> None:
        """Of those that wait for the same stage only the newest goes on, unless they are queued or run in parallel."""
        waiting: dict[str, Execution] = {}
        for execution in self._oldest_first:
            stage = execution.next_stage
            if stage and execution.stages and execution.pipeline["executionMode"] == "SUPERSEDED":
                if stage in waiting:
                    waiting[stage].supersede()
                waiting[stage] = execution

    def _may_enter(self, execution: Execution, stage: str) -> bool:
        if stage in self.disabled:
            return False
        if execution.pipeline["executionMode"] == "PARALLEL":
            return True
        occupied = any(
            each.current and each.current.name == stage and not each.has_ended for each in self._oldest_first
        )
        ahead = takewhile(lambda each: each is not execution, self._oldest_first)
        return not occupied and not any(each.next_stage == stage for each in ahead)


Json = dict[str, Any]
Tags = list[dict[str, str]]

_DEFAULTS = {"pipelineType": "V1", "executionMode": "SUPERSEDED"}


class PipelineBackend(ExtendedBackend, CodePipelineBackend):
    """Adds what a pipeline must be like, and executions that really run its actions."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._executions: dict[str, Executions] = {}

    def create_pipeline(self, pipeline: Json, tags: Tags) -> tuple[Json, Tags]:
        """Refuse a structure that AWS refuses. A new pipeline starts once by itself."""
        validation.check_pipeline(pipeline)
        created = super().create_pipeline({**_DEFAULTS, **pipeline}, tags)
        self._executions[pipeline["name"]] = Executions()
        self.start(pipeline["name"], "CreatePipeline", f"arn:aws:iam::{self.account_id}:root")
        return created

    def update_pipeline(self, pipeline: Json) -> Json:
        """Refuse a structure that AWS refuses."""
        validation.check_pipeline(pipeline)
        return super().update_pipeline({**_DEFAULTS, **pipeline})

    def start(
        self, name: str, kind: str, detail: str, variables: Tags | None = None, pinned: Mapping[str, str] | None = None
    ) -> Execution:
        """Start an execution; ``kind`` and ``detail`` are what triggered it, in the words of ExecutionTrigger.

        ``pinned`` are the revisions that source actions take, by their names, where those are not the newest.
        """
        pipeline, _ = self.get_pipeline(name)
        trigger = {"triggerType": kind, "triggerDetail": detail}
        return self._started(pipeline, variables, trigger, pinned)

    def roll_back(self, name: str, stage: str, target_id: str) -> Execution:
        """Run a stage again as it was in another execution; raises what RollbackStage refuses."""
        pipeline, _ = self.get_pipeline(name)
        target = self.execution(name, target_id)
        if target.pipeline_version != pipeline["version"]:
            message = f"The pipeline {name} has changed since the execution {target_id} started"
            raise JsonRESTError("PipelineExecutionOutdatedException", message)
        succeeded = any(each.name == stage and each.status == "Succeeded" for each in target.stages)
        if target.rollback or not succeeded or stage == pipeline["stages"][0]["name"]:
            message = f"The stage {stage} cannot be rolled back to the execution {target_id}"
            raise JsonRESTError("UnableToRollbackStageException", message)
        trigger = {"triggerType": "ManualRollback", "triggerDetail": f"arn:aws:iam::{self.account_id}:root"}
        return self._started(pipeline, None, trigger, None, Rollback(stage, target))

    def _roll_back_by_itself(self, failed: Execution, stage: str) -> None:
        """To the newest execution of the same structure that succeeded in the stage, if there is one."""
        pipeline, _ = self.get_pipeline(failed.pipeline_name)
        target = self._executions[failed.pipeline_name].succeeded_in(stage, pipeline["version"])
        if target:
            trigger = {"triggerType": "AutomatedRollback", "triggerDetail": failed.pipeline_execution_id}
            self._started(pipeline, None, trigger, None, Rollback(stage, target))

    def _started(
        self,
        pipeline: Mapping[str, Any],
        variables: Tags | None,
        trigger: Mapping[str, str],
        pinned: Mapping[str, str] | None,
        rollback: Rollback | None = None,
    ) -> Execution:
        publish, roll_back = self._publish_state, self._roll_back_by_itself
        execution = Execution(
            self.account_id, self.region_name, pipeline, variables, trigger, publish, roll_back, pinned, rollback
        )
        self._executions[pipeline["name"]].add(execution)
        return execution

    def start_pipeline_execution(self, name: str, variables: list[dict[str, str]] | None) -> str:
        """Start an execution on request; return its id."""
        detail = f"arn:aws:iam::{self.account_id}:root"
        return self.start(name, "StartPipelineExecution", detail, variables).pipeline_execution_id

    def executions(self, name: str) -> Executions:
        """The executions of a pipeline."""
        if name not in self.pipelines:
            message = f"Account '{self.account_id}' does not have a pipeline with name '{name}'"
            raise PipelineNotFoundException(message)
        return self._executions[name]

    def execution(self, name: str, execution_id: str) -> Execution:
        """One execution; raises PipelineExecutionNotFoundException."""
        found = self.executions(name).get(execution_id)
        if found is None:
            raise PipelineExecutionNotFoundException(
                f"Account '{self.account_id}' does not have an execution with id '{execution_id}' for pipeline '{name}'"
            )
        return found

    def retry(self, name: str, stage: str, execution_id: str, mode: str) -> None:
        """Run a failed stage again, if nothing newer has been in it and the pipeline is still the same."""
        execution = self.execution(name, execution_id)
        latest = self.executions(name).latest_in(stage)
        if latest and latest[0] is not execution:
            message = f"The execution {execution_id} is not the latest in the stage {stage}"
            raise JsonRESTError("NotLatestPipelineExecutionException", message)
        if self.get_pipeline(name)[0]["version"] != execution.pipeline_version:
            message = f"The pipeline {name} has changed since the execution {execution_id} started"
            raise JsonRESTError("StageNotRetryableException", message)
        execution.retry(stage, everything=mode == "ALL_ACTIONS")

    def approve(self, name: str, stage: str, action: str, token: str, result: Mapping[str, str]) -> None:
        """Record someone's decision on an approval; it takes effect with the next step."""
        run = self.executions(name).approval(stage, action, token)
        run.verdict, run.last_status_change = result, utcnow()

    def _publish_state(self, execution: Execution, state: str) -> None:
        name = execution.pipeline_name
        arn = f"arn:{self.partition}:codepipeline:{self.region_name}:{self.account_id}:{name}"
        detail = {
            "pipeline": name,
            "execution-id": execution.pipeline_execution_id,
            "version": float(execution.pipeline_version),
            "state": state,
        }
        kind = "CodePipeline Pipeline Execution State Change"
        publish_event(self.account_id, self.region_name, "aws.codepipeline", kind, [arn], detail)
        notifications.notify_pipeline_event(
            self.account_id, self.region_name, f"pipeline-execution-{state.lower()}", kind, detail
        )


def get_codepipeline(account_id: str, region: str) -> PipelineBackend:
    """The CodePipeline of an account in a region."""
    return cast(PipelineBackend, codepipeline_backends[account_id][region])
