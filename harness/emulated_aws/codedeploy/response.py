"""The requests about applications, deployment groups and deployment configurations."""

from __future__ import annotations

from typing import Any, cast

from moto.codedeploy.models import DeploymentGroup
from moto.codedeploy.responses import CodeDeployResponse
from moto.core.responses import ActionResult, EmptyResult

from harness.emulated_aws.codedeploy.backend import DeploymentBackend
from harness.emulated_aws.codedeploy.configs import DeploymentConfig


class DeploymentResponse(CodeDeployResponse):
    """Reads what moto's response does not."""

    @property
    def codedeploy_backend(self) -> DeploymentBackend:
        """The backend of this account and region."""
        return cast(DeploymentBackend, super().codedeploy_backend)

    def update_application(self) -> ActionResult:
        """UpdateApplication."""
        self.codedeploy_backend.update_application(
            self._get_param("applicationName"), self._get_param("newApplicationName")
        )
        return EmptyResult()

    def delete_application(self) -> ActionResult:
        """DeleteApplication."""
        self.codedeploy_backend.delete_application(self._get_param("applicationName"))
        return EmptyResult()

    def create_deployment_config(self) -> ActionResult:
        """CreateDeploymentConfig."""
        config = DeploymentConfig(
            self._get_param("deploymentConfigName"),
            self._get_param("computePlatform", "Server"),
            self._get_param("trafficRoutingConfig"),
            self._get_param("minimumHealthyHosts"),
            self._get_param("zonalConfig"),
        )
        return ActionResult({"deploymentConfigId": self.codedeploy_backend.create_deployment_config(config)})

    def get_deployment_config(self) -> ActionResult:
        """GetDeploymentConfig."""
        config = self.codedeploy_backend.get_deployment_config(self._get_param("deploymentConfigName"))
        return ActionResult({"deploymentConfigInfo": config})

    def list_deployment_configs(self) -> ActionResult:
        """ListDeploymentConfigs, in one page."""
        return ActionResult({"deploymentConfigsList": list(self.codedeploy_backend.configs)})

    def delete_deployment_config(self) -> ActionResult:
        """DeleteDeploymentConfig."""
        self.codedeploy_backend.delete_deployment_config(self._get_param("deploymentConfigName"))
        return EmptyResult()

    def create_deployment_group(self) -> ActionResult:
        """CreateDeploymentGroup."""
        group = self.codedeploy_backend.create_group(self._get_params())
        return ActionResult({"deploymentGroupId": group.deployment_group_id})

    def get_deployment_group(self) -> ActionResult:
        """GetDeploymentGroup."""
        group = self.codedeploy_backend.get_deployment_group(
            self._get_param("applicationName"), self._get_param("deploymentGroupName")
        )
        return ActionResult({"deploymentGroupInfo": _told(group)})

    def update_deployment_group(self) -> ActionResult:
        """UpdateDeploymentGroup."""
        self.codedeploy_backend.update_group(dict(self._get_params()))
        return ActionResult({"hooksNotCleanedUp": []})

    def delete_deployment_group(self) -> ActionResult:
        """DeleteDeploymentGroup."""
        self.codedeploy_backend.delete_deployment_group(
            self._get_param("applicationName"), self._get_param("deploymentGroupName")
        )
        return ActionResult({"hooksNotCleanedUp": []})


def _told(group: DeploymentGroup) -> dict[str, Any]:
    """What was never set is left out."""
    application = {
        "applicationName": group.application.application_name,
        "computePlatform": group.application.compute_platform or "Server",
    }
    return {**{name: value for name, value in vars(group).items() if value}, **application}
