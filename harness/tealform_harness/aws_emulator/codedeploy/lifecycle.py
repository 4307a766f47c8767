"""The lifecycle events of a deployment, the functions that they call, and the errors that end a deployment.

https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.utils import utcnow

from tealform_harness.aws_emulator.iam import find_role, role_allows


@dataclass(eq=False)
class DeploymentError(Exception):
    """``code`` and ``message`` as GetDeployment returns them; ``event`` is the rollback event that it amounts to.

    https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_ErrorInformation.html
    """

    code: str
    message: str
    event: str = "DEPLOYMENT_FAILURE"

    @property
    def status(self) -> str:
        """How the deployment ends."""
        return "Failed" if self.event == "DEPLOYMENT_FAILURE" else "Stopped"


@dataclass(frozen=True)
class Caller:
    """A deployment that calls functions. ``role`` is the ARN of its group's role, ``group`` that of the group."""

    account_id: str
    region: str
    deployment_id: str
    role: str
    group: str

    def call(self, function: str, execution_id: str) -> bool:
        """Invoke ``function``, given by name or ARN; return whether it has reported success already.

        No function is run as a container, not even where there is Docker: nothing that it asks would answer. So one that
        is there counts as having reported success at once, unless its own role may not report. Where moto is told to do
        without Docker, somebody else must report. Raises DeploymentError if there is no such function, or if the group's
        role may not invoke it; in words that are not AWS's, which are not documented.
        """
        functions = get_backend(self.account_id, self.region)
        try:
            found = functions.get_function(function)
        except UnknownFunctionException as error:
            message = f"The Lambda function {function} could not be found."
            raise DeploymentError("INVALID_LAMBDA_FUNCTION", message) from error
        self._check_role(function if function.startswith("arn:") else found.function_arn)
        if not isinstance(functions, LambdaSimpleBackend):
            return self._may_report(found)
        event = {"DeploymentId": self.deployment_id, "LifecycleEventHookExecutionId": execution_id}
        functions.invoke(function, None, json.dumps(event), {}, {})
        return False

    def _check_role(self, function: str) -> None:
        role = find_role(self.account_id, self.region, self.role)
        if not role_allows(role, "lambda:InvokeFunction", function):
            message = f"The role {self.role} does not give you permission to invoke the Lambda function {function}."
            raise DeploymentError("IAM_ROLE_PERMISSIONS", message)

    def _may_report(self, function: LambdaFunction) -> bool:
        """What a role that is not there would allow is not known here."""
        role = find_role(self.account_id, self.region, function.role)
        return role is None or role_allows(role, "codedeploy:PutLifecycleEventHookExecutionStatus", self.group)


HOOK_TIMEOUT_MINUTES = 60


@dataclass
class LifecycleEvent:
    """One event, with the attributes that GetDeploymentTarget tells."""

    lifecycle_event_name: str
    status: str = "Pending"
    start_time: datetime | None = None
    end_time: datetime | None = None
    hook_execution_id: str = field(default_factory=lambda: str(uuid4()))
    function: str | None = None
    diagnostics: dict[str, Any] | None = None

    @property
    def waits_for_hook(self) -> bool:
        """Whether its function has been invoked and has not reported yet."""
        return self.function is not None and self.status == "InProgress"

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """It is in progress within the block; it has failed if that raises DeploymentError."""
        self.status, self.start_time = "InProgress", utcnow()
        try:
            yield
        except DeploymentError:
            self.end("Failed")
            raise
        self.end("Succeeded")

    def end(self, status: str) -> None:
        """End it with one of the statuses of the API."""
        self.status, self.end_time = status, utcnow()

    def run_hook(self, caller: Caller, function: str) -> Iterator[None]:
        """Has ``caller`` call ``function``, and gives it one step to report how it went.

        It reports by PutLifecycleEventHookExecutionStatus. Raises DeploymentError if it cannot be called, failed, or
        did not report.
        """
        self.function = function
        if caller.call(function, self.hook_execution_id):
            self.end("Succeeded")
        yield
        if self.status == "InProgress":
            raise self._failed("Unknown", f"did not report within {HOOK_TIMEOUT_MINUTES} minutes")
        if self.status != "Succeeded":
            raise self._failed("ScriptFailed", "failed")

    def _failed(self, code: str, what: str) -> DeploymentError:
        message = f"The validation function of the lifecycle event {self.lifecycle_event_name} {what}"
        self.diagnostics = {"errorCode": code, "message": message}
        return DeploymentError("HOOK_EXECUTION_FAILURE", message)
