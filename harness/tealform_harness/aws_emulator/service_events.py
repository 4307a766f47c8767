"""Messages of AWS services themselves: events to EventBridge (pushes, builds, deployments) and messages to SNS topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from moto.events.models import events_backends
from moto.events.utils import EventMessageType
from moto.sns.models import sns_backends

from tealform_harness.aws_emulator.iam import find_allowing_statements, matches_pattern


def publish_event(
    account_id: str, region: str, source: str, detail_type: str, resources: Sequence[str], detail: Mapping[str, object]
) -> str:
    """Put an event of a service of AWS on the account's default bus in ``region``; return the event's id.

    ``source`` is the service ("aws.codecommit"), ``detail_type`` the kind of event ("CodeCommit Repository State
    Change"), ``resources`` the ARNs that it is about, ``detail`` what the service says. Every enabled rule whose
    pattern matches delivers to its targets before this returns (``Rule.send_to_targets``). It is a way in of its own
    because PutEvents refuses sources that begin with "aws.":
    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
    """
    now = datetime.now(UTC)
    event: EventMessageType = {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account_id,
        # moto's templates take it for a number.
        "time": str(now.timestamp()),
        "ingestion-time": now.timestamp(),
        "region": region,
        "resources": list(resources),
        "detail": dict(detail),
    }
    bus = events_backends[account_id][region].describe_event_bus("default")
    for rule in list(bus.rules.values()):
        if rule.state == "ENABLED":
            rule.send_to_targets(event)
    return event["id"]


# Policies are written both ways; actions are not case-sensitive.
_PUBLISH = ("sns:Publish", "SNS:Publish")


def topic_admits(topic_arn: str, service: str) -> bool:
    """Whether there is such a topic, and its policy lets ``service`` ("events.amazonaws.com") publish; conditions are not read."""
    _, _, _, region, account, _ = topic_arn.split(":")
    topic = sns_backends[account][region].topics.get(topic_arn)
    return topic is not None and any(
        matches_pattern(topic_arn, statement["Resource"])
        for action in _PUBLISH
        for statement in find_allowing_statements(topic.policy, service, action)
    )


def publish_to_topic(topic_arn: str, service: str, message: str, subject: str | None = None) -> None:
    """Publish ``message`` if the topic admits it; what is not admitted is lost, as in AWS."""
    if topic_admits(topic_arn, service):
        _, _, _, region, account, _ = topic_arn.split(":")
        sns_backends[account][region].publish(message, arn=topic_arn, subject=subject)
