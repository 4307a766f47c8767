"""Applications, deployment groups, deployment configurations and deployments to ECS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from botocore import xform_name
from moto.codedeploy.exceptions import (
    ApplicationAlreadyExistsException,
    CodeDeployException,
    DeploymentGroupAlreadyExistsException,
)
from moto.codedeploy.models import Application, CodeDeployBackend, DeploymentGroup, codedeploy_backends
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

from tealform_harness.aws_emulator.codedeploy import appspec, deployment_config
from tealform_harness.aws_emulator.codedeploy.blue_green import TaskSetRelease
from tealform_harness.aws_emulator.codedeploy.deployment import EcsDeployment
from tealform_harness.aws_emulator.codedeploy.deployment_config import DeploymentConfig
from tealform_harness.aws_emulator.codedeploy.lifecycle import Caller, LifecycleEvent
from tealform_harness.aws_emulator.ecs.backend import get_ecs
from tealform_harness.aws_emulator.iam import find_role, role_trusts
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend

Json = dict[str, Any]

_DEFAULT_CONFIG = {"ECS": "ECSAllAtOnce", "Server": "OneAtATime"}


class GroupBackend(ExtendedBackend, CodeDeployBackend):
    """Adds deployment configurations, changes and deletions, and what an ECS deployment group must be like."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.configs = deployment_config.list_predefined_configs()

    def update_application(self, name: str, new_name: str) -> None:
        """Rename an application; its groups and tags go along."""
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
        """Delete an application with its groups; one that is not there is no error."""
        self.applications.pop(name, None)
        self.deployment_groups.pop(name, None)
        self.tagger.delete_all_tags_for_resource(self._application_arn(name))

    def create_deployment_config(self, config: DeploymentConfig) -> str:
        """Take a configuration; return its id."""
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
        """Refuse predefined ones, and those that a deployment group uses."""
        if name.startswith(deployment_config.PREFIX):
            message = "Default deployment configurations cannot be deleted"
            raise CodeDeployException("InvalidOperationException", message)
        if any(str(group.deployment_config_name) == name for group in self._groups()):
            message = f"The deployment configuration {name} is still in use."
            raise CodeDeployException("DeploymentConfigInUseException", message)
        self.configs.pop(name, None)

    def create_group(self, settings: Json) -> DeploymentGroup:
        """Create a deployment group from the settings of a CreateDeploymentGroup request."""
        application = self.get_application(settings["applicationName"])
        platform = application.compute_platform or "Server"
        default = deployment_config.PREFIX + _DEFAULT_CONFIG[platform]
        settings = {**settings, "deploymentConfigName": settings.get("deploymentConfigName") or default}
        self._check(application, settings)
        unset: Json = dict.fromkeys(("ec2_tag_filters", "on_premises_instance_tag_filters", "auto_scaling_groups"))
        self.create_deployment_group(**{**unset, **{xform_name(name): value for name, value in settings.items()}})
        return self.get_deployment_group(settings["applicationName"], settings["deploymentGroupName"])

    def update_group(self, changes: Json) -> DeploymentGroup:
        """Change what an UpdateDeploymentGroup request names; lists and blocks are replaced as a whole."""
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
        """Delete a group; one that is not there is no error."""
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
        if not role_trusts(role, "codedeploy.amazonaws.com"):
            message = f"AWS CodeDeploy does not have the permissions required to assume the role {settings['serviceRoleArn']}."
            raise CodeDeployException("InvalidRoleException", message)
        if platform == "ECS":
            deployment_config.check_group(settings)
            deployment_config.check_traffic_shift(settings, config)
            self._check_service(settings["ecsServices"][0], group)

    def _check_service(self, target: Json, group: DeploymentGroup | None) -> None:
        ecs = get_ecs(self.account_id, self.region_name)
        deployment_config.check_service(ecs.service(target["clusterName"], target["serviceName"]))
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


Request = Mapping[str, Any]


