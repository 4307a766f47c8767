"""The CodePipeline that takes a push to a cutover, and the event that starts it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from modules.aws import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    Codepipeline,
    CodepipelineArtifactStore,
    CodepipelineArtifactStoreEncryptionKey,
    CodepipelineStage,
    CodepipelineStageAction,
    Construct,
)
from modules.foundation import Foundation
from modules.iam import ServiceRole, ServiceRoleProps, Statement, pass_roles
from modules.pipeline.artifact_bucket import ArtifactBucket
from modules.pipeline.build import ImageBuild
from modules.pipeline.deployment import Deployment
from modules.pipeline.source import CodeCommitSource
from modules.service.service import Service

_SOURCE = "source"
_BUILD = "build"


@dataclass(frozen=True)
class PipelineProps:
    """The stages' own constructs, and whether somebody must approve between build and deployment."""

    foundation: Foundation
    service: Service
    source: CodeCommitSource
    build: ImageBuild
    deployment: Deployment
    artifacts: ArtifactBucket
    approval: bool


class Pipeline(Construct):
    """Source, build, approval where asked, deployment. Started by an event, never by polling."""

    def __init__(self, scope: Construct, id_: str, props: PipelineProps) -> None:
        super().__init__(scope, id_)
        self._props, context = props, props.foundation.context
        self.name = props.service.name
        self.arn = context.arn("codepipeline", self.name)
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                context,
                name=f"{self.name}-pipeline",
                service="codepipeline.amazonaws.com",
                statements=self._statements(),
            ),
        )
        self.pipeline = Codepipeline(
            self,
            "pipeline",
            name=self.name,
            pipeline_type="V2",
            # A newer push takes the place of one that still waits; no release is ever cut short.
            execution_mode="SUPERSEDED",
            role_arn=role.arn,
            artifact_store=[
                CodepipelineArtifactStore(
                    type="S3",
                    location=props.artifacts.name,
                    encryption_key=CodepipelineArtifactStoreEncryptionKey(type="KMS", id=props.foundation.key.arn),
                )
            ],
            stage=self._stages(),
            # It starts once by itself as soon as it is there, and fails without all of these.
            depends_on=[props.artifacts.policy, *role.permissions, *props.build.permissions],
        )
        self._start_on_push()

    def _stages(self) -> list[CodepipelineStage]:
        stages = [_stage("Source", self._source()), _stage("Build", self._build())]
        if self._props.approval:
            stages.append(_stage("Approval", _action("Approve", "Approval", "AWS", "Manual", {})))
        return [*stages, _stage("Deploy", self._deploy())]

    def _source(self) -> CodepipelineStageAction:
        source = self._props.source
        configuration = {
            "RepositoryName": source.repository,
            "BranchName": source.branch,
            "PollForSourceChanges": "false",
            "OutputArtifactFormat": "CODE_ZIP",
        }
        return _action("Source", "Source", "AWS", "CodeCommit", configuration, output=_SOURCE)

    def _build(self) -> CodepipelineStageAction:
        configuration = {"ProjectName": self._props.build.project.name}
        return _action("Build", "Build", "AWS", "CodeBuild", configuration, source=_SOURCE, output=_BUILD)

    def _deploy(self) -> CodepipelineStageAction:
        """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html"""
        configuration = {
            "ApplicationName": self._props.deployment.group.app_name,
            "DeploymentGroupName": self._props.deployment.group.deployment_group_name,
            "TaskDefinitionTemplateArtifact": _BUILD,
            "TaskDefinitionTemplatePath": "taskdef.json",
            "AppSpecTemplateArtifact": _BUILD,
            # The default is appspec.yaml; ours is called what every other AppSpec is called.
            "AppSpecTemplatePath": "appspec.yml",
            "Image1ArtifactName": _BUILD,
            "Image1ContainerName": "IMAGE1_NAME",
        }
        return _action("Deploy", "Deploy", "AWS", "CodeDeployToECS", configuration, source=_BUILD)

    def _statements(self) -> list[Statement]:
        props = self._props
        return [
            *props.artifacts.usage(),
            props.foundation.key.usage(),
            props.source.reading(),
            Statement(
                sid="Build",
                actions=["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
                resources=[props.build.arn],
            ),
            Statement(
                sid="Deploy",
                actions=[
                    "codedeploy:CreateDeployment",
                    "codedeploy:GetApplication",
                    "codedeploy:GetApplicationRevision",
                    "codedeploy:GetDeployment",
                    "codedeploy:GetDeploymentConfig",
                    "codedeploy:RegisterApplicationRevision",
                ],
                resources=[props.deployment.application_arn, props.deployment.group_arn, props.deployment.config_arn],
            ),
            # AWS knows no narrower resource for it.
            Statement(sid="RegisterTaskDefinition", actions=["ecs:RegisterTaskDefinition"], resources=["*"]),
            pass_roles(props.service.roles.arns, "ecs-tasks.amazonaws.com"),
        ]

    def _start_on_push(self) -> None:
        context, source = self._props.foundation.context, self._props.source
        rule_name = f"{self.name}-push"
        rule = CloudwatchEventRule(
            self,
            "push",
            name=rule_name,
            description=f"A push to {source.branch} of {source.repository} starts the pipeline {self.name}",
            event_pattern=json.dumps(source.event_pattern(), sort_keys=True),
        )
        role = ServiceRole(
            self,
            "push-role",
            ServiceRoleProps(
                context,
                name=rule_name,
                service="events.amazonaws.com",
                source_arn=context.arn("events", f"rule/{rule_name}"),
                statements=[
                    Statement(sid="Start", actions=["codepipeline:StartPipelineExecution"], resources=[self.arn])
                ],
            ),
        )
        CloudwatchEventTarget(
            self,
            "push-target",
            rule=rule.name,
            arn=self.pipeline.arn,
            role_arn=role.arn,
            depends_on=role.permissions,
        )


def _stage(name: str, action: CodepipelineStageAction) -> CodepipelineStage:
    return CodepipelineStage(name=name, action=[action])


def _action(
    name: str,
    category: str,
    owner: str,
    provider: str,
    configuration: Mapping[str, str],
    source: str | None = None,
    output: str | None = None,
) -> CodepipelineStageAction:
    return CodepipelineStageAction(
        name=name,
        category=category,
        owner=owner,
        provider=provider,
        version="1",
        configuration=configuration or None,
        input_artifacts=[source] if source else None,
        output_artifacts=[output] if output else None,
    )
