"""The manual approval.

https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from moto.core.utils import utcnow
from moto.sns.models import sns_backends

from tealform_harness.aws_emulator.codepipeline import notifications
from tealform_harness.aws_emulator.codepipeline.action_run import ActionRun
from tealform_harness.aws_emulator.codepipeline.artifacts import new_id
from tealform_harness.aws_emulator.codepipeline.error import ActionError
from tealform_harness.aws_emulator.iam_roles import role_allows

_PATIENCE_MINUTES = 7 * 24 * 60


def run_approval(action: ActionRun) -> Iterator[None]:
    """Waits for somebody who has the token; a rejection fails the action, and so does silence: seven days of it unless told otherwise.

    Who is to be asked hears of it by the topic.
    """
    action.token = new_id()
    _notify(action, "needed", "STARTED")
    if topic := action.configuration.get("NotificationArn"):
        _ask(action, topic)
    while action.verdict is None:
        if utcnow() > _end(action):
            raise ActionError("JobFailed", f"The approval action timed out at {_end(action):%Y-%m-%dT%H:%MZ}")
        yield
    action.summary = action.verdict["summary"]
    approved = action.verdict["status"] == "Approved"
    _notify(action, *(("succeeded", "SUCCEEDED") if approved else ("failed", "FAILED")))
    if not approved:
        raise ActionError("JobFailed", f"Rejected: {action.summary}")


def _notify(action: ActionRun, event: str, state: str) -> None:
    assert action.place
    detail = {"pipeline": action.place.pipeline["name"], "stage": action.place.stage, "action": action.name}
    kind = "CodePipeline Action Execution State Change"
    notifications.notify_pipeline_event(action.account_id, action.region, f"manual-approval-{event}", kind, {**detail, "state": state})


def _end(action: ActionRun) -> datetime:
    minutes = action.declaration.get("timeoutInMinutes") or _PATIENCE_MINUTES
    return action.start_time + timedelta(minutes=int(minutes))


def _ask(action: ActionRun, topic: str) -> None:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html."""
    assert action.place
    pipeline, stage = action.place.pipeline, action.place.stage
    role = action.role()
    if role is None or not role_allows(role, "sns:Publish", topic):
        message = f"The role {action.role_arn} is not authorized to perform SNS:Publish on resource: {topic}"
        raise ActionError("PermissionError", message)
    console = f"https://console.aws.amazon.com/codepipeline/home?region={action.region}#/view/{pipeline['name']}"
    asked = {
        "pipelineName": pipeline["name"],
        "stageName": stage,
        "actionName": action.name,
        "token": action.token,
        "expires": f"{_end(action):%Y-%m-%dT%H:%MZ}",
        "externalEntityLink": action.configuration.get("ExternalEntityLink"),
        "approvalReviewLink": f"{console}/{stage}/{action.name}/approve/{action.token}",
        "customData": action.configuration.get("CustomData"),
    }
    text = json.dumps({"region": action.region, "consoleLink": console, "approval": asked})
    subject = f"APPROVAL NEEDED: AWS CodePipeline {pipeline['name']} for action {action.name}"
    sns = sns_backends[topic.split(":")[4]][topic.split(":")[3]]
    if topic not in sns.topics:
        raise ActionError("ConfigurationError", f"Topic does not exist: {topic}")
    sns.publish(text, arn=topic, subject=subject[:100])
