"""Notifications of one service, other than those of its pipeline, in the service's account."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tealform.aws import CloudwatchEventRule, CloudwatchEventTarget, CloudwatchEventTargetInputTransformer, Construct
from tealform.naming import Context
from tealform.notifications.topic import Topic
from tealform.service.service import Service
from tealform.settings.release import Release

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
_UNPLACED = ("SERVICE_TASK_PLACEMENT_FAILURE", "SERVICE_TASK_CONFIGURATION_FAILURE", "SERVICE_TASK_START_IMPAIRED")

# Characters of an event pattern: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
_PATTERN_LENGTH = 2048


@dataclass(frozen=True, kw_only=True)
class EventNotification:
    """The message that Tealform sends for the events that match a pattern."""

    id: str
    """The construct's id, and the end of the rule's name."""

    pattern: dict[str, Any]
    """The EventBridge pattern."""

    title: str
    """The title, which chats show."""

    sentence: str
    """The text, in which ``<name>`` stands for a value of ``paths``."""

    paths: Mapping[str, str]
    """JSON paths by name. Every event must have all of them.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """

    def template(self, chat: bool) -> str:
        """Return the input template: a sentence, or the only form that chats show.

        https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
        """
        if not chat:
            return json.dumps(self.sentence, ensure_ascii=False)
        content = {"textType": "client-markdown", "title": self.title, "description": self.sentence}
        return json.dumps({"version": "1.0", "source": "custom", "content": content}, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class ServiceNotificationsProps:
    """Inputs of ``ServiceNotifications``."""

    context: Context
    """The environment and account of the service."""

    service: Service
    """The service whose events are sent."""

    release: Release
    """The ``release`` block: engine and the user's own alarms."""

    topic: Topic
    """The topic that receives the messages."""


class ServiceNotifications(Construct):
    """An EventBridge rule each for failed or stopped deployments, for tasks that cannot be placed, and for alarms.

    The topic's policy allows the rules to write; a role would not work with an encrypted topic.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """

    def __init__(self, scope: Construct, id_: str, props: ServiceNotificationsProps) -> None:
        super().__init__(scope, id_)
        self._props, name, topic = props, props.service.name, props.topic
        for notification in (self._deployments(), self._tasks(), *self._alarms()):
            parent = Construct(self, notification.id)
            rule = CloudwatchEventRule(
                parent,
                "rule",
                name=f"{name}-{notification.id}",
                description=f"{notification.title}: told to {name}'s people",
                event_pattern=_serialize(notification.pattern),
            )
            CloudwatchEventTarget(
                parent,
                "target",
                rule=rule.name,
                arn=topic.arn,
                input_transformer=CloudwatchEventTargetInputTransformer(
                    input_paths=dict(notification.paths), input_template=notification.template(topic.chat)
                ),
                depends_on=list(topic.ready) or None,
            )

    def _deployments(self) -> EventNotification:
        service, name = self._props.service, self._props.service.name
        if self._props.release.engine == "codedeploy":
            return EventNotification(
                id="deployments",
                # https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html
                pattern={
                    "source": ["aws.codedeploy"],
                    "detail-type": ["CodeDeploy Deployment State-change Notification"],
                    "resources": [self._props.context.arn("codedeploy", f"application:{name}")],
                    "detail": {"state": ["FAILURE", "STOP"]},
                },
                title=f"Deployment of {name}",
                sentence=f"The deployment <id> of {name} in <region> ended with <state>.",
                paths={"id": "$.detail.deploymentId", "state": "$.detail.state", "region": "$.region"},
            )
        return EventNotification(
            id="deployments",
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html
            pattern={
                "source": ["aws.ecs"],
                "detail-type": ["ECS Deployment State Change"],
                "resources": [service.arn],
                "detail": {"eventName": ["SERVICE_DEPLOYMENT_FAILED"]},
            },
            title=f"Deployment of {name}",
            sentence=f"The deployment <id> of {name} in <region> failed: <reason>",
            paths={"id": "$.detail.deploymentId", "reason": "$.detail.reason", "region": "$.region"},
        )

    def _tasks(self) -> EventNotification:
        name = self._props.service.name
        return EventNotification(
            id="tasks",
            pattern={
                "source": ["aws.ecs"],
                "detail-type": ["ECS Service Action"],
                "resources": [self._props.service.arn],
                "detail": {"eventName": list(_UNPLACED)},
            },
            title=f"Tasks of {name}",
            sentence=f"Tasks of {name} in <region> cannot be placed or do not start: <event>",
            paths={"event": "$.detail.eventName", "region": "$.region"},
        )

    def _alarms(self) -> Iterator[EventNotification]:
        """Return notifications of the service's alarms and of the user's own, in as many rules as the names need."""
        # Literal names: a pattern cannot contain references.
        created = [str(alarm.alarm_name_input) for alarm in self._props.service.alarms.alarms]
        patterns = _divide_alarms([*created, *self._props.release.alarms.names], self._props.context.account)
        for number, pattern in enumerate(patterns, start=1):
            yield EventNotification(
                id="alarms" if number == 1 else f"alarms-{number}",
                pattern=pattern,
                title=f"Alarm of {self._props.service.name}",
                sentence="The alarm <name> in <region> is raised: <reason>",
                paths={"name": "$.detail.alarmName", "reason": "$.detail.state.reason", "region": "$.region"},
            )


def _divide_alarms(names: Sequence[str], account: str) -> Iterator[dict[str, Any]]:
    """Return patterns for the alarms in ``names``, none longer than EventBridge accepts.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """

    def match(group: list[str]) -> dict[str, Any]:
        return {
            "source": ["aws.cloudwatch"],
            "account": [account],
            "detail-type": ["CloudWatch Alarm State Change"],
            "detail": {"alarmName": group, "state": {"value": ["ALARM"]}},
        }

    group: list[str] = []
    for name in names:
        if group and len(_serialize(match([*group, name]))) > _PATTERN_LENGTH:
            yield match(group)
            group = []
        group.append(name)
    if group:
        yield match(group)


def _serialize(pattern: dict[str, Any]) -> str:
    return json.dumps(pattern, sort_keys=True, ensure_ascii=False)
