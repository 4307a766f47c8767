"""Requests about pipelines and their executions, and how stages, actions and rules are described."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from moto.codepipeline.responses import CodePipelineResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from tealform_harness.aws_emulator.codepipeline.action_run import ActionRun
from tealform_harness.aws_emulator.codepipeline.backend import Executions, PipelineBackend
from tealform_harness.aws_emulator.codepipeline.conditions import HOOKS, ConditionRun, RuleRun
from tealform_harness.aws_emulator.codepipeline.execution import Execution, StageRun
from tealform_harness.aws_emulator.moto_patch import ParsedResponse

Json = Mapping[str, Any]


def describe_stages(pipeline: Json, executions: Executions) -> Iterator[dict[str, Any]]:
    """The stages of a pipeline as GetPipelineState returns them."""
    for stage in pipeline["stages"]:
        name = stage["name"]
        latest = executions.latest_in(name)
        runs = {run.name: run for run in latest[1].runs} if latest else {}
        yield {
            "stageName": name,
            "inboundTransitionState": _transition(executions.disabled.get(name)),
            "inboundExecutions": [_inbound(each) for each in executions.waiting_for(name)],
            "actionStates": [_action_state(action, runs.get(action["name"])) for action in stage["actions"]],
            **({"latestExecution": _stage_execution(*latest), **_conditions(latest[1])} if latest else {}),
        }


def _entered_stages(executions: Executions, execution_id: str | None) -> Iterator[tuple[Execution, StageRun]]:
    """The stages that executions have entered, newest first; of one execution if its id is given."""
    for execution in executions.newest_first():
        if execution_id in (None, execution.pipeline_execution_id):
            yield from ((execution, stage) for stage in reversed(execution.stages))


def _rule_execution(execution: Execution, stage: StageRun, rule: RuleRun) -> dict[str, Any]:
    return {
        "pipelineExecutionId": execution.pipeline_execution_id,
        "ruleExecutionId": rule.rule_execution_id,
        "pipelineVersion": execution.pipeline_version,
        "stageName": stage.name,
        "ruleName": rule.declaration["name"],
        "startTime": rule.start_time,
        "lastUpdateTime": rule.last_status_change,
        "status": rule.status,
        "input": {
            "ruleTypeId": rule.declaration["ruleTypeId"],
            "configuration": rule.declaration.get("configuration") or {},
            "resolvedConfiguration": rule.configuration,
            "roleArn": rule.role_arn,
            "region": rule.region,
        },
        "output": {"executionResult": {"errorDetails": rule.error_details}},
    }


def _conditions(stage: StageRun) -> dict[str, Any]:
    described: dict[str, Any] = {
        f"{hook}ConditionState": _condition_state(stage.conditions[hook]) for hook in HOOKS if hook in stage.conditions
    }
    if stage.retries:
        described["retryStageMetadata"] = {
            "autoStageRetryAttempt": stage.retries,
            "latestRetryTrigger": "AutomatedStageRetry",
        }
    return described


def _condition_state(condition: ConditionRun) -> dict[str, Any]:
    rules = [
        {
            "ruleName": rule.declaration["name"],
            "latestExecution": {
                "ruleExecutionId": rule.rule_execution_id,
                "status": rule.status,
                "lastStatusChange": rule.last_status_change,
                "errorDetails": rule.error_details,
            },
        }
        for rule in condition.rules
    ]
    latest = {"status": condition.status, "lastStatusChange": condition.last_status_change}
    states = [{"latestExecution": latest, "ruleStates": rules}]
    return {"latestExecution": {"status": condition.status}, "conditionStates": states}


def _transition(reason: str | None) -> dict[str, Any]:
    return {"enabled": True} if reason is None else {"enabled": False, "disabledReason": reason}


def _inbound(execution: Execution) -> dict[str, str]:
    return {"pipelineExecutionId": execution.pipeline_execution_id, "status": "InProgress", "type": execution.kind}


def _stage_execution(execution: Execution, stage: StageRun) -> dict[str, str]:
    return {"pipelineExecutionId": execution.pipeline_execution_id, "status": stage.status, "type": execution.kind}


def _action_state(action: Json, run: ActionRun | None) -> dict[str, Any]:
    if run is None:
        return {"actionName": action["name"]}
    names = ("action_execution_id", "status", "summary", "last_status_change", "external_execution_id", "error_details")
    latest = {name: getattr(run, name) for name in (*names, "external_execution_url")}
    # The token is of use as long as somebody is waited for.
    token = {"token": run.token} if run.token and run.status == "InProgress" else {}
    revision = {"revisionId": run.revision, "revisionChangeId": run.revision, "created": run.last_status_change}
    return {
        "actionName": action["name"],
        "latestExecution": {**latest, **token},
        **({"currentRevision": revision} if run.revision else {}),
    }


def _action_execution(execution: Execution, stage: StageRun, run: ActionRun) -> dict[str, Any]:
    result = {
        "externalExecutionId": run.external_execution_id,
        "externalExecutionSummary": run.summary,
        "externalExecutionUrl": run.external_execution_url,
    }
    return {
        "pipelineExecutionId": execution.pipeline_execution_id,
        "pipelineVersion": execution.pipeline_version,
        "actionExecutionId": run.action_execution_id,
        "stageName": stage.name,
        "actionName": run.name,
        "startTime": run.start_time,
        "lastUpdateTime": run.last_status_change,
        "status": run.status,
        "input": {
            "actionTypeId": run.declaration["actionTypeId"],
            "configuration": run.declared,
            "resolvedConfiguration": run.configuration,
            "region": run.region,
            "namespace": run.namespace,
            "inputArtifacts": [artifact.describe() for artifact in run.inputs()],
        },
        "output": {
            "outputArtifacts": [artifact.describe() for artifact in run.outputs()],
            "executionResult": {**result, "errorDetails": run.error_details},
            "outputVariables": run.output_variables,
        },
    }


class PipelineResponse(ParsedResponse, CodePipelineResponse):
    """Answers in the types of the API; moto's own answers hold times as text, which Go cannot read.

    Asking for the state of a pipeline or of its executions lets them advance by one step.
    """

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
        stages = list(describe_stages(pipeline, executions))
        described = {"pipelineName": name, "pipelineVersion": pipeline["version"], "stageStates": stages}
        return ActionResult({**described, "created": metadata["created"], "updated": metadata["updated"]})

    def get_pipeline_execution(self) -> ActionResult:  # type: ignore[override]
        """GetPipelineExecution."""
        execution = self._execution()
        self._advanced(self._get_param("pipelineName"))
        return ActionResult({"pipelineExecution": execution.describe()})

    def list_pipeline_executions(self) -> ActionResult:  # type: ignore[override]
        """ListPipelineExecutions, newest first, in one page."""
        executions = self._advanced(self._get_param("pipelineName"))
        described = [execution.describe() for execution in executions.newest_first()]
        return ActionResult({"pipelineExecutionSummaries": described[: self._get_param("maxResults")]})

    def list_action_executions(self) -> ActionResult:
        """ListActionExecutions, newest first, in one page."""
        entered = self._entered()
        runs = [_action_execution(each, stage, run) for each, stage in entered for run in reversed(stage.runs)]
        return ActionResult({"actionExecutionDetails": runs})

    def list_rule_executions(self) -> ActionResult:
        """ListRuleExecutions, newest first, in one page."""
        rules = [
            _rule_execution(execution, stage, rule)
            for execution, stage in self._entered()
            for condition in stage.conditions.values()
            for rule in condition.rules
        ]
        return ActionResult({"ruleExecutionDetails": rules})

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

    def _entered(self) -> Iterator[tuple[Execution, StageRun]]:
        wanted = (self._get_param("filter") or {}).get("pipelineExecutionId")
        return _entered_stages(self._advanced(self._get_param("pipelineName")), wanted)

    def _advanced(self, name: str) -> Executions:
        executions = self.codepipeline_backend.executions(name)
        executions.advance()
        return executions
