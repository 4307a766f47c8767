"""The lifecycle events of a deployment and their hooks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from moto.core.utils import utcnow

from tealform_harness.aws_emulator.codedeploy.error import DeploymentError
from tealform_harness.aws_emulator.codedeploy.hooks import Caller

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
