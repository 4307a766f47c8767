"""Who wants to hear of alarms names those that there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.policy import deployments, eventbridge
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.iam.arn_resolver import References
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_NAMES = "detail.alarmName"


def _judge(rule: Resource, environment: Environment) -> Iterator[str]:
    known = _known(environment)
    if unknown := [name for name in _named(rule, environment) if name not in known]:
        yield f"it waits for {', '.join(unknown)}, and there is no such alarm"


def _named(rule: Resource, environment: Environment) -> list[Any]:
    """The alarms that are named as they are, and not by a prefix or the like."""
    pattern = eventbridge.pattern(rule, environment) or {}
    return [each for each in eventbridge.flat(pattern).get(_NAMES, []) if isinstance(each, str)]


def _known(environment: Environment) -> set[str]:
    """The alarms of the environment, and those of somebody else that its releases name."""
    references = References(dict(environment.document))
    made = environment.resources("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
    named = [name for release in deployments.list_deployments(environment) for name in release.names]
    return {references.resolved(str(each)) for each in (*(alarm.body.get("alarm_name") for alarm in made), *named)}


def _about_alarms(rule: Resource, environment: Environment) -> bool:
    return bool(_named(rule, environment))


CHECK = Check(
    Rule(
        id="TEAL_EVENT_ALARM",
        severity="medium",
        title="Rules of EventBridge name alarms that there are",
        why="The alarm is raised, and nobody hears of it.",
        fix="Run `tealform synth`: alarms and the rules that report them get their names from the same settings.",
        link="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html",
    ),
    types=(eventbridge.RULE,),
    judge=_judge,
    applies=_about_alarms,
)
