"""The last step of a release with engine ``ecs``: a CodeBuild project that hands the new version to Amazon ECS.

CodePipeline has an action for ECS, which does not do here: it changes nothing but the image, so that neither the settings
nor the end of the bootstrap container's command would travel; it gives up after an hour, which a canary and a bake time
outlast; and what it says of a deployment that was rolled back is not documented.
https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path

from modules.aws import (
    CodebuildProject,
    CodebuildProjectArtifacts,
    CodebuildProjectEnvironment,
    CodebuildProjectEnvironmentEnvironmentVariable,
    CodebuildProjectLogsConfig,
    CodebuildProjectLogsConfigCloudwatchLogs,
    CodebuildProjectSource,
    CodepipelineStageAction,
    Construct,
    ITerraformDependable,
)
from modules.foundation import Foundation
from modules.iam import ServiceRole, ServiceRoleProps, Statement, pass_roles
from modules.log_group import LogGroup, LogGroupProps
from modules.pipeline.action import BUILD, action
from modules.pipeline.artifact_bucket import ArtifactBucket
from modules.pipeline.build import CONTAINERS, QUEUED_MINUTES
from modules.service.service import Service
from modules.settings import duration
from modules.settings.service import Service as Settings

_PROGRAM = Path(__file__).parent / "scripts" / "deploy_to_ecs.py"

# Beyond the waits that are set: for tasks to start and to end, and for hooks.
_MINUTES_BESIDE = 60
# https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
_LONGEST_BUILD = 2160


@dataclass(frozen=True)
class EcsDeploymentProps:
    """The service, by name, as it is set and as it stands, and where its builds are."""

    foundation: Foundation
    name: str
    settings: Settings
    service: Service
    artifacts: ArtifactBucket


class EcsDeployment(Construct):
    """Registers the task definition with the image that was built, updates the service, and waits for ECS's verdict.

    It fails when ECS rolls back, with ECS's own reason.
    """

    def __init__(self, scope: Construct, id_: str, props: EcsDeploymentProps) -> None:
        super().__init__(scope, id_)
        self._props, context = props, props.foundation.context
        self.name = f"{props.service.name}-deploy"
        self._arn = context.arn("codebuild", f"project/{self.name}")
        logs = LogGroup(
            self,
            "logs",
            LogGroupProps(
                context,
                context.log_group(props.name, "deploy"),
                props.foundation.key,
                props.foundation.retention_days,
            ),
        )
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                context,
                name=self.name,
                service="codebuild.amazonaws.com",
                source_arn=self._arn,
                statements=[
                    logs.writing(),
                    *props.artifacts.reading(),
                    Statement(sid="DecryptArtifacts", actions=["kms:Decrypt"], resources=[props.foundation.key.arn]),
                    *self._deploying(),
                ],
            ),
        )
        self.permissions: list[ITerraformDependable] = [*role.permissions]
        self.project = self._project(role, logs)

    def action(self) -> CodepipelineStageAction:
        """The action that runs the project on the build's files."""
        return action("Deploy", "Build", "CodeBuild", {"ProjectName": self.project.name}, inputs=[BUILD])

    def statements(self) -> list[Statement]:
        """What the pipeline must be allowed for that action."""
        actions = ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]
        return [Statement(sid="Deploy", actions=actions, resources=[self._arn])]

    def _project(self, role: ServiceRole, logs: LogGroup) -> CodebuildProject:
        props = self._props
        kind, image = CONTAINERS[props.settings.architecture]
        # AWS is asked again before a watch of hours ends for nothing:
        # https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-retries.html
        retries = {"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "10"}
        variables = {"CLUSTER": props.foundation.cluster.name, "SERVICE": props.service.name, **retries}
        return CodebuildProject(
            self,
            "project",
            name=self.name,
            description=f"Hands a build of {props.service.name} to ECS and waits for the end of the release",
            service_role=role.arn,
            build_timeout=self._timeout(),
            queued_timeout=QUEUED_MINUTES,
            encryption_key=props.foundation.key.arn,
            source=CodebuildProjectSource(type="CODEPIPELINE", buildspec=_buildspec()),
            artifacts=CodebuildProjectArtifacts(type="CODEPIPELINE"),
            environment=CodebuildProjectEnvironment(
                type=kind,
                image=image,
                compute_type="BUILD_GENERAL1_SMALL",
                environment_variable=[
                    CodebuildProjectEnvironmentEnvironmentVariable(name=name, value=value)
                    for name, value in variables.items()
                ],
            ),
            logs_config=CodebuildProjectLogsConfig(
                cloudwatch_logs=CodebuildProjectLogsConfigCloudwatchLogs(status="ENABLED", group_name=logs.group.name)
            ),
        )

    def _timeout(self) -> int:
        """Time for two releases: one that was under way, like the first that an apply begins, and the one to be watched."""
        release, balancer = self._props.settings.release, self._props.foundation.load_balancer.settings.type
        return min(2 * duration.minutes(release, balancer) + _MINUTES_BESIDE, _LONGEST_BUILD)

    def _deploying(self) -> list[Statement]:
        """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html"""
        props = self._props
        context, service = props.foundation.context, f"{props.foundation.cluster.name}/{props.service.name}"
        return [
            # AWS knows no narrower resource for it.
            Statement(sid="RegisterTaskDefinition", actions=["ecs:RegisterTaskDefinition"], resources=["*"]),
            Statement(
                sid="Release",
                actions=["ecs:ListServiceDeployments", "ecs:UpdateService"],
                resources=[props.service.arn],
            ),
            Statement(
                sid="LookAtRelease",
                actions=["ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
                resources=[
                    context.arn("ecs", f"service-deployment/{service}/*"),
                    context.arn("ecs", f"service-revision/{service}/*"),
                ],
            ),
            pass_roles(props.service.roles.arns, "ecs-tasks.amazonaws.com"),
        ]


def _buildspec() -> str:
    program = textwrap.indent(_PROGRAM.read_text(encoding="utf-8"), 8 * " ", lambda line: bool(line.strip()))
    return f"""\
version: 0.2

env:
  shell: bash

phases:
  build:
    on-failure: ABORT
    commands:
      - |
        python3 - <<'PYTHON'
{program}        PYTHON
"""
