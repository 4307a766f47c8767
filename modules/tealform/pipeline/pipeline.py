"""The CodePipeline that takes something new to a cutover, and what starts it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tealform.aws import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    Codepipeline,
    CodepipelineArtifactStore,
    CodepipelineArtifactStoreEncryptionKey,
    CodepipelineStage,
    Construct,
)
from tealform.common.iam import ServiceRole, ServiceRoleProps, Statement
from tealform.common.shared_resources import SharedResources
from tealform.pipeline import stage_conditions
from tealform.pipeline.action import Step
from tealform.pipeline.artifact_bucket import ArtifactBucket
from tealform.pipeline.sources import Source
from tealform.settings.release import Release

# The stage of the step that a target gives.
_DEPLOY = "Deploy"


@dataclass(frozen=True)
class PipelineProps:
    """The service, by name; the source, the steps that follow it, and the release as it is set."""

    shared: SharedResources
    service: str
    source: Source
    steps: Sequence[Step]
    artifacts: ArtifactBucket
    release: Release


class Pipeline(Construct):
    """Stage after stage, each with its action. Started by an event or a connection, never by polling."""

    def __init__(self, scope: Construct, id_: str, props: PipelineProps) -> None:
        super().__init__(scope, id_)
        self._props, context = props, props.shared.context
        self.name = context.name(props.service)
        self.arn = context.arn("codepipeline", self.name)
        self._steps = [props.source.step(), *props.steps]
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                context=context,
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
            execution_mode=props.release.execution_mode.upper(),
            role_arn=role.arn,
            artifact_store=[
                CodepipelineArtifactStore(
                    type="S3",
                    location=props.artifacts.name,
                    encryption_key=CodepipelineArtifactStoreEncryptionKey(type="KMS", id=props.shared.key.arn),
                )
            ],
            stage=[self._stage(step) for step in self._steps],
            trigger=[*props.source.triggers()] or None,
            # It starts once by itself as soon as it is there, and fails without all of these.
            depends_on=[
                props.artifacts.policy,
                *role.permissions,
                *_once(resource for step in self._steps for resource in step.needed),
            ],
        )
        pattern = props.source.event_pattern()
        if pattern is not None:
            self._start_on(pattern)

    def _stage(self, step: Step) -> CodepipelineStage:
        held = stage_conditions.conditions(self._props.release) if step.stage == _DEPLOY else stage_conditions.NONE
        return CodepipelineStage(
            name=step.stage,
            action=[step.action],
            before_entry=held.before_entry,
            on_success=held.on_success,
            on_failure=held.on_failure,
        )

    def _statements(self) -> list[Statement]:
        props = self._props
        return [
            *props.artifacts.usage(),
            props.shared.key.allow_use(),
            *(statement for step in self._steps for statement in step.statements),
            *stage_conditions.statements(props.release, props.shared.context),
        ]

    def _start_on(self, pattern: Mapping[str, Any]) -> None:
        context = self._props.shared.context
        rule_name = f"{self.name}-start"
        rule = CloudwatchEventRule(
            self,
            "start",
            name=rule_name,
            description=f"Something new in {self._props.source.about} starts the pipeline {self.name}",
            event_pattern=json.dumps(pattern, sort_keys=True),
        )
        role = ServiceRole(
            self,
            "start-role",
            ServiceRoleProps(
                context=context,
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
            "start-target",
            rule=rule.name,
            arn=self.pipeline.arn,
            role_arn=role.arn,
            depends_on=role.permissions,
        )


def _once(resources: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(resources))
