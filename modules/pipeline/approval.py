"""The step that waits for somebody's word."""

from __future__ import annotations

from modules.pipeline.action import IMAGE_DIGEST, Step, action
from modules.settings.release import Release


def approval(release: Release, service: str, link: str) -> Step:
    """Shows who approves what is about to be released, to the full name ``service``.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-action-add.html
    """
    configuration = {"CustomData": f"Release {IMAGE_DIGEST} to {service}", "ExternalEntityLink": link}
    minutes = release.approval_timeout_minutes
    return Step("Approval", action("Approve", "Approval", "Manual", configuration, timeout_minutes=minutes))
