"""The functions that ECS calls and the CloudWatch alarms that it watches during a deployment, and why a deployment fails.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.utils import get_backend
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.cloudwatch.models import cloudwatch_backends

from tealform_harness.aws_emulator.iam import find_role, role_trusts


@dataclass(eq=False)
class ServiceDeploymentError(Exception):
    """``reason`` as DescribeServiceDeployments returns it; whether the deployment is rolled back then."""

    reason: str
    rolls_back: bool = True


def rolled_back_because(reason: str) -> ServiceDeploymentError:
    """A failure in the words that ECS begins its reasons with.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
    """
    return ServiceDeploymentError(f"Service deployment rolled back because {reason}")


def invalid_networking(what: str) -> ServiceDeploymentError:
    """Something about load balancers that ECS only finds once it deploys."""
    return rolled_back_because(f"of invalid networking configuration. {what}")


class Alarms:
    """Made when the deployment begins: if one is in ALARM then, none of them counts for it.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
    """

    def __init__(self, account_id: str, region: str, settings: Mapping[str, Any] | None) -> None:
        self._account_id, self._region = account_id, region
        self._settings: Mapping[str, Any] = settings or {"alarmNames": [], "enable": False, "rollback": False}
        self._triggered: list[str] = []
        self._watched = self._settings["enable"] and not self._in_alarm()
        self._status = "MONITORING" if self._watched else "DISABLED"

    def check(self) -> None:
        """Raise DeploymentError if one is in ALARM. The words of the reason are not AWS's, which are not documented."""
        if self._watched and (active := self._in_alarm()):
            self._status, self._triggered, self._watched = "TRIGGERED", active, False
            named = ", ".join(active)
            if self._settings["rollback"]:
                raise ServiceDeploymentError(f"Service deployment rolled back because of CloudWatch alarms: {named}")
            raise ServiceDeploymentError(f"Service deployment stopped because of CloudWatch alarms: {named}", False)

    def end(self) -> None:
        """Stop watching."""
        if self._watched:
            self._status, self._watched = "MONITORING_COMPLETE", False

    def describe(self) -> dict[str, Any]:
        """As DescribeServiceDeployments returns them."""
        names = list(self._settings["alarmNames"])
        return {"status": self._status, "alarmNames": names, "triggeredAlarmNames": self._triggered}

    def _in_alarm(self) -> list[str]:
        alarms = cloudwatch_backends[self._account_id][self._region].alarms
        return [name for name in self._settings["alarmNames"] if name in alarms and alarms[name].state_value == "ALARM"]


Json = Mapping[str, Any]

SECONDS_BETWEEN_CALLS = 30
LONGEST_SECONDS = 24 * 60 * 60

_NOT_RUN = {"hookStatus": "SUCCEEDED"}


class LifecycleHooks:
    """The lifecycle hooks of a service; ``called`` are those that were called, as DescribeServiceDeployments returns them."""

    def __init__(self, account_id: str, region: str, hooks: Sequence[Json]) -> None:
        self._account_id, self._region, self._hooks = account_id, region, hooks
        self.called: list[dict[str, Any]] = []

    def call(self, stage: str, event: Callable[[], Json]) -> Iterator[None]:
        """Call those of a stage with ``event``; yields where one wants to be called again.

        Raises DeploymentError for one that fails, cannot be called or says nothing sensible.
        """
        for hook in self._hooks:
            if stage in hook["lifecycleStages"]:
                yield from self._call(hook, stage, event)

    def _call(self, hook: Json, stage: str, event: Callable[[], Json]) -> Iterator[None]:
        target, execution = hook["hookTargetArn"], str(uuid4())
        described = {"hookId": execution, "targetType": "AWS_LAMBDA", "targetArn": target, "status": "IN_PROGRESS"}
        self.called.append(described)
        details, seconds = hook.get("hookDetails"), 0
        try:
            while True:
                asked = {"executionId": execution, "lifecycleStage": stage, **event()}
                answer = self._answer(hook, {**asked, "hookDetails": details} if details else asked)
                if _parse_status(target, answer) == "SUCCEEDED":
                    break
                seconds += answer.get("callBackDelay") or SECONDS_BETWEEN_CALLS
                if seconds >= LONGEST_SECONDS:
                    raise ServiceDeploymentError(f"Lifecycle hook target {target} timed out.")
                details = _merge_details(details, answer.get("hookDetails"))
                yield
        except ServiceDeploymentError as failure:
            described["status"] = "FAILED"
            raise rolled_back_because(f"{stage} lifecycle hook(s) failed. {failure.reason}") from failure
        described["status"] = "SUCCEEDED"

    def _answer(self, hook: Json, event: Json) -> dict[str, Any]:
        """What the function returns; that of one that is not run is SUCCEEDED.

        No function is run as a container, not even where there is Docker: nothing that it asks would answer. Where moto is
        configured to run without Docker, it answers for functions as configured, or with what they are given.
        """
        target = hook["hookTargetArn"]
        role = find_role(self._account_id, self._region, hook["roleArn"])
        if not role_trusts(role, "ecs.amazonaws.com"):
            raise ServiceDeploymentError(f"ECS was unable to assume role {hook['roleArn']}")
        functions, body = get_backend(self._account_id, self._region), json.dumps(event)
        try:
            functions.get_function(target)
        except UnknownFunctionException as error:
            message = f"ECS was unable to invoke hook target {target} due to {error.message}"
            raise ServiceDeploymentError(message) from error
        if not isinstance(functions, LambdaSimpleBackend):
            return _NOT_RUN
        returned = functions.invoke(target, None, body, {}, {})
        text = returned.decode() if isinstance(returned, bytes) else returned or ""
        return _NOT_RUN if text == body else _parse_answer(text)


def _parse_answer(text: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _parse_status(target: str, answer: Json) -> str:
    match answer.get("hookStatus"):
        case "SUCCEEDED" | "IN_PROGRESS" as status:
            return str(status)
        case "FAILED":
            raise ServiceDeploymentError(f"Lifecycle hook target {target} returned FAILED status.")
    message = f"ECS was unable to parse the response from {target} due to: HookStatus must not be null."
    raise ServiceDeploymentError(message)


def _merge_details(details: Any, more: Any) -> Any:
    return {**details, **more} if isinstance(details, dict) and isinstance(more, dict) else more or details
