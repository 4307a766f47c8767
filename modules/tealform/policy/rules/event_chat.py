"""A chat reads, and does nothing."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, is_true, items
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_READS = ("CloudWatchReadOnlyAccess", "ReadOnlyAccess", "ViewOnlyAccess")


def _judge(channel: Resource, _environment: Environment) -> Iterator[str]:
    policies = [str(each) for each in items(channel.body.get("guardrail_policy_arns"))]
    if not policies:
        yield "names no guardrail policy, and AWS's default is AdministratorAccess"
    yield from (f"its guardrail is {each}" for each in policies if each.rpartition("/")[2] not in _READS)
    if not is_true(channel.body.get("user_authorization_required")):
        yield "whoever is in the channel acts with its role, without one of their own"


CHECK = Check(
    Rule(
        id="TEAL_EVENT_CHAT",
        severity="critical",
        title="A chat may read, and nothing more",
        why="Whoever is in the channel, or has taken over an account in it, runs commands in AWS by a message",
        fix="Set guardrail_policy_arns to a policy that reads, and user_authorization_required",
        link="https://docs.aws.amazon.com/chatbot/latest/adminguide/understanding-permissions.html",
        setting="notifications",
    ),
    types=("aws_chatbot_slack_channel_configuration", "aws_chatbot_teams_channel_configuration"),
    judge=_judge,
)
