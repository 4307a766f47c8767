"""A topic takes messages from those who have something to say."""

from __future__ import annotations

from collections.abc import Iterator

from harness.policy import allowed
from harness.policy.check import Check
from harness.policy.environment import Environment
from harness.policy.rule import Rule
from harness.terraform_json import Resource


def _judge(topic: Resource, environment: Environment) -> Iterator[str]:
    if not allowed.statements(topic, environment):
        yield "has no policy that can be read here"
    yield from allowed.strangers(topic, environment)


CHECK = Check(
    Rule(
        id="CUT_TOPIC_POLICY",
        severity="high",
        title="Topics let in the services that publish, and no strangers",
        why="A stranger reads what goes wrong with your releases, or asks your people to approve one that is theirs",
        fix="Name in the topic's policy the services that publish to it",
        link="https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
        setting="notifications",
    ),
    types=("aws_sns_topic",),
    judge=_judge,
)
