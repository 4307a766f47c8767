"""A topic takes messages from those who have something to say."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import resource_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.iam.policy_reader import PolicyCondition, PolicyStatement
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(topic: Resource, environment: Environment) -> Iterator[str]:
    if not resource_access.statements(topic, environment):
        yield "has no policy that can be read here"
    yield from resource_access.describe_strangers(topic, environment)
    if not any(_denies_plain_http(each) for each in resource_access.statements(topic, environment)):
        yield "takes plain HTTP"
    for each in environment.referring(topic, "aws_sns_topic_subscription", "topic_arn"):
        yield from _subscribed(each, resource_access.account(environment))


def _denies_plain_http(statement: PolicyStatement) -> bool:
    denied = (
        statement.effect == "Deny"
        and resource_access.includes_anybody(statement)
        and "sns:Publish" in statement.actions
    )
    return denied and statement.conditions == (PolicyCondition("Bool", "aws:SecureTransport", ("false",)),)


def _subscribed(subscription: Resource, account: str) -> Iterator[str]:
    if subscription.body.get("protocol") == "http":
        yield f"{subscription.address} is told by plain HTTP"
    endpoint = str(subscription.body.get("endpoint"))
    if endpoint.startswith("arn:") and endpoint.split(":")[4] != account:
        yield f"{subscription.address} is another account's"


CHECK = Check(
    Rule(
        id="TEAL_TOPIC_POLICY",
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
