"""How GetPipelineState and ListActionExecutions tell of stages and actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tealform_harness.aws_emulator.codepipeline.action_run import ActionRun
from tealform_harness.aws_emulator.codepipeline.conditions import HOOKS, ConditionRun
from tealform_harness.aws_emulator.codepipeline.execution import Execution
from tealform_harness.aws_emulator.codepipeline.executions import Executions
from tealform_harness.aws_emulator.codepipeline.rules import RuleRun
from tealform_harness.aws_emulator.codepipeline.stage_run import StageRun

Json = Mapping[str, Any]


def describe_stages(pipeline: Json, executions: Executions) -> Iterator[dict[str, Any]]:
    """The stages of a pipeline as GetPipelineState tells them."""
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


def describe_action_executions(executions: Executions, execution_id: str | None) -> Iterator[dict[str, Any]]:
    """The runs of actions as ListActionExecutions tells them, newest first."""
    for execution in executions.newest_first():
        if execution_id in (None, execution.pipeline_execution_id):
            for stage in reversed(execution.stages):
                for run in reversed(stage.runs):
                    yield _action_execution(execution, stage, run)


def describe_rule_executions(executions: Executions, execution_id: str | None) -> Iterator[dict[str, Any]]:
    """The runs of rules as ListRuleExecutions tells them, newest first."""
    for execution in executions.newest_first():
        if execution_id in (None, execution.pipeline_execution_id):
            for stage in reversed(execution.stages):
                for condition in stage.conditions.values():
                    yield from (_rule_execution(execution, stage, rule) for rule in condition.rules)


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
    told: dict[str, Any] = {
        f"{hook}ConditionState": _condition_state(stage.conditions[hook]) for hook in HOOKS if hook in stage.conditions
    }
    if stage.retries:
        told["retryStageMetadata"] = {
            "autoStageRetryAttempt": stage.retries,
            "latestRetryTrigger": "AutomatedStageRetry",
        }
    return told


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
            "inputArtifacts": [artifact.told() for artifact in run.inputs()],
        },
        "output": {
            "outputArtifacts": [artifact.told() for artifact in run.outputs()],
            "executionResult": {**result, "errorDetails": run.error_details},
            "outputVariables": run.output_variables,
        },
    }
