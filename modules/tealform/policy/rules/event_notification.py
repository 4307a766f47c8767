"""What is to be told of a pipeline is told."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, items
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks


def _judge(rule: Resource, environment: Environment) -> Iterator[str]:
    status = rule.body.get("status", "ENABLED")
    if status != "ENABLED":
        yield f"its status is {status}"
    if not items(rule.body.get("event_type_ids")):
        yield "names no events"
    elif not any(str(each).endswith("-failed") for each in items(rule.body.get("event_type_ids"))):
        yield "tells of no failure"
    if not any(each.get("address") for each in blocks(rule.body.get("target"))):
        yield "has no target"
    if not environment.referred(rule.body.get("resource")) and not str(rule.body.get("resource")).startswith("arn:"):
        yield "watches nothing of this environment"


CHECK = Check(
    Rule(
        id="TEAL_EVENT_NOTIFICATION",
        severity="medium",
        title="Notification rules are on, and tell somebody",
        why="A release fails, or waits for approval, and nobody hears of it",
        fix="Turn the rule on, and give it the topic as its target",
        link="https://docs.aws.amazon.com/dtconsole/latest/userguide/notification-rules.html",
        setting="notifications.events",
    ),
    types=("aws_codestarnotifications_notification_rule",),
    judge=_judge,
)
