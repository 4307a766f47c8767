"""What AWS's services themselves report to EventBridge: pushes, builds, deployments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from moto.events.models import events_backends
from moto.events.utils import EventMessageType


def publish_event(
    account_id: str, region: str, source: str, detail_type: str, resources: Sequence[str], detail: Mapping[str, object]
) -> str:
    """Puts an event of a service of AWS on the account's default bus in ``region``; returns the event's id.

    ``source`` is the service («aws.codecommit»), ``detail_type`` the kind of event («CodeCommit Repository State
    Change»), ``resources`` the ARNs that it is about, ``detail`` what the service says. Every enabled rule whose
    pattern matches delivers to its targets before this returns (``Rule.send_to_targets``). It is a way in of its own
    because PutEvents refuses sources that begin with «aws.»:
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
