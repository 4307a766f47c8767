"""Messages of AWS's services to topics of SNS, which the topic's policy must admit."""

from __future__ import annotations

from moto.sns.models import sns_backends

from tealform_harness.aws_emulator.resource_policies import find_allowing_statements, matches_pattern

# Policies are written both ways; actions are not case-sensitive.
_PUBLISH = ("sns:Publish", "SNS:Publish")


def topic_admits(topic_arn: str, service: str) -> bool:
    """Whether there is such a topic, and its policy lets ``service`` («events.amazonaws.com») publish; conditions are not read."""
    _, _, _, region, account, _ = topic_arn.split(":")
    topic = sns_backends[account][region].topics.get(topic_arn)
    return topic is not None and any(
        matches_pattern(topic_arn, statement["Resource"])
        for action in _PUBLISH
        for statement in find_allowing_statements(topic.policy, service, action)
    )


def publish_to_topic(topic_arn: str, service: str, message: str, subject: str | None = None) -> None:
    """Publishes ``message`` if the topic admits it; what is not admitted is lost, as in AWS."""
    if topic_admits(topic_arn, service):
        _, _, _, region, account, _ = topic_arn.split(":")
        sns_backends[account][region].publish(message, arn=topic_arn, subject=subject)
