"""The deployments to ECS: how they come to be, and who looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from moto.codedeploy.exceptions import CodeDeployException
from moto.codedeploy.models import DeploymentGroup, codedeploy_backends
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

from tealform_harness.aws_emulator.codedeploy import appspec, group_validation
from tealform_harness.aws_emulator.codedeploy.blue_green import TaskSetRelease
from tealform_harness.aws_emulator.codedeploy.deployment import EcsDeployment
from tealform_harness.aws_emulator.codedeploy.group_backend import GroupBackend, get_group_settings
from tealform_harness.aws_emulator.codedeploy.hooks import Caller
from tealform_harness.aws_emulator.codedeploy.lifecycle import LifecycleEvent

Request = Mapping[str, Any]


class DeploymentBackend(GroupBackend):
    """Adds deployments that do what they say."""

    def deploy(self, request: Request) -> EcsDeployment:
        """Creates a deployment from a CreateDeployment request; it begins when somebody asks how it goes."""
        group = self.get_deployment_group(request["applicationName"], request.get("deploymentGroupName", ""))
        self._refuse_a_second(group)
        spec = appspec.parse_appspec(self._content(request.get("revision") or {}))
        settings, resources = get_group_settings(group), self._resources(group)
        config = self.get_deployment_config(request.get("deploymentConfigName") or str(group.deployment_config_name))
        group_validation.check_traffic_shift(settings, config)
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
        """Takes the word of a hook: Succeeded or Failed."""
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
            if deployment.deployment_group is group and isinstance(deployment, EcsDeployment) and not deployment.ended:
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
