"""Notifications of one pipeline, in the pipeline's account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import CodestarnotificationsNotificationRule, CodestarnotificationsNotificationRuleTarget, Construct
from tealform.notifications.topic import Topic
from tealform.settings.notifications import Event

# https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html#events-ref-pipeline
EVENT_IDS: dict[Event, str] = {
    "started": "codepipeline-pipeline-pipeline-execution-started",
    "succeeded": "codepipeline-pipeline-pipeline-execution-succeeded",
    "failed": "codepipeline-pipeline-pipeline-execution-failed",
    "canceled": "codepipeline-pipeline-pipeline-execution-canceled",
    "superseded": "codepipeline-pipeline-pipeline-execution-superseded",
    "resumed": "codepipeline-pipeline-pipeline-execution-resumed",
    "approval": "codepipeline-pipeline-manual-approval-needed",
    "approved": "codepipeline-pipeline-manual-approval-succeeded",
    "rejected": "codepipeline-pipeline-manual-approval-failed",
}
"""The id that AWS uses for each event."""


@dataclass(frozen=True, kw_only=True)
class PipelineNotificationsProps:
    """Inputs of ``PipelineNotifications``."""

    name: str
    """The name of the rule, which is the pipeline's."""

    pipeline_arn: str
    """The pipeline whose events are sent."""

    events: Sequence[Event]
    """The events to send, from ``notifications.events``."""

    topic: Topic
    """The topic that receives the messages."""


class PipelineNotifications(Construct):
    """A notification rule for one pipeline.

    The first rule in an account creates a service-linked role, for which the applying principal needs permission:
    https://docs.aws.amazon.com/dtconsole/latest/userguide/using-service-linked-roles.html
    """

    def __init__(self, scope: Construct, id_: str, props: PipelineNotificationsProps) -> None:
        super().__init__(scope, id_)
        CodestarnotificationsNotificationRule(
            self,
            "rule",
            name=props.name,
            resource=props.pipeline_arn,
            event_type_ids=[EVENT_IDS[event] for event in props.events],
            # Only this type says which action failed, and with what message.
            detail_type="FULL",
            target=[CodestarnotificationsNotificationRuleTarget(address=props.topic.arn, type="SNS")],
            # A rule that cannot write to its topic when it is created stays "unreachable".
            depends_on=list(props.topic.ready) or None,
        )
