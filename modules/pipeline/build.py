"""The CodeBuild project that makes an image of the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modules.aws import (
    CodebuildProject,
    CodebuildProjectArtifacts,
    CodebuildProjectEnvironment,
    CodebuildProjectEnvironmentEnvironmentVariable,
    CodebuildProjectLogsConfig,
    CodebuildProjectLogsConfigCloudwatchLogs,
    CodebuildProjectSource,
    Construct,
)
from modules.foundation import Foundation
from modules.iam import ServiceRole, ServiceRoleProps
from modules.log_group import LogGroup, LogGroupProps
from modules.pipeline.artifact_bucket import ArtifactBucket
from modules.pipeline.image_repository import ImageRepository
from modules.service.roles import login_to_ecr
from modules.settings.service import Build as Settings

QUEUED_MINUTES = 60
"""Minutes that a build may wait for a machine."""

# https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html
CONTAINERS = {
    "x86_64": ("LINUX_CONTAINER", "aws/codebuild/amazonlinux-x86_64-standard:5.0"),
    "arm64": ("ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:3.0"),
}


@dataclass(frozen=True)
class ImageBuildProps:
    """The build as it is set, the variables of the release contract, and what the build reads and writes."""

    foundation: Foundation
    service: str
    settings: Settings
    architecture: str
    contract: Mapping[str, str]
    images: ImageRepository
    artifacts: ArtifactBucket


class ImageBuild(Construct):
    """A project that builds with Docker on the processor that the service runs on, and may push to one repository."""

    def __init__(self, scope: Construct, id_: str, props: ImageBuildProps) -> None:
        super().__init__(scope, id_)
        self._props, foundation = props, props.foundation
        context = foundation.context
        self.name = context.name(props.service)
        self.arn = context.arn("codebuild", f"project/{self.name}")
        logs = LogGroup(
            self,
            "logs",
            LogGroupProps(
                context, context.log_group(props.service, "build"), foundation.key, foundation.retention_days
            ),
        )
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                context,
                name=context.name(props.service, "build"),
                service="codebuild.amazonaws.com",
                source_arn=self.arn,
                statements=[
                    logs.writing(),
                    *props.artifacts.usage(),
                    foundation.key.usage(),
                    login_to_ecr(),
                    props.images.pushing(),
                ],
            ),
        )
        self.permissions = role.permissions
        self.project = self._project(role, logs)

    def _project(self, role: ServiceRole, logs: LogGroup) -> CodebuildProject:
        props = self._props
        kind, image = CONTAINERS[props.architecture]
        return CodebuildProject(
            self,
            "project",
            name=self.name,
            description=f"Builds the image of {self.name}",
            service_role=role.arn,
            build_timeout=props.settings.timeout_minutes,
            queued_timeout=QUEUED_MINUTES,
            encryption_key=props.foundation.key.arn,
            source=CodebuildProjectSource(type="CODEPIPELINE"),
            artifacts=CodebuildProjectArtifacts(type="CODEPIPELINE"),
            environment=CodebuildProjectEnvironment(
                type=kind,
                image=image,
                compute_type=props.settings.compute,
                # Docker needs it to build.
                privileged_mode=True,
                environment_variable=self._variables(),
            ),
            logs_config=CodebuildProjectLogsConfig(
                cloudwatch_logs=CodebuildProjectLogsConfigCloudwatchLogs(status="ENABLED", group_name=logs.group.name)
            ),
        )

    def _variables(self) -> list[CodebuildProjectEnvironmentEnvironmentVariable]:
        props = self._props
        variables = {"ECR_REPOSITORY_URI": props.images.uri, **props.contract, **props.settings.environment}
        return [
            CodebuildProjectEnvironmentEnvironmentVariable(name=name, value=value)
            for name, value in sorted(variables.items())
        ]
