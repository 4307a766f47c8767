"""The requests about services that moto reads only in part."""

from __future__ import annotations

from typing import Any, cast

from botocore import xform_name
from moto.core.responses import ActionResult
from moto.ecs.exceptions import ServiceNotFoundException
from moto.ecs.responses import EC2ContainerServiceResponse

from tealform_harness.aws_emulator.ecs import service_deployments
from tealform_harness.aws_emulator.ecs.backend import ContainerServiceBackend

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
        found = service_deployments.list_deployments(service, self._get_param("status", []), self._get_param("createdAt", {}))
        return ActionResult({"serviceDeployments": found[: self._get_param("maxResults")]})

    def describe_service_deployments(self) -> ActionResult:
        """DescribeServiceDeployments; asking lets a deployment that moves traffic go on by one step.

        Terraform asks only if told to wait for a steady state.
        """
        wanted = self._get_param("serviceDeploymentArns", [])
        for arn in dict.fromkeys(wanted):
            if found := self.ecs_backend.service_deployment(arn):
                releases, deployment = found
                releases.advance(deployment)
        told = {
            each["serviceDeploymentArn"]: each
            for service in self.ecs_backend.services.values()
            for each in service_deployments.describe_deployments(service)
        }
        return ActionResult(_found("serviceDeployments", told, wanted))

    def stop_service_deployment(self) -> ActionResult:
        """StopServiceDeployment; it rolls back as it is looked at."""
        if self._get_param("stopType", "ROLLBACK") != "ROLLBACK":
            raise NotImplementedError("StopServiceDeployment with stopType ABORT")
        arn = self._get_param("serviceDeploymentArn")
        self.ecs_backend.stop_service_deployment(arn)
        return ActionResult({"serviceDeploymentArn": arn})

    def describe_service_revisions(self) -> ActionResult:
        """DescribeServiceRevisions."""
        told = {
            each["serviceRevisionArn"]: each
            for service in self.ecs_backend.services.values()
            for each in service_deployments.describe_revisions(service)
        }
        return ActionResult(_found("serviceRevisions", told, self._get_param("serviceRevisionArns", [])))


def _found(name: str, told: dict[str, dict[str, Any]], wanted: list[str]) -> dict[str, Any]:
    failures = [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in told]
    return {name: [told[arn] for arn in wanted if arn in told], "failures": failures}
