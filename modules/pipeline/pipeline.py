"""The CodePipeline that takes a push to a cutover, and the event that starts it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Protocol

from modules.aws import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    Codepipeline,
    CodepipelineArtifactStore,
    CodepipelineArtifactStoreEncryptionKey,
    CodepipelineStage,
    CodepipelineStageAction,
    Construct,
    ITerraformDependable,
)
from modules.foundation import Foundation
from modules.iam import ServiceRole, ServiceRoleProps, Statement
from modules.pipeline.action import BUILD, SOURCE, action, stage
from modules.pipeline.artifact_bucket import ArtifactBucket
from modules.pipeline.build import ImageBuild
from modules.pipeline.source import CodeCommitSource
from modules.service.service import Service
from modules.settings.release import Release


class Deployment(Protocol):
    """What takes a build to the cutover: CodeDeploy, or a build that asks ECS."""

    permissions: list[ITerraformDependable]

    def action(self) -> CodepipelineStageAction:
        """The pipeline's last action."""

    def statements(self) -> list[Statement]:
        """What the pipeline must be allowed for it."""


@dataclass(frozen=True)
class PipelineProps:
    """The stages' own constructs, and the release as it is set."""

    foundation: Foundation
    service: Service
    source: CodeCommitSource
    build: ImageBuild
    deployment: Deployment
    artifacts: ArtifactBucket
    release: Release


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
            depends_on=[
                props.artifacts.policy,
                *role.permissions,
                *props.build.permissions,
                *props.deployment.permissions,
            ],
        )
        self._start_on_push()

    def _stages(self) -> list[CodepipelineStage]:
        release = self._props.release
        stages = [stage("Source", self._source()), stage("Build", self._build())]
        if release.approval:
            approve = action("Approve", "Approval", "Manual", {}, timeout_minutes=release.approval_timeout_minutes)
            stages.append(stage("Approval", approve))
        return [*stages, stage("Deploy", self._props.deployment.action())]

    def _source(self) -> CodepipelineStageAction:
        source = self._props.source
        configuration = {
            "RepositoryName": source.repository,
            "BranchName": source.branch,
            "PollForSourceChanges": "false",
            "OutputArtifactFormat": "CODE_ZIP",
        }
        return action("Source", "Source", "CodeCommit", configuration, outputs=[SOURCE])

    def _build(self) -> CodepipelineStageAction:
        configuration = {"ProjectName": self._props.build.project.name}
        return action("Build", "Build", "CodeBuild", configuration, inputs=[SOURCE], outputs=[BUILD])

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
            *props.deployment.statements(),
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
