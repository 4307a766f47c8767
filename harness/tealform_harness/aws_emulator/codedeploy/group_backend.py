"""The applications, deployment groups and deployment configurations."""

from __future__ import annotations

from typing import Any

from botocore import xform_name
from moto.codedeploy.exceptions import (
    ApplicationAlreadyExistsException,
    CodeDeployException,
    DeploymentGroupAlreadyExistsException,
)
from moto.codedeploy.models import Application, CodeDeployBackend, DeploymentGroup

from tealform_harness.aws_emulator.codedeploy import deployment_config, group_validation
from tealform_harness.aws_emulator.codedeploy.deployment_config import DeploymentConfig
from tealform_harness.aws_emulator.ecs.backend import get_ecs
from tealform_harness.aws_emulator.iam_roles import find_role, role_trusts
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend

Json = dict[str, Any]

_DEFAULT_CONFIG = {"ECS": "ECSAllAtOnce", "Server": "OneAtATime"}


class GroupBackend(ExtendedBackend, CodeDeployBackend):
    """Adds deployment configurations, changes and deletions, and what an ECS deployment group must be like."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.configs = deployment_config.list_predefined_configs()

    def update_application(self, name: str, new_name: str) -> None:
        """Renames an application; its groups and tags go along."""
        application = self.get_application(name)
        if new_name in self.applications:
            message = f"The application {new_name} already exists with the user or AWS account."
            raise ApplicationAlreadyExistsException(message)
        application.application_name = new_name
        self.applications[new_name] = self.applications.pop(name)
        self.deployment_groups[new_name] = self.deployment_groups.pop(name, {})
        self._move_tags(self._application_arn(name), self._application_arn(new_name))
        for group in self.deployment_groups[new_name]:
            self._move_tags(self._deployment_group_arn(name, group), self._deployment_group_arn(new_name, group))

    def delete_application(self, name: str) -> None:
        """Deletes an application with its groups; one that is not there is no error."""
        self.applications.pop(name, None)
        self.deployment_groups.pop(name, None)
        self.tagger.delete_all_tags_for_resource(self._application_arn(name))

    def create_deployment_config(self, config: DeploymentConfig) -> str:
        """Takes a configuration; returns its id."""
        deployment_config.check_config(config)
        if config.deployment_config_name in self.configs:
            message = f"The deployment configuration {config.deployment_config_name} already exists."
            raise CodeDeployException("DeploymentConfigAlreadyExistsException", message)
        self.configs[config.deployment_config_name] = config
        return config.deployment_config_id

    def get_deployment_config(self, name: str) -> DeploymentConfig:
        """The configuration of that name, predefined or own."""
        if name not in self.configs:
            message = f"No deployment configuration found for name: {name}"
            raise CodeDeployException("DeploymentConfigDoesNotExistException", message)
        return self.configs[name]

    def delete_deployment_config(self, name: str) -> None:
        """Refuses predefined ones, and those that a deployment group uses."""
        if name.startswith(deployment_config.PREFIX):
            message = "Default deployment configurations cannot be deleted"
            raise CodeDeployException("InvalidOperationException", message)
        if any(str(group.deployment_config_name) == name for group in self._groups()):
            message = f"The deployment configuration {name} is still in use."
            raise CodeDeployException("DeploymentConfigInUseException", message)
        self.configs.pop(name, None)

    def create_group(self, settings: Json) -> DeploymentGroup:
        """Creates a deployment group from the settings of a CreateDeploymentGroup request."""
        application = self.get_application(settings["applicationName"])
        platform = application.compute_platform or "Server"
        default = deployment_config.PREFIX + _DEFAULT_CONFIG[platform]
        settings = {**settings, "deploymentConfigName": settings.get("deploymentConfigName") or default}
        self._check(application, settings)
        unset: Json = dict.fromkeys(("ec2_tag_filters", "on_premises_instance_tag_filters", "auto_scaling_groups"))
        self.create_deployment_group(**{**unset, **{xform_name(name): value for name, value in settings.items()}})
        return self.get_deployment_group(settings["applicationName"], settings["deploymentGroupName"])

    def update_group(self, changes: Json) -> DeploymentGroup:
        """Changes what an UpdateDeploymentGroup request names; lists and blocks are replaced as a whole."""
        application = self.get_application(changes.pop("applicationName"))
        before = changes.pop("currentDeploymentGroupName")
        group = self.get_deployment_group(application.application_name, before)
        after = changes.pop("newDeploymentGroupName", None) or before
        self._check(application, {**get_group_settings(group), **changes}, group)
        if after != before:
            self._rename(group, after)
        vars(group).update({xform_name(name): value for name, value in changes.items()})
        return group

    def delete_deployment_group(self, application: str, name: str) -> None:
        """Deletes a group; one that is not there is no error."""
        self.deployment_groups.get(application, {}).pop(name, None)
        self.tagger.delete_all_tags_for_resource(self._deployment_group_arn(application, name))

    def _check(self, application: Application, settings: Json, group: DeploymentGroup | None = None) -> None:
        config = self.get_deployment_config(settings["deploymentConfigName"])
        platform = application.compute_platform or "Server"
        if config.compute_platform != platform:
            message = (
                f"The deployment configuration is for the compute platform {config.compute_platform}, not {platform}"
            )
            raise CodeDeployException("InvalidComputePlatformException", message)
        role = find_role(self.account_id, self.region_name, settings["serviceRoleArn"])
        if role is None or not role_trusts(role, "codedeploy.amazonaws.com"):
            message = f"AWS CodeDeploy does not have the permissions required to assume the role {settings['serviceRoleArn']}."
            raise CodeDeployException("InvalidRoleException", message)
        if platform == "ECS":
            group_validation.check_group(settings)
            group_validation.check_traffic_shift(settings, config)
            self._check_service(settings["ecsServices"][0], group)

    def _check_service(self, target: Json, group: DeploymentGroup | None) -> None:
        ecs = get_ecs(self.account_id, self.region_name)
        group_validation.check_service(ecs.service(target["clusterName"], target["serviceName"]))
        for other in self._groups():
            if other is not group and target in other.ecs_services:
                message = "The Amazon ECS service is associated with more than one deployment groups."
                raise CodeDeployException("ECSServiceMappingLimitExceededException", message)

    def _groups(self) -> list[DeploymentGroup]:
        return [group for of_application in self.deployment_groups.values() for group in of_application.values()]

    def _rename(self, group: DeploymentGroup, name: str) -> None:
        application, before = group.application.application_name, group.deployment_group_name
        siblings = self.deployment_groups[application]
        if name in siblings:
            raise DeploymentGroupAlreadyExistsException(f"Deployment group {name} already exists.")
        siblings[name] = siblings.pop(before)
        group.deployment_group_name = name
        self._move_tags(self._deployment_group_arn(application, before), self._deployment_group_arn(application, name))

    def _move_tags(self, before: str, after: str) -> None:
        self.tag_resource(after, self.tagger.get_tag_dict_for_resource(before))
        self.tagger.delete_all_tags_for_resource(before)


def get_group_settings(group: DeploymentGroup) -> Json:
    """The settings of a group by their names in the API."""
    names = ("deploymentConfigName", "serviceRoleArn", "alarmConfiguration", "autoRollbackConfiguration", "ecsServices")
    more = ("deploymentStyle", "blueGreenDeploymentConfiguration", "loadBalancerInfo")
    return {name: vars(group)[xform_name(name)] for name in (*names, *more)}
