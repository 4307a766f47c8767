"""Requests about services, service deployments and revisions that moto reads only in part.

Where ECS replaces tasks in place, a service has only its newest deployment, which has ended. Where ECS shifts traffic,
its deployments are those of the service's history.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from botocore import xform_name
from moto.core.responses import ActionResult
from moto.ecs.exceptions import ServiceNotFoundException
from moto.ecs.models import Service
from moto.ecs.responses import EC2ContainerServiceResponse

from tealform_harness.aws_emulator.ecs.backend import ContainerServiceBackend
from tealform_harness.aws_emulator.ecs.service_deployment import deployment_history

Json = dict[str, Any]

_BRIEF = (
    "serviceDeploymentArn",
    "serviceArn",
    "clusterArn",
    "startedAt",
    "createdAt",
    "finishedAt",
    "status",
    "statusReason",
)


def describe_deployments(service: Service) -> Iterator[Json]:
    """The deployments of a service as DescribeServiceDeployments returns them; none where CodeDeploy deploys."""
    releases = deployment_history.get_history(service)
    if releases:
        yield from (deployment.describe() for deployment in releases.deployments)
    else:
        yield from (_over(service, deployment) for deployment in service.deployments)


def list_deployments(service: Service, status: list[str], created: Mapping[str, Any]) -> list[Json]:
    """The deployments as ListServiceDeployments returns them, newest first.

    Those of a ``status``, if any is given, that were created after and before the times of ``created``.
    """
    earliest, latest = _time(created.get("after", 0)), _time(created.get("before", datetime.max.replace(tzinfo=UTC)))
    return [
        {
            **{name: deployment[name] for name in _BRIEF if name in deployment},
            "targetServiceRevisionArn": deployment["targetServiceRevision"]["arn"],
        }
        for deployment in reversed(list(describe_deployments(service)))
        if (not status or deployment["status"] in status) and earliest <= _time(deployment["createdAt"]) <= latest
    ]


def describe_revisions(service: Service) -> Iterator[Json]:
    """The revisions of a service as DescribeServiceRevisions returns them."""
    releases = deployment_history.get_history(service)
    if releases:
        yield from (revision.describe(service) for revision in releases.revisions())
    else:
        yield from (_revision(service, deployment) for deployment in service.deployments)


def _over(service: Service, deployment: Json) -> Json:
    counts = {
        "requestedTaskCount": deployment["desiredCount"],
        "runningTaskCount": deployment["runningCount"],
        "pendingTaskCount": deployment["pendingCount"],
    }
    return {
        "serviceDeploymentArn": _arn(service, "service-deployment", deployment),
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "status": "SUCCESSFUL",
        **dict.fromkeys(("createdAt", "startedAt"), deployment["createdAt"]),
        **dict.fromkeys(("finishedAt", "updatedAt"), deployment["updatedAt"]),
        "targetServiceRevision": {"arn": _arn(service, "service-revision", deployment), **counts},
        "deploymentConfiguration": vars(service)["deployment_configuration"],
    }


def _revision(service: Service, deployment: Json) -> Json:
    return {
        "serviceRevisionArn": _arn(service, "service-revision", deployment),
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "taskDefinition": deployment["taskDefinition"],
        "launchType": service.launch_type,
        "capacityProviderStrategy": vars(service)["capacity_provider_strategy"],
        "platformVersion": service.platform_version,
        "networkConfiguration": service.network_configuration or None,
        "loadBalancers": service.load_balancers,
        "createdAt": deployment["createdAt"],
    }


def _arn(service: Service, kind: str, deployment: Json) -> str:
    number = str(deployment["id"]).split("/")[1]
    return f"{service.arn.replace(':service/', f':{kind}/')}/{number}"


def _time(value: datetime | float) -> datetime:
    """A time with its zone, of one without (moto's are UTC) or of seconds."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.fromtimestamp(value, UTC)


_MORE_SETTINGS = (
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "placementConstraints",
    "placementStrategy",
)


class ContainerServiceResponse(EC2ContainerServiceResponse):
    """Reads all that a service is created or updated with."""

    @property
    def ecs_backend(self) -> ContainerServiceBackend:
        """The backend of this account and region."""
        return cast(ContainerServiceBackend, super().ecs_backend)

    def create_service(self) -> ActionResult:
        """CreateService, with the settings that are only echoed too."""
        asked = self._get_params()
        service = self.ecs_backend.create_service(
            asked.get("cluster", "default"),
            asked["serviceName"],
            asked.get("desiredCount"),
            task_definition_str=asked.get("taskDefinition"),
            load_balancers=asked.get("loadBalancers"),
            scheduling_strategy=asked.get("schedulingStrategy"),
            tags=asked.get("tags"),
            deployment_controller=asked.get("deploymentController"),
            launch_type=asked.get("launchType"),
            network_configuration=asked.get("networkConfiguration"),
            service_registries=asked.get("serviceRegistries"),
            platform_version=asked.get("platformVersion"),
            propagate_tags=asked.get("propagateTags") or "NONE",
            role_arn=asked.get("role"),
            settings={xform_name(name): asked[name] for name in _MORE_SETTINGS if asked.get(name) is not None},
        )
        return ActionResult({"service": service})

    def update_service(self) -> ActionResult:
        """UpdateService, with names spelled as the serializer looks them up."""
        changes = {xform_name(name): value for name, value in self._get_params().items()}
        return ActionResult({"service": self.ecs_backend.update_service(changes)})

    def list_service_deployments(self) -> ActionResult:
        """ListServiceDeployments, newest first, in one page."""
        service = self.ecs_backend.service(self._get_param("cluster", "default"), self._get_param("service"))
        if service is None:
            raise ServiceNotFoundException
        found = list_deployments(service, self._get_param("status", []), self._get_param("createdAt", {}))
        return ActionResult({"serviceDeployments": found[: self._get_param("maxResults")]})

    def describe_service_deployments(self) -> ActionResult:
        """DescribeServiceDeployments; asking lets a deployment that moves traffic advance by one step.

        Terraform asks only if it is configured to wait for a steady state.
        """
        wanted = self._get_param("serviceDeploymentArns", [])
        for arn in dict.fromkeys(wanted):
            if found := self.ecs_backend.service_deployment(arn):
                releases, deployment = found
                releases.advance(deployment)
        described = {
            each["serviceDeploymentArn"]: each
            for service in self.ecs_backend.services.values()
            for each in describe_deployments(service)
        }
        return ActionResult(_found("serviceDeployments", described, wanted))

    def stop_service_deployment(self) -> ActionResult:
        """StopServiceDeployment; it rolls back as it is looked at."""
        if self._get_param("stopType", "ROLLBACK") != "ROLLBACK":
            raise NotImplementedError("StopServiceDeployment with stopType ABORT")
        arn = self._get_param("serviceDeploymentArn")
        self.ecs_backend.stop_service_deployment(arn)
        return ActionResult({"serviceDeploymentArn": arn})

    def describe_service_revisions(self) -> ActionResult:
        """DescribeServiceRevisions."""
        described = {
            each["serviceRevisionArn"]: each
            for service in self.ecs_backend.services.values()
            for each in describe_revisions(service)
        }
        return ActionResult(_found("serviceRevisions", described, self._get_param("serviceRevisionArns", [])))


def _found(name: str, described: dict[str, dict[str, Any]], wanted: list[str]) -> dict[str, Any]:
    failures = [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in described]
    return {name: [described[arn] for arn in wanted if arn in described], "failures": failures}
