"""Conditions of stages: before a stage is entered, after it has succeeded, and after it has failed.

https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow

from tealform_harness.aws_emulator.codepipeline.rules import RULE_CONFIGURATION, RULE_OPERATORS, RuleRun

Json = Mapping[str, Any]

HOOKS = ("beforeEntry", "onSuccess", "onFailure")
_RESULTS = {"beforeEntry": ("FAIL", "SKIP"), "onSuccess": ("ROLLBACK", "FAIL"), "onFailure": ("ROLLBACK",)}
_FAILURE_RESULTS = ("ROLLBACK", "RETRY", "FAIL")
_SKIPPING = ("LambdaInvoke", "VariableCheck")
_MOST_RULES = 5


@dataclass
class ConditionRun:
    """A condition that is looked at, or was."""

    declaration: Json
    hook: str
    rules: list[RuleRun]
    status: str = "InProgress"
    last_status_change: datetime = field(default_factory=utcnow)

    @property
    def result(self) -> str:
        """What is done when it does not hold; of a failed stage, when it does."""
        return str(self.declaration.get("result", "FAIL"))

    def advance(self) -> None:
        """Goes on by one step, unless it has ended."""
        if self.status != "InProgress":
            return
        for rule in self.rules:
            rule.advance()
        states = {rule.status for rule in self.rules}
        if "Failed" in states:
            self.end("Failed")
        elif states == {"Succeeded"}:
            self.end("Succeeded")

    def end(self, status: str) -> None:
        """It is over, with one of the statuses of the API."""
        self.status, self.last_status_change = status, utcnow()


def get_condition(stage: Json, hook: str) -> Json | None:
    """The condition of a stage for one of ``HOOKS``."""
    conditions = (stage.get(hook) or {}).get("conditions") or []
    return conditions[0] if conditions else None


def find_condition_errors(pipeline: Json) -> Iterator[str]:
    """What CreatePipeline refuses of conditions, rollbacks and retries."""
    for number, stage in enumerate(pipeline["stages"]):
        name = stage["name"]
        used = [hook for hook in HOOKS if stage.get(hook)]
        if used and pipeline.get("pipelineType", "V1") == "V1":
            yield f"Pipeline type V1 does not support {used[0]} in stage {name}"
        results = set()
        for hook in used:
            results |= {each.get("result") for each in stage[hook].get("conditions") or []}
            yield from _find_hook_errors(name, hook, stage[hook].get("conditions") or [])
        failure = stage.get("onFailure") or {}
        yield from _find_failure_errors(name, failure)
        if "ROLLBACK" in results | {failure.get("result")}:
            if number == 0:
                yield f"Stage {name} is a source stage and cannot be rolled back"
            if pipeline.get("executionMode") == "PARALLEL":
                yield f"Stage {name} cannot be rolled back in the execution mode PARALLEL"


def _find_hook_errors(stage: str, hook: str, conditions: list[Json]) -> Iterator[str]:
    if len(conditions) > 1:
        yield f"{hook} of stage {stage} can have one condition only"
    for condition in conditions:
        rules, result = condition.get("rules") or [], condition.get("result")
        if result is not None and result not in _RESULTS[hook]:
            yield f"{result} is not a valid result for {hook} of stage {stage}; valid are {', '.join(_RESULTS[hook])}"
        if not 0 < len(rules) <= _MOST_RULES:
            yield f"{hook} of stage {stage} must have 1 to {_MOST_RULES} rules"
        for rule in rules:
            yield from _find_rule_errors(rule)
            if result == "SKIP" and rule["ruleTypeId"]["provider"] not in _SKIPPING:
                yield f"The result SKIP of stage {stage} is available with rules of {' and '.join(_SKIPPING)} only"


def _find_rule_errors(rule: Json) -> Iterator[str]:
    provider, configuration = rule["ruleTypeId"]["provider"], rule.get("configuration") or {}
    if provider not in RULE_CONFIGURATION:
        yield f"RuleType (Provider: '{provider}') in rule '{rule['name']}' is not available"
        return
    for key in RULE_CONFIGURATION[provider]:
        if not configuration.get(key):
            yield f"Rule configuration for rule '{rule['name']}' is missing required configuration '{key}'"
    if provider == "VariableCheck" and configuration.get("Operator") not in RULE_OPERATORS:
        yield f"The operator of rule '{rule['name']}' must be one of {', '.join(RULE_OPERATORS)}"


def _find_failure_errors(stage: str, failure: Json) -> Iterator[str]:
    result = failure.get("result")
    if result is not None and result not in _FAILURE_RESULTS:
        yield f"{result} is not a valid result for onFailure of stage {stage}"
    if result == "RETRY" and failure.get("conditions"):
        yield f"Stage {stage} cannot be retried automatically with conditions of onFailure"
    if failure.get("retryConfiguration") and result != "RETRY":
        yield f"Stage {stage} has a retryConfiguration, but the result of onFailure is not RETRY"
