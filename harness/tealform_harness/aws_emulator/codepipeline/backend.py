"""The pipelines and their executions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from moto.codepipeline.exceptions import PipelineExecutionNotFoundException, PipelineNotFoundException
from moto.codepipeline.models import CodePipelineBackend, codepipeline_backends
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow

from tealform_harness.aws_emulator.codepipeline import notifications, validation
from tealform_harness.aws_emulator.codepipeline.execution import Execution, Rollback
from tealform_harness.aws_emulator.codepipeline.executions import Executions
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend
from tealform_harness.aws_emulator.service_events import publish_event

Json = dict[str, Any]
Tags = list[dict[str, str]]

_DEFAULTS = {"pipelineType": "V1", "executionMode": "SUPERSEDED"}


class PipelineBackend(ExtendedBackend, CodePipelineBackend):
    """Adds what a pipeline must be like, and executions that really run its actions."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._executions: dict[str, Executions] = {}

    def create_pipeline(self, pipeline: Json, tags: Tags) -> tuple[Json, Tags]:
        """Refuses a structure that AWS refuses. A new pipeline starts once by itself."""
        validation.check_pipeline(pipeline)
        created = super().create_pipeline({**_DEFAULTS, **pipeline}, tags)
        self._executions[pipeline["name"]] = Executions()
        self.start(pipeline["name"], "CreatePipeline", f"arn:aws:iam::{self.account_id}:root")
        return created

    def update_pipeline(self, pipeline: Json) -> Json:
        """Refuses a structure that AWS refuses."""
        validation.check_pipeline(pipeline)
        return super().update_pipeline({**_DEFAULTS, **pipeline})

    def start(
        self,
        name: str,
        kind: str,
        detail: str,
        variables: Tags | None = None,
        pinned: Mapping[str, str] | None = None,
    ) -> Execution:
        """Starts an execution; ``kind`` and ``detail`` are what triggered it, in the words of ExecutionTrigger.

        ``pinned`` are the revisions that source actions take, by their names, where those are not the newest.
        """
        pipeline, _ = self.get_pipeline(name)
        trigger = {"triggerType": kind, "triggerDetail": detail}
        return self._started(pipeline, variables, trigger, pinned)

    def roll_back(self, name: str, stage: str, target_id: str) -> Execution:
        """Runs a stage again as it was in another execution; raises what RollbackStage refuses."""
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
        tell, roll_back = self._tell, self._roll_back_by_itself
        execution = Execution(
            self.account_id, self.region_name, pipeline, variables, trigger, tell, roll_back, pinned, rollback
        )
        self._executions[pipeline["name"]].add(execution)
        return execution

    def start_pipeline_execution(self, name: str, variables: list[dict[str, str]] | None) -> str:
        """Starts an execution on request; returns its id."""
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
        """Runs a failed stage again, if nothing newer has been in it and the pipeline is still the same."""
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
        """Takes somebody's word on an approval; it is heard with the next step."""
        run = self.executions(name).approval(stage, action, token)
        run.verdict, run.last_status_change = result, utcnow()

    def _tell(self, execution: Execution, state: str) -> None:
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
        notifications.notify_pipeline_event(self.account_id, self.region_name, f"pipeline-execution-{state.lower()}", kind, detail)


def get_codepipeline(account_id: str, region: str) -> PipelineBackend:
    """The CodePipeline of an account in a region."""
    return cast(PipelineBackend, codepipeline_backends[account_id][region])