class DeploymentBackend(GroupBackend):
    """Adds deployments that do what they say."""

    def deploy(self, request: Request) -> EcsDeployment:
        """Create a deployment from a CreateDeployment request; it begins when somebody asks how it goes."""
        group = self.get_deployment_group(request["applicationName"], request.get("deploymentGroupName", ""))
        self._refuse_a_second(group)
        spec = appspec.parse_appspec(self._content(request.get("revision") or {}))
        settings, resources = get_group_settings(group), self._resources(group)
        config = self.get_deployment_config(request.get("deploymentConfigName") or str(group.deployment_config_name))
        deployment_config.check_traffic_shift(settings, config)
        deployment = EcsDeployment(group, request, config.deployment_config_name, resources)
        caller = Caller(
            self.account_id, self.region_name, deployment.deployment_id, settings["serviceRoleArn"], resources[1]
        )
        release = TaskSetRelease(caller, settings, spec, config)
        deployment.start(release)
        self.deployments[deployment.deployment_id] = deployment
        return deployment

    def ecs_deployment(self, deployment_id: str) -> EcsDeployment:
        """The deployment of that id; raises DeploymentDoesNotExistException."""
        deployment = self.get_deployment(deployment_id)
        if not isinstance(deployment, EcsDeployment):
            message = "The specified deployment is not to the ECS compute platform"
            raise CodeDeployException("UnsupportedActionForDeploymentTypeException", message)
        return deployment

    def report_hook(self, deployment_id: str, execution_id: str, status: str) -> None:
        """Take the word of a hook: Succeeded or Failed."""
        for event in self.ecs_deployment(deployment_id).release.events:
            if event.function and event.hook_execution_id == execution_id:
                if not event.waits_for_hook:
                    message = f"The lifecycle event {event.lifecycle_event_name} is already completed"
                    raise CodeDeployException("LifecycleEventAlreadyCompletedException", message)
                event.end(status)
                return
        message = f"The lifecycle event hook execution ID {execution_id} is not valid"
        raise CodeDeployException("InvalidLifecycleEventHookExecutionIdException", message)

    def waiting_hooks(self, deployment_id: str) -> list[LifecycleEvent]:
        """The events whose functions have been invoked and have not reported yet."""
        return [event for event in self.ecs_deployment(deployment_id).release.events if event.waits_for_hook]

    def _resources(self, group: DeploymentGroup) -> tuple[str, str]:
        application = group.application.application_name
        return self._application_arn(application), self._deployment_group_arn(application, group.deployment_group_name)

    def _refuse_a_second(self, group: DeploymentGroup) -> None:
        for deployment in self.deployments.values():
            if (
                deployment.deployment_group is group
                and isinstance(deployment, EcsDeployment)
                and not deployment.has_ended
            ):
                raise CodeDeployException(
                    "DeploymentLimitExceededException",
                    f"The Deployment Group '{group.deployment_group_name}' already has an active Deployment "
                    f"'{deployment.deployment_id}'",
                )

    def _content(self, revision: Request) -> str:
        """The AppSpec, given in the request or as an object in S3."""
        kind = revision.get("revisionType")
        if kind in ("AppSpecContent", "String"):
            return str(revision["appSpecContent" if kind == "AppSpecContent" else "string"]["content"])
        if kind != "S3":
            message = "An ECS deployment needs a revision of the type AppSpecContent or S3"
            raise CodeDeployException("InvalidRevisionException" if kind else "RevisionRequiredException", message)
        place = revision["s3Location"]
        try:
            found = s3_backends[self.account_id][self.partition].get_object(place["bucket"], place["key"])
        except S3ClientError as error:
            raise CodeDeployException("RevisionDoesNotExistException", str(error.message)) from error
        if found is None:
            message = f"There is no {place['key']} in {place['bucket']}"
            raise CodeDeployException("RevisionDoesNotExistException", message)
        return bytes(found.value).decode()


def get_codedeploy(account_id: str, region: str) -> DeploymentBackend:
    """The CodeDeploy of an account in a region."""
    return cast(DeploymentBackend, codedeploy_backends[account_id][region])
