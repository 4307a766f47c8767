"""A step of a pipeline that AWS CodeBuild does: a project, what it may do, and where it logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
from modules.iam import ServiceRole, ServiceRoleProps, Statement
from modules.log_group import LogGroup, LogGroupProps
from modules.pipeline.action import Step, action

QUEUED_MINUTES = 60
"""Minutes that a build may wait for a machine."""

# https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html
CONTAINERS = {
    "x86_64": ("LINUX_CONTAINER", "aws/codebuild/amazonlinux-x86_64-standard:5.0"),
    "arm64": ("ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:3.0"),
}


@dataclass(frozen=True)
class CodeBuildProps:
    """What is built, with which rights, on which machine.

    ``part`` names role and log group beside the service's (``build``, ``deploy``); ``name`` is the project's own full name.
    ``buildspec`` is the text of one, or the path of one in the source; the source's ``buildspec.yml`` when left out.
    """

    foundation: Foundation
    service: str
    part: str
    name: str
    description: str
    architecture: str
    timeout_minutes: int
    statements: Sequence[Statement] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    compute: str = "BUILD_GENERAL1_SMALL"
    buildspec: str | None = None
    # Docker needs it to build.
    privileged: bool = False


class CodeBuild(Construct):
    """A project with a role and a log group of its own, in front of which nothing is decided: source and artifacts are the pipeline's."""

    def __init__(self, scope: Construct, id_: str, props: CodeBuildProps) -> None:
        super().__init__(scope, id_)
        self._code_build_props, foundation = props, props.foundation
        context = foundation.context
        self.name = props.name
        self.arn = context.arn("codebuild", f"project/{self.name}")
        logs = LogGroup(
            self,
            "logs",
            LogGroupProps(
                context, context.log_group(props.service, props.part), foundation.key, foundation.retention_days
            ),
        )
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                context,
                name=context.name(props.service, props.part),
                service="codebuild.amazonaws.com",
                source_arn=self.arn,
                statements=[logs.writing(), *props.statements],
            ),
        )
        self.permissions = role.permissions
        self.project = self._project(role, logs)

    def step(
        self,
        stage: str,
        inputs: Sequence[str],
        outputs: Sequence[str] = (),
        category: str = "Build",
        namespace: str | None = None,
    ) -> Step:
        """The step of a pipeline that runs the project; the first of ``inputs`` is where the buildspec is looked for."""
        configuration = {"ProjectName": self.project.name}
        if len(inputs) > 1:
            configuration["PrimarySource"] = inputs[0]
        return Step(
            stage,
            action(stage, category, "CodeBuild", configuration, inputs, outputs, namespace=namespace),
            [Statement(sid=stage, actions=["codebuild:BatchGetBuilds", "codebuild:StartBuild"], resources=[self.arn])],
            self.permissions,
        )

    def _project(self, role: ServiceRole, logs: LogGroup) -> CodebuildProject:
        props = self._code_build_props
        kind, image = CONTAINERS[props.architecture]
        return CodebuildProject(
            self,
            "project",
            name=self.name,
            description=props.description,
            service_role=role.arn,
            build_timeout=props.timeout_minutes,
            queued_timeout=QUEUED_MINUTES,
            encryption_key=props.foundation.key.arn,
            source=CodebuildProjectSource(type="CODEPIPELINE", buildspec=props.buildspec),
            artifacts=CodebuildProjectArtifacts(type="CODEPIPELINE"),
            environment=CodebuildProjectEnvironment(
                type=kind,
                image=image,
                compute_type=props.compute,
                privileged_mode=True if props.privileged else None,
                environment_variable=[
                    CodebuildProjectEnvironmentEnvironmentVariable(name=name, value=value)
                    for name, value in sorted(props.variables.items())
                ],
            ),
            logs_config=CodebuildProjectLogsConfig(
                cloudwatch_logs=CodebuildProjectLogsConfigCloudwatchLogs(status="ENABLED", group_name=logs.group.name)
            ),
        )
