"""The requests about pipelines and their executions."""

from __future__ import annotations

from typing import cast

from moto.codepipeline.responses import CodePipelineResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from tealform_harness.aws_emulator.codepipeline import state
from tealform_harness.aws_emulator.codepipeline.backend import PipelineBackend
from tealform_harness.aws_emulator.codepipeline.execution import Execution
from tealform_harness.aws_emulator.codepipeline.executions import Executions


class PipelineResponse(CodePipelineResponse):
    """Answers in the types of the API; moto's own answers hold times as text, which Go cannot read.

    Asking for the state of a pipeline or of its executions lets them go on by one step.
    """

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    @property
    def codepipeline_backend(self) -> PipelineBackend:
        """The backend of this account and region."""
        return cast(PipelineBackend, super().codepipeline_backend)

    def get_pipeline(self) -> ActionResult:  # type: ignore[override]
        """GetPipeline."""
        pipeline, metadata = self.codepipeline_backend.get_pipeline(self._get_param("name"))
        return ActionResult({"pipeline": pipeline, "metadata": metadata})

    def list_pipelines(self) -> ActionResult:  # type: ignore[override]
        """ListPipelines."""
        return ActionResult({"pipelines": self.codepipeline_backend.list_pipelines()})

    def list_webhooks(self) -> ActionResult:
        """ListWebhooks; there are none, since version 2 pipelines need none."""
        return ActionResult({"webhooks": []})

    def get_pipeline_state(self) -> ActionResult:
        """GetPipelineState."""
        name = self._get_param("name")
        executions = self._advanced(name)
        pipeline, metadata = self.codepipeline_backend.get_pipeline(name)
        stages = list(state.describe_stages(pipeline, executions))
        told = {"pipelineName": name, "pipelineVersion": pipeline["version"], "stageStates": stages}
        return ActionResult({**told, "created": metadata["created"], "updated": metadata["updated"]})

    def get_pipeline_execution(self) -> ActionResult:  # type: ignore[override]
        """GetPipelineExecution."""
        execution = self._execution()
        self._advanced(self._get_param("pipelineName"))
        return ActionResult({"pipelineExecution": execution.told()})

    def list_pipeline_executions(self) -> ActionResult:  # type: ignore[override]
        """ListPipelineExecutions, newest first, in one page."""
        executions = self._advanced(self._get_param("pipelineName"))
        told = [execution.told() for execution in executions.newest_first()]
        return ActionResult({"pipelineExecutionSummaries": told[: self._get_param("maxResults")]})

    def list_action_executions(self) -> ActionResult:
        """ListActionExecutions, newest first, in one page."""
        executions = self._advanced(self._get_param("pipelineName"))
        wanted = (self._get_param("filter") or {}).get("pipelineExecutionId")
        return ActionResult({"actionExecutionDetails": list(state.describe_action_executions(executions, wanted))})

    def list_rule_executions(self) -> ActionResult:
        """ListRuleExecutions, newest first, in one page."""
        executions = self._advanced(self._get_param("pipelineName"))
        wanted = (self._get_param("filter") or {}).get("pipelineExecutionId")
        return ActionResult({"ruleExecutionDetails": list(state.describe_rule_executions(executions, wanted))})

    def override_stage_condition(self) -> ActionResult:
        """OverrideStageCondition."""
        hooks = {"BEFORE_ENTRY": "beforeEntry", "ON_SUCCESS": "onSuccess"}
        self._execution().override(self._get_param("stageName"), hooks[self._get_param("conditionType")])
        return EmptyResult()

    def rollback_stage(self) -> ActionResult:
        """RollbackStage."""
        names = ("pipelineName", "stageName", "targetPipelineExecutionId")
        started = self.codepipeline_backend.roll_back(*(self._get_param(name) for name in names))
        return ActionResult({"pipelineExecutionId": started.pipeline_execution_id})

    def retry_stage_execution(self) -> ActionResult:
        """RetryStageExecution."""
        execution_id = self._get_param("pipelineExecutionId")
        self.codepipeline_backend.retry(
            self._get_param("pipelineName"), self._get_param("stageName"), execution_id, self._get_param("retryMode")
        )
        return ActionResult({"pipelineExecutionId": execution_id})

    def stop_pipeline_execution(self) -> ActionResult:
        """StopPipelineExecution."""
        execution = self._execution()
        execution.stop(self._get_bool_param("abandon", False), self._get_param("reason"))
        return ActionResult({"pipelineExecutionId": execution.pipeline_execution_id})

    def put_approval_result(self) -> ActionResult:
        """PutApprovalResult."""
        names = ("pipelineName", "stageName", "actionName", "token", "result")
        self.codepipeline_backend.approve(*(self._get_param(name) for name in names))
        return ActionResult({"approvedAt": utcnow()})

    def disable_stage_transition(self) -> ActionResult:
        """DisableStageTransition, inbound."""
        executions = self.codepipeline_backend.executions(self._get_param("pipelineName"))
        executions.disabled[self._get_param("stageName")] = self._get_param("reason")
        return EmptyResult()

    def enable_stage_transition(self) -> ActionResult:
        """EnableStageTransition, inbound."""
        executions = self.codepipeline_backend.executions(self._get_param("pipelineName"))
        executions.disabled.pop(self._get_param("stageName"), None)
        return EmptyResult()

    def _execution(self) -> Execution:
        return self.codepipeline_backend.execution(
            self._get_param("pipelineName"), self._get_param("pipelineExecutionId")
        )

    def _advanced(self, name: str) -> Executions:
        executions = self.codepipeline_backend.executions(name)
        executions.advance()
        return executions
