"""The requests about applications, deployment groups, deployment configurations and deployments."""

from __future__ import annotations

from typing import Any, cast

from moto.codedeploy.exceptions import CodeDeployException
from moto.codedeploy.models import DeploymentGroup
from moto.codedeploy.responses import CodeDeployResponse
from moto.core.responses import ActionResult, EmptyResult

from tealform_harness.aws_emulator.codedeploy.backend import DeploymentBackend
from tealform_harness.aws_emulator.codedeploy.deployment import EcsDeployment
from tealform_harness.aws_emulator.codedeploy.deployment_config import DeploymentConfig

_TARGET_STATUS = {"Created": "Pending", "Stopped": "Failed"}


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
        return ActionResult({"deploymentGroupInfo": _describe_group(group)})

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

    def create_deployment(self) -> ActionResult:
        """CreateDeployment; only those to ECS really happen."""
        application = self.codedeploy_backend.get_application(self._get_param("applicationName"))
        if application.compute_platform != "ECS":
            return super().create_deployment()
        return ActionResult({"deploymentId": self.codedeploy_backend.deploy(self._get_params()).deployment_id})

    def get_deployment(self) -> ActionResult:
        """GetDeployment; asking lets the deployment advance by one step."""
        deployment = self.codedeploy_backend.get_deployment(self._get_param("deploymentId"))
        if not isinstance(deployment, EcsDeployment):
            return super().get_deployment()
        deployment.advance()
        return ActionResult({"deploymentInfo": describe_deployment(deployment)})

    def continue_deployment(self) -> ActionResult:
        """ContinueDeployment."""
        wait = self._get_param("deploymentWaitType", "READY_WAIT")
        self._deployment().continue_after(wait)
        return EmptyResult()

    def stop_deployment(self) -> ActionResult:
        """StopDeployment; it has stopped, and rolled back, when this answers."""
        self._deployment().stop(self._get_bool_param("autoRollbackEnabled"))
        return ActionResult(
            {"status": "Succeeded", "statusMessage": "No more commands will be scheduled for execution"}
        )

    def put_lifecycle_event_hook_execution_status(self) -> ActionResult:
        """PutLifecycleEventHookExecutionStatus."""
        execution_id = self._get_param("lifecycleEventHookExecutionId")
        self.codedeploy_backend.report_hook(self._get_param("deploymentId"), execution_id, self._get_param("status"))
        return ActionResult({"lifecycleEventHookExecutionId": execution_id})

    def list_deployment_targets(self) -> ActionResult:
        """ListDeploymentTargets: the one service."""
        return ActionResult({"targetIds": [_target_id(self._deployment())]})

    def get_deployment_target(self) -> ActionResult:
        """GetDeploymentTarget: lifecycle events, task sets and their share of the traffic."""
        return ActionResult({"deploymentTarget": self._target(self._get_param("targetId"))})

    def batch_get_deployment_targets(self) -> ActionResult:
        """BatchGetDeploymentTargets."""
        return ActionResult({"deploymentTargets": [self._target(name) for name in self._get_param("targetIds", [])]})

    def _deployment(self) -> EcsDeployment:
        return self.codedeploy_backend.ecs_deployment(self._get_param("deploymentId"))

    def _target(self, target_id: str) -> dict[str, Any]:
        deployment = self._deployment()
        if target_id != _target_id(deployment):
            message = f"The deployment target {target_id} does not exist"
            raise CodeDeployException("DeploymentTargetDoesNotExistException", message)
        arn = f"arn:aws:ecs:{self.region}:{self.current_account}:service/{target_id.replace(':', '/')}"
        target = {
            "deploymentId": deployment.deployment_id,
            "targetId": target_id,
            "targetArn": arn,
            "lastUpdatedAt": deployment.last_updated_at,
            "lifecycleEvents": deployment.release.events,
            "status": _TARGET_STATUS.get(deployment.status, deployment.status),
            "taskSetsInfo": list(deployment.release.task_sets()),
        }
        return {"deploymentTargetType": "ECSTarget", "ecsTarget": target}


def describe_deployment(deployment: EcsDeployment) -> dict[str, Any]:
    """What GetDeployment tells of a deployment; what was never set is left out."""
    return {
        **{name: value for name, value in vars(deployment).items() if value},
        "deploymentOverview": deployment.overview,
        "instanceTerminationWaitTimeStarted": deployment.blue_is_leaving,
    }


def _target_id(deployment: EcsDeployment) -> str:
    target = deployment.release.target
    return f"{target['clusterName']}:{target['serviceName']}"


def _describe_group(group: DeploymentGroup) -> dict[str, Any]:
    """What was never set is left out."""
    application = {
        "applicationName": group.application.application_name,
        "computePlatform": group.application.compute_platform or "Server",
    }
    return {**{name: value for name, value in vars(group).items() if value}, **application}
