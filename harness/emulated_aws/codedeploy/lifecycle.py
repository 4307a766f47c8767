"""The lifecycle events of a deployment and their hooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.utils import get_backend
from moto.core.utils import utcnow

from harness.emulated_aws.codedeploy.error import DeploymentError

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
        """It is over, with one of the statuses of the API."""
        self.status, self.end_time = status, utcnow()

    def run_hook(self, account_id: str, region: str, deployment_id: str, function: str) -> Iterator[None]:
        """Invokes ``function`` and gives it one step to report how it went.

        It reports by PutLifecycleEventHookExecutionStatus. Raises DeploymentError if it is not there, failed, or
        did not report.
        """
        self.function = function
        self._invoke(account_id, region, deployment_id, function)
        yield
        if self.status == "InProgress":
            raise self._failed("Unknown", f"did not report within {HOOK_TIMEOUT_MINUTES} minutes")
        if self.status != "Succeeded":
            raise self._failed("ScriptFailed", "failed")

    def _invoke(self, account_id: str, region: str, deployment_id: str, function: str) -> None:
        event = {"DeploymentId": deployment_id, "LifecycleEventHookExecutionId": self.hook_execution_id}
        functions = get_backend(account_id, region)
        try:
            functions.get_function(function)
        except UnknownFunctionException as error:
            message = f"The Lambda function {function} could not be found."
            raise DeploymentError("INVALID_LAMBDA_FUNCTION", message) from error
        functions.invoke(function, None, json.dumps(event), {}, {})

    def _failed(self, code: str, what: str) -> DeploymentError:
        message = f"The validation function of the lifecycle event {self.lifecycle_event_name} {what}"
        self.diagnostics = {"errorCode": code, "message": message}
        return DeploymentError("HOOK_EXECUTION_FAILURE", message)
