"""The requests about services that moto reads only in part."""

from __future__ import annotations

from typing import Any, cast

from botocore import xform_name
from moto.core.responses import ActionResult
from moto.ecs.responses import EC2ContainerServiceResponse

from harness.emulated_aws.ecs import service_deployments
from harness.emulated_aws.ecs.backend import ContainerServiceBackend

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
        """ListServiceDeployments."""
        name = self._get_param("service").split("/")[-1]
        service = self.ecs_backend.service(self._get_param("cluster", "default"), name)
        found = service_deployments.of(service) if service else ()
        return ActionResult({"serviceDeployments": [service_deployments.brief(each) for each in found]})

    def describe_service_deployments(self) -> ActionResult:
        """DescribeServiceDeployments."""
        told = {
            each["serviceDeploymentArn"]: each
            for service in self.ecs_backend.services.values()
            for each in service_deployments.of(service)
        }
        return ActionResult(_found("serviceDeployments", told, self._get_param("serviceDeploymentArns", [])))

    def describe_service_revisions(self) -> ActionResult:
        """DescribeServiceRevisions."""
        told = {
            each["serviceRevisionArn"]: each
            for service in self.ecs_backend.services.values()
            for each in service_deployments.revisions(service)
        }
        return ActionResult(_found("serviceRevisions", told, self._get_param("serviceRevisionArns", [])))


def _found(name: str, told: dict[str, dict[str, Any]], wanted: list[str]) -> dict[str, Any]:
    failures = [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in told]
    return {name: [told[arn] for arn in wanted if arn in told], "failures": failures}
