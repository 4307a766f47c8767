"""A service deployment: its state, and how it goes on, ends and is stopped."""

from __future__ import annotations

import logging
from copy import deepcopy
from datetime import datetime
from secrets import token_hex
from threading import RLock
from typing import Any
from uuid import uuid4

from moto.core.utils import utcnow
from moto.ecs.models import Service

from tealform_harness.aws_emulator.ecs.service_deployment.blue_green import ServiceRelease
from tealform_harness.aws_emulator.ecs.service_deployment.hooks import Alarms, ServiceDeploymentError
from tealform_harness.aws_emulator.ecs.service_deployment.revision import Revision

Json = dict[str, Any]

LOG = logging.getLogger(__name__)

NO_CANDIDATE = "No rollback candidate was found to run the rollback."
_STOPPABLE = ("PENDING", "IN_PROGRESS")
_GOING_BACK = ("ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")


class ServiceDeployment:
    """One deployment of ``target``; it advances by one step with each ``advance``.

    ``source`` is the revision that is live, and that it would be rolled back to; ``left_over`` a deployment that was
    stopped in the middle and has not been cleared away.
    """

    def __init__(
        self, service: Service, source: Revision | None, target: Revision, left_over: ServiceDeployment | None
    ) -> None:
        self._service, self.source, self.target = service, source, target
        self.arn = f"{service.arn.replace(':service/', ':service-deployment/')}/{token_hex(11)[:21]}"
        self._configuration: Json = deepcopy(vars(service)["deployment_configuration"])
        rest = left_over.work if left_over else None
        self.work: ServiceRelease = ServiceRelease(service, self.arn, source, target, self._configuration, rest)
        self._steps = self.work.steps()
        self._alarms: Alarms | None = None
        self._rollback: Json | None = None
        self._times: dict[str, datetime] = dict.fromkeys(("createdAt", "updatedAt"), utcnow())
        self._one_at_a_time = RLock()
        self.status = "PENDING"
        self.status_reason: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.status not in (*_STOPPABLE, *_GOING_BACK)

    @property
    def left_over(self) -> bool:
        """Whether it was stopped in the middle."""
        return self.status == "STOPPED"

    def run(self) -> None:
        """Advance on its own until it has ended or a hook wants to be called again."""
        while not self.has_ended and not self.work.waits_for_hook:
            self.advance()

    def advance(self) -> None:
        """Advance by one step, unless it has ended. Concurrent calls wait."""
        with self._one_at_a_time:
            if not self.has_ended:
                self._times["updatedAt"] = utcnow()
                if self.status in _GOING_BACK:
                    self._go_back()
                else:
                    self._go_on()

    def stop(self) -> None:
        """Begin to roll back, on request; one that does already goes on with it."""
        with self._one_at_a_time:
            if self.status in _STOPPABLE:
                # Not AWS's words, which are not documented.
                self.status_reason = "Service deployment rolled back because it was stopped on request."
                self.status = "ROLLBACK_REQUESTED"

    def abandon(self, why: str) -> None:
        """End it where it stands."""
        with self._one_at_a_time:
            if not self.has_ended:
                self.status_reason = why
                self._end("STOPPED")

    def describe(self) -> Json:
        """As DescribeServiceDeployments returns it."""
        described = {
            **self.brief(),
            "updatedAt": self._times["updatedAt"],
            "sourceServiceRevisions": [self._summary(self.source, self.work.blue_runs, False)] if self.source else [],
            "targetServiceRevision": self._summary(self.target, self.work.green_runs, True),
            "lifecycleStage": self.work.stage,
            "lifecycleHookDetails": self.work.hooks.called,
            "deploymentConfiguration": self._configuration,
            "rollback": self._rollback,
            "deploymentCircuitBreaker": self._circuit_breaker(),
            "alarms": self._alarms.describe() if self._alarms else None,
        }
        if self.status == "STOPPED":
            described["stoppedAt"] = self._times["finishedAt"]
        return {name: value for name, value in described.items() if value is not None}

    def brief(self) -> Json:
        """As ListServiceDeployments returns it."""
        times = {name: self._times.get(name) for name in ("createdAt", "startedAt", "finishedAt")}
        described = {
            "serviceDeploymentArn": self.arn,
            "serviceArn": self._service.arn,
            "clusterArn": self._service.cluster_arn,
            **times,
            "targetServiceRevisionArn": self.target.arn(self._service),
            "status": self.status,
            "statusReason": self.status_reason,
        }
        return {name: value for name, value in described.items() if value is not None}

    def _go_on(self) -> None:
        if self.status == "PENDING":
            self.status, self._times["startedAt"] = "IN_PROGRESS", utcnow()
        if self._alarms is None:
            self._alarms = self._begin_to_watch()
        if self.work.stage == "CLEAN_UP":
            self._alarms.end()
        try:
            self._alarms.check()
            next(self._steps)
        except StopIteration:
            self._end("SUCCESSFUL")
        except ServiceDeploymentError as failure:
            self._fail(failure)

    def _begin_to_watch(self) -> Alarms:
        _, _, _, region, account_id, *_ = self._service.arn.split(":")
        return Alarms(account_id, region, self._configuration.get("alarms"))

    def _fail(self, failure: ServiceDeploymentError) -> None:
        self.status_reason = failure.reason
        self._log_event(f"deployment failed: {failure.reason}")
        if failure.rolls_back:
            self._begin_to_go_back()
        else:
            self._end("STOPPED")

    def _begin_to_go_back(self) -> None:
        self._rollback = {"reason": self.status_reason, "startedAt": utcnow()}
        if self.source is None:
            self.status_reason = NO_CANDIDATE
            self._log_event("rollback has failed.")
            self._end("ROLLBACK_FAILED")
            return
        self._rollback["serviceRevisionArn"] = self.source.arn(self._service)
        self.status = "ROLLBACK_IN_PROGRESS"
        self.work.go_back()

    def _go_back(self) -> None:
        if self.status == "ROLLBACK_REQUESTED":
            self._begin_to_go_back()
            return
        assert self.source is not None
        self.work.end_green()
        self.source.restore(self._service)
        self._end("ROLLBACK_SUCCESSFUL")

    def _end(self, status: str) -> None:
        self.status, self._times["finishedAt"] = status, utcnow()

    def _log_event(self, what: str) -> None:
        """Add an event to the service, where ECS says why its first deployment failed, and log it."""
        message = f"(service {self._service.name}) (deployment {self.arn.rsplit('/', 1)[1]}) {what}"
        self._service.events.insert(0, {"id": str(uuid4()), "createdAt": utcnow(), "message": message})
        LOG.warning(message)

    def _summary(self, revision: Revision, runs: bool, green: bool) -> Json:
        count = self._service.desired_count
        summary: Json = {
            "arn": revision.arn(self._service),
            "requestedTaskCount": count if runs else 0,
            "runningTaskCount": count if runs else 0,
            "pendingTaskCount": 0,
        }
        traffic = self.work.traffic
        if traffic is not None:
            production, test = float(traffic.production), float(traffic.test)
            summary["requestedProductionTrafficWeight"] = production if green else 100 - production
            if traffic.has_test_traffic:
                summary["requestedTestTrafficWeight"] = test if green else 100 - test
        return summary

    def _circuit_breaker(self) -> Json:
        """It never breaks here, since every task runs.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
        """
        enabled = (self._configuration.get("deploymentCircuitBreaker") or {}).get("enable")
        status = ("MONITORING_COMPLETE" if self.has_ended else "MONITORING") if enabled else "DISABLED"
        threshold = min(200, max(3, -(-self._service.desired_count // 2)))
        return {"status": status, "failureCount": 0, "threshold": threshold}
