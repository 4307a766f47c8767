"""A deployment to ECS: its state, and how it goes on, ends and is stopped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from secrets import choice
from string import ascii_uppercase, digits
from threading import RLock
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.codedeploy.exceptions import CodeDeployException
from moto.codedeploy.models import DeploymentGroup, DeploymentInfo
from moto.core.utils import utcnow
from moto.utilities.utils import get_partition

from tealform_harness.aws_emulator.codedeploy.blue_green import TaskSetRelease
from tealform_harness.aws_emulator.codedeploy.lifecycle import DeploymentError
from tealform_harness.aws_emulator.iam import find_role, role_allows
from tealform_harness.aws_emulator.service_events import publish_event

ENDED = ("Succeeded", "Failed", "Stopped")
_READY, _IN_PROGRESS = "Ready", "InProgress"

# https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html
_STATES = {_IN_PROGRESS: "START", _READY: "READY", "Succeeded": "SUCCESS", "Failed": "FAILURE", "Stopped": "STOP"}


class EcsDeployment(DeploymentInfo):
    """One deployment. It advances by one step with each ``advance``; ``release`` is the work that it does.

    ``request`` is what CreateDeployment was asked, ``resources`` the ARNs of application and group.
    """

    def __init__(
        self, group: DeploymentGroup, request: Mapping[str, Any], config: str, resources: tuple[str, str]
    ) -> None:
        super().__init__(
            group.application,
            group,
            request["revision"],
            config,
            request.get("description"),
            False,
            None,
            request.get("autoRollbackConfiguration") or group.auto_rollback_configuration,
            False,
            request.get("fileExistsBehavior"),
            request.get("overrideAlarmConfiguration"),
            "user",
        )
        self.deployment_id = "d-" + "".join(choice(ascii_uppercase + digits) for _ in range(9))
        self.compute_platform = "ECS"
        self.deployment_style = group.deployment_style
        self.blue_green_deployment_configuration = group.blue_green_deployment_configuration
        self.load_balancer_info = group.load_balancer_info
        self.error_information: dict[str, str] | None = None
        self.rollback_info: dict[str, str] | None = None
        self._resources = resources
        self._one_at_a_time = RLock()

    def start(self, release: TaskSetRelease) -> None:
        """Take on the work; it begins with the next step."""
        self.release = release
        self._steps = release.steps()
        self._update_group()

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in ENDED

    @property
    def overview(self) -> Mapping[str, int]:
        """The one target, counted under its status."""
        return {**dict.fromkeys(self.deployment_overview, 0), self.status: 1}

    @property
    def blue_is_leaving(self) -> bool:
        """Whether only the wait before blue's end is left."""
        return self.release.blue_is_leaving

    def advance(self) -> None:
        """Advance by one step, unless it has ended. Concurrent calls wait."""
        with self._one_at_a_time:
            if not self.has_ended:
                self._advance()

    def _advance(self) -> None:
        if self.status == "Created":
            self.start_time = utcnow()
            self._become(_IN_PROGRESS)
        try:
            self._check_alarms()
            next(self._steps)
        except StopIteration:
            self._end("Succeeded")
        except DeploymentError as failure:
            self._fail(failure)
        else:
            status = _READY if self.release.ready else _IN_PROGRESS
            if status != self.status:
                self._become(status)

    def continue_after(self, wait: str) -> None:
        """End a wait (READY_WAIT or TERMINATION_WAIT) that is going on."""
        waiting = self.status == _READY if wait == "READY_WAIT" else self.blue_is_leaving
        if not waiting or self.has_ended:
            message = f"The deployment {self.deployment_id} does not have a status of Ready"
            raise CodeDeployException("DeploymentIsNotInReadyStateException", message)
        self.release.continued.add(wait)

    def stop(self, roll_back: bool | None) -> None:
        """End it on request; rolls back if it is configured to, or where the group says so and nothing else is told."""
        if self.has_ended:
            message = f"The deployment {self.deployment_id} is already completed."
            raise CodeDeployException("DeploymentAlreadyCompletedException", message)
        failure = DeploymentError("MANUAL_STOP", "The deployment was stopped.", "DEPLOYMENT_STOP_ON_REQUEST")
        self._fail(failure, roll_back)

    def _check_alarms(self) -> None:
        settings: Any = self.override_alarm_configuration or self.deployment_group.alarm_configuration or {}
        alarms = cloudwatch_backends[self._account_id][self._region].alarms
        named = [alarm["name"] for alarm in settings.get("alarms", [])] if settings.get("enabled") else []
        if named and not settings.get("ignorePollAlarmFailure"):
            self._check_role()
        active = [name for name in named if name in alarms and alarms[name].state_value == "ALARM"]
        if active:
            raise DeploymentError(
                "ALARM_ACTIVE",
                "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the "
                f"affected deployments have been stopped. Activated alarms: <{', '.join(active)}>",
                "DEPLOYMENT_STOP_ON_ALARM",
            )

    def _check_role(self) -> None:
        """The words are not AWS's, which are not documented.

        https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_AlarmConfiguration.html
        """
        arn = self.deployment_group.service_role_arn
        role = find_role(self._account_id, self._region, arn)
        alarms = f"arn:{get_partition(self._region)}:cloudwatch:{self._region}:{self._account_id}:alarm:*"
        if not role_allows(role, "cloudwatch:DescribeAlarms", alarms):
            message = f"The role {arn} does not give you permission to perform cloudwatch:DescribeAlarms."
            raise DeploymentError("IAM_ROLE_PERMISSIONS", message, "DEPLOYMENT_STOP_ON_ALARM")

    def _fail(self, failure: DeploymentError, roll_back: bool | None = None) -> None:
        self.error_information = {"code": failure.code, "message": failure.message}
        settings = self.auto_rollback_configuration or {}
        configured = settings.get("enabled", False) and failure.event in settings.get("events", [])
        if configured if roll_back is None else roll_back:
            self.release.roll_back()
            self.rollback_info = {"rollbackMessage": "The traffic was led back to the original task set."}
        self._end(failure.status)

    def _end(self, status: str) -> None:
        self.complete_time = utcnow()
        self._become(status)

    def _become(self, status: str) -> None:
        self.status = status
        self._update_group()
        account_id, region = self._account_id, self._region
        detail = {
            "region": region,
            "deploymentId": self.deployment_id,
            "application": self.application.application_name,
            "deploymentGroup": self.deployment_group.deployment_group_name,
            "state": _STATES[status],
        }
        kind = "CodeDeploy Deployment State-change Notification"
        publish_event(account_id, region, "aws.codedeploy", kind, self._resources, detail)

    def _update_group(self) -> None:
        described = {
            "deploymentId": self.deployment_id,
            "status": self.status,
            "createTime": self.create_time,
            "endTime": self.complete_time,
        }
        vars(self.deployment_group)["last_attempted_deployment"] = described
        if self.status == "Succeeded":
            vars(self.deployment_group).update(last_successful_deployment=described, target_revision=self.revision)

    @property
    def _region(self) -> str:
        return self._resources[0].split(":")[3]

    @property
    def _account_id(self) -> str:
        return self._resources[0].split(":")[4]

    @property
    def last_updated_at(self) -> datetime:
        """When it last became something else."""
        return self.complete_time or self.start_time or self.create_time
