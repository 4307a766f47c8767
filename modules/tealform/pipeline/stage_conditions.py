"""What must hold before the deployment begins, what is watched when it has succeeded, and what follows when it fails.

https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works-conditions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import (
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
)
from tealform.common.iam import Statement
from tealform.naming import Context
from tealform.settings.release import BeforeEntry, OnSuccess, Release
from tealform.settings.schedules import Window


@dataclass(frozen=True)
class Conditions:
    """The conditions of one stage; those that are not there are ``None``."""

    before_entry: CodepipelineStageBeforeEntry | None = None
    on_success: CodepipelineStageOnSuccess | None = None
    on_failure: CodepipelineStageOnFailure | None = None


NONE = Conditions()
"""A stage without conditions."""


def conditions(release: Release) -> Conditions:
    """Those of the stage that deploys."""
    return Conditions(
        _before_entry(release.before_entry) if release.before_entry else None,
        _on_success(release.on_success) if release.on_success else None,
        _on_failure(release),
    )


def statements(release: Release, context: Context) -> list[Statement]:
    """What the pipeline must be allowed for them."""
    if not watched(release):
        return []
    # A list of alarms is asked for as all alarms, of the account and region.
    alarms = context.arn("cloudwatch", "alarm:*")
    return [Statement(sid="LookAtAlarms", actions=["cloudwatch:DescribeAlarms"], resources=[alarms])]


def watched(release: Release) -> Sequence[str]:
    """The names of the alarms that conditions look at."""
    return [each for block in (release.before_entry, release.on_success) if block for each in block.alarms]


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

    Without a time-out of ours: the provider does not send it, and wants it in every plan (seen with 5.100.0).
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
