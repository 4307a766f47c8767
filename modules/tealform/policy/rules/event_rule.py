"""A rule of EventBridge watches for something, and tells somebody."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import eventbridge
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_NARROWING = {"account", "detail", "resources"}


def _judge(rule: Resource, environment: Environment) -> Iterator[str]:
    if not eventbridge.targets(rule, environment):
        yield "has no target"
    if rule.body.get("schedule_expression"):
        return
    pattern = eventbridge.pattern(rule, environment)
    if pattern is None:
        yield "its event_pattern is no JSON object"
    elif not pattern.get("source"):
        yield "takes events of any source"
    elif not _NARROWING & pattern.keys():
        yield "takes every event of its kind in the account"


CHECK = Check(
    Rule(
        id="TEAL_EVENT_RULE",
        severity="medium",
        title="Rules of EventBridge name what they watch for, and have a target",
        why="A rule without a target does nothing and looks as if it did; one that is too wide acts on what other teams do",
        fix="Name source and resources in event_pattern, and give the rule a target",
        link="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html",
    ),
    types=(eventbridge.RULE,),
    judge=_judge,
)
