"""A service's CodePipeline, what starts it, and the conditions of the stage that deploys.

Conditions: https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works-conditions.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tealform.aws import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    Codepipeline,
    CodepipelineArtifactStore,
    CodepipelineArtifactStoreEncryptionKey,
    CodepipelineStage,
    CodepipelineStageBeforeEntry,
    CodepipelineStageBeforeEntryCondition,
    CodepipelineStageBeforeEntryConditionRule,
    CodepipelineStageBeforeEntryConditionRuleRuleTypeId,
    CodepipelineStageOnFailure,
    CodepipelineStageOnFailureRetryConfiguration,
    CodepipelineStageOnSuccess,
    CodepipelineStageOnSuccessCondition,
    CodepipelineStageOnSuccessConditionRule,
    CodepipelineStageOnSuccessConditionRuleRuleTypeId,
    Construct,
)
from tealform.common.iam import ServiceRole, ServiceRoleProps, Statement
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context
from tealform.pipeline.action import Source, Step
from tealform.pipeline.artifact_bucket import ArtifactBucket
from tealform.settings.release import BeforeEntry, OnSuccess, Release
from tealform.settings.schedules import Window

# The stage of the step that a target gives.
_DEPLOY = "Deploy"


@dataclass(frozen=True, kw_only=True)
class PipelineProps:
    """Configures a ``Pipeline``."""

    shared: SharedResources
    """What the pipelines of the environment share, in the pipeline's account."""

    service: str
    """The name of the service that the pipeline releases."""

    source: Source
    """The first step, and what starts the pipeline."""

    steps: Sequence[Step]
    """The steps after the source, in their order."""

    artifacts: ArtifactBucket
    """The bucket through which stages pass their artifacts."""

    release: Release
    """The ``release`` block of the service's settings: execution mode, and conditions of the stage that deploys."""


class Pipeline(Construct):
    """Stage after stage, each with its action. Started by an event or a connection, never by polling."""

    def __init__(self, scope: Construct, id_: str, props: PipelineProps) -> None:
        super().__init__(scope, id_)
        self._props, context = props, props.shared.context
        self.name = context.name(props.service)
        self.arn = context.arn("codepipeline", self.name)
        self._steps = [props.source.step, *props.steps]
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
            trigger=[*props.source.triggers] or None,
            # It starts once by itself as soon as it is there, and fails without all of these.
            depends_on=[
                props.artifacts.policy,
                *role.permissions,
                *dict.fromkeys(resource for step in self._steps for resource in step.needed),
            ],
        )
        if props.source.event_pattern is not None:
            self._start_on(props.source.event_pattern)

    def _stage(self, step: Step) -> CodepipelineStage:
        release = self._props.release
        if step.stage != _DEPLOY:
            return CodepipelineStage(name=step.stage, action=[step.action])
        return CodepipelineStage(
            name=step.stage,
            action=[step.action],
            before_entry=_before_entry(release.before_entry) if release.before_entry else None,
            on_success=_on_success(release.on_success) if release.on_success else None,
            on_failure=_on_failure(release),
        )

    def _statements(self) -> list[Statement]:
        props = self._props
        return [
            *props.artifacts.allow_use(),
            *(statement for step in self._steps for statement in step.statements),
            *_allow_conditions(props.release, props.shared.context),
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


def _allow_conditions(release: Release, context: Context) -> list[Statement]:
    if not any(block and block.alarms for block in (release.before_entry, release.on_success)):
        return []
    # A list of alarms is asked for as all alarms, of the account and region.
    alarms = context.arn("cloudwatch", "alarm:*")
    return [Statement(sid="LookAtAlarms", actions=["cloudwatch:DescribeAlarms"], resources=[alarms])]


def _before_entry(settings: BeforeEntry) -> CodepipelineStageBeforeEntry:
    rules = [_window(settings.window)] if settings.window else []
    rules += [
        CodepipelineStageBeforeEntryConditionRule(
            name=f"alarm-{number}",
            rule_type_id=CodepipelineStageBeforeEntryConditionRuleRuleTypeId(
                category="Rule", owner="AWS", provider="CloudWatchAlarm", version="1"
            ),
            configuration=_alarm(name, settings.wait_minutes),
        )
        for number, name in enumerate(settings.alarms, start=1)
    ]
    return CodepipelineStageBeforeEntry(
        condition=CodepipelineStageBeforeEntryCondition(result="FAIL", rule=rules),
    )


def _window(window: Window) -> CodepipelineStageBeforeEntryConditionRule:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-DeploymentWindow.html

    It has no time-out of ours: the provider does not send it, and shows it as a change in every plan (seen with 5.100.0).
    """
    return CodepipelineStageBeforeEntryConditionRule(
        name="window",
        rule_type_id=CodepipelineStageBeforeEntryConditionRuleRuleTypeId(
            category="Rule", owner="AWS", provider="DeploymentWindow", version="1"
        ),
        configuration={"Cron": window.cron, "TimeZone": window.timezone},
    )


def _on_success(settings: OnSuccess) -> CodepipelineStageOnSuccess:
    rules = [
        CodepipelineStageOnSuccessConditionRule(
            name=f"alarm-{number}",
            rule_type_id=CodepipelineStageOnSuccessConditionRuleRuleTypeId(
                category="Rule", owner="AWS", provider="CloudWatchAlarm", version="1"
            ),
            configuration=_alarm(name, settings.minutes),
        )
        for number, name in enumerate(settings.alarms, start=1)
    ]
    return CodepipelineStageOnSuccess(condition=CodepipelineStageOnSuccessCondition(result="ROLLBACK", rule=rules))


def _alarm(name: str, minutes: int) -> dict[str, str]:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-CloudWatchAlarm.html"""
    return {"AlarmName": name} | ({"WaitTime": str(minutes)} if minutes else {})


def _on_failure(release: Release) -> CodepipelineStageOnFailure | None:
    match release.on_failure:
        case "retry":
            # The stage has one action, so that all of it is what failed.
            retry = CodepipelineStageOnFailureRetryConfiguration(retry_mode="FAILED_ACTIONS")
            return CodepipelineStageOnFailure(result="RETRY", retry_configuration=retry)
        case "rollback":
            return CodepipelineStageOnFailure(result="ROLLBACK")
    return None
