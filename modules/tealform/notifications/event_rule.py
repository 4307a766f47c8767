"""An EventBridge rule that tells a topic of an event, in words."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import CloudwatchEventRule, CloudwatchEventTarget, CloudwatchEventTargetInputTransformer, Construct
from tealform.notifications.event_message import Message
from tealform.notifications.event_patterns import Pattern, written
from tealform.notifications.topic import Topic


@dataclass(frozen=True)
class EventRuleProps:
    """The rule's full name, what it is for, what it listens for, and what it tells to which topic."""

    name: str
    description: str
    pattern: Pattern
    message: Message
    topic: Topic


class EventRule(Construct):
    """A rule with one target. The topic's policy lets it write; a role would get in the way of an encrypted topic.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """

    def __init__(self, scope: Construct, id_: str, props: EventRuleProps) -> None:
        super().__init__(scope, id_)
        rule = CloudwatchEventRule(
            self, "rule", name=props.name, description=props.description, event_pattern=written(props.pattern)
        )
        CloudwatchEventTarget(
            self,
            "target",
            rule=rule.name,
            arn=props.topic.arn,
            input_transformer=CloudwatchEventTargetInputTransformer(
                input_paths=dict(props.message.paths), input_template=props.message.template(props.topic.chat)
            ),
            depends_on=list(props.topic.ready) or None,
        )
