"""What is told of one pipeline, in the pipeline's account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import CodestarnotificationsNotificationRule, CodestarnotificationsNotificationRuleTarget, Construct
from tealform.notifications.topic import Topic
from tealform.settings.notifications import Event

# https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html#events-ref-pipeline
EVENTS: dict[Event, str] = {
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
"""What AWS calls each event."""


@dataclass(frozen=True)
class PipelineNotificationsProps:
    """The pipeline, by name and ARN; which of its events are told, and to which topic."""

    name: str
    pipeline_arn: str
    events: Sequence[Event]
    topic: Topic


class PipelineNotifications(Construct):
    """A notification rule for one pipeline.

    The first one in an account makes a service-linked role, which whoever applies it must be allowed to:
    https://docs.aws.amazon.com/dtconsole/latest/userguide/using-service-linked-roles.html
    """

    def __init__(self, scope: Construct, id_: str, props: PipelineNotificationsProps) -> None:
        super().__init__(scope, id_)
        CodestarnotificationsNotificationRule(
            self,
            "rule",
            name=props.name,
            resource=props.pipeline_arn,
            event_type_ids=[EVENTS[event] for event in props.events],
            # Which action failed, and with what words, is in this one only.
            detail_type="FULL",
            target=[CodestarnotificationsNotificationRuleTarget(address=props.topic.arn, type="SNS")],
            # A rule that finds its topic closed stays «unreachable».
            depends_on=list(props.topic.ready) or None,
        )
