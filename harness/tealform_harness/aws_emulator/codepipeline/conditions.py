"""Conditions of stages (before entry, on success, on failure), their rules, and deployment windows.

https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html
https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from moto.awslambda.models import lambda_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow

from tealform_harness.aws_emulator.codepipeline.action_run import (
    ActionError,
    Namespaces,
    Run,
    new_id,
    resolve_references,
)
from tealform_harness.aws_emulator.iam import find_role, role_allows

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS = (6, 7)


def is_window_open(cron: str, time_zone: str, now: datetime) -> bool:
    """Whether ``now``, which has a time zone, is in the window; raises ActionError for what cannot be read.

    The fields of ``cron`` are second, minute, hour, day of the month, month, day of the week and perhaps year.
    """
    fields = cron.split()
    if len(fields) not in _FIELDS:
        raise ActionError("ConfigurationError", f"The cron expression {cron} must have 6 or 7 fields")
    there = now.astimezone(_parse_zone(time_zone))
    values = (there.minute, there.hour, there.day, there.month, there.isoweekday() % 7 + 1, there.year)
    return all(
        _field_matches(field, value, position)
        for position, (field, value) in enumerate(zip(fields[1:], values, strict=False))
    )


def _parse_zone(name: str) -> timezone | ZoneInfo:
    if name.startswith("UTC") and name[3:]:
        hours, _, minutes = name[4:].partition(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-offset if name[3] == "-" else offset)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ActionError("ConfigurationError", f"There is no time zone {name}") from None


def _field_matches(field: str, value: int, position: int) -> bool:
    return any(_part_matches(part, value, position) for part in field.split(","))


def _part_matches(part: str, value: int, position: int) -> bool:
    span, _, step = part.partition("/")
    if span in ("*", "?"):
        first, last = 0, 9999
    else:
        beginning, _, end = span.partition("-")
        first = _parse_number(beginning, position)
        last = _parse_number(end, position) if end else (9999 if step else first)
    return first <= value <= last and (value - first) % int(step or 1) == 0


def _parse_number(text: str, position: int) -> int:
    names = {3: _MONTHS, 4: _DAYS}.get(position, ())
    if text.upper() in names:
        return names.index(text.upper()) + 1
    if not text.isdecimal():
        raise ActionError("ConfigurationError", f"{text} in a cron expression is not emulated")
    return int(text)


Json = Mapping[str, Any]

# The configuration that each must have, by its provider; what is only named here is not run.
RULE_CONFIGURATION: Mapping[str, tuple[str, ...]] = {
    "CloudWatchAlarm": ("AlarmName",),
    "CodeBuild": ("ProjectName",),
    "Commands": (),
    "DeploymentWindow": ("Cron",),
    "LambdaInvoke": ("FunctionName",),
    "VariableCheck": ("Variable", "Value", "Operator"),
}
RULE_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "EQ": lambda value, wanted: value == wanted,
    "NE": lambda value, wanted: value != wanted,
    "CONTAINS": lambda value, wanted: wanted in value,
    "MATCHES": lambda value, wanted: re.fullmatch(wanted, value) is not None,
}


@dataclass(kw_only=True)
class RuleRun(Run):
    """One rule of a condition, under way or over. ``role_arn`` is the role in which it looks."""

    hook: str
    role_arn: str
    rule_execution_id: str = field(default_factory=new_id)

    def begin(self, namespaces: Namespaces) -> None:
        """Give it its work, with the values of variables."""
        self.work = self._work(namespaces)

    def _work(self, namespaces: Namespaces) -> Iterator[None]:
        self.configuration = resolve_references(self.declaration.get("configuration") or {}, namespaces)
        provider = self.declaration["ruleTypeId"]["provider"]
        if provider not in _WORK:
            raise ActionError("ConfigurationError", f"Rules of {provider} are not emulated")
        yield from _WORK[provider](self)

    def require(self, action: str, resource: str) -> None:
        """Raise ActionError if its role may not do ``action``."""
        role = find_role(self.role_arn.split(":")[4], self.region, self.role_arn)
        if not role_allows(role, action, resource):
            message = f"The role {self.role_arn} is not authorized to perform {action} on {resource}"
            raise ActionError("PermissionError", message)


def _check_alarm(rule: RuleRun) -> Iterator[None]:
    """Before and after a stage an alarm must not be raised; a failed stage asks whether it is.

    The minutes that it waits are one look here.
    """
    name = rule.configuration["AlarmName"]
    states = rule.configuration.get("AlarmStates", "ALARM").split(",")
    arn = f"arn:aws:cloudwatch:{rule.region}:{rule.account_id}:alarm:{name}"
    rule.require("cloudwatch:DescribeAlarms", arn)

    def raised() -> bool:
        alarm = cloudwatch_backends[rule.account_id][rule.region].alarms.get(name)
        if alarm is None:
            raise ActionError("ConfigurationError", f"The alarm {name} does not exist")
        return alarm.state_value in states

    waits = bool(rule.configuration.get("WaitTime"))
    if waits and raised() == (rule.hook == "beforeEntry"):
        yield
    if raised() != (rule.hook == "onFailure"):
        raise ActionError("RuleFailed", f"The alarm {name} is {'' if raised() else 'not '}in {' or '.join(states)}")


def _wait_for_window(rule: RuleRun) -> Iterator[None]:
    """Wait until it is open."""
    settings = rule.configuration
    while not is_window_open(settings["Cron"], settings.get("TimeZone", "UTC"), datetime.now(UTC)):
        yield


def _check_variable(rule: RuleRun) -> Iterator[None]:
    settings = rule.configuration
    if not RULE_OPERATORS[settings["Operator"]](settings["Variable"], settings["Value"]):
        found = f"{settings['Variable']} {settings['Operator']} {settings['Value']}"
        raise ActionError("RuleFailed", f"The variable does not hold: {found}")
    yield from ()


def _invoke_function(rule: RuleRun) -> Iterator[None]:
    """A function that is there counts as having said yes."""
    name = rule.configuration["FunctionName"]
    arn = f"arn:aws:lambda:{rule.region}:{rule.account_id}:function:{name}"
    rule.require("lambda:InvokeFunction", arn)
    if name not in lambda_backends[rule.account_id][rule.region]._lambdas._functions:
        raise ActionError("ConfigurationError", f"Function not found: {arn}")
    yield from ()


_WORK: Mapping[str, Callable[[RuleRun], Iterator[None]]] = {
    "CloudWatchAlarm": _check_alarm,
    "DeploymentWindow": _wait_for_window,
    "LambdaInvoke": _invoke_function,
    "VariableCheck": _check_variable,
}


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
        """Advance by one step, unless it has ended."""
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
        """End it with one of the statuses of the API."""
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
