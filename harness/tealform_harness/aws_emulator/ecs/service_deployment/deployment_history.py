"""The service deployments of one service, and what the service tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.ecs.models import Service

from tealform_harness.aws_emulator.ecs.service_deployment import strategy
from tealform_harness.aws_emulator.ecs.service_deployment.deployment import ServiceDeployment
from tealform_harness.aws_emulator.ecs.service_deployment.revision import Revision

Json = dict[str, Any]

_SUPERSEDED = "The service deployment was stopped because a newer one was started."


class DeploymentHistory:
    """Kept by the service; ``revision`` is what ran before the first deployment of all, if anything did."""

    def __init__(self, service: Service, revision: Revision | None = None) -> None:
        self._service, self._first = service, revision
        self.deployments: list[ServiceDeployment] = []

    @property
    def under_way(self) -> ServiceDeployment | None:
        """The deployment that has not ended."""
        return next((each for each in self.deployments if not each.has_ended), None)

    @property
    def live(self) -> Revision | None:
        """The revision that a deployment brought last, and that it would be rolled back to."""
        brought = [each.target for each in self.deployments if each.status == "SUCCESSFUL"]
        return brought[-1] if brought else self._first

    def begin(self) -> ServiceDeployment:
        """A deployment of what the service is set to at the moment.

        What AWS does with one that is under way is not documented beyond the stage RECONCILE_SERVICE, which comes
        where more than one revision is active; here it is stopped, and that stage takes it back.
        """
        if self.under_way:
            self.under_way.abandon(_SUPERSEDED)
        newest = self.deployments[-1] if self.deployments else None
        left_over = newest if newest and newest.left_over else None
        self.deployments.append(
            ServiceDeployment(self._service, self.live, Revision.from_service(self._service), left_over)
        )
        return self.deployments[-1]

    def advance(self, deployment: ServiceDeployment) -> None:
        """One look at a deployment."""
        deployment.advance()
        self.update_service()

    def revisions(self) -> Iterator[Revision]:
        """Every revision that there was."""
        if self._first:
            yield self._first
        yield from (each.target for each in self.deployments)

    def update_service(self) -> None:
        """Bring the counts and deployments of the service up to date."""
        described = list(self._describe())
        self._service.deployments = described
        self._service.running_count, self._service.pending_count = sum(each["runningCount"] for each in described), 0

    def _describe(self) -> Iterator[Json]:
        """The deployments as DescribeServices returns them: the wanted revision is PRIMARY, another that runs ACTIVE."""
        newest = self.deployments[-1] if self.deployments else None
        if newest is None or newest.status == "ROLLBACK_SUCCESSFUL":
            if self.live:
                yield self._entry(self.live, "PRIMARY", "COMPLETED", True)
            return
        states = {"SUCCESSFUL": "COMPLETED", "STOPPED": "FAILED", "ROLLBACK_FAILED": "FAILED"}
        state = states.get(newest.status, "IN_PROGRESS")
        yield self._entry(newest.target, "PRIMARY", state, newest.work.green_runs)
        if newest.source and newest.work.blue_runs:
            yield self._entry(newest.source, "ACTIVE", "COMPLETED", True)

    def _entry(self, revision: Revision, status: str, state: str, runs: bool) -> Json:
        number = f"ecs-svc/{revision.number}"
        named = revision.named()
        names = ("taskDefinition", "launchType", "capacityProviderStrategy", "platformVersion", "networkConfiguration")
        return {
            "id": number,
            "status": status,
            **{name: named[name] for name in names if name in named},
            "desiredCount": self._service.desired_count,
            "runningCount": self._service.desired_count if runs else 0,
            "pendingCount": 0,
            "failedTasks": 0,
            "createdAt": revision.created_at,
            "updatedAt": revision.created_at,
            "rolloutState": state,
            "rolloutStateReason": f"ECS deployment {number} {state.lower().replace('_', ' ')}.",
        }


def get_history(service: Service) -> DeploymentHistory | None:
    """The history of a service that ECS deploys by blue and green; none for others."""
    found = vars(service).get("history")
    return found if isinstance(found, DeploymentHistory) else None


def update_history(service: Service, running: Revision | None) -> DeploymentHistory | None:
    """Give a service a history if it needs one and has none; ``running`` is what it runs by then."""
    by_ecs = service.deployment_controller["type"] == "ECS"
    if not by_ecs or strategy.get_strategy(vars(service)["deployment_configuration"]) == strategy.ROLLING:
        vars(service).pop("history", None)
    elif get_history(service) is None:
        vars(service)["history"] = DeploymentHistory(service, running)
    return get_history(service)
