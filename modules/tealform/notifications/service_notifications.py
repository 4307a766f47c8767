"""What is told of one service beside its pipeline, in the service's account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tealform.aws import Construct
from tealform.naming import Context
from tealform.notifications import event_patterns
from tealform.notifications.event_message import Message
from tealform.notifications.event_patterns import Pattern
from tealform.notifications.event_rule import EventRule, EventRuleProps
from tealform.notifications.topic import Topic
from tealform.service.service import Service
from tealform.settings.release import Release


@dataclass(frozen=True)
class ServiceNotificationsProps:
    """Where the service is, how it stands, its release as it is set, and the topic that is told."""

    context: Context
    service: Service
    release: Release
    topic: Topic


class ServiceNotifications(Construct):
    """A rule each for deployments that fail or are stopped, for tasks that cannot be placed, and for alarms."""

    def __init__(self, scope: Construct, id_: str, props: ServiceNotificationsProps) -> None:
        super().__init__(scope, id_)
        name = props.service.name
        for kind, pattern, message in _told(props):
            description = f"{message.title}: told to {name}'s people"
            EventRule(self, kind, EventRuleProps(f"{name}-{kind}", description, pattern, message, props.topic))


def _told(props: ServiceNotificationsProps) -> Iterator[tuple[str, Pattern, Message]]:
    service, name = props.service, props.service.name
    if props.release.engine == "codedeploy":
        yield (
            "deployments",
            event_patterns.codedeploy_deployments(props.context.arn("codedeploy", f"application:{name}")),
            Message(
                f"Deployment of {name}",
                f"The deployment <id> of {name} in <region> ended with <state>.",
                {"id": "$.detail.deploymentId", "state": "$.detail.state", "region": "$.region"},
            ),
        )
    else:
        yield (
            "deployments",
            event_patterns.ecs_deployments(service.arn),
            Message(
                f"Deployment of {name}",
                f"The deployment <id> of {name} in <region> failed: <reason>",
                {"id": "$.detail.deploymentId", "reason": "$.detail.reason", "region": "$.region"},
            ),
        )
    yield (
        "tasks",
        event_patterns.unplaced_tasks(service.arn),
        Message(
            f"Tasks of {name}",
            f"Tasks of {name} in <region> cannot be placed or do not start: <event>",
            {"event": "$.detail.eventName", "region": "$.region"},
        ),
    )
    parts = event_patterns.raised_alarms_in_parts(_alarms(props), props.context.account)
    for number, part in enumerate(parts, start=1):
        yield (
            "alarms" if number == 1 else f"alarms-{number}",
            part,
            Message(
                f"Alarm of {name}",
                "The alarm <name> in <region> is raised: <reason>",
                {"name": "$.detail.alarmName", "reason": "$.detail.state.reason", "region": "$.region"},
            ),
        )


def _alarms(props: ServiceNotificationsProps) -> list[str]:
    """The names of the service's alarms and of those that its releases look at beside them, as text: a pattern holds no more."""
    made = [str(alarm.alarm_name_input) for alarm in props.service.alarms.alarms]
    return [*made, *props.release.alarms.names]
