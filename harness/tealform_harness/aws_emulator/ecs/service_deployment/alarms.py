"""The CloudWatch alarms that a service deployment minds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from tealform_harness.aws_emulator.ecs.service_deployment.error import ServiceDeploymentError


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
        """Raises DeploymentError if one is in ALARM. The words of the reason are not AWS's, which are not documented."""
        if self._watched and (active := self._in_alarm()):
            self._status, self._triggered, self._watched = "TRIGGERED", active, False
            named = ", ".join(active)
            if self._settings["rollback"]:
                raise ServiceDeploymentError(f"Service deployment rolled back because of CloudWatch alarms: {named}")
            raise ServiceDeploymentError(f"Service deployment stopped because of CloudWatch alarms: {named}", False)

    def end(self) -> None:
        """Nothing more is minded."""
        if self._watched:
            self._status, self._watched = "MONITORING_COMPLETE", False

    def told(self) -> dict[str, Any]:
        """As DescribeServiceDeployments tells them."""
        names = list(self._settings["alarmNames"])
        return {"status": self._status, "alarmNames": names, "triggeredAlarmNames": self._triggered}

    def _in_alarm(self) -> list[str]:
        alarms = cloudwatch_backends[self._account_id][self._region].alarms
        return [name for name in self._settings["alarmNames"] if name in alarms and alarms[name].state_value == "ALARM"]
