"""The manual approval.

https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from moto.core.utils import utcnow

from harness.emulated_aws.codepipeline.action_run import ActionRun
from harness.emulated_aws.codepipeline.artifacts import new_id
from harness.emulated_aws.codepipeline.error import ActionError

PATIENCE = timedelta(days=7)


def run(action: ActionRun) -> Iterator[None]:
    """Waits for somebody who has the token; a rejection fails the action, and so do seven days of silence."""
    action.token = new_id()
    while action.verdict is None:
        if utcnow() - action.start_time > PATIENCE:
            raise ActionError("JobFailed", "The approval action timed out after 7 days")
        yield
    action.summary = action.verdict["summary"]
    if action.verdict["status"] != "Approved":
        raise ActionError("JobFailed", f"Rejected: {action.summary}")
