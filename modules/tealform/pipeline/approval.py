"""The step that waits for somebody's word."""

from __future__ import annotations

from tealform.notifications.topic import Topic
from tealform.pipeline.action import IMAGE_DIGEST, Step, action
from tealform.settings.release import Release


def approval(release: Release, service: str, link: str, topic: Topic | None) -> Step:
    """Shows who approves what is about to be released, to the full name ``service``; tells ``topic``, if there is one.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-action-add.html
    https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-service-role-permissions.html
    """
    configuration = {"CustomData": f"Release {IMAGE_DIGEST} to {service}", "ExternalEntityLink": link}
    if topic:
        configuration["NotificationArn"] = topic.arn
    approve = action("Approve", "Approval", "Manual", configuration, timeout_minutes=release.approval_timeout_minutes)
    return Step("Approval", approve, topic.publishing if topic else (), topic.ready if topic else ())
