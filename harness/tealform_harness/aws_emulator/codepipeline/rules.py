"""The rules of stage conditions, and what they find.

https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow

from tealform_harness.aws_emulator.codepipeline.artifacts import new_id
from tealform_harness.aws_emulator.codepipeline.error import ActionError
from tealform_harness.aws_emulator.codepipeline.variables import Namespaces, resolve_references
from tealform_harness.aws_emulator.codepipeline.windows import is_window_open
from tealform_harness.aws_emulator.iam_roles import find_role, role_allows

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


@dataclass
class RuleRun:
    """One rule of a condition, under way or over. ``role_arn`` is the role in which it looks."""

    account_id: str
    region: str
    declaration: Json
    hook: str
    role_arn: str
    rule_execution_id: str = field(default_factory=new_id)
    status: str = "InProgress"
    start_time: datetime = field(default_factory=utcnow)
    last_status_change: datetime = field(default_factory=utcnow)
    configuration: Mapping[str, str] = field(default_factory=dict)
    error_details: Json | None = None
    work: Iterator[None] = field(default_factory=lambda: iter(()))

    def begin(self, namespaces: Namespaces) -> None:
        """Gives it its work, with the values of variables."""
        self.work = self._work(namespaces)

    def advance(self) -> None:
        """Goes on by one step, unless it has ended."""
        if self.status != "InProgress":
            return
        try:
            next(self.work)
        except StopIteration:
            self._end("Succeeded")
        except ActionError as error:
            self.error_details = {"code": error.code, "message": error.message}
            self._end("Failed")

    def _end(self, status: str) -> None:
        self.status, self.last_status_change = status, utcnow()

    def _work(self, namespaces: Namespaces) -> Iterator[None]:
        self.configuration = resolve_references(self.declaration.get("configuration") or {}, namespaces)
        provider = self.declaration["ruleTypeId"]["provider"]
        if provider not in _WORK:
            raise ActionError("ConfigurationError", f"Rules of {provider} are not emulated")
        yield from _WORK[provider](self)

    def require(self, action: str, resource: str) -> None:
        """Raises ActionError if its role may not do ``action``."""
        role = find_role(self.role_arn.split(":")[4], self.region, self.role_arn)
        if role is None or not role_allows(role, action, resource):
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
    """Waits until it is open."""
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
